/* SPDX-License-Identifier: MIT */
/* A profile is patched in its own manner: one thing more is one line more, in JSON and in YAML. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <seccomp.h>

#include "seccompwatch/profile.h"

enum what {
	ADD_NAME,
	REMOVE_NAME,
	ADD_RULE,
	REMOVE_RULE,
	SET_ACTION,
	ADD_ARCH,
	ADD_FLAG,
};

#define ENOSYS_RULE  (SECCOMP_RET_ERRNO_ | 38)
#define SECCOMP_RET_ERRNO_ 0x00050000u
#define ALLOW 0x7fff0000u
#define JSON_LINES                                                                                                   \
	"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"read\",\n" \
	"\t\t\t\t\"write\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"\n\t\t}\n\t]\n}\n"
#define SPO "kind: SeccompProfile\nmetadata: {name: é}\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n"

static const struct {
	enum what what;
	size_t rule;
	const char *word;
	uint32_t action;
	const char *text, *expected, *operations;
} cases[] = {
	/* names: in their order where they have one, and never a line changed more */
	{ADD_NAME, 0, "open", 0, JSON_LINES,
		"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"open\",\n"
		"\t\t\t\t\"read\",\n\t\t\t\t\"write\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"\n\t\t}\n\t]\n}\n",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0/names/0\", \"value\": \"open\"}]"},
	{ADD_NAME, 0, "writev", 0, JSON_LINES,
		"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"read\",\n"
		"\t\t\t\t\"writev\",\n\t\t\t\t\"write\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"\n\t\t}\n\t]\n}\n",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0/names/1\", \"value\": \"writev\"}]"},
	{ADD_NAME, 0, "b", 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\",\"b\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0/names/1\", \"value\": \"b\"}]"},
	{ADD_NAME, 0, "a", 0, "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\"}]}", "[]"},
	{ADD_NAME, 0, "x", 0, "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [ ], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"names\": [\"x\"], \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0/names/0\", \"value\": \"x\"}]"},
	{ADD_NAME, 0, "b", 0, "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"syscalls\": [{\"name\": \"b\", \"action\": \"SCMP_ACT_ALLOW\"}, "
		"{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\"}]}",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0\", \"value\": {\"name\": \"b\", \"action\": \"SCMP_ACT_ALLOW\"}}]"},
	{ADD_NAME, 0, "open", 0, "{\r\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\r\n  \"syscalls\": [{\"names\": [\r\n    \"read\"\r\n    ],"
		"\r\n    \"action\": \"SCMP_ACT_ALLOW\"}]\r\n}\r\n",
		"{\r\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\r\n  \"syscalls\": [{\"names\": [\r\n    \"open\",\r\n    \"read\"\r\n    ],"
		"\r\n    \"action\": \"SCMP_ACT_ALLOW\"}]\r\n}\r\n", NULL},
	{ADD_NAME, 0, "open", 0, SPO "  syscalls:\n  # for all\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close # é\n\n    # last\n    - read\n",
		SPO "  syscalls:\n  # for all\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close # é\n\n    # last\n    - open\n    - read\n",
		"[{\"op\": \"add\", \"path\": \"/spec/syscalls/0/names/1\", \"value\": \"open\"}]"},
	{ADD_NAME, 0, "write", 0, SPO "  syscalls:\n    - action: SCMP_ACT_ALLOW\n      names:\n        - \"close\"\n        - \"read\" # last\n# end\n---\nkind: Pod\n",
		SPO "  syscalls:\n    - action: SCMP_ACT_ALLOW\n      names:\n        - \"close\"\n        - \"read\" # last\n        - \"write\"\n# end\n---\nkind: Pod\n",
		NULL},
	{ADD_NAME, 0, "write", 0, SPO "  syscalls:\n    - action: SCMP_ACT_ALLOW\n      names:\n        - read",
		SPO "  syscalls:\n    - action: SCMP_ACT_ALLOW\n      names:\n        - read\n        - write", NULL},
	{ADD_NAME, 0, "open", 0, SPO "  syscalls: [{names: [close, read], action: SCMP_ACT_ALLOW}]\n",
		SPO "  syscalls: [{names: [close, open, read], action: SCMP_ACT_ALLOW}]\n", NULL},
	{ADD_NAME, 0, "open", 0, SPO "  syscalls: [{names: [\n    close, # c\n    read], action: SCMP_ACT_ALLOW}]\n",
		SPO "  syscalls: [{names: [\n    close, # c\n    open,\n    read], action: SCMP_ACT_ALLOW}]\n", NULL},

	{REMOVE_NAME, 0, "read", 0, JSON_LINES,
		"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"write\"\n\t\t\t],\n"
		"\t\t\t\"action\": \"SCMP_ACT_ALLOW\"\n\t\t}\n\t]\n}\n",
		"[{\"op\": \"remove\", \"path\": \"/syscalls/0/names/0\"}]"},
	{REMOVE_NAME, 0, "a", 0, "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ERRNO\"}]}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[]}", "[{\"op\": \"remove\", \"path\": \"/syscalls/0\"}]"},
	{REMOVE_NAME, 0, "close", 0, SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n    # of read\n    - read\n",
		SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    # of read\n    - read\n",
		"[{\"op\": \"remove\", \"path\": \"/spec/syscalls/0/names/0\"}]"},
	{REMOVE_NAME, 0, "read", 0, SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n    - read # r",
		SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n", NULL},
	{REMOVE_RULE, 0, NULL, 0, SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n",
		SPO "  syscalls: []\n", NULL},
	{REMOVE_RULE, 1, NULL, 0, SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names: [a]\n  - action: SCMP_ACT_LOG\n    names:\n      - close\n  architectures: []\n",
		SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names: [a]\n  architectures: []\n", NULL},

	/* rules */
	{ADD_RULE, 0, "clone3", 0, JSON_LINES,
		"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"clone3\"\n\t\t\t],\n"
		"\t\t\t\"action\": \"SCMP_ACT_ERRNO\",\n\t\t\t\"errnoRet\": 38\n\t\t},\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"read\",\n"
		"\t\t\t\t\"write\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"\n\t\t}\n\t]\n}\n",
		"[{\"op\": \"add\", \"path\": \"/syscalls/0\", \"value\": {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", "
		"\"errnoRet\": 38}}]"},
	{ADD_RULE, 1, "clone3", 0, "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": [\n    {\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\"}\n  ]\n}\n",
		"{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": [\n    {\"names\": [\"a\"], \"action\": \"SCMP_ACT_LOG\"},\n"
		"    {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}\n  ]\n}\n", NULL},
	{ADD_RULE, 0, "clone3", 0, "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": []\n}\n",
		"{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\",\n  \"syscalls\": [\n    {\n      \"names\": [\n        \"clone3\"\n      ],\n"
		"      \"action\": \"SCMP_ACT_ERRNO\",\n      \"errnoRet\": 38\n    }\n  ]\n}\n", NULL},
	{ADD_RULE, 0, "clone3", 0, "{\n  \"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n",
		"{\n  \"syscalls\": [{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}],\n"
		"  \"defaultAction\": \"SCMP_ACT_ALLOW\"\n}\n", NULL},
	{ADD_RULE, 0, "clone3", 0, SPO "  syscalls:\n    - action: SCMP_ACT_ALLOW\n      names:\n        - close\n",
		SPO "  syscalls:\n    - action: SCMP_ACT_ERRNO\n      names:\n        - clone3\n      errnoRet: \"38\"\n"
		"    - action: SCMP_ACT_ALLOW\n      names:\n        - close\n", NULL},
	{ADD_RULE, 1, "clone3", 0, SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n  # end\n  flags: []\n",
		SPO "  syscalls:\n  - action: SCMP_ACT_ALLOW\n    names:\n    - close\n  - action: SCMP_ACT_ERRNO\n    names:\n    - clone3\n"
		"    errnoRet: \"38\"\n  # end\n  flags: []\n", NULL},
	{ADD_RULE, 0, "clone3", 0, SPO "  syscalls:\n",
		SPO "  syscalls: [{names: [clone3], action: SCMP_ACT_ERRNO, errnoRet: \"38\"}]\n", NULL},
	{ADD_RULE, 0, "clone3", 0, SPO, "kind: SeccompProfile\nmetadata: {name: é}\nspec:\n  syscalls:\n  - names:\n    - clone3\n"
		"    action: SCMP_ACT_ERRNO\n    errnoRet: \"38\"\n  defaultAction: SCMP_ACT_ERRNO\n", NULL},

	/* actions */
	{SET_ACTION, 0, NULL, ENOSYS_RULE, JSON_LINES,
		"{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": [\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"read\",\n"
		"\t\t\t\t\"write\"\n\t\t\t],\n\t\t\t\"errnoRet\": 38,\n\t\t\t\"action\": \"SCMP_ACT_ERRNO\"\n\t\t}\n\t]\n}\n",
		"[{\"op\": \"replace\", \"path\": \"/syscalls/0/action\", \"value\": \"SCMP_ACT_ERRNO\"}, "
		"{\"op\": \"add\", \"path\": \"/syscalls/0/errnoRet\", \"value\": 38}]"},
	{SET_ACTION, PROFILE_PATCH_DEFAULT, NULL, ENOSYS_RULE, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"defaultErrno\":\"EPERM\"}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"defaultErrno\":\"ENOSYS\"}", NULL},
	{SET_ACTION, PROFILE_PATCH_DEFAULT, NULL, ALLOW, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"defaultErrno\":\"EPERM\"}",
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\"}", NULL},
	{SET_ACTION, 0, NULL, ALLOW, SPO "  syscalls:\n  - action: 'SCMP_ACT_ERRNO' # no\n    errnoRet: 13\n    names: [a]\n",
		SPO "  syscalls:\n  - action: 'SCMP_ACT_ALLOW' # no\n    names: [a]\n", NULL},

	/* architectures */
	{ADD_ARCH, 0, "x86", 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}", NULL},
	{ADD_ARCH, 0, "x86", 0, "{\"architectures\":[\"SCMP_ARCH_X86_64\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"[{\"op\": \"add\", \"path\": \"/architectures/1\", \"value\": \"SCMP_ARCH_X86\"}]"},
	{ADD_ARCH, 0, "x86", 0, "{\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":null}],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		NULL},
	{ADD_ARCH, 0, "arm", 0, "{\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":null}],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":null},{\"architecture\":\"SCMP_ARCH_AARCH64\","
		"\"subArchitectures\":[\"SCMP_ARCH_ARM\"]}],\"defaultAction\":\"SCMP_ACT_ERRNO\"}", NULL},
	{ADD_ARCH, 0, "x86", 0, SPO "  architectures:\n  - SCMP_ARCH_X86_64\n",
		SPO "  architectures:\n  - SCMP_ARCH_X86_64\n  - SCMP_ARCH_X86\n", NULL},
	{ADD_ARCH, 0, "x86_64", 0, SPO "  architectures:\n  - SCMP_ARCH_X86_64\n", SPO "  architectures:\n  - SCMP_ARCH_X86_64\n", "[]"},
	{ADD_FLAG, 0, "SECCOMP_FILTER_FLAG_LOG", 0, SPO "  flags: [SECCOMP_FILTER_FLAG_LOG]\n", SPO "  flags: [SECCOMP_FILTER_FLAG_LOG]\n", "[]"},

	/* what cannot be changed alone: NULL */
	{ADD_NAME, 0, "b", 0, SPO "  syscalls:\n  - {names: &n [a], action: SCMP_ACT_ALLOW}\n  - {names: *n, action: SCMP_ACT_LOG}\n", NULL, NULL},
	{ADD_NAME, 1, "b", 0, SPO "  syscalls:\n  - {names: &n [a], action: SCMP_ACT_ALLOW}\n  - {names: *n, action: SCMP_ACT_LOG}\n", NULL, NULL},
	{SET_ACTION, 0, NULL, ALLOW, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\"],\"Action\":\"SCMP_ACT_LOG\"}]}", NULL, NULL},
	{ADD_NAME, 1, "b", 0, JSON_LINES, NULL, NULL},
	{ADD_RULE, 2, "b", 0, JSON_LINES, NULL, NULL},
};

static int change(struct profile_patch *patch, size_t i, struct profile_problem *problem)
{
	const char *names[] = {cases[i].word};
	struct profile_rule rule = {.names = {names, 1}, .action = SECCOMP_RET_ERRNO_, .error = 38};

	switch (cases[i].what) {
	case ADD_NAME:
		return profile_patch_add_name(patch, cases[i].rule, cases[i].word, problem);
	case REMOVE_NAME:
		return profile_patch_remove_name(patch, cases[i].rule, cases[i].word, problem);
	case ADD_RULE:
		return profile_patch_add_rule(patch, cases[i].rule, &rule, problem);
	case REMOVE_RULE:
		return profile_patch_remove_rule(patch, cases[i].rule, problem);
	case SET_ACTION:
		return profile_patch_set_action(patch, cases[i].rule, cases[i].action, problem);
	case ADD_ARCH:
		return profile_patch_add_arch(patch, profile_arch_from_name(span_from(cases[i].word)), problem);
	default:
		return profile_patch_add_flag(patch, cases[i].word, problem);
	}
}

static void patches(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
		CLEANUP(profile_free_p) struct profile *p = NULL;
		CLEANUP_FREE char *operations = NULL;
		struct profile_problem problem = {0};
		int k;

		if (profile_load_text(span_from(cases[i].text), NULL, &p, &problem) || profile_patch_new(p, &patch))
			fail_msg("%s\n%s: %s", cases[i].text, problem.pointer, problem.message);
		k = change(patch, i, &problem);
		operations = profile_patch_json(patch);
		if (!cases[i].expected) {
			assert_int_equal(k, PROFILE_E_REFUSED);
			assert_string_equal(profile_patch_profile(patch)->text, cases[i].text);
			assert_string_equal(operations, "[]");
			assert_true(problem.message[0]);
			continue;
		}
		if (k)
			fail_msg("%zu: %s\n%s: %s", i, cases[i].text, problem.pointer, problem.message);
		assert_string_equal(profile_patch_profile(patch)->text, cases[i].expected);
		if (cases[i].operations)
			assert_string_equal(operations, cases[i].operations);
	}
}

/* Several changes, each meant as things stand then; numbers that no signed integer holds. */
static void patches_in_a_row(void **state)
{
	static const char text[] = "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	const char *names[] = {"socket"}, *caps[] = {"CAP_SYS_ADMIN"};
	struct profile_arg args[] = {{0, SCMP_CMP_MASKED_EQ, 0xffffffffffffffffu, 2}, {1, SCMP_CMP_NE, 1, 0}};
	struct profile_rule rule = {.names = {names, 1}, .action = ALLOW, .error = -1, .args = args, .n_args = 2,
		.includes = {.caps = {caps, 1}, .min_kernel = 4 << 16 | 8}};
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP_FREE char *operations = NULL;
	struct profile_problem problem;

	assert_int_equal(profile_load_text(SPAN(text), NULL, &p, &problem), 0);
	assert_int_equal(profile_patch_new(p, &patch), 0);
	assert_int_equal(profile_patch_add_rule(patch, 0, &rule, &problem), 0);
	assert_int_equal(profile_patch_add_name(patch, 1, "b", &problem), 0);
	assert_string_equal(profile_patch_profile(patch)->text,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
		"{\"index\":0,\"value\":18446744073709551615,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"},"
		"{\"index\":1,\"value\":1,\"op\":\"SCMP_CMP_NE\"}],\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"],\"minKernel\":\"4.8\"}},"
		"{\"names\":[\"a\",\"b\"],\"action\":\"SCMP_ACT_ALLOW\"}]}");
	operations = profile_patch_json(patch);
	assert_non_null(strstr(operations, "\"value\": 18446744073709551615, \"valueTwo\": 2"));
	assert_non_null(strstr(operations, "{\"op\": \"add\", \"path\": \"/syscalls/1/names/1\", \"value\": \"b\"}]"));
	assert_int_equal(profile_patch_profile(patch)->rules[0].args[0].value, UINT64_MAX);
	assert_string_equal(p->text, text);
}

static void refuses_conditions_in_kubernetes(void **state)
{
	const char *names[] = {"socket"}, *caps[] = {"CAP_SYS_ADMIN"};
	struct profile_rule rule = {.names = {names, 1}, .action = ALLOW, .error = -1, .includes = {.caps = {caps, 1}}};
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem;

	assert_int_equal(profile_load_text(SPAN(SPO), NULL, &p, &problem), 0);
	assert_int_equal(profile_patch_new(p, &patch), 0);
	assert_int_equal(profile_patch_add_rule(patch, 0, &rule, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "kubernetes"));
}

/* ---- the corpus ---- */

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Lines of `longer` that are not, in order, those of `shorter`: 1 when one was inserted, or one was changed. */
static size_t changed_lines(const char *shorter, const char *longer)
{
	size_t start = 0, a = strlen(shorter), b = strlen(longer), n = 1;

	while (shorter[start] && shorter[start] == longer[start])
		start++;
	while (a > start && b > start && shorter[a - 1] == longer[b - 1]) {
		a--;
		b--;
	}
	for (size_t i = start; i < a; i++)
		n += shorter[i] == '\n';
	return n;
}

static void patch_rule(const struct profile *p, size_t rule, const char *path)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	struct profile_problem problem = {0};
	const struct profile *now;
	size_t n = p->rules[rule].names.n;

	assert_int_equal(profile_patch_new(p, &patch), 0);
	if (profile_patch_add_name(patch, rule, "mseal_is_not_there", &problem))
		fail_msg("%s: rule %zu: %s", path, rule, problem.message);
	now = profile_patch_profile(patch);
	assert_int_equal(changed_lines(p->text, now->text), 1);
	if (p->rules[rule].single)
		return;
	assert_int_equal(now->rules[rule].names.n, n + 1);
	assert_true(count_lines(now->text) <= count_lines(p->text) + 1);
	assert_int_equal(profile_patch_remove_name(patch, rule, "mseal_is_not_there", &problem), 0);
	now = profile_patch_profile(patch);
	if (n > 0)
		assert_string_equal(now->text, p->text);
	else
		assert_int_equal(now->n_rules, p->n_rules - 1);
}

static bool patch_file(const char *path)
{
	struct profile_load_options options = {0};
	CLEANUP(profile_free_p) struct profile *p = NULL;

	if (profile_load_file(path, &options, &p, NULL))
		return false;
	for (size_t i = 0; i < p->n_rules; i += 1 + p->n_rules / 16)
		patch_rule(p, i, path);
	return true;
}

static void patches_the_corpus(void **state)
{
	const char *corpus = getenv("CORPUS") ? getenv("CORPUS") : "../shared/corpus";
	CLEANUP_TEXT struct text path = TEXT_EMPTY;
	struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	text_printf(&path, "%s/profiles", corpus);
	dir = opendir(path.data);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		text_reset(&path);
		text_printf(&path, "%s/profiles/%s", corpus, entry->d_name);
		n += patch_file(path.data);
	}
	closedir(dir);
	assert_true(n >= 45);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patches),
		cmocka_unit_test(patches_in_a_row),
		cmocka_unit_test(refuses_conditions_in_kubernetes),
		cmocka_unit_test(patches_the_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
