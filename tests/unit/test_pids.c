/* SPDX-License-Identifier: MIT */
/* Which processes have rows in which minute: kept by every way of writing, used by the reader, made for old databases. */
#include "../../collector/store/pids.h"
#include "../../collector/store/serials.h"
#include "seccompwatch/query.h"
#include "support/store_fixture.h"

#define MINUTE 60000

/* Each row's process is named by its minute. */
static void assert_complete(const struct fixture *f)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
				 "SELECT e.id, e.pid, p.pids FROM event e LEFT JOIN pids p ON p.minute = (e.id >> 20) / 60000"
				 " WHERE e.pid IS NOT NULL",
				 -1, &stmt, NULL),
		SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		size_t len = (size_t)sqlite3_column_bytes(stmt, 2);

		assert_int_equal(sqlite3_column_type(stmt, 2), SQLITE_BLOB);
		if (len > 0 && !serials_stored_has(sqlite3_column_blob(stmt, 2), len, (uint32_t)sqlite3_column_int(stmt, 1)))
			fail_msg("row %lld: pid %d is not named", sqlite3_column_int64(stmt, 0), sqlite3_column_int(stmt, 1));
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void add(struct fixture *f, int64_t ms, uint32_t serial, int32_t pid)
{
	assert_int_equal(batch_add(f->batch, fixture_event(ms, serial, pid)), 0);
}

static int count_row(void *data, const struct query_row *row)
{
	++*(int64_t *)data;
	return 0;
}

/* As many as a scan finds, whichever way and in pages of any size. */
static void assert_found(const struct fixture *f, struct query *q, int pid)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY, sql = TEXT_EMPTY;
	struct query_filter filter = QUERY_FILTER_ANY;
	char value[16];
	int64_t wanted;

	text_printf(&sql, "SELECT count(*) FROM event WHERE pid = %d", pid);
	wanted = fixture_number(f, sql.data);
	snprintf(value, sizeof(value), "%d", pid);
	assert_int_equal(query_filter_add(&filter, QUERY_PID, span_from(value), &why), 0);
	for (uint64_t limit = 0; limit <= 7; limit += 7)
		for (int ascending = 0; ascending < 2; ascending++) {
			CLEANUP_FREE char *cursor = NULL;
			int64_t n = 0;

			do {
				struct query_page page = {limit, ascending, cursor};
				char *next = NULL;

				assert_int_equal(query_events(q, &filter, &page, count_row, &n, &next), 0);
				free(cursor);
				cursor = next;
			} while (cursor);
			if (n != wanted)
				fail_msg("pid %d: %lld of %lld, limit %d, ascending %d", pid, (long long)n, (long long)wanted, (int)limit,
					ascending);
		}
	query_filter_free(&filter);
}

static void fill(struct fixture *f)
{
	uint32_t serial = 1;

	for (int minute = 0; minute < 300; minute++) {
		for (int i = 0; i < 20; i++)
			add(f, minute * MINUTE + i * 100, serial++, minute % 7 == 0 && i == 3 ? 77 : 1000 + (minute * 20 + i) % 900);
		if (minute % 40 == 0)
			fixture_write(f);
	}
	/* More than a minute keeps. */
	for (int i = 0; i <= PIDS_MAX; i++)
		add(f, 400 * MINUTE + i, serial++, 20000 + 2 * i);
	fixture_write(f);
	/* Again, and late: the middle of what is there. */
	for (int i = 0; i < 50; i++)
		add(f, 150 * MINUTE + i * 7, serial++, 555 + i);
	for (int i = 0; i < 50; i++)
		add(f, 400 * MINUTE + 30000 + i, serial++, 7);
	fixture_write(f);
}

static void assert_all_found(const struct fixture *f)
{
	static const int pids[] = {77, 1000, 1899, 555, 604, 605, 7, 20000, 36384, 20001, 1};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;

	assert_complete(f);
	assert_int_equal(query_open(&q, f->path, &why), 0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		assert_found(f, q, pids[i]);
	query_close(q);
}

static void test_found(void **state)
{
	struct fixture *f = *state;

	fill(f);
	assert_all_found(f);
	assert_int_equal(fixture_number(f, "SELECT length(pids) FROM pids ORDER BY minute DESC LIMIT 1"), 0);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM pids WHERE length(pids) = 0"), 1);
}

static void test_made_for_old_databases(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;

	fill(f);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE kept AS SELECT * FROM rollup WHERE resolution = 900; DROP TABLE pids;"
		"DELETE FROM rollup WHERE resolution = 900; PRAGMA user_version = 3", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(fixture_open(f, STORE_IMPORT), 0);
	assert_all_found(f);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM rollup)"), 0);
	assert_true(fixture_number(f, "SELECT count(*) FROM kept") > 0);
}

static void test_stored_sets(void **state)
{
	static const struct {
		const char *title, *bytes;
		size_t len;
		uint32_t serial;
		bool has;
	} cases[] = {
		{"empty", "", 0, 0, false}, {"one", "\x05", 1, 5, true}, {"another", "\x05", 1, 6, false},
		{"three in a row", "\x05\x03\x01", 3, 7, true}, {"beyond", "\x05\x03\x01", 3, 8, false},
		{"every second", "\x05\x05\x02", 3, 9, true}, {"between", "\x05\x05\x02", 3, 8, false},
		{"before", "\x05\x05\x02", 3, 4, false}, {"cut short", "\x05\x05", 2, 9, true}, {"no step", "\x05\x01\x02", 3, 9, true},
		{"no end", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10, 9, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (serials_stored_has((const unsigned char *)cases[i].bytes, cases[i].len, cases[i].serial) != cases[i].has)
			fail_msg("%s", cases[i].title);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_made_for_old_databases, fixture_setup, fixture_teardown),
		cmocka_unit_test(test_stored_sets),
	};

	return cmocka_run_group_tests_name("pids", tests, NULL, NULL);
}
