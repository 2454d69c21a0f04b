/* SPDX-License-Identifier: MIT */
#include "pids.h"

#include "seccompwatch/event.h"
#include "seconds.h"
#include "serials.h"

#define MINUTE_MS  60000
#define FILL_ITEMS 65536 /* gathered before they are written */

void pids_free(struct pids *p)
{
	free(p->items);
	*p = (struct pids){0};
}

int pids_add(struct pids *p, int64_t id, int32_t pid)
{
	const uint64_t minute = (uint64_t)(id >> SECONDS_ID_SHIFT) / MINUTE_MS, item = minute << 32 | (uint32_t)pid;

	/* A storm is one process, over and over. */
	if (pid == EVENT_NO_PID || (p->n > 0 && p->items[p->n - 1] == item))
		return 0;
	if (p->n == p->room) {
		size_t room = p->room ? p->room * 2 : 64;
		uint64_t *items = reallocarray(p->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		p->items = items;
		p->room = room;
	}
	p->items[p->n++] = item;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t minute_of(uint64_t item)
{
	return (int64_t)(item >> 32);
}

/* What is stored of a minute. *ret_any: everything may be there already. -ENOENT: nothing is known of it. */
static int read_stored(struct database *d, int64_t minute, struct serials *ret, bool *ret_any)
{
	sqlite3_stmt *stmt = database_prepare(d, "SELECT pids FROM pids WHERE minute = ?1");
	int r = database_bind(d, stmt, "i", minute);

	if (r == 0)
		r = database_step(d, stmt);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret_any = sqlite3_column_bytes(stmt, 0) == 0;
	/* What cannot be read says nothing, so anything may be there. */
	if (!*ret_any)
		r = serials_decode(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), PIDS_MAX, ret);
	sqlite3_reset(stmt);
	*ret_any = *ret_any || r == -EBADMSG;
	return r == -ENOMEM ? r : 0;
}

static int write_set(struct database *d, int64_t minute, const struct serials *set)
{
	static const char sql[] = "INSERT INTO pids VALUES (?1, ?2) ON CONFLICT DO UPDATE SET pids = excluded.pids";
	CLEANUP_FREE unsigned char *blob = NULL;

	if (serials_count(set) > PIDS_MAX)
		return database_run(d, sql, "ib", minute, SPAN(""));
	blob = malloc(serials_room(set));
	if (!blob)
		return -ENOMEM;
	return database_run(d, sql, "ib", minute, (struct span){(char *)blob, serials_encode(set, blob)});
}

/* Items of one minute, in order. */
static int write_minute(struct database *d, const uint64_t *items, size_t n)
{
	CLEANUP_SERIALS struct serials set = SERIALS_EMPTY, new = SERIALS_EMPTY;
	uint64_t before;
	bool any = false;
	int r = read_stored(d, minute_of(items[0]), &set, &any);

	if (any)
		return 0;
	if (r < 0 && r != -ENOENT)
		return r;
	before = serials_count(&set);
	for (size_t i = 0; i < n; i++)
		if (serials_add(&new, (uint32_t)items[i]) < 0)
			return -ENOMEM;
	if (serials_merge(&set, &new) < 0)
		return -ENOMEM;
	return serials_count(&set) > before ? write_set(d, minute_of(items[0]), &set) : 0;
}

int pids_flush(struct pids *p, struct database *d)
{
	int r = 0;

	if (p->n > 1)
		qsort(p->items, p->n, sizeof(*p->items), compare);
	for (size_t from = 0, until; from < p->n && r == 0; from = until) {
		for (until = from + 1; until < p->n && minute_of(p->items[until]) == minute_of(p->items[from]);)
			until++;
		r = write_minute(d, &p->items[from], until - from);
	}
	p->n = 0;
	return r;
}

int pids_fill(struct database *d)
{
	CLEANUP(pids_free) struct pids p = {0};
	sqlite3_stmt *stmt = database_prepare(d, "SELECT id, pid FROM event WHERE pid IS NOT NULL ORDER BY id");
	int r = database_bind(d, stmt, "");

	while (r == 0 && (r = database_step(d, stmt)) == 1) {
		r = pids_add(&p, sqlite3_column_int64(stmt, 0), sqlite3_column_int(stmt, 1));
		if (r == 0 && p.n == FILL_ITEMS)
			r = pids_flush(&p, d);
	}
	return r == 0 ? pids_flush(&p, d) : r;
}
