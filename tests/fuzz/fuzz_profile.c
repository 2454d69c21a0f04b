/* SPDX-License-Identifier: MIT */
/* fuzz_profile: any text as a profile. What is taken can be pointed at, resolved, compiled, decided by and changed; what
 * is refused is refused with a reason; and a profile changed by us is a profile. */
#include "fuzz.h"

#include "seccompwatch/profile.h"

#define COMPILED_NAMES 32 /* libseccomp is slow, and not what is tested */

/* libseccomp 2.5.4 itself loses memory when it joins some rules (src/db.c _db_tree_add). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

static void check_problem(int r, const struct profile_problem *problem)
{
	must(r == 0 || r == PROFILE_E_REFUSED);
	must(memchr(problem->message, '\0', sizeof(problem->message)) && memchr(problem->pointer, '\0', sizeof(problem->pointer)));
	must(r == 0 || problem->message[0]);
	must(text_is_utf8(span_from(problem->message)) && text_is_utf8(span_from(problem->pointer)));
}

static void check_place(const struct profile *p, const char *pointer)
{
	struct profile_place place;

	must(profile_locate(p, pointer, &place) == 0);
	must(place.start <= place.end && place.end <= p->text_len && place.line > 0 && place.column > 0);
}

static size_t check_rules(const struct profile *p)
{
	char pointer[PROFILE_POINTER_MAX];
	size_t names = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct profile_rule *rule = &p->rules[i];

		must(rule->action == 0 || profile_action_name(rule->action));
		for (size_t j = 0; j < rule->n_args; j++)
			must(rule->args[j].index < 6 && profile_op_name(rule->args[j].op));
		names += rule->names.n;
		if (i < 8) {
			profile_rule_pointer(p, i, pointer);
			check_place(p, pointer);
		}
	}
	return names;
}

static void check_filter(const struct profile_filter *filter)
{
	static const uint32_t numbers[] = {0, 41, 57, 135, 435, 462, 1000, 0x40000000, UINT32_MAX};

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const struct bpf_call call = {.arch = profile_arch_native()->audit, .nr = numbers[i], .args = {1}};
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		char by[PROFILE_POINTER_MAX];
		struct profile_verdict v;

		profile_decide(filter, &call, &v);
		profile_decided_by(filter, &v, by);
		profile_explain(filter, &call, &v, &why);
		must(why.len > 0 && text_is_utf8(text_span(&why)));
	}
}

static int ignore(void *data, const struct profile_finding *finding)
{
	must(finding->id && finding->message[0] && text_is_utf8(span_from(finding->message)));
	return 0;
}

static void check_compiled(const struct profile *p, size_t names)
{
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct profile_host host = {.arch = profile_arch_native(), .kernel = 6 << 16 | 1};
	struct profile_problem problem = {0};
	int r = profile_resolve(p, &host, &rules, &problem);

	check_problem(r, &problem);
	if (r || names > COMPILED_NAMES)
		return;
	r = profile_compile(rules, PROFILE_MODEL_RUNC, &filter, &problem);
	check_problem(r, &problem);
	if (r)
		return;
	check_filter(filter);
	profile_check(filter, ignore, NULL);
}

/* What was changed is a profile still. */
static void check_again(struct span text)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem = {0};

	must(profile_load_text(text, NULL, &p, &problem) == 0);
}

static void check_changes(const struct profile *p)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};
	int r = profile_instrument(p, PROFILE_INSTRUMENT_LOG, &text, &problem);

	check_problem(r, &problem);
	if (r == 0)
		check_again(text_span(&text));
	must(profile_patch_new(p, &patch) == 0);
	if (p->n_rules > 0)
		check_problem(profile_patch_add_name(patch, 0, "mseal", &problem), &problem);
	check_problem(profile_patch_add_flag(patch, "SECCOMP_FILTER_FLAG_LOG", &problem), &problem);
	check_again((struct span){profile_patch_profile(patch)->text, profile_patch_profile(patch)->text_len});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem = {0};
	int r = profile_load_text(fuzz_span(data, size), NULL, &p, &problem);

	check_problem(r, &problem);
	if (r)
		return 0;
	check_compiled(p, check_rules(p));
	check_changes(p);
	return 0;
}
