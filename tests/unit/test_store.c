/* SPDX-License-Identifier: MIT */
#include "support/store_fixture.h"

static void add(struct fixture *f, int64_t ms, uint32_t serial, int32_t pid)
{
	assert_int_equal(batch_add(f->batch, fixture_event(ms, serial, pid)), 0);
}

static void test_first_rows(void **state)
{
	struct fixture *f = *state;
	struct store_result r;
	CLEANUP_FREE char *rows = NULL, *rollup = NULL;

	add(f, 0, 1, 100);
	add(f, 500, 2, 100);
	add(f, 999, 3, 100);
	add(f, 1000, 4, 100);
	add(f, 1000, 5, 101);
	add(f, 120000, 6, 101);
	r = fixture_write(f);
	assert_int_equal(r.stored, 6);
	assert_int_equal(r.duplicates, 0);
	assert_int_equal(r.seq, 1);
	rows = fixture_rows(f, "SELECT (id >> 20) - 1700000000000, pid, serial, count, span, hex(serials) FROM event");
	assert_string_equal(rows, "0 100 1 3 999 010301,1000 100 4 1 - ,1000 101 5 1 - ,120000 101 6 1 - ");
	rollup = fixture_rows(f, "SELECT resolution, count FROM rollup ORDER BY 1, bucket");
	assert_string_equal(rollup, "60 5,60 1,3600 6,86400 6");
	assert_int_equal(fixture_number(f, "SELECT events FROM signature"), 6);
	assert_int_equal(fixture_number(f, "SELECT last - first FROM signature"), 120000);
}

static void test_twice(void **state)
{
	struct fixture *f = *state;
	struct store_result r;
	CLEANUP_FREE char *before = NULL, *after = NULL;
	static const char sql[] = "SELECT id, sig, pid, serial, count, span, hex(serials), seq FROM event";

	for (int i = 0; i < 2; i++) {
		add(f, 0, 1, 100);
		add(f, 0, 2, 100);
		add(f, 10, 3, 101);
		add(f, 5000, 4, 101);
		add(f, 9000, 5, 101);
		r = fixture_write(f);
		assert_int_equal(r.stored, i == 0 ? 5 : 0);
		assert_int_equal(r.duplicates, i == 0 ? 0 : 5);
		assert_int_equal(r.seq, i == 0 ? 1 : 0);
		free(before);
		before = after;
		after = fixture_rows(f, sql);
	}
	assert_string_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_rows, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_twice, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
