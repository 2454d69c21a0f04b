/* SPDX-License-Identifier: MIT */
/* Which rule decided. A record has no arguments and no errno: where the profile's rules look at arguments that nobody
 * saw, all classes of them are asked, and those that are decided as recorded are the ones that can have been meant. */
#include <linux/seccomp.h>
#include <stdio.h>

#include "suggest_internal.h"

/* ---- what is known of the call ---- */

uint32_t suggest_recorded(enum event_action action)
{
	static const uint32_t actions[EVENT_ACTION_N] = {
		[EVENT_ACTION_NONE] = UINT32_MAX,
		[EVENT_ACTION_KILL_PROCESS] = SECCOMP_RET_KILL_PROCESS,
		[EVENT_ACTION_KILL_THREAD] = SECCOMP_RET_KILL_THREAD,
		[EVENT_ACTION_TRAP] = SECCOMP_RET_TRAP,
		[EVENT_ACTION_ERRNO] = SECCOMP_RET_ERRNO,
		[EVENT_ACTION_USER_NOTIF] = SECCOMP_RET_USER_NOTIF,
		[EVENT_ACTION_TRACE] = SECCOMP_RET_TRACE,
		[EVENT_ACTION_LOG] = SECCOMP_RET_LOG,
		[EVENT_ACTION_UNKNOWN] = SECCOMP_RET_KILL_PROCESS,
	};

	return actions[action];
}

/* Numbers and flags, never pointers: an equal value means the same again. */
static const struct {
	const char *syscall;
	unsigned args;
} selectors[] = {
	{"arch_prctl", 1 << 0}, {"bpf", 1 << 0}, {"clone", 1 << 0}, {"fcntl", 1 << 1}, {"fcntl64", 1 << 1},
	{"futex", 1 << 1}, {"io_uring_register", 1 << 1}, {"ioctl", 1 << 1}, {"keyctl", 1 << 0}, {"madvise", 1 << 2},
	{"personality", 1 << 0}, {"prctl", 1 << 0}, {"ptrace", 1 << 0}, {"quotactl", 1 << 0},
	{"sched_setscheduler", 1 << 1}, {"seccomp", 1 << 0}, {"setns", 1 << 1}, {"socket", 7}, {"socketpair", 7},
	{"unshare", 1 << 0},
};

unsigned suggest_selectors(const char *syscall)
{
	for (size_t i = 0; syscall && i < ARRAY_SIZE(selectors); i++)
		if (strcmp(selectors[i].syscall, syscall) == 0)
			return selectors[i].args;
	return 0;
}

bool suggest_rule_names(const struct profile *p, size_t rule, const struct suggest_case *c, size_t *ret_name)
{
	uint32_t nr;

	for (size_t i = 0; c->arch && i < p->rules[rule].names.n; i++) {
		struct span name = span_from(p->rules[rule].names.items[i]);

		if (c->item->syscall ? !span_equal(name, span_from(c->item->syscall)) :
				       profile_call_number(c->arch, name, &nr) || nr != c->item->call.nr)
			continue;
		if (ret_name)
			*ret_name = i;
		return true;
	}
	return false;
}

unsigned suggest_used(const struct profile_rules *rules, const struct suggest_case *c, bool *ret_masked)
{
	const int masked = profile_op_from_name(SPAN("SCMP_CMP_MASKED_EQ"));
	const struct profile *p = rules->profile;
	unsigned used = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		if (rules->uses[i].use != PROFILE_USE_ACTIVE || !suggest_rule_names(p, i, c, NULL))
			continue;
		for (size_t j = 0; j < p->rules[i].n_args; j++) {
			used |= 1u << p->rules[i].args[j].index;
			*ret_masked |= p->rules[i].args[j].op == masked;
		}
	}
	return used;
}

/* ---- one class of arguments ---- */

enum answer {
	ANSWER_PERMITTED,
	ANSWER_AS_RECORDED,
	ANSWER_STRICTER,
	ANSWER_MILDER, /* denied, but more mildly than recorded */
};

/* Of stacked filters the strictest answer counts: the lowest as a signed number (kernel/seccomp.c seccomp_run_filters).
 * What was logged and executed ran under a variant of the profile that lets everything run. */
static enum answer compare(const struct suggest_item *item, uint32_t action)
{
	uint32_t recorded = suggest_recorded(item->action), full = action & SECCOMP_RET_ACTION_FULL;

	if (profile_action_executes(action))
		return ANSWER_PERMITTED;
	if (recorded == UINT32_MAX || recorded == SECCOMP_RET_LOG || recorded == full)
		return ANSWER_AS_RECORDED;
	return (int32_t)full < (int32_t)recorded ? ANSWER_STRICTER : ANSWER_MILDER;
}

static void keep_asked(struct suggest_case *c, const struct bpf_call *call)
{
	struct suggest_item *item = c->item;

	if (item->knowing == SUGGEST_RECORDED)
		return;
	if (item->n_asked < SUGGEST_ASKED_MAX)
		item->asked[item->n_asked++] = *call;
	else
		item->n_more_asked++;
}

static void keep_denied(struct suggest_case *c, const struct bpf_call *call, const struct profile_verdict *v)
{
	char first[PROFILE_POINTER_MAX], by[PROFILE_POINTER_MAX];

	keep_asked(c, call);
	if (c->n_denied++ == 0) {
		c->verdict = *v;
		c->item->denied = true;
		c->item->decision = v->action;
		c->item->call = *call;
		return;
	}
	profile_decided_by(c->ground->filter, &c->verdict, first);
	profile_decided_by(c->ground->filter, v, by);
	if (strcmp(first, by) != 0 && !c->other_by[0])
		snprintf(c->other_by, sizeof(c->other_by), "%s", by);
}

static void consider(struct suggest_case *c, const struct bpf_call *call)
{
	struct profile_verdict v;
	enum answer answer;

	profile_decide(c->ground->filter, call, &v);
	answer = compare(c->item, v.action);
	if (answer == ANSWER_AS_RECORDED || (answer == ANSWER_STRICTER && c->takes_stricter))
		keep_denied(c, call, &v);
	else if (answer == ANSWER_STRICTER)
		c->n_stricter++;
	else if (answer == ANSWER_MILDER)
		c->n_milder++;
	else
		c->n_permitted++;
}

/* ---- all classes ---- */

struct walk {
	struct suggest_work *w;
	const struct suggest_ground *ground;
	struct suggest_case *only; /* NULL: all of the ground */
};

static bool is_of(const struct suggest_case *c, const struct walk *walk, const struct bpf_call *call)
{
	return c->ground == walk->ground && c->item->call.arch == call->arch && c->item->call.nr == call->nr &&
	       c->item->knowing != SUGGEST_RECORDED && c->item->mode != EVENT_MODE_STRICT && (!walk->only || walk->only == c);
}

static int visit(void *data, const struct bpf_call *call, unsigned used)
{
	struct walk *walk = data;

	for (size_t i = 0; i < walk->w->s->n_items; i++) {
		if (!is_of(&walk->w->cases[i], walk, call))
			continue;
		walk->w->cases[i].item->used |= used;
		consider(&walk->w->cases[i], call);
	}
	return 0;
}

static void consider_known(struct suggest_case *c)
{
	struct suggest_item *item = c->item;
	size_t kept = 0;

	for (size_t i = 0; i < item->n_asked; i++) {
		size_t before = c->n_denied;

		consider(c, &item->asked[i]);
		/* What the profile permits was not denied by it. */
		if (c->n_denied > before)
			item->asked[kept++] = item->asked[i];
	}
	if (kept)
		item->n_asked = kept;
}

static bool is_considered(const struct suggest_case *c)
{
	return c->n_denied + c->n_milder + c->n_permitted + c->n_stricter > 0;
}

/* Numbers that no rule names and that are beyond those the walk tries, and architectures without a filter. */
static void consider_rest(struct suggest_case *c)
{
	if (c->item->knowing == SUGGEST_RECORDED)
		consider_known(c);
	else if (!is_considered(c))
		consider(c, &c->item->call);
}

/* ---- the sentence ---- */

static void add_answer(struct text *t, const struct suggest_case *c)
{
	profile_explain(c->ground->filter, &c->item->call, &c->verdict, t);
}

static void add_unknown_arguments(struct text *t, const struct suggest_case *c)
{
	if (c->other_by[0])
		text_printf(t, "; or %s: it depends on arguments that were not recorded", c->other_by);
	else if (c->n_permitted)
		text_add_str(t, "; with other arguments it is permitted, and which ones it had was not recorded");
}

static void add_arguments(struct text *t, const struct suggest_item *item)
{
	bool first = true;

	for (unsigned i = 0; i < 6; i++) {
		if (!(item->used & 1u << i))
			continue;
		text_printf(t, "%sarg%u=0x%llx", first ? "" : ", ", i, (unsigned long long)item->asked[0].args[i]);
		first = false;
	}
}

static void add_inferred(struct text *t, const struct suggest_item *item)
{
	text_add_str(t, "; its arguments were not recorded, but only ");
	add_arguments(t, item);
	text_add_str(t, " is denied");
}

static void add_inexpressible(struct text *t, const struct suggest_case *c)
{
	char compiler[32];

	if (c->arch && !c->expressible)
		text_printf(t, "; this machine's %s has no name for it, so that a rule for it would be passed over: none can "
			"allow it here", profile_compiler(compiler));
}

static void describe_denied(struct text *t, const struct suggest_case *c)
{
	add_answer(t, c);
	if (c->takes_stricter)
		text_add_str(t, "; what was recorded is milder, so another profile or version of it was in force then");
	else if (c->item->action == EVENT_ACTION_LOG)
		text_add_str(t, "; it was recorded where it was logged and executed");
	if (c->item->knowing == SUGGEST_INFERRED)
		add_inferred(t, c->item);
	else if (c->item->knowing == SUGGEST_UNKNOWN)
		add_unknown_arguments(t, c);
	add_inexpressible(t, c);
}

static void describe_foreign(struct text *t, const struct suggest_case *c)
{
	static const char others[] = "another filter stacked on it decided (browsers, sshd, systemd units, snaps and Wine "
				     "bring their own)";

	if (c->item->mode == EVENT_MODE_STRICT)
		text_add_str(t, "the program has put itself into seccomp's strict mode, which no profile has a part in");
	else if (c->n_milder)
		text_printf(t, "the profile denies it more mildly than what was recorded: %s", others);
	else
		text_printf(t, "the profile permits the call: %s", others);
}

/* What does not cover an architecture is the list of those that are; where there is none, it is the one that is missing. */
static void point_at_archs(struct suggest_case *c)
{
	const struct profile *p = c->ground->rules->profile;
	char *ret = c->item->decided_by;

	snprintf(ret, PROFILE_POINTER_MAX, "%.200s/%s", p->base, p->n_archs == 0 && p->n_arch_map ? "archMap" : "architectures");
	for (size_t i = 0; p->n_archs == 0 && i < p->n_arch_map; i++)
		if (p->arch_map[i].arch == c->ground->host)
			snprintf(ret, PROFILE_POINTER_MAX, "%.200s/archMap/%zu", p->base, i);
}

static int describe(struct suggest_case *c)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	struct suggest_item *item = c->item;

	if (!c->ground->filter) {
		text_printf(&t, "the profile cannot be in force on a machine of %s: %s", c->ground->host->name,
			c->ground->problem.message);
	} else if (!item->denied) {
		describe_foreign(&t, c);
	} else {
		profile_decided_by(c->ground->filter, &c->verdict, item->decided_by);
		if (c->verdict.by == PROFILE_BY_ARCH)
			point_at_archs(c);
		describe_denied(&t, c);
	}
	item->reason = text_take(&t);
	return item->reason ? 0 : -ENOMEM;
}

/* ---- the whole ---- */

/* Each value beside it is in a class of its own, and none of those is denied. */
static void infer(struct suggest_case *c)
{
	struct suggest_item *item = c->item;

	if (item->knowing == SUGGEST_UNKNOWN && item->used && c->n_denied == 1 && c->n_permitted > 0 && !c->masked &&
		c->n_milder + c->n_stricter == 0)
		item->knowing = SUGGEST_INFERRED;
}

static int again(struct suggest_work *w, struct suggest_case *c)
{
	const struct profile_filter *filters[] = {c->ground->filter};
	struct walk walk = {w, c->ground, c};
	int r = 0;

	c->n_milder = c->n_permitted = c->n_stricter = 0;
	c->takes_stricter = true;
	if (c->item->knowing != SUGGEST_RECORDED)
		r = profile_each_call(filters, 1, visit, &walk);
	consider_rest(c);
	return r;
}

int suggest_judge(struct suggest_work *w)
{
	int r = 0;

	for (size_t i = 0; i < w->n_grounds && r == 0; i++) {
		const struct profile_filter *filters[] = {w->grounds[i].filter};
		struct walk walk = {w, &w->grounds[i], NULL};

		r = filters[0] ? profile_each_call(filters, 1, visit, &walk) : 0;
	}
	for (size_t i = 0; i < w->s->n_items && r == 0; i++) {
		struct suggest_case *c = &w->cases[i];

		if (c->item->mode != EVENT_MODE_STRICT && c->ground->filter)
			consider_rest(c);
		if (!c->item->denied && c->n_stricter)
			r = again(w, c);
		infer(c);
		if (r == 0)
			r = describe(c);
	}
	return r;
}
