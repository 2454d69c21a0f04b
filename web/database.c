/* SPDX-License-Identifier: MIT */
#include "database.h"

#include "seccompwatch/log.h"

#define RETRY_MS 1000

struct database {
	char *path;
	struct query *query;
	unsigned generation;
	int error; /* why `query` is NULL */
	int64_t retry; /* monotonic */
	struct text why;
};

int database_new(const char *path, struct database **ret)
{
	CLEANUP(database_free_p) struct database *db = calloc(1, sizeof(*db));

	if (!db)
		return -ENOMEM;
	db->error = -ENOENT;
	db->path = strdup(path);
	if (!db->path)
		return -ENOMEM;
	*ret = TAKE(db);
	return 0;
}

void database_free(struct database *db)
{
	if (!db)
		return;
	query_close(db->query);
	text_free(&db->why);
	free(db->path);
	free(db);
}

/* Said in the log when it changes, not once a second. */
static void remember(struct database *db, int error, const char *why)
{
	bool news = !db->why.data || strcmp(db->why.data, why) != 0;

	query_close(TAKE(db->query));
	db->error = error;
	db->retry = clock_monotonic() + RETRY_MS;
	if (!news)
		return;
	text_reset(&db->why);
	text_add_str(&db->why, why);
	log_warning("%s; requests are answered with 503 until it can be read", why);
}

static int reopen(struct database *db)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r;

	if (clock_monotonic() < db->retry)
		return db->error;
	r = query_open(&db->query, db->path, &why);
	if (r < 0) {
		db->query = NULL;
		remember(db, r, why.data ? why.data : strerror(-r));
		return r;
	}
	db->generation++;
	if (db->why.len > 0)
		log_info("%s can be read again", db->path);
	text_free(&db->why);
	db->why = TEXT_EMPTY;
	return 0;
}

int database_get(struct database *db, struct query **ret)
{
	int r = db->query ? query_refresh(db->query) : -ESTALE;

	if (r == -ESTALE) {
		query_close(TAKE(db->query));
		r = reopen(db);
	} else if (r < 0) {
		database_failed(db, r);
	}
	if (r < 0)
		return r;
	*ret = db->query;
	return 0;
}

const char *database_why(const struct database *db)
{
	return db->why.data ? db->why.data : "the database is not open yet";
}

const char *database_path(const struct database *db)
{
	return db->path;
}

void database_failed(struct database *db, int error)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	if (error == -EINVAL || error == -ENOMEM)
		return;
	text_printf(&why, "cannot read %s: %s", db->path, strerror(-error));
	remember(db, error, why.data ? why.data : "cannot read the database");
}

unsigned database_generation(const struct database *db)
{
	return db->generation;
}
