/* SPDX-License-Identifier: MIT */
/* seconds: the stored rows of single calendar seconds, read once and kept for what comes next. It is how an event is
 * recognised and how a row is extended, without touching the database for each. */
#pragma once

#include "database.h"
#include "known.h"
#include "pids.h"
#include "signatures.h"

struct seconds_row {
	int64_t id; /* 0: not stored yet, or (count 0) not any more */
	int64_t sig, host;
	uint64_t twin;       /* the signature's */
	int64_t first, last; /* ms */
	uint64_t ip, count;
	struct serials set;
	uint32_t serial; /* of the first */
	int32_t pid;
	bool has_serial, has_ip;
	uint64_t absorbed, absorbed_in; /* events without serial that are its twins, in which transaction */
	bool dirty; /* to be written */
	bool moved; /* its first event is another one now, and so is its id */
};

struct second {
	int64_t number; /* seconds since the epoch */
	struct seconds_row *rows;
	uint32_t n, room;
	uint32_t *slots; /* stamped rows by (signature, pid): row + 1; 0 is free */
	uint32_t n_slots;
	struct seconds_known {
		int64_t host;
		struct known serials; /* of all its rows together */
	} *known;
	uint32_t n_known;
	uint32_t *twins; /* rows by what seconds_next_twin asks for, as in slots; made when it is asked */
	uint32_t n_twins, twin_rows;
	uint64_t used; /* when, counted in uses */
};

struct seconds;

int seconds_new(struct seconds **ret, struct database *d, struct signatures *signatures, size_t max_rows);
void seconds_free(struct seconds *s);
DEFINE_CLEANUP(struct seconds *, seconds_free)
void seconds_forget(struct seconds *s);
/* Between transactions: forgets what is too much. */
void seconds_trim(struct seconds *s);

/* Good until the transaction ends. */
int seconds_get(struct seconds *s, int64_t number, struct second **ret);
/* Is it in memory already? */
bool seconds_has(const struct seconds *s, int64_t number);
/* The stamped row of a signature and process, or NULL. */
struct seconds_row *seconds_find(struct second *second, int64_t sig, int32_t pid);
/* ret = what of a set is not stored yet for a host. */
int seconds_subtract(struct second *second, int64_t host, const struct serials *set, struct serials *ret);
/* The row that holds a host's serial, or NULL. */
struct seconds_row *seconds_holder(struct second *second, int64_t host, uint32_t serial);

/* What a record says of its process and call, whichever way it came. */
struct seconds_twin {
	int64_t host;
	uint64_t twin, ip;
	int32_t pid;
	bool has_ip;
};
/* Rows that say the same, with or without serial: the next after *at, which begins as 0; NULL: no more. The address of
 * stamped rows counts when they are of one event; a row of many keeps that of its first only. */
struct seconds_row *seconds_next_twin(struct second *second, const struct seconds_twin *wanted, bool has_serial,
	uint32_t *at);
/* Adds a row that is to be stored (its set moves), and what it has to what is known. */
int seconds_add(struct second *second, struct seconds_row *row);
int seconds_learn(struct second *second, int64_t host, const struct serials *set);
/* What writing did to the table. */
struct seconds_changes {
	int64_t first_id, last_id; /* of what was touched; last_id < 0: nothing */
	int64_t rows;              /* more than before */
	struct pids pids;          /* of the rows that were written */
};
static inline void seconds_touch(struct seconds_changes *c, int64_t id)
{
	c->first_id = MIN(c->first_id, id);
	c->last_id = MAX(c->last_id, id);
}
/* Writes the dirty rows and adds what that did to *changes. */
int seconds_flush(struct database *d, struct second *second, int64_t seq, struct seconds_changes *changes);

#define SECONDS_ID_SHIFT 20
/* The first id of a second: ids below belong to earlier ones. Seconds past the calendar begin where it ends. */
static inline int64_t seconds_first_id(int64_t number)
{
	int64_t id;

	if (__builtin_mul_overflow(number, INT64_C(1000) << SECONDS_ID_SHIFT, &id))
		return number < 0 ? INT64_MIN : INT64_MAX;
	return id;
}
