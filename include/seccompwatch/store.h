/* SPDX-License-Identifier: MIT */
/* store: the writer of events.db. SQLite's other door is query (the reader). The tables are explained in
 * schema/001_events.sql, the truth about their meaning. */
#pragma once

#include "batch.h"

struct store;

enum store_role {
	STORE_COLLECT, /* the long-lived writer: one a database (flock on PATH.lock) */
	STORE_IMPORT,  /* short transactions beside it */
};

struct store_options {
	const char *path;
	enum store_role role;
	uint32_t max_signatures; /* a container (0: 4096); the rest is counted as "other" */
};

/* Makes or migrates the database (0640, its directory 0750 when made here, the group of store_group).
 * Errors: negative errno, and a sentence for the user in *why that names the thing and the remedy:
 * a newer schema, another program's database, read-only, full, a second collector (-EBUSY). */
int store_open(struct store **ret, const struct store_options *options, struct text *why);
void store_close(struct store *s); /* the last batch is already written; keeps -wal and -shm (readers need them) */
DEFINE_CLEANUP(struct store *, store_close)

struct store_result {
	uint64_t stored, duplicates;
	uint64_t seq; /* of the transaction, 0 when nothing changed */
};

/* One transaction: rows, serial sets, coverage, roll-ups, losses. The batch is left as it was, so that the
 * caller can retry. -EBUSY (a reader stalls us), -ENOSPC, -EROFS, -EIO: nothing was written. */
int store_write(struct store *s, const struct batch *b, struct store_result *ret);

/* A session of watching: opened at start, its `alive` refreshed by each write and by the heartbeat. */
int store_session_start(struct store *s, const char *boot_id, int64_t now);
int store_session_beat(struct store *s, int64_t now, int64_t last_record);
int store_session_end(struct store *s, int64_t now);
/* How well processes can be watched, as of now. */
struct store_watch {
	bool watching, moves;
	char why[160]; /* not watching, or not seeing moves: why; "" */
	uint64_t processes, bytes, evicted, events, lost;
};
int store_session_watch(struct store *s, const struct store_watch *watch);
/* Where the last session of this boot ended: its last serial. -ENOENT when none. */
int store_last_serial(struct store *s, const char *boot_id, uint32_t *ret_serial, int64_t *ret_time);

/* The last error as a sentence, for log lines. */
const char *store_error(const struct store *s);

/* The group that owns databases made by root: "seccompwatch" when it exists, else a gid nobody has. */
#define STORE_USER "seccompwatch"
int store_group(gid_t *ret);
/* Who serves what root collects: the user of that name, else "nobody"; -ENOENT when there is neither. */
int store_user(uid_t *ret);
