/* SPDX-License-Identifier: MIT */
/* The proof of an option: the changed profile is compiled as the runtime does, the denied call is decided as asked, and
 * nothing else became weaker or stricter than the option says. */
#include <linux/seccomp.h>

#include "seccompwatch/clock.h"
#include "suggest_internal.h"

void suggest_changes_free(struct suggest_changes *c)
{
	free(c->items);
	*c = (struct suggest_changes){0};
}

static int keep(struct suggest_changes *c, const struct profile_change *change, bool asked)
{
	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 16;
		struct suggest_change *items = reallocarray(c->items, room, sizeof(*items));
		if (!items)
			return -ENOMEM;
		c->items = items;
		c->room = room;
	}
	c->items[c->n++] = (struct suggest_change){*change, asked};
	return 0;
}

static int keep_change(void *data, const struct profile_change *change)
{
	return keep(data, change, false);
}

int suggest_compile(struct suggest_work *w, const struct profile_rules *rules, struct profile_filter **ret,
	struct profile_problem *problem)
{
	uint64_t start = clock_monotonic_us();
	int r = profile_compile(rules, w->request->model, ret, problem);

	w->s->compiles++;
	w->s->compile_us += clock_monotonic_us() - start;
	return r;
}

/* ---- as asked? ---- */

static uint32_t decide(const struct profile_filter *f, const struct bpf_call *call, bool *ret_sound)
{
	struct profile_verdict v;

	profile_decide(f, call, &v);
	*ret_sound = v.by != PROFILE_BY_NOTHING;
	return v.action;
}

static bool is_as_asked(enum suggest_kind kind, uint32_t action)
{
	if (kind == SUGGEST_ENOSYS || kind == SUGGEST_ERRNO)
		return action == (SECCOMP_RET_ERRNO | (uint32_t)(kind == SUGGEST_ENOSYS ? ENOSYS : EPERM));
	return profile_action_executes(action);
}

static bool are_as_asked(const struct profile_filter *f, const struct suggest_case *c, enum suggest_kind kind)
{
	bool sound;

	for (size_t i = 0; i < c->item->n_asked; i++)
		if (!is_as_asked(kind, decide(f, &c->item->asked[i], &sound)) || !sound)
			return false;
	return c->item->n_asked > 0;
}

/* ---- nothing else? ---- */

static bool is_same_name(const struct bpf_call *a, const struct suggest_item *item)
{
	const char *name = profile_call_name(a);

	return name && item->syscall && strcmp(name, item->syscall) == 0;
}

/* On x86 and others what socketcall and ipc do is allowed with the call of that name, and their arguments are behind a
 * pointer: libseccomp has no other way. */
static bool is_sub_call(const struct profile_filter *f, const struct profile *p, const struct bpf_call *call,
	const struct suggest_case *c)
{
	struct profile_verdict v;

	profile_decide(f, call, &v);
	return v.by == PROFILE_BY_RULE && v.sub_call && suggest_rule_names(p, v.rule, c, NULL);
}

/* What ran must run; what is newly allowed is the call that was asked for, and no other. An architecture and a
 * capability open more than that by their nature: it is listed. */
static bool is_harmless(const struct profile_filter *f, const struct profile *p, const struct profile_change *change,
	const struct suggest_case *c, enum suggest_kind kind)
{
	bool from = profile_action_executes(change->from), to = profile_action_executes(change->to);

	if (from && !to)
		return false;
	if (from == to || kind == SUGGEST_ARCHITECTURE || kind == SUGGEST_GRANT_CAP)
		return true;
	if (kind == SUGGEST_ENOSYS || kind == SUGGEST_ERRNO)
		return false;
	return is_same_name(&change->call, c->item) || is_sub_call(f, p, &change->call, c);
}

/* ---- which of the changes was asked for ---- */

bool suggest_is_match(const struct profile_change *change, const struct bpf_call *call)
{
	for (unsigned i = 0; i < 6; i++)
		if (change->used & 1u << i && change->call.args[i] != call->args[i])
			return false;
	return true;
}

static bool was_asked(const struct profile_change *change, const struct suggest_case *c)
{
	const struct suggest_item *item = c->item;

	if (change->call.arch != item->call.arch || change->call.nr != item->call.nr)
		return false;
	for (size_t i = 0; i < item->n_asked; i++)
		if (suggest_is_match(change, &item->asked[i]))
			return true;
	return item->knowing == SUGGEST_UNKNOWN && change->from == item->decision;
}

static bool is_listed(const struct suggest_changes *changes, const struct bpf_call *call)
{
	for (size_t i = 0; i < changes->n; i++) {
		const struct profile_change *change = &changes->items[i].change;

		if (change->call.arch == call->arch && change->call.nr == call->nr && suggest_is_match(change, call))
			return true;
	}
	return false;
}

/* The classes that stand for all calls need not hold the very values that were recorded. */
static int add_recorded(struct suggest_changes *changes, const struct suggest_case *c, const struct profile_filter *to)
{
	const struct suggest_item *item = c->item;
	int r = 0;

	for (size_t i = 0; i < item->n_asked && r == 0; i++) {
		struct profile_change change = {.call = item->asked[i], .used = item->used};
		bool sound;

		if (is_listed(changes, &change.call))
			continue;
		change.from = decide(c->ground->filter, &change.call, &sound);
		change.to = decide(to, &change.call, &sound);
		if (change.from != change.to)
			r = keep(changes, &change, true);
	}
	return r;
}

static int compare_changes(const void *left, const void *right)
{
	const struct suggest_change *a = left, *b = right;

	if (a->asked != b->asked)
		return a->asked ? -1 : 1;
	if (a->change.call.arch != b->change.call.arch)
		return a->change.call.arch < b->change.call.arch ? 1 : -1;
	return a->change.call.nr < b->change.call.nr ? -1 : a->change.call.nr > b->change.call.nr;
}

static int mark(struct suggest_changes *changes, const struct suggest_case *c, const struct profile_filter *to)
{
	for (size_t i = 0; i < changes->n; i++)
		changes->items[i].asked |= was_asked(&changes->items[i].change, c);
	return add_recorded(changes, c, to);
}

static void sort(struct suggest_changes *changes)
{
	if (changes->n > 1)
		qsort(changes->items, changes->n, sizeof(*changes->items), compare_changes);
}

/* ---- one option ---- */

int suggest_prove(struct suggest_work *w, const struct suggest_plan *plan, const struct suggest_case *c,
	enum suggest_kind kind, struct suggest_changes *ret)
{
	CLEANUP(profile_filter_free_p) struct profile_filter *f = NULL;
	CLEANUP(suggest_changes_free) struct suggest_changes changes = {0};
	struct profile_problem ignored;
	int r = suggest_compile(w, plan->rules, &f, &ignored);

	if (r)
		return r;
	if (!are_as_asked(f, c, kind))
		return PROFILE_E_REFUSED;
	r = profile_diff(c->ground->filter, f, keep_change, &changes);
	for (size_t i = 0; i < changes.n && r == 0; i++)
		r = is_harmless(f, plan->p, &changes.items[i].change, c, kind) ? 0 : PROFILE_E_REFUSED;
	if (r == 0)
		r = mark(&changes, c, f);
	if (r)
		return r;
	sort(&changes);
	*ret = changes;
	changes = (struct suggest_changes){0};
	return 0;
}

/* ---- all together ---- */

bool suggest_is_recommended(const struct suggest_case *c)
{
	return !c->left_out && c->item->recommended != SUGGEST_KEEP && c->item->recommended != SUGGEST_GRANT_CAP;
}

/* A change of the whole is one of some option's, or asked for by one. */
static bool is_harmless_to_all(const struct suggest_work *w, const struct profile_filter *f, const struct profile *p,
	const struct profile_change *change)
{
	for (size_t i = 0; i < w->s->n_items; i++) {
		const struct suggest_case *c = &w->cases[i];

		if (suggest_is_recommended(c) && is_harmless(f, p, change, c, c->item->recommended))
			return true;
	}
	return false;
}

static int check_all(struct suggest_work *w, const struct suggest_plan *plan, const struct suggest_ground *ground,
	const struct profile_filter *f, struct suggest_changes *changes)
{
	int r = 0;

	for (size_t i = 0; i < changes->n; i++)
		if (!is_harmless_to_all(w, f, plan->p, &changes->items[i].change))
			return PROFILE_E_REFUSED;
	for (size_t i = 0; i < w->s->n_items && r == 0; i++) {
		const struct suggest_case *c = &w->cases[i];

		if (!suggest_is_recommended(c) || c->ground != ground)
			continue;
		r = are_as_asked(f, c, c->item->recommended) ? mark(changes, c, f) : PROFILE_E_REFUSED;
	}
	return r;
}

static int prove_ground(struct suggest_work *w, const struct suggest_plan *plan, const struct suggest_ground *ground,
	struct suggest_changes *ret)
{
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *f = NULL;
	CLEANUP(suggest_changes_free) struct suggest_changes changes = {0};
	struct profile_host host = w->request->host;
	struct profile_problem ignored;
	int r;

	host.arch = ground->host;
	r = profile_resolve(plan->p, &host, &rules, &ignored);
	if (r == 0)
		r = suggest_compile(w, rules, &f, &ignored);
	if (r == 0)
		r = profile_diff(ground->filter, f, keep_change, &changes);
	if (r == 0)
		r = check_all(w, plan, ground, f, &changes);
	for (size_t i = 0; i < changes.n && r == 0; i++)
		r = keep(ret, &changes.items[i].change, changes.items[i].asked);
	return r;
}

int suggest_prove_all(struct suggest_work *w, const struct suggest_plan *plan, struct suggest_changes *ret)
{
	int r = 0;

	for (size_t i = 0; i < w->n_grounds && r == 0; i++)
		r = w->grounds[i].filter ? prove_ground(w, plan, &w->grounds[i], ret) : 0;
	if (r == 0)
		sort(ret);
	else
		suggest_changes_free(ret);
	return r;
}
