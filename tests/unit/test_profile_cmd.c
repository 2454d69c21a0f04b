/* SPDX-License-Identifier: MIT */
/* The sub-commands of `profile`, run as the program runs them: exit status, standard output, standard error. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <jansson.h>

#include "cmd.h"
#include "profile_calls.h"

/* The program's own table is in main.c. */
const struct cmd *const cmd_table[] = {&cmd_profile, NULL};

static char dir[] = "/tmp/profile-cmd-XXXXXX";

static const struct {
	const char *name, *text;
} files[] = {
	{"a.json", "{\n \"defaultAction\": \"SCMP_ACT_ERRNO\",\n \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],\n"
		   " \"syscalls\": [\n  {\"names\": [\"read\", \"clone3\"], \"action\": \"SCMP_ACT_ALLOW\"},\n"
		   "  {\"names\": [\"personality\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 8, "
		   "\"op\": \"SCMP_CMP_EQ\"}]}\n ]\n}\n"},
	{"b.json", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
		   "\"syscalls\":[{\"names\":[\"clone3\",\"mkdir\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		   "{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":9,"
		   "\"op\":\"SCMP_CMP_EQ\"}]}]}"},
	{"same.json", "{\"syscalls\":[{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
		      "\"value\":8,\"op\":\"SCMP_CMP_EQ\"}]},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
		      "{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ALLOW\"}],\"architectures\":[\"SCMP_ARCH_X86\","
		      "\"SCMP_ARCH_X86_64\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{"bad.json", "{\n\"defaultAction\": \"allow\"}"},
	{"good.table", "# what a.json does\nmkdir arch=x86_64 = EPERM\nread arch=x86_64 = allow\npersonality(8) arch=x86_64 = allow\n"
		       "personality(9) arch=x86_64 = deny\nread arch=x32 = kill\n"},
	{"poor.table", "read arch=x86_64 = EPERM\nmkdir arch=x86_64 = <&\"\nmkdir arch=x86_64 = EPERM\n"},
	{"wrong.table", "read arch=x86_64 = EPERM # no\nmkdir arch=x86_64 = EPERM\n"},
	{"unknown.table", "\nnosuchcall arch=x86_64 = allow\n"},
};

struct outcome {
	int status;
	char out[65536], err[4096];
};

static void slurp(const char *name, char *ret, size_t size)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	ret[fread(ret, 1, size - 1, f)] = '\0';
	fclose(f);
}

static int redirect(int fd, const char *name)
{
	int saved = dup(fd), file;
	char path[600];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(saved >= 0 && file >= 0 && dup2(file, fd) == fd);
	close(file);
	return saved;
}

/* The words are separated by blanks; a word with a dot in it is a file of ours. */
static void run(const char *command, struct outcome *ret)
{
	CLEANUP_FREE char *copy = strdup(command);
	char words[16][640], *argv[17] = {NULL};
	struct cmd_line line = {.cmd = &cmd_profile};
	int out, err;

	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		bool file = strchr(word, '.') && word[0] != '-' && !(word[0] >= '0' && word[0] <= '9');
		snprintf(words[line.argc], sizeof(words[0]), "%s%s%s", file ? dir : "", file ? "/" : "", word);
		argv[line.argc] = words[line.argc];
		line.argc++;
	}
	line.argv = argv;
	fflush(NULL);
	out = redirect(STDOUT_FILENO, "out");
	err = redirect(STDERR_FILENO, "err");
	ret->status = cmd_profile.run(&line);
	free(line.db);
	free(line.db_config);
	free(line.config);
	fflush(NULL);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	slurp("out", ret->out, sizeof(ret->out));
	slurp("err", ret->err, sizeof(ret->err));
}

static const struct {
	const char *command;
	int status;
	const char *out, *err; /* parts; "" for nothing at all */
} cases[] = {
	{"profile", CMD_USAGE, "", "say what to do"},
	{"profile frobnicate", CMD_USAGE, "", "\"frobnicate\" is nothing to do"},
	{"profile decide a.json", CMD_USAGE, "", "decide takes FILE SYSCALL"},
	{"profile decide a.json mkdir --arch pdp11", CMD_USAGE, "", "--arch takes an architecture, not \"pdp11\""},
	{"profile decide a.json mkdir --args 1,2,3,4,5,6,7", CMD_USAGE, "", "up to six numbers"},
	{"profile decide a.json mkdir --args 1,x", CMD_USAGE, "", "up to six numbers"},
	{"profile decide a.json mkdir --caps CAP_EVERYTHING", CMD_USAGE, "", "--caps takes"},
	{"profile decide a.json mkdir --kernel six", CMD_USAGE, "", "a version such as 6.1"},
	{"profile decide a.json mkdir --runtime lxc", CMD_USAGE, "", "runc, runc-VERSION, crun or plain"},
	{"profile decide a.json mkdir --engine dinner", CMD_USAGE, "", "any, moby or podman"},
	{"profile decide a.json mkdir --format yaml", CMD_USAGE, "", "text, json, junit or profile"},
	{"profile decide none.json mkdir", CMD_FAILED, "", "none.json: No such file or directory"},
	{"profile decide bad.json mkdir", CMD_FAILED, "", "bad.json:2: /defaultAction: \"allow\" is no action; did you mean SCMP_ACT"},
	{"profile decide a.json nosuchcall --arch x86_64", CMD_FAILED, "", "SCMP_ARCH_X86_64 has no syscall \"nosuchcall\""},
	{"profile decide a.json read --arch x86_64", CMD_DONE,
		"read (0, x86_64): SCMP_ACT_ALLOW\n  decided by /syscalls/0 (line 5)\n  rule /syscalls/0 gives read", ""},
	{"profile decide a.json mkdir --arch x86_64", CMD_DONE,
		"mkdir (83, x86_64): SCMP_ACT_ERRNO EPERM\n  decided by /defaultAction (line 2)\n", ""},
	{"profile decide a.json ptrace --arch x86_64", CMD_DONE, "\n  about it: tracing, high risk: takes over other processes", ""},
	{"profile decide a.json mseal --arch x86_64", CMD_DONE, "mseal (462, x86_64): SCMP_ACT_ERRNO ENOSYS\n  decided by stub\n", ""},
	{"profile decide a.json mseal --arch x86_64 --runtime crun", CMD_DONE, "SCMP_ACT_ERRNO EPERM", ""},
	{"profile decide a.json 0x1ce --arch x86_64", CMD_DONE, "mseal (462, x86_64)", ""},
	{"profile decide a.json personality --args 8 --arch x86_64", CMD_DONE, "when arg0 == 0x8", ""},
	{"profile decide a.json personality --args 0x100000008 --arch x86_64", CMD_DONE, "no condition on its arguments holds", ""},
	{"profile decide a.json personality --args -1 --arch x86_64", CMD_DONE, "SCMP_ACT_ERRNO EPERM", ""},
	{"profile decide a.json read --arch x32", CMD_DONE, "SCMP_ACT_KILL_THREAD\n  decided by none of its rules\n", ""},
	{"profile decide a.json read --arch x86", CMD_DONE, "read (3, x86): SCMP_ACT_ALLOW", ""},
	{"profile decide a.json read --arch aarch64 --host-arch x86_64", CMD_DONE, "does not cover SCMP_ARCH_AARCH64", ""},
	{"profile check bad.json", CMD_FAILED, "", "bad.json:2"},
	{"profile check a.json --arch x86_64", CMD_DONE, "a.json:2: silent: /defaultAction: what the default action", ""},
	{"profile check a.json --arch x86_64", CMD_DONE, "format oci, 2 rules, ", ""},
	{"profile instrument bad.json", CMD_FAILED, "", "bad.json:2"},
	{"profile instrument a.json", CMD_DONE, "{\n \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"],\n \"defaultAction\"",
		"runc accepts the flag from 1.2.0 on"},
	{"profile instrument a.json --act-log", CMD_DONE, "{\n \"defaultAction\": \"SCMP_ACT_LOG\",\n", "never for production"},
	{"profile instrument a.json -o /nowhere/at/all", CMD_FAILED, "", "cannot write /nowhere/at/all"},
	{"profile diff a.json same.json --arch x86_64", CMD_DONE, "no decision differs\n", ""},
	{"profile diff a.json b.json --arch x86_64", CMD_DONE,
		"x86_64: SCMP_ACT_ERRNO EPERM → SCMP_ACT_ALLOW\n  mkdir personality(arg0=0x9)\n", ""},
	{"profile diff a.json b.json --arch x86_64", CMD_DONE,
		"x86: SCMP_ACT_ALLOW → SCMP_ACT_ERRNO EPERM\n  personality(arg0=0x8)\n", ""},
	{"profile diff a.json bad.json", CMD_FAILED, "", "bad.json:2"},
	{"profile diff a.json b.json --format junit", CMD_USAGE, "", "diff knows no format junit"},
	{"profile show", CMD_USAGE, "", "show takes one --container or one --pid"},
	{"profile show --container a --pid 1", CMD_USAGE, "", "show takes one --container or one --pid"},
	{"profile learn --container web --db none.db", CMD_FAILED, "", "no database at"},
	{"profile learn a.json", CMD_USAGE, "", "learn takes no operand"},
	{"profile show a.json", CMD_USAGE, "", "show takes no operand"},
	{"profile show --container web --db none.db", CMD_FAILED, "", "no database at"},
	{"profile test a.json good.table", CMD_DONE, "5 of 5 calls are decided as expected\n", ""},
	{"profile test a.json wrong.table", CMD_FAILED,
		"wrong.table:1: read arch=x86_64: expected SCMP_ACT_ERRNO EPERM, but it is SCMP_ACT_ALLOW: rule /syscalls/0 gives read "
		"SCMP_ACT_ALLOW\n1 of 2 calls are decided as expected\n", ""},
	{"profile test a.json wrong.table --format junit", CMD_FAILED, "tests=\"2\" failures=\"1\" errors=\"0\">\n  <testcase classname=", ""},
	{"profile test a.json wrong.table --format junit", CMD_FAILED, "name=\"read arch=x86_64 = EPERM\" line=\"1\"><failure message=", ""},
	{"profile test a.json poor.table", CMD_FAILED, "", "poor.table:2: expects neither allow"},
	{"profile test a.json unknown.table", CMD_FAILED, "", "unknown.table:2: SCMP_ARCH_X86_64 has no syscall \"nosuchcall\""},
	{"profile test a.json none.table", CMD_FAILED, "", "none.table: No such file"},
	{"profile test bad.json good.table", CMD_FAILED, "", "bad.json:2"},
	{"profile test a.json", CMD_USAGE, "", "test takes FILE TABLE"},
	{"profile test - -", CMD_USAGE, "", "either the profile or the table"},
};

static bool is_part(const char *part, const char *whole)
{
	return *part ? strstr(whole, part) != NULL : *whole == '\0';
}

static void answers(void **state)
{
	static struct outcome o;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		run(cases[i].command, &o);
		if (o.status != cases[i].status || !is_part(cases[i].out, o.out) || !is_part(cases[i].err, o.err))
			fail_msg("%s\nstatus %d\nout: %s\nerr: %s", cases[i].command, o.status, o.out, o.err);
	}
}

static json_t *run_json(const char *command)
{
	static struct outcome o;
	json_t *tree;

	run(command, &o);
	assert_int_equal(o.status, CMD_DONE);
	tree = json_loads(o.out, 0, NULL);
	if (!tree)
		fail_msg("%s\n%s", command, o.out);
	return tree;
}

static void decide_speaks_json(void **state)
{
	json_t *tree = run_json("profile decide a.json mkdir --arch x86_64 --args 1,0x10 --format json");

	assert_string_equal(json_string_value(json_object_get(tree, "action")), "SCMP_ACT_ERRNO");
	assert_string_equal(json_string_value(json_object_get(tree, "errno")), "EPERM");
	assert_string_equal(json_string_value(json_object_get(tree, "decided_by")), "/defaultAction");
	assert_int_equal(json_integer_value(json_object_get(tree, "line")), 2);
	assert_string_equal(json_string_value(json_object_get(tree, "arch")), "x86_64");
	assert_string_equal(json_string_value(json_array_get(json_object_get(tree, "args"), 1)), "0x10");
	assert_string_equal(json_string_value(json_object_get(tree, "runtime")), "runc");
	assert_string_equal(json_string_value(json_object_get(json_object_get(tree, "about"), "risk")), "low");
	json_decref(tree);
	tree = run_json("profile decide a.json 9999 --arch x86_64 --format json");
	assert_true(json_is_null(json_object_get(tree, "about")));
	json_decref(tree);
	tree = run_json("profile decide a.json mseal --arch x86_64 --format json");
	assert_string_equal(json_string_value(json_object_get(tree, "decided_by")), "stub");
	assert_true(json_is_null(json_object_get(tree, "line")));
	json_decref(tree);
}

static void check_speaks_json(void **state)
{
	json_t *tree = run_json("profile check a.json --arch x86_64 --format json"), *first;

	first = json_array_get(json_object_get(tree, "warnings"), 0);
	assert_string_equal(json_string_value(json_object_get(first, "id")), "silent");
	assert_int_equal(json_integer_value(json_object_get(first, "line")), 2);
	assert_true(json_integer_value(json_object_get(tree, "instructions")) > 10);
	json_decref(tree);
}

static void diff_speaks_json(void **state)
{
	json_t *tree = run_json("profile diff a.json b.json --arch x86_64 --format json"), *list, *change;
	size_t i, whole = 0;

	list = json_object_get(tree, "changed");
	assert_int_equal(json_array_size(list), 6);
	json_array_foreach(list, i, change)
		whole += json_is_null(json_object_get(change, "args"));
	assert_int_equal(whole, 2);
	json_decref(tree);
	tree = run_json("profile test a.json good.table --format json");
	assert_int_equal(json_integer_value(json_object_get(tree, "passed")), 5);
	assert_int_equal(json_array_size(json_object_get(tree, "results")), 5);
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(tree, "results"), 4), "passed")));
	json_decref(tree);
	tree = run_json("profile diff a.json same.json --format json");
	assert_int_equal(json_array_size(json_object_get(tree, "changed")), 0);
	json_decref(tree);
}

static int set_up(void **state)
{
	char path[600];

	if (!mkdtemp(dir))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		FILE *f;
		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		f = fopen(path, "w");
		if (!f || fputs(files[i].text, f) == EOF || fclose(f) == EOF)
			return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	static const char *const ours[] = {"out", "err"};
	char path[600];

	for (size_t i = 0; i < ARRAY_SIZE(files) + ARRAY_SIZE(ours); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir,
			i < ARRAY_SIZE(files) ? files[i].name : ours[i - ARRAY_SIZE(files)]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(decide_speaks_json),
		cmocka_unit_test(check_speaks_json),
		cmocka_unit_test(diff_speaks_json),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
