/* SPDX-License-Identifier: MIT */
/* Groups: counts of signatures brought together by what the signatures have in common. */
#include "query_group.h"
#include "query_internal.h"

struct summary {
	struct query *q;
	const struct query_filter *filter;
	const enum query_field *by;
	size_t n_by;
	struct query_match match;
	struct query_groups groups;
};

static void summary_free(struct summary *s)
{
	query_match_free(&s->match);
	query_groups_free(&s->groups);
}

static bool has_field(const struct summary *s, enum query_field field)
{
	for (size_t i = 0; i < s->n_by; i++)
		if (s->by[i] == field)
			return true;
	return false;
}

/* Counts must not straddle the buckets that are asked for. */
static int64_t step_of(const struct summary *s)
{
	return has_field(s, QUERY_HOUR) ? QUERY_HOUR_MS : has_field(s, QUERY_DAY) ? QUERY_DAY_MS : 0;
}

static int add(struct summary *s, const struct query_count *count, int32_t pid)
{
	uint64_t key[QUERY_BY_MAX] = {0};
	struct query_tally *t;

	for (size_t i = 0; i < s->n_by; i++)
		key[i] = query_group_key(s->by[i], count->sig, count->start, pid);
	t = query_groups_at(&s->groups, key);
	if (!t)
		return -ENOMEM;
	query_tally_add(t, count);
	return 0;
}

static int add_count(void *data, const struct query_count *count)
{
	return add(data, count, EVENT_NO_PID);
}

static int add_row(void *data, const struct query_row *row)
{
	struct summary *s = data;
	struct query_count count = {query_sig_at(s->q, row->signature->id), row->time, row->last_time + 1, row->count, true,
		true};

	return add(s, &count, row->pid);
}

/* The first or the last row of a group within its time: *ret_time is left alone where there are no rows any more. */
static int seek_end(const struct summary *s, const struct query_match *m, const int64_t span[static 2], bool first,
	int64_t *ret_time)
{
	struct query_walk w = {.q = s->q, .match = m, .low = query_id_of(span[0]), .high = query_id_of(span[1]),
		.ascending = first, .seq_upto = INT64_MAX};
	struct query_row row;
	int64_t second = INT64_MAX;
	int r;

	/* Rows stand in order of their first event, so the last event may be in any row of the last second. */
	while ((r = query_walk_next(&w, &row, 1)) == 1) {
		if (second == INT64_MAX) {
			second = row.time / 1000;
			*ret_time = first ? row.time : row.last_time;
		}
		if (first || row.time / 1000 < second)
			break;
		*ret_time = MAX(*ret_time, row.last_time);
	}
	return MIN(r, 0);
}

/* The group's signatures among those wanted. */
static int match_group(const struct summary *s, const struct query_tally *t, struct query_match *ret)
{
	int r = query_match_new(s->q, ret);

	for (size_t i = 1; r == 0 && i < MIN(ret->n, s->match.n); i++) {
		const struct query_sig *sig = s->match.wanted[i] ? query_sig_at(s->q, (int64_t)i) : NULL;
		bool same = sig != NULL;

		for (size_t k = 0; k < s->n_by && same; k++)
			same = s->by[k] >= QUERY_FIELD_FILTERS || query_group_key(s->by[k], sig, 0, EVENT_NO_PID) == t->key[k];
		if (same)
			query_match_add(ret, (int64_t)i);
	}
	return r;
}

/* The time a group covers: what was asked for, and its own hour or day. */
static void span_of(const struct summary *s, const struct query_tally *t, int64_t ret[static 2])
{
	ret[0] = s->filter->since == CLOCK_NONE ? 0 : s->filter->since;
	ret[1] = s->filter->until == CLOCK_NONE ? CLOCK_MAX + 1 : s->filter->until;
	for (size_t i = 0; i < s->n_by; i++) {
		int64_t unit = s->by[i] == QUERY_HOUR ? QUERY_HOUR_MS : QUERY_DAY_MS;

		if (s->by[i] < QUERY_FIELD_FILTERS)
			continue;
		ret[0] = MAX(ret[0], (int64_t)t->key[i] * unit);
		ret[1] = MIN(ret[1], ((int64_t)t->key[i] + 1) * unit);
	}
}

/* Roll-ups know the minute at best; the rows know the moment. Only done for groups that are handed out. */
static int refine(const struct summary *s, struct query_tally *t)
{
	CLEANUP(query_match_free) struct query_match m = {0};
	int64_t span[2];
	int r;

	if (t->first_exact && t->last_exact)
		return 0;
	span_of(s, t, span);
	r = match_group(s, t, &m);
	if (r == 0 && !t->first_exact)
		r = seek_end(s, &m, span, true, &t->first);
	if (r == 0 && !t->last_exact)
		r = seek_end(s, &m, span, false, &t->last);
	return r;
}

static void describe(const struct summary *s, const struct query_tally *t, struct query_numbers *numbers,
	struct query_group *ret)
{
	*ret = (struct query_group){.count = t->count, .first = t->first, .last = t->last};
	memcpy(ret->by_outcome, t->by_outcome, sizeof(ret->by_outcome));
	for (size_t i = 0; i < s->n_by; i++)
		ret->values[i] = query_group_value(s->by[i], t, t->key[i], numbers->text[i]);
	if (has_field(s, QUERY_CONTAINER))
		ret->container = t->sig->pub.container;
}

static int compare_keys(const struct summary *s, const struct query_tally *x, const struct query_tally *y)
{
	int order = 0;

	for (size_t i = 0; i < s->n_by && order == 0; i++)
		order = query_group_compare(s->by[i], x, y, i);
	return order;
}

static int biggest_first(const void *a, const void *b, void *data)
{
	const struct query_tally *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return compare_keys(data, x, y);
}

static int oldest_first(const void *a, const void *b, void *data)
{
	return compare_keys(data, a, b);
}

static bool is_by_time(const struct summary *s)
{
	return s->n_by > 0 && s->by[0] >= QUERY_FIELD_FILTERS;
}

static int gather(struct summary *s)
{
	struct query_span span = {s->filter->since, s->filter->until, step_of(s)};
	bool by_rows = s->filter->fields[QUERY_PID].n > 0 || has_field(s, QUERY_PID);
	int r;

	r = query_enter(s->q);
	if (r < 0)
		return r;
	r = query_match(s->q, s->filter, &s->match);
	if (r == 0 && !by_rows)
		r = query_count(s->q, &s->match, &span, add_count, s);
	query_end(s->q);
	/* Process ids are in no roll-up. */
	if (r == 0 && by_rows)
		r = query_events(s->q, s->filter, &(struct query_page){.ascending = true}, add_row, s, NULL);
	return r;
}

static int hand_out(struct summary *s, uint64_t limit, query_group_fn fn, void *data)
{
	size_t n = s->groups.n, first = 0;
	int r = 0;

	if (n > 1)
		qsort_r(s->groups.at, n, sizeof(*s->groups.at), is_by_time(s) ? oldest_first : biggest_first, s);
	if (limit > 0 && n > limit && is_by_time(s))
		first = n - limit;
	if (limit > 0)
		n = MIN(n, first + limit);
	for (size_t i = first; i < n && r == 0; i++) {
		struct query_numbers numbers;
		struct query_group group;

		r = refine(s, &s->groups.at[i]);
		if (r < 0)
			return r;
		describe(s, &s->groups.at[i], &numbers, &group);
		r = fn(data, &group);
	}
	return r;
}

int query_summary(struct query *q, const struct query_filter *f, const enum query_field *by, size_t n_by,
	uint64_t limit, query_group_fn fn, void *data)
{
	CLEANUP(summary_free) struct summary s = {.q = q, .filter = f, .by = by, .n_by = n_by};
	int r;

	if (n_by > QUERY_BY_MAX)
		return -EINVAL;
	r = gather(&s);
	return r == 0 ? hand_out(&s, limit, fn, data) : r;
}
