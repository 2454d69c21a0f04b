/* SPDX-License-Identifier: MIT */
/* The rules as they are written. */
#include <linux/seccomp.h>
#include <stdio.h>

#include "findings.h"
#include "seccompwatch/names.h"
#include "words.h"

void findings_add(struct findings *f, const char *id, const char *pointer, const char *fmt, ...)
{
	struct profile_finding finding = {.id = id};
	va_list args;

	if (f->result)
		return;
	snprintf(finding.pointer, sizeof(finding.pointer), "%s", pointer);
	va_start(args, fmt);
	vsnprintf(finding.message, sizeof(finding.message), fmt, args);
	va_end(args);
	f->result = f->fn(f->data, &finding);
}

static void rule_pointer(const struct findings *f, size_t rule, const char *member, size_t index,
	char ret[static PROFILE_POINTER_MAX])
{
	char at[PROFILE_POINTER_MAX];

	profile_rule_pointer(f->filter->rules->profile, rule, at);
	snprintf(ret, PROFILE_POINTER_MAX, "%.200s/%s/%zu", at, member, index);
}

/* ---- names ---- */

/* The nearest name that this machine has. */
static const char *near_name(struct span given)
{
	const char *names[512];
	size_t n = 0;

	for (uint32_t nr = 0; nr < ARRAY_SIZE(names); nr++) {
		names[n] = names_syscall(profile_arch_native()->audit, nr);
		n += names[n] != NULL;
	}
	return words_closest(names, n, "", given);
}

/* On any architecture: riscv_hwprobe is riscv64's alone. */
static bool is_known_somewhere(struct span name)
{
	static const uint32_t tokens[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM,
		SCMP_ARCH_RISCV64, SCMP_ARCH_PPC64LE, SCMP_ARCH_S390X};
	int64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		if (names_syscall_number(profile_arch_find(tokens[i])->audit, name, &number) == 0)
			return true;
	return false;
}

static void check_unknown(struct findings *f, size_t rule, size_t i)
{
	const struct scmp_version *v = seccomp_version();
	const char *name = f->filter->rules->profile->rules[rule].names.items[i], *near;
	char pointer[PROFILE_POINTER_MAX], word[PROBLEM_WORD_MAX];

	rule_pointer(f, rule, f->filter->rules->profile->rules[rule].single ? "name" : "names", i, pointer);
	if (f->filter->rules->profile->rules[rule].single)
		*strrchr(pointer, '/') = '\0';
	if (is_known_somewhere(span_from(name))) {
		findings_add(f, "unknown-name", pointer, "libseccomp %u.%u.%u does not know %s: a runtime that is built with it "
			"passes it over", v->major, v->minor, v->micro, name);
		return;
	}
	near = near_name(span_from(name));
	findings_add(f, "unknown-name", pointer, "no syscall is called %s: runtimes pass it over%s%s%s",
		problem_word(word, span_from(name)), near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static bool is_twice(const struct profile_strings *names, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(names->items[j], names->items[i]) == 0)
			return true;
	return false;
}

/* ---- rules that do nothing ---- */

static bool is_unconditional(const struct profile_filter *f, size_t rule)
{
	return f->rules->profile->rules[rule].n_args == 0;
}

/* The earlier rule that decides every call of the name. */
static size_t decided_before(const struct profile_filter *f, size_t rule, const char *name)
{
	const struct profile *p = f->rules->profile;

	for (size_t i = 0; i < rule; i++) {
		if (f->rules->uses[i].use != PROFILE_USE_ACTIVE || !is_unconditional(f, i) ||
			f->rules->uses[i].action == f->rules->default_action)
			continue;
		for (size_t j = 0; j < p->rules[i].names.n; j++)
			if (strcmp(p->rules[i].names.items[j], name) == 0)
				return i;
	}
	return SIZE_MAX;
}

static void check_name(struct findings *f, size_t rule, size_t i)
{
	const struct profile_strings *names = &f->filter->rules->profile->rules[rule].names;
	char pointer[PROFILE_POINTER_MAX], other[PROFILE_POINTER_MAX];
	size_t before;

	if (seccomp_syscall_resolve_name(names->items[i]) == __NR_SCMP_ERROR) {
		check_unknown(f, rule, i);
		return;
	}
	rule_pointer(f, rule, "names", i, pointer);
	if (is_twice(names, i)) {
		findings_add(f, "duplicate", pointer, "%s is in this rule twice", names->items[i]);
		return;
	}
	before = decided_before(f->filter, rule, names->items[i]);
	if (before == SIZE_MAX)
		return;
	profile_rule_pointer(f->filter->rules->profile, before, other);
	findings_add(f, "unreachable", pointer, "%s is decided by the earlier rule %s already", names->items[i], other);
}

static void check_rule(struct findings *f, size_t rule)
{
	const struct profile_rules *rules = f->filter->rules;
	char pointer[PROFILE_POINTER_MAX];

	if (rules->uses[rule].use != PROFILE_USE_ACTIVE)
		return;
	if (rules->uses[rule].action == rules->default_action && rules->profile->rules[rule].names.n > 0) {
		profile_rule_pointer(rules->profile, rule, pointer);
		findings_add(f, "redundant", pointer, "says what the default action says already");
		return;
	}
	for (size_t i = 0; i < rules->profile->rules[rule].names.n; i++)
		check_name(f, rule, i);
}

/* ---- flags ---- */

static bool has_flag(const struct profile *p, const char *flag)
{
	for (size_t i = 0; i < p->flags.n; i++)
		if (strcmp(p->flags.items[i], flag) == 0)
			return true;
	return false;
}

static bool is_silent(uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRAP || action == SECCOMP_RET_TRACE ||
		action == SECCOMP_RET_USER_NOTIF;
}

static size_t count_silent(const struct profile_rules *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->profile->n_rules; i++)
		n += r->uses[i].use == PROFILE_USE_ACTIVE && is_silent(r->uses[i].action) && r->profile->rules[i].names.n > 0;
	return n;
}

static void check_flags(struct findings *f)
{
	const struct profile_rules *r = f->filter->rules;
	size_t rules = count_silent(r);
	char pointer[PROFILE_POINTER_MAX];

	if (r->profile->flags.n) {
		snprintf(pointer, sizeof(pointer), "%.200s/flags", r->profile->base);
		findings_add(f, "flags", pointer, "runc before 1.2.0 refuses any flag, Docker before 23.0 drops them silently");
	}
	if (has_flag(r->profile, "SECCOMP_FILTER_FLAG_LOG") || (!rules && !is_silent(r->default_action)))
		return;
	snprintf(pointer, sizeof(pointer), "%.200s/defaultAction", r->profile->base);
	if (is_silent(r->default_action))
		findings_add(f, "silent", pointer, "what the default action (%s) and %zu rules deny leaves no record in the "
			"kernel's log: only SECCOMP_FILTER_FLAG_LOG makes it seen", profile_action_name(r->default_action), rules);
	else
		findings_add(f, "silent", pointer, "what %zu rules deny leaves no record in the kernel's log: only "
			"SECCOMP_FILTER_FLAG_LOG makes them seen", rules);
}

void findings_rules(struct findings *f)
{
	const struct profile *p = f->filter->rules->profile;

	for (size_t i = 0; i < p->n_notes; i++)
		findings_add(f, "note", p->notes[i].pointer, "%s", p->notes[i].message);
	check_flags(f);
	for (size_t i = 0; i < p->n_rules; i++)
		check_rule(f, i);
}

int profile_check(const struct profile_filter *filter, profile_finding_fn fn, void *data)
{
	struct findings f = {.filter = filter, .fn = fn, .data = data};

	findings_rules(&f);
	findings_decisions(&f);
	return f.result;
}
