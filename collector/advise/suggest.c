/* SPDX-License-Identifier: MIT */
#include <linux/seccomp.h>
#include <stdio.h>

#include "seccompwatch/clock.h"
#include "suggest_internal.h"

const char *suggest_kind_name(enum suggest_kind kind)
{
	static const char *const names[] = {"keep", "enosys", "errno", "allow_args", "allow", "capability", "architecture",
		"grant_cap"};

	_Static_assert(ARRAY_SIZE(names) == SUGGEST_KIND_N, "a name for each kind");
	return names[kind];
}

const char *suggest_knowing_name(enum suggest_knowing knowing)
{
	static const char *const names[] = {"unknown", "recorded", "inferred"};

	_Static_assert(ARRAY_SIZE(names) == SUGGEST_KNOWING_N, "a name for each way of knowing");
	return names[knowing];
}

static void item_free(struct suggest_item *item)
{
	for (size_t i = 0; i < item->n_options; i++) {
		free(item->options[i].title);
		free(item->options[i].patch);
		free(item->options[i].line);
		free(item->options[i].changed);
	}
	free(item->reason);
}

void suggest_free(struct suggest *s)
{
	for (size_t i = 0; i < s->n_items; i++)
		item_free(&s->items[i]);
	free(s->items);
	free(s->source);
	free(s->format);
	free(s->sha256);
	free(s->text);
	free(s->patch);
	free(s->patched);
	free(s->diff);
	free(s->changed);
	free(s->caution);
	*s = SUGGEST_EMPTY;
}

static void work_free(struct suggest_work *w)
{
	for (size_t i = 0; i < w->n_grounds; i++) {
		profile_filter_free(w->grounds[i].filter);
		profile_rules_free(w->grounds[i].rules);
	}
	free(w->cases);
}

static int keep(char **ret, const char *s)
{
	*ret = s ? strdup(s) : NULL;
	return s && !*ret ? -ENOMEM : 0;
}

/* ---- the grounds: the profile as it is ---- */

static const struct profile_arch *host_of(const struct suggest_work *w, const struct suggest_item *item)
{
	const struct profile_arch *arch = profile_arch_of_call(item->call.arch, item->call.nr);

	if (w->request->host.arch)
		return w->request->host.arch;
	return arch ? profile_arch_host(arch) : profile_arch_native();
}

/* What cannot be compiled is kept as such: the events of that machine cannot have come from this profile. */
static int open_ground(struct suggest_work *w, struct suggest_ground *g)
{
	struct profile_host host = w->request->host;
	int r;

	host.arch = g->host;
	r = profile_resolve(w->request->profile, &host, &g->rules, &g->problem);
	if (r == 0)
		r = suggest_compile(w, g->rules, &g->filter, &g->problem);
	return r == PROFILE_E_REFUSED ? 0 : r;
}

static int find_ground(struct suggest_work *w, const struct suggest_item *item, const struct suggest_ground **ret)
{
	const struct profile_arch *host = host_of(w, item);

	for (size_t i = 0; i < w->n_grounds; i++) {
		if (w->grounds[i].host == host) {
			*ret = &w->grounds[i];
			return 0;
		}
	}
	if (w->n_grounds == SUGGEST_GROUNDS_MAX)
		return PROFILE_E_REFUSED;
	w->grounds[w->n_grounds].host = host;
	*ret = &w->grounds[w->n_grounds];
	return open_ground(w, &w->grounds[w->n_grounds++]);
}

static int open_case(struct suggest_work *w, struct suggest_item *item, struct suggest_case *c)
{
	int r = 0;

	*c = (struct suggest_case){.item = item, .arch = profile_arch_of_call(item->call.arch, item->call.nr)};
	c->known = item->syscall ? knowledge_of(span_from(item->syscall)) : NULL;
	c->expressible = c->arch && item->syscall && profile_call_expressible(c->arch, item->syscall);
	if (!w->request->profile)
		return 0;
	r = find_ground(w, item, &c->ground);
	if (r == 0 && c->ground->filter)
		item->used = suggest_used(c->ground->rules, c, &c->masked);
	if (!item->used)
		item->used = suggest_selectors(item->syscall);
	return r;
}

/* Items that no ground is left for go. */
static int open_cases(struct suggest_work *w)
{
	struct suggest *s = w->s;
	size_t n = 0;

	w->cases = calloc(s->n_items + 1, sizeof(*w->cases));
	if (!w->cases)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_items; i++) {
		int r;

		s->items[n] = s->items[i];
		r = open_case(w, &s->items[n], &w->cases[n]);
		if (r < 0)
			return r;
		n += r == 0;
		s->n_left_out += r != 0;
	}
	s->n_items = n;
	return 0;
}

/* Nothing that was recorded can have been decided by it: the profile itself is the news. */
static int check_grounds(const struct suggest_work *w)
{
	for (size_t i = 0; i < w->n_grounds; i++)
		if (w->grounds[i].filter)
			return 0;
	if (w->n_grounds == 0)
		return 0;
	*w->problem = w->grounds[0].problem;
	return PROFILE_E_REFUSED;
}

/* ---- which items are told ---- */

static bool is_muted(const struct suggest_request *request, const struct suggest_item *item)
{
	const struct query_container *container = request->container;
	struct marks_kind kind = {.unit = request->unit, .syscall = item->syscall, .arch = item->arch,
		.action = event_action_name(item->action)};
	char number[16];

	snprintf(number, sizeof(number), "%u", item->call.nr);
	if (!kind.syscall)
		kind.syscall = number;
	if (container) {
		kind.container = container->name;
		kind.container_id = container->id;
		kind.image = container->image;
	}
	return request->marks && marks_is_muted(request->marks, &kind);
}

static bool is_told(const struct suggest_work *w, struct suggest_item *item)
{
	/* What was executed and is permitted was denied by nobody. */
	if (item->action == EVENT_ACTION_LOG && (!item->denied || !w->request->profile)) {
		w->s->n_executed += item->count;
		return false;
	}
	if (!is_muted(w->request, item))
		return true;
	item->muted = true;
	w->s->n_muted++;
	return w->request->all;
}

static void drop_untold(struct suggest_work *w)
{
	struct suggest *s = w->s;
	size_t n = 0;

	for (size_t i = 0; i < s->n_items; i++) {
		if (!is_told(w, &s->items[i])) {
			item_free(&s->items[i]);
			continue;
		}
		s->items[n] = s->items[i];
		w->cases[n] = w->cases[i];
		w->cases[n].item = &s->items[n];
		n++;
	}
	s->n_items = n;
}

static int offer_all(struct suggest_work *w)
{
	int r = 0;

	for (size_t i = 0; i < w->s->n_items && r == 0; i++) {
		struct suggest_case *c = &w->cases[i];

		suggest_set_risk(c);
		w->s->n_left_out += c->item->denied && suggest_is_late(w);
		r = w->request->profile ? suggest_offer(w, c) : suggest_offer_lines(w->request, c);
	}
	return r;
}

/* ---- all recommended options together ---- */

/* The same call may have been decided in two ways, or on two architectures; rules go by its name. */
static bool is_done_already(const struct suggest_work *w, size_t n)
{
	const struct suggest_item *item = w->cases[n].item;

	for (size_t i = 0; i < n; i++) {
		const struct suggest_item *other = w->cases[i].item;

		if (!suggest_is_recommended(&w->cases[i]) || other->recommended != item->recommended || !item->syscall ||
			!other->syscall || strcmp(item->syscall, other->syscall) != 0)
			continue;
		if (item->recommended == SUGGEST_ARCHITECTURE ? item->call.arch == other->call.arch :
			item->recommended != SUGGEST_ALLOW_ARGS || (item->n_asked == other->n_asked && item->used == other->used &&
			memcmp(item->asked[0].args, other->asked[0].args, sizeof(item->asked[0].args)) == 0 && item->n_asked == 1))
			return true;
	}
	return false;
}

static int apply_recommended(struct suggest_work *w, struct suggest_plan *plan)
{
	CLEANUP_TEXT struct text left = TEXT_EMPTY;

	for (size_t i = 0; i < w->s->n_items; i++) {
		struct suggest_case *c = &w->cases[i];
		int r;

		if (c->item->muted)
			c->left_out = true;
		if (!suggest_is_recommended(c) || is_done_already(w, i))
			continue;
		plan->ground = c->ground;
		r = suggest_plan_apply(plan, c, c->item->recommended);
		if (r < 0)
			return r;
		c->left_out = r != 0;
		if (r)
			text_printf(&left, "%s%s", left.len ? ", " : "the recommended change does not go together with the others "
				"and is left out, for: ", c->item->syscall ? c->item->syscall : "?");
	}
	return left.len ? keep(&w->s->caution, left.data) : 0;
}

/* The name in the diff's head: of the file alone, so that it applies where the file is. */
static void diff_name(const char *source, bool yaml, char ret[static 64])
{
	const char *slash = strrchr(source, '/');
	size_t n = 0;

	if (span_starts(span_from(source), SPAN("container "))) {
		char file[64];

		snprintf(file, sizeof(file), "%.58s.json", source + strlen("container "));
		diff_name(file, yaml, ret);
		return;
	}
	for (const char *s = slash ? slash + 1 : source; *s && n < 63; s++)
		ret[n++] = (*s >= '0' && *s <= '9') || (*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z') || strchr("._-", *s)
			? *s : '_';
	ret[n] = '\0';
	if (n == 0 || strcmp(ret, "-") == 0)
		snprintf(ret, 64, yaml ? "profile.yaml" : "profile.json");
}

static int write_result(struct suggest_work *w, const struct suggest_plan *plan)
{
	struct suggest *s = w->s;
	CLEANUP_FREE char *patch = plan->patch ? profile_patch_json(plan->patch) : strdup("[]");
	CLEANUP_TEXT struct text diff = TEXT_EMPTY;
	char name[64];
	int r;

	if (!patch)
		return -ENOMEM;
	diff_name(s->source, s->yaml, name);
	r = unified_diff(span_from(s->text), (struct span){plan->p->text, plan->p->text_len}, name, &diff);
	if (r == 0)
		r = keep(&s->patched, plan->p->text);
	if (r == 0)
		r = keep(&s->patch, patch);
	s->diff = r == 0 ? text_take(&diff) : NULL;
	return r ? r : s->diff ? 0 : -ENOMEM;
}

/* A profile under which the runtime itself cannot start would help nobody. */
static int find_lockout(void *data, const struct profile_finding *finding)
{
	struct suggest *s = data;

	if (strcmp(finding->id, "runtime") != 0 || s->caution)
		return 0;
	return keep(&s->caution, finding->message);
}

static int combine(struct suggest_work *w)
{
	CLEANUP(suggest_plan_free) struct suggest_plan plan = {0}, untouched = {0};
	CLEANUP(suggest_changes_free) struct suggest_changes changes = {0};
	const struct suggest_ground *ground = w->n_grounds ? &w->grounds[0] : NULL;
	int r = 0;

	if (!ground)
		ground = &(const struct suggest_ground){.host = profile_arch_native()};
	r = suggest_plan_start(&plan, w, ground);
	if (r == 0)
		r = apply_recommended(w, &plan);
	if (r == 0 && plan.patch) {
		r = suggest_prove_all(w, &plan, &changes);
		if (r == PROFILE_E_REFUSED) {
			free(w->s->caution);
			r = keep(&w->s->caution, "all recommended changes together do more than each alone, so they are not joined: "
						 "take them one by one");
			if (r == 0)
				r = suggest_plan_start(&untouched, w, ground);
			return r ? r : write_result(w, &untouched);
		}
	}
	w->s->changed = changes.items;
	w->s->n_changed = changes.n;
	changes = (struct suggest_changes){0};
	for (size_t i = 0; i < w->n_grounds && r == 0; i++)
		if (w->grounds[i].filter)
			r = profile_check(w->grounds[i].filter, find_lockout, w->s);
	return r ? r : write_result(w, &plan);
}

/* ---- the whole ---- */

static int describe_profile(const struct suggest_request *request, struct suggest *s)
{
	const struct profile *p = request->profile;
	char sha256[TEXT_SHA256_MAX];
	int r = keep(&s->source, request->source ? request->source : "");

	if (!p || r)
		return r;
	text_sha256((struct span){p->text, p->text_len}, sha256);
	r = keep(&s->sha256, request->sha256 ? request->sha256 : sha256);
	if (r == 0)
		r = keep(&s->format, profile_format_name(p->format));
	if (r == 0)
		r = keep(&s->text, p->text);
	s->yaml = p->yaml;
	return r;
}

static int advise(const struct suggest_facts *facts, struct suggest_work *w)
{
	int r = open_cases(w);

	if (r == 0)
		r = check_grounds(w);
	if (r == 0)
		suggest_take_calls(facts, w->s);
	if (r == 0 && w->request->profile)
		r = suggest_judge(w);
	for (size_t i = 0; r == 0 && !w->request->profile && i < w->s->n_items; i++)
		w->s->items[i].denied = w->s->items[i].mode != EVENT_MODE_STRICT;
	if (r == 0) {
		drop_untold(w);
		r = offer_all(w);
	}
	return r == 0 && w->request->profile ? combine(w) : r;
}

int suggest_advise(const struct suggest_facts *facts, const struct suggest_request *request, struct suggest *ret,
	struct profile_problem *problem)
{
	CLEANUP_SUGGEST struct suggest s = SUGGEST_EMPTY;
	CLEANUP(work_free) struct suggest_work w = {.request = request, .s = &s, .start_us = clock_monotonic_us()};
	struct profile_problem ignored = {0};
	int r;

	w.problem = problem ? problem : &ignored;
	r = describe_profile(request, &s);
	if (r == 0)
		r = suggest_take_items(facts, request->limit ? request->limit : SUGGEST_LIMIT, &s);
	if (r == 0)
		r = advise(facts, &w);
	if (r)
		return r;
	s.total_us = clock_monotonic_us() - w.start_us;
	*ret = s;
	s = SUGGEST_EMPTY;
	return 0;
}

int suggest_make(struct query *q, const struct suggest_request *request, struct suggest *ret,
	struct profile_problem *problem)
{
	CLEANUP(suggest_facts_free_p) struct suggest_facts *facts = NULL;
	int r = suggest_read(q, request->filter, &facts);

	return r ? r : suggest_advise(facts, request, ret, problem);
}
