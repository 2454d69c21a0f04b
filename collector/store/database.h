/* SPDX-License-Identifier: MIT */
/* database: the writers' SQLite door: a connection, its prepared statements, and errors as errno and a sentence. */
#pragma once

#include <sqlite3.h>

#include "seccompwatch/text.h"

struct database;

/* `flags` are SQLite's: SQLITE_OPEN_READWRITE and so on. */
int database_open(struct database **ret, const char *path, int flags, int busy_ms, struct text *why);
void database_close(struct database *d);
DEFINE_CLEANUP(struct database *, database_close)

/* An integer or NULL. */
struct database_integer {
	bool is_there;
	int64_t value;
};

/* A statement of one shape, ready to be bound; NULL: see database_error. The text is a literal, and its address is
 * the key of the cache. */
sqlite3_stmt *database_prepare(struct database *d, const char *sql);
/* Binds by the letters of `types`: i int64_t, I struct database_integer, t struct span (data NULL is NULL), b struct
 * span as blob. Parameters are numbered in order. NULL statements are passed on. */
int database_bind(struct database *d, sqlite3_stmt *stmt, const char *types, ...);
/* Steps: 1 a row, 0 done, negative errno. The statement is reset unless there is a row. */
int database_step(struct database *d, sqlite3_stmt *stmt);
/* prepare, bind, step to the end. */
int database_run(struct database *d, const char *sql, const char *types, ...);
/* The same, and the first column of the first row; -ENOENT when there is none. */
int database_number(struct database *d, const char *sql, int64_t *ret, const char *types, ...);
/* Several statements, no parameters. */
int database_script(struct database *d, const char *sql);

int database_begin(struct database *d);
int database_commit(struct database *d);
void database_rollback(struct database *d); /* nothing when there is no transaction */

sqlite3 *database_handle(struct database *d);
const char *database_path(const struct database *d);
/* Records a SQLite result and returns it as negative errno. */
int database_fail(struct database *d, int rc);
/* Records a sentence that SQLite does not know. Returns r. */
int database_say(struct database *d, int r, const char *sentence);
const char *database_error(const struct database *d);
