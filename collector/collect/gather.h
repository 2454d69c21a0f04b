/* SPDX-License-Identifier: MIT */
/* gather: records of the kernel's → the batch in memory. Keeps account of what was seen (coverage), what never came
 * (gaps) and what had to be dropped, and swaps batches with the writer. Reads nothing, waits for nothing. */
#pragma once

#include "seccompwatch/netlink.h"
#include "seccompwatch/process.h"
#include "story.h"
#include "writer.h"

struct gather;

/* What is borrowed. */
struct gather_helpers {
	struct writer *writer;
	struct process_table *processes; /* NULL: nothing is attributed, */
	struct story *story;             /* and nothing told */
};
/* Takes over the batch in success. */
int gather_new(struct gather **ret, struct batch *empty, const struct gather_helpers *helpers);
void gather_free(struct gather *g);
DEFINE_CLEANUP(struct gather *, gather_free)

/* What an earlier session of this boot saw last: what came since then is a gap. */
void gather_resume(struct gather *g, uint32_t last_serial, int64_t time);

void gather_take(struct gather *g, const struct netlink_message *m);
void gather_update(struct gather *g);   /* processes ended, or names were found */
void gather_overflow(struct gather *g); /* the kernel's queue was full */

/* Missing serials are waited for: a mark now, and what is still missing below it later is lost. */
bool gather_has_holes(const struct gather *g);
uint32_t gather_mark(const struct gather *g);
void gather_settle(struct gather *g, uint32_t mark);

enum gather_news {
	GATHER_NOTHING,
	GATHER_COVERAGE, /* other records alone: can wait */
	GATHER_EVENTS,   /* somebody may be waiting to see it */
};
enum gather_news gather_news(const struct gather *g);
/* Swaps batches; false: the writer is busy, and tells when it is not (writer_fd). */
bool gather_hand_over(struct gather *g);
/* Hands the last batch to the writer and ends the session: see writer_stop. *ret_left: events not stored. */
int gather_finish(struct gather *g, int timeout_ms, uint64_t *ret_left);
