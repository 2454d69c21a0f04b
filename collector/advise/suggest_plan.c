/* SPDX-License-Identifier: MIT */
/* Which change of the profile's text makes an option. One amendment at a time; what comes of it is read anew, so that
 * the next one sees the profile as it then is. */
#include <linux/seccomp.h>
#include <stdio.h>

#include "suggest_internal.h"

#define STEPS_MAX 64 /* rules and names that deny one call */

void suggest_plan_free(struct suggest_plan *plan)
{
	profile_rules_free(plan->rules);
	profile_patch_free(plan->patch);
}

static int resolve(struct suggest_plan *plan, const struct profile *p, struct profile_rules **ret)
{
	const struct suggest_request *request = plan->work->request;
	CLEANUP_FREE const char **caps = calloc(request->host.n_caps + 1, sizeof(*caps));
	struct profile_host host = request->host;
	int r;

	if (!caps)
		return -ENOMEM;
	if (host.n_caps)
		memcpy(caps, host.caps, host.n_caps * sizeof(*caps));
	if (plan->cap)
		caps[host.n_caps++] = plan->cap;
	host.caps = caps;
	host.arch = plan->ground->host;
	r = profile_resolve(p, &host, ret, plan->work->problem);
	return r;
}

int suggest_plan_start(struct suggest_plan *plan, const struct suggest_work *w, const struct suggest_ground *ground)
{
	*plan = (struct suggest_plan){.work = w, .ground = ground, .p = w->request->profile};
	return resolve(plan, plan->p, &plan->rules);
}

/* The patch, made when it is first needed. */
static int begin(struct suggest_plan *plan)
{
	return plan->patch ? 0 : profile_patch_new(plan->p, &plan->patch);
}

/* After a change, which frees what was before: the profile as it is now. */
static int settle(struct suggest_plan *plan, int result)
{
	struct profile_rules *rules = NULL;
	int r;

	plan->p = profile_patch_profile(plan->patch);
	r = resolve(plan, plan->p, &rules);
	if (r)
		return r;
	profile_rules_free(plan->rules);
	plan->rules = rules;
	return result;
}

static int add_name(struct suggest_plan *plan, size_t rule, const char *name)
{
	int r = begin(plan);

	return r ? r : settle(plan, profile_patch_add_name(plan->patch, rule, name, plan->work->problem));
}

/* The last rule, or before another. */
static int add_rule(struct suggest_plan *plan, size_t before, struct profile_rule *rule, uint32_t action)
{
	int r = begin(plan), error = profile_action_errno(action);

	/* An errno of EPERM is what every runtime takes when none is said. */
	rule->action = action & SECCOMP_RET_ACTION_FULL;
	rule->error = error && error != EPERM ? error : -1;
	return r ? r : settle(plan, profile_patch_add_rule(plan->patch, MIN(before, plan->p->n_rules), rule,
		plan->work->problem));
}

/* ---- rules ---- */

static bool is_active(const struct suggest_plan *plan, size_t rule)
{
	return plan->rules->uses[rule].use == PROFILE_USE_ACTIVE;
}

static bool is_unconditional(const struct profile_condition *c)
{
	return c->caps.n == 0 && c->arches.n == 0 && c->min_kernel == 0;
}

/* A rule that says just this of the names it lists, and of any other one too. */
static bool is_fitting(const struct suggest_plan *plan, size_t i, uint32_t action)
{
	const struct profile_rule *rule = &plan->p->rules[i];

	return is_active(plan, i) && plan->rules->uses[i].action == action && rule->n_args == 0 && !rule->single &&
	       rule->names.n > 0 && is_unconditional(&rule->includes) && is_unconditional(&rule->excludes);
}

/* The one with the most names; SIZE_MAX: none. */
static size_t find_fitting(const struct suggest_plan *plan, uint32_t action)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < plan->p->n_rules; i++)
		if (is_fitting(plan, i, action) && (best == SIZE_MAX || plan->p->rules[i].names.n > plan->p->rules[best].names.n))
			best = i;
	return best;
}

static size_t find_denial(const struct suggest_plan *plan, const struct suggest_case *c, size_t *ret_name)
{
	for (size_t i = 0; i < plan->p->n_rules; i++)
		if (is_active(plan, i) && !profile_action_executes(plan->rules->uses[i].action) &&
			suggest_rule_names(plan->p, i, c, ret_name))
			return i;
	return SIZE_MAX;
}

/* The rule that decided, wherever earlier amendments have moved it. */
static size_t find_decider(const struct suggest_plan *plan, const struct suggest_case *c, size_t *ret_name)
{
	const struct profile_rule *was = &plan->work->request->profile->rules[c->verdict.rule];

	for (size_t i = 0; i < plan->p->n_rules; i++)
		if (is_active(plan, i) && plan->rules->uses[i].action == c->verdict.action &&
			plan->p->rules[i].n_args == was->n_args && suggest_rule_names(plan->p, i, c, ret_name))
			return i;
	return SIZE_MAX;
}

static bool is_permitted_by_name(const struct suggest_plan *plan, const struct suggest_case *c)
{
	for (size_t i = 0; i < plan->p->n_rules; i++)
		if (is_active(plan, i) && profile_action_executes(plan->rules->uses[i].action) &&
			plan->p->rules[i].n_args == 0 && suggest_rule_names(plan->p, i, c, NULL))
			return true;
	return false;
}

static size_t count_naming(const struct profile *p, const struct suggest_case *c)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		n += suggest_rule_names(p, i, c, NULL);
	return n;
}

bool suggest_names_call(const struct suggest_plan *plan, const struct suggest_case *c)
{
	return count_naming(plan->p, c) != count_naming(plan->work->request->profile, c);
}

/* ---- steps ---- */

static int add_for_name(struct suggest_plan *plan, const struct suggest_case *c, uint32_t action)
{
	size_t fitting = find_fitting(plan, action);
	const char *names[] = {c->item->syscall};

	if (fitting != SIZE_MAX)
		return add_name(plan, fitting, c->item->syscall);
	return add_rule(plan, SIZE_MAX, &(struct profile_rule){.names = {names, 1}}, action);
}

/* With its last name the rule goes. */
static int take_out(struct suggest_plan *plan, size_t rule, size_t name)
{
	CLEANUP_FREE char *copy = strdup(plan->p->rules[rule].names.items[name]);
	int r = copy ? begin(plan) : -ENOMEM;

	return r ? r : settle(plan, profile_patch_remove_name(plan->patch, rule, copy, plan->work->problem));
}

static int set_action(struct suggest_plan *plan, size_t rule, uint32_t action)
{
	int r = begin(plan);

	return r ? r : settle(plan, profile_patch_set_action(plan->patch, rule, action, plan->work->problem));
}

static int plan_deny(struct suggest_plan *plan, const struct suggest_case *c, int error)
{
	uint32_t action = SECCOMP_RET_ERRNO | (uint32_t)error;
	size_t rule, name = 0;
	bool alone;
	int r;

	if (c->verdict.by == PROFILE_BY_DEFAULT && !c->verdict.named)
		return add_for_name(plan, c, action);
	if (c->verdict.by != PROFILE_BY_RULE || c->verdict.contested || c->verdict.sub_call)
		return PROFILE_E_REFUSED;
	rule = find_decider(plan, c, &name);
	if (rule == SIZE_MAX)
		return PROFILE_E_REFUSED;
	alone = plan->p->rules[rule].names.n == 1;
	if (!alone && plan->p->rules[rule].n_args)
		return PROFILE_E_REFUSED;
	if (alone)
		return set_action(plan, rule, action);
	r = take_out(plan, rule, name);
	return r ? r : add_for_name(plan, c, action);
}

static int plan_allow(struct suggest_plan *plan, const struct suggest_case *c)
{
	size_t rule, name;
	int r = 0;

	for (unsigned i = 0; i < STEPS_MAX && r == 0 && (rule = find_denial(plan, c, &name)) != SIZE_MAX; i++)
		r = take_out(plan, rule, name);
	if (r == 0 && !profile_action_executes(plan->rules->default_action) && !is_permitted_by_name(plan, c))
		r = add_for_name(plan, c, SECCOMP_RET_ALLOW);
	return r;
}

/* Before the first rule that names it, so that all that is said of it stands together. */
static int allow_tuple(struct suggest_plan *plan, const struct suggest_case *c, const struct bpf_call *call)
{
	const char *names[] = {c->item->syscall};
	struct profile_arg args[6];
	struct profile_rule rule = {.names = {names, 1}, .args = args};
	size_t before = SIZE_MAX;

	/* jansson, and so the JSON that is told, has no larger numbers. */
	for (unsigned i = 0; i < 6; i++)
		if (c->item->used & 1u << i && call->args[i] > INT64_MAX)
			return PROFILE_E_REFUSED;
	for (unsigned i = 0; i < 6; i++)
		if (c->item->used & 1u << i)
			args[rule.n_args++] = (struct profile_arg){.index = i, .value = call->args[i],
				.op = profile_op_from_name(SPAN("SCMP_CMP_EQ"))};
	for (size_t i = plan->p->n_rules; i > 0; i--)
		if (suggest_rule_names(plan->p, i - 1, c, NULL))
			before = i - 1;
	return add_rule(plan, before, &rule, SECCOMP_RET_ALLOW);
}

bool suggest_is_plain_clone(const struct suggest_case *c)
{
	const struct suggest_item *item = c->item;

	if (!item->syscall || strcmp(item->syscall, "clone") != 0 || c->verdict.by != PROFILE_BY_DEFAULT || c->verdict.named ||
		!c->arch || strncmp(c->arch->name, "SCMP_ARCH_S390", 14) == 0)
		return false;
	for (size_t i = 0; i < item->n_asked; i++)
		if (item->asked[i].args[0] & SUGGEST_NAMESPACES)
			return false;
	return item->n_more_asked == 0;
}

/* As moby's default profile has it. */
static int allow_plain_clone(struct suggest_plan *plan)
{
	const char *names[] = {"clone"};
	struct profile_arg arg = {.index = 0, .op = profile_op_from_name(SPAN("SCMP_CMP_MASKED_EQ")), .value = SUGGEST_NAMESPACES};

	return add_rule(plan, SIZE_MAX, &(struct profile_rule){.names = {names, 1}, .args = &arg, .n_args = 1}, SECCOMP_RET_ALLOW);
}

static int plan_allow_args(struct suggest_plan *plan, const struct suggest_case *c)
{
	const struct suggest_item *item = c->item;
	int r = 0;

	if (suggest_is_plain_clone(c))
		return allow_plain_clone(plan);
	if (item->knowing == SUGGEST_UNKNOWN || !item->used || item->n_more_asked || item->n_asked > SUGGEST_TUPLES_MAX ||
		c->verdict.by != PROFILE_BY_DEFAULT)
		return PROFILE_E_REFUSED;
	for (size_t i = 0; i < item->n_asked && r == 0; i++)
		r = allow_tuple(plan, c, &item->asked[i]);
	return r;
}

static bool is_for_cap(const struct suggest_plan *plan, size_t i, const char *cap)
{
	const struct profile_rule *rule = &plan->p->rules[i];

	return is_active(plan, i) && plan->rules->uses[i].action == SECCOMP_RET_ALLOW && rule->n_args == 0 &&
	       !rule->single && rule->includes.caps.n == 1 && strcmp(rule->includes.caps.items[0], cap) == 0 &&
	       rule->includes.arches.n == 0 && rule->includes.min_kernel == 0 && is_unconditional(&rule->excludes);
}

/* Only Docker's and Podman's format knows conditions. */
static int plan_capability(struct suggest_plan *plan, const struct suggest_case *c)
{
	const char *cap = c->known ? c->known->capability : NULL, *names[] = {c->item->syscall};
	size_t i;

	if (!cap || plan->p->format != PROFILE_FORMAT_DOCKER || c->verdict.by != PROFILE_BY_DEFAULT)
		return PROFILE_E_REFUSED;
	for (i = 0; i < plan->p->n_rules && !is_for_cap(plan, i, cap); i++)
		;
	if (i < plan->p->n_rules)
		return add_name(plan, i, c->item->syscall);
	return add_rule(plan, SIZE_MAX, &(struct profile_rule){.names = {names, 1}, .includes.caps = {&cap, 1}},
		SECCOMP_RET_ALLOW);
}

static bool is_denied_by_name(const struct suggest_plan *plan, const struct suggest_case *c)
{
	size_t name;

	for (size_t i = 0; i < plan->p->n_rules; i++)
		if (is_active(plan, i) && profile_action_executes(plan->rules->uses[i].action) &&
			suggest_rule_names(plan->p, i, c, NULL))
			return false;
	return !profile_action_executes(plan->rules->default_action) || find_denial(plan, c, &name) != SIZE_MAX;
}

/* Where the rules would deny the call on its own architecture too, it is allowed besides. What another item's change has
 * done already is no change. */
static int plan_architecture(struct suggest_plan *plan, const struct suggest_case *c)
{
	int r = begin(plan);

	if (c->verdict.by != PROFILE_BY_ARCH || !c->arch || !c->arch->token)
		return PROFILE_E_REFUSED;
	if (r == 0)
		r = settle(plan, profile_patch_add_arch(plan->patch, c->arch, plan->work->problem));
	return r || !c->expressible || !is_denied_by_name(plan, c) ? r : plan_allow(plan, c);
}

/* A rule that permits the call lacks one capability and nothing else. */
static int plan_grant_cap(struct suggest_plan *plan, const struct suggest_case *c)
{
	for (size_t i = 0; i < plan->p->n_rules; i++) {
		const struct profile_rule_use *use = &plan->rules->uses[i];
		struct profile_rules *rules = NULL;
		int r;

		if (use->use != PROFILE_USE_NEEDS_CAP || !profile_action_executes(use->action) ||
			!suggest_rule_names(plan->p, i, c, NULL))
			continue;
		plan->cap = use->cause;
		r = resolve(plan, plan->p, &rules);
		if (r)
			return r;
		profile_rules_free(plan->rules);
		plan->rules = rules;
		return plan->rules->uses[i].use == PROFILE_USE_ACTIVE ? 0 : PROFILE_E_REFUSED;
	}
	return PROFILE_E_REFUSED;
}

int suggest_plan_apply(struct suggest_plan *plan, const struct suggest_case *c, enum suggest_kind kind)
{
	static int (*const plans[SUGGEST_KIND_N])(struct suggest_plan *, const struct suggest_case *) = {
		[SUGGEST_ALLOW_ARGS] = plan_allow_args,
		[SUGGEST_ALLOW] = plan_allow,
		[SUGGEST_CAPABILITY] = plan_capability,
		[SUGGEST_ARCHITECTURE] = plan_architecture,
		[SUGGEST_GRANT_CAP] = plan_grant_cap,
	};

	if (kind != SUGGEST_ARCHITECTURE && (!c->item->syscall || !c->expressible))
		return PROFILE_E_REFUSED;
	if (kind == SUGGEST_ENOSYS || kind == SUGGEST_ERRNO)
		return plan_deny(plan, c, kind == SUGGEST_ENOSYS ? ENOSYS : EPERM);
	return plans[kind] ? plans[kind](plan, c) : PROFILE_E_REFUSED;
}
