/* SPDX-License-Identifier: MIT */
/* Amendments: the text that comes of one, and that its JSON Patch makes the same document. */
#include <linux/seccomp.h>
#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <cmocka.h>
#include <dirent.h>

#include "seccompwatch/amend.h"
#include "support/json_patch.h"

enum what {
	ADD_NAME,
	REMOVE_NAME,
	SET_ACTION,
	ADD_RULE,
	ADD_ARCH,
};

static const struct profile_arg two_args[] = {{.index = 0, .value = 40}, {.index = 2, .value = INT64_MAX}};

#define ENOSYS_ACTION (SECCOMP_RET_ERRNO | 38)
#define HEAD          "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\",\n\t\"syscalls\": ["
#define YAML          "# für alle ⚠\nkind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n"

static const struct {
	enum what what;
	size_t rule, index;
	const char *name;
	uint32_t action;
	const char *text, *expected; /* NULL: refused */
} cases[] = {
	/* names: a line each */
	{ADD_NAME, 0, 0, "mkdir", 0,
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"accept\",\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n",
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"accept\",\n\t\t\t\t\"mkdir\",\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n"},
	{ADD_NAME, 0, 0, "write", 0,
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"accept\",\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n",
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"accept\",\n\t\t\t\t\"write\",\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n"},
	{ADD_NAME, 0, 0, "accept", 0,
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n",
		HEAD "\n\t\t{\n\t\t\t\"names\": [\n\t\t\t\t\"accept\",\n\t\t\t\t\"read\"\n\t\t\t],\n\t\t\t\"action\": \"SCMP_ACT_ALLOW\"}]}\n"},
	/* names: in one line */
	{ADD_NAME, 1, 0, "write", 0, HEAD "{\"names\":[\"uname\"],\"action\":\"SCMP_ACT_KILL\"},{\"names\":[\"a\",\"b\"],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		HEAD "{\"names\":[\"uname\"],\"action\":\"SCMP_ACT_KILL\"},{\"names\":[\"a\",\"b\",\"write\"],\"action\":\"SCMP_ACT_ALLOW\"}]}"},
	{ADD_NAME, 0, 0, "aa", 0, HEAD "{\"names\": [ \"a\", \"b\" ],\"action\":\"SCMP_ACT_ALLOW\"}]}",
		HEAD "{\"names\": [ \"a\", \"aa\", \"b\" ],\"action\":\"SCMP_ACT_ALLOW\"}]}"},
	{ADD_NAME, 0, 0, "mkdir", 0, HEAD "{\"name\":\"a\",\"action\":\"SCMP_ACT_ALLOW\"}]}", NULL},
	{ADD_NAME, 0, 0, "mkdir", 0, HEAD "{\"Names\":[\"a\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", NULL},
	{ADD_NAME, 0, 0, "mkdir", 0, YAML "  - action: SCMP_ACT_ALLOW\n    names:\n    - accept\n    - read # why\n",
		YAML "  - action: SCMP_ACT_ALLOW\n    names:\n    - accept\n    - mkdir\n    - read # why\n"},
	{ADD_NAME, 0, 0, "mkdir", 0, YAML "  - action: SCMP_ACT_ALLOW\n    names: [accept, read]\n",
		YAML "  - action: SCMP_ACT_ALLOW\n    names: [accept, mkdir, read]\n"},
	{ADD_NAME, 0, 0, "write", 0, YAML "  - action: SCMP_ACT_ALLOW\n    names: [accept, read]\n",
		YAML "  - action: SCMP_ACT_ALLOW\n    names: [accept, read, write]\n"},

	{REMOVE_NAME, 0, 0, NULL, 0, HEAD "{\"names\": [\"a\", \"b\", \"c\"], \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\"b\", \"c\"], \"action\": \"SCMP_ACT_KILL\"}]}"},
	{REMOVE_NAME, 0, 2, NULL, 0, HEAD "{\"names\": [\"a\", \"b\", \"c\"], \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\"a\", \"b\"], \"action\": \"SCMP_ACT_KILL\"}]}"},
	{REMOVE_NAME, 0, 1, NULL, 0, HEAD "{\"names\": [\n\"a\",\n\"b\",\n\"c\"\n], \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\n\"a\",\n\"c\"\n], \"action\": \"SCMP_ACT_KILL\"}]}"},
	{REMOVE_NAME, 0, 0, NULL, 0, HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_KILL\"}]}", NULL},
	{REMOVE_NAME, 0, 1, NULL, 0, YAML "  - action: SCMP_ACT_KILL\n    names:\n    - a\n    - b # why\n    - c\n",
		YAML "  - action: SCMP_ACT_KILL\n    names:\n    - a\n    - c\n"},
	{REMOVE_NAME, 0, 1, NULL, 0, YAML "  - action: SCMP_ACT_KILL\n    names:\n    - a\n    - b", YAML "  - action: SCMP_ACT_KILL\n    names:\n    - a\n"},

	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW, HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW,
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}",
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW,
		HEAD "{ \"errnoRet\": 38, \"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\"}]}",
		HEAD "{ \"names\": [\"a\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"},
	{SET_ACTION, 0, 0, NULL, ENOSYS_ACTION, HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\"}]}",
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}"},
	{SET_ACTION, 0, 0, NULL, ENOSYS_ACTION, HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\":1}]}",
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\":38}]}"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ERRNO | 1, HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\"a\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"},
	{SET_ACTION, 0, 0, NULL, ENOSYS_ACTION, YAML "  - action: SCMP_ACT_KILL # no\n    names: [a]\n",
		YAML "  - action: SCMP_ACT_ERRNO\n    errnoRet: 38 # no\n    names: [a]\n"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW, YAML "  - action: SCMP_ACT_ERRNO\n    errnoRet: 38\n    names: [a]\n",
		YAML "  - action: SCMP_ACT_ALLOW\n    names: [a]\n"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW, YAML "  - errnoRet: 38\n    action: SCMP_ACT_ERRNO\n    names: [a]\n", NULL},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW, HEAD "{\"name\": \"a\", \"action\": \"SCMP_ACT_KILL\"}]}",
		HEAD "{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\"}]}"},

	{ADD_RULE, SIZE_MAX, 0, "clone3", ENOSYS_ACTION, HEAD "]}",
		HEAD "{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", ENOSYS_ACTION, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"syscalls\": [{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}], \"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", SECCOMP_RET_ALLOW, HEAD "\n\t\t{\"names\": [\"a\"], \"action\": \"SCMP_ACT_KILL\"}\n\t]\n}\n",
		HEAD "\n\t\t{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ALLOW\"},\n\t\t{\"names\": [\"a\"], \"action\": \"SCMP_ACT_KILL\"}\n\t]\n}\n"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", SECCOMP_RET_ALLOW, HEAD "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_KILL\"}, {\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ALLOW\"}]}"},
	{ADD_RULE, 0, 2, "socket", SECCOMP_RET_ALLOW, HEAD "{\"names\":[\"a\"],\"action\":\"SCMP_ACT_KILL\"}]}",
		HEAD "{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 40, \"op\": \"SCMP_CMP_EQ\"}, "
		"{\"index\": 2, \"value\": 9223372036854775807, \"op\": \"SCMP_CMP_EQ\"}]}, {\"names\":[\"a\"],\"action\":\"SCMP_ACT_KILL\"}]}"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", ENOSYS_ACTION, YAML "  - action: SCMP_ACT_KILL\n    names:\n    - a\n",
		YAML "  - {names: [clone3], action: SCMP_ACT_ERRNO, errnoRet: 38}\n  - action: SCMP_ACT_KILL\n    names:\n    - a\n"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", ENOSYS_ACTION, "kind: SeccompProfile\nspec:\n    defaultAction: SCMP_ACT_ERRNO\n",
		"kind: SeccompProfile\nspec:\n    syscalls: [{names: [clone3], action: SCMP_ACT_ERRNO, errnoRet: 38}]\n    defaultAction: SCMP_ACT_ERRNO\n"},
	{ADD_RULE, SIZE_MAX, 0, "clone3", ENOSYS_ACTION, "kind: SeccompProfile\nspec: { defaultAction: SCMP_ACT_ERRNO }\n",
		"kind: SeccompProfile\nspec: { syscalls: [{names: [clone3], action: SCMP_ACT_ERRNO, errnoRet: 38}], defaultAction: SCMP_ACT_ERRNO }\n"},

	{ADD_ARCH, 0, 0, NULL, 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"]}"},
	{ADD_ARCH, 0, 0, NULL, 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], \"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{ADD_ARCH, 0, 0, NULL, 0,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[]},"
		"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\n\"SCMP_ARCH_X32\"\n]}]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":[]},"
		"{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\n\"SCMP_ARCH_X86\",\n\"SCMP_ARCH_X32\"\n]}]}"},
	{ADD_ARCH, 0, 0, NULL, 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[]}]}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\"]}]}"},
	{ADD_ARCH, 0, 0, NULL, 0, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\"}]}", NULL},
	{ADD_ARCH, 0, 0, NULL, 0, "kind: SeccompProfile\nspec:\n  architectures:\n  - SCMP_ARCH_X86_64\n  defaultAction: SCMP_ACT_ERRNO\n",
		"kind: SeccompProfile\nspec:\n  architectures:\n  - SCMP_ARCH_X86\n  - SCMP_ARCH_X86_64\n  defaultAction: SCMP_ACT_ERRNO\n"},
	{ADD_ARCH, 0, 0, NULL, 0, "{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}",
		"{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], \"defaultAction\":\"SCMP_ACT_ERRNO\"}}}"},
	{SET_ACTION, 0, 0, NULL, SECCOMP_RET_ALLOW, "{\"default_action\":2,\"syscalls\":[{\"name\":\"a\",\"action\":2}]}", NULL},
};

/* ---- one amendment ---- */

static int amend(const struct profile *p, size_t i, struct amend *a)
{
	struct amend_rule rule = {.name = cases[i].name, .action = cases[i].action, .args = two_args, .n_args = cases[i].index};

	switch (cases[i].what) {
	case ADD_NAME:
		return amend_add_name(p, cases[i].rule, cases[i].name, a);
	case REMOVE_NAME:
		return amend_remove_name(p, cases[i].rule, cases[i].index, a);
	case SET_ACTION:
		return amend_set_action(p, cases[i].rule, cases[i].action, a);
	case ADD_RULE:
		return amend_add_rule(p, &rule, cases[i].rule, a);
	default:
		return amend_add_arch(p, profile_arch_find(SCMP_ARCH_X86_64), profile_arch_find(SCMP_ARCH_X86), a);
	}
}

static struct profile *load(const char *text)
{
	struct profile_problem problem = {0};
	struct profile *p = NULL;

	if (profile_load_text(span_from(text), NULL, &p, &problem))
		fail_msg("%s\n%s: %s", text, problem.pointer, problem.message);
	return p;
}

static json_t *document(const struct profile *p)
{
	json_t *tree = p->tree;

	return p->yaml ? json_array_get(tree, p->document) : tree;
}

/* The patch, applied to the old document, gives the document of the new text. */
static void check_patch(const struct profile *p, const struct amend *a)
{
	CLEANUP(profile_free_p) struct profile *after = load(a->text.data);
	CLEANUP_TEXT struct text list = TEXT_EMPTY;
	json_t *ops, *patched;

	text_printf(&list, "[%s]", a->ops.data ? a->ops.data : "");
	ops = json_loads(list.data, 0, NULL);
	if (!ops)
		fail_msg("no JSON: %s", list.data);
	patched = json_patch(document(p), ops);
	if (!patched || !json_equal(patched, document(after)))
		fail_msg("%s\n%s\n%s", p->text, list.data, a->text.data);
	json_decref(patched);
	json_decref(ops);
}

static void amends(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_free_p) struct profile *p = load(cases[i].text);
		CLEANUP_AMEND struct amend a = AMEND_EMPTY;
		int k = amend(p, i, &a);

		if (k && (k != PROFILE_E_REFUSED || cases[i].expected))
			fail_msg("%d: %s", k, cases[i].text);
		if (k)
			continue;
		if (!cases[i].expected)
			fail_msg("not refused: %s", cases[i].text);
		assert_string_equal(a.text.data, cases[i].expected);
		check_patch(p, &a);
	}
}

/* ---- all of the corpus ---- */

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void amend_corpus_rule(const struct profile *p, size_t rule, size_t *ret_done)
{
	for (int what = 0; what < 4; what++) {
		CLEANUP_AMEND struct amend a = AMEND_EMPTY;
		struct amend_rule added = {.name = "mkdir", .action = ENOSYS_ACTION, .args = two_args, .n_args = 2, .cap = "CAP_BPF"};
		int k = what == 0 ? amend_add_name(p, rule, "mkdir", &a) :
			what == 1 ? amend_remove_name(p, rule, p->rules[rule].names.n - 1, &a) :
			what == 2 ? amend_set_action(p, rule, ENOSYS_ACTION, &a) : amend_add_rule(p, &added, rule, &a);

		if (k == PROFILE_E_REFUSED)
			continue;
		assert_int_equal(k, 0);
		check_patch(p, &a);
		if (what == 0)
			assert_true(count_lines(a.text.data) <= count_lines(p->text) + 1);
		(*ret_done)++;
	}
}

static void amends_the_corpus(void **state)
{
	const char *corpus = getenv("CORPUS");
	char path[512];
	size_t done = 0;
	struct dirent *e;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/profiles", corpus ? corpus : "../shared/corpus");
	dir = opendir(path);
	if (!dir)
		skip();
	while ((e = readdir(dir))) {
		CLEANUP(profile_free_p) struct profile *p = NULL;

		snprintf(path, sizeof(path), "%s/profiles/%.200s", corpus ? corpus : "../shared/corpus", e->d_name);
		if (e->d_name[0] == '.' || profile_load_file(path, NULL, &p, NULL))
			continue;
		for (size_t i = 0; i < p->n_rules; i += p->n_rules / 16 + 1)
			if (p->rules[i].names.n)
				amend_corpus_rule(p, i, &done);
	}
	closedir(dir);
	print_message("%zu amendments of the corpus\n", done);
	assert_true(done > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amends),
		cmocka_unit_test(amends_the_corpus),
	};

	return cmocka_run_group_tests_name("amend", tests, NULL, NULL);
}
