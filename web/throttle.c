/* SPDX-License-Identifier: MIT */
#include "throttle.h"

#define WINDOW_MS ((int64_t)THROTTLE_TRIES * THROTTLE_REFILL_MS)
#define WAYS      8 /* places an address may have */

/* Its place, or the one that loses least when it is given away. Full tables forget whoever is nearest to being
 * forgiven. */
static size_t place_of(const struct throttle *t, uint64_t who)
{
	size_t first = (size_t)(who % (THROTTLE_PLACES / WAYS)) * WAYS, best = first;

	for (size_t i = first; i < first + WAYS; i++) {
		if (t->places[i].who == who)
			return i;
		if (t->places[i].full_at < t->places[best].full_at)
			best = i;
	}
	return best;
}

unsigned throttle_wait(const struct throttle *t, uint64_t who, int64_t now)
{
	const struct throttle_place *place = &t->places[place_of(t, who)];
	int64_t used = place->full_at - now, over = used - (WINDOW_MS - THROTTLE_REFILL_MS);

	/* More than all of them: the clock was set back. */
	if (place->who != who || over <= 0 || used > WINDOW_MS)
		return 0;
	return (unsigned)((over + 999) / 1000);
}

void throttle_count(struct throttle *t, uint64_t who, int64_t now)
{
	struct throttle_place *place = &t->places[place_of(t, who)];
	int64_t base = place->who == who ? MAX(place->full_at, now) : now;

	*place = (struct throttle_place){who, MIN(base + THROTTLE_REFILL_MS, now + WINDOW_MS)};
}
