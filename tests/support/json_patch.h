/* SPDX-License-Identifier: MIT */
/* json_patch: RFC 6902's add, remove and replace, written for the tests alone, so that what the program calls a patch is
 * applied by something that knows nothing of it. */
#pragma once

#include <jansson.h>

/* A new document, NULL when an operation does not apply. */
json_t *json_patch(const json_t *document, const json_t *operations);
