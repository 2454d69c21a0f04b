/* SPDX-License-Identifier: MIT */
/* totals: roll-ups, summed in memory while a transaction is made and added to the database at its end. */
#pragma once

#include "database.h"

struct totals {
	struct totals_item {
		int64_t sig, bucket, count;
	} *items;
	size_t n, room;
};

void totals_free(struct totals *t);
/* minute = time / 60000; count may be negative. */
int totals_add(struct totals *t, int64_t sig, int64_t minute, int64_t count);
int totals_flush(struct totals *t, struct database *d);
