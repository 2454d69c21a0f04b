/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "profile_calls.h"

#define NEEDED                                                                                                         \
	"\"capget\",\"capset\",\"chdir\",\"close\",\"execve\",\"fstat\",\"fstatfs\",\"getcwd\",\"getdents64\",\"getppid\"," \
	"\"newfstatat\",\"openat\",\"prctl\",\"read\",\"setgid\",\"setgroups\",\"setuid\",\"write\",\"exit_group\","       \
	"\"rt_sigreturn\",\"futex_waitv\""
#define ENOSYS_FOR                                                                                                      \
	"{\"names\":[\"clone3\",\"statx\",\"close_range\",\"openat2\",\"copy_file_range\",\"execveat\",\"getrandom\"," \
	"\"seccomp\"]," \
	"\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}"
#define PROFILE(more)                                                                                                   \
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"                                 \
	"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":[{\"names\":[" NEEDED                     \
	"],\"action\":\"SCMP_ACT_ALLOW\"}," ENOSYS_FOR more "]}"
#define RULE(names, action) ",{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"}"
#define OPEN(names, error)                                                                                              \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"],"                   \
	"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"syscalls\":[{\"names\":[" names                                        \
	"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":" error "}]}"
#define COND(name, action, value, op)                                                                                   \
	",{\"names\":[\"" name "\"],\"action\":\"SCMP_ACT_" action "\",\"args\":[{\"index\":0,\"value\":" value          \
	",\"op\":\"SCMP_CMP_" op "\"}]}"

/* Beside the flag's own remark each profile has this finding, and no other. */
static const struct {
	const char *text, *model, *id, *pointer, *message;
} cases[] = {
	{PROFILE(""), "runc", NULL, NULL, NULL},
	{PROFILE(RULE("\"mkdri\"", "ALLOW")), "runc", "unknown-name", "/syscalls/2/names/0", "did you mean mkdir?"},
	{PROFILE(RULE("\"mseal\"", "ALLOW")), "runc", "unknown-name", "/syscalls/2/names/0", "does not know mseal"},
	{PROFILE(RULE("\"riscv_hwprobe\"", "ALLOW")), "runc", "unknown-name", "/syscalls/2/names/0", "does not know riscv_hwprobe"},
	{PROFILE(RULE("\"mkdir\",\"rmdir\",\"mkdir\"", "ALLOW")), "runc", "duplicate", "/syscalls/2/names/2", "mkdir"},
	{PROFILE(RULE("\"mkdir\"", "ERRNO")), "runc", "redundant", "/syscalls/2", "default action"},
	{PROFILE(RULE("\"openat\"", "KILL")), "runc", "unreachable", "/syscalls/2/names/0", "/syscalls/0"},
	{PROFILE(RULE("\"io_uring_setup\",\"io_uring_enter\"", "ALLOW")), "runc", "io-uring", "", "socket"},
	{PROFILE(RULE("\"io_uring_setup\"", "ALLOW")), "runc", NULL, NULL, NULL},
	{PROFILE(COND("socket", "ALLOW", "40", "NE")), "runc", "socketcall", "/syscalls/2", "socketcall"},
	{PROFILE(COND("personality", "ALLOW", "40", "LE") COND("personality", "TRAP", "30", "GE")), "runc", "overlap",
		"/syscalls/", "contradict"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\"]}", "runc", "architecture", "",
		"SCMP_ARCH_X86"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_ERRNO\"}]}", "runc", "silent", "/defaultAction", "1 rules deny"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_KILL\"}]}", "runc", NULL, NULL, NULL},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[\"setgroups\"],\"action\":\"SCMP_ACT_KILL\"}]}", "runc", "runtime", "", "runc itself needs setgroups"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[\"setgroups\"],\"action\":\"SCMP_ACT_KILL\"}]}", "crun", NULL, NULL, NULL},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[\"exit_group\"],\"action\":\"SCMP_ACT_KILL\"}]}", "runc", "exit", "", "exit_group"},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],"
	 "\"syscalls\":[{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\"}]}", "runc", "errno", "",
		"clone3 gives EPERM: with ENOSYS its callers would go on with clone"},
	{OPEN("\"clone3\"", "1"), "crun", "errno", "", "clone3 gives EPERM"},
	{OPEN("\"clone3\"", "13"), "crun", "errno", "", "clone3 gives EACCES"},
	{OPEN("\"clone3\"", "38"), "crun", NULL, NULL, NULL},
	{OPEN("\"clone3\",\"clone\"", "1"), "crun", NULL, NULL, NULL},
	{OPEN("\"fsopen\",\"open_tree\",\"mount\"", "1"), "crun", NULL, NULL, NULL},
	{OPEN("\"futex_time64\"", "1"), "crun", "errno", "",
		"programs of SCMP_ARCH_X86 would go on with older calls, which are permitted: futex_time64"},
	{OPEN("\"mkdir\"", "1"), "crun", NULL, NULL, NULL},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86\"],\"syscalls\":["
	 "{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]}", "runc", "note", "/syscalls/0/names", "does nothing"},
};

struct found {
	struct profile_finding items[8];
	size_t n;
};

static int keep(void *data, const struct profile_finding *finding)
{
	struct found *f = data;

	if (strcmp(finding->id, "flags") != 0 && f->n < ARRAY_SIZE(f->items))
		f->items[f->n++] = *finding;
	return 0;
}

static void check_case(size_t i)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct profile_host host = {.arch = profile_arch_from_name(SPAN("x86_64")), .kernel = 6 << 16 | 1};
	int model = profile_model_from_name(span_from(cases[i].model));
	struct profile_problem problem;
	struct found found = {0};

	if (profile_load_text(span_from(cases[i].text), NULL, &p, &problem) ||
		profile_resolve(p, &host, &rules, &problem) ||
		profile_compile(rules, (enum profile_model)model, &filter, &problem))
		fail_msg("%s\n%s: %s", cases[i].text, problem.pointer, problem.message);
	assert_int_equal(profile_check(filter, keep, &found), 0);
	/* What overlaps on one architecture does on the other. */
	if (cases[i].id && found.n > 1 && strcmp(found.items[0].id, found.items[1].id) == 0)
		found.n = 1;
	if (found.n != (cases[i].id != NULL))
		fail_msg("%s\n%zu findings: %s, %s", cases[i].text, found.n, found.n ? found.items[0].message : "",
			found.n > 1 ? found.items[1].message : "");
	if (cases[i].id && (strcmp(found.items[0].id, cases[i].id) != 0 || !strstr(found.items[0].message, cases[i].message) ||
		strncmp(found.items[0].pointer, cases[i].pointer, strlen(cases[i].pointer)) != 0))
		fail_msg("%s\n%s %s: %s", cases[i].text, found.items[0].id, found.items[0].pointer, found.items[0].message);
}

static void finds(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_case(i);
}

static int stop(void *data, const struct profile_finding *finding)
{
	(*(int *)data)++;
	return 7;
}

static void stops_when_told(void **state)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct profile_host host = {.kernel = 6 << 16 | 1};
	int calls = 0;

	assert_int_equal(profile_load_text(SPAN("{\"defaultAction\":\"SCMP_ACT_ERRNO\"}"), NULL, &p, NULL), 0);
	assert_int_equal(profile_resolve(p, &host, &rules, NULL), 0);
	assert_int_equal(profile_compile(rules, PROFILE_MODEL_RUNC, &filter, NULL), 0);
	assert_int_equal(profile_check(filter, stop, &calls), 7);
	assert_int_equal(calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
