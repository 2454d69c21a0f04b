/* SPDX-License-Identifier: MIT */
/* Whose processes were they that are gone? Processes of this program's own are put into cgroups that are named like
 * containers, end, and are asked for when nothing of them is left in /proc. Needs root and the initial namespaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/sched.h>
#include <mntent.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "seccompwatch/process.h"

#define ID_A "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
#define ID_B "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0"
#define CHILDREN    200
#define HIERARCHIES 16

struct hierarchy {
	char dir[128];
	bool v2;
};

struct rig {
	struct process_table *table;
	struct hierarchy hierarchies[HIERARCHIES];
	size_t n;
	struct event event;
};

/* One child of an actor that has ended. */
struct report {
	int64_t time;
	pid_t pid;
};

/* ---- cgroups ------------------------------------------------------------------------------------------------------ */

static void write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0 && errno != ENOSPC)
		print_message("%s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void copy_parent(const char *dir, const char *file)
{
	char path[512], value[128] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/../%s", dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, value, sizeof(value) - 1) > 0) {
		snprintf(path, sizeof(path), "%s/%s", dir, file);
		write_to(path, value);
	}
	close(fd);
}

/* v1's cpuset takes no process before it has its own. */
static void make_cgroup(const char *dir)
{
	mkdir(dir, 0755);
	copy_parent(dir, "cpuset.cpus");
	copy_parent(dir, "cpuset.mems");
}

static void find_hierarchies(struct rig *rig)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	assert_non_null(mounts);
	while ((m = getmntent(mounts)) && rig->n < HIERARCHIES) {
		struct hierarchy *h = &rig->hierarchies[rig->n];

		h->v2 = strcmp(m->mnt_type, "cgroup2") == 0;
		if (!h->v2 && strcmp(m->mnt_type, "cgroup") != 0)
			continue;
		snprintf(h->dir, sizeof(h->dir), "%s", m->mnt_dir);
		rig->n++;
	}
	endmntent(mounts);
	assert_true(rig->n > 0);
}

static void each_cgroup(const struct rig *rig, const char *id, void (*fn)(const char *dir))
{
	char dir[256];

	for (size_t i = 0; i < rig->n; i++) {
		snprintf(dir, sizeof(dir), "%s/docker/%s", rig->hierarchies[i].dir, id);
		fn(dir);
	}
}

static void remove_cgroup(const char *dir)
{
	for (int tries = 0; rmdir(dir) < 0 && errno == EBUSY && tries < 50; tries++)
		usleep(10000);
}

static void move(const struct rig *rig, pid_t pid, const char *id)
{
	char path[300], number[16];

	snprintf(number, sizeof(number), "%d", pid);
	for (size_t i = 0; i < rig->n; i++) {
		snprintf(path, sizeof(path), "%s/docker/%s/cgroup.procs", rig->hierarchies[i].dir, id);
		write_to(path, number);
	}
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char dir[256];

	assert_non_null(rig);
	find_hierarchies(rig);
	for (size_t i = 0; i < rig->n; i++) {
		snprintf(dir, sizeof(dir), "%s/docker", rig->hierarchies[i].dir);
		make_cgroup(dir);
	}
	each_cgroup(rig, ID_A, make_cgroup);
	each_cgroup(rig, ID_B, make_cgroup);
	assert_int_equal(process_table_new(&rig->table), 0);
	if (process_table_watch(rig->table, 0, &why) < 0)
		fail_msg("%s", why.data);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	process_table_free(rig->table);
	each_cgroup(rig, ID_A, remove_cgroup);
	each_cgroup(rig, ID_B, remove_cgroup);
	free(rig);
	return 0;
}

/* ---- actors ------------------------------------------------------------------------------------------------------- */

static int act_sleep(void)
{
	pause();
	return 0;
}

/* Makes children that end at once, and reports each when it is gone. */
static int act_parent(bool exec)
{
	for (int i = 0; i < CHILDREN; i++) {
		struct report report = {0};

		report.pid = exec ? vfork() : fork();
		if (report.pid == 0) {
			if (exec)
				execl("/proc/self/exe", "test_watch", "end", NULL);
			_exit(0);
		}
		report.time = clock_now();
		waitpid(report.pid, NULL, 0);
		if (write(STDOUT_FILENO, &report, sizeof(report)) != sizeof(report))
			return 1;
	}
	return 0;
}

static int act(const char *role)
{
	if (strcmp(role, "fork") == 0 || strcmp(role, "exec") == 0) {
		usleep(100000);
		return act_parent(strcmp(role, "exec") == 0);
	}
	return strcmp(role, "sleep") == 0 ? act_sleep() : 0;
}

/* As a runtime does it: a mount namespace in which no cgroup can be written. */
static void hide_cgroups(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		_exit(1);
	for (int i = 0; i < 2 * HIERARCHIES; i++)
		(void)umount2("/sys/fs/cgroup", MNT_DETACH);
}

static pid_t start(const struct rig *rig, const char *role, const char *id, bool sealed, int out)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	if (id)
		move(rig, getpid(), id);
	if (sealed)
		hide_cgroups();
	if (out >= 0)
		dup2(out, STDOUT_FILENO);
	execl("/proc/self/exe", "test_watch", role, NULL);
	_exit(1);
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

/* Waits as the collector's loop does. */
static void watch_for(struct rig *rig, int ms)
{
	struct pollfd fd = {process_table_fd(rig->table), POLLIN, 0};
	int64_t end = clock_monotonic() + ms;

	for (int64_t left = ms; left > 0; left = end - clock_monotonic())
		if (poll(&fd, 1, (int)left) > 0)
			process_table_dispatch(rig->table);
}

static const struct event *ask(struct rig *rig, pid_t pid, int64_t time)
{
	event_reset(&rig->event);
	rig->event.pid = pid;
	rig->event.time = time;
	process_table_forget(rig->table);
	process_attribute(rig->table, &rig->event);
	return &rig->event;
}

static bool says(const struct event *ev, const char *id)
{
	return span_equal(event_span(ev, ev->container_id), span_from(id));
}

struct tally {
	int right, none, wrong;
};

static void count(struct rig *rig, const struct report *report, const char *id, struct tally *tally)
{
	const struct event *ev = ask(rig, report->pid, report->time);

	if (ev->attribution == EVENT_ATTRIBUTION_NONE)
		tally->none++;
	else if (says(ev, id))
		tally->right++;
	else
		tally->wrong++;
}

static struct tally run_parent(struct rig *rig, const char *role, const char *id, bool sealed)
{
	struct tally tally = {0};
	struct report report;
	int fds[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = start(rig, role, id, sealed, fds[1]);
	close(fds[1]);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	while ((n = read(fds[0], &report, sizeof(report))) != 0) {
		if (n == sizeof(report))
			count(rig, &report, id, &tally);
		else
			watch_for(rig, 2);
	}
	close(fds[0]);
	waitpid(pid, NULL, 0);
	print_message("%s %s: %d right, %d none, %d wrong\n", role, sealed ? "sealed" : "open", tally.right, tally.none,
		tally.wrong);
	return tally;
}

static void check_children(struct rig *rig, const char *role)
{
	struct tally sealed = run_parent(rig, role, ID_A, true), open = run_parent(rig, role, ID_B, false);

	assert_int_equal(sealed.right, CHILDREN);
	assert_int_equal(open.right + open.none, CHILDREN);
	assert_int_equal(open.wrong, 0);
}

/* ---- the tests ---------------------------------------------------------------------------------------------------- */

static void children_that_forked(void **state)
{
	check_children(*state, "fork");
}

static void children_that_execed(void **state)
{
	check_children(*state, "exec");
}

/* Starts a process in A, lets it be known, has it killed `after` ms later than it was moved, and asks. */
static const struct event *kill_moved(struct rig *rig, const char *to, int after)
{
	pid_t pid = start(rig, "sleep", ID_A, false, -1);
	int64_t time;

	watch_for(rig, 200);
	assert_true(says(ask(rig, pid, clock_now()), ID_A));
	if (to)
		move(rig, pid, to);
	watch_for(rig, after);
	time = clock_now();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ask(rig, pid, time);
}

static void moved_processes(void **state)
{
	struct rig *rig = *state;

	assert_true(says(kill_moved(rig, NULL, 30), ID_A));
	assert_int_equal(rig->event.attribution, EVENT_ATTRIBUTION_CACHED);
	assert_true(says(kill_moved(rig, ID_B, 100), ID_B));
	for (int i = 0; i < 20; i++)
		assert_false(says(kill_moved(rig, ID_B, i / 5), ID_A));
}

/* A child that is born into another cgroup: v2 only, and no event tells. */
static void born_elsewhere(void **state)
{
	struct rig *rig = *state;

	for (size_t i = 0; i < rig->n; i++) {
		char dir[256];
		struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
		int64_t time;
		pid_t pid;
		int fd;

		if (!rig->hierarchies[i].v2)
			continue;
		snprintf(dir, sizeof(dir), "%s/docker/" ID_B, rig->hierarchies[i].dir);
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(fd >= 0);
		args.cgroup = (uint64_t)fd;
		watch_for(rig, 50);
		pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
		if (pid == 0)
			_exit(0);
		time = clock_now();
		waitpid(pid, NULL, 0);
		close(fd);
		ask(rig, pid, time);
		assert_true(rig->event.attribution == EVENT_ATTRIBUTION_NONE || says(&rig->event, ID_B));
	}
}

static void first_of_a_container(void *data, const struct process_container *c)
{
	if (c->runtime == EVENT_RUNTIME_DOCKER && strcmp(c->id, ID_A) == 0)
		*(int32_t *)data = c->pid;
}

static void containers_are_announced(void **state)
{
	struct rig *rig = *state;
	int32_t announced = 0;
	pid_t pid;

	process_table_on_container(rig->table, first_of_a_container, &announced);
	pid = start(rig, "sleep", ID_A, true, -1);
	watch_for(rig, 200);
	assert_int_equal(announced, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Nothing wakes while nothing happens. Others use this machine too, so only a runaway is looked for. */
static void rests(void **state)
{
	struct rig *rig = *state;
	struct pollfd fd = {process_table_fd(rig->table), POLLIN, 0};
	int64_t end = clock_monotonic() + 500;
	int wakes = 0;

	while (clock_monotonic() < end)
		if (poll(&fd, 1, 50) > 0) {
			process_table_dispatch(rig->table);
			wakes++;
		}
	assert_true(wakes < 2000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(children_that_forked, setup, teardown),
		cmocka_unit_test_setup_teardown(children_that_execed, setup, teardown),
		cmocka_unit_test_setup_teardown(moved_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(born_elsewhere, setup, teardown),
		cmocka_unit_test_setup_teardown(containers_are_announced, setup, teardown),
		cmocka_unit_test_setup_teardown(rests, setup, teardown),
	};

	if (argc > 1)
		return act(argv[1]);
	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
