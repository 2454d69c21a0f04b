/* SPDX-License-Identifier: MIT */
/* Pages of rows, and what has changed since. */
#include <stdio.h>

#include "query_internal.h"

/* Rows read in one transaction. */
#define CHUNK 256

/* A page of at most so many rows is kept in memory to turn it round. */
#define HELD_MAX 4096

/* A cursor is "1-ID-CHECK" in hex: the version of its form, the last row's id, and a check that tells ours from a
 * guess. It says nothing about the filter, so that it may change between pages. */
#define CURSOR_VERSION 1
#define CURSOR_SALT    UINT64_C(0x53435741)

static uint32_t cursor_check(uint64_t id)
{
	uint64_t h = (id ^ CURSOR_SALT) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 32);
}

static char *cursor_write(int64_t id)
{
	struct text t = TEXT_EMPTY;

	text_printf(&t, "%d-%" PRIx64 "-%08" PRIx32, CURSOR_VERSION, (uint64_t)id, cursor_check((uint64_t)id));
	return text_take(&t);
}

static int cursor_read(const char *cursor, int64_t *ret)
{
	struct span rest = span_from(cursor), parts[3] = {0};
	uint64_t numbers[3];

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *dash = i < 2 ? memchr(rest.data, '-', rest.len) : NULL;

		parts[i] = (struct span){rest.data, dash ? (size_t)(dash - rest.data) : rest.len};
		rest = span_from_offset(rest, parts[i].len + (dash != NULL));
		if (span_starts(parts[i], SPAN("0x")) || text_to_u64_hex(parts[i], INT64_MAX, &numbers[i]) < 0)
			return -EINVAL;
	}
	if (numbers[0] != CURSOR_VERSION || numbers[2] != cursor_check(numbers[1]))
		return -EINVAL;
	*ret = (int64_t)numbers[1];
	return 0;
}

/* Where the walk's rows go. */
struct sink {
	query_row_fn fn; /* NULL: they are only counted */
	void *data;
	uint64_t limit; /* UINT64_MAX: all */
	uint64_t n;
	int64_t last; /* the last row's id */
	bool more;    /* the limit was reached before the rows ended */
};

/* Hands out rows until there are none or `limit` is reached; what fn returns when that is not 0. */
static int pour(struct query_walk *w, struct sink *sink, struct query_row *rows)
{
	int n, r;

	while ((n = query_walk_next(w, rows, CHUNK)) > 0) {
		for (int i = 0; i < n; i++) {
			if (sink->n == sink->limit) {
				sink->more = true;
				return 0;
			}
			sink->n++;
			sink->last = rows[i].id;
			r = sink->fn ? sink->fn(sink->data, &rows[i]) : 0;
			if (r != 0)
				return r;
		}
	}
	return n;
}

struct listing {
	struct query *q;
	struct query_match match;
	struct query_row *rows;
	int64_t low, high;
};

static void listing_free(struct listing *l)
{
	query_match_free(&l->match);
	free(l->rows);
}

static int listing_start(struct listing *l, struct query *q, const struct query_filter *f)
{
	int r;

	*l = (struct listing){.q = q, .low = 0, .high = QUERY_ID_END};
	if (f->since != CLOCK_NONE)
		l->low = query_id_of(f->since);
	if (f->until != CLOCK_NONE)
		l->high = query_id_of(f->until);
	l->rows = calloc(CHUNK, sizeof(*l->rows));
	if (!l->rows)
		return -ENOMEM;
	r = query_refresh(q);
	return r < 0 ? r : query_match(q, f, &l->match);
}

static int pour_down(struct listing *l, struct sink *sink)
{
	struct query_walk w = QUERY_WALK(l->q, &l->match, l->low, l->high);

	return pour(&w, sink, l->rows);
}

/* A page's rows, to be handed out the other way round. */
struct held {
	struct query_row *rows;
	size_t n, room;
};

static void held_free(struct held *h)
{
	free(h->rows);
}

static int hold(void *data, const struct query_row *row)
{
	struct held *h = data;

	if (h->n == h->room) {
		size_t room = h->room ? h->room * 2 : CHUNK;
		struct query_row *rows = realloc(h->rows, room * sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		h->rows = rows;
		h->room = room;
	}
	h->rows[h->n++] = *row;
	return 0;
}

/* The newest rows, oldest of them first: few are held and turned round. */
static int pour_turned(struct listing *l, struct sink *sink)
{
	CLEANUP(held_free) struct held held = {0};
	struct sink holding = {.fn = hold, .data = &held, .limit = sink->limit};
	int r = pour_down(l, &holding);

	sink->last = holding.last;
	sink->more = holding.more;
	while (r == 0 && held.n > 0)
		r = sink->fn(sink->data, &held.rows[--held.n]);
	return r;
}

/* Many are counted downwards, then handed out upwards. */
static int pour_up(struct listing *l, struct sink *sink)
{
	struct sink counted = {.limit = sink->limit};
	struct query_walk w = QUERY_WALK(l->q, &l->match, l->low, l->high);
	int r;

	w.ascending = true;
	if (sink->limit == UINT64_MAX)
		return pour(&w, sink, l->rows);
	r = pour_down(l, &counted);
	if (r < 0 || counted.n == 0)
		return r;
	w.low = counted.last;
	r = pour(&w, sink, l->rows);
	sink->last = counted.last;
	sink->more = counted.more;
	return r;
}

int query_events(struct query *q, const struct query_filter *f, const struct query_page *page, query_row_fn fn,
	void *data, char **ret_next)
{
	struct sink sink = {.fn = fn, .data = data, .limit = page->limit ? page->limit : UINT64_MAX};
	CLEANUP(listing_free) struct listing l = {0};
	int64_t before = QUERY_ID_END;
	char *next = NULL;
	int r;

	if (page->cursor && cursor_read(page->cursor, &before) < 0)
		return -EINVAL;
	r = listing_start(&l, q, f);
	if (r < 0)
		return r;
	l.high = MIN(l.high, before);
	if (!page->ascending)
		r = pour_down(&l, &sink);
	else
		r = sink.limit <= HELD_MAX ? pour_turned(&l, &sink) : pour_up(&l, &sink);
	if (r != 0 || !ret_next)
		return r;
	if (sink.more && !(next = cursor_write(sink.last)))
		return -ENOMEM;
	*ret_next = next;
	return 0;
}

/* ---- what changed ---- */

struct range {
	int64_t low, high;
};

struct ranges {
	struct range *at;
	size_t n, room;
};

static int add_range(struct ranges *ranges, int64_t low, int64_t high)
{
	if (ranges->n == ranges->room) {
		size_t room = ranges->room ? ranges->room * 2 : 16;
		struct range *at = realloc(ranges->at, room * sizeof(*at));

		if (!at)
			return -ENOMEM;
		ranges->at = at;
		ranges->room = room;
	}
	ranges->at[ranges->n++] = (struct range){low, high};
	return 0;
}

static int by_low(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

/* Rows that changed twice lie in two ranges: each is to be handed out once. */
static void merge(struct ranges *ranges)
{
	size_t n = 0;

	qsort(ranges->at, ranges->n, sizeof(*ranges->at), by_low);
	for (size_t i = 0; i < ranges->n; i++) {
		if (n > 0 && ranges->at[i].low <= ranges->at[n - 1].high)
			ranges->at[n - 1].high = MAX(ranges->at[n - 1].high, ranges->at[i].high);
		else
			ranges->at[n++] = ranges->at[i];
	}
	ranges->n = n;
}

/* Where rows changed after `seq` may be. Changes older than what is kept may be anywhere. */
static int changed_ranges(struct query *q, uint64_t seq, struct ranges *ranges)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int64_t oldest;
	int r;

	r = query_number(q, QUERY_OLDEST_CHANGE, 0, &oldest);
	if (r < 0)
		return r;
	if (oldest > (int64_t)seq + 1)
		return add_range(ranges, 0, QUERY_ID_END);
	r = QUERY_SELECT(q, QUERY_CHANGES, &s, (int64_t)seq);
	while (r == 0 && (r = query_step(q, s)) == 1)
		r = add_range(ranges, query_int(s, 0), query_int(s, 1) + 1);
	return r;
}

static int find_changes(struct query *q, uint64_t seq, struct ranges *ret)
{
	int r = query_begin(q);

	if (r < 0)
		return r;
	r = changed_ranges(q, seq, ret);
	query_end(q);
	if (r == 0 && ret->n > 1)
		merge(ret);
	return r;
}

static void ranges_free(struct ranges *ranges)
{
	free(ranges->at);
}

int query_changes(struct query *q, const struct query_filter *f, uint64_t seq, query_row_fn fn, void *data)
{
	struct sink sink = {.fn = fn, .data = data, .limit = UINT64_MAX};
	CLEANUP(listing_free) struct listing l = {0};
	CLEANUP(ranges_free) struct ranges ranges = {0};
	int r;

	r = listing_start(&l, q, f);
	if (r < 0 || seq >= q->seq)
		return r;
	r = find_changes(q, seq, &ranges);
	for (size_t i = 0; r == 0 && i < ranges.n; i++) {
		struct query_walk w =
			QUERY_WALK(q, &l.match, MAX(ranges.at[i].low, l.low), MIN(ranges.at[i].high, l.high));

		w.ascending = true;
		w.seq_after = seq;
		w.seq_upto = q->seq;
		r = pour(&w, &sink, l.rows);
	}
	return r;
}
