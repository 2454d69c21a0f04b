/* SPDX-License-Identifier: MIT */
/* The one place where the reader's SQL stands. */
#include "query_internal.h"

#include <stdio.h>

#define ROWS "SELECT id, sig, pid, seq, count, span, serial, ip FROM event WHERE id >= ?1 AND id < ?2"

/* Rows are asked for by ranges of their id, counts by ranges of their bucket: nothing here scans a table that grows
 * with the events, but QUERY_ROW_COUNT. */
static const char *const sql[QUERY_STATEMENT_N] = {
	[QUERY_BEGIN] = "BEGIN",
	[QUERY_COMMIT] = "COMMIT",
	[QUERY_VERSION] = "PRAGMA data_version",
	[QUERY_SEQ] = "SELECT max(seq) FROM change",
	[QUERY_HOSTS] = "SELECT id, name, is_local FROM host ORDER BY id",
	[QUERY_ALIASES] = "SELECT host, name FROM host_alias",
	[QUERY_CONTAINERS] = "SELECT id, host, runtime, cid, pod_uid, name, image, pod, namespace, outer_cid, spec, "
			     "profile, exit_code, oom_killed, restarts, labels, started, ended, status, caps FROM container "
			     "WHERE seq > ?1",
	[QUERY_ACCOUNTS] = "SELECT host, container, uid, name, inner_uid, inner_name FROM account WHERE seq > ?1",
	[QUERY_SIGNATURES] = "SELECT id, host, container, unit, source, time_source, attribution, mode, action, code, "
			     "arch, syscall, compat, sig, uid, gid, auid, ses, comm, exe, subj, other, events, first, "
			     "last FROM signature WHERE seq > ?1",
	[QUERY_ROWS_UP] = ROWS " ORDER BY id",
	[QUERY_ROWS_DOWN] = ROWS " ORDER BY id DESC",
	[QUERY_PID_UP] = ROWS " AND pid = ?3 ORDER BY id",
	[QUERY_PID_DOWN] = ROWS " AND pid = ?3 ORDER BY id DESC",
	[QUERY_PIDS_UP] = "SELECT minute, pids FROM pids WHERE minute >= ?1 AND minute < ?2 ORDER BY minute",
	[QUERY_PIDS_DOWN] = "SELECT minute, pids FROM pids WHERE minute >= ?1 AND minute < ?2 ORDER BY minute DESC",
	[QUERY_SIG_UP] = ROWS " AND sig = ?3 ORDER BY id",
	[QUERY_SIG_DOWN] = ROWS " AND sig = ?3 ORDER BY id DESC",
	[QUERY_DETAIL] = "SELECT ppid, tid, error, args, module, module_offset, symbol FROM detail WHERE event = ?1",
	[QUERY_CALLS] = "SELECT e.sig, e.pid, e.count, d.error, d.args FROM (SELECT event, error, args FROM detail "
			"WHERE event >= ?1 AND event < ?2 ORDER BY event DESC LIMIT ?3) d JOIN event e ON e.id = d.event",
	[QUERY_BUCKET] = "SELECT 1 FROM rollup WHERE resolution = ?1 AND bucket = ?2 AND sig = ?3 AND count > 0",
	[QUERY_BUCKETS] = "SELECT bucket, sig, count FROM rollup WHERE resolution = ?1 AND bucket >= ?2 AND bucket < ?3",
	[QUERY_CHANGES] = "SELECT first_id, last_id FROM change WHERE seq > ?1 AND first_id IS NOT NULL",
	[QUERY_OLDEST_CHANGE] = "SELECT min(seq) FROM change",
	[QUERY_OLDEST] = "SELECT min(id) FROM event",
	[QUERY_SESSIONS] = "SELECT s.pid, s.boot, s.start, s.alive, s.last_record, s.ended, h.is_local "
			   "FROM session s JOIN host h ON h.id = s.host ORDER BY s.id",
	[QUERY_WATCHING] = "SELECT watching, moves, processes, process_bytes, process_evicted, process_events, "
			   "process_lost, watch_why FROM session ORDER BY id DESC LIMIT 1",
	[QUERY_LOSSES] = "SELECT kind, host, first, last, count FROM loss WHERE last >= ?1 ORDER BY last DESC, id DESC",
	[QUERY_LOSS_TOTALS] = "SELECT kind, count(*), sum(count) FROM loss GROUP BY kind",
	[QUERY_LOSS_SPANS] = "SELECT first, last, count FROM loss WHERE kind <> 'enobufs' AND last >= ?1 AND first < ?2",
	[QUERY_PROCESSES] = "SELECT pid, started, ended, status, threads, cmdline, parents, container FROM process "
			    "WHERE (?1 = 0 OR container = ?1) AND (?2 < 0 OR pid = ?2) ORDER BY started DESC",
	[QUERY_PROFILE] = "SELECT text, sha256 FROM profile WHERE id = ?1",
	[QUERY_COUNTER] = "SELECT value FROM counter WHERE name = 'rows'",
	[QUERY_ROW_COUNT] = "SELECT count(*) FROM event",
};

static int errno_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_READONLY:
		return -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_INTERRUPT:
		return -EINTR;
	default:
		return -EIO;
	}
}

int query_fail(struct query *q, int code)
{
	snprintf(q->error, sizeof(q->error), "%s", q->db ? sqlite3_errmsg(q->db) : sqlite3_errstr(code));
	return errno_of(code);
}

int query_select(struct query *q, enum query_statement id, const int64_t *args, size_t n_args, sqlite3_stmt **ret)
{
	sqlite3_stmt **s = &q->statements[id];
	int code = SQLITE_OK;

	if (!*s)
		code = sqlite3_prepare_v3(q->db, sql[id], -1, SQLITE_PREPARE_PERSISTENT, s, NULL);
	for (size_t i = 0; code == SQLITE_OK && i < n_args; i++)
		code = sqlite3_bind_int64(*s, (int)i + 1, args[i]);
	if (code != SQLITE_OK)
		return query_fail(q, code);
	*ret = *s;
	return 0;
}

int query_step(struct query *q, sqlite3_stmt *s)
{
	int code = sqlite3_step(s);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : query_fail(q, code);
}

int query_number(struct query *q, enum query_statement id, int64_t absent, int64_t *ret)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = query_select(q, id, NULL, 0, &s);
	if (r == 0)
		r = query_step(q, s);
	if (r < 0)
		return r;
	*ret = r == 1 ? query_int_or(s, 0, absent) : absent;
	return 0;
}

static int run(struct query *q, enum query_statement id)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r;

	r = query_select(q, id, NULL, 0, &s);
	return r < 0 ? r : query_step(q, s);
}

int query_begin(struct query *q)
{
	return run(q, QUERY_BEGIN);
}

void query_end(struct query *q)
{
	if (!sqlite3_get_autocommit(q->db))
		run(q, QUERY_COMMIT);
}
