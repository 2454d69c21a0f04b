/* SPDX-License-Identifier: MIT */
/* filter: what profile_compile makes, and the parts that make it. */
#pragma once

#include <seccomp.h>

#include "problem.h"

/* One call of seccomp_rule_add_array: what a runtime tells libseccomp. */
struct filter_step {
	const char *name;
	int32_t nr; /* libseccomp's number on this machine: negative for the syscalls of other architectures */
	uint32_t rule, action;
	unsigned n_args;
	struct scmp_arg_cmp args[6];
};

/* A step as one architecture sees it. */
struct filter_entry {
	int32_t nr;
	uint32_t step;
	int32_t sub_call; /* argument 0 of socketcall or ipc; -1: the syscall itself */
};

struct filter_arch {
	const struct profile_arch *arch;
	struct filter_entry *entries; /* by number, then in the order of the rules */
	size_t n_entries;
	bool has_stub;
	uint32_t last; /* with has_stub: the highest number that the profile names */
};

struct filter_unknown {
	const char *name;
	size_t rule;
};

struct profile_filter {
	const struct profile_rules *rules;
	enum profile_model model;
	struct filter_step *steps;
	size_t n_steps;
	struct filter_unknown *unknown;
	size_t n_unknown;
	struct filter_arch archs[PROFILE_ARCHS_MAX + 1]; /* the native one first */
	size_t n_archs;
	struct bpf_program *program;
};

/* The calls the runtime makes, in its order. PROFILE_E_REFUSED: the runtime would not start. */
int filter_expand(struct profile_filter *f, struct profile_problem *problem);
/* How many instructions its conditions need at least. -ENOMEM. */
int filter_bound(const struct profile_filter *f, size_t *ret);
/* The tables by which a rule is found for a call. */
int filter_index(struct profile_filter *f);
/* runc's stub: sets each architecture's has_stub and last. */
void filter_find_stub(struct profile_filter *f);
/* Its instructions, in ret (room for FILTER_STUB_MAX); returns how many. */
#define FILTER_STUB_MAX (8 * (PROFILE_ARCHS_MAX + 1))
size_t filter_stub(const struct profile_filter *f, struct sock_filter *ret);
/* The architecture that the stub answers ENOSYS for, NULL when it lets the call through. */
const struct filter_arch *filter_stub_answers(const struct profile_filter *f, const struct bpf_call *call);

/* The rules that match a call. */
struct filter_match {
	bool covered;      /* the filter has the call's architecture */
	bool named;        /* rules name the syscall */
	bool matched;
	bool contested;    /* several match, with different actions, and libseccomp's order decides */
	size_t first_rule; /* the first that names the syscall; SIZE_MAX */
	size_t rule;       /* the one that decides */
	bool sub_call;
};
/* wanted: what the BPF said, which settles a contest; the match has the first rule with that action. */
void filter_find(const struct profile_filter *f, const struct bpf_call *call, uint32_t wanted, struct filter_match *ret);
