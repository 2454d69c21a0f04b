/* SPDX-License-Identifier: MIT */
/* Edits of a profile's text. A value is replaced where it stands; a member is inserted before the first one of its
 * object, with the blanks that stand there. */
#include <seccomp.h>
#include <stdio.h>

#include "problem.h"

/* ---- applying ---- */

static int compare_edits(const void *left, const void *right)
{
	const struct profile_edit *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

int profile_edit_apply(struct span text, const struct profile_edit *edits, size_t n, struct text *ret)
{
	CLEANUP_FREE struct profile_edit *sorted = malloc((n + 1) * sizeof(*sorted));
	size_t at = 0;

	if (!sorted)
		return -ENOMEM;
	if (n)
		memcpy(sorted, edits, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_edits);
	for (size_t i = 0; i < n; i++) {
		if (sorted[i].start < at || sorted[i].end < sorted[i].start || sorted[i].end > text.len)
			return -EINVAL;
		text_add(ret, (struct span){text.data + at, sorted[i].start - at});
		text_add_str(ret, sorted[i].text);
		at = sorted[i].end;
	}
	text_add(ret, span_from_offset(text, at));
	return ret->failed ? -ENOMEM : 0;
}

/* ---- instrumenting ---- */

struct editor {
	const struct profile *p;
	struct profile_edit *edits;
	size_t n;
	struct text inserted; /* the text of an insertion */
};

static void editor_free(struct editor *e)
{
	free(e->edits);
	text_free(&e->inserted);
}

static int locate(const struct editor *e, const char *member, struct profile_place *ret)
{
	char pointer[PROFILE_POINTER_MAX];

	snprintf(pointer, sizeof(pointer), "%.200s%s", e->p->base, member);
	return profile_locate(e->p, pointer, ret);
}

static void replace(struct editor *e, const struct profile_place *place, const char *text)
{
	e->edits[e->n++] = (struct profile_edit){place->start, place->end, text};
}

/* From the object's brace to its first member: the line break and the indentation that each member stands behind. */
static struct span blanks_after(const char *text, size_t at, size_t end)
{
	size_t n = 0;

	while (at + n < end && strchr(" \t\r\n", text[at + n]))
		n++;
	return (struct span){text + at, n};
}

static void insert_json_flag(struct editor *e, const struct profile_place *object)
{
	struct span blanks = blanks_after(e->p->text, object->start + 1, object->end);

	text_add_str(&e->inserted, "\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"],");
	if (blanks.len)
		text_add(&e->inserted, blanks);
	else
		text_add_char(&e->inserted, ' ');
	e->edits[e->n++] = (struct profile_edit){object->start + 1 + blanks.len, object->start + 1 + blanks.len,
		e->inserted.data};
}

/* A block mapping starts at its first key: the new one goes before it, on a line of its own. */
static void insert_yaml_flag(struct editor *e, const struct profile_place *object)
{
	bool flow = e->p->text[object->start] == '{';
	size_t at = object->start + flow;

	if (flow)
		text_add_str(&e->inserted, "flags: [SECCOMP_FILTER_FLAG_LOG], ");
	else
		text_printf(&e->inserted, "flags:\n%*s- SECCOMP_FILTER_FLAG_LOG\n%*s", (int)object->column - 1, "",
			(int)object->column - 1, "");
	e->edits[e->n++] = (struct profile_edit){at, at, e->inserted.data};
}

/* The dash of a block sequence's item; SIZE_MAX in a flow sequence, and in JSON. */
static size_t find_dash(const struct profile *p, size_t item)
{
	while (p->yaml && item > 0 && p->text[item - 1] == ' ')
		item--;
	return p->yaml && item > 0 && p->text[item - 1] == '-' ? item - 1 : SIZE_MAX;
}

/* Before the first of the flags that are there. */
static int extend_flags(struct editor *e)
{
	struct profile_place first;
	size_t dash, line;

	if (locate(e, "/flags/0", &first))
		return -ENOENT;
	dash = find_dash(e->p, first.start);
	if (dash != SIZE_MAX) {
		for (line = dash; line > 0 && e->p->text[line - 1] != '\n'; line--)
			;
		text_printf(&e->inserted, "SECCOMP_FILTER_FLAG_LOG\n%.*s", (int)(first.start - line), e->p->text + line);
	} else {
		text_add_str(&e->inserted, e->p->yaml ? "SECCOMP_FILTER_FLAG_LOG, " : "\"SECCOMP_FILTER_FLAG_LOG\", ");
	}
	e->edits[e->n++] = (struct profile_edit){first.start, first.start, e->inserted.data};
	return 0;
}

static bool has_log_flag(const struct profile *p)
{
	for (size_t i = 0; i < p->flags.n; i++)
		if (strcmp(p->flags.items[i], "SECCOMP_FILTER_FLAG_LOG") == 0)
			return true;
	return false;
}

static int add_flag(struct editor *e)
{
	struct profile_place place;

	if (has_log_flag(e->p))
		return 0;
	if (e->p->flags.n)
		return extend_flags(e);
	if (locate(e, "/flags", &place) == 0) {
		replace(e, &place, e->p->yaml ? "[SECCOMP_FILTER_FLAG_LOG]" : "[\"SECCOMP_FILTER_FLAG_LOG\"]");
		return 0;
	}
	if (locate(e, "", &place))
		return -ENOENT;
	if (e->p->yaml)
		insert_yaml_flag(e, &place);
	else
		insert_json_flag(e, &place);
	return e->inserted.failed ? -ENOMEM : 0;
}

static int log_action(struct editor *e, const char *member, uint32_t action)
{
	struct profile_place place;

	if (profile_action_executes(action))
		return 0;
	if (locate(e, member, &place))
		return -ENOENT;
	replace(e, &place, e->p->yaml ? "SCMP_ACT_LOG" : "\"SCMP_ACT_LOG\"");
	return 0;
}

static int log_actions(struct editor *e)
{
	int k = log_action(e, "/defaultAction", e->p->default_action);
	char member[64];

	for (size_t i = 0; !k && i < e->p->n_rules; i++) {
		snprintf(member, sizeof(member), "/syscalls/%zu/action", i);
		k = log_action(e, member, e->p->rules[i].action);
	}
	return k;
}

int profile_instrument(const struct profile *p, enum profile_instrument how, struct text *ret, struct profile_problem *problem)
{
	CLEANUP(editor_free) struct editor e = {.p = p};
	int k;

	e.edits = calloc(p->n_rules + 2, sizeof(*e.edits));
	if (!e.edits)
		return -ENOMEM;
	if (p->format == PROFILE_FORMAT_LIBCONTAINER)
		return problem_set(problem, "", "runc's own state is not a profile to edit");
	k = how == PROFILE_INSTRUMENT_FLAG ? add_flag(&e) : log_actions(&e);
	if (k == -ENOENT)
		return problem_set(problem, "", "a member is spelt so that it is not found again; use the documented spelling");
	if (!k)
		k = profile_edit_apply((struct span){p->text, p->text_len}, e.edits, e.n, ret);
	return k;
}
