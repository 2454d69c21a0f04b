/* SPDX-License-Identifier: MIT */
/* words: the vocabulary of profiles, and which word somebody most likely meant. */
#pragma once

#include "seccompwatch/profile.h"

struct word {
	const char *name; /* NULL ends a table */
	uint32_t value;
};

extern const struct word words_flags[];

const struct word *words_find(const struct word *table, struct span name);
int words_action_from_number(uint64_t number, uint32_t *ret, int32_t *ret_error); /* -EINVAL */
int words_op_from_number(uint64_t number);                                        /* -EINVAL */
int words_errno(struct span name);                                                /* -ENOENT */
const char *words_errno_name(int error);                                          /* NULL */

/* Never the word itself; NULL when nothing is near. */
const char *words_closest(const char *const *names, size_t n, const char *prefix, struct span given);
const char *words_closest_action(struct span given);
const char *words_closest_op(struct span given);
const char *words_closest_flag(struct span given);
const char *words_closest_arch(struct span given);
