/* SPDX-License-Identifier: MIT */
/* A profile's text is changed where it must be, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "seccompwatch/profile.h"

#define YAML_HEAD "# für alle: ⚠\nkind: SeccompProfile\nmetadata: {name: é}\n"

static const struct {
	enum profile_instrument how;
	const char *text, *expected;
} cases[] = {
	{PROFILE_INSTRUMENT_FLAG, "{\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\"\n}\n",
		"{\n\t\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"],\n\t\"defaultAction\": \"SCMP_ACT_ERRNO\"\n}\n"},
	{PROFILE_INSTRUMENT_FLAG, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{PROFILE_INSTRUMENT_FLAG, "{\"defaultAction\":\"SCMP_ACT_ERRNO\", \"flags\": []}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]}"},
	{PROFILE_INSTRUMENT_FLAG, "{\"defaultAction\":\"SCMP_ACT_ERRNO\", \"flags\": null}",
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\", \"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"]}"},
	{PROFILE_INSTRUMENT_FLAG, "{\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\",\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{PROFILE_INSTRUMENT_FLAG, "{\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}",
		"{\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"defaultAction\":\"SCMP_ACT_ERRNO\"}"},
	{PROFILE_INSTRUMENT_FLAG, "{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{ \"defaultAction\":\"SCMP_ACT_ERRNO\"}}}",
		"{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{ \"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"], "
		"\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}"},
	{PROFILE_INSTRUMENT_FLAG, YAML_HEAD "spec:\n  defaultAction: SCMP_ACT_ERRNO\n",
		YAML_HEAD "spec:\n  flags:\n  - SECCOMP_FILTER_FLAG_LOG\n  defaultAction: SCMP_ACT_ERRNO\n"},
	{PROFILE_INSTRUMENT_FLAG, YAML_HEAD "spec: {defaultAction: SCMP_ACT_ERRNO}\n",
		YAML_HEAD "spec: {flags: [SECCOMP_FILTER_FLAG_LOG], defaultAction: SCMP_ACT_ERRNO}\n"},
	{PROFILE_INSTRUMENT_FLAG, YAML_HEAD "spec:\n  flags:\n    - SECCOMP_FILTER_FLAG_TSYNC\n  defaultAction: SCMP_ACT_ERRNO\n",
		YAML_HEAD "spec:\n  flags:\n    - SECCOMP_FILTER_FLAG_LOG\n    - SECCOMP_FILTER_FLAG_TSYNC\n"
			  "  defaultAction: SCMP_ACT_ERRNO\n"},
	{PROFILE_INSTRUMENT_FLAG, YAML_HEAD "spec:\n  flags: [SECCOMP_FILTER_FLAG_TSYNC]\n  defaultAction: SCMP_ACT_ERRNO\n",
		YAML_HEAD "spec:\n  flags: [SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_TSYNC]\n  defaultAction: SCMP_ACT_ERRNO\n"},
	{PROFILE_INSTRUMENT_LOG,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},\n"
		"{\"action\":  \"SCMP_ACT_KILL\",\"names\":[\"mkdir\"]}]}",
		"{\"defaultAction\":\"SCMP_ACT_LOG\",\n\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},\n"
		"{\"action\":  \"SCMP_ACT_LOG\",\"names\":[\"mkdir\"]}]}"},
	/* crun takes no errno for SCMP_ACT_LOG */
	{PROFILE_INSTRUMENT_LOG,
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":38,\"defaultErrno\":\"ENOSYS\",\n\"syscalls\":[{\"names\":[\"bpf\"],"
		"\"action\":\"SCMP_ACT_ERRNO\",\n\"errnoRet\":1,\"errno\":\"EPERM\"},{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_KILL\"}]}",
		"{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[{\"names\":[\"bpf\"],\"action\":\"SCMP_ACT_LOG\"},{\"names\":[\"mkdir\"],"
		"\"action\":\"SCMP_ACT_LOG\"}]}"},
	{PROFILE_INSTRUMENT_LOG,
		YAML_HEAD "spec:\n  defaultAction: \"SCMP_ACT_ERRNO\" # deny\n  syscalls:\n  - names: [mkdir]\n    action: SCMP_ACT_TRAP\n",
		YAML_HEAD "spec:\n  defaultAction: \"SCMP_ACT_LOG\" # deny\n  syscalls:\n  - names: [mkdir]\n    action: SCMP_ACT_LOG\n"},
};

static void instruments(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_free_p) struct profile *p = NULL, *again = NULL;
		CLEANUP_TEXT struct text t = TEXT_EMPTY;
		struct profile_problem problem = {0};

		if (profile_load_text(span_from(cases[i].text), NULL, &p, &problem) ||
			profile_instrument(p, cases[i].how, &t, &problem))
			fail_msg("%s\n%s: %s", cases[i].text, problem.pointer, problem.message);
		assert_string_equal(t.data, cases[i].expected);
		if (profile_load_text(text_span(&t), NULL, &again, &problem))
			fail_msg("%s\n%s: %s", t.data, problem.pointer, problem.message);
	}
}

static void applies_edits(void **state)
{
	static const struct {
		struct profile_edit edits[3];
		size_t n;
		int result;
		const char *expected;
	} edits[] = {
		{{{0}}, 0, 0, "0123456789"},
		{{{5, 6, "x"}, {0, 2, ""}, {10, 10, "!"}}, 3, 0, "234x6789!"},
		{{{3, 5, "a"}, {5, 5, "b"}}, 2, 0, "012ab56789"},
		{{{3, 6, "a"}, {5, 7, "b"}}, 2, -EINVAL, NULL},
		{{{9, 11, "a"}}, 1, -EINVAL, NULL},
		{{{6, 5, "a"}}, 1, -EINVAL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		assert_int_equal(profile_edit_apply(SPAN("0123456789"), edits[i].edits, edits[i].n, &t), edits[i].result);
		if (edits[i].expected)
			assert_string_equal(t.data, edits[i].expected);
	}
}

static void refuses_what_it_cannot_edit(void **state)
{
	CLEANUP(profile_free_p) struct profile *p = NULL, *odd = NULL;
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	struct profile_problem problem = {0};

	assert_int_equal(profile_load_text(SPAN("{\"DefaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[]}"), NULL, &odd, &problem),
		0);
	assert_int_equal(profile_instrument(odd, PROFILE_INSTRUMENT_LOG, &t, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "the documented spelling"));
	assert_int_equal(profile_load_text(SPAN("{\"default_action\":2}"), NULL, &p, &problem), 0);
	assert_int_equal(profile_instrument(p, PROFILE_INSTRUMENT_FLAG, &t, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "runc's own state"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instruments),
		cmocka_unit_test(applies_edits),
		cmocka_unit_test(refuses_what_it_cannot_edit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
