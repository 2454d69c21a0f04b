/* SPDX-License-Identifier: MIT */
/* The state of the house: who watches, what is stored, what was lost. */
#include <stdio.h>

#include "query_internal.h"

static uint64_t file_bytes(const char *path, const char *suffix)
{
	CLEANUP_TEXT struct text name = TEXT_EMPTY;
	struct stat st;

	text_printf(&name, "%s%s", path, suffix);
	return !name.failed && stat(name.data, &st) == 0 ? (uint64_t)st.st_size : 0;
}

static int read_losses(struct query *q, struct query_status *ret)
{
	const struct {
		const char *kind;
		uint64_t *rows, *sum;
	} places[] = {{"gap", &ret->gaps, &ret->lost_at_most}, {"kernel_lost", NULL, &ret->kernel_lost},
		{"enobufs", NULL, &ret->enobufs}, {"malformed", NULL, &ret->malformed}, {"unwritten", NULL, &ret->unwritten}};
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = query_select(q, QUERY_LOSS_TOTALS, NULL, 0, &s);
	while (r == 0 && (r = query_step(q, s)) == 1) {
		struct span kind = span_from((const char *)sqlite3_column_text(s, 0));

		r = 0;
		for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
			if (!span_equal(kind, span_from(places[i].kind)))
				continue;
			*places[i].sum = (uint64_t)query_int(s, 2);
			if (places[i].rows)
				*places[i].rows = (uint64_t)query_int(s, 1);
		}
	}
	return r;
}

static void sum_signatures(const struct query *q, struct query_status *ret)
{
	for (size_t i = 0; i < q->signatures.n; i++) {
		const struct query_sig *sig = q->signatures.items[i];

		if (!sig || sig->first == CLOCK_NONE)
			continue;
		ret->events += sig->events;
		ret->attribution[sig->pub.attribution] += sig->events;
		ret->oldest = ret->oldest == CLOCK_NONE ? sig->first : MIN(ret->oldest, sig->first);
		ret->newest = MAX(ret->newest, sig->last);
	}
}

/* A violation is a record too, and may be newer than the heartbeat that says when the last one came. */
static int64_t last_live(const struct query *q)
{
	int64_t last = CLOCK_NONE;

	for (size_t i = 0; i < q->signatures.n; i++) {
		const struct query_sig *sig = q->signatures.items[i];

		if (sig && sig->pub.source == EVENT_SOURCE_NETLINK)
			last = MAX(last, sig->last);
	}
	return last;
}

static int read_watch(struct query *q, struct query_status *ret)
{
	CLEANUP(query_watches_free) struct query_watches w = {0};
	int r = query_watches(q, clock_now(), &w);

	if (r < 0)
		return r;
	ret->running = w.running;
	ret->pid = w.pid;
	ret->since = w.since;
	ret->alive = w.alive;
	ret->last_record = MAX(w.last_record, last_live(q));
	return 0;
}

static int read_watching(struct query *q, struct query_watching *ret)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	const char *why;
	int r = query_select(q, QUERY_WATCHING, NULL, 0, &s);

	if (r == 0)
		r = query_step(q, s);
	if (r <= 0)
		return r;
	*ret = (struct query_watching){
		.told = sqlite3_column_type(s, 0) != SQLITE_NULL,
		.watching = query_int(s, 0) != 0,
		.moves = query_int(s, 1) != 0,
		.kept = (uint64_t)query_int(s, 2),
		.bytes = (uint64_t)query_int(s, 3),
		.evicted = (uint64_t)query_int(s, 4),
		.events = (uint64_t)query_int(s, 5),
		.lost = (uint64_t)query_int(s, 6),
	};
	why = query_text(q, s, 7);
	snprintf(ret->why, sizeof(ret->why), "%s", why ? why : "");
	return 0;
}

/* Counted by hand only where the writer keeps no count. */
static int count_rows(struct query *q, int64_t *ret)
{
	int r = query_number(q, QUERY_COUNTER, -1, ret);

	return r == 0 && *ret < 0 ? query_number(q, QUERY_ROW_COUNT, 0, ret) : r;
}

static int read_all(struct query *q, struct query_status *ret)
{
	int64_t rows = 0;
	int r;

	sum_signatures(q, ret);
	r = read_watch(q, ret);
	if (r == 0)
		r = read_losses(q, ret);
	if (r == 0)
		r = count_rows(q, &rows);
	if (r == 0)
		r = read_watching(q, &ret->processes);
	ret->rows = (uint64_t)rows;
	return r;
}

int query_status(struct query *q, struct query_status *ret)
{
	struct query_status status = {.path = q->path, .oldest = CLOCK_NONE, .newest = CLOCK_NONE};
	int r;

	r = query_enter(q);
	if (r < 0)
		return r;
	r = read_all(q, &status);
	query_end(q);
	if (r < 0)
		return r;
	status.bytes = file_bytes(q->path, "") + file_bytes(q->path, "-wal");
	*ret = status;
	return 0;
}

/* ---- losses and the time nobody watched, newest first ---- */

struct losses {
	struct query_loss *at;
	size_t n, room;
};

static void losses_free(struct losses *l)
{
	free(l->at);
}

static int add_loss(struct losses *l, const struct query_loss *loss)
{
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 16;
		struct query_loss *at = realloc(l->at, room * sizeof(*at));

		if (!at)
			return -ENOMEM;
		l->at = at;
		l->room = room;
	}
	l->at[l->n++] = *loss;
	return 0;
}

static const char *local_host(const struct query *q)
{
	for (size_t i = 0; i < q->n_hosts; i++)
		if (q->hosts[i].local)
			return q->hosts[i].name;
	return NULL;
}

static int collect_unwatched(struct query *q, int64_t since, struct losses *l)
{
	CLEANUP(query_watches_free) struct query_watches w = {0};
	int64_t now = clock_now();
	int r = query_watches(q, now, &w);

	for (size_t i = 0; i < w.n && r == 0; i++) {
		int64_t end = i + 1 < w.n ? w.spans[i + 1].start : now;

		if (end > w.spans[i].end && end >= since)
			r = add_loss(l, &(struct query_loss){"unwatched", local_host(q), w.spans[i].end, end, 0});
	}
	return r;
}

static int collect_stored(struct query *q, int64_t since, uint64_t limit, struct losses *l)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = QUERY_SELECT(q, QUERY_LOSSES, &s, since);
	while (r == 0 && (limit == 0 || l->n < limit) && (r = query_step(q, s)) == 1) {
		struct query_loss loss = {
			.first = query_int(s, 2),
			.last = query_int(s, 3),
			.count = (uint64_t)query_int(s, 4),
		};

		loss.kind = query_pool_add(&q->pool, span_from((const char *)sqlite3_column_text(s, 0)));
		loss.host = query_host_name(q, query_int(s, 1));
		r = loss.kind ? add_loss(l, &loss) : -ENOMEM;
	}
	return r < 0 ? r : 0;
}

static int newest_first(const void *a, const void *b)
{
	const struct query_loss *x = a, *y = b;

	return x->last > y->last ? -1 : x->last < y->last;
}

int query_losses(struct query *q, int64_t since, uint64_t limit, query_loss_fn fn, void *data)
{
	CLEANUP(losses_free) struct losses l = {0};
	int r;

	r = query_enter(q);
	if (r < 0)
		return r;
	since = MAX(since, (int64_t)0);
	r = collect_stored(q, since, limit, &l);
	if (r == 0)
		r = collect_unwatched(q, since, &l);
	query_end(q);
	if (r == 0 && l.n > 1)
		qsort(l.at, l.n, sizeof(*l.at), newest_first);
	for (size_t i = 0; r == 0 && i < l.n && (limit == 0 || i < limit); i++)
		r = fn(data, &l.at[i]);
	return r;
}
