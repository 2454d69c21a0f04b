/* SPDX-License-Identifier: MIT */
/* Opening the database read-only, in every state it can be found in: written to at this moment, left by a collector
 * that has stopped, on a medium or in a directory that cannot be written, owned by somebody else. */
#include <fcntl.h>
#include <stdio.h>

#include "query_internal.h"
#include "seccompwatch/embed.h"

#define APPLICATION_ID 0x53435741 /* schema/001_events.sql */
#define BUSY_MS        250
#define CACHE_KIB      4096

static bool is_absent(const char *path, const char *suffix)
{
	CLEANUP_TEXT struct text name = TEXT_EMPTY;
	struct stat st;

	text_printf(&name, "%s%s", path, suffix);
	return name.failed || stat(name.data, &st) < 0 || st.st_size == 0;
}

static int say_missing(const char *path, int error, struct text *why)
{
	if (error == ENOENT || error == ENOTDIR)
		text_printf(why,
			"no database at %s: nothing was recorded there yet; `seccompwatch run` (as root) starts recording, "
			"--db or $SECCOMPWATCH_DB names another place",
			path);
	else if (error == EACCES || error == EPERM)
		text_printf(why,
			"may not read %s: it is for root and for members of the group that owns it; run this as root or "
			"join that group",
			path);
	else
		text_printf(why, "cannot read %s: %s", path, strerror(error));
	return -error;
}

/* The file itself, without opening it: closing a second descriptor would drop this process's locks on it. */
static int check_file(struct query *q, struct text *why)
{
	struct stat st;

	if (stat(q->path, &st) < 0 || faccessat(AT_FDCWD, q->path, R_OK, AT_EACCESS) < 0)
		return say_missing(q->path, errno, why);
	if (!S_ISREG(st.st_mode)) {
		text_printf(why, "%s is not a file, so it cannot be a database", q->path);
		return -EMEDIUMTYPE;
	}
	if (st.st_size == 0) {
		text_printf(why, "%s is empty: a collector makes its tables when it starts", q->path);
		return -EMEDIUMTYPE;
	}
	q->dev = st.st_dev;
	q->ino = st.st_ino;
	return 0;
}

/* "file:PATH?immutable=1" with what has a meaning in a URI taken out of PATH. */
static char *immutable_uri(const char *path)
{
	struct text uri = TEXT_EMPTY;

	text_add_str(&uri, "file:");
	for (; *path; path++) {
		if (strchr("%?#", *path))
			text_printf(&uri, "%%%02X", (unsigned char)*path);
		else
			text_add_char(&uri, *path);
	}
	text_add_str(&uri, "?immutable=1");
	return text_take(&uri);
}

static int harden(sqlite3 *db)
{
	static const char pragmas[] = "PRAGMA query_only=1; PRAGMA cell_size_check=1; PRAGMA temp_store=memory;";
	int code;

	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	code = sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return code == SQLITE_OK ? sqlite3_exec(db, pragmas, NULL, NULL, NULL) : code;
}

static int number_of(sqlite3 *db, const char *pragma, int64_t *ret)
{
	sqlite3_stmt *s = NULL;
	int code = sqlite3_prepare_v2(db, pragma, -1, &s, NULL);

	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		*ret = sqlite3_column_int64(s, 0);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	return code;
}

/* Opens and reads the header: the first read is what fails when a log is needed and cannot be had. */
static int try_open(struct query *q, const char *name, int flags, int64_t *ret_application)
{
	int code;

	sqlite3_close_v2(q->db);
	q->db = NULL;
	code = sqlite3_open_v2(name, &q->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, NULL);
	if (code == SQLITE_OK)
		code = harden(q->db);
	if (code == SQLITE_OK)
		code = number_of(q->db, "PRAGMA application_id", ret_application);
	return code;
}

/* The log, or its index, is not there and cannot be made here. */
static bool needs_log(int code)
{
	return (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_READONLY;
}

static int open_file(struct query *q, int64_t *ret_application, struct text *why)
{
	CLEANUP_FREE char *uri = NULL;
	int code = try_open(q, q->path, 0, ret_application), r;

	if (needs_log(code) && is_absent(q->path, "-wal")) {
		uri = immutable_uri(q->path);
		if (!uri)
			return -ENOMEM;
		q->immutable = true;
		code = try_open(q, uri, SQLITE_OPEN_URI, ret_application);
	}
	if (code == SQLITE_OK)
		return 0;
	r = query_fail(q, code);
	if (r == -EBADMSG)
		text_printf(why, "%s is not a database, or is damaged: %s", q->path, q->error);
	else if (r == -EACCES)
		text_printf(why,
			"cannot read %s: the newest of it is in the file -wal beside it, which needs -shm, and that is "
			"missing or unreadable; starting a collector, or reading it once as root, brings it back",
			q->path);
	else
		text_printf(why, "cannot read %s: %s", q->path, q->error);
	return r == -EBADMSG ? -EMEDIUMTYPE : r;
}

/* The version this program knows: the number of the last migration it carries. */
static int64_t known_version(void)
{
	uint64_t newest = 0, number;

	for (const struct embed_file *f = embed_schema; f->name; f++)
		if (strlen(f->name) > 3 && text_to_u64((struct span){f->name, 3}, 999, &number) == 0)
			newest = MAX(newest, number);
	return (int64_t)newest;
}

static int check_version(struct query *q, int64_t application, struct text *why)
{
	int64_t version = 0;
	int code = number_of(q->db, "PRAGMA user_version", &version);

	if (code != SQLITE_OK) {
		text_printf(why, "cannot read %s: %s", q->path, sqlite3_errmsg(q->db));
		return query_fail(q, code);
	}
	if (application != APPLICATION_ID) {
		text_printf(why, "%s is another program's database", q->path);
		return -EMEDIUMTYPE;
	}
	if (version > known_version()) {
		text_printf(why, "%s was written by a newer seccompwatch (schema %d, this one knows %d): update this one",
			q->path, (int)version, (int)known_version());
		return -EPROTONOSUPPORT;
	}
	if (version < known_version()) {
		text_printf(why, "%s has an older schema (%d of %d): a collector brings it up to date when it starts", q->path,
			(int)version, (int)known_version());
		return -EPROTONOSUPPORT;
	}
	return 0;
}

int query_open(struct query **ret, const char *path, struct text *why)
{
	CLEANUP(query_close_p) struct query *q = calloc(1, sizeof(*q));
	int64_t application = 0;
	int r;

	if (!q || !(q->path = strdup(path)))
		return -ENOMEM;
	q->data_version = -1;
	r = check_file(q, why);
	if (r == 0)
		r = open_file(q, &application, why);
	if (r == 0)
		r = check_version(q, application, why);
	if (r < 0)
		return r;
	r = query_refresh(q);
	if (r < 0) {
		text_printf(why, "cannot read %s: %s", path, q->error[0] ? q->error : strerror(-r));
		return r;
	}
	*ret = TAKE(q);
	return 0;
}

void query_close(struct query *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < QUERY_STATEMENT_N; i++)
		sqlite3_finalize(q->statements[i]);
	sqlite3_close_v2(q->db);
	query_unload(q);
	free(q->path);
	free(q);
}

/* Somebody moved another file to this path, or what was a lone file has a writer now. */
static bool is_stale(const struct query *q)
{
	struct stat st;

	if (stat(q->path, &st) < 0 || st.st_dev != q->dev || st.st_ino != q->ino)
		return true;
	return q->immutable && !is_absent(q->path, "-wal");
}

int query_enter(struct query *q)
{
	int r;

	if (is_stale(q))
		return -ESTALE;
	r = query_begin(q);
	if (r < 0)
		return r;
	r = query_load(q);
	if (r < 0)
		query_end(q);
	return r;
}

int query_refresh(struct query *q)
{
	int r = query_enter(q);

	if (r >= 0)
		query_end(q);
	return r;
}

uint64_t query_seq(const struct query *q)
{
	return q->seq;
}

const char *query_error(const struct query *q)
{
	return q->error;
}
