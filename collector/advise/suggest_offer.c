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

/* ---- what was proven already -------------------------------------------------------------------------------------- */

static bool is_twin(const struct suggest_case *a, const struct suggest_case *b)
{
	const struct suggest_item *x = a->item, *y = b->item;

	return a->ground == b->ground && x->call.arch == y->call.arch && x->call.nr == y->call.nr && x->denied && y->denied &&
	       a->verdict.by == b->verdict.by && a->verdict.rule == b->verdict.rule && a->verdict.action == b->verdict.action &&
	       x->knowing == y->knowing && x->used == y->used && x->n_asked == y->n_asked &&
	       memcmp(x->asked, y->asked, x->n_asked * sizeof(*x->asked)) == 0;
}

/* The same call may have been denied and logged: what can be done about it is the same. */
static const struct suggest_case *find_twin(const struct suggest_work *w, const struct suggest_case *c)
{
	for (const struct suggest_case *other = w->cases; other < c; other++)
		if (is_twin(other, c))
			return other;
	return NULL;
}

static int copy_options(const struct suggest_item *from, struct suggest_item *to)
{
	int r = 0;

	for (size_t i = to->n_options; i < from->n_options && r == 0; i++) {
		const struct suggest_option *o = &from->options[i];
		CLEANUP(suggest_changes_free) struct suggest_changes changes = {.n = o->n_changed};

		changes.items = malloc((o->n_changed + 1) * sizeof(*changes.items));
		if (!changes.items)
			return -ENOMEM;
		if (o->n_changed)
			memcpy(changes.items, o->changed, o->n_changed * sizeof(*changes.items));
		r = suggest_add_option(to, o->kind, strdup(o->title), strdup(o->patch), &changes);
	}
	return r;
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
	const struct suggest_case *twin = suggest_is_late(w) ? NULL : find_twin(w, c);

	if (r == 0 && twin)
		r = copy_options(twin->item, c->item);
	for (int kind = SUGGEST_KEEP + 1; r == 0 && !twin && c->item->denied && kind < SUGGEST_KIND_N; kind++) {
		r = try_kind(w, c, (enum suggest_kind)kind);
		r = r == PROFILE_E_REFUSED ? 0 : r;
	}
	if (r == 0)
		c->item->recommended = choose(w->request, c);
	return r == 0 && c->item->denied && suggest_is_late(w) ? say_late(c->item) : r;
}
