/* SPDX-License-Identifier: MIT */
/* schema: whether a JSON value is what an OpenAPI document says: the keywords that ours uses, no more; one that it does
 * not know is a failure, not a skip. Stricter than the standard in one thing: a property that is not described is
 * wrong, unless additionalProperties allows it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct schema_fault {
	char at[256];  /* "/events/0/time" */
	char what[256];
};

/* `document` is where $ref leads. */
bool schema_matches(json_t *document, json_t *schema, const json_t *value, struct schema_fault *ret);
/* What "#/a/b" names, NULL when nothing. */
json_t *schema_resolve(json_t *document, const char *ref);
/* The object, or what its $ref names. */
json_t *schema_follow(json_t *document, json_t *object);
