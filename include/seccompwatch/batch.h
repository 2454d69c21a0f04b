/* SPDX-License-Identifier: MIT */
/* batch: events gathered in memory, interned and coalesced, until the store writes them in one transaction.
 * Touches no disk. One thread at a time. Bounded: a full batch says so and loses nothing that it holds. */
#pragma once

#include "event.h"
#include "record.h"

struct batch;

enum batch_loss {
	BATCH_LOSS_GAP,         /* serials that never came: at most `count` violations */
	BATCH_LOSS_ENOBUFS,     /* the socket overflowed; the gap says how much */
	BATCH_LOSS_KERNEL,      /* the kernel's own `lost` counter grew */
	BATCH_LOSS_MALFORMED,   /* records that could not be read */
	BATCH_LOSS_UNWRITTEN,   /* events dropped because the database did not take them */
	BATCH_LOSS_N,
};
const char *batch_loss_name(enum batch_loss v); /* gap enobufs kernel_lost malformed unwritten */

enum {
	BATCH_E_FULL = 1
};

int batch_new(size_t max_rows, struct batch **ret);
void batch_free(struct batch *b);
DEFINE_CLEANUP(struct batch *, batch_free)
void batch_reset(struct batch *b);

/* Identical violations (all signature fields and pid) stamped in the same calendar second become one row,
 * whatever order they come in, and the row keeps the set of their serials.
 * BATCH_E_FULL (nothing taken), -ENOMEM (nothing taken). */
int batch_add(struct batch *b, const struct event *ev);
/* The host of what is added from here on (import --host, the syslog prefix); NULL: this machine. An event's own
 * node= goes before it. BATCH_E_FULL, -ENOMEM: the host stays as it was. */
int batch_set_host(struct batch *b, const char *name);
/* Another text begins (each file of an import): events without serial are told apart by the second and by how
 * many alike came before in the same text, so one batch object serves a whole text, across batch_reset. */
void batch_start_text(struct batch *b);
int batch_amend(struct batch *b, const struct record_amend *amend);
int batch_add_loss(struct batch *b, enum batch_loss kind, int64_t first_time, int64_t last_time, uint64_t count);
/* Live: every serial of any type up to here has been seen since the batch's first call. `fresh` starts a new
 * stretch (after a gap or a start). */
int batch_cover(struct batch *b, uint32_t serial, int64_t time, bool fresh);

uint64_t batch_duplicates(const struct batch *b); /* seen twice since the last reset; in store_result as well */
/* ---- what surrounds events; of this machine alone. Texts are raw bytes, copied; NULL: not known ---- */

struct batch_container {
	const char *cid;
	enum event_runtime runtime;
	const char *name, *image, *pod, *namespace, *pod_uid, *outer;
	bool has_spec;       /* then no profile means that it runs unconfined */
	const char *profile; /* linux.seccomp, JSON */
	const char *caps;    /* the bounding set: names separated by commas, or "none" */
	bool has_state;
	int exit_code, restarts; /* with has_state: the engine's word */
	bool has_oom, oom_killed;
	const char *labels;  /* a JSON object of texts, escaped already */
	bool has_life;       /* its first program's, as the kernel tells it; a later start replaces an earlier life */
	int64_t started, ended; /* ended: CLOCK_NONE */
	int status;             /* with ended */
};
/* What is not known leaves what is stored as it is. BATCH_E_FULL, -ENOMEM. */
int batch_add_container(struct batch *b, const struct batch_container *container);

struct batch_process {
	int32_t pid;
	int64_t started, ended; /* ended: CLOCK_NONE: it lives, or was not seen to end */
	bool has_status;
	int status;  /* as wait(2) gives it */
	int threads; /* 0: not known */
	const char *cid;
	struct span cmdline; /* arguments, NUL between them */
	const char *parents;
};
int batch_add_process(struct batch *b, const struct batch_process *process);

/* Whose number a uid is; cid NULL: outside of containers. */
struct batch_account {
	const char *cid;
	uint32_t uid;
	const char *name; /* the host's */
	bool has_inner;
	uint32_t inner_uid; /* in the container's user namespace, */
	const char *inner_name; /* and what it is called there */
};
int batch_add_account(struct batch *b, const struct batch_account *account);

/* Which code made the call of an event with that time and serial. */
struct batch_origin {
	int64_t time;
	uint32_t serial;
	const char *module, *symbol;
	uint64_t offset;
};
int batch_add_origin(struct batch *b, const struct batch_origin *origin);

size_t batch_rows(const struct batch *b);
uint64_t batch_events(const struct batch *b); /* the sum of the counts */
bool batch_is_empty(const struct batch *b);   /* no rows, amends, losses or coverage */
