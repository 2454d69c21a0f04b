/* SPDX-License-Identifier: MIT */
#include "database.h"

#include <stdio.h>

#define STATEMENTS_MAX 64

struct database {
	sqlite3 *handle;
	char *path;
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} statements[STATEMENTS_MAX];
	size_t n_statements;
	char error[512];
};

/* SQLite's results that mean something to an operator; extended codes are looked up first. */
static const struct {
	int rc, error;
	const char *sentence; /* NULL: SQLite's own */
} results[] = {
	{SQLITE_BUSY, EBUSY, "another process holds the database locked"},
	{SQLITE_LOCKED, EBUSY, "another process holds the database locked"},
	{SQLITE_FULL, ENOSPC, "the disk is full"},
	{SQLITE_READONLY, EROFS, "it cannot be written: read-only file, directory or file system"},
	{SQLITE_NOMEM, ENOMEM, "out of memory"},
	{SQLITE_IOERR_NOMEM, ENOMEM, "out of memory"},
	{SQLITE_IOERR_SHMSIZE, ENOSPC, "the disk is full (its -shm file cannot grow)"},
	{SQLITE_CORRUPT, EUCLEAN, "the file is damaged; move it away and start anew, or restore a copy"},
	{SQLITE_NOTADB, EMEDIUMTYPE, "the file is not a SQLite database"},
	{SQLITE_CANTOPEN, ENOENT, "it cannot be opened: is the directory there and writable?"},
	{SQLITE_PERM, EACCES, "permission denied"},
	{SQLITE_AUTH, EACCES, "permission denied"},
	{SQLITE_TOOBIG, EFBIG, NULL},
};

static int error_of(struct database *d, int rc, const char **ret_sentence)
{
	for (size_t i = 0; i < ARRAY_SIZE(results) * 2; i++) {
		size_t at = i % ARRAY_SIZE(results);
		int wanted = i < ARRAY_SIZE(results) ? rc : rc & 0xff;

		if (results[at].rc == wanted) {
			*ret_sentence = results[at].sentence;
			return results[at].error;
		}
	}
	if ((rc & 0xff) == SQLITE_IOERR) {
		int error = d->handle ? sqlite3_system_errno(d->handle) : 0;

		*ret_sentence = error == ENOSPC || error == EDQUOT ? "the disk is full" : error ? strerror(error) : NULL;
		return error ? error : EIO;
	}
	return EINVAL;
}

int database_fail(struct database *d, int rc)
{
	const char *sentence = NULL;
	int error = error_of(d, rc, &sentence);

	if (!sentence)
		sentence = d->handle ? sqlite3_errmsg(d->handle) : sqlite3_errstr(rc);
	snprintf(d->error, sizeof(d->error), "%s: %s", d->path, sentence);
	return -error;
}

int database_say(struct database *d, int r, const char *sentence)
{
	snprintf(d->error, sizeof(d->error), "%s: %s", d->path, sentence);
	return r;
}

const char *database_error(const struct database *d)
{
	return d->error;
}

sqlite3 *database_handle(struct database *d)
{
	return d->handle;
}

const char *database_path(const struct database *d)
{
	return d->path;
}

static int configure(struct database *d, int busy_ms)
{
	sqlite3_extended_result_codes(d->handle, 1);
	sqlite3_busy_timeout(d->handle, busy_ms);
	/* Root opens a file that others may have had in their hands. */
	if (sqlite3_db_config(d->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
		sqlite3_db_config(d->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK)
		return -EINVAL;
	return 0;
}

int database_open(struct database **ret, const char *path, int flags, int busy_ms, struct text *why)
{
	CLEANUP(database_close_p) struct database *d = calloc(1, sizeof(*d));
	int r;

	if (!d || !(d->path = strdup(path)))
		return -ENOMEM;
	r = sqlite3_open_v2(path, &d->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	r = r != SQLITE_OK ? database_fail(d, r) : configure(d, busy_ms);
	if (r < 0) {
		text_add_str(why, d->error);
		return r;
	}
	*ret = TAKE(d);
	return 0;
}

void database_close(struct database *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_statements; i++)
		sqlite3_finalize(d->statements[i].stmt);
	sqlite3_close(d->handle);
	free(d->path);
	free(d);
}

sqlite3_stmt *database_prepare(struct database *d, const char *sql)
{
	size_t i = 0;
	int rc;

	while (i < d->n_statements && d->statements[i].sql != sql)
		i++;
	if (i < d->n_statements)
		return d->statements[i].stmt;
	if (i == STATEMENTS_MAX) {
		database_say(d, -E2BIG, "too many kinds of statements");
		return NULL;
	}
	rc = sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &d->statements[i].stmt, NULL);
	if (rc != SQLITE_OK) {
		database_fail(d, rc);
		return NULL;
	}
	d->statements[i].sql = sql;
	d->n_statements++;
	return d->statements[i].stmt;
}

static int bind_one(sqlite3_stmt *stmt, int at, char type, va_list *args)
{
	struct database_integer integer;
	struct span s;

	switch (type) {
	case 'I':
		integer = va_arg(*args, struct database_integer);
		return integer.is_there ? sqlite3_bind_int64(stmt, at, integer.value) : sqlite3_bind_null(stmt, at);
	case 'i':
		return sqlite3_bind_int64(stmt, at, va_arg(*args, int64_t));
	case 't':
		s = va_arg(*args, struct span);
		return sqlite3_bind_text(stmt, at, s.data, (int)s.len, SQLITE_STATIC);
	case 'b':
		s = va_arg(*args, struct span);
		return sqlite3_bind_blob(stmt, at, s.data, (int)s.len, SQLITE_STATIC);
	default:
		return SQLITE_MISUSE;
	}
}

static int bind_all(struct database *d, sqlite3_stmt *stmt, const char *types, va_list *args)
{
	int rc = SQLITE_OK;

	if (!stmt)
		return -EINVAL;
	for (int i = 0; types[i] != '\0' && rc == SQLITE_OK; i++)
		rc = bind_one(stmt, i + 1, types[i], args);
	return rc == SQLITE_OK ? 0 : database_fail(d, rc);
}

int database_bind(struct database *d, sqlite3_stmt *stmt, const char *types, ...)
{
	va_list args;
	int r;

	va_start(args, types);
	r = bind_all(d, stmt, types, &args);
	va_end(args);
	return r;
}

int database_step(struct database *d, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt), r = 0;

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		r = database_fail(d, rc);
	sqlite3_reset(stmt);
	return r;
}

int database_run(struct database *d, const char *sql, const char *types, ...)
{
	sqlite3_stmt *stmt = database_prepare(d, sql);
	va_list args;
	int r;

	va_start(args, types);
	r = bind_all(d, stmt, types, &args);
	va_end(args);
	if (r == 0)
		r = database_step(d, stmt);
	if (r == 1)
		sqlite3_reset(stmt);
	return MIN(r, 0);
}

int database_number(struct database *d, const char *sql, int64_t *ret, const char *types, ...)
{
	sqlite3_stmt *stmt = database_prepare(d, sql);
	va_list args;
	int r;

	va_start(args, types);
	r = bind_all(d, stmt, types, &args);
	va_end(args);
	if (r == 0)
		r = database_step(d, stmt);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	r = sqlite3_column_type(stmt, 0) == SQLITE_NULL ? -ENOENT : 0;
	if (r == 0)
		*ret = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return r;
}

int database_script(struct database *d, const char *sql)
{
	int rc = sqlite3_exec(d->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : database_fail(d, rc);
}

int database_begin(struct database *d)
{
	return database_run(d, "BEGIN IMMEDIATE", "");
}

int database_commit(struct database *d)
{
	return database_run(d, "COMMIT", "");
}

void database_rollback(struct database *d)
{
	char error[sizeof(d->error)];

	if (sqlite3_get_autocommit(d->handle))
		return;
	memcpy(error, d->error, sizeof(error)); /* why it is rolled back says more than what rolling back says */
	(void)database_run(d, "ROLLBACK", "");
	memcpy(d->error, error, sizeof(error));
}
