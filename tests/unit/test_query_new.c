/* SPDX-License-Identifier: MIT */
/* What was never seen before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/events_db.h"

struct kinds {
	struct text said; /* "id:count " of each */
};

static int say(void *data, const struct query_kind *kind)
{
	struct kinds *k = data;

	text_printf(&k->said, "%d:%d@%d ", (int)kind->signature->id, (int)kind->count,
		(int)((kind->first - EVENTS_T0) / EVENTS_DAY));
	return 0;
}

static void expect(struct query *q, const char *field, const char *value, int since_day, int until_day, uint64_t limit,
	const char *said)
{
	struct query_filter filter = QUERY_FILTER_ANY;
	struct kinds k = {TEXT_EMPTY};

	if (field)
		events_db_filter(&filter, field, value);
	if (since_day >= 0)
		filter.since = EVENTS_T0 + since_day * EVENTS_DAY;
	if (until_day >= 0)
		filter.until = EVENTS_T0 + until_day * EVENTS_DAY;
	assert_int_equal(query_new_kinds(q, &filter, limit, say, &k), 0);
	assert_string_equal(k.said.data ? k.said.data : "", said);
	text_free(&k.said);
	query_filter_free(&filter);
}

/* 1 and 2 are one container made anew under its name, 3 another program of it, 4 the same in no container. */
static void fill(struct events_db *f)
{
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO container (id, host, runtime, cid, name, seq) VALUES "
			     "(1, 1, 1, 'aaaa', 'web', 1), (2, 1, 1, 'bbbb', 'web', 1)");
	events_db_signature(f, 1, 1, "1, NULL, 4, 327680, 3221225534, 41, 0, 'nc', '/bin/nc'");
	events_db_signature(f, 2, 1, "2, NULL, 4, 327680, 3221225534, 41, 0, 'nc', '/bin/nc'");
	events_db_signature(f, 3, 1, "2, NULL, 4, 327680, 3221225534, 41, 0, 'sh', '/bin/sh'");
	events_db_signature(f, 4, 1, "NULL, NULL, 4, 327680, 3221225534, 41, 0, 'nc', '/bin/nc'");
	events_db_row(f, EVENTS_T0, 1, 100, 5, 0);
	events_db_row(f, EVENTS_T0 + 2 * EVENTS_DAY, 2, 101, 7, 0);
	events_db_row(f, EVENTS_T0 + 3 * EVENTS_DAY, 3, 102, 2, 0);
	events_db_row(f, EVENTS_T0 + 4 * EVENTS_DAY, 4, 103, 1, 0);
	events_db_row(f, EVENTS_T0 + 6 * EVENTS_DAY, 4, 103, 9, 0);
	events_db_commit(f);
}

static void test_new(void **state)
{
	struct events_db *f = *state;
	struct query *q;

	fill(f);
	q = events_db_reader(f);
	expect(q, NULL, NULL, -1, -1, 0, "4:10@4 3:2@3 1:12@0 ");
	expect(q, NULL, NULL, 1, -1, 0, "4:10@4 3:2@3 ");  /* the container made anew is no news */
	expect(q, NULL, NULL, 1, 4, 0, "3:2@3 ");
	expect(q, NULL, NULL, 1, 5, 0, "4:1@4 3:2@3 ");    /* counted within the time */
	expect(q, NULL, NULL, 5, -1, 0, "");               /* known since the day before */
	expect(q, NULL, NULL, 1, -1, 1, "4:10@4 ");
	expect(q, "container", "web", 1, -1, 0, "3:2@3 ");
	expect(q, "text", "BIN/NC", -1, -1, 0, "4:10@4 1:12@0 ");
	expect(q, "exe", "/bin/none", -1, -1, 0, "");
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new, events_db_setup, events_db_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
