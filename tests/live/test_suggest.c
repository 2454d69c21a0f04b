/* SPDX-License-Identifier: MIT */
/* From a denial in a real container to a profile under which the program runs: a container under a profile is denied a call,
 * the kernel's record is collected, `suggest` says which rule decided and what to do, and a container under the changed
 * profile does what it could not. With Docker, and with runc alone. Needs root, audit records and the engines of Debian,
 * as the test of containers does.
 *
 * runc 1.1 takes no flags, so that its denials by errno leave no record: there the program is watched under the same profile
 * with every denial turned into SCMP_ACT_LOG, which is what `profile instrument --act-log` is for. A 32-bit program is not
 * here, for not every machine runs one: tests/unit/test_suggest.c has the record of one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

#define DOCKER     "timeout 20 docker -H unix://%T/docker.sock "
#define EVENTUALLY 10.0

/* What runc's init and a static program need once the filter is on; the last one is newer than what the cases deny, so that
 * runc's stub does not answer for them. */
#define NEEDED                                                                                                             \
	"\"access\",\"arch_prctl\",\"brk\",\"capget\",\"capset\",\"chdir\",\"clone\",\"close\",\"close_range\",\"dup3\","   \
	"\"epoll_create1\",\"epoll_ctl\",\"epoll_pwait\",\"eventfd2\",\"execve\",\"exit\",\"exit_group\",\"fchdir\","        \
	"\"fchown\",\"fcntl\",\"fstat\",\"fstatfs\",\"futex\",\"getcwd\",\"getdents64\",\"getegid\",\"geteuid\",\"getgid\"," \
	"\"getpid\",\"getppid\",\"getrandom\",\"gettid\",\"getuid\",\"ioctl\",\"kill\",\"lseek\",\"madvise\",\"mmap\","       \
	"\"mprotect\",\"munmap\",\"nanosleep\",\"newfstatat\",\"openat\",\"pipe2\",\"prctl\",\"pread64\",\"prlimit64\","    \
	"\"read\",\"readlink\",\"readlinkat\",\"recvfrom\",\"rseq\",\"rt_sigaction\",\"rt_sigprocmask\",\"rt_sigreturn\","    \
	"\"sched_getaffinity\",\"sched_yield\",\"set_robust_list\",\"set_tid_address\",\"setgid\",\"setgroups\",\"setuid\","  \
	"\"sigaltstack\",\"statfs\",\"statx\",\"tgkill\",\"umask\",\"uname\",\"wait4\",\"write\",\"writev\","             \
	"\"faccessat\",\"faccessat2\",\"futex_waitv\""
#define ARCHS "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"
#define DENY  "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ARCHS "\"syscalls\":[{\"names\":[" NEEDED "],\"action\":\"SCMP_ACT_ALLOW\"}"
#define ALLOW "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":["

static const struct scene {
	const char *name, *profile;
	bool recorded;       /* its denials are recorded as they are: they kill */
	const char *command; /* in the container */
	const char *comm, *syscall;
	const char *before;  /* what it prints under the profile; NULL: it is killed */
	const char *after;   /* under the changed one; NULL: the same as without a profile */
	const char *allow;   /* by hand */
	const char *decided_by, *recommended;
} scenes[] = {
	{"clone3", DENY "]}", false, "/make_calls 435:0:0", "make_calls", "clone3", "435 -1\n", "435 -38\n", NULL, "/defaultAction",
		"enosys"},
	{"mkdir", ALLOW "{\"names\":[\"mkdir\",\"mkdirat\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}", true, "/bin/busybox mkdir -p /tmp/made",
		"busybox", "mkdir", NULL, NULL, NULL, "/syscalls/0", "allow"},
	{"personality", ALLOW "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_KILL_PROCESS\",\"args\":[{\"index\":0,\"value\":8,"
		"\"op\":\"SCMP_CMP_EQ\"}]}]}", true, "/make_calls 135:8", "make_calls", "personality", NULL, NULL, NULL, "/syscalls/0",
		"allow"},
	{"ptrace", DENY "]}", false, "/make_calls 101:65535", "make_calls", "ptrace", "101 -1\n", NULL, NULL, "/defaultAction", "keep"},
	{"ptrace-by-hand", DENY "]}", false, "/make_calls 101:65535", "make_calls", "ptrace", "101 -1\n", NULL, "ptrace",
		"/defaultAction", "allow"},
	{"io-uring", DENY "]}", false, "/make_calls 425:0:0", "make_calls", "io_uring_setup", "425 -1\n", NULL, NULL, "/defaultAction",
		"keep"},
	{"io-uring-by-hand", DENY "]}", false, "/make_calls 425:0:0", "make_calls", "io_uring_setup", "425 -1\n", NULL, "io_uring_setup",
		"/defaultAction", "allow"},
	{"mseal", DENY "]}", false, "/make_calls 462:0:0:0", "make_calls", "mseal", "462 -38\n", NULL, NULL, "stub", "keep"},
	{"socket", DENY ",{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":40,\"op\":\"SCMP_CMP_NE\"}]}]}",
		false, "/make_calls 41:40:1:0", "make_calls", "socket", "41 -1\n", NULL, NULL, "/defaultAction", "allow_args"},
};

static struct rig *rig;
static char model[64]; /* runc-VERSION */

/* ---- the fixture ------------------------------------------------------------------------------------------------- */

static int engines(const char *verb)
{
	char command[512];
	int status;

	snprintf(command, sizeof(command), "sh tests/live/engines.sh %s %s \"$(dirname %s)/make_calls\"", verb, rig->dir, rig->violate);
	free(rig_shell(rig, &status, command));
	return status;
}

static int stop_all(void **state)
{
	int status;

	for (size_t i = 0; i < rig->n_spawned; i++)
		kill(-rig->spawned[i], SIGTERM);
	status = engines("stop");
	*state = rig;
	return rig_teardown(state) | status;
}

static int make_bundle(void)
{
	char *output;
	int status;

	free(rig_shell(rig, &status, "mkdir %T/bundle && cd %T/bundle && cp -a ../rootfs rootfs && runc spec && mv config.json spec.json"));
	output = rig_shell(rig, NULL, "runc --version");
	strcpy(model, "runc-");
	if (sscanf(output, "runc version %40s", model + 5) != 1)
		status = -1;
	free(output);
	return status;
}

static int start_all(void **state)
{
	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	*state = NULL; /* cmocka: what a test is given comes second to the group's */
	if (engines("start") == 0 && make_bundle() == 0) {
		(void)rig_start(rig, "collect", NULL, "collecting into");
		return 0;
	}
	(void)stop_all(state);
	return -1;
}

/* ---- containers ---------------------------------------------------------------------------------------------------- */

/* Runs it under %T/FILE.json, or without a profile; what it printed. */
typedef char *(*run_fn)(const char *name, const char *file, const char *command, int *ret_status);

static char *run_docker(const char *name, const char *file, const char *command, int *ret_status)
{
	char full[512];

	if (file)
		snprintf(full, sizeof(full), "%srun --network none --name %s --security-opt seccomp=%%T/%s.json bb %s 2>%%T/errors", DOCKER, name,
			file, command);
	else
		snprintf(full, sizeof(full), "%srun --rm --network none --security-opt seccomp=unconfined bb %s 2>%%T/errors", DOCKER, command);
	return rig_shell(rig, ret_status, full);
}

static json_t *load(const char *file)
{
	char path[128];
	json_t *json;

	snprintf(path, sizeof(path), "%s/%s.json", rig->dir, file);
	json = json_load_file(path, 0, NULL);
	if (!json)
		fail_msg("%s: no JSON", path);
	return json;
}

static json_t *words(const char *command)
{
	char copy[256], *rest = copy, *word;
	json_t *list = json_array();

	snprintf(copy, sizeof(copy), "%s", command);
	while ((word = strsep(&rest, " ")))
		json_array_append_new(list, json_string(word));
	return list;
}

/* runc's own example, without what a confined machine cannot give. */
static char *run_runc(const char *name, const char *file, const char *command, int *ret_status)
{
	json_t *config = load("bundle/spec"), *process = json_object_get(config, "process"), *linux_part = json_object_get(config, "linux");
	char path[128], full[256];

	json_object_set_new(process, "terminal", json_false());
	json_object_set_new(process, "args", words(command));
	json_object_del(process, "rlimits");
	json_object_set_new(json_object_get(config, "root"), "readonly", json_false());
	if (file)
		json_object_set_new(linux_part, "seccomp", load(file));
	snprintf(path, sizeof(path), "%s/bundle/config.json", rig->dir);
	assert_int_equal(json_dump_file(config, path, JSON_INDENT(1)), 0);
	json_decref(config);
	snprintf(full, sizeof(full), "cd %%T/bundle && timeout 20 runc run --bundle . %s 2>%%T/errors", name);
	return rig_shell(rig, ret_status, full);
}

static const struct engine {
	const char *name;
	run_fn run;
	bool captured; /* the collector knows its containers, and their profiles */
} all_engines[] = {
	{"docker", run_docker, true},
	{"runc", run_runc, false},
};

/* ---- one scene ------------------------------------------------------------------------------------------------------ */

struct case_ {
	const struct scene *scene;
	const struct engine *engine;
	double start;
	char name[64], filters[256];
};

static char *run(const struct case_ *c, const char *part, const char *file, int *ret_status)
{
	char name[128];

	snprintf(name, sizeof(name), "%s-%s", c->name, part);
	return c->engine->run(name, file, c->scene->command, ret_status);
}

static void write_profile(const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/profile.json", rig->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f, "%s\n", text);
	assert_int_equal(fclose(f), 0);
}

static void shell(const char *command)
{
	int status;

	free(rig_shell(rig, &status, command));
	if (status != 0) {
		free(rig_shell(rig, NULL, "cat %T/errors >&2"));
		fail_msg("%s: exit status %d", command, status);
	}
}

static void complain(const struct case_ *c, const char *when, int status, const char *output)
{
	free(rig_shell(rig, NULL, "cat %T/errors >&2"));
	fail_msg("%s, %s: %s: exit status %d: %s", c->scene->name, c->engine->name, when, status, output);
}

/* What the program gets under the profile as it is. */
static void check_before(const struct case_ *c)
{
	int status;
	char *output = run(c, "before", "profile", &status);

	if (c->scene->before ? status != 0 || strcmp(output, c->scene->before) != 0 : status != 159)
		complain(c, "before", status, output);
	free(output);
}

/* Where denials leave no record, under the variant that lets them run. */
static void watch(struct case_ *c)
{
	double until = rig_now() + EVENTUALLY;
	int status;

	if (!c->scene->recorded) {
		shell("%P profile instrument --act-log -o %T/watched.json %T/profile.json 2>%T/errors");
		free(run(c, "watched", "watched", &status));
		assert_int_equal(status, 0);
	}
	snprintf(c->filters, sizeof(c->filters), "--comm %s --syscall %s --since %ds", c->scene->comm, c->scene->syscall,
		(int)(rig_now() - c->start) + 1);
	if (c->engine->captured)
		snprintf(c->filters + strlen(c->filters), 128, " --container %s-%s", c->name, c->scene->recorded ? "before" : "watched");
	while (rig_count(rig, c->filters) == 0) {
		if (rig_now() > until)
			fail_msg("%s, %s: nothing was recorded", c->scene->name, c->engine->name);
		usleep(50000);
	}
}

/* Docker's fourteen capabilities came with the specification. */
static void check_caps(const struct case_ *c)
{
	char command[256], *output;

	snprintf(command, sizeof(command), "sqlite3 -readonly %%D \"SELECT caps FROM container WHERE name LIKE '%s-%%'\"", c->name);
	output = rig_shell(rig, NULL, command);
	if (!strstr(output, "CAP_CHOWN,") || strstr(output, "CAP_SYS_ADMIN"))
		fail_msg("%s: capabilities: %s", c->name, output);
	free(output);
}

/* The captured profile where that is the one to change. */
static json_t *ask(const struct case_ *c, const char *format, const char *to)
{
	char command[1024], allow[64] = "";

	if (c->scene->allow)
		snprintf(allow, sizeof(allow), "--allow %s", c->scene->allow);
	snprintf(command, sizeof(command), "%%P --db %%D suggest %s %s --runtime %s %s --format %s %s 2>%%T/errors", c->filters,
		c->engine->captured && c->scene->recorded ? "" : "--profile %T/profile.json", model, allow, format, to);
	if (strcmp(format, "json") == 0)
		return rig_json(rig, command);
	shell(command);
	return NULL;
}

static void check_word(const struct case_ *c, const json_t *object, const char *key, const char *wanted)
{
	const char *got = json_string_value(json_object_get(object, key));

	if (!got || strcmp(got, wanted) != 0)
		fail_msg("%s, %s: %s is %s, not %s", c->scene->name, c->engine->name, key, got ? got : "null", wanted);
}

/* Every change is of the call that was asked for, on whatever architecture. */
static void check_changed(const struct case_ *c, const json_t *changed)
{
	size_t asked = 0, i;
	const json_t *change;

	json_array_foreach((json_t *)changed, i, change)
	{
		const char *syscall = json_string_value(json_object_get(change, "syscall"));

		asked += json_is_true(json_object_get(change, "asked"));
		if (strcmp(syscall, c->scene->syscall) != 0 && strcmp(syscall, "socketcall") != 0)
			fail_msg("%s: %s changes too", c->scene->name, syscall);
	}
	assert_int_equal(asked > 0, strcmp(c->scene->recommended, "keep") != 0);
}

static void check_suggestion(const struct case_ *c)
{
	json_t *advice = ask(c, "json", ""), *list = json_object_get(advice, "suggestions"), *item = json_array_get(list, 0), *diff;

	if (json_array_size(list) != 1)
		fail_msg("%s, %s: %zu suggestions", c->scene->name, c->engine->name, json_array_size(list));
	check_word(c, item, "syscall", c->scene->syscall);
	check_word(c, item, "decided_by", c->scene->decided_by);
	check_word(c, item, "recommended", c->scene->recommended);
	check_changed(c, json_object_get(advice, "changed"));
	ask(c, "profile", "-o %T/changed.json");
	/* What `profile diff` finds is what was announced. */
	if (!c->engine->captured || !c->scene->recorded) {
		diff = rig_json(rig, "%P profile diff --format json %T/profile.json %T/changed.json");
		assert_int_equal(json_array_size(json_object_get(diff, "changed")), json_array_size(json_object_get(advice, "changed")));
		json_decref(diff);
	}
	json_decref(advice);
}

static bool is_kept(const struct case_ *c)
{
	return strcmp(c->scene->recommended, "keep") == 0;
}

/* Without `after` it must get what it gets without a profile. */
static void check_after(const struct case_ *c)
{
	int status, free_status = 0;
	char *output = run(c, "after", "changed", &status);
	char *wanted = c->scene->after ? strdup(c->scene->after) : run(c, "free", NULL, &free_status);

	if (status != 0 || free_status != 0 || strcmp(output, wanted) != 0)
		complain(c, "after", status, output);
	print_message("%s, %s: %s; %s → %s", c->scene->name, c->engine->name, c->scene->recommended,
		c->scene->before ? "was denied" : "was killed", *output ? output : "exit status 0\n");
	free(output);
	free(wanted);
}

static void test_scene(void **state)
{
	struct case_ c = {.scene = *state};

	for (size_t i = 0; i < sizeof(all_engines) / sizeof(all_engines[0]); i++) {
		c.engine = &all_engines[i];
		c.start = rig_now();
		snprintf(c.name, sizeof(c.name), "sg%d-%s-%s", (int)getpid(), c.scene->name, c.engine->name);
		write_profile(c.scene->profile);
		check_before(&c);
		watch(&c);
		if (c.engine->captured)
			check_caps(&c);
		check_suggestion(&c);
		if (is_kept(&c))
			shell("cmp %T/profile.json %T/changed.json");
		else
			check_after(&c);
		sleep(1); /* another second: --since cuts to the second */
	}
}

/* -------------------------------------------------------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && strcmp(value, "1") == 0;
}

static bool is_left_out(void)
{
	if (is_set("SECCOMPWATCH_TEST_NO_AUDIT") && !rig_can_read_audit())
		puts("suggest: left out: no audit records here (SECCOMPWATCH_TEST_NO_AUDIT=1)");
	else if (is_set("SECCOMPWATCH_TEST_NO_ENGINES"))
		puts("suggest: left out: no engines here (SECCOMPWATCH_TEST_NO_ENGINES=1)");
	else
		return false;
	return true;
}

#define N_SCENES (sizeof(scenes) / sizeof(scenes[0]))

int main(void)
{
	struct CMUnitTest tests[N_SCENES] = {{0}};

	if (is_left_out())
		return 0;
	for (size_t i = 0; i < N_SCENES; i++)
		tests[i] = (struct CMUnitTest){.name = scenes[i].name, .test_func = test_scene, .initial_state = (void *)(uintptr_t)&scenes[i]};
	return cmocka_run_group_tests_name("suggest", tests, start_all, stop_all);
}
