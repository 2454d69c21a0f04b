/* SPDX-License-Identifier: MIT */
/* A call's verdict: what the BPF returns, and which rule it owes that to. */
#include <stdio.h>

#include "filter.h"
#include "words.h"

void profile_decide(const struct profile_filter *f, const struct bpf_call *call, struct profile_verdict *ret)
{
	const struct filter_arch *stub = filter_stub_answers(f, call);
	struct profile_verdict v = {.by = PROFILE_BY_NOTHING, .rule = SIZE_MAX};
	struct filter_match match;
	struct bpf_data data;
	uint32_t expected;

	bpf_data_set(&data, call, f->rules->native->big_endian);
	v.action = bpf_run(f->program, &data);
	filter_find(f, call, v.action, &match);
	if (stub) {
		v.by = PROFILE_BY_STUB;
		v.last = stub->last;
		expected = SCMP_ACT_ERRNO(ENOSYS);
	} else if (!match.covered) {
		v.by = PROFILE_BY_ARCH;
		expected = SCMP_ACT_KILL_THREAD;
	} else if (match.matched) {
		v.by = PROFILE_BY_RULE;
		v.rule = match.rule;
		v.contested = match.contested;
		v.sub_call = match.sub_call;
		expected = f->rules->uses[match.rule].action;
	} else {
		v.by = PROFILE_BY_DEFAULT;
		v.rule = match.first_rule;
		v.named = match.named;
		expected = f->rules->default_action;
	}
	if (expected != v.action)
		v.by = PROFILE_BY_NOTHING;
	*ret = v;
}

void profile_decided_by(const struct profile_filter *f, const struct profile_verdict *v,
	char ret[static PROFILE_POINTER_MAX])
{
	const struct profile *p = f->rules->profile;

	switch (v->by) {
	case PROFILE_BY_RULE:
		profile_rule_pointer(p, v->rule, ret);
		return;
	case PROFILE_BY_DEFAULT:
		snprintf(ret, PROFILE_POINTER_MAX, "%.200s/defaultAction", p->base);
		return;
	case PROFILE_BY_STUB:
		snprintf(ret, PROFILE_POINTER_MAX, "stub");
		return;
	default:
		ret[0] = '\0';
	}
}

/* ---- the sentence ---- */

static void add_condition(struct text *ret, const struct profile_arg *arg)
{
	static const char *const signs[] = {
		[SCMP_CMP_NE] = "!=", [SCMP_CMP_LT] = "<", [SCMP_CMP_LE] = "<=", [SCMP_CMP_EQ] = "==", [SCMP_CMP_GE] = ">=",
		[SCMP_CMP_GT] = ">",
	};

	if (arg->op == SCMP_CMP_MASKED_EQ)
		text_printf(ret, "(arg%u & 0x%llx) == 0x%llx", arg->index, (unsigned long long)arg->value,
			(unsigned long long)arg->value_two);
	else
		text_printf(ret, "arg%u %s 0x%llx", arg->index, signs[arg->op], (unsigned long long)arg->value);
}

static void add_conditions(struct text *ret, const struct profile_rule *rule)
{
	unsigned seen = 0;
	bool any = false;

	for (size_t i = 0; i < rule->n_args; i++) {
		any |= (seen & 1u << rule->args[i].index) != 0;
		seen |= 1u << rule->args[i].index;
	}
	for (size_t i = 0; i < rule->n_args && i < 8; i++) {
		text_add_str(ret, i == 0 ? " when " : any ? " or " : " and ");
		add_condition(ret, &rule->args[i]);
	}
	if (rule->n_args > 8)
		text_add_str(ret, " …");
}

static void add_action(struct text *ret, uint32_t action)
{
	const char *name = profile_action_name(action), *error = words_errno_name(profile_action_errno(action));

	text_add_str(ret, name ? name : "an undefined action");
	if (profile_action_errno(action) > 0)
		text_printf(ret, " with %s", error ? error : "an errno of no name");
}

static void add_syscall(struct text *ret, const struct bpf_call *call)
{
	const char *name = profile_call_name(call);

	if (name)
		text_add_str(ret, name);
	else
		text_printf(ret, "number %u", call->nr);
}

static void explain_rule(const struct profile_filter *f, const struct bpf_call *call, const struct profile_verdict *v,
	struct text *ret)
{
	const struct profile_rule *rule = &f->rules->profile->rules[v->rule];
	char pointer[PROFILE_POINTER_MAX];

	profile_rule_pointer(f->rules->profile, v->rule, pointer);
	text_printf(ret, "rule %s gives ", pointer);
	add_syscall(ret, call);
	text_add_char(ret, ' ');
	add_action(ret, v->action);
	if (!v->sub_call)
		add_conditions(ret, rule);
	else
		text_add_str(ret, " for this sub-call, whose own arguments no filter can see");
	if (v->contested)
		text_add_str(ret, "; other rules match too, and libseccomp's order puts this one first");
}

/* The first rule that would have matched in another container. */
static void add_unused(const struct profile_filter *f, const struct bpf_call *call, struct text *ret)
{
	const struct profile_arch *arch = profile_arch_of_call(call->arch, call->nr);
	const struct profile *p = f->rules->profile;
	char pointer[PROFILE_POINTER_MAX];

	for (size_t i = 0; arch && arch->token && i < p->n_rules; i++) {
		const struct profile_rule_use *use = &f->rules->uses[i];
		if (use->use == PROFILE_USE_ACTIVE || use->action == f->rules->default_action)
			continue;
		for (size_t j = 0; j < p->rules[i].names.n; j++) {
			if (seccomp_syscall_resolve_name_arch(arch->token, p->rules[i].names.items[j]) != (int)call->nr)
				continue;
			profile_rule_pointer(p, i, pointer);
			text_printf(ret, "; rule %s, which names it, ", pointer);
			if (use->use == PROFILE_USE_NEEDS_CAP)
				text_printf(ret, "is for containers with %.40s", use->cause);
			else if (use->use == PROFILE_USE_HAS_CAP)
				text_printf(ret, "is for containers without %.40s", use->cause);
			else
				text_printf(ret, "is for another %s",
					use->use == PROFILE_USE_OTHER_ARCH ? "architecture" : "kernel version");
			return;
		}
	}
}

static void explain_default(const struct profile_filter *f, const struct bpf_call *call,
	const struct profile_verdict *v, struct text *ret)
{
	char pointer[PROFILE_POINTER_MAX];

	if (v->named) {
		profile_rule_pointer(f->rules->profile, v->rule, pointer);
		text_printf(ret, "rule %s names ", pointer);
		add_syscall(ret, call);
		text_add_str(ret, ", but no condition on its arguments holds");
	} else {
		text_add_str(ret, "no rule in force names ");
		add_syscall(ret, call);
		add_unused(f, call, ret);
	}
	text_add_str(ret, ": the default action is ");
	add_action(ret, v->action);
}

void profile_explain(const struct profile_filter *f, const struct bpf_call *call, const struct profile_verdict *v,
	struct text *ret)
{
	const struct profile_arch *arch = profile_arch_of_call(call->arch, call->nr);

	switch (v->by) {
	case PROFILE_BY_RULE:
		explain_rule(f, call, v, ret);
		break;
	case PROFILE_BY_DEFAULT:
		explain_default(f, call, v, ret);
		break;
	case PROFILE_BY_STUB:
		text_printf(ret, "runc answers ENOSYS to every number above %u, the highest one that the profile names", v->last);
		break;
	case PROFILE_BY_ARCH:
		text_printf(ret, "the profile does not cover %s: libseccomp kills the thread",
			arch ? arch->name : "this architecture");
		break;
	default:
		text_add_str(ret, "the compiled filter differs from what the rules say, which is libseccomp's doing: ");
		add_action(ret, v->action);
	}
}
