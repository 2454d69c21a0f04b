/* SPDX-License-Identifier: MIT */
#include "profile_decisions.h"

#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>

#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

#define NUMBERS   512 /* of each architecture */
#define NOBODYS   0x3fff /* no architecture has a call so high, from its first number on */
#define CASES_MAX 16 /* verdicts of one call, and ways to one verdict that are worth writing down */

/* ---- conditions in words ---- */

/* What a way asks of one half of an argument. */
struct half {
	struct bpf_condition c;
	size_t n; /* how many conditions there are: more than one are written one by one */
};

static struct half half_of(const struct bpf_path *path, unsigned word)
{
	struct half h = {0};

	for (size_t i = 0; i < path->n; i++)
		if (path->conditions[i].word == word && h.n++ == 0)
			h.c = path->conditions[i];
	return h;
}

static void add_test(struct text *t, const char *what, enum bpf_test test, uint64_t mask, uint64_t all, uint64_t value)
{
	static const char *const signs[] = {
		[BPF_TEST_EQ] = "==", [BPF_TEST_NE] = "!=", [BPF_TEST_GT] = ">", [BPF_TEST_LE] = "<=", [BPF_TEST_GE] = ">=",
		[BPF_TEST_LT] = "<",
	};

	text_add_str(t, t->len ? " and " : "");
	if (test == BPF_TEST_SET || test == BPF_TEST_CLEAR)
		text_printf(t, "(%s & 0x%" PRIx64 ") %s 0x0", what, value & mask, test == BPF_TEST_SET ? "!=" : "==");
	else if (mask != all)
		text_printf(t, "(%s & 0x%" PRIx64 ") %s 0x%" PRIx64, what, mask, signs[test], value);
	else
		text_printf(t, "%s %s 0x%" PRIx64, what, signs[test], value);
}

/* Filters compare the halves of an argument one after the other; together they read as one comparison. */
static bool add_joined(struct text *t, const char *what, const struct half *high, const struct half *low)
{
	uint64_t mask = (uint64_t)high->c.mask << 32 | low->c.mask, value = (uint64_t)high->c.value << 32 | low->c.value;
	bool both = high->n == 1 && low->n == 1 && high->c.test == BPF_TEST_EQ;
	bool upper = low->c.test == BPF_TEST_LE || low->c.test == BPF_TEST_LT;

	if (!both || (low->c.test != BPF_TEST_EQ && !(upper && high->c.value == 0 && mask == UINT64_MAX)))
		return false;
	add_test(t, what, low->c.test, mask, UINT64_MAX, value);
	return true;
}

static void add_half(struct text *t, const struct bpf_path *path, unsigned word, const char *what)
{
	for (size_t i = 0; i < path->n; i++)
		if (path->conditions[i].word == word)
			add_test(t, what, path->conditions[i].test, path->conditions[i].mask, UINT32_MAX, path->conditions[i].value);
}

static void add_way(struct text *to, const struct bpf_path *path)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	bool big = profile_arch_native()->big_endian;

	for (unsigned i = 0; i < 7; i++) {
		unsigned low = (i == 6 ? 2 : 4 + 2 * i) + big, high = (i == 6 ? 2 : 4 + 2 * i) + !big;
		struct half h = half_of(path, high), l = half_of(path, low);
		char what[32];

		snprintf(what, sizeof(what), i == 6 ? "ip" : "arg%u", i);
		if (add_joined(&t, what, &h, &l))
			continue;
		snprintf(what, sizeof(what), i == 6 ? "ip.high" : "arg%u.high", i);
		add_half(&t, path, high, what);
		snprintf(what, sizeof(what), i == 6 ? "ip.low" : "arg%u.low", i);
		add_half(&t, path, low, what);
	}
	text_add(to, text_span(&t));
}

/* ---- one call ---- */

struct cases {
	struct one {
		uint32_t verdict;
		struct text when; /* all ways to it */
		size_t ways;
	} items[CASES_MAX];
	size_t n;
	bool vague, too_many;
};

static void cases_free(struct cases *c)
{
	for (size_t i = 0; i < c->n; i++)
		text_free(&c->items[i].when);
}

static int add_path(void *data, const struct bpf_path *path)
{
	struct cases *c = data;
	size_t i = 0;

	c->vague |= path->vague;
	while (i < c->n && c->items[i].verdict != path->verdict)
		i++;
	if (i == CASES_MAX) {
		c->too_many = true;
		return 1;
	}
	if (i == c->n)
		c->items[c->n++] = (struct one){.verdict = path->verdict};
	if (c->items[i].ways++ < CASES_MAX) {
		text_add_str(&c->items[i].when, c->items[i].when.len ? " or " : "");
		add_way(&c->items[i].when, path);
	}
	return 0;
}

/* What most ways lead to needs no conditions. */
static size_t otherwise(const struct cases *c)
{
	size_t most = 0;

	for (size_t i = 1; i < c->n; i++)
		if (c->items[i].ways >= c->items[most].ways)
			most = i;
	return most;
}

static void add_cases(const struct cases *c, struct text *to)
{
	size_t rest = otherwise(c);

	for (size_t i = 0; i < c->n; i++) {
		if (i == rest)
			continue;
		render_action_add(c->items[i].verdict, to);
		text_add_str(to, " when ");
		text_add(to, text_span(&c->items[i].when));
		text_add_str(to, c->items[i].ways > CASES_MAX ? " or …; " : "; ");
	}
	text_add_str(to, "otherwise ");
	render_action_add(c->items[rest].verdict, to);
}

/* "SCMP_ACT_ALLOW when arg0 == 0x8; otherwise SCMP_ACT_ERRNO EPERM" */
static void add_decision(const struct bpf_program *p, uint32_t arch, uint32_t nr, struct text *to)
{
	CLEANUP(cases_free) struct cases c = {0};
	int r = bpf_paths(p, arch, nr, add_path, &c);

	if (r < 0 || c.too_many)
		text_add_str(to, "depends on its arguments, in too many ways to write down");
	else if (c.vague)
		text_add_str(to, "depends on its arguments, by arithmetic that is not followed");
	else if (c.n == 1)
		render_action_add(c.items[0].verdict, to);
	else
		add_cases(&c, to);
}

/* ---- an architecture ---- */

static json_t *find_group(json_t *groups, const char *decision)
{
	json_t *group;
	size_t i;

	json_array_foreach(groups, i, group)
		if (strcmp(json_string_value(json_object_get(group, "decision")), decision) == 0)
			return json_object_get(group, "syscalls");
	group = json_pack("{s:s, s:[]}", "decision", decision, "syscalls");
	if (json_array_append_new(groups, group))
		return NULL;
	return json_object_get(group, "syscalls");
}

static int add_number(const struct bpf_program *p, uint32_t arch, uint32_t nr, const char *others, json_t *groups)
{
	CLEANUP_TEXT struct text decision = TEXT_EMPTY;
	const struct bpf_call call = {.arch = arch, .nr = nr};
	const char *name = profile_call_name(&call);

	add_decision(p, arch, nr, &decision);
	if (decision.failed)
		return -ENOMEM;
	if (!name && strcmp(decision.data, others) == 0)
		return 0;
	return json_array_append_new(find_group(groups, decision.data), name ? json_string(name) : json_integer(nr));
}

static json_t *arch_json(const struct bpf_program *p, const char *name, uint32_t audit, uint32_t first)
{
	CLEANUP_TEXT struct text others = TEXT_EMPTY;
	json_t *groups = json_array();
	int r = 0;

	add_decision(p, audit, first + NOBODYS, &others);
	for (uint32_t nr = first; r == 0 && others.data && nr < first + NUMBERS; nr++)
		r = add_number(p, audit, nr, others.data, groups);
	/* Nothing to list where all is alike. */
	if (json_array_size(groups) == 1 && find_group(groups, others.data ? others.data : "") &&
		json_array_size(groups) == 1)
		json_array_clear(groups);
	if (r == 0 && !others.failed)
		return json_pack("{s:s, s:o, s:s}", "arch", name, "decisions", groups, "others", others.data);
	json_decref(groups);
	return NULL;
}

/* Whether the filter looks for it: some instruction compares with its value. */
static bool mentions(const struct bpf_program *p, uint32_t value)
{
	const struct sock_filter *insns = bpf_instructions(p);

	for (size_t i = 0; i < bpf_length(p); i++)
		if (BPF_CLASS(insns[i].code) == BPF_JMP && BPF_OP(insns[i].code) != BPF_JA && insns[i].k == value)
			return true;
	return false;
}

json_t *profile_decisions_json(const struct bpf_program *p)
{
	static const struct {
		uint32_t token, first;
	} archs[] = {
		{SCMP_ARCH_X86_64, 0}, {SCMP_ARCH_X86, 0}, {SCMP_ARCH_X32, 0x40000000}, {SCMP_ARCH_AARCH64, 0}, {SCMP_ARCH_ARM, 0},
		{SCMP_ARCH_PPC64LE, 0}, {SCMP_ARCH_PPC64, 0}, {SCMP_ARCH_PPC, 0}, {SCMP_ARCH_S390X, 0}, {SCMP_ARCH_S390, 0},
		{SCMP_ARCH_RISCV64, 0}, {SCMP_ARCH_MIPSEL64, 5000}, {SCMP_ARCH_MIPSEL, 4000},
	};
	CLEANUP_TEXT struct text others = TEXT_EMPTY;
	json_t *list = json_array();
	bool failed = !list;

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++) {
		const struct profile_arch *arch = profile_arch_find(archs[i].token);
		if (arch != profile_arch_native() && !mentions(p, arch->audit))
			continue;
		failed |= json_array_append_new(list, arch_json(p, names_arch(arch->audit, archs[i].first), arch->audit, archs[i].first)) != 0;
	}
	add_decision(p, 0, NOBODYS, &others);
	failed |= json_array_append_new(list, json_pack("{s:n, s:[], s:s?}", "arch", "decisions", "others", others.data)) != 0;
	if (!failed)
		return list;
	json_decref(list);
	return NULL;
}

/* ---- for people ---- */

static void add_syscalls(const json_t *syscalls, struct text *to)
{
	size_t i, column = 0;
	json_t *call;

	json_array_foreach((json_t *)syscalls, i, call) {
		char number[24];
		const char *name = json_string_value(call);

		snprintf(number, sizeof(number), "%lld", json_integer_value(call));
		name = name ? name : number;
		if (column == 0 || column + strlen(name) > 100) {
			text_add_str(to, "\n   ");
			column = 0;
		}
		text_printf(to, " %s", name);
		column += strlen(name) + 1;
	}
	text_add_char(to, '\n');
}

void profile_decisions_add_text(const json_t *decisions, struct text *to)
{
	json_t *arch, *group;
	size_t i, j;

	json_array_foreach((json_t *)decisions, i, arch) {
		const char *name = json_string_value(json_object_get(arch, "arch"));
		const json_t *groups = json_object_get(arch, "decisions");

		text_printf(to, "%s\n", name ? name : "every other architecture");
		json_array_foreach((json_t *)groups, j, group) {
			text_printf(to, "  %s:", json_string_value(json_object_get(group, "decision")));
			add_syscalls(json_object_get(group, "syscalls"), to);
		}
		text_printf(to, "  %s%s\n", name ? "every other number: " : "", json_string_value(json_object_get(arch, "others")));
	}
}
