/* SPDX-License-Identifier: MIT */
/* internal: what the writer's files share: the store, and one transaction in the making. */
#pragma once

#include "append.h"
#include "batch_rows.h"
#include "database.h"
#include "seccompwatch/store.h"
#include "seconds.h"
#include "signatures.h"
#include "totals.h"

struct store {
	struct database *db;
	enum store_role role;
	int lock; /* -1: none */
	int64_t local_host;
	int64_t session; /* 0: none */
	char *boot;      /* the session's; NULL: none */
	int64_t stretch; /* the coverage row that goes on, 0: none */
	uint64_t transactions; /* begun so far */
	int64_t data_version; /* changes when another process committed: what is cached is old then */
	struct signatures *signatures;
	struct seconds *seconds;
	struct append *append;
};

/* One store_write on its way. */
struct write {
	struct store *store;
	const struct batch *batch;
	int64_t seq, now;
	int64_t *hosts; /* the database's id of each of the batch's hosts; 0: not asked for yet */
	struct write_signature {
		int64_t id; /* 0: not asked for yet */
		bool is_other;
		/* What this transaction adds to it. */
		uint64_t events;
		int64_t first, last;
		int64_t minute; /* whose count is being gathered */
		uint64_t minute_events;
	} *signatures;
	struct write_order {
		int64_t id; /* wanted */
		uint32_t row;
	} *order; /* the stamped rows by time, then the others */
	uint32_t n_stamped;
	struct append_row *fresh; /* rows that need no look at what is stored */
	uint32_t n_fresh;
	struct write_group {
		int64_t second;
		uint32_t from, until; /* of order */
	} *groups; /* seconds that do */
	uint32_t n_groups;
	int64_t next_id, next_unstamped; /* the first stored at or after the second last asked about */
	int64_t asked, asked_unstamped;
	struct totals totals;
	struct seconds_changes changes;
	bool changed; /* something besides rows */
	bool shrunk;  /* a signature lost events */
	struct write_span {
		int64_t first, last; /* of what was stored, by the batch's hosts; last < first: nothing */
	} *spans;
	struct store_result result;
};

int write_host(struct write *w, uint32_t host, int64_t *ret);
/* The database's row for a batch's signature, made when it is new. */
int write_signature(struct write *w, uint32_t sig, struct write_signature **ret);
/* `count` events of a batch's row are stored: totals, roll-ups, spans. */
int write_count(struct write *w, const struct batch_row *row, uint64_t count);
/* Are rows without serial stored within two seconds of this one? */
int write_unstamped_near(struct write *w, int64_t second, bool *ret);

/* plan.c: decides which rows are fresh and which seconds must be merged. */
int plan_make(struct write *w);
/* merge.c: one second's stamped rows against what is stored. */
int merge_group(struct write *w, const struct write_group *group);
/* unstamped.c: rows without serial; and events without serial that a stamped row is the twin of: takes away up to
 * `count` of them. */
int unstamped_write(struct write *w);
int unstamped_replace(struct write *w, const struct batch_row *row, uint64_t count, uint64_t *ret_replaced);
/* Writes the second and those around it, from which unstamped_replace took. */
int unstamped_flush(struct write *w, int64_t number);
/* companions.c: details, losses, coverage. */
int details_write(struct write *w);
int losses_write(struct write *w);
int coverage_write(struct write *w);
/* The stored row that holds an event of this time and serial; NULL: there is none. */
int write_find(struct write *w, int64_t time, int64_t host, uint32_t serial, struct seconds_row **ret);
/* story.c: containers, processes, origins. */
int stories_write(struct write *w);
