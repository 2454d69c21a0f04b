/* SPDX-License-Identifier: MIT */
/* What a reader sees of a database that grows under its eyes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/events_db.h"

#define T0 EVENTS_T0

static void expect_changes(struct query *q, const struct query_filter *filter, uint64_t seq, const char *expected)
{
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct events_rows rows = {0};

	assert_int_equal(query_changes(q, filter, seq, events_db_collect, &rows), 0);
	events_db_describe(&rows, &got);
	assert_string_equal(got.data, expected);
}

/* Signature 1, a row at T0 + `at` s in a transaction of its own. */
static int64_t add_one(struct events_db *f, int at)
{
	int64_t id;

	events_db_begin(f);
	id = events_db_row(f, T0 + at * 1000, 1, 1, 1, 0);
	events_db_commit(f);
	return id;
}

static void test_new_and_grown(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query *q;
	int64_t id;

	events_db_fill(f);
	q = events_db_reader(f);
	assert_int_equal(query_seq(q), 1);
	expect_changes(q, &any, 1, "");
	expect_changes(q, &any, 0, "0 1 2 3 4");
	add_one(f, 10);
	id = add_one(f, 8);
	expect_changes(q, &any, 1, "8 10");
	assert_int_equal(query_seq(q), 3);
	expect_changes(q, &any, 2, "8");
	expect_changes(q, &any, 3, "");
	events_db_begin(f);
	events_db_run(f->db, "UPDATE event SET count = 5, seq = %d WHERE id = %lld", (int)f->seq, (long long)id);
	events_db_commit(f);
	expect_changes(q, &any, 1, "8 10");
	expect_changes(q, &any, 3, "8");
	query_close(q);
}

static void test_filtered(void **state)
{
	struct events_db *f = *state;
	struct query_filter filter = QUERY_FILTER_ANY;
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	events_db_filter(&filter, "comm", "new");
	events_db_begin(f);
	events_db_signature(f, 9, 1, "1, NULL, 1, 0, 0, 41, 0, 'new', 'e'");
	events_db_row(f, T0 + 20000, 9, 1, 1, 0);
	events_db_row(f, T0 + 21000, 1, 1, 1, 0);
	events_db_commit(f);
	expect_changes(q, &filter, 1, "20");
	query_filter_free(&filter);
	query_close(q);
}

/* Only the newest changes are kept: who was away longer must not miss any. */
static void test_forgotten(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query *q;

	events_db_fill(f);
	for (int i = 0; i < 5; i++)
		add_one(f, 10 + i);
	events_db_run(f->db, "DELETE FROM change WHERE seq < 5");
	q = events_db_reader(f);
	expect_changes(q, &any, 2, "11 12 13 14");
	expect_changes(q, &any, 4, "13 14");
	expect_changes(q, &any, 5, "14");
	query_close(q);
}

struct meddler {
	struct events_db *f;
	size_t seen;
	bool done;
};

/* Commits in the middle of a walk. */
static int meddle(void *data, const struct query_row *row)
{
	struct meddler *m = data;

	m->seen++;
	if (!m->done) {
		m->done = true;
		add_one(m->f, 700);
		add_one(m->f, 2);
	}
	return 0;
}

/* What is committed while a walk goes on is not lost: it is in this answer, or in the next one. */
static void test_commit_meanwhile(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct meddler m = {.f = f};
	struct query *q;
	uint64_t seq;

	events_db_fill(f);
	for (int i = 0; i < 600; i++)
		add_one(f, 10 + i);
	q = events_db_reader(f);
	assert_int_equal(query_changes(q, &any, 0, meddle, &m), 0);
	seq = query_seq(q);
	assert_int_equal(m.seen, 605);
	expect_changes(q, &any, seq, "2 700");
	query_close(q);
}

/* A walk that pauses holds no lock: the log can be reset under it. */
static int checkpoint(void *data, const struct query_row *row)
{
	struct meddler *m = data;

	if (!m->done) {
		m->done = true;
		add_one(m->f, 900);
		assert_int_equal(events_db_ask(m->f->db, "PRAGMA wal_checkpoint(truncate)"), 0);
	}
	m->seen++;
	return 0;
}

static void test_holds_no_lock(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct meddler m = {.f = f};
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	assert_int_equal(query_events(q, &any, &(struct query_page){.ascending = true}, checkpoint, &m, NULL), 0);
	assert_true(m.seen >= 5);
	query_close(q);
}

static int keep_name(void *data, const struct query_row *row)
{
	*(const char **)data = row->signature->container->name;
	return 0;
}

static void test_late_name(void **state)
{
	struct events_db *f = *state;
	struct query_filter filter = QUERY_FILTER_ANY;
	const struct query_page page = {.limit = 1};
	const char *name = "?";
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	events_db_filter(&filter, "container", "aaaa2222");
	assert_int_equal(query_events(q, &filter, &page, keep_name, &name, NULL), 0);
	assert_null(name);
	assert_int_equal(query_refresh(q), 0);
	events_db_begin(f);
	events_db_run(f->db, "UPDATE container SET name = 'db', seq = %d WHERE id = 2", (int)f->seq);
	events_db_commit(f);
	assert_int_equal(query_refresh(q), 1);
	assert_int_equal(query_events(q, &filter, &page, keep_name, &name, NULL), 0);
	assert_string_equal(name, "db");
	query_filter_free(&filter);
	query_close(q);
}

/* A file somebody else made: no byte of it reaches a terminal as a command. */
static void test_hostile_text(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	const char *name = NULL;
	struct query *q;

	events_db_fill(f);
	events_db_run(f->db, "UPDATE container SET name = 'a' || char(27) || '[2J' || char(155) || '\\x41'; "
			     "UPDATE signature SET container = 1, action = 99, source = -1");
	q = events_db_reader(f);
	assert_int_equal(query_events(q, &any, &(struct query_page){.limit = 1}, keep_name, &name, NULL), 0);
	assert_string_equal(name, "a\\x1B[2J\\xC2\\x9B\\\\x41");
	query_close(q);
}

static void test_impossible_ids(void **state)
{
	struct events_db *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;

	events_db_fill(f);
	events_db_run(f->db, "UPDATE signature SET id = %lld WHERE id = 5", 1LL << 60);
	assert_int_equal(query_open(&q, f->path, &why), -EBADMSG);
	assert_non_null(strstr(why.data, f->path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_and_grown, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_filtered, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_commit_meanwhile, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_holds_no_lock, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_late_name, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_hostile_text, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_impossible_ids, events_db_setup, events_db_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
