/* SPDX-License-Identifier: MIT */
#include "events_db.h"

#include <setjmp.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "seccompwatch/embed.h"

void events_db_run(sqlite3 *db, const char *fmt, ...)
{
	CLEANUP_TEXT struct text sql = TEXT_EMPTY;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&sql, fmt, args);
	va_end(args);
	if (sqlite3_exec(db, sql.data, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql.data);
}

int64_t events_db_ask(sqlite3 *db, const char *fmt, ...)
{
	CLEANUP_TEXT struct text sql = TEXT_EMPTY;
	sqlite3_stmt *s = NULL;
	int64_t value = -1;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&sql, fmt, args);
	va_end(args);
	if (sqlite3_prepare_v2(db, sql.data, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql.data);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
		value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return value;
}

sqlite3 *events_db_make(const char *path)
{
	int version = 0;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	events_db_run(db, "PRAGMA journal_mode=wal; PRAGMA synchronous=off");
	for (const struct embed_file *f = embed_schema; f->name; f++)
		if (strstr(f->name, ".sql")) {
			events_db_run(db, "%s", (const char *)f->plain);
			version++;
		}
	events_db_run(db, "PRAGMA application_id=%d; PRAGMA user_version=%d", 0x53435741, version);
	events_db_run(db, "INSERT INTO host VALUES (1, 'm1', 'here', 1), (2, NULL, 'there', 0)");
	events_db_run(db, "INSERT INTO host_alias VALUES ('alias', 2)");
	return db;
}

int events_db_setup(void **state)
{
	struct events_db *f = calloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/test_query.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->dir);
	f->db = events_db_make(f->path);
	*state = f;
	return 0;
}

int events_db_teardown(void **state)
{
	static const char *const names[] = {"events.db", "events.db-wal", "events.db-shm", "events.db.lock", "other.db",
		"other.db-wal", "other.db-shm", "a?b#c%d.db"};
	struct events_db *f = *state;
	char path[128];

	chmod(f->dir, 0700);
	sqlite3_close(f->db);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

struct query *events_db_reader(const struct events_db *f)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;
	int r = query_open(&q, f->path, &why);

	if (r < 0)
		fail_msg("%d: %s", r, why.data);
	return q;
}

void events_db_signature(struct events_db *f, int id, int host, const char *values)
{
	events_db_run(f->db,
		"INSERT INTO signature (id, hash, host, source, time_source, attribution, mode, seq, container, unit, action, "
		"code, arch, syscall, uid, comm, exe) VALUES (%d, %d, %d, 0, 0, 1, 0, %d, %s)",
		id, id, host, (int)f->seq, values);
}

int64_t events_db_row(struct events_db *f, int64_t time, int sig, int pid, int count, int span)
{
	int64_t id = time << 20;

	while (events_db_ask(f->db, "SELECT 1 FROM event WHERE id = %lld", (long long)id) == 1)
		id++;
	events_db_run(f->db, "INSERT INTO event VALUES (%lld, %d, %d, 4096, %d, %d, %d, %d, NULL)", (long long)id, sig, pid, 7,
		(int)f->seq, count, span);
	/* Empty: any process may be there. */
	events_db_run(f->db, "INSERT OR REPLACE INTO pids VALUES (%lld, x'')", (long long)(time / 60000));
	for (int64_t unit = 60; unit <= 86400; unit *= unit == 60 ? 15 : unit == 900 ? 4 : 24)
		events_db_run(f->db,
			"INSERT INTO rollup VALUES (%d, %d, %lld, %d) ON CONFLICT DO UPDATE SET count = count + excluded.count", sig,
			(int)unit, (long long)(time / (1000 * unit)), count);
	events_db_run(f->db,
		"UPDATE signature SET events = events + %d, first = min(ifnull(first, %lld), %lld), "
		"last = max(ifnull(last, 0), %lld), seq = %d WHERE id = %d",
		count, (long long)time, (long long)time, (long long)time + span, (int)f->seq, sig);
	return id;
}

void events_db_begin(struct events_db *f)
{
	f->seq++;
	events_db_run(f->db, "BEGIN");
}

void events_db_commit(struct events_db *f)
{
	events_db_run(f->db,
		"INSERT INTO change SELECT %d, %lld, min(id), max(id) FROM event WHERE seq = %d; COMMIT", (int)f->seq,
		(long long)EVENTS_T0, (int)f->seq);
}

void events_db_fill(struct events_db *f)
{
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO container (id, host, runtime, cid, pod_uid, name, image, pod, namespace, seq) VALUES (1, 1, 1, 'aaaa1111', NULL, 'web', 'nginx', NULL, NULL, 1), "
		       "(2, 1, 4, 'aaaa2222', NULL, NULL, NULL, NULL, NULL, 1), (3, 1, 1, 'bbbb', NULL, 'web', NULL, NULL, "
		       "NULL, 1), (4, 1, 1, 'cccc', NULL, 'bbbb', NULL, NULL, NULL, 1)");
	events_db_signature(f, 1, 1, "1, NULL, 1, 2147483648, 0xc000003e, 41, 0, 'nc', '/bin/nc'");
	events_db_signature(f, 2, 1, "2, NULL, 7, 2147221504, 0x40000003, 39, 1000, 'mkdir', '/bin/busybox'");
	events_db_signature(f, 3, 2, "NULL, 'ssh.service', 4, 327681, 0xc000003e, 99999, 0, 'a\\x0ab', '/usr/sbin/sshd'");
	events_db_signature(f, 4, 1, "NULL, NULL, 0, NULL, NULL, 41, NULL, NULL, NULL");
	events_db_signature(f, 5, 1, "4, NULL, 7, 2147221504, 0xc000003e, 1073741825, 1, 'x,32', '/x32'");
	for (int i = 0; i < 5; i++)
		events_db_row(f, EVENTS_T0 + i * 1000, i + 1, 100 + i, i + 1, 0);
	events_db_commit(f);
}

int events_db_collect(void *data, const struct query_row *row)
{
	struct events_rows *rows = data;

	assert_true(rows->n < ARRAY_SIZE(rows->at));
	rows->at[rows->n++] = *row;
	return rows->n == rows->stop_after ? 77 : 0;
}

void events_db_describe(const struct events_rows *rows, struct text *ret)
{
	text_reset(ret);
	text_add_str(ret, "");
	for (size_t i = 0; i < rows->n; i++)
		text_printf(ret, "%s%d", i ? " " : "", (int)((rows->at[i].time - EVENTS_T0) / 1000));
}

void events_db_filter(struct query_filter *f, const char *field, const char *value)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = query_field_from_name(span_from(field));

	assert_true(r >= 0);
	r = query_filter_add(f, (enum query_field)r, span_from(value), &why);
	if (r < 0)
		fail_msg("%s=%s: %s", field, value, why.data);
}
