/* SPDX-License-Identifier: MIT */
/* The timeline as SVG: stacked bars, and hatching where nobody was watching, so that it is not taken for calm. */
#include <inttypes.h>
#include <stdio.h>

#include "report_doc.h"

#define WIDTH  960
#define HEIGHT 190
#define LEFT   48
#define TOP    8
#define BOTTOM 24
#define PLOT_H (HEIGHT - TOP - BOTTOM)
#define PLOT_W (WIDTH - LEFT)

/* The worst at the foot. */
static const enum event_outcome order[] = {EVENT_OUTCOME_KILLED, EVENT_OUTCOME_SIGNALLED, EVENT_OUTCOME_DENIED,
	EVENT_OUTCOME_NOTIFIED, EVENT_OUTCOME_TRACED, EVENT_OUTCOME_EXECUTED, EVENT_OUTCOME_UNKNOWN};

static uint64_t total_of(const struct query_bucket *b)
{
	uint64_t all = 0;

	for (size_t i = 0; i < EVENT_OUTCOME_N; i++)
		all += b->by_outcome[i];
	return all;
}

/* A round number at or above the highest bar: 1, 2, 5 times a power of ten. */
static uint64_t ceiling_of(const struct report *r)
{
	static const uint64_t steps[] = {1, 2, 5};
	uint64_t highest = 1, power = 1;

	for (size_t i = 0; i < r->n_buckets; i++)
		highest = MAX(highest, total_of(&r->buckets[i]));
	for (;; power *= 10) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
			if (steps[i] * power >= highest || power > UINT64_MAX / 100)
				return MAX(steps[i] * power, highest);
	}
}

/* Tenths of a unit, without a locale's comma. */
static void add_tenths(struct text *to, const char *name, int64_t tenths)
{
	text_printf(to, " %s=\"%" PRId64 ".%" PRId64 "\"", name, tenths / 10, tenths % 10);
}

static void add_rect(struct text *to, const char *class, const char *suffix, int64_t x, int64_t y, int64_t w, int64_t h)
{
	text_printf(to, "<rect class=\"%s%s\"", class, suffix);
	add_tenths(to, "x", x);
	add_tenths(to, "y", y);
	add_tenths(to, "width", w);
	add_tenths(to, "height", h);
	text_add_str(to, "/>");
}

static int64_t scale(uint64_t count, uint64_t ceiling)
{
	return (int64_t)((double)count * (PLOT_H * 10) / (double)ceiling + 0.5);
}

static void add_bar(struct text *to, const struct report *r, size_t i, uint64_t ceiling)
{
	const struct query_bucket *b = &r->buckets[i];
	int64_t x = LEFT * 10 + (int64_t)i * PLOT_W * 10 / (int64_t)r->n_buckets;
	int64_t w = LEFT * 10 + (int64_t)(i + 1) * PLOT_W * 10 / (int64_t)r->n_buckets - x;
	int64_t gap = w > 30 ? 10 : 0, foot = (TOP + PLOT_H) * 10;

	if (b->unwatched > 0)
		add_rect(to, "gap", "", x, TOP * 10, MAX(w * b->unwatched / r->step, 5), PLOT_H * 10);
	for (size_t k = 0; k < ARRAY_SIZE(order); k++) {
		uint64_t count = b->by_outcome[order[k]];
		int64_t h = count ? MAX(scale(count, ceiling), 10) : 0;

		if (h == 0)
			continue;
		foot -= h;
		add_rect(to, "o-", event_outcome_name(order[k]), x + gap / 2, foot, MAX(w - gap, 10), h);
	}
	if (b->lost_at_most)
		add_rect(to, "lost", "", x, TOP * 10, MAX(w, 20), 30);
}

static void add_label(struct text *to, int x, int y, const char *anchor, const char *label)
{
	text_printf(to, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, y, anchor, label);
}

static void add_axes(struct text *to, const struct report *r, uint64_t ceiling)
{
	char label[CLOCK_TEXT_MAX];

	for (int i = 0; i <= 2; i++) {
		int y = TOP + PLOT_H - PLOT_H * i / 2;
		char count[24];

		text_printf(to, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", LEFT, WIDTH, y, y);
		snprintf(count, sizeof(count), "%" PRIu64, ceiling * (uint64_t)i / 2);
		if (i != 1 || ceiling % 2 == 0)
			add_label(to, LEFT - 6, y + 4, "end", count);
	}
	report_time(r->buckets[0].start, label);
	label[16] = '\0';
	add_label(to, LEFT, HEIGHT - 6, "start", label);
	report_time(r->buckets[r->n_buckets / 2].start, label);
	label[16] = '\0';
	if (r->n_buckets > 2)
		add_label(to, LEFT + PLOT_W / 2, HEIGHT - 6, "middle", label);
	report_time(r->buckets[r->n_buckets - 1].start + r->step, label);
	label[16] = '\0';
	add_label(to, WIDTH, HEIGHT - 6, "end", label);
}

static void add_legend(struct text *to, const struct report *r)
{
	text_add_str(to, "<ul class=\"legend\">");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (r->by_outcome[order[i]])
			text_printf(to, "<li><i class=\"o-%s\"></i>%s (%" PRIu64 ")</li>", event_outcome_name(order[i]),
				event_outcome_name(order[i]), r->by_outcome[order[i]]);
	if (r->unwatched > 0)
		text_add_str(to, "<li><i class=\"h\"></i>nobody was watching</li>");
	if (r->lost_at_most)
		text_add_str(to, "<li><i class=\"o-killed\"></i>records were lost</li>");
	text_add_str(to, "</ul>");
}

void report_add_chart(const struct report *r, struct text *to)
{
	uint64_t ceiling = ceiling_of(r);

	text_printf(to, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Violations by time: %" PRIu64 " in all\">"
			"<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
			"<path d=\"M0 6L6 0\" stroke-width=\"1\"/></pattern></defs>\n", WIDTH, HEIGHT, r->total);
	add_axes(to, r, ceiling);
	for (size_t i = 0; i < r->n_buckets; i++)
		add_bar(to, r, i, ceiling);
	text_add_str(to, "\n</svg>");
	add_legend(to, r);
	text_add_str(to, "</figure>\n");
}
