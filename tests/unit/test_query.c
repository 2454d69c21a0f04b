/* SPDX-License-Identifier: MIT */
/* Opening a database in every state, and walking its rows page by page. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "support/events_db.h"

#define NOBODY 65534

static void test_open_refuses(void **state)
{
	struct events_db *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/nothing.db", f->dir);
	assert_int_equal(query_open(&q, path, &why), -ENOENT);
	assert_non_null(strstr(why.data, path));
	assert_int_equal(query_open(&q, f->dir, &why), -EMEDIUMTYPE);
	snprintf(path, sizeof(path), "%s/other.db", f->dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(query_open(&q, path, &why), -EMEDIUMTYPE);
	for (int i = 0; i < 500; i++)
		assert_int_equal(write(fd, "no database ", 12), 12);
	close(fd);
	assert_int_equal(query_open(&q, path, &why), -EMEDIUMTYPE);
	events_db_run(f->db, "PRAGMA user_version=999");
	text_reset(&why);
	assert_int_equal(query_open(&q, f->path, &why), -EPROTONOSUPPORT);
	assert_non_null(strstr(why.data, "newer"));
	events_db_run(f->db, "PRAGMA user_version=0");
	assert_int_equal(query_open(&q, f->path, &why), -EPROTONOSUPPORT);
	events_db_run(f->db, "PRAGMA application_id=1");
	assert_int_equal(query_open(&q, f->path, &why), -EMEDIUMTYPE);
	assert_null(q);
}

static void test_open_unreadable(void **state)
{
	struct events_db *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;
	int r;

	if (geteuid() != 0)
		skip();
	chmod(f->dir, 0755);
	chmod(f->path, 0600);
	assert_int_equal(seteuid(NOBODY), 0);
	r = query_open(&q, f->path, &why);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(r, -EACCES);
	assert_non_null(strstr(why.data, "root"));
}

static size_t count_as_nobody(const struct events_db *f, const char *path)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct events_rows rows = {0};
	struct query *q = NULL;
	int r;

	assert_int_equal(seteuid(NOBODY), 0);
	r = query_open(&q, path, &why);
	if (r == 0)
		r = query_events(q, &any, &(struct query_page){0}, events_db_collect, &rows, NULL);
	assert_int_equal(seteuid(0), 0);
	query_close(q);
	if (r < 0)
		fail_msg("%d: %s", r, why.data);
	return rows.n;
}

/* Another user, read permission only, in a directory that cannot be written: with the writer there, and gone. */
static void test_open_as_reader(void **state)
{
	struct events_db *f = *state;
	char path[128];
	int keep = 1;

	if (geteuid() != 0)
		skip();
	events_db_fill(f);
	sqlite3_file_control(f->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
	chmod(f->dir, 0755);
	snprintf(path, sizeof(path), "%s-wal", f->path);
	chmod(path, 0644);
	snprintf(path, sizeof(path), "%s-shm", f->path);
	chmod(path, 0644);
	chmod(f->path, 0644);
	assert_int_equal(count_as_nobody(f, f->path), 5);
	sqlite3_close(f->db);
	assert_int_equal(count_as_nobody(f, f->path), 5);
	f->db = NULL;
}

/* A lone file, as on a read-only medium; its name must not be taken for a URI's. */
static void test_open_lone(void **state)
{
	struct events_db *f = *state;
	char path[128];

	if (geteuid() != 0)
		skip();
	events_db_fill(f);
	sqlite3_close(f->db);
	f->db = NULL;
	snprintf(path, sizeof(path), "%s/a?b#c%%d.db", f->dir);
	assert_int_equal(rename(f->path, path), 0);
	chmod(path, 0444);
	chmod(f->dir, 0555);
	assert_int_equal(count_as_nobody(f, path), 5);
}

static void test_replaced(void **state)
{
	struct events_db *f = *state;
	CLEANUP(query_close_p) struct query *q = events_db_reader(f);
	char other[128];
	sqlite3 *db;

	snprintf(other, sizeof(other), "%s/other.db", f->dir);
	db = events_db_make(other);
	sqlite3_close(db);
	assert_int_equal(query_refresh(q), 0);
	assert_int_equal(rename(other, f->path), 0);
	assert_int_equal(query_refresh(q), -ESTALE);
}

/* ---- pages ---- */

static const struct page_case {
	uint64_t limit;
	bool ascending;
	const char *pages[4];
} page_cases[] = {
	{0, false, {"4 3 2 1 0"}},
	{0, true, {"0 1 2 3 4"}},
	{5, false, {"4 3 2 1 0"}},
	{5, true, {"0 1 2 3 4"}},
	{2, false, {"4 3", "2 1", "0"}},
	{2, true, {"3 4", "1 2", "0"}},
	{4, false, {"4 3 2 1", "0"}},
	{1, true, {"4", "3", "2", "1"}},
	{5000, true, {"0 1 2 3 4"}}, /* too many to be turned round in memory */
};

static void test_pages(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(page_cases); i++) {
		const struct page_case *c = &page_cases[i];
		char *cursor = NULL;

		for (size_t p = 0; p < ARRAY_SIZE(c->pages) && c->pages[p]; p++) {
			struct query_page page = {c->limit, c->ascending, cursor};
			struct events_rows rows = {0};
			char *next = NULL;

			assert_int_equal(query_events(q, &any, &page, events_db_collect, &rows, &next), 0);
			events_db_describe(&rows, &got);
			assert_string_equal(got.data, c->pages[p]);
			free(cursor);
			cursor = next;
			if (!cursor)
				assert_true(p + 1 == ARRAY_SIZE(c->pages) || !c->pages[p + 1]);
		}
		free(cursor);
	}
	query_close(q);
}

static void test_cursor_is_checked(void **state)
{
	static const char *const bad[] = {"", "1", "1-", "1-2", "1-2-3", "1-2-", "-", "--", "2-1-0", "0x1-2-3", "1-ffffffffffffffff-0",
		"1-2-3-4", "x", "1-2-00000000 "};
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_FREE char *good = NULL;
	struct events_rows rows = {0};
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(query_events(q, &any, &(struct query_page){1, false, bad[i]}, events_db_collect, &rows, NULL), -EINVAL);
	assert_int_equal(query_events(q, &any, &(struct query_page){1, false, NULL}, events_db_collect, &rows, &good), 0);
	assert_non_null(good);
	good[strlen(good) - 1] ^= 1;
	assert_int_equal(query_events(q, &any, &(struct query_page){1, false, good}, events_db_collect, &rows, NULL), -EINVAL);
	query_close(q);
}

static void test_callback_ends_walk(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct events_rows rows = {.stop_after = 2};
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	assert_int_equal(query_events(q, &any, &(struct query_page){.ascending = true}, events_db_collect, &rows, NULL), 77);
	assert_int_equal(rows.n, 2);
	query_close(q);
}

static void test_row_fields(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct events_rows rows = {0};
	struct query *q;

	events_db_fill(f);
	events_db_run(f->db, "INSERT INTO detail (event, ppid, tid, error, args) VALUES (%lld, 5, 6, NULL, '0x1,0xffffffffffffffff')", (long long)EVENTS_T0 << 20);
	q = events_db_reader(f);
	assert_int_equal(query_events(q, &any, &(struct query_page){.ascending = true}, events_db_collect, &rows, NULL), 0);
	assert_int_equal(rows.at[0].ppid, 5);
	assert_int_equal(rows.at[0].tid, 6);
	assert_int_equal(rows.at[0].n_args, 2);
	assert_true(rows.at[0].args[1] == UINT64_MAX);
	assert_int_equal(rows.at[0].serial, 7);
	assert_string_equal(rows.at[0].signature->syscall_name, "socket");
	assert_string_equal(rows.at[0].signature->container->name, "web");
	assert_string_equal(rows.at[1].signature->arch_name, "x86");
	assert_string_equal(rows.at[1].signature->syscall_name, "mkdir");
	assert_int_equal(rows.at[2].error, 1); /* 0x50001 */
	assert_null(rows.at[2].signature->syscall_name);
	assert_null(rows.at[3].signature->arch_name);
	assert_int_equal(rows.at[3].signature->uid, EVENT_UNSET);
	assert_string_equal(rows.at[4].signature->arch_name, "x32");
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open_refuses, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_open_unreadable, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_open_as_reader, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_open_lone, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_replaced, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_pages, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_cursor_is_checked, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_callback_ends_walk, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_row_fields, events_db_setup, events_db_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
