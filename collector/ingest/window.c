/* SPDX-License-Identifier: MIT */
#include "seccompwatch/window.h"

void window_init(struct window *w, window_gap_fn on_gap, void *data)
{
	memset(w, 0, sizeof(*w));
	w->on_gap = on_gap;
	w->data = data;
}

void window_start(struct window *w, uint32_t last_serial, int64_t time)
{
	memset(w->seen, 0, sizeof(w->seen));
	w->started = true;
	w->base = last_serial + 1;
	w->end = w->base;
	w->base_time = time;
}

static bool has(const struct window *w, uint32_t serial)
{
	uint32_t i = serial % WINDOW_SIZE;

	return w->seen[i / 64] >> (i % 64) & 1;
}

static void mark(struct window *w, uint32_t serial, int64_t time)
{
	uint32_t i = serial % WINDOW_SIZE;

	w->seen[i / 64] |= UINT64_C(1) << (i % 64);
	w->times[i] = time;
}

/* Moves base over one serial that was seen. */
static void pass(struct window *w)
{
	uint32_t i = w->base % WINDOW_SIZE;

	w->seen[i / 64] &= ~(UINT64_C(1) << (i % 64));
	w->base_time = w->times[i];
	w->base++;
}

static void pass_seen(struct window *w)
{
	while (has(w, w->base))
		pass(w);
}

static void give_up(struct window *w, uint32_t until, int64_t after)
{
	struct window_gap gap = {w->base, until - w->base, w->base_time, after};

	w->base = until;
	w->on_gap(w->data, &gap);
}

/* base is missing and something above it was seen: tells the gap and passes what follows it. */
static void give_up_first(struct window *w)
{
	uint32_t until = w->base;

	while (!has(w, until))
		until++;
	give_up(w, until, w->times[until % WINDOW_SIZE]);
	pass_seen(w);
}

bool window_has_holes(const struct window *w)
{
	return w->end != w->base;
}

void window_settle(struct window *w, uint32_t serial)
{
	while (window_has_holes(w) && (int32_t)(serial - w->base) > 0)
		give_up_first(w);
}

/* Makes room for a serial beyond the window. */
static void slide(struct window *w, uint32_t serial, int64_t time)
{
	while (window_has_holes(w) && serial - w->base >= WINDOW_SIZE)
		give_up_first(w);
	if (serial - w->base >= WINDOW_SIZE) {
		give_up(w, serial, time);
		w->end = w->base;
	}
}

void window_see(struct window *w, uint32_t serial, int64_t time)
{
	if (!w->started)
		window_start(w, serial - 1, time);
	if (serial == w->base && w->end == w->base) { /* nearly always */
		w->end = ++w->base;
		w->base_time = time;
		return;
	}
	if (w->base - serial <= WINDOW_LATE && serial != w->base)
		return; /* another record of the same event, or too late */
	if (serial - w->base >= WINDOW_SIZE)
		slide(w, serial, time);
	mark(w, serial, time);
	if (serial - w->base >= w->end - w->base)
		w->end = serial + 1;
	pass_seen(w);
}
