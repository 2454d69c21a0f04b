/* SPDX-License-Identifier: MIT */
/* events_db: databases made by hand from the schema, for tests of the reader. Failures end the test. */
#pragma once

#include <sqlite3.h>

#include "seccompwatch/query.h"

#define EVENTS_MINUTE INT64_C(60000)
#define EVENTS_HOUR   (60 * EVENTS_MINUTE)
#define EVENTS_DAY    (24 * EVENTS_HOUR)
/* 2026-11-20T00:00:00Z */
#define EVENTS_T0 INT64_C(1795132800000)

struct events_db {
	char dir[64], path[80];
	sqlite3 *db; /* the writer's side */
	uint64_t seq;
};

/* cmocka's: *state is the events_db. Hosts 1 (here, this machine) and 2 (there, or alias). */
int events_db_setup(void **state);
int events_db_teardown(void **state);
sqlite3 *events_db_make(const char *path);
struct query *events_db_reader(const struct events_db *f);

void events_db_run(sqlite3 *db, const char *fmt, ...) PRINTF(2, 3);
int64_t events_db_ask(sqlite3 *db, const char *fmt, ...) PRINTF(2, 3); /* one number; -1 when there is none */

/* One transaction of the writer's. */
void events_db_begin(struct events_db *f);
void events_db_commit(struct events_db *f);
/* `values` of container, unit, action, code, arch, syscall, uid, comm, exe. */
void events_db_signature(struct events_db *f, int id, int host, const char *values);
/* A row, and what the writer keeps with it: roll-ups and totals. Its id. */
int64_t events_db_row(struct events_db *f, int64_t time, int sig, int pid, int count, int span);
/* Five signatures of all kinds, one row a second each, the first at EVENTS_T0. */
void events_db_fill(struct events_db *f);

struct events_rows {
	struct query_row at[64];
	size_t n, stop_after;
};
int events_db_collect(void *rows, const struct query_row *row); /* 77 after stop_after rows */
/* The seconds after EVENTS_T0 at which rows stand: "0 1 4". */
void events_db_describe(const struct events_rows *rows, struct text *ret);
void events_db_filter(struct query_filter *f, const char *field, const char *value);
