/* SPDX-License-Identifier: MIT */
/* window: which serials never came. Every audit event has one, of whatever type, and they are contiguous modulo
 * 2^32; several records share one, and they come out of order by as many as other CPUs get done while one is
 * held up between taking its number and queueing its record. Pure. */
#pragma once

#include "clock.h"

#define WINDOW_SIZE 8192      /* how far out of order is still in order; a power of two */
#define WINDOW_LATE (1u << 20) /* so far below base a serial is late; further off it has wrapped */

struct window_gap {
	uint32_t first; /* the first serial that did not come */
	uint32_t count; /* how many did not */
	int64_t before, after; /* times of what came before and after */
};

typedef void (*window_gap_fn)(void *data, const struct window_gap *gap);

struct window {
	window_gap_fn on_gap;
	void *data;
	bool started;
	uint32_t base;     /* everything below is decided: seen, or given up */
	uint32_t end;      /* one above the highest seen; base when nothing is missing */
	int64_t base_time; /* of the last seen below base */
	uint64_t seen[WINDOW_SIZE / 64]; /* bit serial % WINDOW_SIZE, for base … end */
	int64_t times[WINDOW_SIZE];
};

/* The gaps are told to `on_gap` in order, once each. */
void window_init(struct window *w, window_gap_fn on_gap, void *data);
/* What was seen before: the serials go on from here. Without it the first serial seen is the start. */
void window_start(struct window *w, uint32_t last_serial, int64_t time);
void window_see(struct window *w, uint32_t serial, int64_t time);
/* Whether something is missing between the serials seen. */
bool window_has_holes(const struct window *w);
/* Gives up what is missing below `serial`: it will not come any more. */
void window_settle(struct window *w, uint32_t serial);
