/* SPDX-License-Identifier: MIT */
/* serials: a set of 32-bit audit serials as sorted ranges. The first range lives in the object itself, so that
 * the common row, one event or one unbroken storm, allocates nothing. Zero is the empty set.
 *
 * Stored form: the first serial, then for each run of equal steps `step << 1 | more`, followed by the number of
 * further steps when `more` is set; all LEB128. 200,000 serials in a row, or every second one, take 9 bytes. */
#pragma once

#include "seccompwatch/base.h"

struct serials_range {
	uint32_t first, last;
};

struct serials {
	uint32_t n;    /* ranges */
	uint32_t room; /* 0: `one` holds the only range */
	union {
		struct serials_range one;
		struct serials_range *many;
	};
};

#define SERIALS_EMPTY ((struct serials){0})

void serials_free(struct serials *s);
#define CLEANUP_SERIALS CLEANUP(serials_free)
static inline const struct serials_range *serials_ranges(const struct serials *s)
{
	return s->room ? s->many : &s->one;
}

/* SERIALS_E_KNOWN: it was in the set already. -ENOMEM. */
enum {
	SERIALS_E_KNOWN = 1
};
int serials_add_slow(struct serials *s, uint32_t serial);
static inline int serials_add(struct serials *s, uint32_t serial)
{
	struct serials_range *last;

	if (s->n > 0) {
		last = s->room ? &s->many[s->n - 1] : &s->one;
		if (last->last != UINT32_MAX && serial == last->last + 1) {
			last->last = serial;
			return 0;
		}
	}
	return serials_add_slow(s, serial);
}

bool serials_has(const struct serials *s, uint32_t serial);
uint64_t serials_count(const struct serials *s);
/* The number of serials that are in both. */
uint64_t serials_common(const struct serials *a, const struct serials *b);
/* ret = a without b; ret is empty before. */
int serials_subtract(const struct serials *a, const struct serials *b, struct serials *ret);
/* into gets what `from` has. -ENOMEM: a part of it. */
int serials_merge(struct serials *into, const struct serials *from);
/* The smallest; the set is not empty. */
uint32_t serials_first(const struct serials *s);

/* The stored form: needs serials_room() bytes at most; returns how many it took. */
size_t serials_room(const struct serials *s);
size_t serials_encode(const struct serials *s, unsigned char *ret);
/* Whether a stored set has it, without making the set; what is not a stored set may. */
bool serials_stored_has(const unsigned char *data, size_t len, uint32_t serial);
/* -EBADMSG: not a stored set, or one of more than `max` serials. ret is empty before. */
int serials_decode(const unsigned char *data, size_t len, uint64_t max, struct serials *ret);
