/* SPDX-License-Identifier: MIT */
/* store_fixture: a database in a directory of its own, and events to put into it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>

#include "seccompwatch/log.h"
#include "seccompwatch/store.h"

struct fixture {
	char directory[64], path[96];
	struct batch *batch;
	struct store *store;
};

static inline int fixture_open(struct fixture *f, enum store_role role)
{
	struct store_options options = {f->path, role, 0};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = store_open(&f->store, &options, &why);

	if (r < 0)
		print_error("%s\n", why.data);
	return r;
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	log_set_level(LOG_LEVEL_ERROR);
	strcpy(f->directory, "/tmp/test_store_XXXXXX");
	if (!mkdtemp(f->directory) || batch_new(65536, &f->batch) < 0)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	*state = f;
	return fixture_open(f, STORE_IMPORT);
}

static inline int fixture_teardown(void **state)
{
	static const char *const names[] = {"events.db", "events.db-wal", "events.db-shm", "events.db.lock",
		"events.db-journal"};
	struct fixture *f = *state;
	char path[128];

	store_close(f->store);
	batch_free(f->batch);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->directory, names[i]);
		unlink(path);
	}
	rmdir(f->directory);
	free(f);
	return 0;
}

/* An answer of one number, through a connection of its own: what any other process would see. */
static inline int64_t fixture_number(const struct fixture *f, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int64_t number;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

/* All rows of an answer as one text: columns separated by blanks, rows by commas. free() */
static inline char *fixture_rows(const struct fixture *f, const char *sql)
{
	struct text t = TEXT_EMPTY;
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		if (t.len > 0)
			text_add_char(&t, ',');
		for (int i = 0; i < sqlite3_column_count(stmt); i++)
			text_printf(&t, "%s%s", i > 0 ? " " : "",
				sqlite3_column_type(stmt, i) == SQLITE_NULL ? "-" : (const char *)sqlite3_column_text(stmt, i));
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text_take(&t);
}

#define FIXTURE_TIME INT64_C(1700000000000)

/* A plain event: `ms` after FIXTURE_TIME. */
static inline struct event *fixture_event(int64_t ms, uint32_t serial, int32_t pid)
{
	static struct event ev;

	event_reset(&ev);
	ev.time = FIXTURE_TIME + ms;
	ev.has_serial = true;
	ev.serial = serial;
	ev.pid = pid;
	ev.syscall = 41;
	ev.has_arch = ev.has_code = ev.has_ip = true;
	ev.arch = 0xc000003e;
	ev.code = 0x50000;
	ev.ip = 0x7f0000001000;
	ev.action = EVENT_ACTION_ERRNO;
	ev.uid = 1000;
	ev.gid = 1000;
	ev.sig = 0;
	ev.compat = 0;
	ev.source = EVENT_SOURCE_AUDIT_LOG;
	ev.time_source = EVENT_TIME_AUDIT;
	event_set(&ev, &ev.comm, SPAN("nc"));
	event_set(&ev, &ev.exe, SPAN("/bin/nc"));
	return &ev;
}

static inline struct store_result fixture_write(struct fixture *f)
{
	struct store_result result = {0};
	int r = store_write(f->store, f->batch, &result);

	if (r < 0)
		fail_msg("store_write: %d %s", r, store_error(f->store));
	batch_reset(f->batch);
	return result;
}
