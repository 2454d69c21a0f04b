/* SPDX-License-Identifier: MIT */
/* The reader's inside. Everything that repeats (hosts, containers, signatures) lives in memory and is brought up to
 * date by its `seq`; rows are read in chunks, each in a read transaction of its own, so that a slow consumer never
 * keeps the write-ahead log from being reset. */
#pragma once

#include <inttypes.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "seccompwatch/query.h"

#define QUERY_MINUTE INT64_C(60000)
#define QUERY_QUARTER_MS (15 * QUERY_MINUTE)
#define QUERY_HOUR_MS (60 * QUERY_MINUTE)
#define QUERY_DAY_MS  (24 * QUERY_HOUR_MS)

/* event.id is the row's first time and a tie-break of 20 bits. */
#define QUERY_ID_SHIFT 20
/* The end of "everything": one past the greatest id. */
#define QUERY_ID_END INT64_MAX

static inline int64_t query_id_of(int64_t time)
{
	return time <= 0 ? 0 : time > CLOCK_MAX ? QUERY_ID_END : time << QUERY_ID_SHIFT;
}

static inline int64_t query_time_of(int64_t id)
{
	return id >> QUERY_ID_SHIFT;
}

/* Statements are prepared once, when first needed. */
enum query_statement {
	QUERY_BEGIN,
	QUERY_COMMIT,
	QUERY_VERSION,
	QUERY_SEQ,
	QUERY_HOSTS,
	QUERY_ALIASES,
	QUERY_CONTAINERS,
	QUERY_ACCOUNTS,
	QUERY_SIGNATURES,
	QUERY_ROWS_UP,
	QUERY_ROWS_DOWN,
	QUERY_PID_UP,
	QUERY_PID_DOWN,
	QUERY_PIDS_UP,
	QUERY_PIDS_DOWN,
	QUERY_SIG_UP,
	QUERY_SIG_DOWN,
	QUERY_DETAIL,
	QUERY_CALLS,
	QUERY_BUCKET,
	QUERY_BUCKETS,
	QUERY_CHANGES,
	QUERY_OLDEST_CHANGE,
	QUERY_OLDEST,
	QUERY_SESSIONS,
	QUERY_WATCHING,
	QUERY_LOSSES,
	QUERY_LOSS_TOTALS,
	QUERY_LOSS_SPANS,
	QUERY_PROCESSES,
	QUERY_PROFILE,
	QUERY_COUNTER,
	QUERY_ROW_COUNT,
	QUERY_STATEMENT_N,
};

/* Each distinct text once, for the reader's whole life: what was handed out stays valid, and equal texts are equal
 * pointers. */
struct query_pool {
	char **slots;
	size_t n, room; /* room is a power of two, or 0 */
};
/* NULL without memory; s must not hold NUL. */
const char *query_pool_add(struct query_pool *pool, struct span s);
void query_pool_free(struct query_pool *pool);

struct query_host {
	int64_t id;
	const char *name;
	bool local;
};

struct query_alias {
	const char *name;
	int64_t host;
};

struct query_member {
	struct query_container container;
	int64_t host;
};

struct query_account {
	int64_t host, container; /* container 0: outside of containers */
	uint32_t uid;
	bool has_inner;
	uint32_t inner_uid;
	const char *user, *inner_user;
};

struct query_sig {
	struct query_signature pub;
	int64_t host;
	const char *uid_text;     /* for grouping and filters; NULL when unset */
	const char *syscall_text; /* the name, else the number, NULL when there is none */
	uint64_t events;
	int64_t first, last; /* CLOCK_NONE when it has no events */
};

/* Rows of a table whose ids count up from 1, found by id. */
struct query_slots {
	void **items;
	size_t n; /* one more than the greatest id */
};

struct query {
	sqlite3 *db;
	sqlite3_stmt *statements[QUERY_STATEMENT_N];
	char *path;
	dev_t dev;
	ino_t ino;
	bool immutable; /* no log beside the file and none can be made: read as it lies there */
	int64_t data_version;
	uint64_t seq;
	struct query_pool pool;
	struct query_host *hosts;
	size_t n_hosts;
	struct query_alias *aliases;
	size_t n_aliases;
	struct query_account *accounts; /* sorted by host, container, uid */
	size_t n_accounts;
	struct query_slots containers; /* struct query_member */
	struct query_slots signatures; /* struct query_sig */
	char error[256];
};

static inline struct query_sig *query_sig_at(const struct query *q, int64_t id)
{
	return id > 0 && (uint64_t)id < q->signatures.n ? q->signatures.items[id] : NULL;
}

/* ---- statements (query_sql.c) ---- */
/* Keeps SQLite's message and gives its errno. */
int query_fail(struct query *q, int code);
int query_select(struct query *q, enum query_statement id, const int64_t *args, size_t n_args, sqlite3_stmt **ret);
#define QUERY_SELECT(q, id, ret, ...)                                                                        \
	query_select(q, id, (const int64_t[]){__VA_ARGS__}, sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), ret)
int query_step(struct query *q, sqlite3_stmt *s); /* 1 a row, 0 the end, negative errno */
static inline void query_done_p(sqlite3_stmt **s)
{
	sqlite3_reset(*s);
}
#define QUERY_CLEANUP CLEANUP(query_done_p)
static inline int64_t query_int(sqlite3_stmt *s, int column)
{
	return sqlite3_column_int64(s, column);
}
static inline int64_t query_int_or(sqlite3_stmt *s, int column, int64_t absent)
{
	return sqlite3_column_type(s, column) == SQLITE_NULL ? absent : sqlite3_column_int64(s, column);
}
/* One number, `absent` when there is no row or it is NULL. */
int query_number(struct query *q, enum query_statement id, int64_t absent, int64_t *ret);
/* A read transaction: one state of the file from query_begin to query_end. */
int query_begin(struct query *q);
void query_end(struct query *q);
/* The same, with what lives in memory brought up to that state: 1 when that had changed. Nothing is open on failure. */
int query_enter(struct query *q);

/* ---- what lives in memory (query_load.c) ---- */
/* Inside a transaction: 1 when something had changed. */
int query_load(struct query *q);
void query_unload(struct query *q);
/* A text column as the pool's string, clean whoever wrote it; NULL when it is NULL, or without memory. */
const char *query_text(struct query *q, sqlite3_stmt *s, int column);
/* Users' names (query_users.c): what was stored since `seq`; and put into a signature. */
int query_load_accounts(struct query *q, int64_t since);
void query_name_user(const struct query *q, struct query_sig *sig);
const char *query_host_name(const struct query *q, int64_t id);

/* ---- filters against signatures (query_match.c) ---- */
struct query_match {
	bool *wanted; /* by signature id */
	size_t n;     /* entries of wanted */
	size_t n_wanted;
	int64_t only;   /* the one wanted signature, 0 when there are several */
	int64_t *pids;  /* n_pids 0: any */
	size_t n_pids;
};
void query_match_free(struct query_match *m);
int query_match(struct query *q, const struct query_filter *f, struct query_match *ret);
/* By hand: of no signature, and one after the other. */
int query_match_new(const struct query *q, struct query_match *ret);
void query_match_add(struct query_match *m, int64_t sig);
static inline bool query_match_sig(const struct query_match *m, int64_t sig)
{
	return sig > 0 && (uint64_t)sig < m->n && m->wanted[sig];
}
static inline bool query_match_pid(const struct query_match *m, int64_t pid)
{
	bool found = m->n_pids == 0;

	for (size_t i = 0; i < m->n_pids && !found; i++)
		found = m->pids[i] == pid;
	return found;
}

/* ---- minutes that hold wanted signatures (query_minutes.c) ---- */
/* Found from the top: days that hold any, their hours, quarters of hours, minutes; a bit for each bucket of the block below. */
struct query_minutes {
	struct query *q;
	const struct query_match *match;
	bool ascending;
	int64_t blocks; /* blocks of days still to be looked at */
#define QUERY_FEW 8
	int64_t few[QUERY_FEW]; /* the wanted signatures, when they are so few */
	size_t n_few;
	struct query_level {
		int64_t base; /* the bucket of bit 0 */
		uint64_t mask;
	} levels[4];
	int64_t since, until; /* what of them is wanted */
};
/* Of the time [since, until). */
void query_minutes_start(struct query_minutes *m, int64_t since, int64_t until);
/* In a transaction: 1 and the next minute's bucket, 0 at the end. */
int query_minutes_next(struct query_minutes *m, int64_t *ret);

/* ---- minutes that may hold rows of the wanted processes (query_pids.c) ---- */
/* In a transaction: 1 and the next of the minutes [*low, *high) (ascending: *low - 1, else *high), which shrink; 0 at
 * the end. */
int query_pids_next(struct query *q, const struct query_match *m, bool ascending, int64_t *low, int64_t *high);

/* ---- walking rows (query_walk.c) ---- */
struct query_walk {
	struct query *q;
	const struct query_match *match;
	int64_t low, high; /* what is left: ids in [low, high) */
	bool ascending;
	uint64_t seq_after, seq_upto; /* rows changed in (after, upto] */
	unsigned misses;              /* rows that were read for nothing since the last hit */
	bool sparse;                  /* hits are rare: only minutes that hold some are read */
	struct query_minutes minutes;
	int64_t pids_low, pids_high;     /* sparse, of processes: minutes still to be looked at */
	int64_t minute_low, minute_high; /* sparse: ids of the minute being read */
};
#define QUERY_WALK(q_, match_, low_, high_)                                                                  \
	((struct query_walk){.q = (q_), .match = (match_), .low = (low_), .high = (high_), .seq_upto = INT64_MAX})
/* The next rows, at most `max`: how many; 0 at the end. */
int query_walk_next(struct query_walk *w, struct query_row *ret, size_t max);
/* "0x1,0x2,…" as detail.args has it: how many. */
uint8_t query_read_args(const char *list, uint64_t ret[static 6]);

/* ---- counts by time (query_count.c) ---- */
/* A count of one signature within [start, end). */
struct query_count {
	const struct query_sig *sig;
	int64_t start, end;
	uint64_t count;
	bool first_exact, last_exact; /* start is its first event's time, end - 1 its last's */
};
typedef int (*query_count_fn)(void *data, const struct query_count *count);
struct query_span {
	int64_t since, until; /* CLOCK_NONE: open */
	int64_t step;         /* counts must not straddle multiples of it: a minute, an hour, a day; 0: whatever is quickest */
};
/* In a transaction of the caller's. */
int query_count(struct query *q, const struct query_match *m, const struct query_span *span, query_count_fn fn,
	void *data);

/* ---- who was watching (query_watch.c) ---- */
struct query_watch {
	int64_t start, end;
};
struct query_watches {
	struct query_watch *spans; /* sorted, apart from each other */
	size_t n;
	bool running;
	int32_t pid;
	int64_t since, alive, last_record; /* of the newest session; CLOCK_NONE */
};
void query_watches_free(struct query_watches *w);
int query_watches(struct query *q, int64_t now, struct query_watches *ret);
/* Milliseconds of [start, end) that nobody watched; the future does not count. */
int64_t query_unwatched(const struct query_watches *w, int64_t start, int64_t end, int64_t now);
