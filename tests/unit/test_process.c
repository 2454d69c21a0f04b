/* SPDX-License-Identifier: MIT */
/* Against a directory that looks like /proc, and against this process's own entry in the real one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "resolve/proc.h"
#include "seccompwatch/process.h"

#define ID "0011223344556677889900aabbccddeeff00112233445566778899aabbccddee"

struct fixture {
	char dir[32];
	struct process_table *table;
	struct event ev;
};

static void write_file(const struct fixture *f, int pid, const char *name, const char *content)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%d", f->dir, pid);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/%d/%s", f->dir, pid, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

/* A process that began `ago_ms` before now. */
static void write_started(const struct fixture *f, int pid, int64_t ago_ms)
{
	struct timespec boot;
	char text[256];
	int64_t ticks;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	ticks = ((int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000 - ago_ms) * sysconf(_SC_CLK_TCK) / 1000;
	snprintf(text, sizeof(text), "%d (a) b (c)) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %lld 9 9\n", pid,
		(long long)ticks);
	write_file(f, pid, "stat", text);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	assert_non_null(f);
	strcpy(f->dir, "/tmp/procXXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(proc_open(f->dir, &fd), 0);
	assert_int_equal(process_table_new_at(fd, &f->table), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[64];

	process_table_free(f->table);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

static const struct event *ask(struct fixture *f, int pid, int64_t age_ms)
{
	event_reset(&f->ev);
	f->ev.pid = pid;
	f->ev.time = clock_now() - age_ms;
	process_attribute(f->table, &f->ev);
	return &f->ev;
}

static void check_none(const struct event *ev)
{
	assert_int_equal(ev->attribution, EVENT_ATTRIBUTION_NONE);
	assert_int_equal(ev->runtime, EVENT_RUNTIME_NONE);
	assert_false(event_has(ev->container_id) || event_has(ev->pod_uid) || event_has(ev->unit));
}

static void check_docker(const struct event *ev)
{
	assert_int_equal(ev->attribution, EVENT_ATTRIBUTION_LIVE);
	assert_int_equal(ev->runtime, EVENT_RUNTIME_DOCKER);
	assert_true(span_equal(event_span(ev, ev->container_id), SPAN(ID)));
	assert_false(event_has(ev->pod_uid) || event_has(ev->unit));
}

static void reads_the_living(void **state)
{
	struct fixture *f = *state;

	write_file(f, 10, "cgroup", "0::/docker/" ID "\n");
	check_docker(ask(f, 10, 0));
	write_file(f, 11, "cgroup", "0::/system.slice/a.service\n");
	assert_int_equal(ask(f, 11, 0)->attribution, EVENT_ATTRIBUTION_LIVE);
	assert_int_equal(f->ev.runtime, EVENT_RUNTIME_NONE);
	assert_true(span_equal(event_span(&f->ev, f->ev.unit), SPAN("a.service")));
	write_file(f, 12, "cgroup", "0::/\n");
	assert_int_equal(ask(f, 12, 0)->attribution, EVENT_ATTRIBUTION_LIVE);
	assert_false(event_has(f->ev.unit));
}

static void says_nothing_of_the_dead(void **state)
{
	struct fixture *f = *state;

	check_none(ask(f, 20, 0));
	check_none(ask(f, -1, 0));
	check_none(ask(f, 0, 0));
	write_file(f, 21, "cgroup", "2:pids:/\n1:name=systemd:/\n0::/docker/" ID "\n");
	check_none(ask(f, 21, 0));
}

static void keeps_answers_for_a_burst(void **state)
{
	struct fixture *f = *state;

	write_file(f, 30, "cgroup", "0::/docker/" ID "\n");
	check_docker(ask(f, 30, 0));
	write_file(f, 30, "cgroup", "0::/\n");
	check_docker(ask(f, 30, 0));
	process_table_forget(f->table);
	assert_int_equal(ask(f, 30, 0)->runtime, EVENT_RUNTIME_NONE);
	/* another pid in the same slot */
	write_file(f, 30 + 1024, "cgroup", "0::/docker/" ID "\n");
	check_docker(ask(f, 30 + 1024, 0));
}

/* Old records are believed only of a process that had begun by then. */
static void knows_reused_pids(void **state)
{
	struct fixture *f = *state;

	write_file(f, 40, "cgroup", "0::/docker/" ID "\n");
	write_started(f, 40, 5000);
	check_docker(ask(f, 40, 1000));
	check_none(ask(f, 40, 60000));
	process_table_forget(f->table);
	check_none(ask(f, 40, 60000));
	check_docker(ask(f, 40, 0));
	/* no stat: nothing proves it */
	write_file(f, 41, "cgroup", "0::/docker/" ID "\n");
	check_none(ask(f, 41, 1000));
}

static void leaves_out_cut_paths(void **state)
{
	struct fixture *f = *state;
	static char text[PROC_CGROUP_MAX + 200];

	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "0::/docker/" ID "\n1:x:/docker/", 11 + 64 + 13);
	write_file(f, 50, "cgroup", text);
	check_docker(ask(f, 50, 0));
	memset(text, 'a', 100);
	memcpy(text, "0::/docker/", 11);
	write_file(f, 51, "cgroup", text);
	process_table_forget(f->table);
	assert_int_equal(ask(f, 51, 0)->runtime, EVENT_RUNTIME_NONE);
}

static void parses_starts(void **state)
{
	static const struct {
		const char *stat;
		int result;
		uint64_t ticks;
	} cases[] = {
		{"1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242 9\n", 0, 4242},
		{"1 (a b) c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4242\n", 0, 4242},
		{"1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 x 9\n", -EINVAL, 0},
		{"1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1\n", -EINVAL, 0},
		{"1 a S 1", -EINVAL, 0},
		{"", -EINVAL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct proc_stat stat = {0};

		assert_int_equal(proc_parse_stat(span_from(cases[i].stat), &stat), cases[i].result);
		assert_int_equal(stat.start, cases[i].ticks);
	}
}

static void parses_comm_and_parent(void **state)
{
	struct proc_stat stat;

	assert_int_equal(proc_parse_stat(SPAN("7 (a b) c)) S 42 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 9\n"), &stat), 0);
	assert_int_equal(stat.parent, 42);
	assert_string_equal(stat.comm, "a b) c)");
	assert_int_equal(proc_parse_stat(SPAN("7 () S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 9\n"), &stat), 0);
	assert_string_equal(stat.comm, "");
}

static void sees_writable_cgroups(void **state)
{
	static const struct {
		const char *line;
		bool writable;
	} cases[] = {
		{"30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw", true},
		{"30 24 0:26 / /sys/fs/cgroup rw - cgroup cgroup rw,pids", true},
		{"30 24 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup2 rw", false},
		{"30 24 0:26 / /a\\040-\\040cgroup rw shared:1 master:2 - ext4 - rw", false},
		{"30 24 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw", false},
		{"30 24 0:26 / /x rwx - cgroup2 cgroup2 rw", false},
		{"30 24 0:26", false},
		{"", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(proc_is_writable_cgroup(span_from(cases[i].line)), cases[i].writable);
}

static void reads_commands(void **state)
{
	struct fixture *f = *state;
	char command[16], path[64];
	int fd;
	FILE *file;

	write_file(f, 60, "cmdline", "");
	assert_int_equal(proc_open(f->dir, &fd), 0);
	assert_int_equal(proc_read_command(fd, 60, command, sizeof(command)), 0);
	assert_string_equal(command, "");
	snprintf(path, sizeof(path), "%s/60/cmdline", f->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fwrite("nc\0-l\0a long one\0", 1, 18, file);
	fclose(file);
	assert_int_equal(proc_read_command(fd, 60, command, sizeof(command)), 0);
	assert_string_equal(command, "nc -l a long on");
	assert_int_equal(proc_read_command(fd, 61, command, sizeof(command)), -ENOENT);
	close(fd);
}

static void parses_namespace_pids(void **state)
{
	static const struct {
		const char *status;
		int pid;
	} cases[] = {
		{"Name:\ta\nNSpid:\t4711\t1\nNSpgid:\t1\t2\n", 1},
		{"NSpid:\t4711\t30\t1\n", 1},
		{"NSpid:\t4711\t30\t7", 7},
		{"NSpid:\t4711\n", 0}, /* the host's */
		{"Name:\tNSpid:\t1\t1\n", 0}, /* a name is what somebody chose */
		{"NSpid:\n", 0},
		{"", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(proc_parse_namespace_pid(span_from(cases[i].status)), cases[i].pid);
}

/* A kernel without cgroups, and a /proc that shows others' processes to nobody but root. */
static void without_cgroups(void **state)
{
	struct fixture *f = *state;

	write_file(f, 61, "stat", "61 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 9\n");
	check_none(ask(f, 61, 0));
}

#define HIDDEN 3

static int ask_in_hidden_proc(const char *dir, pid_t pid)
{
	CLEANUP(process_table_free_p) struct process_table *table = NULL;
	static struct event ev;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
		mount("proc", dir, "proc", 0, "hidepid=2") < 0)
		return HIDDEN + 1;
	if (proc_open(dir, &fd) < 0 || setgid(65534) < 0 || setuid(65534) < 0 || process_table_new_at(fd, &table) < 0)
		return HIDDEN + 2;
	event_reset(&ev);
	ev.pid = pid;
	ev.time = clock_now();
	process_attribute(table, &ev);
	return ev.attribution == EVENT_ATTRIBUTION_NONE && !event_has(ev.container_id) ? 0 : 1;
}

static void with_hidepid(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t child;

	if (geteuid() != 0) {
		print_message("not root: left out\n");
		return;
	}
	child = fork();
	if (child == 0)
		_exit(ask_in_hidden_proc(f->dir, getppid()));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WEXITSTATUS(status) == HIDDEN + 1)
		print_message("proc cannot be mounted here: left out\n");
	else
		assert_int_equal(WEXITSTATUS(status), 0);
}

static void agrees_with_the_kernel(void **state)
{
	struct process_table *table;
	struct event *ev = malloc(sizeof(*ev));
	int status;
	pid_t child;

	assert_non_null(ev);
	assert_int_equal(process_table_new(&table), 0);
	event_reset(ev);
	ev->pid = getpid();
	ev->time = clock_now() - 3600 * 1000; /* before this process began */
	process_attribute(table, ev);
	check_none(ev);

	child = fork();
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	event_reset(ev);
	ev->pid = child;
	ev->time = clock_now();
	process_attribute(table, ev);
	check_none(ev);
	free(ev);
	process_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_the_living, setup, teardown),
		cmocka_unit_test_setup_teardown(says_nothing_of_the_dead, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_answers_for_a_burst, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_reused_pids, setup, teardown),
		cmocka_unit_test_setup_teardown(leaves_out_cut_paths, setup, teardown),
		cmocka_unit_test(parses_starts),
		cmocka_unit_test(parses_comm_and_parent),
		cmocka_unit_test(sees_writable_cgroups),
		cmocka_unit_test_setup_teardown(reads_commands, setup, teardown),
		cmocka_unit_test(parses_namespace_pids),
		cmocka_unit_test_setup_teardown(without_cgroups, setup, teardown),
		cmocka_unit_test_setup_teardown(with_hidepid, setup, teardown),
		cmocka_unit_test(agrees_with_the_kernel),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
