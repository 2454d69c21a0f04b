/* SPDX-License-Identifier: MIT */
#include "known.h"

void known_free(struct known *k)
{
	for (size_t i = 0; i < KNOWN_LEVELS; i++)
		serials_free(&k->levels[i]);
}

static struct serials *level_of(struct known *k, uint32_t ranges)
{
	return &k->levels[31 - __builtin_clz(ranges)];
}

int known_learn(struct known *k, const struct serials *set)
{
	CLEANUP_SERIALS struct serials carry = SERIALS_EMPTY;
	struct serials *level;
	int r = serials_merge(&carry, set);

	if (r < 0 || carry.n == 0)
		return r;
	for (level = level_of(k, carry.n); level->n > 0 && r == 0; level = level_of(k, carry.n)) {
		r = serials_merge(&carry, level);
		serials_free(level);
	}
	*level = carry;
	carry = SERIALS_EMPTY;
	return r;
}

bool known_has(const struct known *k, uint32_t serial)
{
	for (size_t i = 0; i < KNOWN_LEVELS; i++)
		if (k->levels[i].n > 0 && serials_has(&k->levels[i], serial))
			return true;
	return false;
}

int known_subtract(const struct known *k, const struct serials *set, struct serials *ret)
{
	CLEANUP_SERIALS struct serials rest = SERIALS_EMPTY;
	int r = serials_merge(&rest, set);

	for (size_t i = 0; i < KNOWN_LEVELS && r == 0 && rest.n > 0; i++) {
		CLEANUP_SERIALS struct serials less = SERIALS_EMPTY;

		if (k->levels[i].n == 0)
			continue;
		r = serials_subtract(&rest, &k->levels[i], &less);
		serials_free(&rest);
		rest = less;
		less = SERIALS_EMPTY;
	}
	if (r < 0)
		return r;
	*ret = rest;
	rest = SERIALS_EMPTY;
	return 0;
}
