/* SPDX-License-Identifier: MIT */
/* batch_rows: what a batch holds, for the store that writes it. */
#pragma once

#include "intern.h"
#include "seccompwatch/batch.h"
#include "serials.h"

/* One row to be: an event, or identical ones of one calendar second. */
struct batch_row {
	int64_t first, last; /* ms */
	uint64_t ip;         /* of the first */
	uint64_t count;
	struct serials set;
	uint32_t sig; /* of the intern table */
	uint32_t serial; /* of the first */
	uint32_t ordinal; /* without serial: how many alike came before in their text, plus one */
	int32_t pid;
	bool has_serial, has_ip;
	bool timeless; /* without serial, and the time is only that of reading */
};

/* What companions, or the record itself, say beyond a row. */
struct batch_detail {
	int64_t time;
	uint64_t args[6];
	uint32_t host, serial;
	int32_t ppid, tid;
	int16_t error;
	uint8_t n_args;
};

struct batch_loss_row {
	enum batch_loss kind;
	uint32_t host;
	int64_t first, last;
	uint64_t count;
};

struct batch_stretch {
	uint32_t first_serial, last_serial;
	int64_t first_time, last_time;
	bool fresh; /* does not go on from the last one of the batch before */
};

#define BATCH_STORIES_MAX   4096
#define BATCH_HOSTS_MAX     1024
#define BATCH_DETAILS_MAX   16384
#define BATCH_LOSSES_MAX    1024
#define BATCH_STRETCHES_MAX 1024

struct batch_ordinals;

struct batch {
	struct intern *intern;
	struct batch_row *rows;
	uint32_t n_rows, room, max_rows;
	uint32_t *slots; /* row + 1; 0 is free */
	uint32_t n_slots;
	size_t set_bytes, max_bytes;
	uint64_t events, duplicates;

	struct batch_host {
		char *name; /* raw; the first is NULL: this machine */
		size_t len;
	} *hosts;
	uint32_t n_hosts, host;
	struct batch_ordinals *ordinals; /* made when the first event without serial comes */

	struct batch_detail *details;
	uint32_t n_details;
	struct batch_loss_row *losses;
	uint32_t n_losses;
	struct batch_stretch *stretches;
	uint32_t n_stretches;
	struct batch_stories *stories; /* made when the first comes */
};

/* What surrounds events: escaped texts, owned here; NULL: not known. story.c. */
struct batch_story {
	enum {
		BATCH_CONTAINER,
		BATCH_PROCESS,
		BATCH_ORIGIN,
		BATCH_ACCOUNT,
	} kind;
	union {
		struct batch_container container;
		struct batch_process process;
		struct batch_origin origin;
		struct batch_account account;
	};
	char *texts[10]; /* what the pointers of the union point to */
};

struct batch_stories {
	struct batch_story items[BATCH_STORIES_MAX];
	uint32_t n;
};
void batch_stories_reset(struct batch_stories *s); /* takes NULL */

/* The number of a host's name (raw): BATCH_E_FULL, -ENOMEM. */
int batch_find_host(struct batch *b, struct span name, uint32_t *ret);
void batch_forget_hosts(struct batch *b);
int batch_add_detail(struct batch *b, const struct batch_detail *detail);

/* Counts alike events without serial in one text: ordinals.c. */
int batch_ordinals_new(struct batch_ordinals **ret);
void batch_ordinals_free(struct batch_ordinals *o);
void batch_ordinals_reset(struct batch_ordinals *o);
/* How many with this identity came so far, this one included. */
uint32_t batch_ordinals_next(struct batch_ordinals *o, uint64_t identity);
/* Rounds down also before 1970. */
static inline int64_t batch_second(int64_t ms)
{
	return ms / 1000 - (ms % 1000 < 0);
}
