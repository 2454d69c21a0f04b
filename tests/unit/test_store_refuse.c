/* SPDX-License-Identifier: MIT */
/* What the store says when it cannot work, and that nothing is lost by it. */
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "support/store_fixture.h"

static int open_at(const char *path, enum store_role role, struct text *why)
{
	struct store_options options = {path, role, 0};
	struct store *s = NULL;
	int r;

	text_reset(why);
	r = store_open(&s, &options, why);
	store_close(s);
	return r;
}

static void assert_says(const struct text *why, const char *words)
{
	if (!why->data || !strstr(why->data, words))
		fail_msg("\"%s\" does not say \"%s\"", why->data ? why->data : "", words);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void write_file(const char *path, const char *data, size_t len)
{
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, data, len), len);
}

static const struct {
	const char *title;
	const char *sql; /* what makes the file what it is; NULL: the bytes */
	const char *bytes;
	int error;
	const char *words;
} foreign[] = {
	{"a newer schema", "PRAGMA application_id = 0x53435741; PRAGMA user_version = 999", NULL, -EPROTONOSUPPORT,
		"has schema 999"},
	{"another program's, marked", "PRAGMA application_id = 7; CREATE TABLE t (x)", NULL, -EMEDIUMTYPE,
		"another program's"},
	{"another program's, unmarked", "CREATE TABLE t (x)", NULL, -EMEDIUMTYPE, "another program's"},
	{"another program's, with a version", "PRAGMA user_version = 3", NULL, -EMEDIUMTYPE, "another program's"},
	{"a text", NULL, "this is not a database, and long enough to be looked at as one ........................"
			 "................................................",
		-EMEDIUMTYPE, "not a SQLite database"},
};

static void test_foreign(void **state)
{
	struct fixture *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char path[128];

	snprintf(path, sizeof(path), "%s/foreign", f->directory);
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		struct stat before, after;

		if (foreign[i].sql)
			run_sql(path, foreign[i].sql);
		else
			write_file(path, foreign[i].bytes, strlen(foreign[i].bytes));
		assert_int_equal(stat(path, &before), 0);
		if (open_at(path, STORE_IMPORT, &why) != foreign[i].error)
			fail_msg("%s: %s", foreign[i].title, why.data);
		assert_says(&why, foreign[i].words);
		assert_says(&why, path);
		/* And it is left as it was. */
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_size, before.st_size);
		unlink(path);
	}
}

static void test_places(void **state)
{
	struct fixture *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char path[192];
	struct stat st;

	snprintf(path, sizeof(path), "%s/new/events.db", f->directory);
	assert_int_equal(open_at(path, STORE_IMPORT, &why), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	unlink(path);
	for (const char *const *suffix = (const char *const[]){"-wal", "-shm", NULL}; *suffix; suffix++) {
		snprintf(path, sizeof(path), "%s/new/events.db%s", f->directory, *suffix);
		assert_int_equal(stat(path, &st), 0); /* readers need them after we are gone */
		assert_int_equal(st.st_mode & 07777, 0640);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/new", f->directory);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(open_at(path, STORE_IMPORT, &why), -EISDIR);
	assert_says(&why, "is a directory");
	rmdir(path);
	if (geteuid() == 0) {
		snprintf(path, sizeof(path), "%s/no/such/events.db", f->directory);
		assert_int_equal(open_at(path, STORE_IMPORT, &why), -ENOENT);
		assert_says(&why, "parent directory does not exist");
	}
	snprintf(path, sizeof(path), "%s/file", f->directory);
	write_file(path, "", 0);
	strcat(path, "/events.db");
	assert_int_equal(open_at(path, STORE_IMPORT, &why), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/file", f->directory);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(open_at(path, STORE_IMPORT, &why), -EINVAL);
	assert_says(&why, "not a regular file");
	unlink(path);
}

/* The group of its own, and a private directory that is opened for it; for root alone. */
static void test_group(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	gid_t gid;

	if (geteuid() != 0)
		skip();
	assert_int_equal(store_group(&gid), 0);
	assert_int_not_equal(gid, 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_gid, gid);
	assert_int_equal(stat(f->directory, &st), 0);
	assert_int_equal(st.st_gid, gid);
	assert_int_equal(st.st_mode & 07777, 0710);
}

static void test_second_collector(void **state)
{
	struct fixture *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char pid[32], lock[128];
	struct stat st;

	store_close(f->store);
	f->store = NULL;
	assert_int_equal(fixture_open(f, STORE_COLLECT), 0);
	assert_int_equal(open_at(f->path, STORE_COLLECT, &why), -EBUSY);
	snprintf(pid, sizeof(pid), "pid %d", (int)getpid());
	assert_says(&why, pid);
	assert_int_equal(open_at(f->path, STORE_IMPORT, &why), 0);
	snprintf(lock, sizeof(lock), "%s.lock", f->path);
	assert_int_equal(stat(lock, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(fixture_open(f, STORE_COLLECT), 0);
}

/* A writer that cannot write says so, keeps nothing half, and the same batch goes in later. */
static void test_busy(void **state)
{
	struct fixture *f = *state;
	struct store_result result = {0};
	sqlite3 *other;

	store_close(f->store);
	assert_int_equal(fixture_open(f, STORE_COLLECT), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(batch_add(f->batch, fixture_event(i * 300, 1 + (uint32_t)i, 9)), 0);
	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(store_write(f->store, f->batch, &result), -EBUSY);
	assert_non_null(strstr(store_error(f->store), "locked"));
	assert_int_equal(result.stored, 0);
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_int_equal(fixture_write(f).stored, 10);
	assert_int_equal(fixture_number(f, "SELECT sum(count) FROM event"), 10);
}

static void remove_all(const char *directory)
{
	DIR *d = opendir(directory);
	char path[512];

	for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
		snprintf(path, sizeof(path), "%s/%s", directory, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
}

/* Runs a test in a mount namespace of its own, on a small file system: 77 where that is not allowed. */
static int on_small_disk(const struct fixture *f, const char *size, int (*fn)(const char *path))
{
	pid_t pid = fork();
	char path[128];
	int status;

	if (pid == 0) {
		if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
			mount("small", f->directory, "tmpfs", 0, size) < 0)
			_exit(77);
		snprintf(path, sizeof(path), "%s/events.db", f->directory);
		status = fn(path);
		remove_all(f->directory);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define CHECK(condition)                                                                                             \
	do {                                                                                                         \
		if (!(condition)) {                                                                                  \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                              \
			return 1;                                                                                    \
		}                                                                                                    \
	} while (0)

static int fill_batch(struct batch *b, uint32_t from)
{
	int r = 0;

	batch_reset(b);
	for (uint32_t i = 0; i < 20000 && r == 0; i++)
		r = batch_add(b, fixture_event((from + i) * 3, from + i, (int)i));
	return r;
}

static int fill_disk(const char *path)
{
	struct store_options options = {path, STORE_COLLECT, 0};
	struct text why = TEXT_EMPTY;
	struct store_result result;
	struct store *s;
	struct batch *b;
	uint64_t stored = 0;
	char ballast[160];
	int r, fd;

	snprintf(ballast, sizeof(ballast), "%s.ballast", path);
	fd = open(ballast, O_WRONLY | O_CREAT, 0600);
	CHECK(fd >= 0 && posix_fallocate(fd, 0, 1 << 20) == 0);
	CHECK(batch_new(65536, &b) == 0 && store_open(&s, &options, &why) == 0);
	for (uint32_t from = 1;; from += 20000) {
		CHECK(fill_batch(b, from) == 0);
		r = store_write(s, b, &result);
		if (r < 0)
			break;
		stored += result.stored;
	}
	CHECK(r == -ENOSPC && strstr(store_error(s), "disk is full"));
	CHECK(stored > 0 && batch_events(b) == 20000);
	/* Room again: the same batch goes in, and nothing is missing or twice. */
	CHECK(unlink(ballast) == 0 && close(fd) == 0);
	CHECK(store_write(s, b, &result) == 0 && result.stored == 20000);
	CHECK(store_write(s, b, &result) == 0 && result.stored == 0);
	store_close(s);
	batch_free(b);
	return 0;
}

static void test_full_disk(void **state)
{
	int status = on_small_disk(*state, "size=4m", fill_disk);

	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

static int read_only(const char *path)
{
	char directory[128];
	struct text why = TEXT_EMPTY;

	snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
	CHECK(open_at(path, STORE_IMPORT, &why) == 0);
	CHECK(mount(NULL, directory, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	CHECK(open_at(path, STORE_IMPORT, &why) == -EROFS);
	CHECK(strstr(why.data, "Read-only file system"));
	text_free(&why);
	CHECK(mount(NULL, directory, NULL, MS_REMOUNT, NULL) == 0);
	return 0;
}

static void test_read_only(void **state)
{
	int status = on_small_disk(*state, "size=4m", read_only);

	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

/* The child commits batch after batch and tells how many; killed in the midst of it. */
static void write_until_killed(struct fixture *f, int out)
{
	uint32_t told;

	store_close(f->store); /* a connection does not survive fork */
	if (fixture_open(f, STORE_COLLECT) < 0)
		_exit(1);
	for (uint32_t i = 1;; i += 50) {
		struct store_result result;

		batch_reset(f->batch);
		for (uint32_t j = 0; j < 50; j++)
			batch_add(f->batch, fixture_event((int64_t)(i + j) * 7, i + j, (int)j));
		if (store_write(f->store, f->batch, &result) < 0)
			_exit(1);
		told = i + 49;
		if (write(out, &told, sizeof(told)) < 0)
			_exit(1);
	}
}

static void test_crash(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	f->store = NULL;
	for (int round = 0; round < 5; round++) {
		int ends[2];
		uint32_t told = 0, next;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0)
			write_until_killed(f, ends[1]);
		close(ends[1]);
		while (told < 500 * (uint32_t)(round + 1) && read(ends[0], &next, sizeof(next)) == sizeof(next))
			told = next;
		kill(pid, SIGKILL);
		while (read(ends[0], &next, sizeof(next)) == sizeof(next))
			told = next;
		close(ends[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		assert_int_equal(fixture_open(f, STORE_COLLECT), 0);
		assert_true(fixture_number(f, "SELECT sum(count) FROM event") >= told);
		assert_int_equal(fixture_number(f, "SELECT sum(count) FROM event"),
			fixture_number(f, "SELECT sum(events) FROM signature"));
		assert_int_equal(fixture_number(f, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
			1);
		store_close(f->store);
		f->store = NULL;
	}
}

/* A collector and an import of the same period, each a process of its own. */
static void write_beside(const char *path, enum store_role role, uint32_t step)
{
	struct store_options options = {path, role, 0};
	struct text why = TEXT_EMPTY;
	struct store *s = NULL;
	struct batch *b = NULL;
	int r = store_open(&s, &options, &why);

	if (r == 0)
		r = batch_new(4096, &b);
	for (uint32_t i = 0; i < 40 && r == 0; i++) {
		struct store_result result;

		for (uint32_t j = 0; j < 100; j++) {
			struct event *ev = fixture_event((i * 100 + j) * step, i * 100 + j, (int)(j % 7));

			ev->source = role == STORE_COLLECT ? EVENT_SOURCE_NETLINK : EVENT_SOURCE_AUDIT_LOG;
			batch_add(b, ev);
		}
		do
			r = store_write(s, b, &result);
		while (r == -EBUSY);
		batch_reset(b);
	}
	_exit(r == 0 ? 0 : 1);
}

static void test_two_writers(void **state)
{
	struct fixture *f = *state;
	pid_t pids[2];

	store_close(f->store);
	f->store = NULL;
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			write_beside(f->path, i ? STORE_IMPORT : STORE_COLLECT, 11);
	}
	for (int i = 0; i < 2; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(fixture_number(f, "SELECT sum(count) FROM event"), 4000);
	assert_int_equal(fixture_number(f, "SELECT sum(count) FROM rollup WHERE resolution = 3600"), 4000);
	assert_int_equal(fixture_number(f, "SELECT max(seq) - count(*) FROM change"), 0);
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char junk[4096];
	int fd;

	for (int i = 0; i < 2000; i++)
		assert_int_equal(batch_add(f->batch, fixture_event(i * 10, 1 + (uint32_t)i, i)), 0);
	fixture_write(f);
	store_close(f->store);
	f->store = NULL;
	memset(junk, 0x5a, sizeof(junk));
	fd = open(f->path, O_WRONLY);
	for (off_t at = sizeof(junk); at < (off_t)sizeof(junk) * 8; at += sizeof(junk))
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
	close(fd);
	assert_int_equal(open_at(f->path, STORE_IMPORT, &why), -EUCLEAN);
	assert_says(&why, "damaged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_foreign, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_places, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_group, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_second_collector, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_busy, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_full_disk, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_read_only, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_crash, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_two_writers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_damaged, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
