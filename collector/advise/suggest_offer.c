/* SPDX-License-Identifier: MIT */
/* What there is to do about a denied call, the smallest change first, and which of it an expert would do. */
#include <inttypes.h>
#include <linux/seccomp.h>

#include "seccompwatch/clock.h"
#include "seccompwatch/names.h"
#include "suggest_internal.h"

/* ---- options ---- */

/* Takes over all it is given, in failure too. */
int suggest_add_option(struct suggest_item *item, enum suggest_kind kind, char *title, char *patch,
	struct suggest_changes *changed)
{
	struct suggest_option *o = &item->options[item->n_options++];

	*o = (struct suggest_option){.kind = kind, .title = title, .patch = patch};
	if (changed) {
		o->changed = changed->items;
		o->n_changed = changed->n;
		*changed = (struct suggest_changes){0};
	}
	return title && patch ? 0 : -ENOMEM;
}

const struct suggest_option *suggest_find_option(const struct suggest_item *item, enum suggest_kind kind)
{
	for (size_t i = 0; i < item->n_options; i++)
		if (item->options[i].kind == kind)
			return &item->options[i];
	return NULL;
}

static bool has(const struct suggest_case *c, enum suggest_kind kind)
{
	return suggest_find_option(c->item, kind) != NULL;
}

bool suggest_is_late(const struct suggest_work *w)
{
	return w->request->budget_us && clock_monotonic_us() - w->start_us > w->request->budget_us;
}

/* ---- risk ---- */

/* clone is harmless but for these flags; whoever has no record of them must think of them. */
static bool may_make_namespaces(const struct suggest_case *c)
{
	const struct suggest_item *item = c->item;

	if (!item->syscall || strcmp(item->syscall, "clone") != 0 || !(item->used & 1))
		return false;
	for (size_t i = 0; i < item->n_asked; i++)
		if (item->asked[i].args[0] & SUGGEST_NAMESPACES)
			return true;
	return item->n_more_asked > 0;
}

/* Values of one argument with which a call that can do harm does none. Sources: moby's default profile for personality;
 * the protocol families that every libc opens. */
static const struct {
	const char *syscall;
	unsigned arg;
	uint64_t values[6];
	size_t n;
	const char *why;
} harmless[] = {
	{"personality", 0, {0, 0x8, 0x20000, 0x20008, 0xffffffff}, 5,
		"with these values it only asks, or changes how uname answers: moby's default profile allows them to everybody"},
	{"socket", 0, {1, 2, 10, 16}, 4,
		"these protocol families (unix, inet, inet6, netlink) are what every libc opens"},
};

static bool is_harmless_value(size_t row, uint64_t value)
{
	for (size_t i = 0; i < harmless[row].n; i++)
		if (harmless[row].values[i] == value)
			return true;
	return false;
}

/* NULL: there is more to it than is known to be harmless. */
static const char *why_harmless(const struct suggest_item *item)
{
	if (item->knowing == SUGGEST_UNKNOWN || !item->syscall || item->n_more_asked || item->n_asked == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		bool all = strcmp(harmless[i].syscall, item->syscall) == 0 && (item->used & 1u << harmless[i].arg);

		for (size_t k = 0; k < item->n_asked && all; k++)
			all = is_harmless_value(i, item->asked[k].args[harmless[i].arg]);
		if (all)
			return harmless[i].why;
	}
	return NULL;
}

void suggest_set_risk(struct suggest_case *c)
{
	struct suggest_item *item = c->item;
	enum knowledge_risk risk = c->known ? c->known->risk : KNOWLEDGE_RISK_UNKNOWN;

	item->risk_reason = c->known && c->known->why ? c->known->why : "nothing is known of this call, so the worst is assumed";
	if (may_make_namespaces(c)) {
		risk = KNOWLEDGE_RISK_HIGH;
		item->risk_reason = "it can create namespaces, in which a process has capabilities that the host's kernel code "
				    "was not written to give everybody";
	}
	c->harmless = why_harmless(item) != NULL;
	if (c->harmless) {
		risk = KNOWLEDGE_RISK_LOW;
		item->risk_reason = why_harmless(item);
	}
	item->risk = knowledge_risk_name(risk == KNOWLEDGE_RISK_UNKNOWN ? KNOWLEDGE_RISK_HIGH : risk);
}

static bool is_high(const struct suggest_case *c)
{
	return strcmp(c->item->risk, knowledge_risk_name(KNOWLEDGE_RISK_HIGH)) == 0;
}

static bool is_allowed_by_hand(const struct suggest_request *request, const struct suggest_item *item)
{
	for (size_t i = 0; item->syscall && i < request->n_allow; i++)
		if (strcmp(request->allow[i], item->syscall) == 0)
			return true;
	return false;
}

/* ---- titles ---- */

static const char *call_name(const struct suggest_item *item)
{
	return item->syscall ? item->syscall : "this call";
}

static void add_answer(struct text *t, uint32_t action)
{
	int error = profile_action_errno(action);
	const char *name = error ? names_errno(error) : profile_action_name(action);

	text_add_str(t, name ? name : "another errno");
}

static void add_tuples(struct text *t, const struct suggest_item *item)
{
	for (size_t i = 0; i < item->n_asked && i < SUGGEST_TUPLES_MAX; i++) {
		bool first = true;

		text_add_str(t, i ? ", or " : "");
		for (unsigned k = 0; k < 6; k++) {
			if (!(item->used & 1u << k))
				continue;
			text_printf(t, "%sarg%u is 0x%" PRIx64, first ? "" : " and ", k, item->asked[i].args[k]);
			first = false;
		}
	}
}

static void title_keep(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_add_str(t, c->item->denied ? "Keep it denied" : "Nothing to change in this profile");
}

static void title_enosys(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_add_str(t, "Answer ENOSYS instead of ");
	add_answer(t, c->verdict.action);
	if (c->known && c->known->fallback)
		text_printf(t, ", so that programs fall back to %s", c->known->fallback);
	else
		text_add_str(t, ", as a kernel without the call would");
}

static void title_errno(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_add_str(t, "Answer EPERM instead of ");
	add_answer(t, c->verdict.action);
}

static void title_args(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	if (suggest_is_plain_clone(c)) {
		text_add_str(t, "Allow clone, but for the making of namespaces");
		return;
	}
	text_printf(t, "Allow %s only where ", call_name(c->item));
	add_tuples(t, c->item);
}

static void title_allow(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_printf(t, "Allow %s", call_name(c->item));
	if (c->item->used && c->verdict.by == PROFILE_BY_DEFAULT && c->verdict.named)
		text_add_str(t, ", whatever its arguments");
}

static void title_capability(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_printf(t, "Allow %s, but only to containers with %s", call_name(c->item), c->known->capability);
}

static void title_architecture(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	text_printf(t, "Cover %s, so that the profile's rules count for its programs too", c->arch->name);
	if (suggest_names_call(plan, c))
		text_printf(t, ", and allow %s, which they deny", call_name(c->item));
}

static void title_grant(struct text *t, const struct suggest_case *c, const struct suggest_plan *plan)
{
	const char *cap = plan->cap ? plan->cap : "";

	text_printf(t, "Give the container %s, for which the profile allows it as it is (docker run --cap-add %s)", cap,
		strncmp(cap, "CAP_", 4) == 0 ? cap + 4 : cap);
}

static char *title(const struct suggest_case *c, enum suggest_kind kind, const struct suggest_plan *plan)
{
	static void (*const titles[SUGGEST_KIND_N])(struct text *, const struct suggest_case *, const struct suggest_plan *) = {
		title_keep, title_enosys, title_errno, title_args, title_allow, title_capability, title_architecture,
		title_grant,
	};
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	titles[kind](&t, c, plan);
	return text_take(&t);
}

/* ---- trying ---- */

static bool is_kill_or_so(uint32_t action)
{
	return !profile_action_executes(action) && (action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO;
}

/* What is not worth a proof. */
static bool is_of_use(const struct suggest_case *c, enum suggest_kind kind)
{
	uint32_t action = c->verdict.action;

	switch (kind) {
	case SUGGEST_ENOSYS:
		return action != (SECCOMP_RET_ERRNO | ENOSYS);
	case SUGGEST_ERRNO:
		return is_kill_or_so(action);
	case SUGGEST_ARCHITECTURE:
		return c->verdict.by == PROFILE_BY_ARCH;
	default:
		return c->verdict.by != PROFILE_BY_ARCH && c->verdict.by != PROFILE_BY_NOTHING;
	}
}

static int try_kind(struct suggest_work *w, struct suggest_case *c, enum suggest_kind kind)
{
	CLEANUP(suggest_plan_free) struct suggest_plan plan = {0};
	CLEANUP(suggest_changes_free) struct suggest_changes changes = {0};
	int r;

	if (!is_of_use(c, kind) || suggest_is_late(w))
		return PROFILE_E_REFUSED;
	r = suggest_plan_start(&plan, w, c->ground);
	if (r == 0)
		r = suggest_plan_apply(&plan, c, kind);
	if (r == 0)
		r = suggest_prove(w, &plan, c, kind, &changes);
	if (r == 0)
		r = suggest_add_option(c->item, kind, title(c, kind, &plan),
			plan.patch ? profile_patch_json(plan.patch) : strdup("[]"), &changes);
	return r;
}

/* ---- recommending ---- */

static bool answers_enosys(const struct suggest_case *c)
{
	return c->verdict.action == (SECCOMP_RET_ERRNO | ENOSYS);
}

/* Whether allowing it at all opens nothing but the arguments that were asked for. */
static bool opens_no_more(const struct suggest_case *c)
{
	const struct suggest_option *o = suggest_find_option(c->item, SUGGEST_ALLOW);

	for (size_t i = 0; o && i < o->n_changed; i++) {
		const struct profile_change *change = &o->changed[i].change;
		bool asked = false;

		for (size_t k = 0; k < c->item->n_asked && !asked; k++)
			asked = change->used && suggest_is_match(change, &c->item->asked[k]);
		if (!asked)
			return false;
	}
	return o != NULL;
}

/* Most calls have uses without the capability, too: only where the profile's author has a rule for its holders, the call
 * joins what is there. */
static bool is_tied_by_author(const struct suggest_case *c)
{
	const struct suggest_option *o = suggest_find_option(c->item, SUGGEST_CAPABILITY);

	return o && strstr(o->patch, "/names/");
}

static enum suggest_kind choose_allowing(const struct suggest_case *c)
{
	const bool low = strcmp(c->item->risk, knowledge_risk_name(KNOWLEDGE_RISK_LOW)) == 0;

	if (c->verdict.by == PROFILE_BY_ARCH)
		return has(c, SUGGEST_ARCHITECTURE) ? SUGGEST_ARCHITECTURE : SUGGEST_KEEP;
	/* What the profile tells apart already is worth telling apart; so is what is not quite harmless. */
	if (has(c, SUGGEST_ALLOW_ARGS) && (c->verdict.named || c->harmless || !low))
		return SUGGEST_ALLOW_ARGS;
	if (c->item->syscall && strcmp(c->item->syscall, "clone") == 0 && c->verdict.by == PROFILE_BY_DEFAULT)
		return SUGGEST_KEEP;
	/* What is harmless for its arguments is so for no others. */
	if (c->harmless)
		return opens_no_more(c) ? SUGGEST_ALLOW : SUGGEST_KEEP;
	if (is_tied_by_author(c) && !low)
		return SUGGEST_CAPABILITY;
	return has(c, SUGGEST_ALLOW) ? SUGGEST_ALLOW : SUGGEST_KEEP;
}

/* Never to allow what is dangerous, but by hand. */
static enum suggest_kind choose(const struct suggest_request *request, const struct suggest_case *c)
{
	const bool by_hand = is_allowed_by_hand(request, c->item), falls_back = c->known && c->known->fallback;

	if (!c->item->denied)
		return SUGGEST_KEEP;
	if (by_hand)
		return choose_allowing(c);
	if (falls_back && c->verdict.by != PROFILE_BY_ARCH && (answers_enosys(c) || has(c, SUGGEST_ENOSYS)))
		return answers_enosys(c) ? SUGGEST_KEEP : SUGGEST_ENOSYS;
	return is_high(c) ? SUGGEST_KEEP : choose_allowing(c);
}

/* Keeping it denied is then what is left, not what is best. */
static int say_late(struct suggest_item *item)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	char *reason;

	text_printf(&t, "%s; there was no time to try what could be done about it", item->reason);
	reason = text_take(&t);
	if (!reason)
		return -ENOMEM;
	free(item->reason);
	item->reason = reason;
	return 0;
}

int suggest_offer(struct suggest_work *w, struct suggest_case *c)
{
	int r = suggest_add_option(c->item, SUGGEST_KEEP, title(c, SUGGEST_KEEP, NULL), strdup("[]"), NULL);

	for (int kind = SUGGEST_KEEP + 1; r == 0 && c->item->denied && kind < SUGGEST_KIND_N; kind++) {
		r = try_kind(w, c, (enum suggest_kind)kind);
		r = r == PROFILE_E_REFUSED ? 0 : r;
	}
	if (r == 0)
		c->item->recommended = choose(w->request, c);
	return r == 0 && c->item->denied && suggest_is_late(w) ? say_late(c->item) : r;
}
