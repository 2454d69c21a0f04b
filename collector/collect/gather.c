/* SPDX-License-Identifier: MIT */
#include "gather.h"

#include <inttypes.h>
#include <linux/audit.h>

#include "seccompwatch/log.h"
#include "seccompwatch/window.h"

#define RECENT  4096  /* violations whose companions are still awaited */
#define WAIT_MS 300   /* for a writer that is merely slow */
#define SAY_MS  10000 /* losses are told to people at most so often */

struct gather {
	struct batch *filling;
	struct writer *writer;
	struct process_table *processes;
	struct story *story;

	bool urgent;   /* there is something that a reader of the database waits for */
	bool refusing; /* the batch is full and the database does not take it */
	int64_t last_record;
	struct {
		uint64_t count;
		int64_t first, last;
	} unwritten;
	uint64_t lost;      /* not told yet */
	int64_t said;       /* when it was told last, CLOCK_MONOTONIC */

	uint32_t uncovered; /* the first serial that no batch_cover told yet */
	int64_t uncovered_time;
	bool stretch;  /* of coverage is open */
	bool in_batch; /* and this batch knows it */

	uint32_t recent[RECENT]; /* serials of violations */
	struct window window;
	struct event event;
};

/* ---- coverage ------------------------------------------------------------------------------------------------ */

/* Tells the batch that every serial below `until` was seen. */
static void cover(struct gather *g, uint32_t until, int64_t time)
{
	if (until == g->uncovered || g->refusing)
		return;
	if ((!g->stretch || !g->in_batch) &&
		batch_cover(g->filling, g->uncovered, g->uncovered_time, !g->stretch) != 0)
		return;
	if (batch_cover(g->filling, until - 1, time, false) != 0)
		return;
	g->uncovered = until;
	g->uncovered_time = time;
	g->stretch = g->in_batch = true;
}

static void cover_all(struct gather *g)
{
	cover(g, g->window.base, g->window.base_time);
}

static void start_stretch(struct gather *g, uint32_t serial, int64_t time)
{
	g->uncovered = serial;
	g->uncovered_time = time;
	g->stretch = false;
}

static void on_gap(void *data, const struct window_gap *gap)
{
	struct gather *g = data;

	cover(g, gap->first, gap->before);
	(void)batch_add_loss(g->filling, BATCH_LOSS_GAP, gap->before, gap->after, gap->count);
	start_stretch(g, gap->first + gap->count, gap->after);
	g->lost += gap->count;
	g->urgent = true;
}

static void see(struct gather *g, uint32_t serial, int64_t time)
{
	if (!g->window.started) {
		window_start(&g->window, serial - 1, time);
		start_stretch(g, serial, time);
	}
	window_see(&g->window, serial, time);
	g->last_record = time;
}

void gather_resume(struct gather *g, uint32_t last_serial, int64_t time)
{
	window_start(&g->window, last_serial, time);
	start_stretch(g, last_serial + 1, time);
}

bool gather_has_holes(const struct gather *g)
{
	return window_has_holes(&g->window);
}

uint32_t gather_mark(const struct gather *g)
{
	return g->window.end;
}

void gather_settle(struct gather *g, uint32_t mark)
{
	window_settle(&g->window, mark);
}

/* ---- swapping batches ------------------------------------------------------------------------------------------ */

static void say_losses(struct gather *g)
{
	int64_t now = clock_monotonic();

	if (!g->lost || now - g->said < SAY_MS)
		return;
	log_warning("%" PRIu64 " audit records never came: at most so many violations are missing", g->lost);
	g->lost = 0;
	g->said = now;
}

/* The first thing in a new batch. Coverage skips what was dropped: it was read, but nobody can know it. */
static void account_for_dropped(struct gather *g)
{
	if (g->refusing)
		start_stretch(g, g->window.base, g->window.base_time);
	g->refusing = false;
	if (g->unwritten.count == 0 || batch_add_loss(g->filling, BATCH_LOSS_UNWRITTEN, g->unwritten.first,
					       g->unwritten.last, g->unwritten.count) != 0)
		return;
	log_warning("%" PRIu64 " violations were dropped while the database took none", g->unwritten.count);
	g->unwritten.count = 0;
	g->urgent = true;
}

bool gather_hand_over(struct gather *g)
{
	struct batch *empty;

	cover_all(g);
	empty = writer_swap(g->writer, g->filling, g->last_record);
	if (!empty)
		return false;
	g->filling = empty;
	g->in_batch = false;
	g->urgent = false;
	account_for_dropped(g);
	say_losses(g);
	return true;
}

enum gather_news gather_news(const struct gather *g)
{
	if (g->urgent)
		return GATHER_EVENTS;
	return g->window.started && g->window.base != g->uncovered ? GATHER_COVERAGE : GATHER_NOTHING;
}

/* The batch is full. A writer that is merely slow is waited for, once: the kernel's queue holds what comes. */
static bool make_room(struct gather *g)
{
	if (gather_hand_over(g))
		return true;
	if (g->refusing)
		return false;
	if (writer_wait(g->writer, WAIT_MS) && gather_hand_over(g))
		return true;
	log_warning("the database does not take events and memory is full: only more of the same is counted now");
	g->refusing = true;
	return false;
}

/* ---- taking records ---------------------------------------------------------------------------------------------- */

static void drop(struct gather *g, int64_t time)
{
	if (g->unwritten.count++ == 0)
		g->unwritten.first = g->unwritten.last = time;
	g->unwritten.first = MIN(g->unwritten.first, time);
	g->unwritten.last = MAX(g->unwritten.last, time);
}

static void keep(struct gather *g, const struct event *ev)
{
	int r = batch_add(g->filling, ev);

	if (r == BATCH_E_FULL && make_room(g))
		r = batch_add(g->filling, ev);
	if (r != 0)
		drop(g, ev->time);
	g->urgent = true;
}

static void take_malformed(struct gather *g, struct span payload, const char *why)
{
	int64_t time = clock_now();
	uint32_t serial;

	log_debug("a record of the kernel's could not be read: %s", why ? why : "?");
	if (record_parse_stamp(payload, &time, &serial, NULL) == 0)
		see(g, serial, time);
	(void)batch_add_loss(g->filling, BATCH_LOSS_MALFORMED, time, time, 1);
	g->urgent = true;
}

static void take_violation(struct gather *g, struct span payload)
{
	struct event *ev = &g->event;
	const char *why = NULL;

	if (record_parse_netlink(payload, ev, &why) != 0) {
		take_malformed(g, payload, why);
		return;
	}
	if (g->processes)
		process_attribute(g->processes, ev);
	keep(g, ev);
	if (g->story)
		story_violation(g->story, ev, g->filling);
	g->recent[ev->serial % RECENT] = ev->serial;
	see(g, ev->serial, ev->time);
}

/* Of the other types only the serial matters, and what a SYSCALL record says about a violation of the same event. */
static void take_other(struct gather *g, uint16_t type, struct span payload)
{
	struct record_amend amend;
	uint32_t serial;
	int64_t time;

	if (record_parse_stamp(payload, &time, &serial, NULL) != 0)
		return;
	see(g, serial, time);
	if (type != AUDIT_SYSCALL || g->recent[serial % RECENT] != serial)
		return;
	if (record_parse_amend(payload, type, &amend) == 0 && batch_amend(g->filling, &amend) == 0)
		g->urgent = true;
}

void gather_take(struct gather *g, const struct netlink_message *m)
{
	if (m->type == AUDIT_SECCOMP)
		take_violation(g, m->payload);
	else
		take_other(g, m->type, m->payload);
}

void gather_update(struct gather *g)
{
	if (g->story && story_update(g->story, g->filling))
		g->urgent = true;
}

void gather_overflow(struct gather *g)
{
	int64_t now = clock_now();

	log_debug("the kernel's queue overflowed: a larger --receive-buffer helps");
	(void)batch_add_loss(g->filling, BATCH_LOSS_ENOBUFS, g->last_record == CLOCK_NONE ? now : g->last_record, now, 1);
	g->urgent = true;
}

/* ---- start and end ------------------------------------------------------------------------------------------------ */

int gather_new(struct gather **ret, struct batch *empty, const struct gather_helpers *helpers)
{
	struct gather *g = calloc(1, sizeof(*g));

	if (!g)
		return -ENOMEM;
	g->filling = empty;
	g->writer = helpers->writer;
	g->processes = helpers->processes;
	g->story = helpers->story;
	g->last_record = CLOCK_NONE;
	g->said = clock_monotonic() - SAY_MS;
	window_init(&g->window, on_gap, g);
	*ret = g;
	return 0;
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	batch_free(g->filling);
	free(g);
}

int gather_finish(struct gather *g, int timeout_ms, uint64_t *ret_left)
{
	uint64_t left = g->unwritten.count + batch_events(g->filling);
	int r;

	window_settle(&g->window, g->window.end);
	cover_all(g);
	r = writer_stop(g->writer, TAKE(g->filling), g->last_record, timeout_ms);
	if (r < 0)
		*ret_left = left;
	return r;
}
