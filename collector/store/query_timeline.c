/* SPDX-License-Identifier: MIT */
/* Events by time, and beside them the time in which nobody could have seen any. */
#include "query_internal.h"

struct timeline {
	int64_t since, step;
	size_t n;
	struct query_bucket *buckets;
};

static struct query_bucket *bucket_at(const struct timeline *t, int64_t time)
{
	size_t i = (size_t)((time - t->since) / t->step);

	return time >= t->since && i < t->n ? &t->buckets[i] : NULL;
}

static int add_count(void *data, const struct query_count *count)
{
	struct query_bucket *b = bucket_at(data, count->start);

	if (b)
		b->by_outcome[count->sig->pub.outcome] += count->count;
	return 0;
}

/* A process id is in no roll-up: those rows are read. */
static int add_row(void *data, const struct query_row *row)
{
	struct query_bucket *b = bucket_at(data, row->time);

	if (b)
		b->by_outcome[row->signature->outcome] += row->count;
	return 0;
}

/* The coarsest roll-up whose buckets never straddle two of ours. */
static int64_t finest_step(const struct timeline *t)
{
	static const int64_t units[] = {QUERY_DAY_MS, QUERY_HOUR_MS, QUERY_QUARTER_MS};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (t->since % units[i] == 0 && t->step % units[i] == 0)
			return units[i];
	return QUERY_MINUTE;
}

/* What went missing over a stretch of time is shown where the stretch ends: that is when it was noticed. */
static int add_losses(struct query *q, const struct timeline *t)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int64_t until = t->since + (int64_t)t->n * t->step;
	int r;

	r = QUERY_SELECT(q, QUERY_LOSS_SPANS, &s, t->since, until);
	while (r == 0 && (r = query_step(q, s)) == 1) {
		struct query_bucket *b = bucket_at(t, MIN(query_int(s, 1), until - 1));

		if (b)
			b->lost_at_most += (uint64_t)query_int(s, 2);
		r = 0;
	}
	return r;
}

/* Of each bucket only what lies in the filter's time. */
static int add_unwatched(struct query *q, const struct query_filter *f, const struct timeline *t)
{
	CLEANUP(query_watches_free) struct query_watches w = {0};
	int64_t now = clock_now();
	int r = query_watches(q, now, &w);

	for (size_t i = 0; r == 0 && i < t->n; i++)
		t->buckets[i].unwatched = query_unwatched(&w, MAX(t->buckets[i].start, f->since),
			MIN(t->buckets[i].start + t->step, f->until), now);
	return r;
}

static int add_health(struct query *q, const struct query_filter *f, const struct timeline *t)
{
	int r = add_unwatched(q, f, t);

	return r == 0 ? add_losses(q, t) : r;
}

static int add_counts(struct query *q, const struct query_filter *f, struct timeline *t)
{
	CLEANUP(query_match_free) struct query_match match = {0};
	struct query_span span = {f->since, f->until, finest_step(t)};
	int r = query_match(q, f, &match);

	return r < 0 ? r : query_count(q, &match, &span, add_count, t);
}

int64_t query_timeline_step(int64_t span, int64_t max)
{
	static const int64_t steps[] = {QUERY_MINUTE, 5 * QUERY_MINUTE, 15 * QUERY_MINUTE, QUERY_HOUR_MS, 6 * QUERY_HOUR_MS};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (span / steps[i] < max)
			return steps[i];
	return QUERY_DAY_MS;
}

int query_timeline(struct query *q, const struct query_filter *f, int64_t since, int64_t step, size_t buckets,
	struct query_bucket *ret)
{
	struct timeline t = {since, step, buckets, ret};
	struct query_filter within = *f;
	int r;

	if (since < 0 || since % QUERY_MINUTE || step <= 0 || step % QUERY_MINUTE || since > CLOCK_MAX ||
		(buckets > 0 && step > CLOCK_MAX / (int64_t)buckets))
		return -EINVAL;
	within.since = MAX(f->since, since); /* CLOCK_NONE is less than any time */
	within.until = since + (int64_t)buckets * step;
	if (f->until != CLOCK_NONE)
		within.until = MIN(f->until, within.until);
	for (size_t i = 0; i < buckets; i++)
		ret[i] = (struct query_bucket){.start = since + (int64_t)i * step};
	r = query_enter(q);
	if (r < 0)
		return r;
	r = add_health(q, &within, &t);
	if (r == 0 && f->fields[QUERY_PID].n == 0)
		r = add_counts(q, &within, &t);
	query_end(q);
	if (r == 0 && f->fields[QUERY_PID].n > 0)
		r = query_events(q, &within, &(struct query_page){.ascending = true}, add_row, &t, NULL);
	return r;
}
