/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <seccomp.h>

#include "seccompwatch/profile.h"

#define RULE(members) "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{" members "}]}"
#define MKDIR         "\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ALLOW\""
#define ARG(members)  RULE(MKDIR ",\"args\":[{" members "}]")

/* ---- refused, at the right place, for the right reason ---- */

static const struct {
	const char *text, *pointer, *message;
	unsigned line;
} refusals[] = {
	{"", "", "empty", 0},
	{" \n\t\n", "", "empty", 0},
	{"# only a comment\n", "", "empty", 0},
	{"[]", "", "a JSON list", 0},
	{"{}", "", "\"no seccomp\"", 1},
	{"{\"syscalls\":[]}", "", "has no defaultAction", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\"", "", "not JSON", 1},
	{"{\n\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"syscalls\": [tru]}", "", "not JSON", 3},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\"} x", "", "not JSON", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n\"defaultAction\":\"SCMP_ACT_ALLOW\"}", "", "a key is there twice", 2},
	{"{\n\"defaultAction\": \"allow\"}", "/defaultAction", "\"allow\" is no action; did you mean SCMP_ACT_ALLOW?", 2},
	{"{\"defaultAction\":\"SCMP_ACT_ALOW\"}", "/defaultAction", "did you mean SCMP_ACT_ALLOW?", 1},
	{"{\"defaultAction\":\"deny\"}", "/defaultAction", "did you mean SCMP_ACT_ERRNO?", 1},
	{"{\"defaultAction\":\"kill-process\"}", "/defaultAction", "did you mean SCMP_ACT_KILL_PROCESS?", 1},
	{"{\"defaultAction\":\"frobnicate\"}", "/defaultAction", "is no action", 1},
	{"{\"defaultAction\":[]}", "/defaultAction", "must be an action", 1},
	{"{\"defaultAction\":10}", "/defaultAction", "must be an action", 1},
	{"{\"defaultAction\":-1}", "/defaultAction", "must be an action", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":\"EPERM\"}", "/defaultErrnoRet", "only Podman", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}", "/defaultErrnoRet", "0 to 65535", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1.5}", "/defaultErrnoRet", "whole number", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrno\":\"ENOWAY\"}", "/defaultErrno", "\"ENOWAY\" is no errno", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_ARM64\"]}", "/architectures/0",
		"did you mean SCMP_ARCH_AARCH64?", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"x86_64\"]}", "/architectures/0",
		"did you mean SCMP_ARCH_X86_64?", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":\"SCMP_ARCH_X86\"}", "/architectures", "must be a list", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86\"],\"archMap\":[{}]}", "", "both", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{}]}", "/archMap/0", "has no architecture", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}", "/syscalls", "must be a list", 1},
	{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[1]}", "/syscalls/0", "must be an object", 1},
	{RULE("\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0", "has no names", 1},
	{RULE("\"names\":[\"mkdir\"]"), "/syscalls/0", "has no action", 1},
	{RULE("\"names\":\"mkdir\",\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0/names", "a list of texts", 1},
	{RULE("\"names\":[\"\"],\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0", "an empty name", 1},
	{RULE("\"names\":[7],\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0/names/0", "must be a text", 1},
	{RULE("\"name\":\"mkdir\",\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0/names", "beside name", 1},
	{RULE("\"names\":[\"mkdir\"],\"name\":\"mkdir\",\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0/name", "beside names", 1},
	{RULE(MKDIR ",\"Names\":[\"mkdir\"]"), "/syscalls/0/Names", "twice", 1},
	{RULE(MKDIR ",\"errno\":\"eperm\""), "/syscalls/0/errno", "is no errno", 1},
	{RULE(MKDIR ",\"includes\":{\"minKernel\":\"new\"}"), "/syscalls/0/includes/minKernel", "no kernel version", 1},
	{RULE(MKDIR ",\"includes\":{\"caps\":[1]}"), "/syscalls/0/includes/caps/0", "must be a text", 1},
	{ARG("\"index\":6,\"value\":1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0/index", "argument 6", 1},
	{ARG("\"index\":-1,\"value\":1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0/index", "whole number", 1},
	{ARG("\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0/value", "whole number", 1},
	{ARG("\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\""), "", "not JSON", 1},
	{ARG("\"index\":0,\"value\":\"1\",\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0/value", "must be a number", 1},
	{ARG("\"index\":0,\"value\":1,\"op\":\"==\""), "/syscalls/0/args/0/op", "did you mean SCMP_CMP_EQ?", 1},
	{ARG("\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_MASKEDEQ\""), "/syscalls/0/args/0/op", "SCMP_CMP_MASKED_EQ?", 1},
	{ARG("\"index\":0,\"value\":1"), "/syscalls/0/args/0", "has no op", 1},
	{"{\"vmm\":{\"default_action\":\"trap\",\"filter_action\":\"allow\",\"filter\":[]}}", "", "Firecracker", 1},
	{"read: 1\nwrite: 1\n", "", "minijail", 0},
	{"# policy\n@include x.policy\n", "", "minijail", 0},
	{"/etc/profile.json\n", "", "was a path given", 1},
	{"{\"ociVersion\":\"1.0.2\",\"linux\":{}}", "/linux", "without linux.seccomp", 1},
	{"kind: Pod\nmetadata: {}\n", "", "of kind \"Pod\"", 1},
	{"kind: SeccompProfile\nmetadata:\n  name: x\n", "", "without a spec", 1},
	{"kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ALLOW\n  defaultAction: SCMP_ACT_LOG\n", "",
		"the key \"defaultAction\" is there twice", 4},
	{"kind: SeccompProfile\nspec:\n  defaultAction: allow\n", "/spec/defaultAction", "did you mean SCMP_ACT_ALLOW?", 3},
	{"kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ALLOW\n  syscalls:\n  - names: [mkdir]\n    action: 1.5\n",
		"/spec/syscalls/0/action", "is no action", 6},
	{"kind: SeccompProfile\nspec: [\n", "", "not YAML", 3},
	{"kind: SeccompProfile\nspec: &a\n  spec: *a\n", "", "nested too deep", 2},
	{"{\"kind\":\"List\",\"items\":[]}", "/items", "a list without a profile", 1},
};

static void refuses_with_place_and_reason(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		CLEANUP(profile_free_p) struct profile *p = NULL;
		struct profile_problem problem = {0};
		int k = profile_load_text(span_from(refusals[i].text), NULL, &p, &problem);

		if (k != PROFILE_E_REFUSED || strcmp(problem.pointer, refusals[i].pointer) != 0 ||
			!strstr(problem.message, refusals[i].message) || problem.line != refusals[i].line)
			fail_msg("%s\n%d at \"%s\" line %u: %s", refusals[i].text, k, problem.pointer, problem.line,
				problem.message);
	}
}

/* ---- accepted, with a word or without ---- */

static const struct {
	const char *text, *pointer, *note; /* note NULL: none */
	enum profile_format format;
} accepted[] = {
	{"{\"defaultAction\":\"SCMP_ACT_LOG\"}", NULL, NULL, PROFILE_FORMAT_OCI},
	{RULE(MKDIR), NULL, NULL, PROFILE_FORMAT_OCI},
	{RULE("\"name\":\"mkdir\",\"action\":\"SCMP_ACT_ALLOW\",\"args\":null"), NULL, NULL, PROFILE_FORMAT_DOCKER},
	{RULE("\"name\":\"mkdir\",\"names\":[],\"action\":\"SCMP_ACT_ALLOW\""), NULL, NULL, PROFILE_FORMAT_DOCKER},
	{RULE("\"names\":[],\"name\":\"mkdir\",\"action\":\"SCMP_ACT_ALLOW\""), NULL, NULL, PROFILE_FORMAT_DOCKER},
	{RULE(MKDIR ",\"comment\":\"\",\"includes\":{},\"excludes\":{}"), NULL, NULL, PROFILE_FORMAT_DOCKER},
	{RULE(MKDIR ",\"errno\":\"ENOSYS\",\"errnoRet\":1"), "/syscalls/0", "takes none", PROFILE_FORMAT_DOCKER},
	{RULE("\"names\":[],\"action\":\"SCMP_ACT_ALLOW\""), "/syscalls/0/names", "does nothing", PROFILE_FORMAT_OCI},
	{RULE(MKDIR ",\"coment\":\"x\""), "/syscalls/0/coment", "did you mean comment?", PROFILE_FORMAT_OCI},
	{RULE(MKDIR ",\"Comment\":\"x\""), "/syscalls/0/Comment", "letters' case", PROFILE_FORMAT_DOCKER},
	{ARG("\"index\":0,\"value\":18446744073709551615,\"op\":\"SCMP_CMP_EQ\""), NULL, NULL, PROFILE_FORMAT_OCI},
	{ARG("\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_MASKED_EQ\""), NULL, NULL, PROFILE_FORMAT_OCI},
	{ARG("\"index\":0,\"value\":1,\"valueTwo\":1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0", "only SCMP_CMP_MASKED_EQ",
		PROFILE_FORMAT_OCI},
	{ARG("\"value\":1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0", "argument 0", PROFILE_FORMAT_OCI},
	{ARG("\"index\":1,\"op\":\"SCMP_CMP_EQ\""), "/syscalls/0/args/0", "has no value", PROFILE_FORMAT_OCI},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOGG\"]}", "/flags/0",
		"did you mean SECCOMP_FILTER_FLAG_LOG", PROFILE_FORMAT_OCI},
	{"{\"defaultAction\":2147418112}", "/defaultAction", "a number instead of SCMP_ACT_ALLOW", PROFILE_FORMAT_OCI},
	{"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":1}", "/defaultErrnoRet", "takes no errno",
		PROFILE_FORMAT_OCI},
	{"{\"default_action\":2,\"default_errno_ret\":38,\"architectures\":[\"amd64\"],\"syscalls\":[{\"name\":\"mkdir\","
	 "\"action\":4,\"args\":[{\"index\":1,\"value\":1,\"value_two\":0,\"op\":7}]}]}",
		NULL, NULL, PROFILE_FORMAT_LIBCONTAINER},
	{"{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\"}}}", NULL, NULL,
		PROFILE_FORMAT_OCI_CONFIG},
	{"{\"kind\":\"SeccompProfile\",\"spec\":{\"defaultAction\":\"SCMP_ACT_LOG\"}}", NULL, NULL, PROFILE_FORMAT_KUBERNETES},
	{"kind: SeccompProfile\nspec:\n  baseProfileName: runc\n  defaultAction: SCMP_ACT_ERRNO\n", "/spec/baseProfileName",
		"the rules of \"runc\"", PROFILE_FORMAT_KUBERNETES},
	{"kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n  - names: [mkdir]\n"
	 "    action: SCMP_ACT_ERRNO\n    errnoRet: \"38\"\n    args:\n    - {index: 1, value: 0x10, op: SCMP_CMP_EQ}\n",
		NULL, NULL, PROFILE_FORMAT_KUBERNETES},
	{"kind: ConfigMap\n---\nkind: SeccompProfile\nspec: {defaultAction: SCMP_ACT_LOG}\n", NULL, NULL,
		PROFILE_FORMAT_KUBERNETES},
	{"{\"kind\":\"List\",\"items\":[{\"kind\":\"SeccompProfile\",\"spec\":{\"defaultAction\":\"SCMP_ACT_LOG\"}}]}", NULL,
		NULL, PROFILE_FORMAT_KUBERNETES},
};

static void accepts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++) {
		CLEANUP(profile_free_p) struct profile *p = NULL;
		struct profile_problem problem = {0};
		const char *text = accepted[i].text;

		if (profile_load_text(span_from(text), NULL, &p, &problem))
			fail_msg("%s\nat \"%s\": %s", text, problem.pointer, problem.message);
		if (p->format != accepted[i].format)
			fail_msg("%s\nformat %s", text, profile_format_name(p->format));
		if (p->n_notes != (accepted[i].note != NULL))
			fail_msg("%s\n%zu notes: %s", text, p->n_notes, p->n_notes ? p->notes[0].message : "");
		if (accepted[i].note && (!strstr(p->notes[0].message, accepted[i].note) ||
			strcmp(p->notes[0].pointer, accepted[i].pointer) != 0 ||
			(p->notes[0].line == 0 && !strstr(accepted[i].pointer, "defaultErrnoRet"))))
			fail_msg("%s\nat \"%s\": %s", text, p->notes[0].pointer, p->notes[0].message);
	}
}

static void reads_every_field(void **state)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"defaultErrno\":\"ENOSYS\","
		"\"archMap\":[{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\"]}],"
		"\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"],\"listenerPath\":\"/run/a\",\"listenerMetadata\":\"m\","
		"\"syscalls\":[{\"names\":[\"clone\",\"fork\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5,\"errno\":\"EINVAL\","
		"\"comment\":\"why\",\"args\":[{\"index\":2,\"value\":9223372036854775808,\"valueTwo\":18446744073709551615,"
		"\"op\":\"SCMP_CMP_MASKED_EQ\"}],"
		"\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"],\"arches\":[\"amd64\"],\"minKernel\":\"4.8\"},"
		"\"excludes\":{\"caps\":[\"CAP_KILL\"]}}]}";
	CLEANUP(profile_free_p) struct profile *p = NULL;
	const struct profile_rule *rule;

	assert_int_equal(profile_load_text(SPAN(text), NULL, &p, NULL), 0);
	assert_int_equal(p->default_action, SCMP_ACT_ERRNO(0));
	assert_int_equal(p->default_error, ENOSYS);
	assert_int_equal(p->n_arch_map, 1);
	assert_int_equal(p->arch_map[0].n_subs, 2);
	assert_string_equal(p->arch_map[0].subs[1]->name, "SCMP_ARCH_X32");
	assert_string_equal(p->flags.items[0], "SECCOMP_FILTER_FLAG_LOG");
	assert_string_equal(p->listener_path, "/run/a");
	assert_string_equal(p->listener_metadata, "m");
	assert_int_equal(p->n_rules, 1);
	rule = &p->rules[0];
	assert_string_equal(rule->names.items[1], "fork");
	assert_int_equal(rule->error, EINVAL);
	assert_true(rule->error_by_name);
	assert_string_equal(rule->comment, "why");
	assert_int_equal(rule->args[0].index, 2);
	assert_true(rule->args[0].value == UINT64_C(1) << 63);
	assert_true(rule->args[0].value_two == UINT64_MAX);
	assert_int_equal(rule->args[0].op, SCMP_CMP_MASKED_EQ);
	assert_string_equal(rule->includes.caps.items[0], "CAP_SYS_ADMIN");
	assert_string_equal(rule->includes.arches.items[0], "amd64");
	assert_int_equal(rule->includes.min_kernel, 4 << 16 | 8);
	assert_string_equal(rule->excludes.caps.items[0], "CAP_KILL");
}

/* ---- hostile sizes ---- */

static int load_repeated(const char *head, const char *item, size_t n, const char *tail, struct profile_problem *problem)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	CLEANUP(profile_free_p) struct profile *p = NULL;

	text_add_str(&t, head);
	for (size_t i = 0; i < n; i++)
		text_add_str(&t, item);
	text_add_str(&t, tail);
	return profile_load_text(text_span(&t), &(struct profile_load_options){.max_bytes = 64 << 20}, &p, problem);
}

static void refuses_monsters(void **state)
{
	struct profile_problem problem;

	assert_int_equal(load_repeated("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[",
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},", 200000,
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "4096"));
	assert_int_equal(load_repeated(RULE("\"action\":\"SCMP_ACT_ALLOW\",\"names\":["), "", 0, "", &problem), PROFILE_E_REFUSED);
	assert_int_equal(load_repeated("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\","
		"\"names\":[", "\"read\",", 200000, "\"x\"]}]}", &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "too many names"));
	assert_int_equal(load_repeated("", "[", 10000, "", &problem), PROFILE_E_REFUSED);
	assert_int_equal(load_repeated("", "{\"a\":", 10000, "", &problem), PROFILE_E_REFUSED);
	assert_int_equal(load_repeated("kind: SeccompProfile\nspec: ", "[", 10000, "", &problem), PROFILE_E_REFUSED);
	assert_int_equal(load_repeated("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[",
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]},",
		20000, "{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}", &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "too many rules with arguments"));
}

static void limits_aliases(void **state)
{
	static const char laughs[] =
		"kind: SeccompProfile\nspec:\n  a: &a [x,x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		"  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		"  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n  f: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem;

	assert_int_equal(profile_load_text(SPAN(laughs), NULL, &p, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "aliases"));
}

static void quotes_hostile_text_safely(void **state)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem;

	assert_int_equal(profile_load_text(SPAN("{\"defaultAction\":\"\\u001b[31m\\u009b%s%n\"}"), NULL, &p, &problem),
		PROFILE_E_REFUSED);
	assert_string_equal(problem.message, "\"\\x1B[31m\\xC2\\x9B%s%n\" is no action");
	assert_int_equal(profile_load_text(SPAN("{\"defaultAction\":\"SCMP_ACT_LOG\",\"\\u001b/~\":1}"), NULL, &p, &problem), 0);
	assert_string_equal(p->notes[0].pointer, "/\\x1B~1~0");
}

/* ---- files ---- */

static void takes_regular_files_only(void **state)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_problem problem = {0};
	char path[] = "/tmp/profile-test-XXXXXX";

	assert_non_null(mkdtemp(path));
	assert_int_equal(profile_load_file(path, NULL, &p, &problem), -EINVAL);
	assert_string_equal(problem.message, "not a regular file");
	rmdir(path);
	assert_int_equal(profile_load_file(path, NULL, &p, &problem), -ENOENT);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(profile_load_file(path, NULL, &p, &problem), -EINVAL);
	unlink(path);
	assert_int_equal(profile_load_file("/dev/null", NULL, &p, &problem), -EINVAL);
	assert_int_equal(profile_load_text(SPAN("{\"defaultAction\":\"SCMP_ACT_LOG\"}"),
		&(struct profile_load_options){.max_bytes = 8}, &p, &problem), PROFILE_E_REFUSED);
	assert_non_null(strstr(problem.message, "more than the 8"));
}

/* ---- places ---- */

/* A rule is where the file has it, however its list is spelled. */
static void points_at_rules(void **state)
{
	static const struct {
		const char *text, *pointer;
	} cases[] = {
		{RULE(MKDIR), "/syscalls/0"},
		{"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"SysCalls\":[{" MKDIR "}]}", "/SysCalls/0"},
		{"{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscallS\":[{" MKDIR "}]}}}",
			"/linux/seccomp/syscallS/0"},
		{"{\"defaultAction\":\"SCMP_ACT_ERRNO\"}", "/syscalls/0"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_free_p) struct profile *p = NULL;
		char pointer[PROFILE_POINTER_MAX];
		struct profile_place place;

		assert_int_equal(profile_load_text(span_from(cases[i].text), NULL, &p, NULL), 0);
		profile_rule_pointer(p, 0, pointer);
		assert_string_equal(pointer, cases[i].pointer);
		assert_int_equal(profile_locate(p, pointer, &place), p->n_rules ? 0 : -ENOENT);
	}
}

static void locates(void **state)
{
	static const char json[] = "{ \"defaultAction\" : \"SCMP_ACT_ERRNO\",\n \"syscalls\": [ {\"n\\u0061mes\": [\"a\",\n\t\"b\"], "
		"\"action\":\"SCMP_ACT_ALLOW\", \"args\":[]}, {\"names\":[\"c]}\"],\"action\":\"SCMP_ACT_LOG\",\"errnoRet\":12 }]}";
	static const char yaml[] = "kind: Pod\n---\nkind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n"
		"  - names: [a, b]\n    action: SCMP_ACT_ALLOW\n";
	static const struct {
		bool is_yaml;
		const char *pointer, *value; /* NULL: nowhere */
		unsigned line;
	} cases[] = {
		{false, "", json, 1}, {false, "/defaultAction", "\"SCMP_ACT_ERRNO\"", 1},
		{false, "/syscalls/0/names/1", "\"b\"", 3}, {false, "/syscalls/0/names/0", "\"a\"", 2},
		{false, "/syscalls/0/args", "[]", 3}, {false, "/syscalls/1/names/0", "\"c]}\"", 3},
		{false, "/syscalls/1/errnoRet", "12", 3}, {false, "/syscalls/2", NULL, 0}, {false, "/nothing", NULL, 0},
		{false, "/defaultAction/x", NULL, 0}, {false, "/syscalls/-1", NULL, 0},
		{true, "/spec/syscalls/0/names/1", "b", 7}, {true, "/spec/syscalls/0/action", "SCMP_ACT_ALLOW", 8},
		{true, "/spec/syscalls/1", NULL, 0}, {true, "/nothing", NULL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_free_p) struct profile *p = NULL;
		const char *text = cases[i].is_yaml ? yaml : json;
		struct profile_place place = {0};
		int k;

		assert_int_equal(profile_load_text(span_from(text), NULL, &p, NULL), 0);
		k = profile_locate(p, cases[i].pointer, &place);
		if (!cases[i].value) {
			assert_int_equal(k, -ENOENT);
			continue;
		}
		if (k || place.line != cases[i].line || place.end - place.start != strlen(cases[i].value) ||
			memcmp(text + place.start, cases[i].value, place.end - place.start) != 0)
			fail_msg("%s: line %u, \"%.*s\"", cases[i].pointer, place.line, (int)(place.end - place.start),
				text + place.start);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_with_place_and_reason),
		cmocka_unit_test(accepts),
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(refuses_monsters),
		cmocka_unit_test(limits_aliases),
		cmocka_unit_test(quotes_hostile_text_safely),
		cmocka_unit_test(takes_regular_files_only),
		cmocka_unit_test(points_at_rules),
		cmocka_unit_test(locates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
