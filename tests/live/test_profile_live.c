/* SPDX-License-Identifier: MIT */
/* `profile show --live`: the filters of a living process, read and decoded; and the process goes on, whatever becomes of
 * the reader. Needs root (CAP_SYS_ADMIN), and a test that is not confined itself. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <seccomp.h>

#include "rig.h"

static volatile unsigned *beats; /* of the confined process: it lives and runs */
static pid_t confined;

static void load(uint32_t default_action, bool log, int nr, uint32_t action, unsigned n, struct scmp_arg_cmp arg)
{
	scmp_filter_ctx ctx = seccomp_init(default_action);

	if (!ctx || seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, log) || seccomp_arch_add(ctx, SCMP_ARCH_X86) ||
		seccomp_rule_add_array(ctx, action, nr, n, &arg) || seccomp_load(ctx))
		_exit(1);
	seccomp_release(ctx);
}

/* Two filters: the older one logs. */
static void be_confined(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	load(SCMP_ACT_ALLOW, true, SCMP_SYS(mkdir), SCMP_ACT_ERRNO(EPERM), 0, (struct scmp_arg_cmp){0});
	load(SCMP_ACT_ALLOW, false, SCMP_SYS(socket), SCMP_ACT_ERRNO(EACCES), 1, SCMP_A0(SCMP_CMP_EQ, 40));
	for (;;) {
		++*beats;
		usleep(1000);
	}
}

static void check_alive(void)
{
	unsigned before = *beats;
	char path[64], line[128];
	int tracer = -1;
	FILE *f;

	for (int i = 0; i < 200 && *beats < before + 3; i++)
		usleep(10000);
	assert_true(*beats >= before + 3);
	snprintf(path, sizeof(path), "/proc/%d/status", (int)confined);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "TracerPid: %d", &tracer);
	fclose(f);
	assert_int_equal(tracer, 0);
}

static int setup(void **state)
{
	beats = mmap(NULL, sizeof(*beats), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (beats == MAP_FAILED || rig_setup(state) < 0)
		return -1;
	confined = fork();
	if (confined == 0)
		be_confined();
	for (int i = 0; i < 500 && *beats == 0; i++)
		usleep(10000);
	return *beats ? 0 : -1;
}

static int teardown(void **state)
{
	kill(confined, SIGKILL);
	waitpid(confined, NULL, 0);
	return rig_teardown(state);
}

/* What the filter says of a call; NULL: it is not listed. */
static const char *decision_of(const json_t *filter, const char *arch, const char *syscall)
{
	const json_t *archs = json_object_get(filter, "filter"), *a, *group, *name;
	size_t i, j, k;

	json_array_foreach(archs, i, a)
	{
		if (strcmp(json_string_value(json_object_get(a, "arch")) ? json_string_value(json_object_get(a, "arch")) : "", arch) != 0)
			continue;
		json_array_foreach(json_object_get(a, "decisions"), j, group)
			json_array_foreach(json_object_get(group, "syscalls"), k, name)
				if (json_is_string(name) && strcmp(json_string_value(name), syscall) == 0)
					return json_string_value(json_object_get(group, "decision"));
	}
	return NULL;
}

static void shows_filters_in_order(void **state)
{
	struct rig *rig = *state;
	char command[128];
	json_t *tree, *filters, *old, *new;

	snprintf(command, sizeof(command), "%%P --db %%D profile show --pid %d --live --format json", (int)confined);
	tree = rig_json(rig, command);
	check_alive();
	assert_true(json_is_null(json_object_get(tree, "captured")));
	assert_true(json_is_null(json_object_get(tree, "changed")));
	filters = json_object_get(json_object_get(tree, "live"), "filters");
	assert_int_equal(json_array_size(filters), 2);
	old = json_array_get(filters, 0);
	new = json_array_get(filters, 1);
	assert_true(json_is_true(json_object_get(old, "log")));
	assert_true(json_is_false(json_object_get(new, "log")));
	assert_string_equal(decision_of(old, "x86_64", "mkdir"), "SCMP_ACT_ERRNO EPERM");
	assert_string_equal(decision_of(old, "x86", "mkdir"), "SCMP_ACT_ERRNO EPERM");
	assert_string_equal(decision_of(old, "x86_64", "socket"), "SCMP_ACT_ALLOW");
	assert_string_equal(decision_of(new, "x86_64", "mkdir"), "SCMP_ACT_ALLOW");
	assert_string_equal(decision_of(new, "x86_64", "socket"), "SCMP_ACT_ERRNO EACCES when arg0 == 0x28; otherwise SCMP_ACT_ALLOW");
	json_decref(tree);
}

static void says_what_cannot_be(void **state)
{
	static const struct {
		const char *pid, *holds;
	} cases[] = {
		{"999999999", "there is no such process"},
		{"$$", "process [0-9]* now has 0 filters"},
	};
	struct rig *rig = *state;
	char command[256];
	int status;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(command, sizeof(command), "%%P --db %%D profile show --pid %s --live 2>&1 | grep -q '%s'", cases[i].pid,
			cases[i].holds);
		free(rig_shell(rig, &status, command));
		if (status)
			fail_msg("%s", command);
	}
	/* Another tracer has it. */
	snprintf(command, sizeof(command), "%%P --db %%D profile show --pid %d --live 2>&1 >/dev/null | grep -q 'another tracer'",
		(int)confined);
	if (fork() == 0) {
		/* Held by a process that ends by itself. */
		ptrace(PTRACE_SEIZE, confined, 0, 0);
		sleep(2);
		_exit(0);
	}
	usleep(200000);
	free(rig_shell(rig, &status, command));
	assert_int_equal(status, 0);
	wait(NULL);
	check_alive();
}

/* Killed at any moment, by any signal, the reader leaves the process running. */
static void goes_on_whatever_happens(void **state)
{
	static const int signals[] = {SIGKILL, SIGINT, SIGTERM};
	struct rig *rig = *state;
	char pid[16];
	const char *argv[] = {rig->program, "--db", rig->db, "profile", "show", "--pid", pid, "--live", NULL};

	snprintf(pid, sizeof(pid), "%d", (int)confined);
	for (unsigned i = 0; i < 60; i++) {
		pid_t reader = fork();

		if (reader == 0) {
			freopen("/dev/null", "w", stdout);
			freopen("/dev/null", "w", stderr);
			setpgid(0, 0);
			execv(argv[0], (char *const *)argv);
			_exit(127);
		}
		usleep(500 * (i % 30));
		kill(i % 2 ? -reader : reader, signals[i % 3]);
		waitpid(reader, NULL, 0);
	}
	check_alive();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_filters_in_order),
		cmocka_unit_test(says_what_cannot_be),
		cmocka_unit_test(goes_on_whatever_happens),
	};

	return cmocka_run_group_tests_name("live filters", tests, setup, teardown);
}
