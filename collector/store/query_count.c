/* SPDX-License-Identifier: MIT */
/* Counts of signatures in a span of time. Exact for any span: a signature that lies inside as a whole is its total;
 * of the others whole days, hours and minutes come from roll-ups, and only a cut minute at either end from rows. */
#include "query_internal.h"

#define TIME_END ((CLOCK_MAX / QUERY_DAY_MS + 1) * QUERY_DAY_MS)

struct counting {
	struct query *q;
	const struct query_match *match;
	int64_t since, until, step;
	query_count_fn fn;
	void *data;
};

/* Decided without roll-ups. */
static bool is_inside(const struct counting *c, const struct query_sig *sig)
{
	return c->step == 0 && sig->first >= c->since && sig->last < c->until;
}

/* *ret_rest: there are wanted signatures that are not. */
static int count_insides(const struct counting *c, bool *ret_rest)
{
	int r = 0;

	*ret_rest = false;
	for (size_t i = 0; i < c->match->n && r == 0; i++) {
		const struct query_sig *sig = c->match->wanted[i] ? query_sig_at(c->q, (int64_t)i) : NULL;

		if (sig && is_inside(c, sig))
			r = c->fn(c->data, &(struct query_count){sig, sig->first, sig->last + 1, sig->events, true, true});
		else if (sig)
			*ret_rest = true;
	}
	return r;
}

static const struct query_sig *outsider(const struct counting *c, int64_t id)
{
	const struct query_sig *sig = query_match_sig(c->match, id) ? query_sig_at(c->q, id) : NULL;

	return sig && !is_inside(c, sig) ? sig : NULL;
}

/* A bucket's count, its ends drawn in to what the signature says of itself. */
static int count_bucket(const struct counting *c, const struct query_sig *sig, int64_t start, int64_t end, uint64_t n)
{
	struct query_count count = {.sig = sig, .count = n};

	count.first_exact = sig->first >= start && sig->first < end;
	count.last_exact = sig->last >= start && sig->last < end;
	count.start = count.first_exact ? sig->first : start;
	count.end = count.last_exact ? sig->last + 1 : end;
	return c->fn(c->data, &count);
}

static int count_buckets(const struct counting *c, int64_t unit, int64_t since, int64_t until)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = QUERY_SELECT(c->q, QUERY_BUCKETS, &s, unit / 1000, since / unit, until / unit);
	while (r == 0 && (r = query_step(c->q, s)) == 1) {
		const struct query_sig *sig = outsider(c, query_int(s, 1));
		int64_t start = query_int(s, 0) * unit, n = query_int(s, 2);

		r = sig && n > 0 ? count_bucket(c, sig, start, start + unit, (uint64_t)n) : 0;
	}
	return r;
}

/* Whole minutes, as few buckets as possible: the days in the middle, hours around them, quarters and minutes
 * around those. */
static int count_whole(const struct counting *c, size_t level, int64_t since, int64_t until)
{
	static const int64_t units[] = {QUERY_MINUTE, QUERY_QUARTER_MS, QUERY_HOUR_MS, QUERY_DAY_MS};
	int64_t larger = level + 1 < ARRAY_SIZE(units) ? units[level + 1] : 0, from, to;
	int r;

	if (since >= until)
		return 0;
	from = larger ? (since + larger - 1) / larger * larger : 0;
	to = larger ? until / larger * larger : 0;
	if (larger == 0 || from >= to || (c->step > 0 && larger > c->step))
		return count_buckets(c, units[level], since, until);
	r = count_whole(c, level, since, from);
	if (r == 0)
		r = count_whole(c, level + 1, from, to);
	return r == 0 ? count_whole(c, level, to, until) : r;
}

/* Part of a minute. */
static int count_rows(const struct counting *c, int64_t since, int64_t until)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	if (since >= until)
		return 0;
	r = QUERY_SELECT(c->q, QUERY_ROWS_UP, &s, query_id_of(since), query_id_of(until));
	while (r == 0 && (r = query_step(c->q, s)) == 1) {
		const struct query_sig *sig = outsider(c, query_int(s, 1));
		int64_t start = query_time_of(query_int(s, 0)), end = start + MAX(query_int(s, 5), (int64_t)0) + 1;

		r = 0;
		if (sig)
			r = c->fn(c->data, &(struct query_count){sig, start, end, (uint64_t)query_int(s, 4), true, true});
	}
	return r;
}

static int count_outsiders(const struct counting *c)
{
	int64_t from = (c->since + QUERY_MINUTE - 1) / QUERY_MINUTE * QUERY_MINUTE;
	int64_t to = c->until / QUERY_MINUTE * QUERY_MINUTE;
	int r;

	if (from > to) /* within one minute */
		return count_rows(c, c->since, c->until);
	r = count_rows(c, c->since, from);
	if (r == 0)
		r = count_whole(c, 0, from, to);
	return r == 0 ? count_rows(c, to, c->until) : r;
}

/* Where retention has removed the rows, minutes are the finest that is known. */
static int widen(struct counting *c)
{
	int64_t oldest;
	int r = query_number(c->q, QUERY_OLDEST, QUERY_ID_END, &oldest);

	if (r < 0)
		return r;
	oldest = query_time_of(oldest) / QUERY_MINUTE * QUERY_MINUTE;
	if (c->since < oldest)
		c->since = c->since / QUERY_MINUTE * QUERY_MINUTE;
	if (c->until <= oldest)
		c->until = (c->until + QUERY_MINUTE - 1) / QUERY_MINUTE * QUERY_MINUTE;
	return 0;
}

int query_count(struct query *q, const struct query_match *m, const struct query_span *span, query_count_fn fn,
	void *data)
{
	struct counting c = {q, m, 0, TIME_END, span->step, fn, data};
	bool rest;
	int r;

	if (span->since != CLOCK_NONE)
		c.since = MAX(span->since, (int64_t)0);
	if (span->until != CLOCK_NONE)
		c.until = MAX(MIN(span->until, TIME_END), (int64_t)0);
	if (m->n_wanted == 0 || c.since >= c.until)
		return 0;
	r = count_insides(&c, &rest);
	if (r != 0 || !rest)
		return r;
	r = widen(&c);
	return r < 0 ? r : count_outsiders(&c);
}
