/* SPDX-License-Identifier: MIT */
/* What is told of a filter's size beforehand is never more than libseccomp then needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "profile/filter.h"
#include "profile_random.h"

static int compile(const char *text, struct profile **p, struct profile_rules **rules, struct profile_filter **filter,
	struct profile_problem *problem)
{
	struct profile_host host = {0};
	int k = profile_load_text(span_from(text), NULL, p, problem);

	host.caps = profile_default_caps(&host.n_caps);
	if (!k)
		k = profile_resolve(*p, &host, rules, problem);
	return k ? k : profile_compile(*rules, PROFILE_MODEL_PLAIN, filter, problem);
}

static size_t check_random(uint64_t seed)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem;
	size_t bound;

	random_profile(seed, (enum random_kind)(seed % 3), &text);
	if (compile(text.data, &p, &rules, &filter, &problem))
		return 0;
	assert_int_equal(filter_bound(filter, &bound), 0);
	if (bound > bpf_length(profile_filter_program(filter)))
		fail_msg("%s\n%zu instructions are said to be needed, there are %zu", text.data, bound,
			bpf_length(profile_filter_program(filter)));
	return bound;
}

static void bounds_from_below(void **state)
{
	size_t total = 0;

	for (uint64_t seed = 0; seed < 3000; seed++)
		total += check_random(seed);
	assert_true(total > 3000);
}

static void refuses_before_compiling(void **state)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};

	text_add_str(&text, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (unsigned i = 0; i < 7000; i++)
		text_printf(&text, "%s{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":%u,"
			"\"op\":\"SCMP_CMP_EQ\"}]}", i ? "," : "", i);
	text_add_str(&text, "]}");
	assert_int_equal(compile(text.data, &p, &rules, &filter, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "its conditions alone need 7000 instructions"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds_from_below),
		cmocka_unit_test(refuses_before_compiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
