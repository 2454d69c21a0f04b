/* SPDX-License-Identifier: MIT */
/* edit: one change of a profile's text that leaves every other byte as it was, in the manner of what stands around it.
 * Whether the text then says what was meant is for the caller to see: it reads it again. */
#pragma once

#include <jansson.h>

#include "position.h"

/* The bytes from start to end become `text`. */
struct edit {
	size_t start, end;
	struct text text;
};
#define EDIT_EMPTY ((struct edit){0})
void edit_free(struct edit *e);

/* -ENOENT: the text has nothing at the pointer, or is laid out so that it cannot be said where. */
int edit_set(const struct profile *p, const char *pointer, const json_t *value, struct edit *ret);
/* At the index, or at the end (as many as there are). */
int edit_insert(const struct profile *p, const char *list, size_t index, const json_t *value, struct edit *ret);
/* A member that the object has not yet, near the member `after` (NULL: the first). */
int edit_member(const struct profile *p, const char *object, const char *key, const char *after, const json_t *value,
	struct edit *ret);
/* segment: the key, or the index in digits. */
int edit_remove(const struct profile *p, const char *parent, const char *segment, struct edit *ret);
