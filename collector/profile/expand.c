/* SPDX-License-Identifier: MIT */
/* The rules as runtimes hand them to libseccomp: runc libcontainer/seccomp/seccomp_linux.go (matchCall), crun
 * src/libcrun/seccomp.c (libcrun_generate_seccomp). They agree but for this:
 *   an errno on an action without one   crun refuses the profile, runc passes it over
 *   more than six conditions            crun looks at the first six, runc at all
 *   SCMP_ACT_NOTIFY                     runc refuses it as the default, and for write */
#include "filter.h"

static int check_notify(const struct profile_filter *f, struct profile_problem *problem)
{
	const struct profile *p = f->rules->profile;
	char pointer[PROFILE_POINTER_MAX];

	if (f->model != PROFILE_MODEL_RUNC && f->model != PROFILE_MODEL_RUNC_FIRST)
		return 0;
	if (f->rules->default_action == SCMP_ACT_NOTIFY)
		return problem_set(problem, "/defaultAction", "runc refuses SCMP_ACT_NOTIFY as the default action");
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct profile_rule *rule = &p->rules[i];
		if (f->rules->uses[i].use != PROFILE_USE_ACTIVE || rule->action != SCMP_ACT_NOTIFY)
			continue;
		for (size_t j = 0; j < rule->names.n; j++) {
			if (strcmp(rule->names.items[j], "write") != 0)
				continue;
			profile_rule_pointer(p, i, pointer);
			return problem_set(problem, pointer, "runc refuses SCMP_ACT_NOTIFY for write: it needs write itself");
		}
	}
	return 0;
}

static int check_errno(const struct profile_filter *f, struct profile_problem *problem)
{
	const struct profile *p = f->rules->profile;
	char pointer[PROFILE_POINTER_MAX];

	if (f->model != PROFILE_MODEL_CRUN)
		return 0;
	if (p->default_error >= 0 && !profile_action_has_errno(p->default_action))
		return problem_set(problem, "/defaultErrnoRet", "crun refuses an errno for %s",
			profile_action_name(p->default_action));
	for (size_t i = 0; i < p->n_rules; i++) {
		if (f->rules->uses[i].use != PROFILE_USE_ACTIVE || p->rules[i].error < 0 ||
			profile_action_has_errno(p->rules[i].action))
			continue;
		profile_rule_pointer(p, i, pointer);
		return problem_set(problem, pointer, "crun refuses an errno for %s",
			profile_action_name(p->rules[i].action));
	}
	return 0;
}

/* ---- steps ---- */

static struct scmp_arg_cmp condition(const struct profile_arg *arg)
{
	return (struct scmp_arg_cmp){.arg = arg->index, .op = (enum scmp_compare)arg->op, .datum_a = arg->value,
		.datum_b = arg->value_two};
}

/* Several conditions on one argument are not joined: each becomes a rule of its own. */
static bool repeats_argument(const struct profile_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1u << rule->args[i].index)
			return true;
		seen |= 1u << rule->args[i].index;
	}
	return false;
}

static size_t steps_of(const struct profile_filter *f, const struct profile_rule *rule)
{
	if (!repeats_argument(rule))
		return 1;
	return f->model == PROFILE_MODEL_CRUN ? MIN(rule->n_args, (size_t)6) : rule->n_args;
}

static void add_steps(struct profile_filter *f, size_t rule_index, const char *name, int32_t nr)
{
	const struct profile_rule *rule = &f->rules->profile->rules[rule_index];
	bool split = repeats_argument(rule);
	size_t n = steps_of(f, rule);

	for (size_t i = 0; i < n; i++) {
		struct filter_step *s = &f->steps[f->n_steps++];
		*s = (struct filter_step){.name = name, .nr = nr, .rule = (uint32_t)rule_index,
			.action = f->rules->uses[rule_index].action};
		for (size_t j = split ? i : 0; j < (split ? i + 1 : rule->n_args); j++)
			s->args[s->n_args++] = condition(&rule->args[j]);
	}
}

static bool is_used(const struct profile_filter *f, size_t rule)
{
	return f->rules->uses[rule].use == PROFILE_USE_ACTIVE;
}

static int allocate(struct profile_filter *f)
{
	const struct profile *p = f->rules->profile;
	size_t steps = 0, names = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		if (!is_used(f, i))
			continue;
		names += p->rules[i].names.n;
		steps += p->rules[i].names.n * steps_of(f, &p->rules[i]);
	}
	f->steps = calloc(steps + 1, sizeof(*f->steps));
	f->unknown = calloc(names + 1, sizeof(*f->unknown));
	return f->steps && f->unknown ? 0 : -ENOMEM;
}

static void expand_rule(struct profile_filter *f, size_t i)
{
	const struct profile_rule *rule = &f->rules->profile->rules[i];

	for (size_t j = 0; j < rule->names.n; j++) {
		const char *name = rule->names.items[j];
		int nr = seccomp_syscall_resolve_name(name);
		if (nr == __NR_SCMP_ERROR)
			f->unknown[f->n_unknown++] = (struct filter_unknown){name, i};
		else if (f->rules->uses[i].action != f->rules->default_action)
			add_steps(f, i, name, nr);
	}
}

int filter_expand(struct profile_filter *f, struct profile_problem *problem)
{
	int k = check_notify(f, problem);

	if (!k)
		k = check_errno(f, problem);
	if (!k)
		k = allocate(f);
	for (size_t i = 0; !k && i < f->rules->profile->n_rules; i++)
		if (is_used(f, i))
			expand_rule(f, i);
	return k;
}
