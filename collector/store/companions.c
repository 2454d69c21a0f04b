/* SPDX-License-Identifier: MIT */
/* What comes beside the rows of a batch: details, losses, coverage. */
#include "internal.h"

/* ---- details ------------------------------------------------------------------------------------------------- */

/* "0x1,0x2,…"; empty when there are none. */
static int format_args(const struct batch_detail *detail, struct text *ret)
{
	for (uint8_t i = 0; i < detail->n_args && i < ARRAY_SIZE(detail->args); i++)
		text_printf(ret, "%s0x%llx", i > 0 ? "," : "", (unsigned long long)detail->args[i]);
	return ret->failed ? -ENOMEM : 0;
}

/* A row of many shows its first event's details when they are known, else whichever came. What is known already is
 * not taken back by a companion that says less. */
static int upsert_detail(struct write *w, const struct seconds_row *row, const struct batch_detail *detail)
{
	CLEANUP_TEXT struct text args = TEXT_EMPTY;
	struct database_integer ppid = {detail->ppid != EVENT_NO_PID, detail->ppid};
	struct database_integer tid = {detail->tid != EVENT_NO_PID, detail->tid};
	struct database_integer error = {detail->error != 0, detail->error};
	int r = format_args(detail, &args);

	if (r < 0)
		return r;
	return database_run(w->store->db,
		"INSERT INTO detail (event, ppid, tid, error, args) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (event) DO UPDATE"
		" SET ppid = iif(?6, ifnull(excluded.ppid, ppid), ifnull(ppid, excluded.ppid)),"
		" tid = iif(?6, ifnull(excluded.tid, tid), ifnull(tid, excluded.tid)),"
		" error = iif(?6, ifnull(excluded.error, error), ifnull(error, excluded.error)),"
		" args = iif(?6, ifnull(excluded.args, args), ifnull(args, excluded.args))"
		" WHERE (excluded.ppid <> ifnull(ppid, -1) AND (?6 OR ppid IS NULL))"
		" OR (excluded.tid <> ifnull(tid, -1) AND (?6 OR tid IS NULL))"
		" OR (excluded.error <> ifnull(error, 0) AND (?6 OR error IS NULL))"
		" OR (excluded.args <> ifnull(args, '') AND (?6 OR args IS NULL))",
		"iIIIti", row->id, ppid, tid, error, text_span(&args), (int64_t)(detail->serial == row->serial));
}

int write_find(struct write *w, int64_t time, int64_t host, uint32_t serial, struct seconds_row **ret)
{
	struct second *second;
	int r = seconds_get(w->store->seconds, batch_second(time), &second);

	if (r == 0)
		*ret = seconds_holder(second, host, serial);
	return r;
}

static int write_detail(struct write *w, const struct batch_detail *detail)
{
	struct seconds_row *row = NULL;
	int64_t host;
	int r = write_host(w, detail->host, &host);

	if (r == 0)
		r = write_find(w, detail->time, host, detail->serial, &row);
	if (r < 0 || !row)
		return r;
	r = upsert_detail(w, row, detail);
	if (r < 0 || sqlite3_changes64(database_handle(w->store->db)) == 0)
		return r;
	seconds_touch(&w->changes, row->id);
	return database_run(w->store->db, "UPDATE event SET seq = ?2 WHERE id = ?1", "ii", row->id, w->seq);
}

int details_write(struct write *w)
{
	int r = 0;

	for (uint32_t i = 0; i < w->batch->n_details && r == 0; i++)
		r = write_detail(w, &w->batch->details[i]);
	return r;
}

/* ---- losses -------------------------------------------------------------------------------------------------- */

#define LOSSES_KEPT 65536
#define TOUCHING_MS 1000

static int extend_loss(struct write *w, const struct batch_loss_row *loss, int64_t host)
{
	return database_run(w->store->db,
		"UPDATE loss SET first = min(first, ?3), last = max(last, ?4), count = count + ?5, seq = ?6"
		" WHERE id = (SELECT max(id) FROM loss WHERE host = ?1 AND kind = ?2) AND first <= ?4 + ?7 AND ?3 <= last + ?7",
		"itiiiii", host, span_from(batch_loss_name(loss->kind)), loss->first, loss->last, (int64_t)loss->count, w->seq,
		(int64_t)TOUCHING_MS);
}

static int insert_loss(struct write *w, const struct batch_loss_row *loss, int64_t host)
{
	int r = database_run(w->store->db,
		"INSERT INTO loss (host, kind, first, last, count, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "itiiii", host,
		span_from(batch_loss_name(loss->kind)), loss->first, loss->last, (int64_t)loss->count, w->seq);

	if (r == 0)
		r = database_run(w->store->db, "DELETE FROM loss WHERE id <= (SELECT max(id) FROM loss) - ?1", "i",
			(int64_t)LOSSES_KEPT);
	return r;
}

/* A file read again has the same loss again. */
static int is_loss_known(struct write *w, const struct batch_loss_row *loss, int64_t host, bool *ret)
{
	int64_t id;
	int r;

	*ret = false;
	if (w->store->role != STORE_IMPORT)
		return 0;
	r = database_number(w->store->db,
		"SELECT id FROM loss WHERE host = ?1 AND kind = ?2 AND first = ?3 AND last = ?4 AND count = ?5", &id, "itiii",
		host, span_from(batch_loss_name(loss->kind)), loss->first, loss->last, (int64_t)loss->count);
	*ret = r == 0;
	return r == -ENOENT ? 0 : r;
}

/* Live losses come in bursts, and one that touches the last one goes on with it. */
static int write_loss(struct write *w, const struct batch_loss_row *loss)
{
	bool known = false;
	int64_t host;
	int r = write_host(w, loss->host, &host);

	if (r == 0)
		r = is_loss_known(w, loss, host, &known);
	if (r < 0 || known)
		return r;
	w->changed = true;
	if (w->store->role == STORE_COLLECT) {
		r = extend_loss(w, loss, host);
		if (r < 0 || sqlite3_changes64(database_handle(w->store->db)) > 0)
			return r;
	}
	return insert_loss(w, loss, host);
}

int losses_write(struct write *w)
{
	int r = 0;

	for (uint32_t i = 0; i < w->batch->n_losses && r == 0; i++)
		r = write_loss(w, &w->batch->losses[i]);
	return r;
}

/* ---- coverage ------------------------------------------------------------------------------------------------ */

#define STRETCHES_KEPT 16384
/* Spans of files that are nearer than this are one. */
#define SPAN_GAP_MS INT64_C(3600000)

static int go_on(struct write *w, const struct batch_stretch *stretch)
{
	return database_run(w->store->db,
		"UPDATE coverage SET last_serial = ?2, last_time = max(last_time, ?3) WHERE id = ?1", "iii", w->store->stretch,
		(int64_t)stretch->last_serial, stretch->last_time);
}

static int begin_stretch(struct write *w, const struct batch_stretch *stretch)
{
	struct store *s = w->store;
	int r = database_run(s->db,
		"INSERT INTO coverage (host, boot, first_serial, last_serial, first_time, last_time, contiguous)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)",
		"itiiii", s->local_host, span_from(s->boot), (int64_t)stretch->first_serial, (int64_t)stretch->last_serial,
		stretch->first_time, stretch->last_time);

	if (r < 0)
		return r;
	s->stretch = sqlite3_last_insert_rowid(database_handle(s->db));
	return database_run(s->db, "DELETE FROM coverage WHERE contiguous = 1 AND id <= ?1", "i",
		s->stretch - STRETCHES_KEPT);
}

static int write_stretch(struct write *w, const struct batch_stretch *stretch)
{
	if (!stretch->fresh && w->store->stretch != 0)
		return go_on(w, stretch);
	return begin_stretch(w, stretch);
}

/* The row that holds a span already, or the nearest that may grow to. */
static int find_span(struct write *w, int64_t host, const struct write_span *span, int64_t *ret_id, bool *ret_holds)
{
	struct database *d = w->store->db;
	int r = database_number(d,
		"SELECT id FROM coverage WHERE host = ?1 AND last_time >= ?3 AND first_time <= ?2 LIMIT 1", ret_id, "iii", host,
		span->first, span->last);

	*ret_holds = r == 0;
	if (r == -ENOENT)
		r = database_number(d,
			"SELECT id FROM coverage WHERE host = ?1 AND last_time >= ?2 AND first_time <= ?3 AND contiguous = 0"
			" LIMIT 1",
			ret_id, "iii", host, span->first - SPAN_GAP_MS, span->last + SPAN_GAP_MS);
	return r;
}

static int cover_span(struct write *w, int64_t host, const struct write_span *span)
{
	bool holds;
	int64_t id;
	int r = find_span(w, host, span, &id, &holds);

	if (r == 0 && !holds)
		r = database_run(w->store->db,
			"UPDATE coverage SET first_time = min(first_time, ?2), last_time = max(last_time, ?3) WHERE id = ?1", "iii",
			id, span->first, span->last);
	else if (r == -ENOENT)
		r = database_run(w->store->db,
			"INSERT INTO coverage (host, first_time, last_time, contiguous) VALUES (?1, ?2, ?3, 0)", "iii", host,
			span->first, span->last);
	return r;
}

int coverage_write(struct write *w)
{
	int64_t host;
	int r = 0;

	for (uint32_t i = 0; i < w->batch->n_stretches && r == 0; i++)
		r = write_stretch(w, &w->batch->stretches[i]);
	for (uint32_t i = 0; i < w->batch->n_hosts && r == 0; i++) {
		if (w->spans[i].last < w->spans[i].first)
			continue;
		r = write_host(w, i, &host);
		if (r == 0)
			r = cover_span(w, host, &w->spans[i]);
	}
	return r;
}
