/* SPDX-License-Identifier: MIT */
/* Ordinals: the second "the same" line of a second in a text is another event than the first. Counts are kept in two
 * generations: when one is full the older one is forgotten. Texts run in order of time, so what is forgotten does
 * not come again. */
#include "batch_rows.h"

#define GENERATION 16384

struct generation {
	struct ordinal {
		uint64_t identity;
		uint32_t count; /* 0: free */
	} slots[GENERATION * 2];
	uint32_t n;
};

struct batch_ordinals {
	struct generation *now, *before;
};

int batch_ordinals_new(struct batch_ordinals **ret)
{
	struct batch_ordinals *o = calloc(1, sizeof(*o));

	if (o) {
		o->now = calloc(1, sizeof(*o->now));
		o->before = calloc(1, sizeof(*o->before));
	}
	if (!o || !o->now || !o->before) {
		batch_ordinals_free(o);
		return -ENOMEM;
	}
	*ret = o;
	return 0;
}

void batch_ordinals_free(struct batch_ordinals *o)
{
	if (!o)
		return;
	free(o->now);
	free(o->before);
	free(o);
}

void batch_ordinals_reset(struct batch_ordinals *o)
{
	memset(o->now, 0, sizeof(*o->now));
	memset(o->before, 0, sizeof(*o->before));
}

static struct ordinal *find(struct generation *g, uint64_t identity)
{
	uint32_t i = (uint32_t)(identity >> 32);

	for (;; i++) {
		struct ordinal *slot = &g->slots[i & (GENERATION * 2 - 1)];

		if (slot->count == 0 || slot->identity == identity)
			return slot;
	}
}

static void turn(struct batch_ordinals *o)
{
	struct generation *old = o->before;

	o->before = o->now;
	o->now = old;
	memset(old, 0, sizeof(*old));
}

uint32_t batch_ordinals_next(struct batch_ordinals *o, uint64_t identity)
{
	struct ordinal *slot = find(o->now, identity);

	if (slot->count == 0) {
		if (o->now->n == GENERATION) {
			turn(o);
			slot = find(o->now, identity);
		}
		*slot = (struct ordinal){identity, find(o->before, identity)->count};
		o->now->n++;
	}
	return ++slot->count;
}
