/* SPDX-License-Identifier: MIT */
/* Rows that match, a chunk at a time. It begins by reading row after row; when that finds too little, roll-ups tell
 * which minutes are worth reading, so that a rare filter over ten million rows costs what it finds. */
#include <linux/seccomp.h>

#include "query_internal.h"

/* So many rows read for nothing cost about as much as asking the roll-ups. */
#define MISSES_MAX 2000

uint8_t query_read_args(const char *list, uint64_t ret[static 6])
{
	struct span rest = span_from(list);
	uint8_t n_args = 0;

	while (rest.len > 0 && n_args < 6) {
		const char *comma = memchr(rest.data, ',', rest.len);
		size_t n = comma ? (size_t)(comma - rest.data) : rest.len;

		if (text_to_u64_hex((struct span){rest.data, n}, UINT64_MAX, &ret[n_args]) < 0)
			break;
		n_args++;
		rest = span_from_offset(rest, n + 1);
	}
	return n_args;
}

static int read_detail(struct query *q, struct query_row *row)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = QUERY_SELECT(q, QUERY_DETAIL, &s, row->id);
	if (r == 0)
		r = query_step(q, s);
	if (r <= 0)
		return r;
	row->ppid = (int32_t)query_int_or(s, 0, EVENT_NO_PID);
	row->tid = (int32_t)query_int_or(s, 1, EVENT_NO_PID);
	row->error = (int)query_int_or(s, 2, row->error);
	row->n_args = query_read_args((const char *)sqlite3_column_text(s, 3), row->args);
	row->module = query_text(q, s, 4);
	row->module_offset = (uint64_t)query_int(s, 5);
	row->symbol = query_text(q, s, 6);
	return 0;
}

/* Old kernels left the errno in the low bits of the code (linux 3.5 to 3.7, kernel/auditsc.c); later ones mask it. */
static int error_of(const struct query_signature *sig)
{
	return sig->action == EVENT_ACTION_ERRNO ? (int)(sig->code & SECCOMP_RET_DATA) : 0;
}

static void read_row(const struct query_sig *sig, sqlite3_stmt *s, struct query_row *row)
{
	*row = (struct query_row){
		.id = query_int(s, 0),
		.pid = (int32_t)query_int_or(s, 2, EVENT_NO_PID),
		.seq = (uint64_t)query_int(s, 3),
		.count = (uint64_t)query_int(s, 4),
		.has_serial = sqlite3_column_type(s, 6) != SQLITE_NULL,
		.serial = (uint32_t)query_int(s, 6),
		.has_ip = sqlite3_column_type(s, 7) != SQLITE_NULL,
		.ip = (uint64_t)query_int(s, 7),
		.ppid = EVENT_NO_PID,
		.tid = EVENT_NO_PID,
		.error = error_of(&sig->pub),
		.signature = &sig->pub,
	};
	row->time = query_time_of(row->id);
	row->last_time = row->time + MAX(query_int(s, 5), (int64_t)0);
}

static bool is_wanted(const struct query_walk *w, sqlite3_stmt *s)
{
	uint64_t seq;

	if (!query_match_sig(w->match, query_int(s, 1)))
		return false;
	seq = (uint64_t)query_int(s, 3);
	if (seq <= w->seq_after || seq > w->seq_upto)
		return false;
	return query_match_pid(w->match, query_int_or(s, 2, EVENT_NO_PID));
}

/* What SQLite itself can pass over costs half as much. */
static int select_rows(const struct query_walk *w, int64_t low, int64_t high, sqlite3_stmt **ret)
{
	if (w->match->n_pids == 1)
		return QUERY_SELECT(w->q, w->ascending ? QUERY_PID_UP : QUERY_PID_DOWN, ret, low, high, w->match->pids[0]);
	if (w->sparse && w->match->only > 0)
		return QUERY_SELECT(w->q, w->ascending ? QUERY_SIG_UP : QUERY_SIG_DOWN, ret, low, high, w->match->only);
	return QUERY_SELECT(w->q, w->ascending ? QUERY_ROWS_UP : QUERY_ROWS_DOWN, ret, low, high);
}

/* Reads on in ids [low, high): how many rows were put at ret; *ret_end when the range is exhausted. Stops early when
 * row after row is of no wanted signature. */
static int read_range(struct query_walk *w, int64_t low, int64_t high, struct query_row *ret, size_t max, bool *ret_end)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	size_t n = 0;
	int r;

	r = select_rows(w, low, high, &s);
	while (r == 0 && n < max && (w->sparse || w->misses < MISSES_MAX) && (r = query_step(w->q, s)) == 1) {
		int64_t id = query_int(s, 0);

		r = 0;
		*(w->ascending ? &w->low : &w->high) = w->ascending ? id + 1 : id;
		if (query_match_sig(w->match, query_int(s, 1)))
			w->misses = 0;
		else
			w->misses++;
		if (is_wanted(w, s))
			read_row(query_sig_at(w->q, query_int(s, 1)), s, &ret[n++]);
	}
	*ret_end = r == 0 && n < max && (w->sparse || w->misses < MISSES_MAX);
	return r < 0 ? r : (int)n;
}

static void go_sparse(struct query_walk *w)
{
	w->sparse = true;
	w->pids_low = query_time_of(w->low) / QUERY_MINUTE;
	w->pids_high = query_time_of(w->high) / QUERY_MINUTE + 1;
	w->minutes = (struct query_minutes){.q = w->q, .match = w->match, .ascending = w->ascending};
	query_minutes_start(&w->minutes, query_time_of(w->low),
		w->high == QUERY_ID_END ? CLOCK_MAX : query_time_of(w->high) + 1);
	w->minute_low = w->minute_high = 0;
}

static int find_minute(struct query_walk *w, int64_t *ret)
{
	int r;

	if (w->match->n_pids == 0)
		return query_minutes_next(&w->minutes, ret);
	r = query_pids_next(w->q, w->match, w->ascending, &w->pids_low, &w->pids_high);
	if (r == 1)
		*ret = w->ascending ? w->pids_low - 1 : w->pids_high;
	return r;
}

/* Steps to the next minute that holds wanted rows: 1, or 0 at the end. */
static int next_minute(struct query_walk *w)
{
	int64_t minute;
	int r;

	do {
		r = find_minute(w, &minute);
		if (r <= 0)
			return r;
		w->minute_low = MAX(query_id_of(minute * QUERY_MINUTE), w->low);
		w->minute_high = MIN(query_id_of((minute + 1) * QUERY_MINUTE), w->high);
	} while (w->minute_low >= w->minute_high);
	return 1;
}

static int read_sparse(struct query_walk *w, struct query_row *ret, size_t max)
{
	size_t n = 0;
	bool end;
	int r;

	while (n < max) {
		if (w->minute_low >= w->minute_high) {
			r = next_minute(w);
			if (r <= 0)
				return r < 0 ? r : (int)n;
		}
		r = read_range(w, w->minute_low, w->minute_high, ret + n, max - n, &end);
		if (r < 0)
			return r;
		n += (size_t)r;
		if (end)
			w->minute_low = w->minute_high;
		else if (w->ascending)
			w->minute_low = w->low;
		else
			w->minute_high = w->high;
	}
	return (int)n;
}

static int read_chunk(struct query_walk *w, struct query_row *ret, size_t max)
{
	bool end = false;
	int r = 0;

	/* A process is rare from the start. */
	if (!w->sparse && w->match->n_pids > 0)
		go_sparse(w);
	if (!w->sparse) {
		r = read_range(w, w->low, w->high, ret, max, &end);
		if (end)
			w->low = w->high;
		if (r != 0 || end)
			return r;
		go_sparse(w);
	}
	return read_sparse(w, ret, max);
}

int query_walk_next(struct query_walk *w, struct query_row *ret, size_t max)
{
	int n, r;

	if (w->low >= w->high || w->match->n_wanted == 0)
		return 0;
	r = query_begin(w->q);
	if (r < 0)
		return r;
	n = read_chunk(w, ret, max);
	for (int i = 0; i < n && r >= 0; i++)
		r = read_detail(w->q, &ret[i]);
	query_end(w->q);
	return r < 0 ? r : n;
}
