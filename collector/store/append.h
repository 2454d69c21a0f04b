/* SPDX-License-Identifier: MIT */
/* append: many new rows in one statement: INSERT … SELECT from a virtual table over memory, which costs half of
 * binding and stepping for each. */
#pragma once

#include "batch_rows.h"
#include "database.h"

struct append;

struct append_row {
	int64_t id, sig;
	const struct batch_row *row;
};

int append_new(struct append **ret, struct database *d);
void append_free(struct append *a); /* before its database is closed or after, both will do */
DEFINE_CLEANUP(struct append *, append_free)
/* Ids are in order, and free. */
int append_rows(struct append *a, const struct append_row *rows, size_t n, int64_t seq);
