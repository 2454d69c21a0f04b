/* SPDX-License-Identifier: MIT */
/* What a report has gathered, and how its parts hang together: report.c gathers, report_story.c puts it into words for
 * any kind of document (report_doc.h), report_json.c and report_csv.c give it as data. */
#pragma once

#include "seccompwatch/report.h"
#include "seccompwatch/suggest.h"

#define REPORT_ROWS     25 /* of each table */
#define REPORT_LOSSES   50
#define REPORT_ADVICE   20 /* containers that get advice */
#define REPORT_COLUMNS  2
#define REPORT_BUCKETS  96
#define REPORT_DAYS     7

struct report_row {
	char *values[REPORT_COLUMNS]; /* NULL: none */
	const struct query_container *container; /* the reader's; NULL: none, or not counted by */
	uint64_t count, by_outcome[EVENT_OUTCOME_N];
	int64_t first, last;
};

struct report_table {
	struct report_row *rows; /* at most REPORT_ROWS */
	size_t n, n_all;
};

struct report_advice {
	const struct query_container *container;
	struct suggest_inquiry inquiry;
	bool made;
	struct suggest suggest;
	char *why_not; /* when not made */
};

struct report {
	struct query_filter filter; /* borrows the request's values; times are set */
	const struct query_container *container;
	char *version;
	struct query_status status;
	int64_t since, until;
	uint64_t total, by_outcome[EVENT_OUTCOME_N];
	uint64_t before; /* in the span of the same length before */
	struct report_table containers, syscalls, programs, units;
	struct query_bucket *buckets;
	size_t n_buckets;
	int64_t step, unwatched;
	uint64_t lost_at_most;
	struct query_kind *kinds; /* all of the time, the newest first */
	size_t n_kinds, n_new;
	struct query_loss losses[REPORT_LOSSES];
	size_t n_losses;
	struct report_advice advice[REPORT_ADVICE];
	size_t n_advice, n_without_advice;
	uint64_t silent; /* containers whose profile hides its denials */
};

static inline bool report_is_new(const struct report *r, const struct query_kind *kind)
{
	return kind->first >= r->since;
}
uint64_t report_denials(const struct report *r); /* neither executed nor unknown nor killed */

int report_add_csv(const struct report *r, struct text *to);
int report_add_json(const struct report *r, struct text *to);
