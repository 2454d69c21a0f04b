/* SPDX-License-Identifier: MIT */
#include "candidates.h"

#include "problem.h"

static const char *string_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int refuse(struct candidates *c, const char *pointer, const char *message)
{
	return problem_set(c->problem, pointer, "%s", message);
}

PRINTF(3, 4)
static struct candidate *add(struct candidates *c, json_t *object, const char *fmt, ...)
{
	struct candidate *item;
	va_list args;

	if (c->n == CANDIDATES_MAX)
		return NULL;
	item = &c->items[c->n++];
	*item = (struct candidate){.object = object, .format = PROFILE_FORMAT_OCI};
	va_start(args, fmt);
	vsnprintf(item->base, sizeof(item->base), fmt, args);
	va_end(args);
	return item;
}

/* ---- what the document is ---- */

static bool is_firecracker(const json_t *root)
{
	const char *key;
	json_t *value;

	if (json_object_size(root) == 0)
		return false;
	json_object_foreach((json_t *)root, key, value)
		if (!json_object_get(value, "filter_action") || !json_object_get(value, "default_action"))
			return false;
	return true;
}

/* Kubescape keeps one profile for each container of the workload. */
static void find_kubescape(struct candidates *c, json_t *object, size_t index, const char *at)
{
	static const char *const kinds[] = {"containers", "initContainers", "ephemeralContainers"};
	json_t *spec = json_object_get(object, "spec"), *container;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		json_array_foreach(json_object_get(spec, kinds[k]), i, container) {
			json_t *profile = json_object_get(container, "spec");
			struct candidate *item = json_is_object(profile)
				? add(c, profile, "%s/spec/%s/%zu/spec", at, kinds[k], i) : NULL;
			if (!item)
				continue;
			item->name = string_at(container, "name");
			item->format = PROFILE_FORMAT_KUBESCAPE;
			item->index = index;
		}
	}
}

static int find_kubernetes(struct candidates *c, json_t *object, size_t index, const char *at)
{
	json_t *spec = json_object_get(object, "spec");
	struct candidate *item;
	size_t before = c->n;

	if (!json_is_object(spec))
		return problem_set(c->problem, at, "a SeccompProfile without a spec");
	if (json_object_get(spec, "containers") || json_object_get(spec, "initContainers")) {
		find_kubescape(c, object, index, at);
		return c->n > before ? 0 : problem_set(c->problem, at, "a SeccompProfile without a container's profile");
	}
	item = add(c, spec, "%s/spec", at);
	if (item) {
		item->name = string_at(json_object_get(object, "metadata"), "name");
		item->format = PROFILE_FORMAT_KUBERNETES;
		item->index = index;
	}
	return 0;
}

static int find_object(struct candidates *c, json_t *object, size_t index, const char *at);

static int find_list(struct candidates *c, json_t *items, size_t index)
{
	json_t *item;
	size_t i;
	int k = 0;

	json_array_foreach(items, i, item) {
		char at[PROFILE_POINTER_MAX];
		snprintf(at, sizeof(at), "/items/%zu", i);
		k = find_object(c, item, index, at);
		if (k)
			return k;
	}
	return c->n ? 0 : refuse(c, "/items", "a list without a profile");
}

static int find_config(struct candidates *c, json_t *root)
{
	json_t *seccomp = json_object_get(json_object_get(root, "linux"), "seccomp");
	struct candidate *item;

	if (!json_is_object(seccomp))
		return refuse(c, "/linux", "an OCI config.json without linux.seccomp: such a container runs without a "
			"seccomp profile");
	item = add(c, seccomp, "/linux/seccomp");
	if (item)
		item->format = PROFILE_FORMAT_OCI_CONFIG;
	return 0;
}

static int find_object(struct candidates *c, json_t *object, size_t index, const char *at)
{
	const char *kind = string_at(object, "kind");
	char word[PROBLEM_WORD_MAX];
	struct candidate *item;

	if (!json_is_object(object))
		return problem_set(c->problem, at, "not an object, so not a profile");
	if (kind && json_is_array(json_object_get(object, "items")) && *at == '\0')
		return find_list(c, json_object_get(object, "items"), index);
	if (kind && strcmp(kind, "SeccompProfile") == 0)
		return find_kubernetes(c, object, index, at);
	if (kind)
		return problem_set(c->problem, at, "a Kubernetes object of kind %s, not a SeccompProfile",
			problem_word(word, span_from(kind)));
	if (json_is_object(json_object_get(object, "linux")) || json_object_get(object, "ociVersion"))
		return find_config(c, object);
	if (is_firecracker(object))
		return problem_set(c->problem, at, "a Firecracker seccomp filter (a filter for each thread, with "
			"default_action and filter), not a container profile");
	item = add(c, object, "%s", at);
	if (item)
		item->index = index;
	return 0;
}

static void refuse_choice(struct candidates *c, const char *name)
{
	CLEANUP_TEXT struct text list = TEXT_EMPTY;
	char word[PROBLEM_WORD_MAX];

	for (size_t i = 0; i < c->n && i < 8; i++)
		text_printf(&list, "%s%s", i ? ", " : "",
			problem_word(word, span_from(c->items[i].name ? c->items[i].name : "")));
	if (c->n > 8)
		text_add_str(&list, ", …");
	if (name)
		problem_set(c->problem, "", "no profile is named %s; there is: %s", problem_word(word, span_from(name)),
			list.data);
	else
		problem_set(c->problem, "", "%zu profiles in one file (%s): say which by its name", c->n, list.data);
}

const struct candidate *candidates_choose(struct candidates *c, const char *name)
{
	for (size_t i = 0; name && i < c->n; i++)
		if (c->items[i].name && strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	if (!name && c->n == 1)
		return &c->items[0];
	refuse_choice(c, name);
	return NULL;
}

int candidates_find(struct candidates *c, json_t *object, size_t index)
{
	return find_object(c, object, index, "");
}
