/* SPDX-License-Identifier: MIT */
/* Under a profile that lets run and logs what it would deny, each call is either recorded, or permitted by a rule and so
 * silent. What was recorded is needed; what is silent may be. */
#include <seccomp.h>
#include <stdio.h>

#include "learn_internal.h"
#include "seccompwatch/names.h"

void learn_free(struct learn *l)
{
	for (size_t i = 0; i < l->n_cautions; i++)
		free(l->cautions[i]);
	free(l->cautions);
	free(l->calls);
	free(l->containers);
	free(l->profile);
	*l = LEARN_EMPTY;
}

static void work_free(struct learn_work *w)
{
	for (size_t i = 0; i < w->n_profiles; i++) {
		profile_free(w->profiles[i]);
		free(w->sha256[i]);
	}
	free(w->names);
	free(w->rules);
}

int learn_caution(struct learn *l, const char *fmt, ...)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	char **cautions = reallocarray(l->cautions, l->n_cautions + 1, sizeof(*cautions));
	va_list args;

	if (!cautions)
		return -ENOMEM;
	l->cautions = cautions;
	va_start(args, fmt);
	text_vprintf(&t, fmt, args);
	va_end(args);
	l->cautions[l->n_cautions] = text_take(&t);
	return l->cautions[l->n_cautions] ? (l->n_cautions++, 0) : -ENOMEM;
}

int learn_add_name(struct learn_work *w, const char *name, bool *ret_new)
{
	const char **names;

	for (size_t i = 0; i < w->n_names; i++)
		if (strcmp(w->names[i], name) == 0)
			return 0;
	if (w->n_names == w->room_names) {
		names = reallocarray(w->names, w->room_names * 2 + 256, sizeof(*names));
		if (!names)
			return -ENOMEM;
		w->names = names;
		w->room_names = w->room_names * 2 + 256;
	}
	w->names[w->n_names++] = name;
	if (ret_new)
		*ret_new = true;
	return 0;
}

void learn_add_arch(struct learn_work *w, const struct profile_arch *arch)
{
	for (size_t i = 0; i < w->n_archs; i++)
		if (w->archs[i] == arch)
			return;
	if (arch && w->n_archs < PROFILE_ARCHS_MAX)
		w->archs[w->n_archs++] = arch;
}

/* ---- the record ---- */

static int add_container(struct learn *l, const struct query_container *c)
{
	const struct query_container **containers;

	for (size_t i = 0; i < l->n_containers; i++)
		if (l->containers[i]->key == c->key)
			return 0;
	containers = reallocarray(l->containers, l->n_containers + 1, sizeof(*containers));
	if (!containers)
		return -ENOMEM;
	l->containers = containers;
	l->containers[l->n_containers++] = c;
	return 0;
}

static struct learn_call *find_call(struct learn *l, uint32_t arch, uint32_t nr)
{
	struct learn_call *calls;

	for (size_t i = 0; i < l->n_calls; i++)
		if (l->calls[i].arch == arch && l->calls[i].nr == nr)
			return &l->calls[i];
	calls = reallocarray(l->calls, l->n_calls + 1, sizeof(*calls));
	if (!calls)
		return NULL;
	l->calls = calls;
	l->calls[l->n_calls] = (struct learn_call){.arch = arch, .nr = nr, .first = INT64_MAX, .last = INT64_MIN};
	return &l->calls[l->n_calls++];
}

static int add_total(void *data, const struct query_total *total)
{
	const struct query_signature *s = total->signature;
	struct learn *l = data;
	struct learn_call *call;

	if (s->action != EVENT_ACTION_LOG) {
		l->denied += total->count;
		return 0;
	}
	if (!s->has_arch || !s->has_syscall || s->syscall < 0 || s->syscall > UINT32_MAX)
		return 0;
	call = find_call(l, s->arch, (uint32_t)s->syscall);
	if (!call)
		return -ENOMEM;
	call->name = names_syscall(s->arch, s->syscall);
	call->arch_name = names_arch(s->arch, s->syscall);
	call->count += total->count;
	call->first = MIN(call->first, total->first);
	call->last = MAX(call->last, total->last);
	l->events += total->count;
	return s->container ? add_container(l, s->container) : 0;
}

static int compare_calls(const void *left, const void *right)
{
	const struct learn_call *a = left, *b = right;

	if (a->arch != b->arch)
		return a->arch < b->arch ? -1 : 1;
	return a->nr < b->nr ? -1 : a->nr > b->nr;
}

static void measure(struct learn *l)
{
	l->first = INT64_MAX;
	l->last = l->newest = INT64_MIN;
	for (size_t i = 0; i < l->n_calls; i++) {
		l->first = MIN(l->first, l->calls[i].first);
		l->last = MAX(l->last, l->calls[i].last);
		l->newest = MAX(l->newest, l->calls[i].first);
	}
	if (l->n_calls)
		qsort(l->calls, l->n_calls, sizeof(*l->calls), compare_calls);
}

static int add_loss(void *data, const struct query_loss *loss)
{
	struct learn *l = data;

	if (loss->first > l->last || loss->last < l->first)
		return 0;
	if (strcmp(loss->kind, "unwatched") == 0)
		l->unwatched += MIN(loss->last, l->last) - MAX(loss->first, l->first);
	else if (strcmp(loss->kind, "malformed") != 0)
		l->lost_at_most += loss->count;
	return 0;
}

/* ---- the profiles in force ---- */

static bool is_loaded(const struct learn_work *w, const char *sha256)
{
	for (size_t i = 0; i < w->n_profiles; i++)
		if (strcmp(w->sha256[i], sha256) == 0)
			return true;
	return false;
}

/* Permitted without a record: kept, for nobody can say whether it is used. */
static int keep_rule(struct learn_work *w, const struct profile_rule *rule)
{
	const struct profile_rule **rules;
	bool is_new;
	int r = 0;

	if (rule->action != SCMP_ACT_ALLOW)
		return 0;
	if (rule->n_args) {
		rules = reallocarray(w->rules, w->n_rules + 1, sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		w->rules = rules;
		w->rules[w->n_rules++] = rule;
		return 0;
	}
	for (size_t i = 0; r == 0 && i < rule->names.n; i++) {
		is_new = false;
		r = learn_add_name(w, rule->names.items[i], &is_new);
		w->learn->n_kept += is_new;
	}
	return r;
}

static int keep_profile(struct learn_work *w, const struct query_container *c, const struct profile *p, struct text *why)
{
	int r = 0;

	if (p->default_action == SCMP_ACT_ALLOW) {
		text_printf(why, "container %s ran under a profile that permits by default: what it called without a record is not "
			"known; run it under `seccompwatch profile instrument --act-log` of a profile that denies by default",
			c->name ? c->name : c->id);
		return -ENODATA;
	}
	for (size_t i = 0; r == 0 && i < p->n_rules; i++)
		r = keep_rule(w, &p->rules[i]);
	for (size_t i = 0; i < p->n_archs; i++)
		learn_add_arch(w, p->archs[i]);
	return r;
}

static int load_profile(struct learn_work *w, struct query *q, const struct query_container *c, struct text *why)
{
	CLEANUP_FREE char *text = NULL, *sha256 = NULL;
	struct profile_problem problem;
	int r = query_profile(q, c, &text, &sha256);

	if (r == -ENOENT) {
		w->n_unknown++;
		return 0;
	}
	if (r < 0 || is_loaded(w, sha256))
		return r;
	if (w->n_profiles == LEARN_PROFILES_MAX) {
		text_printf(why, "more than %d different profiles were in force", LEARN_PROFILES_MAX);
		return -ENODATA;
	}
	if (profile_load_text(span_from(text), NULL, &w->profiles[w->n_profiles], &problem)) {
		text_printf(why, "the profile of container %s cannot be read: %s", c->name ? c->name : c->id, problem.message);
		return -ENODATA;
	}
	w->sha256[w->n_profiles++] = TAKE(sha256);
	return keep_profile(w, c, w->profiles[w->n_profiles - 1], why);
}

/* ---- what to permit ---- */

static int add_recorded(struct learn_work *w)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->learn->n_calls; i++) {
		const struct learn_call *call = &w->learn->calls[i];
		learn_add_arch(w, profile_arch_of_call(call->arch, call->nr));
		if (call->name)
			r = learn_add_name(w, call->name, NULL);
	}
	return r;
}

/* A program that was never told to end, and never got a signal, will be. */
static int add_needs(struct learn_work *w)
{
	static const char *const ends[] = {"exit", "exit_group", "rt_sigreturn", "restart_syscall"};
	bool is_new = false;
	const char *name;
	int r = 0;

	for (size_t i = 0; r == 0 && (name = profile_runtime_need(w->model, i)); i++, is_new = false) {
		r = learn_add_name(w, name, &is_new);
		w->learn->n_added += is_new;
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(ends); i++, is_new = false) {
		r = learn_add_name(w, ends[i], &is_new);
		w->learn->n_added += is_new;
	}
	return r;
}

/* ---- what it cannot know ---- */

static int add_cautions(const struct learn_work *w)
{
	struct learn *l = w->learn;
	int64_t length = l->last - l->first, quiet = l->last - l->newest;
	int r = learn_caution(l, "only what ran while it was recorded is permitted: rare work, error paths, other input and newer "
		"libraries may need more, so let it be logged (SCMP_ACT_LOG) first, and learn again");

	if (r == 0 && quiet * 4 < length)
		r = learn_caution(l, "the record is still growing: a call that had not been seen before came in its last quarter");
	if (r == 0 && l->n_kept)
		r = learn_caution(l, "%zu calls are permitted because the profile in force permits them without a record: whether they "
			"are needed is not known", l->n_kept);
	if (r == 0 && w->n_unknown)
		r = learn_caution(l, "of %zu containers the profile in force is not known: what it permitted without a record is "
			"missing here", w->n_unknown);
	if (r == 0 && (l->lost_at_most || l->unwatched))
		r = learn_caution(l, "the record has holes: %llu audit events at most were lost, and for %lld s nobody was watching",
			(unsigned long long)l->lost_at_most, (long long)(l->unwatched / 1000));
	if (r == 0 && l->denied)
		r = learn_caution(l, "%llu violations were not logged but denied: they are not learned from, `seccompwatch suggest` "
			"advises on them", (unsigned long long)l->denied);
	if (r == 0)
		r = learn_caution(l, "programs make other calls on other architectures: this was recorded on %s%s",
			w->learn->calls[0].arch_name ? w->learn->calls[0].arch_name : "one that has no name",
			w->learn->calls[0].arch != w->learn->calls[l->n_calls - 1].arch ? " and others" : "");
	return r;
}

static int gather(struct learn_work *w, struct query *q, const struct query_filter *f, struct text *why)
{
	struct learn *l = w->learn;
	int r = query_totals(q, f, add_total, l);

	if (r == 0 && l->n_calls == 0) {
		text_add_str(why, "nothing was recorded under SCMP_ACT_LOG: run the container under `seccompwatch profile instrument "
			"--act-log` of its profile, with a collector running");
		return -ENODATA;
	}
	measure(l);
	if (r == 0)
		r = query_losses(q, l->first, 0, add_loss, l);
	for (size_t i = 0; r == 0 && i < l->n_containers; i++)
		r = load_profile(w, q, l->containers[i], why);
	return r;
}

int learn_make(struct query *q, const struct query_filter *f, enum profile_model model, struct learn *ret, struct text *why)
{
	CLEANUP_LEARN struct learn l = LEARN_EMPTY;
	CLEANUP(work_free) struct learn_work w = {.learn = &l, .model = model};
	int r;

	learn_add_arch(&w, profile_arch_native());
	r = gather(&w, q, f, why);
	if (r == 0)
		r = add_recorded(&w);
	if (r == 0)
		r = add_needs(&w);
	if (r == 0)
		r = learn_build(&w, why);
	if (r == 0)
		r = add_cautions(&w);
	if (r < 0)
		return r;
	*ret = l;
	l = LEARN_EMPTY;
	return 0;
}
