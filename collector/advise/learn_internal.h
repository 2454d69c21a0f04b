/* SPDX-License-Identifier: MIT */
/* learn, in two files: what is gathered (learn.c), and the profile made of it and proven (learn_profile.c). */
#pragma once

#include "seccompwatch/learn.h"

#define LEARN_PROFILES_MAX 256

struct learn_work {
	struct learn *learn;
	enum profile_model model;
	/* The profiles that were in force, each once; they keep the strings. */
	struct profile *profiles[LEARN_PROFILES_MAX];
	char *sha256[LEARN_PROFILES_MAX];
	size_t n_profiles;
	size_t n_unknown; /* containers of which the profile is not known */

	const char **names; /* to be permitted; borrowed */
	size_t n_names, room_names;
	const struct profile_rule **rules; /* permitted on conditions; borrowed */
	size_t n_rules;
	const struct profile_arch *archs[PROFILE_ARCHS_MAX];
	size_t n_archs;
};

int learn_add_name(struct learn_work *w, const char *name, bool *ret_new); /* ret_new may be NULL */
void learn_add_arch(struct learn_work *w, const struct profile_arch *arch);
int learn_caution(struct learn *l, const char *fmt, ...) PRINTF(2, 3);

/* From the names, rules and architectures: learn->profile, the calls' `permitted`, `proven`. */
int learn_build(struct learn_work *w, struct text *why);
