/* SPDX-License-Identifier: MIT */
#include "seccompwatch/event.h"
#include "seconds.h"

/* The stored form of a row; *blob is the caller's to free. */
static int bind_row(struct database *d, sqlite3_stmt *stmt, const struct seconds_row *row, int64_t id, int64_t seq,
	unsigned char **blob)
{
	struct database_integer pid = {row->pid != EVENT_NO_PID, row->pid}, ip = {row->has_ip, (int64_t)row->ip};
	struct database_integer serial = {row->has_serial, row->serial}, span = {row->count > 1, row->last - row->first};
	struct span set = {0};

	if (row->has_serial && row->count > 1) {
		*blob = malloc(serials_room(&row->set));
		if (!*blob)
			return -ENOMEM;
		set = (struct span){(char *)*blob, serials_encode(&row->set, *blob)};
	}
	return database_bind(d, stmt, "iiIIIiiIb", id, row->sig, pid, ip, serial, seq, (int64_t)row->count, span, set);
}

static int write_as(struct database *d, const struct seconds_row *row, const char *sql, int64_t id, int64_t seq)
{
	CLEANUP_FREE unsigned char *blob = NULL;
	sqlite3_stmt *stmt = database_prepare(d, sql);
	int r = bind_row(d, stmt, row, id, seq, &blob);

	return r < 0 ? r : database_step(d, stmt);
}

/* Where a row wants to stand within its millisecond, and where to look next when the place is taken: rows without
 * serial, and serials that somebody chose alike, are strewn. */
static void choose_place(const struct seconds_row *row, int64_t mask, int64_t *ret_first, int64_t *ret_step)
{
	uint64_t strewn = (row->ip ^ (uint64_t)row->pid << 32 ^ row->serial >> SECONDS_ID_SHIFT) * 0x9e3779b97f4a7c15u;

	*ret_first = (int64_t)(row->has_serial ? row->serial : strewn >> 40) & mask;
	*ret_step = ((int64_t)(strewn >> 20) & mask) | 1;
}

/* id = the first event's time and a tie-break. */
static int insert_row(struct database *d, const struct seconds_row *row, int64_t seq, int64_t *ret)
{
	static const char sql[] = "INSERT OR IGNORE INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
	const int64_t mask = (INT64_C(1) << SECONDS_ID_SHIFT) - 1;
	int64_t low, step;

	choose_place(row, mask, &low, &step);
	for (int64_t tries = 0; tries <= mask; tries++, low = (low + step) & mask) {
		int64_t id = row->first << SECONDS_ID_SHIFT | low;
		int r = write_as(d, row, sql, id, seq);

		if (r < 0)
			return r;
		if (sqlite3_changes64(database_handle(d)) > 0) {
			*ret = id;
			return 0;
		}
	}
	return database_say(d, -EOVERFLOW, "more than a million rows in one millisecond");
}

static int update_row(struct database *d, const struct seconds_row *row, int64_t seq)
{
	return write_as(d, row,
		"UPDATE event SET sig = ?2, pid = ?3, ip = ?4, serial = ?5, seq = ?6, count = ?7, span = ?8, serials = ?9"
		" WHERE id = ?1",
		row->id, seq);
}

static int remove_row(struct database *d, int64_t id)
{
	return database_run(d, "DELETE FROM event WHERE id = ?1", "i", id);
}

/* An earlier event has come: the row goes where it belongs now. */
static int move_row(struct database *d, const struct seconds_row *row, int64_t seq, int64_t *ret)
{
	int r = remove_row(d, row->id);

	if (r == 0)
		r = insert_row(d, row, seq, ret);
	if (r == 0)
		r = database_run(d, "UPDATE OR REPLACE detail SET event = ?2 WHERE event = ?1", "ii", row->id, *ret);
	return r;
}

static int write_row(struct database *d, struct seconds_row *row, int64_t seq, struct seconds_changes *changes)
{
	int64_t id = row->id;
	int r;

	if (row->count == 0)
		r = row->id ? remove_row(d, row->id) : 0;
	else if (row->id == 0)
		r = insert_row(d, row, seq, &id);
	else if (!row->moved)
		r = update_row(d, row, seq);
	else
		r = move_row(d, row, seq, &id);
	if (r < 0)
		return r;
	changes->rows += (row->count > 0) - (row->id != 0);
	row->id = row->count > 0 ? id : 0;
	row->dirty = row->moved = false;
	if (row->id == 0)
		return 0;
	seconds_touch(changes, row->id);
	return pids_add(&changes->pids, row->id, row->pid);
}

int seconds_flush(struct database *d, struct second *second, int64_t seq, struct seconds_changes *changes)
{
	int r = 0;

	for (uint32_t i = 0; i < second->n && r == 0; i++)
		if (second->rows[i].dirty)
			r = write_row(d, &second->rows[i], seq, changes);
	return r;
}
