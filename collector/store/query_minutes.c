/* SPDX-License-Identifier: MIT */
/* A signature that occurs five times in a year is found by its roll-ups: of 64 days one, of its 24 hours one, of its
 * quarters one, of their 15 minutes one, and only that minute's rows are read. */
#include "query_internal.h"

/* From the coarsest to the finest; the buckets of one block fit the bits of a mask. */
static const struct {
	int64_t seconds, buckets;
} levels[] = {{86400, 64}, {3600, 24}, {900, 4}, {60, 15}};

_Static_assert(ARRAY_SIZE(levels) == ARRAY_SIZE(((struct query_minutes *)0)->levels), "a mask for each level");

#define BLOCK_MS (64 * QUERY_DAY_MS)

/* Signatures know when they began and ended, which is often less than what was asked for. */
static void narrow(struct query_minutes *m, int64_t *since, int64_t *until)
{
	int64_t begin = INT64_MAX, end = -1;

	m->n_few = 0;
	for (size_t i = 0; i < m->match->n; i++) {
		const struct query_sig *sig = m->match->wanted[i] ? query_sig_at(m->q, (int64_t)i) : NULL;

		if (!sig)
			continue;
		begin = MIN(begin, sig->first);
		end = MAX(end, sig->last);
		if (m->n_few < QUERY_FEW)
			m->few[m->n_few++] = sig->pub.id;
	}
	*since = MAX(*since, begin);
	*until = MIN(*until, end + 1);
}

void query_minutes_start(struct query_minutes *m, int64_t since, int64_t until)
{
	int64_t first, last;

	narrow(m, &since, &until);
	first = MAX(since, (int64_t)0) / BLOCK_MS;
	last = (until - 1) / BLOCK_MS;
	m->blocks = since < until ? last - first + 1 : 0;
	m->since = since;
	m->until = until;
	memset(m->levels, 0, sizeof(m->levels));
	m->levels[0].base = 64 * (m->ascending ? first - 1 : last + 1);
}

/* Few signatures are looked up bucket by bucket, many are met by reading the whole run. */
static int look_up(struct query_minutes *m, int64_t seconds, int64_t base, int64_t from, int64_t to, uint64_t *ret_mask)
{
	int r = 0;

	for (int64_t i = from; i < to && r >= 0; i++)
		for (size_t k = 0; k < m->n_few && r >= 0 && !(*ret_mask >> (i - base) & 1); k++) {
			QUERY_CLEANUP sqlite3_stmt *s = NULL;

			r = QUERY_SELECT(m->q, QUERY_BUCKET, &s, seconds, i, m->few[k]);
			if (r == 0)
				r = query_step(m->q, s);
			if (r == 1)
				*ret_mask |= UINT64_C(1) << (i - base);
		}
	return MIN(r, 0);
}

static int read_run(struct query_minutes *m, int64_t seconds, int64_t base, int64_t from, int64_t to, uint64_t *ret_mask)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = QUERY_SELECT(m->q, QUERY_BUCKETS, &s, seconds, from, to);
	while (r == 0 && (r = query_step(m->q, s)) == 1) {
		if (query_match_sig(m->match, query_int(s, 1)) && query_int(s, 2) > 0)
			*ret_mask |= UINT64_C(1) << (query_int(s, 0) - base);
		r = 0;
	}
	return r;
}

/* The buckets from `base` on, of which only those that reach into the time wanted are looked at. */
static int fill(struct query_minutes *m, size_t level, int64_t base)
{
	int64_t seconds = levels[level].seconds, width = seconds * 1000;
	int64_t from = MAX(base, m->since / width), to = MIN(base + levels[level].buckets, (m->until - 1) / width + 1);
	uint64_t mask = 0;
	int r = m->match->n_wanted <= QUERY_FEW ? look_up(m, seconds, base, from, to, &mask) :
						  read_run(m, seconds, base, from, to, &mask);

	m->levels[level] = (struct query_level){base, mask};
	return r;
}

static int64_t take(struct query_level *level, bool ascending)
{
	int bit = ascending ? __builtin_ctzll(level->mask) : 63 - __builtin_clzll(level->mask);

	level->mask &= ~(UINT64_C(1) << bit);
	return level->base + bit;
}

int query_minutes_next(struct query_minutes *m, int64_t *ret)
{
	size_t level = ARRAY_SIZE(levels) - 1;
	int r = 0;

	while (r == 0 && m->levels[ARRAY_SIZE(levels) - 1].mask == 0) {
		while (level > 0 && m->levels[level - 1].mask == 0)
			level--;
		if (level == 0) {
			if (m->blocks-- <= 0)
				return 0;
			r = fill(m, 0, m->levels[0].base + (m->ascending ? 64 : -64));
		} else {
			r = fill(m, level, take(&m->levels[level - 1], m->ascending) * levels[level].buckets);
		}
		level = ARRAY_SIZE(levels) - 1;
	}
	if (r < 0)
		return r;
	*ret = take(&m->levels[ARRAY_SIZE(levels) - 1], m->ascending);
	return 1;
}
