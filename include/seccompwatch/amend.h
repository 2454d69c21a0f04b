/* SPDX-License-Identifier: MIT */
/* amend: the smallest changes of a profile's text, each with the JSON Patch operations (RFC 6902) that do the same.
 * Every other byte stays; lists that have an item a line get one line more. Pure.
 *
 * All return 0, -ENOMEM, or PROFILE_E_REFUSED where the text is written so that the place is not found in it (an odd
 * spelling, runc's own state). What is amended is loaded anew before the next change. */
#pragma once

#include "profile.h"

struct amend {
	struct text text; /* the whole new text */
	struct text ops;  /* JSON objects separated by commas; those of earlier amendments stay before them */
};
#define AMEND_EMPTY ((struct amend){0})
void amend_free(struct amend *a);
#define CLEANUP_AMEND CLEANUP(amend_free)

/* Among the names of a rule, at its place in the alphabet where that costs no second line. */
int amend_add_name(const struct profile *p, size_t rule, const char *name, struct amend *a);
int amend_remove_name(const struct profile *p, size_t rule, size_t index, struct amend *a);

/* ALLOW, or ERRNO with its errno; an errno that the new action does not take goes. */
int amend_set_action(const struct profile *p, size_t rule, uint32_t action, struct amend *a);

struct amend_rule {
	const char *name;
	uint32_t action; /* ALLOW, or ERRNO with its errno */
	const struct profile_arg *args; /* n_args of them: SCMP_CMP_EQ with values up to INT64_MAX */
	size_t n_args;
	const char *cap; /* includes.caps; NULL: none */
};
/* Before the rule `before`; SIZE_MAX: as the last or the one before it, whichever is one line. */
int amend_add_rule(const struct profile *p, const struct amend_rule *rule, size_t before, struct amend *a);

/* To `architectures`, or to the sub-architectures of the native one; both are listed where there was no list. */
int amend_add_arch(const struct profile *p, const struct profile_arch *native, const struct profile_arch *arch,
	struct amend *a);
