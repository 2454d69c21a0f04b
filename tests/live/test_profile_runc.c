/* SPDX-License-Identifier: MIT */
/* The runtime model against the runc that is installed: containers whose profile denies with errnos of its own make a
 * table of calls, and what they see must be what profile_decide says for that runc's version. Needs root and runc; the
 * helper make_calls stands beside this program. */
#include <fcntl.h>
#include <ftw.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "profile_calls.h"

#define DEFAULT_ERRNO 1000
#define OUTPUT_MAX    65536
#define KILLED        159 /* 128 + SIGSYS */

/* What runc's init and a static program need once the filter is on. */
#define NEEDED                                                                                                             \
	"\"access\",\"arch_prctl\",\"brk\",\"capget\",\"capset\",\"chdir\",\"clone\",\"close\",\"close_range\",\"dup3\","   \
	"\"epoll_create1\",\"epoll_ctl\",\"epoll_pwait\",\"eventfd2\",\"execve\",\"exit\",\"exit_group\",\"fchdir\","        \
	"\"fchown\",\"fcntl\",\"fstat\",\"fstatfs\",\"futex\",\"getcwd\",\"getdents64\",\"getegid\",\"geteuid\",\"getgid\"," \
	"\"getpid\",\"getppid\",\"getrandom\",\"gettid\",\"getuid\",\"ioctl\",\"kill\",\"lseek\",\"madvise\",\"mmap\","       \
	"\"mprotect\",\"munmap\",\"nanosleep\",\"newfstatat\",\"openat\",\"pipe2\",\"prctl\",\"pread64\",\"prlimit64\","    \
	"\"read\",\"readlink\",\"readlinkat\",\"recvfrom\",\"rseq\",\"rt_sigaction\",\"rt_sigprocmask\",\"rt_sigreturn\","    \
	"\"sched_getaffinity\",\"sched_yield\",\"set_robust_list\",\"set_tid_address\",\"setgid\",\"setgroups\",\"setuid\","  \
	"\"sigaltstack\",\"statfs\",\"statx\",\"tgkill\",\"uname\",\"wait4\",\"write\",\"writev\""
#define ALLOW_NEEDED "{\"names\":[" NEEDED "],\"action\":\"SCMP_ACT_ALLOW\"}"
#define DENY         "\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1000"
#define THREE_ARCHS  "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]"

static const struct {
	const char *what, *profile;
	const char *calls[8]; /* besides every number from 0 to 600 that is denied */
	int status;
} cases[] = {
	{"a stub over three architectures",
		"{" DENY "," THREE_ARCHS ",\"syscalls\":[" ALLOW_NEEDED ",{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"errnoRet\":1001}]}",
		{"0x40000064", "0x400001b3", "0x400001b4", "0x40000400", "4294967295"}, 0},
	{"a redundant rule that raises the stub",
		"{" DENY "," THREE_ARCHS ",\"syscalls\":[" ALLOW_NEEDED ",{\"names\":[\"futex_waitv\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"errnoRet\":1000}]}", {NULL}, 0},
	{"x86_64 alone",
		"{" DENY ",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[" ALLOW_NEEDED "]}", {NULL}, 0},
	{"no architecture is listed", "{" DENY ",\"syscalls\":[" ALLOW_NEEDED "]}", {NULL}, 0},
	{"only another architecture is listed",
		"{" DENY ",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":[" ALLOW_NEEDED "]}", {NULL}, 0},
	{"a default of ENOSYS",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38," THREE_ARCHS ",\"syscalls\":[" ALLOW_NEEDED
		",{\"names\":[\"bpf\",\"nosuchcall\"],\"action\":\"SCMP_ACT_ERRNO\"}]}", {NULL}, 0},
	{"conditions, twice on one argument",
		"{" DENY "," THREE_ARCHS ",\"syscalls\":[" ALLOW_NEEDED ",{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\","
		"\"args\":[{\"index\":0,\"value\":4294967295,\"op\":\"SCMP_CMP_EQ\"},{\"index\":0,\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]},"
		"{\"names\":[\"keyctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1002,\"args\":[{\"index\":0,\"value\":240,"
		"\"valueTwo\":16,\"op\":\"SCMP_CMP_MASKED_EQ\"},{\"index\":1,\"value\":4294967296,\"op\":\"SCMP_CMP_GE\"}]}]}",
		{"135:0xffffffff", "135:8", "135:9", "250:0x11:0x100000000", "250:0x11:0xffffffff", "250:0x21:0x100000000",
			"135:0x100000008"}, 0},
	{"a killing rule",
		"{" DENY "," THREE_ARCHS ",\"syscalls\":[" ALLOW_NEEDED ",{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_KILL\"}]}",
		{"83:0:0"}, KILLED},
};

static enum profile_model model;
static char dir[] = "/tmp/runc-profile-XXXXXX";
static char helper[512];

/* ---- the bundle ---- */

static char *run_and_read(const char *command, int *ret_status)
{
	char *output = calloc(1, OUTPUT_MAX);
	FILE *pipe = popen(command, "r");
	int status;

	assert_non_null(output);
	assert_non_null(pipe);
	output[fread(output, 1, OUTPUT_MAX - 1, pipe)] = '\0';
	status = pclose(pipe);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return output;
}

static json_t *make_args(char *const *calls, size_t n)
{
	json_t *args = json_array();

	json_array_append_new(args, json_string("/make_calls"));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(args, json_string(calls[i]));
	return args;
}

/* runc's own example, without what a confined machine cannot give. */
static void write_config(const char *profile, char *const *calls, size_t n)
{
	char path[600];
	json_t *config, *process;

	snprintf(path, sizeof(path), "%s/spec.json", dir);
	config = json_load_file(path, 0, NULL);
	assert_non_null(config);
	process = json_object_get(config, "process");
	json_object_set_new(process, "terminal", json_false());
	json_object_set_new(process, "args", make_args(calls, n));
	json_object_del(process, "rlimits");
	json_object_set_new(json_object_get(config, "linux"), "seccomp", json_loads(profile, 0, NULL));
	snprintf(path, sizeof(path), "%s/config.json", dir);
	assert_int_equal(json_dump_file(config, path, JSON_INDENT(1)), 0);
	json_decref(config);
}

static char *run_container(int *ret_status)
{
	char command[1200];

	snprintf(command, sizeof(command), "cd %s && runc run --bundle . profile-test-%d 2>%s/errors", dir, (int)getpid(), dir);
	return run_and_read(command, ret_status);
}

/* ---- the calls ---- */

struct table {
	const struct profile_filter *filter;
	char *calls[700];
	struct bpf_call made[700];
	size_t n;
};

static void add(struct table *t, const char *text, bool if_denied)
{
	struct bpf_call call = {.arch = AUDIT_ARCH_X86_64};
	struct profile_verdict v;
	char *end;

	call.nr = (uint32_t)strtoull(text, &end, 0);
	for (size_t i = 0; i < 6 && *end == ':'; i++)
		call.args[i] = strtoull(end + 1, &end, 0);
	profile_decide(t->filter, &call, &v);
	/* What is permitted would be executed, and a kill ends the table. */
	if (if_denied && profile_action_errno(v.action) == 0)
		return;
	t->made[t->n] = call;
	t->calls[t->n++] = strdup(text);
}

static void fill(struct table *t, const char *const *more)
{
	char text[16];

	for (unsigned nr = 0; nr <= 600; nr++) {
		/* never filtered by newer kernels */
		if (nr == 335 || nr == 336)
			continue;
		snprintf(text, sizeof(text), "%u", nr);
		add(t, text, true);
	}
	for (size_t i = 0; i < 8 && more[i]; i++)
		add(t, more[i], false);
}

static void check_result(const struct table *t, size_t i, long result, const char *what)
{
	struct profile_verdict v;
	int expected;

	profile_decide(t->filter, &t->made[i], &v);
	expected = profile_action_errno(v.action);
	if (profile_action_executes(v.action) ? result <= -DEFAULT_ERRNO : result != -expected)
		fail_msg("%s: %s: runc's container saw %ld, we say 0x%x", what, t->calls[i], result, v.action);
}

static size_t check_output(const struct table *t, char *output, const char *what)
{
	size_t n = 0;

	for (char *line = strtok(output, "\n"); line && n < t->n; line = strtok(NULL, "\n"), n++) {
		long long nr, result;

		assert_int_equal(sscanf(line, "%lld %lld", &nr, &result), 2);
		assert_int_equal((uint32_t)nr, t->made[n].nr);
		check_result(t, n, (long)result, what);
	}
	return n;
}

static void check_case(size_t i)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct profile_host host = {0};
	struct profile_problem problem;
	struct table *t = calloc(1, sizeof(*t));
	size_t seen;
	char *output;
	int status;

	host.caps = profile_default_caps(&host.n_caps);
	if (profile_load_text(span_from(cases[i].profile), NULL, &p, &problem) ||
		profile_resolve(p, &host, &rules, &problem) || profile_compile(rules, model, &filter, &problem))
		fail_msg("%s: %s: %s", cases[i].what, problem.pointer, problem.message);
	t->filter = filter;
	fill(t, cases[i].calls);
	write_config(cases[i].profile, t->calls, t->n);
	output = run_container(&status);
	seen = check_output(t, output, cases[i].what);
	if (status != cases[i].status || seen + (status == KILLED) != t->n)
		fail_msg("%s: exit status %d after %zu of %zu calls", cases[i].what, status, seen, t->n);
	print_message("%s: %zu calls\n", cases[i].what, seen);
	for (size_t j = 0; j < t->n; j++)
		free(t->calls[j]);
	free(t);
	free(output);
}

static void decides_as_runc_does(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_case(i);
}

/* ---- set-up ---- */

static int set_up(void **state)
{
	char command[2048], self[400] = "", version[64] = "runc-";
	char *output;
	int status, found;

	output = run_and_read("runc --version", &status);
	if (status || sscanf(output, "runc version %40s", version + 5) != 1) {
		print_message("no runc here\n");
		free(output);
		return -1;
	}
	free(output);
	found = profile_model_from_name(span_from(version));
	if (found < 0 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 || !mkdtemp(dir))
		return -1;
	model = (enum profile_model)found;
	print_message("%s: the model \"%s\"\n", version, profile_model_name(model));
	*strrchr(self, '/') = '\0';
	snprintf(helper, sizeof(helper), "%s/make_calls", self);
	snprintf(command, sizeof(command), "cd %s && mkdir rootfs && cp %s rootfs/make_calls && runc spec && mv config.json spec.json",
		dir, helper);
	output = run_and_read(command, &status);
	free(output);
	return status;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	return nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_as_runc_does),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
