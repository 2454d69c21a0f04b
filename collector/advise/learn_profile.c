/* SPDX-License-Identifier: MIT */
/* The profile is written by patching an empty one, and then proven: compiled as its runtime does, each recorded call is
 * decided, and what `profile check` knows of runtimes is asked. */
#include <seccomp.h>
#include <stdio.h>

#include "learn_internal.h"
#include "seccompwatch/knowledge.h"

#define RULES_MAX 1024

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool has_name(const struct learn_work *w, const char *name)
{
	return bsearch(&name, w->names, w->n_names, sizeof(*w->names), compare_names) != NULL;
}

static void add_base(const struct learn_work *w, struct text *to)
{
	text_add_str(to, "{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n  \"defaultErrnoRet\": 1,\n  \"architectures\": [\n");
	for (size_t i = 0; i < w->n_archs; i++)
		text_printf(to, "    \"%s\"%s\n", w->archs[i]->name, i + 1 < w->n_archs ? "," : "");
	text_add_str(to, "  ],\n  \"syscalls\": []\n}\n");
}

static int append(struct profile_patch *patch, const struct profile_rule *rule, struct profile_problem *problem)
{
	return profile_patch_add_rule(patch, profile_patch_profile(patch)->n_rules, rule, problem);
}

static bool is_alike(const struct profile_rule *a, const struct profile_rule *b)
{
	bool alike = a->names.n == b->names.n && a->n_args == b->n_args;

	for (size_t i = 0; alike && i < a->names.n; i++)
		alike = strcmp(a->names.items[i], b->names.items[i]) == 0;
	for (size_t i = 0; alike && i < a->n_args; i++)
		alike = a->args[i].index == b->args[i].index && a->args[i].op == b->args[i].op &&
			a->args[i].value == b->args[i].value && a->args[i].value_two == b->args[i].value_two;
	return alike;
}

/* Profiles of several runs have most of their rules in common. */
static bool was_before(const struct learn_work *w, size_t rule)
{
	for (size_t i = 0; i < rule; i++)
		if (is_alike(w->rules[i], w->rules[rule]))
			return true;
	return false;
}

/* What is permitted on conditions, and not without. */
static int add_conditional(struct learn_work *w, const struct profile_rule *rule, struct profile_patch *patch,
	struct profile_problem *problem)
{
	CLEANUP_FREE const char **names = calloc(rule->names.n + 1, sizeof(*names));
	struct profile_rule copy = {.names = {names, 0}, .action = SCMP_ACT_ALLOW, .error = -1, .args = rule->args,
		.n_args = rule->n_args};

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < rule->names.n; i++)
		if (!has_name(w, rule->names.items[i]))
			names[copy.names.n++] = rule->names.items[i];
	w->learn->n_kept += copy.names.n;
	if (copy.names.n == 0 || profile_patch_profile(patch)->n_rules > RULES_MAX)
		return 0;
	return append(patch, &copy, problem);
}

/* On ENOSYS, and on nothing else, libc makes an older call instead: where that one is permitted. */
static int add_fallbacks(const struct learn_work *w, struct profile_patch *patch, struct profile_problem *problem)
{
	const char *names[512];
	struct profile_rule rule = {.names = {names, 0}, .action = SCMP_ACT_ERRNO(0), .error = ENOSYS};
	const struct knowledge *k;

	for (size_t i = 0; (k = knowledge_row(i)) && rule.names.n < ARRAY_SIZE(names); i++)
		if (k->fallback && !has_name(w, k->name) && has_name(w, k->fallback))
			names[rule.names.n++] = k->name;
	return rule.names.n ? append(patch, &rule, problem) : 0;
}

static int write_rules(struct learn_work *w, struct profile_patch *patch, struct profile_problem *problem)
{
	struct profile_rule rule = {.names = {w->names, w->n_names}, .action = SCMP_ACT_ALLOW, .error = -1};
	int r = append(patch, &rule, problem);

	for (size_t i = 0; r == 0 && i < w->n_rules; i++)
		if (!was_before(w, i))
			r = add_conditional(w, w->rules[i], patch, problem);
	return r ? r : add_fallbacks(w, patch, problem);
}

/* ---- the proof ---- */

static void ask_calls(struct learn *l, const struct profile_filter *f)
{
	for (size_t i = 0; i < l->n_calls; i++) {
		const struct bpf_call call = {.arch = l->calls[i].arch, .nr = l->calls[i].nr};
		struct profile_verdict v;

		profile_decide(f, &call, &v);
		l->calls[i].permitted = profile_action_executes(v.action);
		l->n_unpermitted += !l->calls[i].permitted;
	}
}

static int note_finding(void *data, const struct profile_finding *finding)
{
	struct learn *l = data;

	if (strcmp(finding->id, "runtime") != 0 && strcmp(finding->id, "exit") != 0 && strcmp(finding->id, "miscompiled") != 0)
		return 0;
	l->proven = false;
	return learn_caution(l, "%s", finding->message);
}

static int list_unpermitted(struct learn *l)
{
	CLEANUP_TEXT struct text list = TEXT_EMPTY;

	for (size_t i = 0; i < l->n_calls; i++) {
		if (l->calls[i].permitted)
			continue;
		text_add_str(&list, list.len ? ", " : "");
		if (l->calls[i].name)
			text_add_str(&list, l->calls[i].name);
		else
			text_printf(&list, "number %u", l->calls[i].nr);
		text_printf(&list, " (%s)", l->calls[i].arch_name ? l->calls[i].arch_name : "an architecture of no name");
	}
	return list.len ? learn_caution(l, "recorded, but not permitted, because this libseccomp has no word for it: %s", list.data) : 0;
}

static int prove(struct learn_work *w, const struct profile *p, struct profile_problem *problem)
{
	CLEANUP(profile_filter_free_p) struct profile_filter *f = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	struct profile_host host = {0};
	int r;

	host.caps = profile_default_caps(&host.n_caps);
	r = profile_resolve(p, &host, &rules, problem);
	if (r == 0)
		r = profile_compile(rules, w->model, &f, problem);
	if (r)
		return r;
	ask_calls(w->learn, f);
	w->learn->proven = w->learn->n_unpermitted == 0;
	r = profile_check(f, note_finding, w->learn);
	return r ? r : list_unpermitted(w->learn);
}

int learn_build(struct learn_work *w, struct text *why)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	CLEANUP(profile_free_p) struct profile *base = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};
	int r;

	qsort(w->names, w->n_names, sizeof(*w->names), compare_names);
	add_base(w, &text);
	r = profile_load_text(text_span(&text), NULL, &base, &problem);
	if (r == 0)
		r = profile_patch_new(base, &patch);
	if (r == 0)
		r = write_rules(w, patch, &problem);
	if (r == 0)
		r = prove(w, profile_patch_profile(patch), &problem);
	if (r == 0) {
		w->learn->profile = strdup(profile_patch_profile(patch)->text);
		return w->learn->profile ? 0 : -ENOMEM;
	}
	if (r != PROFILE_E_REFUSED)
		return r;
	text_printf(why, "the profile that comes of it is refused: %s", problem.message);
	return -ENODATA;
}
