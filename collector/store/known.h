/* SPDX-License-Identifier: MIT */
/* known: a set of serials that takes others in any order. It keeps sets of doubling sizes and merges those of like
 * size, so that what interleaves costs a logarithm and not a copy of all. Zero is the empty set. */
#pragma once

#include "serials.h"

#define KNOWN_LEVELS 32

struct known {
	struct serials levels[KNOWN_LEVELS]; /* level i has 2^i to 2^(i+1) - 1 ranges, or none */
};

void known_free(struct known *k);
/* -ENOMEM: a part of it may be known. */
int known_learn(struct known *k, const struct serials *set);
bool known_has(const struct known *k, uint32_t serial);
/* ret, empty before, = what of the set is not known. */
int known_subtract(const struct known *k, const struct serials *set, struct serials *ret);
