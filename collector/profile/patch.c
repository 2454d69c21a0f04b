/* SPDX-License-Identifier: MIT */
/* A change is made twice: in the text, and as an operation on the tree that was read from it. The changed text must
 * read as the changed tree. So no layout, however odd, can make an edit say anything else than its operation. */
#include "patch.h"

#include <stdio.h>

#include "edit.h"
#include "number.h"

/* ---- the tree ---- */

static json_t *step(json_t *node, const char *segment)
{
	uint64_t i;

	if (json_is_object(node))
		return json_object_get(node, segment);
	return text_to_u64(span_from(segment), UINT32_MAX, &i) ? NULL : json_array_get(node, i);
}

static json_t *root_of(const struct profile *p, json_t *tree)
{
	return p->yaml ? json_array_get(tree, p->document) : tree;
}

/* The node at the pointer; its last segment is left in *last, and the node above returned, where last is not NULL. */
static json_t *walk(json_t *node, const char *pointer, struct text *last)
{
	CLEANUP_TEXT struct text segment = TEXT_EMPTY;

	while (node && position_segment(&pointer, &segment)) {
		if (last && *pointer == '\0') {
			text_add(last, text_span(&segment));
			break;
		}
		node = step(node, segment.data ? segment.data : "");
	}
	return node;
}

const json_t *patch_value(const struct profile_patch *patch, const char *pointer)
{
	char path[PROFILE_POINTER_MAX];

	snprintf(path, sizeof(path), "%.200s%s", patch->now->base, pointer);
	return walk(root_of(patch->now, patch->now->tree), path, NULL);
}

static int operate_list(json_t *list, const char *op, uint64_t i, json_t *value)
{
	if (*op == 'a')
		return json_array_insert(list, i, value);
	return *op == 'r' && op[2] == 'm' ? json_array_remove(list, i) : json_array_set(list, i, value);
}

static int operate(json_t *tree, const char *op, const char *path, json_t *value)
{
	CLEANUP_TEXT struct text last = TEXT_EMPTY;
	json_t *parent = walk(tree, path, &last);
	uint64_t i;

	if (!parent || !last.data || last.failed)
		return -ENOENT;
	if (json_is_array(parent))
		return text_to_u64(text_span(&last), UINT32_MAX, &i) || operate_list(parent, op, i, value) ? -ENOENT : 0;
	if (!value)
		return json_object_del(parent, last.data) ? -ENOENT : 0;
	return json_object_set(parent, last.data, value) ? -ENOMEM : 0;
}

/* ---- one operation ---- */

static int refuse(const char *path, struct profile_problem *problem)
{
	return problem_set(problem, path, "is laid out so that it cannot be changed here alone");
}

static int read_again(const struct profile *p, const struct edit *e, struct profile **ret, struct profile_problem *problem)
{
	struct profile_edit edit = {e->start, e->end, e->text.data};
	struct profile_load_options options = {.name = p->name, .max_bytes = SIZE_MAX};
	CLEANUP_TEXT struct text changed = TEXT_EMPTY;
	int k = profile_edit_apply((struct span){p->text, p->text_len}, &edit, 1, &changed);

	return k ? k : profile_load_text(text_span(&changed), &options, ret, problem);
}

static int remember(struct profile_patch *patch, const char *op, const char *path, json_t *value)
{
	json_t *operation = json_pack("{s:s, s:s}", "op", op, "path", path);

	if (operation && value && json_object_set(operation, "value", value)) {
		json_decref(operation);
		return -ENOMEM;
	}
	return json_array_append_new(patch->operations, operation) ? -ENOMEM : 0;
}

static void settle(struct profile_patch *patch, struct profile *next)
{
	if (patch->now != patch->before)
		profile_free(patch->now);
	patch->now = next;
}

static int change(struct profile_patch *patch, const char *op, const char *path, json_t *value, const struct edit *e,
	struct profile_problem *problem)
{
	CLEANUP(profile_free_p) struct profile *next = NULL;
	CLEANUP(json_decrefp) json_t *expected = json_deep_copy(patch->now->tree);
	int k = expected ? operate(root_of(patch->now, expected), op, path, value) : -ENOMEM;

	if (!k)
		k = read_again(patch->now, e, &next, problem);
	if (k)
		return k == -ENOMEM ? k : refuse(path, problem);
	if (!json_equal(next->tree, expected) || next->document != patch->now->document ||
		strcmp(next->base, patch->now->base) != 0)
		return refuse(path, problem);
	k = remember(patch, op, path, value);
	if (!k)
		settle(patch, TAKE(next));
	return k;
}

struct operation {
	const char *op;
	char parent[PROFILE_POINTER_MAX]; /* absolute */
	char path[PROFILE_POINTER_MAX];
};

/* Escapes nothing: keys and indices of ours need none. */
static struct operation operation_at(const struct profile_patch *patch, const char *op, const char *parent, const char *segment)
{
	struct operation o = {.op = op};

	snprintf(o.parent, sizeof(o.parent), "%.200s%.32s", patch->now->base, parent);
	snprintf(o.path, sizeof(o.path), "%.232s%s%.22s", o.parent, *segment ? "/" : "", segment);
	return o;
}

static int perform(struct profile_patch *patch, const struct operation *o, json_t *value, int k, struct edit *e,
	struct profile_problem *problem)
{
	if (!k)
		k = change(patch, o->op, o->path, value, e, problem);
	else if (k == -ENOENT)
		k = refuse(o->path, problem);
	edit_free(e);
	json_decref(value);
	return k;
}

int patch_replace(struct profile_patch *patch, const char *pointer, json_t *value, struct profile_problem *problem)
{
	struct operation o = operation_at(patch, "replace", pointer, "");
	struct edit e = EDIT_EMPTY;

	return perform(patch, &o, value, value ? edit_set(patch->now, o.path, value, &e) : -ENOMEM, &e, problem);
}

int patch_insert(struct profile_patch *patch, const char *list, size_t index, json_t *value, struct profile_problem *problem)
{
	struct edit e = EDIT_EMPTY;
	struct operation o;
	char segment[24];

	snprintf(segment, sizeof(segment), "%zu", index);
	o = operation_at(patch, "add", list, segment);
	return perform(patch, &o, value, value ? edit_insert(patch->now, o.parent, index, value, &e) : -ENOMEM, &e, problem);
}

int patch_member(struct profile_patch *patch, const char *object, const char *key, const char *after, json_t *value,
	struct profile_problem *problem)
{
	struct operation o = operation_at(patch, "add", object, key);
	struct edit e = EDIT_EMPTY;

	return perform(patch, &o, value, value ? edit_member(patch->now, o.parent, key, after, value, &e) : -ENOMEM, &e,
		problem);
}

int patch_remove(struct profile_patch *patch, const char *parent, const char *segment, struct profile_problem *problem)
{
	struct operation o = operation_at(patch, "remove", parent, segment);
	struct edit e = EDIT_EMPTY;

	return perform(patch, &o, NULL, edit_remove(patch->now, o.parent, segment, &e), &e, problem);
}

/* ---- all of them ---- */

void patch_begin(struct profile_patch *patch)
{
	patch->before = patch->now;
	patch->n_before = json_array_size(patch->operations);
}

int patch_end(struct profile_patch *patch, int k)
{
	if (k) {
		if (patch->now != patch->before)
			profile_free(patch->now);
		patch->now = patch->before;
		while (json_array_size(patch->operations) > patch->n_before)
			json_array_remove(patch->operations, json_array_size(patch->operations) - 1);
	} else if (patch->now != patch->before) {
		profile_free(patch->before);
	}
	patch->before = NULL;
	return k;
}

int profile_patch_new(const struct profile *p, struct profile_patch **ret)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = calloc(1, sizeof(*patch));
	struct profile_load_options options = {.name = p->name, .max_bytes = SIZE_MAX};
	int k;

	if (!patch || !(patch->operations = json_array()))
		return -ENOMEM;
	k = profile_load_text((struct span){p->text, p->text_len}, &options, &patch->now, NULL);
	if (k)
		return k < 0 ? k : -EINVAL;
	*ret = TAKE(patch);
	return 0;
}

void profile_patch_free(struct profile_patch *patch)
{
	if (!patch)
		return;
	profile_free(patch->now);
	json_decref(patch->operations);
	free(patch);
}

const struct profile *profile_patch_profile(const struct profile_patch *patch)
{
	return patch->now;
}

char *profile_patch_json(const struct profile_patch *patch)
{
	CLEANUP_TEXT struct text narrow = TEXT_EMPTY;
	char *dump = json_dumps(patch->operations, 0);

	if (!dump)
		return NULL;
	number_narrow(span_from(dump), &narrow);
	free(dump);
	return text_take(&narrow);
}
