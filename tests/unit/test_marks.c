/* SPDX-License-Identifier: MIT */
/* What the user says: what a mute covers, what can be one, and what happens to the file that holds them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "seccompwatch/marks.h"

struct fixture {
	char directory[64], db[96], file[96];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->directory, "/tmp/test_marks_XXXXXX");
	if (!mkdtemp(f->directory) || chmod(f->directory, 0711) < 0)
		return -1;
	snprintf(f->db, sizeof(f->db), "%s/events.db", f->directory);
	snprintf(f->file, sizeof(f->file), "%s/marks/marks.db", f->directory);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[128];

	unlink(f->file);
	snprintf(path, sizeof(path), "%s/marks/marks.db-journal", f->directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/marks", f->directory);
	rmdir(path);
	unlink(path);
	rmdir(f->directory);
	free(f);
	return 0;
}

#define TEXT(s) ((char *)(s))

static int mute(const struct fixture *f, const struct marks_mute *what, int64_t *ret_id)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = marks_mute(f->db, what, ret_id, &why);

	if ((r < 0) != (why.len > 0))
		fail_msg("%d: %s", r, why.data ? why.data : "");
	return r;
}

static int reading(const struct fixture *f, const char *says)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks m = MARKS_EMPTY;
	int r = marks_read(f->db, &m, &why);

	if (says && (!why.data || !strstr(why.data, says)))
		fail_msg("\"%s\" does not say \"%s\"", why.data ? why.data : "", says);
	return r;
}

/* ---- pure ---------------------------------------------------------------------------------------------------- */

static void test_covers(void **state)
{
	static const struct {
		struct marks_mute mute;
		struct marks_kind kind;
		bool muted;
	} cases[] = {
		{{.syscall = TEXT("mkdir")}, {.syscall = "mkdir", .arch = "x86_64", .action = "errno"}, true},
		{{.syscall = TEXT("mkdir")}, {.syscall = "mkdirat"}, false},
		{{.syscall = TEXT("mkdir")}, {.syscall = NULL}, false},
		{{.syscall = TEXT("999")}, {.syscall = "999"}, true},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("x86")}, {.syscall = "mkdir", .arch = "x86_64"}, false},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("x86")}, {.syscall = "mkdir", .arch = NULL}, false},
		{{.syscall = TEXT("mkdir"), .action = TEXT("errno")}, {.syscall = "mkdir", .action = "errno"}, true},
		{{.syscall = TEXT("mkdir"), .action = TEXT("errno")}, {.syscall = "mkdir", .action = "log"}, false},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("web")},
			{.syscall = "mkdir", .container = "web"}, true},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("web")},
			{.syscall = "mkdir", .container = "web2"}, false},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("0123ab")},
			{.syscall = "mkdir", .container_id = "0123ab"}, true},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("0123")},
			{.syscall = "mkdir", .container_id = "0123ab"}, false},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("web")}, {.syscall = "mkdir"}, false},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("nginx")},
			{.syscall = "mkdir", .image = "nginx"}, false},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_IMAGE, .subject = TEXT("nginx")},
			{.syscall = "mkdir", .container = "web", .image = "nginx"}, true},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_UNIT, .subject = TEXT("x.service")},
			{.syscall = "mkdir", .unit = "x.service"}, true},
		{{.syscall = TEXT("mkdir"), .scope = (enum marks_scope)9}, {.syscall = "mkdir"}, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct marks_mute one = cases[i].mute;
		const struct marks m = {.mutes = &one, .n = 1};

		if (marks_is_muted(&m, &cases[i].kind) != cases[i].muted)
			fail_msg("case %zu", i);
	}
	assert_false(marks_is_muted(&MARKS_EMPTY, &(struct marks_kind){.syscall = "mkdir"}));
}

static void test_check(void **state)
{
	static char long_name[MARKS_SUBJECT_MAX + 2], long_note[MARKS_NOTE_MAX + 2];
	static const struct {
		struct marks_mute mute;
		const char *field; /* NULL: it can be kept */
	} cases[] = {
		{{.syscall = TEXT("mkdir")}, NULL},
		{{.syscall = TEXT("mseal")}, NULL},
		{{.syscall = TEXT("4095")}, NULL},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("x32"), .action = TEXT("kill_process")}, NULL},
		{{.scope = MARKS_CONTAINER, .subject = TEXT("w\xc3\xa4hrung"), .syscall = TEXT("mkdir")}, NULL},
		{{.syscall = NULL}, "syscall"},
		{{.syscall = TEXT("")}, "syscall"},
		{{.syscall = TEXT("mkdirr")}, "syscall"},
		{{.syscall = TEXT("1x")}, "syscall"},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("aarch64")}, "syscall"},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("amd64")}, "arch"},
		{{.syscall = TEXT("mkdir"), .arch = TEXT("")}, "arch"},
		{{.syscall = TEXT("mkdir"), .action = TEXT("allow")}, "action"},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_IMAGE}, "image"},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_UNIT, .subject = TEXT("")}, "unit"},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("a\nb")}, "container"},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = TEXT("\xff")}, "container"},
		{{.syscall = TEXT("mkdir"), .scope = MARKS_CONTAINER, .subject = long_name}, "container"},
		{{.syscall = TEXT("mkdir"), .note = long_note}, "note"},
		{{.syscall = TEXT("mkdir"), .note = TEXT("\x1b[2J")}, "note"},
	};

	memset(long_name, 'a', sizeof(long_name) - 1);
	memset(long_note, 'a', sizeof(long_note) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		const char *field = NULL;
		int r = marks_check(&cases[i].mute, &field, &why);

		if (r != (cases[i].field ? -EINVAL : 0) || (cases[i].field && strcmp(field, cases[i].field) != 0))
			fail_msg("case %zu: %d, %s: %s", i, r, field ? field : "", why.data ? why.data : "");
	}
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static void test_once_and_undone(void **state)
{
	const struct marks_mute what = {.scope = MARKS_CONTAINER, .subject = TEXT("web"), .syscall = TEXT("mkdir"),
		.action = TEXT("errno"), .note = TEXT("known"), .author = TEXT("me"), .time = 1700000000123};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks m = MARKS_EMPTY;
	const struct fixture *f = *state;
	int64_t id, again;

	assert_int_equal(reading(f, NULL), 0); /* nothing is there yet */
	assert_int_equal(mute(f, &what, &id), 0);
	assert_int_equal(mute(f, &what, &again), MARKS_E_KNOWN);
	assert_int_equal(id, again);
	assert_int_equal(marks_read(f->db, &m, &why), 0);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.mutes[0].scope, MARKS_CONTAINER);
	assert_string_equal(m.mutes[0].subject, "web");
	assert_string_equal(m.mutes[0].action, "errno");
	assert_string_equal(m.mutes[0].note, "known");
	assert_string_equal(m.mutes[0].author, "me");
	assert_null(m.mutes[0].arch);
	assert_int_equal(m.mutes[0].time, 1700000000123);
	assert_int_equal(marks_unmute(f->db, id, &why), 0);
	assert_int_equal(marks_unmute(f->db, id, &why), -ENOENT);
	assert_int_equal(mute(f, &what, &again), 0);
	assert_true(again > id);
}

static void test_looked(void **state)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks before = MARKS_EMPTY, m = MARKS_EMPTY;
	const struct fixture *f = *state;

	assert_int_equal(marks_read(f->db, &before, &why), 0);
	assert_int_equal(before.looked, CLOCK_NONE);
	assert_int_equal(marks_look(f->db, 2000, &why), 0);
	assert_int_equal(marks_look(f->db, 1000, &why), 0);
	assert_int_equal(marks_read(f->db, &m, &why), 0);
	assert_int_equal(m.looked, 2000);
}

static void test_bounded(void **state)
{
	const struct fixture *f = *state;
	struct marks_mute what = {.syscall = TEXT("mkdir"), .author = TEXT("me")};
	char fill[160];
	int64_t id;
	sqlite3 *db;

	assert_int_equal(mute(f, &what, &id), 0);
	assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
	snprintf(fill, sizeof(fill), "WITH n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO mute SELECT i, 1, i, 'open', '', '', '', 0, '' FROM n", MARKS_MAX);
	assert_int_equal(sqlite3_exec(db, fill, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	what.syscall = TEXT("rmdir");
	assert_int_equal(mute(f, &what, &id), -ENOSPC);
	what.syscall = TEXT("mkdir");
	assert_int_equal(mute(f, &what, &id), MARKS_E_KNOWN);
}

static void make(const struct fixture *f, const char *sql, const char *bytes)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	assert_int_equal(marks_prepare(f->db, &why), 0);
	if (sql) {
		sqlite3 *db;

		assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
	} else {
		CLEANUP_CLOSE int fd = open(f->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

		assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	}
	assert_int_equal(chmod(f->file, 0666), 0);
}

static void test_foreign(void **state)
{
	static const struct {
		const char *sql, *bytes;
		int error;
		const char *says;
	} cases[] = {
		{"PRAGMA application_id = 0x5343574d; PRAGMA user_version = 999", NULL, -EPROTONOSUPPORT, "has schema 999"},
		{"PRAGMA application_id = 0x53435741; CREATE TABLE t (x)", NULL, -EMEDIUMTYPE, "Move it away"},
		{"CREATE TABLE t (x)", NULL, -EMEDIUMTYPE, "Move it away"},
		{NULL, "this is not a database, and long enough to be looked at as one ..........................."
		       ".....................................................",
			-EMEDIUMTYPE, "not a SQLite database"},
	};
	const struct fixture *f = *state;
	const struct marks_mute what = {.syscall = TEXT("mkdir"), .author = TEXT("me")};
	int64_t id;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unlink(f->file);
		make(f, cases[i].sql, cases[i].bytes);
		if (reading(f, cases[i].says) != cases[i].error || mute(f, &what, &id) != cases[i].error)
			fail_msg("case %zu: %d, %d", i, reading(f, NULL), mute(f, &what, &id));
	}
	/* An empty one is a beginning. */
	unlink(f->file);
	make(f, NULL, "");
	assert_int_equal(reading(f, NULL), 0);
	assert_int_equal(mute(f, &what, &id), 0);
}

static void test_damaged(void **state)
{
	const struct fixture *f = *state;
	const struct marks_mute what = {.syscall = TEXT("mkdir"), .author = TEXT("me")};
	CLEANUP_CLOSE int fd = -1;
	char junk[4096];
	struct stat st;
	int64_t id;

	assert_int_equal(mute(f, &what, &id), 0);
	memset(junk, 0xa5, sizeof(junk));
	fd = open(f->file, O_WRONLY | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 4096; at < st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
	assert_int_equal(reading(f, "damaged"), -EUCLEAN);
	assert_int_equal(mute(f, &what, &id), -EUCLEAN);
}

static void test_links_and_modes(void **state)
{
	const struct fixture *f = *state;
	const struct marks_mute what = {.syscall = TEXT("mkdir"), .author = TEXT("me")};
	char directory[80], target[80];
	struct stat st;
	int64_t id;

	snprintf(directory, sizeof(directory), "%s/marks", f->directory);
	assert_int_equal(mute(f, &what, &id), 0);
	assert_int_equal(stat(f->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_true(geteuid() != 0 || st.st_uid != 0);
	assert_int_equal(stat(directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_true(geteuid() != 0 || st.st_uid != 0);
	/* What is no file of its own is not followed. */
	snprintf(target, sizeof(target), "%s/target", f->directory);
	unlink(f->file);
	assert_int_equal(symlink(target, f->file), 0);
	assert_int_equal(reading(f, "not a regular file"), -EINVAL);
	assert_int_equal(mute(f, &what, &id), -EINVAL);
	assert_int_equal(access(target, F_OK), -1);
	unlink(f->file);
	assert_int_equal(rmdir(directory), 0);
	assert_int_equal(symlink("/tmp", directory), 0);
	assert_int_equal(reading(f, "not a directory"), -ENOTDIR);
	assert_true(mute(f, &what, &id) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_check),
		cmocka_unit_test_setup_teardown(test_once_and_undone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_looked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_and_modes, setup, teardown),
	};

	return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
