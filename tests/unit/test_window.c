/* SPDX-License-Identifier: MIT */
#include "seccompwatch/window.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define STEPS 12
#define GAPS  4
#define MAX32 UINT32_MAX

/* A step sees a serial; its time is 1000 + its place. SETTLE gives up all holes. */
#define SETTLE INT64_C(-1)

struct window_case {
	const char *name;
	bool resumed; /* after `last` of an earlier session, at time 500 */
	uint32_t last;
	int n_steps;
	int64_t steps[STEPS];
	int n_gaps;
	struct window_gap gaps[GAPS];
};

static const struct window_case cases[] = {
	{"in order", .n_steps = 4, .steps = {7, 8, 9, 10}},
	{"several records share a serial", .n_steps = 6, .steps = {7, 7, 8, 8, 8, 9}},
	{"out of order by one", .n_steps = 5, .steps = {7, 9, 8, 10, SETTLE}},
	{"out of order by many", .n_steps = 7, .steps = {7, 12, 11, 10, 9, 8, SETTLE}},
	{"a late companion of a passed event", .n_steps = 5, .steps = {7, 8, 9, 7, SETTLE}},
	{"a hole is not a gap until it is settled", .n_steps = 3, .steps = {7, 9, 10}},
	{"one gap", .n_steps = 4, .steps = {7, 10, 11, SETTLE}, .n_gaps = 1, .gaps = {{8, 2, 1000, 1001}}},
	{"two gaps", .n_steps = 5, .steps = {7, 9, 13, 14, SETTLE}, .n_gaps = 2,
		.gaps = {{8, 1, 1000, 1001}, {10, 3, 1001, 1002}}},
	{"after a gap was given up its late comer is nothing new", .n_steps = 5,
		.steps = {7, 9, SETTLE, 8, 10}, .n_gaps = 1, .gaps = {{8, 1, 1000, 1001}}},
	{"the window slides", .n_steps = 3, .steps = {7, 9, 8 + WINDOW_SIZE}, .n_gaps = 1,
		.gaps = {{8, 1, 1000, 1001}}},
	{"the window's last place", .n_steps = 2, .steps = {7, 7 + WINDOW_SIZE}},
	{"a jump beyond the window", .n_steps = 3, .steps = {7, 9, 100009}, .n_gaps = 2,
		.gaps = {{8, 1, 1000, 1001}, {10, 99999, 1001, 1002}}},
	{"a jump and its neighbours", .n_steps = 5, .steps = {7, 100000, 100002, 100001, SETTLE}, .n_gaps = 1,
		.gaps = {{8, 99992, 1000, 1001}}},
	{"wrapping", .n_steps = 5, .steps = {MAX32 - 1, MAX32, 0, 1, SETTLE}},
	{"wrapping out of order", .n_steps = 6, .steps = {MAX32 - 1, 0, MAX32, 2, 1, SETTLE}},
	{"a gap over the wrap", .n_steps = 4, .steps = {MAX32 - 1, 1, 2, SETTLE}, .n_gaps = 1,
		.gaps = {{MAX32, 2, 1000, 1001}}},
	{"a jump over the wrap", .n_steps = 2, .steps = {MAX32 - 9, 99990}, .n_gaps = 1,
		.gaps = {{MAX32 - 8, 99999, 1000, 1001}}},
	{"more than half the circle", .n_steps = 2, .steps = {10, 3000000010}, .n_gaps = 1,
		.gaps = {{11, 2999999999, 1000, 1001}}},
	{"the serial 0 comes first", .n_steps = 3, .steps = {0, 1, SETTLE}},
	{"resumed without a gap", .resumed = true, .last = 99, .n_steps = 3, .steps = {100, 101, SETTLE}},
	{"resumed on a companion of the last event", .resumed = true, .last = 99, .n_steps = 3,
		.steps = {99, 100, SETTLE}},
	{"resumed after a gap", .resumed = true, .last = 99, .n_steps = 3, .steps = {103, 104, SETTLE},
		.n_gaps = 1, .gaps = {{100, 3, 500, 1000}}},
	{"resumed after a long gap", .resumed = true, .last = 99, .n_steps = 2, .steps = {500000, 500001},
		.n_gaps = 1, .gaps = {{100, 499900, 500, 1000}}},
	{"resumed at the wrap", .resumed = true, .last = MAX32, .n_steps = 2, .steps = {0, 1}},
};

struct found {
	int n;
	struct window_gap gaps[GAPS];
};

static void on_gap(void *data, const struct window_gap *gap)
{
	struct found *f = data;

	assert_true(f->n < GAPS);
	f->gaps[f->n++] = *gap;
}

static void run(const struct window_case *c)
{
	static struct window w;
	struct found found = {0};

	window_init(&w, on_gap, &found);
	if (c->resumed)
		window_start(&w, c->last, 500);
	for (int i = 0; i < c->n_steps; i++) {
		if (c->steps[i] == SETTLE)
			window_settle(&w, w.end);
		else
			window_see(&w, (uint32_t)c->steps[i], 1000 + i);
	}
	if (found.n != c->n_gaps)
		fail_msg("%s: %d gaps instead of %d", c->name, found.n, c->n_gaps);
	for (int i = 0; i < found.n; i++) {
		const struct window_gap *a = &found.gaps[i], *b = &c->gaps[i];
		if (a->first != b->first || a->count != b->count || a->before != b->before || a->after != b->after)
			fail_msg("%s: gap %d is %u+%u (%lld … %lld)", c->name, i, a->first, a->count,
				(long long)a->before, (long long)a->after);
	}
}

static void test_table(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		run(&cases[i]);
}

struct tally {
	uint64_t lost;
};

static void count_gap(void *data, const struct window_gap *gap)
{
	((struct tally *)data)->lost += gap->count;
}

/* Swaps neighbours and drops every 1000th, across the wrap: the sum must come out. */
static void test_sum(void **state)
{
	static struct window w;
	struct tally tally = {0};
	uint32_t from = MAX32 - 50000, dropped = 0;

	window_init(&w, count_gap, &tally);
	window_see(&w, from - 1, 1);
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t serial = from + (i ^ 1);
		if (i % 1000 == 500)
			dropped++;
		else
			window_see(&w, serial, i);
	}
	window_settle(&w, w.end);
	assert_false(window_has_holes(&w));
	assert_int_equal(tally.lost, dropped);
	assert_int_equal(w.base, from + 100000);
}

static void test_holes(void **state)
{
	static struct window w;
	struct tally tally = {0};

	window_init(&w, count_gap, &tally);
	assert_false(window_has_holes(&w));
	window_see(&w, 1, 1);
	assert_false(window_has_holes(&w));
	window_see(&w, 3, 1);
	assert_true(window_has_holes(&w));
	window_see(&w, 5, 1);
	window_settle(&w, 2); /* only what lies below */
	assert_int_equal(tally.lost, 0);
	window_settle(&w, 3);
	assert_int_equal(tally.lost, 1);
	assert_true(window_has_holes(&w));
	window_see(&w, 4, 1);
	assert_false(window_has_holes(&w));
	assert_int_equal(tally.lost, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_holes),
	};
	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
