/* SPDX-License-Identifier: MIT */
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "profile_random.h"

#define X86_64 AUDIT_ARCH_X86_64
#define I386   AUDIT_ARCH_I386

/* A profile for a host and a runtime, compiled. */
struct compiled {
	struct profile *profile;
	struct profile_rules *rules;
	struct profile_filter *filter;
};

static void compiled_free(struct compiled *c)
{
	profile_filter_free(c->filter);
	profile_rules_free(c->rules);
	profile_free(c->profile);
}

struct setting {
	const char *caps; /* NULL: Docker's */
	const char *arch; /* NULL: x86_64 */
	const char *model; /* NULL: runc */
	const char *kernel; /* NULL: 6.1 */
	enum profile_engine engine;
};

static int compile(struct compiled *c, const char *text, const struct setting *s, struct profile_problem *problem)
{
	CLEANUP_FREE const char **caps = NULL;
	struct profile_host host = {.engine = s->engine};
	int model = profile_model_from_name(span_from(s->model ? s->model : "runc")), k;

	host.arch = profile_arch_from_name(span_from(s->arch ? s->arch : "x86_64"));
	assert_int_equal(profile_parse_kernel(span_from(s->kernel ? s->kernel : "6.1"), &host.kernel), 0);
	assert_int_equal(profile_parse_caps(span_from(s->caps ? s->caps : "default"), &caps, &host.n_caps), 0);
	assert_true(model >= 0);
	host.caps = caps;
	k = profile_load_text(span_from(text), NULL, &c->profile, problem);
	if (k)
		fail_msg("%s\n%s: %s", text, problem->pointer, problem->message);
	assert_int_equal(profile_resolve(c->profile, &host, &c->rules, problem), 0);
	return profile_compile(c->rules, (enum profile_model)model, &c->filter, problem);
}

/* ---- a table of decisions ---- */

#define ERR(rules)     "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]," \
		       "\"syscalls\":[" rules "]}"
#define ALLOW(members) "{\"action\":\"SCMP_ACT_ALLOW\"," members "}"
#define NAMES(names)   "\"names\":[" names "]"
#define ENTRY(index, value, two, op) "{\"index\":" #index ",\"value\":" #value ",\"valueTwo\":" #two ",\"op\":\"SCMP_CMP_" op "\"}"

static const struct decision {
	const char *text;
	struct setting setting;
	struct bpf_call call;
	uint32_t action;
	const char *by, *says;
} decisions[] = {
	{ERR(ALLOW(NAMES("\"read\""))), {.model = "plain"}, {X86_64, 0, 0, {0}}, SCMP_ACT_ALLOW, "/syscalls/0",
		"rule /syscalls/0 gives read SCMP_ACT_ALLOW"},
	{ERR(ALLOW(NAMES("\"read\""))), {.model = "plain"}, {X86_64, 1, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction",
		"no rule in force names write: the default action is SCMP_ACT_ERRNO with EPERM"},
	/* the stub: numbers above clone3's (435) */
	{ERR(ALLOW(NAMES("\"clone3\""))), {0}, {X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(ENOSYS), "stub", "above 435"},
	{ERR(ALLOW(NAMES("\"clone3\""))), {0}, {X86_64, 434, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	{ERR(ALLOW(NAMES("\"clone3\""))), {.model = "crun"}, {X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	{ERR(ALLOW(NAMES("\"clone3\""))), {.model = "runc-1.0.0-rc92"}, {X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(EPERM),
		"/defaultAction", ""},
	/* number 0 alone gives no stub; nor does a permissive default; nor a list of architectures without the native one */
	{ERR(ALLOW(NAMES("\"read\""))), {0}, {X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	{"{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[" ALLOW(NAMES("\"clone\"")) "]}", {0}, {X86_64, 436, 0, {0}},
		SCMP_ACT_LOG, "/defaultAction", "SCMP_ACT_LOG"},
	{"{\"defaultAction\":\"SCMP_ACT_TRACE\",\"syscalls\":[" ALLOW(NAMES("\"clone\"")) "]}", {0}, {X86_64, 436, 0, {0}},
		SCMP_ACT_TRACE(EPERM), "/defaultAction", ""},
	{"{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[" ALLOW(NAMES("\"clone\"")) "]}", {0}, {X86_64, 436, 0, {0}},
		SCMP_ACT_ERRNO(ENOSYS), "stub", "above 56"},
	{"{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[" ALLOW(NAMES("\"clone\"")) "]}", {.model = "runc-1.1.5"},
		{X86_64, 436, 0, {0}}, SCMP_ACT_KILL, "/defaultAction", ""},
	{"{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[" ALLOW(NAMES("\"clone\"")) "]}", {.model = "runc-1.1.15"},
		{X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(ENOSYS), "stub", ""},
	/* a redundant rule counts for the stub */
	{ERR("{\"action\":\"SCMP_ACT_ERRNO\"," NAMES("\"clone3\"") "}"), {0}, {X86_64, 435, 0, {0}}, SCMP_ACT_ERRNO(EPERM),
		"/defaultAction", ""},
	{ERR("{\"action\":\"SCMP_ACT_ERRNO\"," NAMES("\"clone3\"") "}"), {0}, {X86_64, 436, 0, {0}}, SCMP_ACT_ERRNO(ENOSYS),
		"stub", ""},
	/* architectures */
	{ERR(ALLOW(NAMES("\"mkdir\""))), {0}, {I386, 39, 0, {0}}, SCMP_ACT_ALLOW, "/syscalls/0", "mkdir"},
	{ERR(ALLOW(NAMES("\"mkdir\""))), {0}, {X86_64, 39, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", "getpid"},
	{ERR(ALLOW(NAMES("\"mkdir\""))), {0}, {X86_64, 0x40000000 + 83, 0, {0}}, SCMP_ACT_KILL, "",
		"does not cover SCMP_ARCH_X32"},
	{ERR(ALLOW(NAMES("\"mkdir\""))), {0}, {AUDIT_ARCH_AARCH64, 34, 0, {0}}, SCMP_ACT_KILL, "", "SCMP_ARCH_AARCH64"},
	{ERR(ALLOW(NAMES("\"mkdir\""))), {0}, {X86_64, UINT32_MAX, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":"
	 "[\"SCMP_ARCH_ARM\"]}],\"syscalls\":[" ALLOW(NAMES("\"mkdirat\"")) "]}", {.arch = "aarch64"},
		{AUDIT_ARCH_ARM, 323, 0, {0}}, SCMP_ACT_ALLOW, "/syscalls/0", ""},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\",\"subArchitectures\":"
	 "[\"SCMP_ARCH_ARM\"]}],\"syscalls\":[" ALLOW(NAMES("\"mkdirat\"")) "]}", {0},
		{AUDIT_ARCH_ARM, 323, 0, {0}}, SCMP_ACT_KILL, "", ""},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_S390X\"],\"syscalls\":[" ALLOW(NAMES("\"mkdir\""))
	 "]}", {.arch = "s390x"}, {AUDIT_ARCH_S390X, 0, 0, {0}}, SCMP_ACT_ERRNO(ENOSYS), "stub", ""},
	/* arguments */
	{ERR(ALLOW(NAMES("\"personality\"") ",\"args\":[" ENTRY(0, 8, 0, "EQ") "]")), {0}, {X86_64, 135, 0, {8}},
		SCMP_ACT_ALLOW, "/syscalls/0", "when arg0 == 0x8"},
	{ERR(ALLOW(NAMES("\"personality\"") ",\"args\":[" ENTRY(0, 8, 0, "EQ") "]")), {0}, {X86_64, 135, 0, {0x100000008}},
		SCMP_ACT_ERRNO(EPERM), "/defaultAction", "no condition on its arguments holds"},
	{ERR(ALLOW(NAMES("\"personality\"") ",\"args\":[" ENTRY(0, 8, 0, "EQ") "]")), {0}, {I386, 136, 0, {0x100000008}},
		SCMP_ACT_ALLOW, "/syscalls/0", ""},
	{ERR(ALLOW(NAMES("\"clone\"") ",\"args\":[" ENTRY(0, 2114060288, 0, "MASKED_EQ") "]")), {0},
		{X86_64, 56, 0, {0x10000000}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	{ERR(ALLOW(NAMES("\"clone\"") ",\"args\":[" ENTRY(0, 2114060288, 0, "MASKED_EQ") "]")), {0},
		{X86_64, 56, 0, {0x01200011}}, SCMP_ACT_ALLOW, "/syscalls/0", "(arg0 & 0x7e020000) == 0x0"},
	/* two conditions on one argument are two rules */
	{ERR(ALLOW(NAMES("\"personality\"") ",\"args\":[" ENTRY(0, 8, 0, "EQ") "," ENTRY(0, 9, 0, "EQ") "]")), {0},
		{X86_64, 135, 0, {9}}, SCMP_ACT_ALLOW, "/syscalls/0", "arg0 == 0x8 or arg0 == 0x9"},
	{ERR(ALLOW(NAMES("\"personality\"") ",\"args\":[" ENTRY(0, 8, 0, "EQ") "," ENTRY(1, 9, 0, "EQ") "]")), {0},
		{X86_64, 135, 0, {8, 8}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	/* socketcall hides the arguments */
	{ERR(ALLOW(NAMES("\"socket\"") ",\"args\":[" ENTRY(0, 40, 0, "NE") "]")), {0}, {I386, 102, 0, {1, 40}},
		SCMP_ACT_ALLOW, "/syscalls/0", "sub-call"},
	{ERR(ALLOW(NAMES("\"socket\"") ",\"args\":[" ENTRY(0, 40, 0, "NE") "]")), {0}, {I386, 359, 0, {40}},
		SCMP_ACT_ERRNO(EPERM), "/defaultAction", ""},
	/* the first unconditional rule wins, also over earlier conditions */
	{ERR(ALLOW(NAMES("\"mkdir\"") ",\"args\":[" ENTRY(1, 1, 0, "EQ") "]") ",{\"action\":\"SCMP_ACT_TRAP\","
		NAMES("\"mkdir\"") "}," ALLOW(NAMES("\"mkdir\""))), {0}, {X86_64, 83, 0, {0, 1}}, SCMP_ACT_TRAP, "/syscalls/1", ""},
	/* conditions of the container */
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\"]}")), {0}, {X86_64, 101, 0, {0}},
		SCMP_ACT_ERRNO(ENOSYS), "", NULL},
	{ERR(ALLOW(NAMES("\"ptrace\",\"bpf\"") ",\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\"]}") "," ALLOW(NAMES("\"clone3\""))),
		{0}, {X86_64, 101, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction",
		"rule /syscalls/0, which names it, is for containers with CAP_SYS_PTRACE"},
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\"]}")), {.caps = "default,sys_ptrace"},
		{X86_64, 101, 0, {0}}, SCMP_ACT_ALLOW, "/syscalls/0", ""},
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"excludes\":{\"caps\":[\"CAP_CHOWN\"]}")), {.model = "plain"}, {X86_64, 101, 0, {0}},
		SCMP_ACT_ERRNO(EPERM), "/defaultAction", "without CAP_CHOWN"},
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"includes\":{\"minKernel\":\"4.8\"}")), {.kernel = "4.7", .model = "plain"},
		{X86_64, 101, 0, {0}}, SCMP_ACT_ERRNO(EPERM), "/defaultAction", "another kernel version"},
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"includes\":{\"minKernel\":\"4.8\"}")), {.kernel = "4.7", .engine = PROFILE_ENGINE_PODMAN},
		{X86_64, 101, 0, {0}}, SCMP_ACT_ALLOW, "/syscalls/0", ""},
	{ERR(ALLOW(NAMES("\"ptrace\"") ",\"includes\":{\"arches\":[\"arm64\"]}")), {.model = "plain"}, {X86_64, 101, 0, {0}},
		SCMP_ACT_ERRNO(EPERM), "/defaultAction", "another architecture"},
	/* errno by name and by number */
	{ERR("{\"action\":\"SCMP_ACT_ERRNO\",\"errno\":\"EINVAL\",\"errnoRet\":5," NAMES("\"mkdir\"") "}"), {0},
		{X86_64, 83, 0, {0}}, SCMP_ACT_ERRNO(EINVAL), "/syscalls/0", "EINVAL"},
	{ERR("{\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":100," NAMES("\"mkdir\"") "}"), {0}, {X86_64, 83, 0, {0}},
		SCMP_ACT_ERRNO(ENETDOWN), "/syscalls/0", "ENETDOWN"},
	/* the place of a whole configuration */
	{"{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"action\":"
	 "\"SCMP_ACT_KILL\"," NAMES("\"mkdir\"") "}]}}}", {0}, {X86_64, 83, 0, {0}}, SCMP_ACT_KILL,
		"/linux/seccomp/syscalls/0", "SCMP_ACT_KILL_THREAD"},
};

static void check_decision(const struct decision *d)
{
	CLEANUP(compiled_free) struct compiled c = {0};
	CLEANUP_TEXT struct text says = TEXT_EMPTY;
	char by[PROFILE_POINTER_MAX];
	struct profile_problem problem;
	struct profile_verdict v;

	if (compile(&c, d->text, &d->setting, &problem))
		fail_msg("%s\n%s: %s", d->text, problem.pointer, problem.message);
	profile_decide(c.filter, &d->call, &v);
	profile_decided_by(c.filter, &v, by);
	profile_explain(c.filter, &d->call, &v, &says);
	if (!d->says) /* the profile names nothing else: no stub, and the default */
		assert_int_equal(v.by, PROFILE_BY_DEFAULT);
	else if (v.action != d->action || strcmp(by, d->by) != 0 || !strstr(says.data, d->says))
		fail_msg("%s\narch %x number %u: 0x%x by \"%s\": %s", d->text, d->call.arch, d->call.nr, v.action, by, says.data);
}

static void decides(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++)
		check_decision(&decisions[i]);
}

/* ---- what a runtime refuses ---- */

static const struct {
	const char *text;
	struct setting setting;
	const char *pointer, *message;
} refusals[] = {
	{"{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", {0}, "/defaultAction", "runc refuses SCMP_ACT_NOTIFY"},
	{ERR("{\"action\":\"SCMP_ACT_NOTIFY\"," NAMES("\"write\"") "}"), {0}, "/syscalls/0", "write"},
	{ERR("{\"action\":\"SCMP_ACT_TRAP\",\"errnoRet\":1," NAMES("\"mkdir\"") "}"), {.model = "crun"}, "/syscalls/0", "crun"},
	{"{\"defaultAction\":\"SCMP_ACT_TRAP\",\"defaultErrnoRet\":1}", {.model = "crun"}, "/defaultErrnoRet", "crun"},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":5000}", {0}, "/defaultErrnoRet", "above 4095"},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_S390X\"]}", {0}, "", "byte order"},
	{ERR(ALLOW(NAMES("\"mkdir\"") ",\"args\":[" ENTRY(0, 1, 0, "EQ") "]") ",{\"action\":\"SCMP_ACT_TRAP\","
		NAMES("\"mkdir\"") ",\"args\":[" ENTRY(0, 1, 0, "EQ") "]}"), {0}, "/syscalls/1", "contradicts an earlier one"},
};

static void refuses_as_runtimes_do(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(compiled_free) struct compiled c = {0};
		struct profile_problem problem = {0};
		int k = compile(&c, refusals[i].text, &refusals[i].setting, &problem);

		if (k != PROFILE_E_REFUSED || strcmp(problem.pointer, refusals[i].pointer) != 0 ||
			!strstr(problem.message, refusals[i].message))
			fail_msg("%s\n%d at \"%s\": %s", refusals[i].text, k, problem.pointer, problem.message);
	}
}

static void refuses_what_no_kernel_takes(void **state)
{
	CLEANUP(compiled_free) struct compiled c = {0};
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	struct profile_problem problem = {0};

	text_add_str(&t, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[");
	for (int i = 0; i < 1500; i++)
		text_printf(&t, "%s{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":1,\"value\":%llu,"
			"\"op\":\"SCMP_CMP_EQ\"}]}", i ? "," : "", (unsigned long long)i << 32 | 1);
	text_add_str(&t, "]}");
	assert_int_equal(compile(&c, t.data, &(struct setting){0}, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "4096"));
}

static void names_what_libseccomp_does_not_know(void **state)
{
	CLEANUP(compiled_free) struct compiled c = {0};
	struct profile_problem problem = {0};
	size_t rule = 9;

	assert_int_equal(compile(&c, ERR(ALLOW(NAMES("\"read\",\"nosuchcall\""))), &(struct setting){0}, &problem), 0);
	assert_string_equal(profile_filter_unknown_name(c.filter, 0, &rule), "nosuchcall");
	assert_int_equal(rule, 0);
	assert_null(profile_filter_unknown_name(c.filter, 1, NULL));
}

/* ---- random profiles ---- */

struct check {
	const struct profile_filter *filter;
	struct compiled singles[16]; /* each rule in a profile of its own */
	size_t n_singles, calls, faults;
	const char *text;
};

static void must_agree(void *data, const struct bpf_call *call)
{
	struct check *c = data;
	struct profile_verdict v;

	profile_decide(c->filter, call, &v);
	c->calls++;
	if (v.by == PROFILE_BY_NOTHING || v.contested)
		fail_msg("%s\narch %x number %u args %llx %llx %llx: 0x%x", c->text, call->arch, call->nr,
			(unsigned long long)call->args[0], (unsigned long long)call->args[1],
			(unsigned long long)call->args[2], v.action);
}

static void walk(struct compiled *compiled, calls_fn fn, struct check *check)
{
	check->filter = compiled->filter;
	calls_all(compiled->profile, compiled->rules->archs, compiled->rules->n_archs, 60, fn, check);
}

static void agrees_where_rules_do_not_meet(void **state)
{
	struct check check = {0};

	for (uint64_t seed = 0; seed < 300; seed++) {
		CLEANUP(compiled_free) struct compiled c = {0};
		CLEANUP_TEXT struct text t = TEXT_EMPTY;
		struct profile_problem problem;

		random_profile(seed, RANDOM_APART, &t);
		check.text = t.data;
		assert_int_equal(compile(&c, t.data, &(struct setting){0}, &problem), 0);
		walk(&c, must_agree, &check);
	}
	assert_true(check.calls > 100000);
}

/* libseccomp joins rules in a tree and sometimes loses on the way what they say. What they say is that a call matches
 * when it matches one of them: each rule alone is compiled right (above), so that tells who is at fault. */
static void knows_when_the_compiler_is_wrong(void *data, const struct bpf_call *call)
{
	struct check *c = data;
	struct profile_verdict v, alone;
	bool matches = false;

	profile_decide(c->filter, call, &v);
	for (size_t i = 0; i < c->n_singles; i++) {
		profile_decide(c->singles[i].filter, call, &alone);
		assert_int_not_equal(alone.by, PROFILE_BY_NOTHING);
		matches |= alone.by == PROFILE_BY_RULE;
	}
	c->calls++;
	c->faults += v.by == PROFILE_BY_NOTHING;
	if (v.by == PROFILE_BY_STUB || v.by == PROFILE_BY_ARCH)
		return;
	if (v.by == PROFILE_BY_NOTHING)
		assert_int_equal(v.action == SCMP_ACT_ERRNO(7), matches);
	else
		assert_int_equal(v.by == PROFILE_BY_RULE, matches);
}

/* The rule alone; false when it is one that becomes several. */
static bool compile_alone(const struct profile *p, size_t rule, const char *text, struct compiled *ret)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	struct profile_place syscalls, place;
	struct profile_problem problem;
	char pointer[PROFILE_POINTER_MAX];
	unsigned seen = 0;

	for (size_t i = 0; i < p->rules[rule].n_args; i++) {
		if (seen & 1u << p->rules[rule].args[i].index)
			return false;
		seen |= 1u << p->rules[rule].args[i].index;
	}
	profile_rule_pointer(p, rule, pointer);
	assert_int_equal(profile_locate(p, "/syscalls", &syscalls), 0);
	assert_int_equal(profile_locate(p, pointer, &place), 0);
	text_add(&t, (struct span){text, syscalls.start + 1});
	text_add(&t, (struct span){text + place.start, place.end - place.start});
	text_add_str(&t, "]}");
	assert_int_equal(compile(ret, t.data, &(struct setting){.model = "plain"}, &problem), 0);
	return true;
}

static void says_when_the_compiler_is_wrong(void **state)
{
	struct check check = {0};

	for (uint64_t seed = 0; seed < 300; seed++) {
		CLEANUP(compiled_free) struct compiled c = {0};
		CLEANUP_TEXT struct text t = TEXT_EMPTY;
		struct profile_problem problem;
		bool whole = true;

		random_profile(seed, RANDOM_ONE_ACTION, &t);
		check.n_singles = 0;
		assert_int_equal(compile(&c, t.data, &(struct setting){0}, &problem), 0);
		for (size_t i = 0; whole && i < c.profile->n_rules; i++) {
			check.singles[i] = (struct compiled){0};
			whole = compile_alone(c.profile, i, t.data, &check.singles[i]);
			check.n_singles += whole;
		}
		if (whole)
			walk(&c, knows_when_the_compiler_is_wrong, &check);
		for (size_t i = 0; i < check.n_singles; i++)
			compiled_free(&check.singles[i]);
	}
	print_message("%zu calls, of which libseccomp decides %zu otherwise than the rules\n", check.calls, check.faults);
	assert_true(check.calls > 10000);
}

/* ---- words ---- */

static void reads_models(void **state)
{
	static const struct {
		const char *name;
		int model;
	} cases[] = {
		{"runc", PROFILE_MODEL_RUNC}, {"crun", PROFILE_MODEL_CRUN}, {"plain", PROFILE_MODEL_PLAIN},
		{"runc-1.1.5", PROFILE_MODEL_RUNC_FIRST}, {"runc-1.1.5+ds1", PROFILE_MODEL_RUNC_FIRST},
		{"runc-1.1.14", PROFILE_MODEL_RUNC_FIRST}, {"runc-1.1.15", PROFILE_MODEL_RUNC},
		{"runc-1.2.0-rc.1", PROFILE_MODEL_RUNC}, {"runc-1.3.0", PROFILE_MODEL_RUNC},
		{"runc-1.0.0-rc93", PROFILE_MODEL_RUNC_FIRST}, {"runc-1.0.0-rc92", PROFILE_MODEL_PLAIN},
		{"runc-1.0.0", PROFILE_MODEL_RUNC_FIRST}, {"runc-1.0.3", PROFILE_MODEL_RUNC_FIRST},
		{"runc-0.1.1", PROFILE_MODEL_PLAIN}, {"runc-", -EINVAL}, {"youki", -EINVAL}, {"", -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (profile_model_from_name(span_from(cases[i].name)) != cases[i].model)
			fail_msg("%s: %d", cases[i].name, profile_model_from_name(span_from(cases[i].name)));
}

static void reads_capabilities(void **state)
{
	static const struct {
		const char *text;
		int n;
	} cases[] = {
		{"default", 14}, {"none", 0}, {"", 0}, {"CAP_SYS_ADMIN", 1}, {"sys_admin,net_admin", 2}, {"default,chown", 14},
		{"ALL", 41}, {"all,sys_admin", 41}, {"cap_nothing", -1}, {"sys_admin,", 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE const char **caps = NULL;
		size_t n = 0;
		int k = profile_parse_caps(span_from(cases[i].text), &caps, &n);

		if ((k == 0 ? (int)n : -1) != cases[i].n)
			fail_msg("%s: %d, %zu", cases[i].text, k, n);
	}
}

static void caps_errnos_as_the_kernel_does(void **state)
{
	assert_int_equal(profile_action_errno(SCMP_ACT_ERRNO(EPERM)), EPERM);
	assert_int_equal(profile_action_errno(SCMP_ACT_ERRNO(5000)), 4095);
	assert_int_equal(profile_action_errno(SCMP_ACT_TRACE(5)), 0);
	assert_int_equal(profile_action_errno(SCMP_ACT_ALLOW), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides),
		cmocka_unit_test(refuses_as_runtimes_do),
		cmocka_unit_test(refuses_what_no_kernel_takes),
		cmocka_unit_test(names_what_libseccomp_does_not_know),
		cmocka_unit_test(agrees_where_rules_do_not_meet),
		cmocka_unit_test(says_when_the_compiler_is_wrong),
		cmocka_unit_test(reads_models),
		cmocka_unit_test(reads_capabilities),
		cmocka_unit_test(caps_errnos_as_the_kernel_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
