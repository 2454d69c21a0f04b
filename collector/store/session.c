/* SPDX-License-Identifier: MIT */
/* Times in which a collector ran, and where it got to. */
#include "internal.h"

int store_session_start(struct store *s, const char *boot_id, int64_t now)
{
	CLEANUP_FREE char *boot = strdup(boot_id);
	int r;

	if (!boot)
		return -ENOMEM;
	r = database_run(s->db,
		"INSERT INTO session (host, boot, pid, version, start, alive) VALUES (?1, ?2, ?3, ?4, ?5, ?5)", "ititi",
		s->local_host, span_from(boot), (int64_t)getpid(), SPAN(VERSION), now);
	if (r < 0)
		return r;
	s->session = sqlite3_last_insert_rowid(database_handle(s->db));
	free(s->boot);
	s->boot = TAKE(boot);
	s->stretch = 0;
	return 0;
}

int store_session_beat(struct store *s, int64_t now, int64_t last_record)
{
	struct database_integer last = {last_record != CLOCK_NONE, last_record};

	if (s->session == 0)
		return -ENOENT;
	return database_run(s->db,
		"UPDATE session SET alive = max(alive, ?2), last_record = coalesce(max(last_record, ?3), ?3, last_record)"
		" WHERE id = ?1",
		"iiI", s->session, now, last);
}

int store_session_watch(struct store *s, const struct store_watch *w)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	if (s->session == 0)
		return -ENOENT;
	text_add_escaped(&why, span_from(w->why));
	if (why.failed)
		return -ENOMEM;
	return database_run(s->db,
		"UPDATE session SET watching = ?2, moves = ?3, watch_why = ?4, processes = ?5, process_bytes = ?6,"
		" process_evicted = ?7, process_events = ?8, process_lost = ?9 WHERE id = ?1",
		"iiitiiiii", s->session, (int64_t)w->watching, (int64_t)w->moves, why.len > 0 ? text_span(&why) : (struct span){0},
		(int64_t)w->processes, (int64_t)w->bytes, (int64_t)w->evicted, (int64_t)w->events, (int64_t)w->lost);
}

int store_session_end(struct store *s, int64_t now)
{
	int r;

	if (s->session == 0)
		return -ENOENT;
	r = database_run(s->db, "UPDATE session SET alive = max(alive, ?2), ended = ?2 WHERE id = ?1", "ii", s->session, now);
	if (r == 0)
		s->session = 0;
	return r;
}

int store_last_serial(struct store *s, const char *boot_id, uint32_t *ret_serial, int64_t *ret_time)
{
	sqlite3_stmt *stmt = database_prepare(s->db,
		"SELECT last_serial, last_time FROM coverage WHERE host = ?1 AND boot = ?2 AND contiguous = 1"
		" ORDER BY id DESC LIMIT 1");
	int r = database_bind(s->db, stmt, "it", s->local_host, span_from(boot_id));

	if (r == 0)
		r = database_step(s->db, stmt);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret_serial = (uint32_t)sqlite3_column_int64(stmt, 0);
	*ret_time = sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return 0;
}
