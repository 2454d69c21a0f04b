/* SPDX-License-Identifier: MIT */
/* Clients and databases that mean no good: the server stays up, stays small, answers others, and recovers by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "rig.h"

#define HALF_OPEN   10000
#define SLOW_BODIES 200
#define MEMORY_KIB  (64 << 10)

#define RECORD "type=SECCOMP msg=audit(%d.000:%d): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=%d comm=\"nc\" " \
	"exe=\"/bin/nc\" sig=31 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x80000000\n"

static pid_t server;

/* ---- fixtures ---------------------------------------------------------------------------------------------------- */

static int setup(void **state)
{
	static const char *const more[] = {"--listen", "127.0.0.1:0", NULL};
	const struct rlimit files = {HALF_OPEN + 1000, HALF_OPEN + 1000};
	char path[160], *log;
	struct rig *rig;
	FILE *f;

	if (rig_setup(state) < 0)
		return -1;
	rig = *state;
	snprintf(path, sizeof(path), "%s/audit.log", rig->dir);
	f = fopen(path, "we");
	if (!f || chmod(rig->dir, 0711) < 0)
		return -1;
	for (int i = 0; i < 20000; i++)
		fprintf(f, RECORD, 1700000000 + i, i, 1000 + i % 5000);
	fclose(f);
	free(rig_shell(rig, NULL, "%P --db %D import %T/audit.log 2>&1; cp -a %D %T/kept"));
	server = rig_start(rig, "serve", more, "http://127.0.0.1:");
	/* The server keeps the limits it was started with. */
	setrlimit(RLIMIT_NOFILE, &files);
	log = rig_shell(rig, NULL, "sed -n 's|^http://127.0.0.1:||p' %L");
	client_port = atoi(log);
	free(log);
	return 0;
}

static int teardown(void **state)
{
	if (server > 0)
		rig_stop(server, SIGTERM, NULL);
	return rig_teardown(state);
}

static long memory_kib(void)
{
	char path[64], line[128];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)server);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	fclose(f);
	return kib;
}

/* Others are answered, and soon. */
static void others_are_answered(void)
{
	for (int i = 0; i < 10; i++) {
		double start = rig_now();

		assert_int_equal(client_ask("GET", "/api/v1/health", "").status, 200);
		if (rig_now() - start > 1)
			fail_msg("an answer took %.2f s", rig_now() - start);
	}
	if (memory_kib() > MEMORY_KIB)
		fail_msg("the server takes %ld KiB", memory_kib());
}

static void await_status(int status, double seconds)
{
	double end = rig_now() + seconds;
	int got = 0;

	while (rig_now() < end && (got = client_ask("GET", "/api/v1/events?limit=1000", "").status) != status)
		usleep(100000);
	assert_int_equal(got, status);
}

/* ---- clients ------------------------------------------------------------------------------------------------------ */

/* One that may be refused. */
static int try_dial(const char *say)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client_port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		send(fd, say, strlen(say), MSG_NOSIGNAL | MSG_DONTWAIT);
	return fd;
}

static void half_open_connections_lock_nobody_out(void **state)
{
	int *fds = calloc(HALF_OPEN, sizeof(*fds));

	for (int i = 0; i < HALF_OPEN; i++) {
		fds[i] = try_dial("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
		if (i % 2000 == 1999)
			others_are_answered();
	}
	others_are_answered();
	for (int i = 0; i < HALF_OPEN; i++)
		close(fds[i]);
	free(fds);
	others_are_answered();
}

static void slow_bodies_fill_no_memory(void **state)
{
	static const char head[] = "POST /api/v1/mutes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
				   "Content-Length: 1000000\r\n\r\n";
	static char body[900000];
	int fds[SLOW_BODIES];

	memset(body, ' ', sizeof(body));
	for (int i = 0; i < SLOW_BODIES; i++) {
		fds[i] = try_dial(head);
		for (size_t sent = 0; sent < sizeof(body);) {
			ssize_t n = send(fds[i], body + sent, sizeof(body) - sent, MSG_NOSIGNAL);

			if (n <= 0)
				break;
			sent += (size_t)n;
		}
	}
	others_are_answered();
	for (int i = 0; i < SLOW_BODIES; i++)
		close(fds[i]);
	usleep(200000);
	assert_int_equal(client_post("/api/v1/mutes", "application/json", "", "{}").status, 400);
}

static void pipelines_are_answered_in_order(void **state)
{
	static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
	static char buffer[4 << 20];
	const int n = 2000;
	int fd = client_dial(), answers = 0;
	size_t len = 0;

	if (fork() == 0) {
		for (int i = 0; i < n; i++)
			if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
				break;
		send(fd, "\x01\x02garbage\r\n\r\n", 13, MSG_NOSIGNAL);
		_exit(0);
	}
	for (ssize_t got = 1; got > 0 && len + 1 < sizeof(buffer); len += got > 0 ? (size_t)got : 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		got = poll(&p, 1, 5000) > 0 ? recv(fd, buffer + len, sizeof(buffer) - 1 - len, 0) : 0;
	}
	close(fd);
	buffer[len] = '\0';
	for (const char *at = buffer; (at = strstr(at, "HTTP/1.1 200")); at++)
		answers++;
	assert_int_equal(answers, n);
	others_are_answered();
}

static void noise_is_refused(void **state)
{
	unsigned seed = 7;
	char noise[65536];

	for (int i = 0; i < 200; i++) {
		int fd = client_dial();

		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (char)rand_r(&seed);
		/* Half of them look like something at first. */
		if (i % 2)
			memcpy(noise, "GET / HTTP/1.1\r\n", 16);
		send(fd, noise, sizeof(noise), MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
	}
	others_are_answered();
}

static void absurd_requests_are_refused(void **state)
{
	static const struct {
		const char *start;
		char fill;
		size_t n;
		const char *end;
	} cases[] = {
		{"GET /api/v1/events?comm=", 'a', 100000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ", 'a', 100000, "\r\n\r\n"},
		{"GET /", '/', 15000, " HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"GET / HTTP/1.1\r\nHost: ", 'a', 5000, "\r\n\r\n"},
		{"GET /api/v1/events?cursor=", 'A', 4000, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"},
		{"", 'G', 100000, " / HTTP/1.1\r\n\r\n"},
		{"GET / HTTP/", '9', 1000, "\r\nHost: localhost\r\n\r\n"},
		{"POST /api/v1/mutes HTTP/1.1\r\nHost: localhost\r\nContent-Length: ", '9', 40, "\r\n\r\n"},
	};
	static char request[200000], answer[65536];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = (size_t)sprintf(request, "%s", cases[i].start);
		int fd = client_dial();

		memset(request + len, cases[i].fill, cases[i].n);
		strcpy(request + len + cases[i].n, cases[i].end);
		send(fd, request, strlen(request), MSG_NOSIGNAL);
		shutdown(fd, SHUT_WR);
		if (!client_hear(fd, NULL, 12, answer, sizeof(answer)) || strstr(answer, "HTTP/1.1 2") || strstr(answer, "HTTP/1.1 5"))
			fail_msg("%zu: %.200s", i, answer);
		close(fd);
	}
	others_are_answered();
}

/* ---- databases ----------------------------------------------------------------------------------------------------- */

static sqlite3 *open_database(const struct rig *rig)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(rig->db, &db), SQLITE_OK);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

/* Held locked by somebody: an error, at once, and nothing else waits for it. */
static void locked_databases_are_said(void **state)
{
	struct rig *rig = *state;
	char path[160];
	double start;
	sqlite3 *db;

	/* Nobody can lock it so while the server reads it: it comes locked. */
	free(rig_shell(rig, NULL, "cp -a %D %T/locked"));
	snprintf(path, sizeof(path), "%s/locked", rig->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE host SET name = name; COMMIT;");
	free(rig_shell(rig, NULL, "mv %T/locked %D"));
	await_status(503, 5);
	start = rig_now();
	for (int i = 0; i < 5; i++)
		client_ask("GET", "/api/v1/events", "");
	if (rig_now() - start > 2)
		fail_msg("it was waited for %.2f s", rig_now() - start);
	assert_int_equal(client_ask("GET", "/", "").status, 200);
	sqlite3_close(db);
	await_status(200, 5);
}

static void other_versions_are_said(void **state)
{
	sqlite3 *db = open_database(*state);
	json_t *answer;
	char restore[64];
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(restore, sizeof(restore), "PRAGMA user_version = %d", sqlite3_column_int(stmt, 0));
	sqlite3_finalize(stmt);
	for (int i = 0; i < 2; i++) {
		run(db, i == 0 ? "PRAGMA user_version = 999" : "PRAGMA user_version = 0");
		/* The reader that is open already goes on, or looks again: a new one is told. */
		free(rig_shell(*state, NULL, "cp -a %D %T/copy; mv %T/copy %D"));
		await_status(503, 5);
		answer = client_json("/api/v1/events", 503);
		assert_non_null(strstr(json_string_value(json_object_get(json_object_get(answer, "error"), "message")), "schema"));
		json_decref(answer);
		sqlite3_close(db);
		db = open_database(*state);
	}
	run(db, restore);
	sqlite3_close(db);
	await_status(200, 5);
}

/* All but the first page. */
static void overwrite_pages(const struct rig *rig, const char *name)
{
	char path[160], junk[4096];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", rig->dir, name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	memset(junk, 0x5a, sizeof(junk));
	for (off_t at = 4096; at + 4096 <= st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, junk, sizeof(junk), at), sizeof(junk));
	close(fd);
}

static void damaged_databases_are_said(void **state)
{
	struct rig *rig = *state;

	free(rig_shell(rig, NULL, "cp -a %D %T/damaged; sqlite3 %T/damaged 'PRAGMA wal_checkpoint' >/dev/null; cp -a %D %T/good"));
	overwrite_pages(rig, "damaged");
	free(rig_shell(rig, NULL, "mv %T/damaged %D"));
	await_status(503, 5);
	assert_int_equal(client_ask("GET", "/", "").status, 200);
	assert_int_equal(client_ask("GET", "/metrics", "").status, 200);
	free(rig_shell(rig, NULL, "rm -f %D-wal %D-shm; mv %T/good %D"));
	await_status(200, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_open_connections_lock_nobody_out),
		cmocka_unit_test(slow_bodies_fill_no_memory),
		cmocka_unit_test(pipelines_are_answered_in_order),
		cmocka_unit_test(noise_is_refused),
		cmocka_unit_test(absurd_requests_are_refused),
		cmocka_unit_test(locked_databases_are_said),
		cmocka_unit_test(other_versions_are_said),
		cmocka_unit_test(damaged_databases_are_said),
	};

	return cmocka_run_group_tests_name("hostile", tests, setup, teardown);
}
