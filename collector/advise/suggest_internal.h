/* SPDX-License-Identifier: MIT */
#pragma once

#include "seccompwatch/knowledge.h"
#include "seccompwatch/suggest.h"

/* clone's flags that make a namespace (linux/sched.h); in the first argument but on s390. */
#define SUGGEST_NAMESPACES  UINT64_C(0x7e020000)
#define SUGGEST_GROUNDS_MAX 8
#define SUGGEST_CALLS       4096 /* so many of the newest known arguments are looked at */
#define SUGGEST_TUPLES_MAX  4    /* argument values that one option allows */

/* The profile as it is, for the machine that an architecture's programs run on. */
struct suggest_ground {
	const struct profile_arch *host;
	struct profile_rules *rules;
	struct profile_filter *filter; /* NULL: the profile cannot be compiled for it, */
	struct profile_problem problem; /* and why */
};

/* What is found out about an item on the way. */
struct suggest_case {
	struct suggest_item *item;
	const struct suggest_ground *ground;
	const struct profile_arch *arch; /* of the call; NULL: unknown */
	const struct knowledge *known;   /* NULL */
	bool expressible; /* libseccomp has a name for it */
	bool harmless;    /* with the arguments that it had */
	bool masked;      /* rules look at single bits of its arguments */
	struct profile_verdict verdict;  /* of the first denied call */
	size_t n_denied, n_permitted, n_milder, n_stricter; /* classes of arguments, against what was recorded */
	char other_by[PROFILE_POINTER_MAX]; /* who else decides some of them; "" nobody */
	bool left_out; /* of the profile in which all recommended options are */
	bool takes_stricter; /* denials that are stricter than recorded count */
};

struct suggest_work {
	const struct suggest_request *request;
	struct suggest *s;
	struct profile_problem *problem;
	struct suggest_ground grounds[SUGGEST_GROUNDS_MAX];
	size_t n_grounds;
	struct suggest_case *cases; /* one an item */
	uint64_t start_us;
};

struct suggest_facts {
	struct suggest_item *items; /* the most frequent first */
	size_t n_items;
	struct query_call *calls; /* those that are known best, newest first */
	size_t n_calls;
	uint64_t n_undecidable;
};

/* ---- suggest_gather.c ---- */
/* The first `limit` items, for s to own. */
int suggest_take_items(const struct suggest_facts *facts, size_t limit, struct suggest *s);
/* The arguments that were seen, of those that matter. */
void suggest_take_calls(const struct suggest_facts *facts, struct suggest *s);

/* ---- suggest_judge.c ---- */
/* Who decides each item's calls, and the sentence that says so. */
int suggest_judge(struct suggest_work *w);
/* Which arguments of the call the profile's rules look at, as bits. */
unsigned suggest_used(const struct profile_rules *rules, const struct suggest_case *c, bool *ret_masked);
bool suggest_rule_names(const struct profile *p, size_t rule, const struct suggest_case *c, size_t *ret_name);
/* Arguments that choose what the call does: bits. */
unsigned suggest_selectors(const char *syscall);
uint32_t suggest_recorded(enum event_action action); /* SECCOMP_RET_… without data; UINT32_MAX: not known */

/* ---- suggest_plan.c ---- */
/* A profile on its way through one change after the other. */
struct suggest_plan {
	const struct suggest_work *work;
	const struct suggest_ground *ground;
	struct profile_patch *patch; /* NULL: nothing has been changed yet */
	const struct profile *p;     /* as it is by now */
	struct profile_rules *rules; /* of it */
	const char *cap; /* given to the container beside its own; NULL */
};
void suggest_plan_free(struct suggest_plan *plan);
int suggest_plan_start(struct suggest_plan *plan, const struct suggest_work *w, const struct suggest_ground *ground);
/* PROFILE_E_REFUSED: there is no such change of this profile. */
int suggest_plan_apply(struct suggest_plan *plan, const struct suggest_case *c, enum suggest_kind kind);

/* Whether more rules name the call than in the profile as it is. */
bool suggest_names_call(const struct suggest_plan *plan, const struct suggest_case *c);

/* It is clone, no rule tells its flags apart, and it was not seen to make a namespace: then it is allowed but for that. */
bool suggest_is_plain_clone(const struct suggest_case *c);

/* ---- suggest_prove.c ---- */
struct suggest_changes {
	struct suggest_change *items;
	size_t n, room;
};
void suggest_changes_free(struct suggest_changes *c);
/* Compiles the plan's profile: counted in what it all cost. */
int suggest_compile(struct suggest_work *w, const struct profile_rules *rules, struct profile_filter **ret,
	struct profile_problem *problem);
/* Of the arguments that matter to the change, whatever architecture and syscall. */
bool suggest_is_match(const struct profile_change *change, const struct bpf_call *call);
/* 0, and what changed; PROFILE_E_REFUSED: the option does not do what it says, or more than it may. */
int suggest_prove(struct suggest_work *w, const struct suggest_plan *plan, const struct suggest_case *c,
	enum suggest_kind kind, struct suggest_changes *ret);
/* Whether its recommended option changes the profile. */
bool suggest_is_recommended(const struct suggest_case *c);
/* All recommended options in one profile. */
int suggest_prove_all(struct suggest_work *w, const struct suggest_plan *plan, struct suggest_changes *ret);

/* ---- suggest_offer.c ---- */
/* Risk, options and the one recommended. */
int suggest_offer(struct suggest_work *w, struct suggest_case *c);
bool suggest_is_late(const struct suggest_work *w);
int suggest_add_option(struct suggest_item *item, enum suggest_kind kind, char *title, char *patch,
	struct suggest_changes *changed);
const struct suggest_option *suggest_find_option(const struct suggest_item *item, enum suggest_kind kind);

/* ---- suggest_risk.c ---- */
void suggest_set_risk(struct suggest_case *c);

/* ---- suggest_unit.c ---- */
/* The same advice as lines of a systemd unit. */
int suggest_offer_lines(const struct suggest_request *request, struct suggest_case *c);

/* ---- unified.c ---- */
/* A unified diff, three lines of context; "" when the texts are the same. -ENOMEM. */
int unified_diff(struct span from, struct span to, const char *name, struct text *ret);
