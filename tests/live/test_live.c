/* SPDX-License-Identifier: MIT */
/* The whole way, as root: real filters and real violations → kernel → netlink → database → command line and HTTP.
 * Where the machine cannot read audit records that is a failure, unless SECCOMPWATCH_TEST_NO_AUDIT=1 says that it is
 * known. Other programs' violations may turn up in between: everything is asked by pid. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"
#include "violate.h"

#define COLLECTING "collecting into"
#define SOON       1.0 /* seconds in which a violation must be readable */

static const char *string(json_t *event, const char *key)
{
	const char *value = json_string_value(json_object_get(event, key));

	return value ? value : "null";
}

static json_int_t integer(json_t *event, const char *key)
{
	json_t *value = json_object_get(event, key);

	return json_is_integer(value) ? json_integer_value(value) : -9999;
}

static json_int_t loss(const struct rig *rig, const char *kind)
{
	json_t *status = rig_json(rig, "%P status --db %D --format json");
	json_int_t count = integer(json_object_get(status, "loss"), kind);

	json_decref(status);
	return count;
}

/* ---- each kind ----------------------------------------------------------------------------------------------------- */

struct kind_case {
	const char *kind, *syscall, *action, *outcome, *comm, *code;
	json_int_t sig, compat;
	const char *arch, *mode;
};

#ifdef __x86_64__
#define NATIVE "x86_64"
#elif defined(__aarch64__)
#define NATIVE "aarch64"
#else
#error "which libseccomp token does this machine have?"
#endif

static const struct kind_case kinds[] = {
	{"log", "personality", "log", "executed", "v-log", "0x7ffc0000", 0, 0, NATIVE, "filter"},
	{"errno", "mkdirat", "errno", "denied", "v-errno", "0x50000", 0, 0, NATIVE, "filter"},
	{"trap", "keyctl", "trap", "signalled", "v-trap", "0x30000", 0, 0, NATIVE, "filter"},
	{"trace", "unshare", "trace", "traced", "v-trace", "0x7ff00000", 0, 0, NATIVE, "filter"},
	{"user_notif", "mount", "user_notif", "notified", "v-user_notif", "0x7fc00000", 0, 0, NATIVE, "filter"},
	{"kill_thread", "bpf", "kill_thread", "killed", "v-kill_thread", "0x0", 31, 0, NATIVE, "filter"},
	{"kill_process", "socket", "kill_process", "killed", "v-kill_process", "0x80000000", 31, 0, NATIVE, "filter"},
	{"strict", "getpid", "kill_thread", "killed", "v-strict", "0x0", 9, 0, NATIVE, "strict"},
	{"unknown", "acct", "unknown", "killed", "v-unknown", "0x12340000", 31, 0, NATIVE, "filter"},
	{"hostile", "personality", "log", "executed", "x\" sig=9 <b>\\x1B[", "0x7ffc0000", 0, 0, NATIVE, "filter"},
#ifdef __x86_64__
	{"i386", "mkdirat", "log", "executed", "v-i386", "0x7ffc0000", 0, 1, "x86", "filter"},
	{"x32", "getpid", "log", "executed", "v-x32", "0x7ffc0000", 0, 0, "x32", "filter"},
#endif
};

static void same(const struct kind_case *c, json_t *event, const char *key, const char *expected)
{
	if (strcmp(string(event, key), expected) != 0)
		fail_msg("%s: %s is %s, not %s", c->kind, key, string(event, key), expected);
}

static void check_kind(const struct kind_case *c, json_t *event, pid_t pid)
{
	same(c, event, "syscall", c->syscall);
	same(c, event, "action", c->action);
	same(c, event, "outcome", c->outcome);
	same(c, event, "comm", c->comm);
	same(c, event, "code", c->code);
	same(c, event, "arch", c->arch);
	same(c, event, "mode", c->mode);
	same(c, event, "source", "netlink");
	same(c, event, "time_source", "audit");
	assert_int_equal(integer(event, "sig"), c->sig);
	assert_int_equal(integer(event, "compat"), c->compat);
	assert_int_equal(integer(event, "pid"), pid);
	assert_int_equal(integer(event, "uid"), 0);
	assert_true(json_is_null(json_object_get(event, "args")));
	assert_int_equal(strncmp(string(event, "ip"), "0x", 2), 0);
}

static void check_exe(const struct rig *rig, const struct kind_case *c, json_t *event)
{
	const char *exe = string(event, "exe"), *name = strrchr(exe, '/');

	if (strcmp(c->kind, "hostile") != 0) {
		assert_string_equal(exe, rig->violate);
		return;
	}
	assert_non_null(name);
	assert_string_equal(name + 1, "v\" exe=\"sshd\" code=0x0\\x0A<img src=x onerror=alert(1)>");
}

/* Every kind has its right name, action, outcome and program, and is readable within a second. */
static void test_kinds(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING);
	int impossible = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pid_t pid = rig_violate(rig, kinds[i].kind, 1);
		json_t *events;

		if (pid == 0) {
			impossible++;
			print_message("%s: this kernel cannot run it\n", kinds[i].kind);
			continue;
		}
		events = rig_await(rig, pid, 1, SOON);
		assert_int_equal(json_array_size(events), 1);
		check_kind(&kinds[i], json_array_get(events, 0), pid);
		check_exe(rig, &kinds[i], json_array_get(events, 0));
		json_decref(events);
	}
	assert_true(impossible <= 1); /* only 32-bit calls may be missing */
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
}

/* ---- start and end -------------------------------------------------------------------------------------------------- */

static void test_storm_is_counted(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING);
	pid_t pid = rig_violate(rig, "log", 20000);
	json_t *events = rig_await(rig, pid, 20000, 2);
	json_t *first = json_array_get(events, 0), *last = json_array_get(events, json_array_size(events) - 1);

	/* One row a second; those of the process's end may be known less well, and stand apart. */
	assert_true(json_array_size(events) < 20);
	assert_true(strcmp(string(first, "time"), string(last, "time")) <= 0);
	json_decref(events);
	assert_int_equal(loss(rig, "gaps"), 0);
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
	assert_int_equal(loss(rig, "gaps"), 0);
}

static void test_term_stores_the_last_batch(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING), pid;
	double seconds;
	char filter[32];

	pid = rig_violate(rig, "log", 5000);
	assert_int_equal(rig_stop(collector, SIGTERM, &seconds), 0);
	assert_true(seconds < 1);
	snprintf(filter, sizeof(filter), "--pid %d", (int)pid);
	assert_int_equal(rig_count(rig, filter), 5000);
}

/* What was stored survives, what came while nobody watched is a gap. (The kernel may still be sending the last of it
 * when the next collector joins.) */
static void test_kill_and_restart(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING);
	pid_t before = rig_violate(rig, "errno", 100), missed, after;
	json_int_t late;
	char filter[32];
	int status;

	json_decref(rig_await(rig, before, 100, SOON));
	status = rig_stop(collector, SIGKILL, NULL);
	assert_true(WIFSIGNALED(status));
	missed = rig_violate(rig, "errno", 70);
	collector = rig_start(rig, "collect", NULL, COLLECTING);
	after = rig_violate(rig, "errno", 30);
	json_decref(rig_await(rig, after, 30, SOON));
	json_decref(rig_await(rig, before, 100, 0));
	snprintf(filter, sizeof(filter), "--pid %d", (int)missed);
	late = rig_count(rig, filter);
	assert_true(late < 70);
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
	assert_int_equal(loss(rig, "gaps"), 1);
	assert_true(loss(rig, "lost_at_most") >= 70 - late);
}

/* Somebody else's record between two sessions is a gap of theirs, so one quiet restart of ten is asked for. */
static void test_clean_restart_has_no_gap(void **state)
{
	struct rig *rig = *state;
	json_int_t before = -1, after = 0;

	for (int i = 0; i < 10 && before != after; i++) {
		pid_t collector = rig_start(rig, "collect", NULL, COLLECTING), pid = rig_violate(rig, "log", 10);

		json_decref(rig_await(rig, pid, 10, SOON));
		assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
		before = i == 0 ? -1 : after;
		after = loss(rig, "gaps");
	}
	assert_int_equal(before, after);
}

static void test_second_collector(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING), pid;
	int status;
	char *output = rig_shell(rig, &status, "%P collect --db %D 2>&1");

	assert_int_equal(status, 1);
	assert_non_null(strstr(output, rig->db));
	assert_null(strchr(output, '\n')[1] ? output : NULL); /* one line */
	free(output);
	pid = rig_violate(rig, "log", 1);
	json_decref(rig_await(rig, pid, 1, SOON));
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
}

/* A writer that hangs in our way: the events wait in memory and are all there afterwards. */
static void test_locked_database(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING), pid;
	FILE *sqlite;
	char command[256];

	snprintf(command, sizeof(command), "sqlite3 '%s' >/dev/null", rig->db);
	sqlite = popen(command, "we");
	assert_non_null(sqlite);
	assert_true(fputs("BEGIN IMMEDIATE;\n", sqlite) >= 0);
	fflush(sqlite);
	usleep(300000);
	pid = rig_violate(rig, "log", 3000);
	usleep(1500000);
	json_decref(rig_await(rig, pid, 0, 0));
	assert_true(fputs("ROLLBACK;\n.quit\n", sqlite) >= 0);
	assert_int_equal(pclose(sqlite), 0);
	json_decref(rig_await(rig, pid, 3000, 7));
	assert_int_equal(loss(rig, "unwritten"), 0);
	assert_int_equal(loss(rig, "gaps"), 0);
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
}

/* ---- what cannot be seen ---------------------------------------------------------------------------------------------- */

struct refusal_case {
	const char *command, *says;
	int status;
};

static const struct refusal_case refusals[] = {
	{"setpriv --bounding-set=-audit_read --inh-caps=-audit_read %P collect --db %D 2>&1", "CAP_AUDIT_READ", 1},
	{"unshare -n %P collect --db %D 2>&1", "network namespace", 1},
	{"setpriv --bounding-set=-audit_read --inh-caps=-audit_read %P doctor --db %D 2>&1", "CAP_AUDIT_READ", 3},
	{"unshare -n %P doctor --db %D 2>&1", "--network host", 3},
	{"setpriv --bounding-set=-audit_read --inh-caps=-audit_read %P run --db %D --listen 127.0.0.1:0 2>&1",
		"CAP_AUDIT_READ", 1},
	{"%P collect --db %D --receive-buffer 12X 2>&1", "--receive-buffer", 2},
	{"%P collect --db %D --receive-buffer 2G 2>&1", "--receive-buffer", 2},
	{"%P collect --db %T/no/such/directory/events.db 2>&1 </dev/null", "no/such/directory", 1},
	{"%P collect --db %T 2>&1", "%T", 1},
};

static void test_refusals(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal_case *c = &refusals[i];
		const char *says = strcmp(c->says, "%T") == 0 ? rig->dir : c->says;
		int status;
		char *output = rig_shell(rig, &status, c->command);

		if (status != c->status || !strstr(output, says))
			fail_msg("%s: status %d: %s", c->command, status, output);
		free(output);
	}
}

static json_t *find_check(json_t *doctor, const char *id)
{
	json_t *checks = json_object_get(doctor, "host"), *check;
	size_t i;

	json_array_foreach(checks, i, check)
		if (strcmp(string(check, "id"), id) == 0)
			return check;
	fail_msg("doctor has no check %s", id);
	return NULL;
}

static void test_doctor(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING);
	json_t *doctor = rig_json(rig, "%P doctor --db %D --format json");
	static const char *const fine[] = {"audit_read", "network_namespace", "pid_namespace", "actions_logged",
		"exclude_rule", "rate_limit", "receive_buffer", "collector"};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (!json_is_true(json_object_get(find_check(doctor, fine[i]), "ok")))
			fail_msg("%s: %s", fine[i], string(find_check(doctor, fine[i]), "detail"));
	assert_true(json_is_array(json_object_get(doctor, "containers")));
	json_decref(doctor);
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
}

/* ---- run -------------------------------------------------------------------------------------------------------------- */

static const char *const any_port[] = {"--listen", "127.0.0.1:0", NULL};

static json_t *get(const struct rig *rig, int port, const char *path)
{
	char command[256];

	snprintf(command, sizeof(command), "curl -sS --max-time 5 'http://127.0.0.1:%d%s'", port, path);
	return rig_json(rig, command);
}

static int port_of(const struct rig *rig)
{
	int status, port = 0;
	char *output = rig_shell(rig, &status, "grep -o 'http://127.0.0.1:[0-9]*' %L | tail -n 1");

	if (sscanf(output, "http://127.0.0.1:%d", &port) != 1)
		fail_msg("no address in the log: %s", output);
	free(output);
	return port;
}

static pid_t child_named(const struct rig *rig, pid_t parent, const char *command)
{
	char line[128], *output;
	int pid = 0;

	snprintf(line, sizeof(line), "pgrep -P %d -f 'seccompwatch %s '", (int)parent, command);
	output = rig_shell(rig, NULL, line);
	(void)sscanf(output, "%d", &pid);
	free(output);
	return pid;
}

static void test_run(void **state)
{
	struct rig *rig = *state;
	pid_t run = rig_start(rig, "run", any_port, "http://127.0.0.1:"), pid, collect, serve;
	json_t *answer = NULL, *event;
	double seconds, until;
	char path[64];

	assert_true(rig_log_says(rig, COLLECTING, 2));
	collect = child_named(rig, run, "collect");
	serve = child_named(rig, run, "serve");
	assert_true(collect > 0 && serve > 0);
	pid = rig_violate(rig, "kill_process", 1);
	json_decref(rig_await(rig, pid, 1, SOON));
	snprintf(path, sizeof(path), "/api/v1/events?pid=%d", (int)pid);
	until = rig_now() + SOON;
	do {
		json_decref(answer);
		answer = get(rig, port_of(rig), path);
		event = json_array_get(json_object_get(answer, "events"), 0);
	} while (!event && rig_now() < until);
	assert_string_equal(string(event, "syscall"), "socket");
	assert_string_equal(string(event, "outcome"), "killed");
	json_decref(answer);
	assert_int_equal(rig_stop(run, SIGTERM, &seconds), 0);
	assert_true(seconds < 1);
	assert_int_equal(kill(collect, 0), -1);
	assert_int_equal(kill(serve, 0), -1);
}

static void test_run_restarts_what_crashes(void **state)
{
	struct rig *rig = *state;
	pid_t run = rig_start(rig, "run", any_port, "http://127.0.0.1:"), pid, before, after = 0;

	assert_true(rig_log_says(rig, COLLECTING, 2));
	before = child_named(rig, run, "collect");
	assert_int_equal(kill(before, SIGKILL), 0);
	assert_true(rig_log_says(rig, "collect was killed by signal 9", 2));
	for (int i = 0; i < 100 && (after == 0 || after == before); i++) {
		usleep(50000);
		after = child_named(rig, run, "collect");
	}
	assert_true(after > 0 && after != before);
	usleep(500000);
	pid = rig_violate(rig, "log", 1);
	json_decref(rig_await(rig, pid, 1, SOON));
	assert_int_equal(rig_stop(run, SIGINT, NULL), 0);
}

/* ---- beside auditd ------------------------------------------------------------------------------------------------------ */

static const char auditd_conf[] = "local_events = yes\nwrite_logs = yes\nlog_file = %T/auditd/audit.log\n"
				  "log_group = root\nlog_format = ENRICHED\nflush = INCREMENTAL\nfreq = 1\n"
				  "max_log_file = 8\nmax_log_file_action = IGNORE\nspace_left = 2\n"
				  "space_left_action = IGNORE\nadmin_space_left = 1\nadmin_space_left_action = IGNORE\n"
				  "disk_full_action = IGNORE\ndisk_error_action = IGNORE\nplugin_dir = %T/auditd/plugins.d\n";

/* The pid that has auditd's seat, 0 for none. */
static int auditd_pid(const struct rig *rig)
{
	json_t *doctor = rig_json(rig, "%P doctor --db %D --format json");
	int pid = 0;

	(void)sscanf(string(find_check(doctor, "auditd"), "detail"), "auditd runs (pid %d)", &pid);
	json_decref(doctor);
	return pid;
}

static int start_auditd(struct rig *rig)
{
	const char *argv[] = {"auditd", "-n", "-s", "nochange", "-c", NULL, NULL};
	char command[2048], dir[128], log[128];
	int status;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/auditd", rig->dir);
	argv[5] = dir;
	snprintf(command, sizeof(command),
		"mkdir -m 750 -p %%T/auditd/plugins.d && printf '%%s' '%s' >%%T/auditd/auditd.conf && "
		"chmod 640 %%T/auditd/auditd.conf", auditd_conf);
	free(rig_shell(rig, &status, command));
	assert_int_equal(status, 0);
	snprintf(log, sizeof(log), "%s", rig->log); /* that is the collector's */
	snprintf(rig->log, sizeof(rig->log), "%s/auditd/output", rig->dir);
	pid = rig_spawn(rig, argv);
	snprintf(rig->log, sizeof(rig->log), "%s", log);
	for (int i = 0; i < 100 && auditd_pid(rig) != pid; i++)
		usleep(50000);
	assert_int_equal(auditd_pid(rig), pid);
	return pid;
}

static void adds_nothing(const struct rig *rig, const char *command)
{
	int status;
	char *output = rig_shell(rig, &status, command);

	if (status != 0 || !strstr(output, " 0 stored"))
		fail_msg("%s: %s", command, output);
	free(output);
}

/* auditd keeps its seat and gets its copies; its log and ausearch's output of it say nothing that is new. One that runs
 * already is left alone, and only our part of its log is looked at. */
static void test_beside_auditd(void **state)
{
	struct rig *rig = *state;
	pid_t collector = rig_start(rig, "collect", NULL, COLLECTING), pid;
	int running = auditd_pid(rig), auditd = running ? running : start_auditd(rig);
	const char *log = running ? "/var/log/audit/audit.log" : "%T/auditd/audit.log";
	char command[256];
	json_int_t before;

	pid = rig_violate(rig, "log", 50);
	json_decref(rig_await(rig, pid, 50, SOON));
	assert_int_equal(auditd_pid(rig), auditd);
	usleep(1500000); /* auditd's own buffer */
	before = rig_count(rig, "");
	snprintf(command, sizeof(command), "ausearch -if %s -m SECCOMP -p %d --raw | %%P import --db %%D - 2>&1", log, (int)pid);
	adds_nothing(rig, command);
	if (!running) {
		(void)rig_stop(auditd, SIGTERM, NULL);
		adds_nothing(rig, "%P import --db %D %T/auditd/audit.log 2>&1");
	}
	assert_int_equal(rig_count(rig, ""), before);
	assert_int_equal(rig_stop(collector, SIGTERM, NULL), 0);
}

/* ------------------------------------------------------------------------------------------------------------------------ */

static void test_reads_audit(void **state)
{
	if (!rig_can_read_audit())
		fail_msg("audit records cannot be read here: run as root in the initial network namespace, or set "
			 "SECCOMPWATCH_TEST_NO_AUDIT=1 to leave the live tests out");
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest gate[] = {cmocka_unit_test(test_reads_audit)};
	const struct CMUnitTest tests[] = {
		LIVE(test_kinds),
		LIVE(test_storm_is_counted),
		LIVE(test_term_stores_the_last_batch),
		LIVE(test_kill_and_restart),
		LIVE(test_clean_restart_has_no_gap),
		LIVE(test_second_collector),
		LIVE(test_locked_database),
		LIVE(test_refusals),
		LIVE(test_doctor),
		LIVE(test_run),
		LIVE(test_run_restarts_what_crashes),
		LIVE(test_beside_auditd),
	};
	const char *without = getenv("SECCOMPWATCH_TEST_NO_AUDIT");

	if (without && strcmp(without, "1") == 0 && !rig_can_read_audit()) {
		printf("live: %zu tests left out: no audit records here (SECCOMPWATCH_TEST_NO_AUDIT=1)\n",
			sizeof(tests) / sizeof(tests[0]));
		return 0;
	}
	if (cmocka_run_group_tests_name("live gate", gate, NULL, NULL) != 0)
		return 1;
	return cmocka_run_group_tests_name("live", tests, NULL, NULL);
}
