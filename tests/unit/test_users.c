/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "seccompwatch/oom.h"
#include "seccompwatch/users.h"

static char root[] = "/tmp/seccompwatch-users-XXXXXX";

static void reads_maps(void **state)
{
	static const struct {
		const char *text;
		uint32_t outside;
		int64_t inside; /* -1: not in the map; -2: no map */
	} cases[] = {
		{"         0          0 4294967295\n", 1000, 1000},
		{"         0     100000      65536\n", 100000, 0},
		{"         0     100000      65536\n", 101000, 1000},
		{"         0     100000      65536\n", 99999, -1},
		{"         0     100000      65536\n", 165536, -1},
		{"0 1000 1\n1 100000 65536\n", 1000, 0}, /* rootless */
		{"0 1000 1\n1 100000 65536\n", 100000, 1},
		{"0 1000 1", 1000, 0},
		{"", 0, -2},
		{"\n", 0, -2},
		{"0 0\n", 0, -2},
		{"a 0 1\n", 0, -2},
		{"0 0 4294967296\n", 0, -2},
		{"0 0 1\nx\n", 0, -2},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct users_map map;
		uint32_t inside = 77;
		int64_t got = -2;

		if (users_parse_map(span_from(cases[i].text), &map) == 0)
			got = users_inside(&map, cases[i].outside, &inside) ? (int64_t)inside : -1;
		if (got != cases[i].inside)
			fail_msg("%s: %lld", cases[i].text, (long long)got);
	}
}

static void reads_names(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\n\n# a comment\nnobody:x:65534:65534::/:\nbad:x:\n:x:5:5:::\n"
				   "neg:x:-1:1:::\nbig:x:4294967296:1:::\na name that is far too long to be one:x:7:7:::\n"
				   "app:x:1000:1000";
	struct users_names names;

	users_parse_names(SPAN(text), &names);
	assert_int_equal(names.n, 3);
	assert_string_equal(users_find(&names, 0), "root");
	assert_string_equal(users_find(&names, 65534), "nobody");
	assert_string_equal(users_find(&names, 1000), "app");
	assert_null(users_find(&names, 7));
	assert_null(users_find(&names, 5));
}

static void is_bounded(void **state)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct users_names names;

	for (int i = 0; i < 5000; i++)
		text_printf(&text, "u%d:x:%d:\n", i, i);
	users_parse_names(text_span(&text), &names);
	assert_int_equal(names.n, USERS_NAMES_MAX);
}

/* ---- files a container chose --------------------------------------------------------------------------------------- */

static void path_of(char ret[static PATH_MAX], const char *path)
{
	assert_true(snprintf(ret, PATH_MAX, "%s%s", root, path) < PATH_MAX);
}

static void put(const char *path, const char *content)
{
	char full[PATH_MAX];
	FILE *f;

	path_of(full, path);
	f = fopen(full, "we");
	assert_non_null(f);
	assert_true(fputs(content, f) >= 0);
	fclose(f);
}

static int read_root(struct users_container *ret)
{
	*ret = (struct users_container){0};
	return users_read_root(root, ret);
}

static void reads_a_root(void **state)
{
	struct users_container users;
	char passwd[PATH_MAX], name[USERS_NAME_MAX];

	path_of(passwd, "/etc/passwd");
	put("/etc/passwd", "web:x:33:33::/:\n");
	assert_int_equal(read_root(&users), 0);
	assert_string_equal(users_find(&users.names, 33), "web");
	assert_int_equal(users_host_name(root, 33, name), 0);
	assert_string_equal(name, "web");
	assert_int_equal(users_host_name(root, 34, name), -ENOENT);
	assert_int_equal(unlink(passwd), 0);
	assert_true(read_root(&users) < 0);
}

/* A link is the container's business and ends in the container; nothing else that may stand there holds us up. */
static void stays_below_a_root(void **state)
{
	struct users_container users;
	char passwd[PATH_MAX];

	path_of(passwd, "/etc/passwd");
	assert_int_equal(symlink("/../../../etc/passwd-", passwd), 0);
	put("/etc/passwd-", "inner:x:5:5:::\n");
	assert_int_equal(read_root(&users), 0);
	assert_string_equal(users_find(&users.names, 5), "inner");
	assert_null(users_find(&users.names, 0)); /* the host's has root */
	assert_int_equal(unlink(passwd), 0);
	assert_int_equal(mkfifo(passwd, 0600), 0);
	assert_true(read_root(&users) < 0);
	assert_int_equal(unlink(passwd), 0);
	assert_int_equal(mkdir(passwd, 0700), 0);
	assert_true(read_root(&users) < 0);
	assert_int_equal(rmdir(passwd), 0);
	put("/etc/passwd", "web:x:33:33::/:\n");
	assert_int_equal(truncate(passwd, 100 << 20), 0);
	assert_int_equal(read_root(&users), 0);
	assert_string_equal(users_find(&users.names, 33), "web");
	assert_int_equal(unlink(passwd), 0);
}

/* While a process still has our root, its container's names cannot be read through it. */
static void our_root_is_no_containers(void **state)
{
	struct users_container users = {0};

	assert_int_equal(users_read_process(getpid(), &users), -ESRCH);
	assert_int_equal(users_read_process(INT32_MAX, &users), -ESRCH);
}

static void write_map(pid_t pid, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A real one: other users, another root. Needs root. */
static void reads_a_process(void **state)
{
	struct users_container users = {0};
	uint32_t inside = 77;
	int ready[2], go[2];
	char byte = 0;
	pid_t child;

	if (geteuid() != 0) {
		print_message("not root: left out\n");
		return;
	}
	put("/etc/passwd", "root:x:0:0:::\nweb:x:33:33:::\n");
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUSER) < 0 || chroot(root) < 0 || write(ready[1], &byte, 1) != 1)
			_exit(1);
		close(go[1]);
		_exit(read(go[0], &byte, 1) != 0);
	}
	close(go[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	write_map(child, "0 100000 65536\n");
	assert_int_equal(users_read_process(child, &users), 0);
	assert_true(users.has_map && users.has_names);
	assert_true(users_inside(&users.map, 100033, &inside));
	assert_int_equal(inside, 33);
	assert_string_equal(users_find(&users.names, inside), "web");
	close(go[1]);
	close(ready[0]);
	waitpid(child, NULL, 0);
}

/* ---- the kernel's log ------------------------------------------------------------------------------------------------ */

static void reads_the_kernels_log(void **state)
{
	static const struct {
		const char *record;
		int32_t pid;
	} cases[] = {
		{"3,1234,1810221124,-;Memory cgroup out of memory: Killed process 3787 (python3) total-vm:65396kB\n", 3787},
		{"3,1,5,-;Out of memory: Killed process 12 (a) total-vm:1kB\n", 12},
		{"3,1,5,c,caller=T1;Out of memory: Killed process 12 (a) total-vm:1kB\n SUBSYSTEM=x\n", 12},
		/* A program can write this, but not as the kernel: its facility is user (1). */
		{"11,1234,1810221124,-;Memory cgroup out of memory: Killed process 3787 (python3)\n", 0},
		/* A name is what somebody chose. */
		{"6,1,5,-;x: Memory cgroup out of memory: Killed process 1 (a)\n", 0},
		{"3,1,5,-;Memory cgroup out of memory: Killed process 99999999999 (a)\n", 0},
		{"3,1,5,-;Memory cgroup out of memory: Killed process  7 (a)\n", 0},
		{"3,1,5,-;oom-kill:constraint=CONSTRAINT_MEMCG,task=a,pid=7,uid=0\n", 0},
		{"3,1,5", 0},
		{"", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (oom_parse(span_from(cases[i].record)) != cases[i].pid)
			fail_msg("%s: %d", cases[i].record, oom_parse(span_from(cases[i].record)));
}

static int set_up(void **state)
{
	char etc[PATH_MAX];

	if (!mkdtemp(root) || chmod(root, 0755) < 0)
		return -1;
	path_of(etc, "/etc");
	return mkdir(etc, 0755);
}

static int tear_down(void **state)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_maps),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(is_bounded),
		cmocka_unit_test(reads_a_root),
		cmocka_unit_test(stays_below_a_root),
		cmocka_unit_test(our_root_is_no_containers),
		cmocka_unit_test(reads_a_process),
		cmocka_unit_test(reads_the_kernels_log),
	};

	return cmocka_run_group_tests_name("users", tests, set_up, tear_down);
}
