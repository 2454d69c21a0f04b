/* SPDX-License-Identifier: MIT */
/* fields: a JSON object's members, read through a table, with the pointer to each at hand for messages. */
#pragma once

#include <jansson.h>

#include "problem.h"

struct reader {
	struct profile *p;
	struct text path; /* the pointer of what is being read */
	struct profile_problem *problem;
	uint64_t budget; /* names and conditions that may still come */
};

struct field {
	const char *name;
	int (*read)(struct reader *r, const json_t *value, void *target);
};

/* Reads each member through the row of its name; letters' case is passed over as Go's decoder does. Members that no row
 * has are noted; null counts as absent. */
int fields_read(struct reader *r, const json_t *object, const struct field *fields, size_t n, void *target);
/* The same for an array of objects: `each` gets the index. */
typedef int (*fields_item_fn)(struct reader *r, const json_t *item, size_t index, void *target);
int fields_each(struct reader *r, const json_t *array, fields_item_fn fn, void *target);

int fields_refuse(struct reader *r, const char *fmt, ...) PRINTF(2, 3);
void fields_note(struct reader *r, const char *fmt, ...) PRINTF(2, 3);
/* About a member that is not there, or beside the one being read. */
void fields_note_at(struct reader *r, const char *member, const char *fmt, ...) PRINTF(3, 4);

/* Basic values; each refuses another type. */
int fields_string(struct reader *r, const json_t *value, const char **ret);
int fields_strings(struct reader *r, const json_t *value, struct profile_strings *ret);
int fields_number(struct reader *r, const json_t *value, uint64_t max, uint64_t *ret);
static inline struct span fields_span(const json_t *string)
{
	return (struct span){json_string_value(string), json_string_length(string)};
}
