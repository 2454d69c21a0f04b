/* SPDX-License-Identifier: MIT */
/* csv: the records of a table of ours (schema/ *.csv): RFC 4180 quoting, lines that begin with # are comments. */
#pragma once

#include "seccompwatch/base.h"

/* The text is changed in place (quotes undone, fields ended with NUL), so it must be NUL terminated and ours. */
struct csv {
	char *at;
	size_t line; /* of the record that csv_next returned last, from 1 */
	size_t next; /* the line after it */
};

#define CSV_START(text) ((struct csv){(text), 0, 1})

/* The next record: its number of fields, 0 at the end. -EINVAL: a quote that is not closed, or text after a
 * closing one; -E2BIG: more fields than `max`. */
int csv_next(struct csv *c, char **ret_fields, size_t max);
