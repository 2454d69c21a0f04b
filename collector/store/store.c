/* SPDX-License-Identifier: MIT */
/* Opening and closing the writer's database. */
#include "hosts.h"
#include "internal.h"
#include "migrate.h"
#include "place.h"

/* How long another writer is waited for. The collector has the kernel's queue behind it and comes again; an import has
 * all the time it needs. */
#define BUSY_COLLECT_MS 20
#define BUSY_IMPORT_MS  30000
#define BUSY_OPEN_MS    5000
/* Stored rows of recent seconds kept in memory. */
#define ROWS_COLLECT 16384
#define ROWS_IMPORT  262144

const char *store_error(const struct store *s)
{
	return database_error(s->db);
}

static int configure(struct store *s)
{
	struct database *d = s->db;
	int persist = 1;
	int r = database_script(d, "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY;"
				   " PRAGMA journal_size_limit = 0");

	/* Readers that may not write need -wal and -shm to be there after we are gone. */
	if (r == 0 && sqlite3_file_control(database_handle(d), "main", SQLITE_FCNTL_PERSIST_WAL, &persist) != SQLITE_OK)
		return database_say(d, -EIO, "its -wal file cannot be kept");
	if (r == 0 && s->role == STORE_IMPORT)
		r = database_script(d, "PRAGMA wal_autocheckpoint = 4000");
	return r;
}

static int find_local_host(struct store *s)
{
	int r = database_begin(s->db);

	if (r == 0)
		r = hosts_local(s->db, &s->local_host);
	if (r == 0)
		r = database_commit(s->db);
	if (r < 0)
		database_rollback(s->db);
	return r;
}

static int make_caches(struct store *s, uint32_t max_signatures)
{
	int r = signatures_new(&s->signatures, s->db, max_signatures);

	if (r == 0)
		r = seconds_new(&s->seconds, s->db, s->signatures, s->role == STORE_COLLECT ? ROWS_COLLECT : ROWS_IMPORT);
	if (r == 0)
		r = append_new(&s->append, s->db);
	return r;
}

static int prepare(struct store *s, const struct store_options *options)
{
	int r = migrate_database(s->db, &migrate_events);

	if (r == 0)
		r = configure(s);
	if (r == 0)
		r = find_local_host(s);
	if (r == 0)
		r = make_caches(s, options->max_signatures);
	sqlite3_busy_timeout(database_handle(s->db), s->role == STORE_COLLECT ? BUSY_COLLECT_MS : BUSY_IMPORT_MS);
	return r;
}

static int take_place(struct store *s, const char *path, struct text *why)
{
	int r = place_prepare(path, why);

	if (r == 0 && s->role == STORE_COLLECT) {
		s->lock = place_lock(path, why);
		r = MIN(s->lock, 0);
	}
	return r;
}

int store_open(struct store **ret, const struct store_options *options, struct text *why)
{
	CLEANUP(store_close_p) struct store *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->role = options->role;
	s->lock = -1;
	r = take_place(s, options->path, why);
	if (r == 0)
		r = database_open(&s->db, options->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, BUSY_OPEN_MS, why);
	if (r < 0)
		return r;
	r = prepare(s, options);
	if (r < 0) {
		text_add_str(why, store_error(s));
		return r;
	}
	*ret = TAKE(s);
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	seconds_free(s->seconds);
	signatures_free(s->signatures);
	database_close(s->db);
	append_free(s->append);
	free(s->boot);
	if (s->lock >= 0)
		close(s->lock);
	free(s);
}
