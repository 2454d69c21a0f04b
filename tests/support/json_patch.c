/* SPDX-License-Identifier: MIT */
#include "json_patch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The next segment of a pointer, unescaped. */
static char *segment(const char **at)
{
	size_t len = strcspn(*at + 1, "/"), n = 0;
	char *ret = calloc(1, len + 1);
	const char *from = *at + 1;

	for (size_t i = 0; i < len; i++) {
		if (from[i] == '~' && i + 1 < len)
			ret[n++] = from[++i] == '1' ? '/' : '~';
		else
			ret[n++] = from[i];
	}
	*at = from + len;
	return ret;
}

static bool index_of(const char *word, size_t *ret)
{
	char *end;

	*ret = strtoul(word, &end, 10);
	return *word >= '0' && *word <= '9' && *end == '\0' && (word[0] != '0' || word[1] == '\0');
}

static bool in_object(json_t *at, const char *key, const char *op, json_t *value)
{
	bool there = json_object_get(at, key) != NULL;

	if (strcmp(op, "remove") == 0)
		return there && json_object_del(at, key) == 0;
	return (there || strcmp(op, "add") == 0) && value && json_object_set(at, key, value) == 0;
}

static bool in_array(json_t *at, const char *word, const char *op, json_t *value)
{
	size_t i, n = json_array_size(at);

	if (strcmp(word, "-") == 0)
		return strcmp(op, "add") == 0 && value && json_array_append(at, value) == 0;
	if (!index_of(word, &i))
		return false;
	if (strcmp(op, "remove") == 0)
		return i < n && json_array_remove(at, i) == 0;
	if (strcmp(op, "add") == 0)
		return i <= n && value && json_array_insert(at, i, value) == 0;
	return strcmp(op, "replace") == 0 && i < n && value && json_array_set(at, i, value) == 0;
}

static bool apply(json_t *at, const json_t *operation)
{
	const char *pointer = json_string_value(json_object_get(operation, "path"));
	const char *op = json_string_value(json_object_get(operation, "op"));
	json_t *value = json_object_get(operation, "value");
	bool done = false;

	if (!pointer || !op || *pointer != '/')
		return false;
	while (at && *pointer) {
		char *word = segment(&pointer);
		size_t i;

		if (*pointer == '\0')
			done = json_is_object(at) ? in_object(at, word, op, value) : in_array(at, word, op, value);
		else if (json_is_object(at))
			at = json_object_get(at, word);
		else
			at = index_of(word, &i) ? json_array_get(at, i) : NULL;
		free(word);
	}
	return done;
}

json_t *json_patch(const json_t *document, const json_t *operations)
{
	json_t *copy = json_deep_copy(document);
	const json_t *operation;
	size_t i;

	json_array_foreach((json_t *)operations, i, operation)
	{
		if (!apply(copy, operation)) {
			json_decref(copy);
			return NULL;
		}
	}
	return copy;
}
