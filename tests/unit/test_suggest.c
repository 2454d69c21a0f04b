/* SPDX-License-Identifier: MIT */
/* Suggestions: which rule decided, what is offered, what is recommended, and that each offer does what it says. Every case
 * is checked for what must always hold besides what its row says. */
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <seccomp.h>

#include "profile_random.h"
#include "seccompwatch/render.h"
#include "support/events_db.h"
#include "support/json_patch.h"

#define X86_64 "3221225534"
#define I386   "1073741827"
#define S390X  "2147483670"
/* action, code, arch of a signature */
#define ERRNO(syscall)        "4, 327680, " X86_64 ", " #syscall
#define KILL(syscall)         "1, 2147483648, " X86_64 ", " #syscall
#define LOGGED(syscall)       "7, 2147221504, " X86_64 ", " #syscall
#define KILL_THREAD32(nr)     "2, 0, " I386 ", " #nr

#define ARCHS    "\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],"
#define DENY     "{\"defaultAction\":\"SCMP_ACT_ERRNO\"," ARCHS "\"syscalls\":["
#define ALLOWING "{\"defaultAction\":\"SCMP_ACT_ALLOW\"," ARCHS "\"syscalls\":["
#define BASE     "{\"names\":[\"execve\",\"exit_group\",\"read\",\"write\",\"futex_waitv\"],\"action\":\"SCMP_ACT_ALLOW\"}"
#define RULE(names, action, rest) "{\"names\":[" names "],\"action\":\"SCMP_ACT_" action "\"" rest "}"
#define ARG(index, value, op) "{\"index\":" #index ",\"value\":" #value ",\"op\":\"SCMP_CMP_" #op "\"}"
#define ARGS(args) ",\"args\":[" args "]"

static const struct scene {
	const char *name, *profile;
	const char *event, *args; /* args: "0x1,0x2"; NULL: not recorded */
	const char *decided_by, *risk, *recommended, *options; /* decided_by NULL: none; "-" and all NULL: nothing is told */
	const char *reason, *patched; /* parts of them; NULL: any */
	size_t n_changed; /* decisions that the recommended change makes differently; 0: not asked */
	const char *model, *allow, *caps;
} scenes[] = {
	{"clone3 under a default of EPERM", DENY BASE "]}", ERRNO(435), NULL, "/defaultAction", "high", "enosys",
		"keep enosys allow", "no rule in force names clone3", "\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38", 2,
		NULL, NULL, NULL},
	{"clone3 among what is answered ENOSYS", DENY BASE "," RULE("\"statx\"", "ERRNO", ",\"errnoRet\":38") "]}", ERRNO(435), NULL,
		"/defaultAction", "high", "enosys", "keep enosys allow", NULL, "[\"clone3\",\"statx\"]", 2, NULL, NULL, NULL},
	{"clone3 is answered ENOSYS already", DENY BASE "," RULE("\"clone3\"", "ERRNO", ",\"errnoRet\":38") "]}", ERRNO(435), NULL,
		"/syscalls/1", "high", "keep", "keep allow", NULL, NULL, 0, NULL, NULL, NULL},
	{"clone3 by hand", DENY BASE "]}", ERRNO(435), NULL, "/defaultAction", "high", "allow", "keep enosys allow", NULL,
		"\"futex_waitv\",\"clone3\"", 2, NULL, "clone3", NULL},
	{"mkdir denied by its name", ALLOWING RULE("\"mkdir\"", "ERRNO", "") "]}", ERRNO(83), NULL, "/syscalls/0", "low", "allow",
		"keep enosys allow", "rule /syscalls/0 gives mkdir SCMP_ACT_ERRNO", "\"syscalls\":[]", 2, NULL, NULL, NULL},
	{"mkdir denied among others", ALLOWING RULE("\"chroot\",\"mkdir\",\"mount\"", "ERRNO", "") "]}", ERRNO(83), NULL,
		"/syscalls/0", "low", "allow", "keep enosys allow", NULL, "[\"chroot\",\"mount\"]", 2, NULL, NULL, NULL},
	{"mkdir denied by its name under a default that denies", DENY BASE "," RULE("\"mkdir\"", "KILL_PROCESS", "") "]}", KILL(83), NULL,
		"/syscalls/1", "low", "allow", "keep enosys errno allow", NULL, "\"futex_waitv\",\"mkdir\"", 0, NULL, NULL, NULL},
	{"mkdir kills", ALLOWING RULE("\"mkdir\"", "KILL_PROCESS", "") "]}", KILL(83), NULL, "/syscalls/0", "low", "allow",
		"keep enosys errno allow", NULL, "\"syscalls\":[]", 2, NULL, NULL, NULL},
	{"personality denied by an argument", ALLOWING RULE("\"personality\"", "ERRNO", ARGS(ARG(0, 8, EQ))) "]}", ERRNO(135), NULL,
		"/syscalls/0", "low", "allow", "keep enosys allow", "only arg0=0x8 is denied", "\"syscalls\":[]", 2, NULL, NULL, NULL},
	{"personality with another argument than is allowed", DENY BASE "," RULE("\"personality\"", "ALLOW", ARGS(ARG(0, 0, EQ))) "]}",
		ERRNO(135), "0x8,0x0,0x0,0x0", "/defaultAction", "low", "allow_args", "keep allow_args allow",
		"no condition on its arguments holds", "\"value\":8,", 2, NULL, NULL, NULL},
	{"personality that switches randomisation off", DENY BASE "," RULE("\"personality\"", "ALLOW", ARGS(ARG(0, 0, EQ))) "]}",
		ERRNO(135), "0x40000,0x0,0x0,0x0", "/defaultAction", "high", "keep", "keep allow_args allow", NULL, NULL, 0, NULL,
		NULL, NULL},
	{"the same by hand", DENY BASE "," RULE("\"personality\"", "ALLOW", ARGS(ARG(0, 0, EQ))) "]}", ERRNO(135),
		"0x40000,0x0,0x0,0x0", "/defaultAction", "high", "allow_args", "keep allow_args allow", NULL, "\"value\":262144,", 2,
		NULL, "personality", NULL},
	{"personality, and nobody saw the argument", DENY BASE "," RULE("\"personality\"", "ALLOW", ARGS(ARG(0, 0, EQ))) "]}",
		ERRNO(135), NULL, "/defaultAction", "high", "keep", "keep allow", "which ones it had was not recorded", NULL, 0, NULL,
		NULL, NULL},
	{"denied by one of two rules", ALLOWING RULE("\"personality\"", "ERRNO", ARGS(ARG(0, 8, EQ))) ","
		RULE("\"personality\"", "ERRNO", ARGS(ARG(0, 9, EQ))) "]}", ERRNO(135), NULL, "/syscalls/0", "high", "keep", "keep allow",
		"it depends on arguments that were not recorded", NULL, 0, NULL, NULL, NULL},
	{"ptrace", DENY BASE "]}", ERRNO(101), NULL, "/defaultAction", "high", "keep", "keep enosys allow", NULL, NULL, 0,
		NULL, NULL, NULL},
	{"ptrace for holders of a capability", DENY BASE ",{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":{\"caps\":"
		"[\"CAP_SYS_PTRACE\"]}}]}", ERRNO(101), NULL, "/defaultAction", "high", "keep", "keep enosys allow grant_cap",
		"rule /syscalls/1, which names it, is for containers with CAP_SYS_PTRACE", NULL, 0, NULL, NULL, NULL},
	{"a call for holders of a capability that is there", DENY BASE ",{\"names\":[\"ptrace\"],\"action\":\"SCMP_ACT_ALLOW\","
		"\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\"]}}]}", ERRNO(310), NULL, "/defaultAction", "high", "keep",
		"keep enosys allow capability", NULL, NULL, 0, NULL, NULL, "default,CAP_SYS_PTRACE"},
	{"io_uring_setup", DENY BASE "]}", ERRNO(425), NULL, "/defaultAction", "high", "keep", "keep enosys allow", NULL, NULL, 0, NULL,
		NULL, NULL},
	{"io_uring_setup kills", ALLOWING RULE("\"io_uring_setup\"", "KILL_PROCESS", "") "]}", KILL(425), NULL, "/syscalls/0", "high",
		"keep", "keep enosys errno allow", NULL, NULL, 0, NULL, NULL, NULL},
	{"mseal is newer than all", DENY BASE "]}", ERRNO(462), NULL, "stub", "low", "keep", "keep", "has no name for it", NULL, 0, NULL,
		NULL, NULL},
	{"mseal without a stub", DENY BASE "]}", ERRNO(462), NULL, "/defaultAction", "low", "keep", "keep", "has no name for it", NULL, 0,
		"crun", NULL, NULL},
	{"a call that the stub answers and libseccomp knows", DENY RULE("\"execve\",\"read\"", "ALLOW", "") "]}", ERRNO(330), NULL,
		"stub", "low", "allow", "keep allow", "runc answers ENOSYS to every number above", "\"pkey_alloc\",\"read\"", 0, NULL, NULL, NULL},
	{"a 32-bit program under a profile for 64 bits", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
		"\"syscalls\":[" RULE("\"getpid\",\"read\"", "ALLOW", "") "]}", KILL_THREAD32(20), NULL, "/architectures", "low", "architecture",
		"keep architecture", "does not cover SCMP_ARCH_X86", "[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]", 0, NULL, NULL, NULL},
	{"a 32-bit program whose call is denied there too", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
		"\"syscalls\":[" RULE("\"read\",\"write\"", "ALLOW", "") "]}", KILL_THREAD32(20), NULL, "/architectures", "low", "architecture",
		"keep architecture", NULL, "[\"getpid\",\"read\",\"write\"]", 0, NULL, NULL, NULL},
	{"no architecture is listed", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" RULE("\"getpid\"", "ALLOW", "") "]}",
		KILL_THREAD32(20), NULL, "/architectures", "low", "architecture", "keep architecture", NULL,
		"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"]", 0, NULL, NULL, NULL},
	{"a 32-bit program and an archMap without it", "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"archMap\":[{\"architecture\":\"SCMP_ARCH_AARCH64\","
		"\"subArchitectures\":[]},{\"architecture\":\"SCMP_ARCH_X86_64\",\"subArchitectures\":[]}],\"syscalls\":["
		RULE("\"getpid\"", "ALLOW", "") "]}", KILL_THREAD32(20), NULL, "/archMap/1", "low", "architecture", "keep architecture", NULL,
		"\"subArchitectures\":[\"SCMP_ARCH_X86\"]", 0, NULL, NULL, NULL},
	{"a machine that the profile cannot be for", DENY BASE "]}", "1, 2147483648, " S390X ", 39", NULL, NULL, "low", "keep", "keep",
		"cannot be in force on a machine of SCMP_ARCH_S390X", NULL, 0, NULL, NULL, NULL},
	{"socket where one value is denied", DENY BASE "," RULE("\"socket\"", "ALLOW", ARGS(ARG(0, 40, NE))) "]}", ERRNO(41), NULL,
		"/defaultAction", "medium", "allow_args", "keep allow_args allow", "only arg0=0x28 is denied", "\"value\":40,\"op\":\"SCMP_CMP_EQ\"",
		2, NULL, NULL, NULL},
	{"socket of a family that is not allowed", DENY BASE "," RULE("\"socket\"", "ALLOW", ARGS(ARG(0, 1, EQ))) "]}", ERRNO(41),
		"0x2,0x1,0x0,0x0", "/defaultAction", "low", "allow_args", "keep allow_args allow", NULL, "\"value\":2,", 2, NULL, NULL,
		NULL},
	{"socket, whose arguments were seen, where no rule names it", DENY BASE "]}", ERRNO(41), "0x2,0x1,0x0,0x0", "/defaultAction", "low",
		"allow_args", "keep enosys allow_args allow", NULL, "\"index\":2,\"value\":0,", 0, NULL, NULL, NULL},
	{"clone with a namespace", DENY BASE ",{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":2114060288,"
		"\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}", ERRNO(56), NULL, "/defaultAction", "high", "keep", "keep allow", NULL,
		NULL, 0, NULL, NULL, NULL},
	{"clone, and no rule knows its flags", DENY BASE "]}", ERRNO(56), NULL, "/defaultAction", "medium", "allow_args",
		"keep enosys allow_args allow", NULL, "\"value\":2114060288,\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"", 0, NULL, NULL, NULL},
	{"clone that was seen to make a namespace", DENY BASE "]}", ERRNO(56), "0x10000011,0x0,0x0,0x0", "/defaultAction", "high", "keep",
		"keep enosys allow_args allow", NULL, NULL, 0, NULL, NULL, NULL},
	{"the profile permits it", DENY RULE("\"mkdir\"", "ALLOW", "") "]}", ERRNO(83), NULL, NULL, "low", "keep", "keep",
		"the profile permits the call: another filter stacked on it decided", NULL, 0, NULL, NULL, NULL},
	{"the profile is milder than what happened", DENY BASE "]}", KILL(83), NULL, NULL, "low", "keep", "keep", "more mildly", NULL, 0,
		NULL, NULL, NULL},
	{"the profile is stricter than what happened", "{\"defaultAction\":\"SCMP_ACT_KILL\",\"syscalls\":[" BASE "]}", ERRNO(83), NULL,
		"/defaultAction", "low", "allow", "keep enosys errno allow", "what was recorded is milder", NULL, 0, NULL, NULL, NULL},
	{"logged under a variant that lets it run", DENY BASE "]}", LOGGED(83), NULL, "/defaultAction", "low", "allow",
		"keep enosys allow", "where it was logged and executed", "\"futex_waitv\",\"mkdir\"", 2, NULL, NULL, NULL},
	{"logged by the profile itself", ALLOWING RULE("\"mkdir\"", "LOG", "") "]}", LOGGED(83), NULL, "-", NULL, NULL, NULL, NULL, NULL, 0, NULL,
		NULL, NULL},
	{"a number that nobody knows", DENY BASE "]}", ERRNO(1500), NULL, "stub", "high", "keep", "keep", NULL, NULL, 0, NULL, NULL, NULL},
	{"the last call that raises the stub", DENY RULE("\"execve\",\"read\"", "ALLOW", "") "]}", ERRNO(435), NULL, "stub", "high", "keep",
		"keep allow", NULL, NULL, 0, NULL, NULL, NULL},
	{"an OCI config.json", "{\"ociVersion\":\"1\",\"linux\":{\"seccomp\":" DENY BASE "]}}}", ERRNO(83), NULL,
		"/linux/seccomp/defaultAction", "low", "allow", "keep enosys allow", NULL, "\"futex_waitv\",\"mkdir\"", 2, NULL, NULL,
		NULL},
	{"Kubernetes' YAML", "kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO # no\n  architectures: [SCMP_ARCH_X86_64]\n  syscalls:\n"
		"  - action: SCMP_ACT_ALLOW\n    names:\n    - execve\n    - futex_waitv\n    - read\n", ERRNO(83), NULL, "/spec/defaultAction", "low",
		"allow", "keep enosys allow", NULL, "    - futex_waitv\n    - mkdir\n    - read\n", 1, NULL, NULL, NULL},
	{"old names and numbers", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"name\":\"mkdir\",\"action\":\"SCMP_ACT_ERRNO\"}]}", ERRNO(83),
		NULL, "/syscalls/0", "low", "allow", "keep enosys allow", NULL, "\"syscalls\":[]", 1, NULL, NULL, NULL},
};

/* ---- one scene ---------------------------------------------------------------------------------------------------- */

struct stage {
	struct events_db *db;
	struct query *q;
	struct query_filter filter;
	struct profile *profile;
	const char **caps;
	struct suggest s;
};

static void stage_free(struct stage *t)
{
	void *state = t->db;

	suggest_free(&t->s);
	query_filter_free(&t->filter);
	query_close(t->q);
	profile_free(t->profile);
	free(t->caps);
	events_db_teardown(&state);
}

static void set_events(struct events_db *db, const char *const *events, const char *const *args, size_t n)
{
	events_db_begin(db);
	for (size_t i = 0; i < n; i++) {
		char values[256];
		int64_t id;

		snprintf(values, sizeof(values), "NULL, NULL, %s, 0, 'app', '/bin/app'", events[i]);
		events_db_signature(db, (int)i + 1, 1, values);
		id = events_db_row(db, EVENTS_T0 + (int64_t)i * 1000, (int)i + 1, 100, 3, 0);
		if (args[i])
			events_db_run(db->db, "INSERT INTO detail (event, error, args) VALUES (%lld, 1, '%s')", (long long)id, args[i]);
	}
	events_db_commit(db);
}

static int advise(struct stage *t, const struct scene *scene, const char *const *events, const char *const *args, size_t n)
{
	struct suggest_request request = {.filter = &t->filter, .source = "dir/some file.json", .host.kernel = 6 << 16 | 1,
		.allow = &scene->allow, .n_allow = scene->allow != NULL};
	struct profile_problem problem = {0};
	void *state = NULL;
	int r;

	assert_int_equal(events_db_setup(&state), 0);
	*t = (struct stage){.db = state, .filter = QUERY_FILTER_ANY};
	set_events(t->db, events, args, n);
	t->q = events_db_reader(t->db);
	if (profile_load_text(span_from(scene->profile), NULL, &t->profile, &problem))
		fail_msg("%s: %s: %s", scene->name, problem.pointer, problem.message);
	assert_int_equal(profile_parse_caps(span_from(scene->caps ? scene->caps : "default"), &t->caps, &request.host.n_caps), 0);
	request.host.caps = t->caps;
	request.profile = t->profile;
	request.model = (enum profile_model)profile_model_from_name(span_from(scene->model ? scene->model : "runc"));
	r = suggest_make(t->q, &request, &t->s, &problem);
	if (r < 0)
		fail_msg("%s: %d", scene->name, r);
	return r;
}

/* ---- what must always hold ------------------------------------------------------------------------------------------ */

static json_t *document(const struct profile *p)
{
	return p->yaml ? json_array_get(p->tree, p->document) : p->tree;
}

/* The list of operations makes of the profile what the text is. */
static void check_patch(const struct stage *t, const char *patch, const char *patched)
{
	CLEANUP(profile_free_p) struct profile *after = NULL;
	json_t *operations = json_loads(patch, 0, NULL), *result;

	assert_non_null(operations);
	result = json_patch(document(t->profile), operations);
	if (!result)
		fail_msg("does not apply: %s", patch);
	if (patched) {
		assert_int_equal(profile_load_text(span_from(patched), NULL, &after, NULL), 0);
		if (!json_equal(result, document(after)))
			fail_msg("%s\n%s", patch, patched);
	}
	json_decref(result);
	json_decref(operations);
}

static bool allows(enum suggest_kind kind)
{
	return kind >= SUGGEST_ALLOW_ARGS;
}

static void check_option(const struct scene *scene, const struct stage *t, const struct suggest_item *item,
	const struct suggest_option *o)
{
	size_t asked = 0;

	check_patch(t, o->patch, NULL);
	if (o->kind == SUGGEST_KEEP) {
		assert_string_equal(o->patch, "[]");
		assert_int_equal(o->n_changed, 0);
		return;
	}
	for (size_t i = 0; i < o->n_changed; i++) {
		const struct profile_change *change = &o->changed[i].change;

		assert_int_not_equal(change->from, change->to);
		assert_false(profile_action_executes(change->from) && !profile_action_executes(change->to));
		asked += o->changed[i].asked;
		if (!o->changed[i].asked)
			continue;
		assert_int_equal(change->call.nr, item->call.nr);
		assert_int_equal(change->call.arch, item->call.arch);
		assert_int_equal(profile_action_executes(change->to), allows(o->kind));
	}
	if (asked == 0)
		fail_msg("%s: %s: the asked decision is not among the changed", scene->name, suggest_kind_name(o->kind));
}

static void check_always(const struct scene *scene, const struct stage *t)
{
	for (size_t i = 0; i < t->s.n_items; i++) {
		const struct suggest_item *item = &t->s.items[i];

		assert_true(item->n_options > 0 && item->options[0].kind == SUGGEST_KEEP);
		for (size_t k = 0; k < item->n_options; k++) {
			if (k > 0)
				assert_true(item->options[k - 1].kind < item->options[k].kind);
			check_option(scene, t, item, &item->options[k]);
		}
		if (!scene->allow)
			assert_false(strcmp(item->risk, "high") == 0 && allows(item->recommended));
	}
	check_patch(t, t->s.patch, t->s.patched);
}

/* ---- what the scene says -------------------------------------------------------------------------------------------- */

static void check_word(const struct scene *scene, const char *what, const char *got, const char *wanted)
{
	if (wanted ? !got || strcmp(got, wanted) != 0 : got != NULL)
		fail_msg("%s: %s is %s, not %s", scene->name, what, got ? got : "null", wanted ? wanted : "null");
}

static void check_options(const struct scene *scene, const struct suggest_item *item)
{
	CLEANUP_TEXT struct text kinds = TEXT_EMPTY;

	for (size_t i = 0; i < item->n_options; i++)
		text_printf(&kinds, "%s%s", i ? " " : "", suggest_kind_name(item->options[i].kind));
	check_word(scene, "options", kinds.data, scene->options);
}

static void check_scene(const struct scene *scene, const struct stage *t)
{
	const struct suggest_item *item = &t->s.items[0];

	assert_int_equal(t->s.n_items, 1);
	check_word(scene, "decided_by", item->decided_by[0] ? item->decided_by : NULL, scene->decided_by);
	check_word(scene, "risk", item->risk, scene->risk);
	check_options(scene, item);
	check_word(scene, "recommended", suggest_kind_name(item->recommended), scene->recommended);
	if (scene->reason && !strstr(item->reason, scene->reason))
		fail_msg("%s: reason: %s", scene->name, item->reason);
	if (scene->patched && !strstr(t->s.patched, scene->patched))
		fail_msg("%s: patched: %s", scene->name, t->s.patched);
	if (scene->n_changed && t->s.n_changed != scene->n_changed)
		fail_msg("%s: %zu changes", scene->name, t->s.n_changed);
	if (item->recommended == SUGGEST_KEEP)
		assert_string_equal(t->s.diff, "");
	else
		assert_string_not_equal(t->s.diff, "");
	assert_int_equal(item->count, 3);
	assert_int_equal(item->first, EVENTS_T0);
	assert_string_equal(item->exes[0].path, "/bin/app");
}

static void advises(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		CLEANUP(stage_free) struct stage t;
		int r = advise(&t, &scenes[i], &scenes[i].event, &scenes[i].args, 1);

		if (strstr(scenes[i].name, "cannot be for")) {
			assert_int_equal(r, PROFILE_E_REFUSED);
			continue;
		}
		assert_int_equal(r, 0);
		check_always(&scenes[i], &t);
		if (scenes[i].decided_by && strcmp(scenes[i].decided_by, "-") == 0)
			assert_int_equal(t.s.n_items, 0);
		else
			check_scene(&scenes[i], &t);
	}
}

/* ---- all of them in one profile --------------------------------------------------------------------------------------- */

static const char *const many[] = {ERRNO(435), ERRNO(83), ERRNO(101), ERRNO(425), ERRNO(462), KILL_THREAD32(20), ERRNO(41), ERRNO(102),
	"1, 2147483648, " S390X ", 39", "3, NULL, NULL, 41"};

static void run(const char *dir, const char *command)
{
	char full[600];

	snprintf(full, sizeof(full), "cd %s && { %s; } >/dev/null 2>errors || { cat errors >&2; exit 1; }", dir, command);
	if (system(full) != 0)
		fail_msg("%s", command);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* By the two programs that people use. */
static void check_diff(const struct stage *t)
{
	char dir[] = "/tmp/test_suggest.XXXXXX", command[100];

	assert_non_null(mkdtemp(dir));
	write_file(dir, "some_file.json", t->profile->text);
	write_file(dir, "expected", t->s.patched);
	write_file(dir, "diff", t->s.diff);
	run(dir, "cp some_file.json copy && patch -p1 <diff && cmp some_file.json expected");
	run(dir, "cp copy some_file.json && git apply --unsafe-paths diff && cmp some_file.json expected");
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void joins_recommended(void **state)
{
	static const char *const profiles[] = {
		"{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n  \"architectures\": [\n    \"SCMP_ARCH_X86_64\"\n  ],\n  \"syscalls\": [\n    {\n"
		"      \"names\": [\n        \"execve\",\n        \"futex_waitv\",\n        \"read\"\n      ],\n      \"action\": \"SCMP_ACT_ALLOW\"\n    },\n"
		"    {\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 40, \"op\": \"SCMP_CMP_NE\"}]}\n"
		"  ]\n}",
		"kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  architectures: [SCMP_ARCH_X86_64]\n  syscalls:\n  - action: SCMP_ACT_ALLOW\n"
		"    names: # these\n    - execve\n    - futex_waitv\n    - read\n",
	};
	const char *const args[ARRAY_SIZE(many)] = {NULL};

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		const struct scene scene = {.name = "all together", .profile = profiles[i]};
		CLEANUP(stage_free) struct stage t;

		assert_int_equal(advise(&t, &scene, many, args, ARRAY_SIZE(many)), 0);
		assert_int_equal(t.s.n_items, 9);
		assert_int_equal(t.s.n_undecidable, 3);
		assert_null(t.s.caution && strstr(t.s.caution, "left out") ? t.s.caution : NULL);
		check_always(&scene, &t);
		assert_true(t.s.n_changed > 0 && t.s.changed[0].asked);
		check_diff(&t);
	}
}

/* ---- random profiles ---------------------------------------------------------------------------------------------------- */

/* The patched text, compiled anew, decides each asked call as its recommended option says. */
static void check_patched(const struct scene *scene, const struct stage *t)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *f = NULL;
	struct profile_host host = {.kernel = 6 << 16 | 1};

	host.caps = profile_default_caps(&host.n_caps);
	assert_int_equal(profile_load_text(span_from(t->s.patched), NULL, &p, NULL), 0);
	assert_int_equal(profile_resolve(p, &host, &rules, NULL), 0);
	assert_int_equal(profile_compile(rules, PROFILE_MODEL_RUNC, &f, NULL), 0);
	for (size_t i = 0; i < t->s.n_items; i++) {
		const struct suggest_item *item = &t->s.items[i];

		for (size_t k = 0; item->recommended != SUGGEST_KEEP && k < item->n_asked; k++) {
			struct profile_verdict v;

			profile_decide(f, &item->asked[k], &v);
			if (profile_action_executes(v.action) != allows(item->recommended))
				fail_msg("%s: %s is not decided as asked", scene->profile, item->syscall);
		}
	}
}

static size_t advise_at_random(uint64_t seed, enum random_kind kind)
{
	static const int numbers[] = {0, 41, 56, 135, 64, 16, 83, 288, 435, 158, 449, 2, 46, 29};
	static const char *const kinds[] = {"4, 327680", "1, 2147483648", "7, 2147221504", "2, 0", "3, 196608"};
	static const char *const values[] = {NULL, "0x0,0x0,0x0,0x0", "0x8,0x1,0x5,0x0", "0x28,0x5,0x1,0x0", "0x7e020000,0x8,0x0,0x0"};
	char texts[ARRAY_SIZE(numbers)][64];
	const char *events[ARRAY_SIZE(numbers)], *args[ARRAY_SIZE(numbers)];
	struct calls_random r = {seed * 3 + 1};
	CLEANUP_TEXT struct text profile = TEXT_EMPTY;
	struct scene scene = {.name = "random"};
	CLEANUP(stage_free) struct stage t;
	size_t options = 0;

	random_profile(seed, kind, &profile);
	scene.profile = profile.data;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		snprintf(texts[i], sizeof(texts[i]), "%s, " X86_64 ", %d", kinds[calls_next(&r) % ARRAY_SIZE(kinds)], numbers[i]);
		events[i] = texts[i];
		args[i] = values[calls_next(&r) % ARRAY_SIZE(values)];
	}
	if (advise(&t, &scene, events, args, ARRAY_SIZE(numbers)) != 0)
		return 0;
	check_always(&scene, &t);
	if (!t.s.caution || !strstr(t.s.caution, "left out"))
		if (strcmp(t.s.patch, "[]") != 0)
			check_patched(&scene, &t);
	for (size_t i = 0; i < t.s.n_items; i++)
		options += t.s.items[i].n_options - 1;
	return options;
}

static void advises_on_random_profiles(void **state)
{
	size_t options = 0;

	for (uint64_t seed = 0; seed < 60; seed++)
		options += advise_at_random(seed, (enum random_kind)(seed % 3));
	print_message("%zu options of random profiles\n", options);
	assert_true(options > 200);
}

/* ---- the contract ----------------------------------------------------------------------------------------------------- */

static void check_members(const json_t *object, const char *names)
{
	char copy[256], *rest = copy, *name;

	snprintf(copy, sizeof(copy), "%s", names);
	while ((name = strsep(&rest, " ")))
		if (!json_object_get(object, name))
			fail_msg("no %s", name);
}

static void keeps_the_contract(void **state)
{
	const struct scene scene = {.name = "contract", .profile = DENY BASE "]}"};
	const char *const args[ARRAY_SIZE(many)] = {NULL};
	CLEANUP(stage_free) struct stage t;
	json_t *json, *item = NULL, *option;
	size_t i;

	assert_int_equal(advise(&t, &scene, many, args, ARRAY_SIZE(many)), 0);
	json = render_suggest_json(&t.s);
	check_members(json, "profile suggestions patch unified_diff");
	check_members(json_object_get(json, "profile"), "source format sha256");
	json_array_foreach(json_object_get(json, "suggestions"), i, item)
	{
		if (strcmp(json_string_value(json_object_get(item, "syscall")), "clone3") == 0)
			break;
	}
	check_members(item, "syscall arch action count first last exes decided_by reason risk risk_reason recommended options");
	option = json_array_get(json_object_get(item, "options"), 1);
	check_members(option, "kind title patch changed");
	check_members(json_array_get(json_object_get(option, "changed"), 0), "arch syscall args from to asked");
	assert_int_equal(json_string_length(json_object_get(json_object_get(json, "profile"), "sha256")), 64);
	/* Under it no container starts at all. */
	assert_non_null(strstr(json_string_value(json_array_get(json_object_get(json, "warnings"), 0)), "runc itself needs"));
	json_decref(json);
}

/* ---- what nobody should be talked into ---------------------------------------------------------------------------------- */

static void recommends_no_danger(void **state)
{
	static const char *const dangerous[] = {"bpf", "ptrace", "process_vm_readv", "process_vm_writev", "mount", "umount2", "move_mount",
		"fsopen", "open_tree", "pivot_root", "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module",
		"userfaultfd", "keyctl", "add_key", "request_key", "io_uring_setup", "io_uring_enter", "io_uring_register",
		"perf_event_open", "open_by_handle_at", "unshare", "setns", "clone3", "iopl", "ioperm", "reboot", "swapon"};
	const char *events[ARRAY_SIZE(dangerous)], *args[ARRAY_SIZE(dangerous)] = {NULL};
	char texts[ARRAY_SIZE(dangerous)][64];
	const struct scene scene = {.name = "dangerous", .profile = DENY BASE "]}"};
	CLEANUP(stage_free) struct stage t;

	for (size_t i = 0; i < ARRAY_SIZE(dangerous); i++) {
		uint32_t nr;

		assert_int_equal(profile_call_number(profile_arch_find(SCMP_ARCH_X86_64), span_from(dangerous[i]), &nr), 0);
		snprintf(texts[i], sizeof(texts[i]), "4, 327680, " X86_64 ", %u", nr);
		events[i] = texts[i];
	}
	assert_int_equal(advise(&t, &scene, events, args, ARRAY_SIZE(dangerous)), 0);
	assert_int_equal(t.s.n_items, ARRAY_SIZE(dangerous));
	check_always(&scene, &t);
	for (size_t i = 0; i < t.s.n_items; i++) {
		if (strcmp(t.s.items[i].risk, "high") != 0)
			fail_msg("%s is of %s risk", t.s.items[i].syscall, t.s.items[i].risk);
		assert_false(allows(t.s.items[i].recommended));
	}
}

/* ---- mutes, limits, units ----------------------------------------------------------------------------------------------- */

static void leaves_out_what_is_muted(void **state)
{
	struct marks_mute mutes[] = {{.id = 1, .syscall = (char *)"mkdir", .arch = (char *)"x86_64"}};
	const struct marks marks = {.mutes = mutes, .n = 1, .looked = CLOCK_NONE};
	const struct scene scene = {.name = "muted", .profile = DENY BASE "]}"};
	const char *const events[] = {ERRNO(83), ERRNO(102)}, *const args[] = {NULL, NULL};
	CLEANUP(stage_free) struct stage t;
	struct suggest_request request = {.marks = &marks};
	struct suggest s = SUGGEST_EMPTY;

	assert_int_equal(advise(&t, &scene, events, args, 2), 0);
	request.filter = &t.filter;
	request.profile = t.profile;
	assert_int_equal(suggest_make(t.q, &request, &s, NULL), 0);
	assert_int_equal(s.n_items, 1);
	assert_int_equal(s.n_muted, 1);
	assert_string_equal(s.items[0].syscall, "getuid");
	suggest_free(&s);
	request.all = true;
	assert_int_equal(suggest_make(t.q, &request, &s, NULL), 0);
	assert_int_equal(s.n_items, 2);
	/* Told, but not part of what is proposed. */
	assert_null(strstr(s.patched, "mkdir"));
	assert_non_null(strstr(s.patched, "getuid"));
	suggest_free(&s);
	request.limit = 1;
	request.all = false;
	assert_int_equal(suggest_make(t.q, &request, &s, NULL), 0);
	assert_int_equal(s.n_left_out, 1);
	suggest_free(&s);
	request.limit = 0;
	request.budget_us = 1;
	assert_int_equal(suggest_make(t.q, &request, &s, NULL), 0);
	assert_true(s.n_left_out > 0);
	assert_int_equal(s.items[0].n_options, 1);
	assert_non_null(strstr(s.items[0].reason, "no time"));
	suggest_free(&s);
}

static void gives_lines_for_a_unit(void **state)
{
	static const struct {
		const char *syscall, *recommended, *line;
	} wanted[] = {{"mkdir", "allow", "SystemCallFilter=mkdir"}, {"clone3", "enosys", "SystemCallFilter=~clone3:ENOSYS"},
		{"ptrace", "keep", NULL}, {"getpid", "allow", "SystemCallFilter=getpid"}};
	const char *const events[] = {KILL(83), KILL(435), KILL(101), KILL_THREAD32(20)}, *const args[ARRAY_SIZE(events)] = {NULL};
	const struct scene scene = {.name = "unit", .profile = DENY BASE "]}"};
	CLEANUP(stage_free) struct stage t;
	struct suggest_request request = {.source = "a.service"};
	struct suggest s = SUGGEST_EMPTY;
	json_t *json;

	assert_int_equal(advise(&t, &scene, events, args, ARRAY_SIZE(events)), 0);
	request.filter = &t.filter;
	assert_int_equal(suggest_make(t.q, &request, &s, NULL), 0);
	assert_int_equal(s.n_items, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		const struct suggest_item *item = NULL;

		for (size_t k = 0; k < s.n_items; k++)
			if (strcmp(s.items[k].syscall, wanted[i].syscall) == 0)
				item = &s.items[k];
		assert_non_null(item);
		assert_string_equal(suggest_kind_name(item->recommended), wanted[i].recommended);
		for (size_t k = 0; k < item->n_options; k++)
			if (item->options[k].kind == item->recommended && wanted[i].line)
				assert_string_equal(item->options[k].line, wanted[i].line);
	}
	json = render_suggest_json(&s);
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "profile"), "format")), "systemd");
	json_decref(json);
	suggest_free(&s);
}

static void takes_the_containers_capabilities(void **state)
{
	static const struct {
		const char *caps;
		size_t n;
	} known[] = {{"CAP_CHOWN,CAP_KILL", 2}, {"none", 0}, {"CAP_OF_TOMORROW", 14}, {NULL, 14}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct query_container container = {.caps = known[i].caps};
		CLEANUP_FREE const char **caps = NULL;
		size_t n = 99;

		assert_int_equal(suggest_caps(&container, &caps, &n), 0);
		assert_int_equal(n, known[i].n);
	}
}

/* ---- texts ------------------------------------------------------------------------------------------------------------ */

static void indents(void **state)
{
	static const struct {
		const char *json, *expected;
	} texts[] = {
		{"{\"a\":[1,18446744073709551615],\"b\":{}, \"c\" : [ ] }\n",
			"{\n  \"a\": [\n    1,\n    18446744073709551615\n  ],\n  \"b\": {},\n  \"c\": []\n}\n"},
		{"{\"a,{\\\"\":\"[\"}", "{\n  \"a,{\\\"\": \"[\"\n}\n"},
		{"{\"a\":\"", "{\n  \"a\": \"\n"},
		{"}]", "}]\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		assert_int_equal(suggest_indent(span_from(texts[i].json), &t), 0);
		assert_string_equal(t.data, texts[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recommends_no_danger),
		cmocka_unit_test(leaves_out_what_is_muted),
		cmocka_unit_test(gives_lines_for_a_unit),
		cmocka_unit_test(takes_the_containers_capabilities),
		cmocka_unit_test(indents),
		cmocka_unit_test(advises),
		cmocka_unit_test(joins_recommended),
		cmocka_unit_test(advises_on_random_profiles),
		cmocka_unit_test(keeps_the_contract),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
