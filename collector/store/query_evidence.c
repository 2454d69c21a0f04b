/* SPDX-License-Identifier: MIT */
/* What is known of matching events without reading them one by one: totals of signatures, and the few calls whose
 * arguments somebody saw. */
#include "query_internal.h"

struct tallies {
	struct query_total *at; /* by signature id; count 0: none */
	size_t n;
};

static int add(struct tallies *t, const struct query_sig *sig, int64_t first, int64_t last, uint64_t count)
{
	struct query_total *total = sig->pub.id > 0 && (uint64_t)sig->pub.id < t->n ? &t->at[sig->pub.id] : NULL;

	if (!total)
		return 0;
	total->first = total->count ? MIN(total->first, first) : first;
	total->last = total->count ? MAX(total->last, last) : last;
	total->count += count;
	total->signature = &sig->pub;
	return 0;
}

static int add_count(void *data, const struct query_count *count)
{
	return add(data, count->sig, count->start, count->end - 1, count->count);
}

struct by_rows {
	struct query *q;
	struct tallies *tallies;
};

static int add_row(void *data, const struct query_row *row)
{
	struct by_rows *b = data;

	return add(b->tallies, query_sig_at(b->q, row->signature->id), row->time, row->last_time, row->count);
}

static int gather(struct query *q, const struct query_filter *f, struct tallies *t)
{
	CLEANUP(query_match_free) struct query_match match = {0};
	struct query_span span = {f->since, f->until, 0};
	bool by_rows = f->fields[QUERY_PID].n > 0;
	int r = query_enter(q);

	if (r < 0)
		return r;
	r = query_match(q, f, &match);
	t->n = r == 0 ? q->signatures.n : 0;
	t->at = r == 0 ? calloc(t->n + 1, sizeof(*t->at)) : NULL;
	if (r == 0 && !t->at)
		r = -ENOMEM;
	if (r == 0 && !by_rows)
		r = query_count(q, &match, &span, add_count, t);
	query_end(q);
	/* Process ids are in no roll-up. */
	if (r == 0 && by_rows)
		r = query_events(q, f, &(struct query_page){.ascending = true}, add_row, &(struct by_rows){q, t}, NULL);
	return r;
}

int query_totals(struct query *q, const struct query_filter *f, query_total_fn fn, void *data)
{
	struct tallies t = {0};
	int r = gather(q, f, &t);

	for (size_t i = 0; i < t.n && r == 0; i++)
		r = t.at[i].count ? fn(data, &t.at[i]) : 0;
	free(t.at);
	return r;
}

static int hand_out(struct query *q, const struct query_match *match, sqlite3_stmt *s, query_call_fn fn, void *data)
{
	const struct query_sig *sig = query_match_sig(match, query_int(s, 0)) ? query_sig_at(q, query_int(s, 0)) : NULL;
	struct query_call call = {.count = (uint64_t)query_int(s, 2), .error = (int)query_int(s, 3)};

	if (!sig || !query_match_pid(match, query_int_or(s, 1, EVENT_NO_PID)))
		return 0;
	call.signature = &sig->pub;
	call.n_args = query_read_args((const char *)sqlite3_column_text(s, 4), call.args);
	return call.n_args || call.error ? fn(data, &call) : 0;
}

static int walk(struct query *q, const struct query_filter *f, uint64_t limit, query_call_fn fn, void *data)
{
	CLEANUP(query_match_free) struct query_match match = {0};
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int64_t low = query_id_of(f->since == CLOCK_NONE ? 0 : f->since);
	int64_t high = query_id_of(f->until == CLOCK_NONE ? CLOCK_MAX + 1 : f->until);
	int r = query_match(q, f, &match);

	if (r == 0)
		r = QUERY_SELECT(q, QUERY_CALLS, &s, low, high, (int64_t)MIN(limit, (uint64_t)INT64_MAX));
	while (r == 0 && (r = query_step(q, s)) == 1)
		r = hand_out(q, &match, s, fn, data);
	return r;
}

int query_calls(struct query *q, const struct query_filter *f, uint64_t limit, query_call_fn fn, void *data)
{
	int r = query_enter(q);

	if (r < 0)
		return r;
	r = walk(q, f, limit, fn, data);
	query_end(q);
	return r;
}
