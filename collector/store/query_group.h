/* SPDX-License-Identifier: MIT */
/* One group of a summary: its key, its tally, and how the key's parts are shown and compared. */
#pragma once

#include "query_internal.h"

struct query_tally {
	uint64_t key[QUERY_BY_MAX];
	const struct query_sig *sig; /* one of its signatures */
	uint64_t count;
	uint64_t by_outcome[EVENT_OUTCOME_N];
	int64_t first, last;
	bool first_exact, last_exact; /* else the times are those of a roll-up's bucket */
};
void query_tally_add(struct query_tally *t, const struct query_count *count);

struct query_groups {
	struct query_tally *at;
	size_t n, room;
	uint32_t *index; /* open addressing; 0 empty, else 1 + the place in `at` */
	size_t index_room;
};
/* The group of a key, made when it is new; NULL without memory. */
struct query_tally *query_groups_at(struct query_groups *g, const uint64_t key[static QUERY_BY_MAX]);
void query_groups_free(struct query_groups *g);

/* One field's part of a group's key. */
uint64_t query_group_key(enum query_field field, const struct query_sig *sig, int64_t time, int32_t pid);

/* Room for what is no text of the reader's. */
struct query_numbers {
	char text[QUERY_BY_MAX][CLOCK_TEXT_MAX];
};
const char *query_group_value(enum query_field field, const struct query_tally *t, uint64_t key,
	char number[static CLOCK_TEXT_MAX]);
/* By the i-th part of their keys, which is of that field. */
int query_group_compare(enum query_field field, const struct query_tally *x, const struct query_tally *y, size_t i);
