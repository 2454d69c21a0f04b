/* SPDX-License-Identifier: MIT */
/* query: the reader of events.db, for the CLI and the web alike. Opens read-only and never writes.
 * Signatures are few and live in memory; filters are decided on them in C, and rows are touched last. */
#pragma once

#include "event.h"

struct query;

/* What a filter, `summary --by` and an API parameter can name; the words are the contract's. */
enum query_field {
	QUERY_CONTAINER,
	QUERY_RUNTIME,
	QUERY_UNIT,
	QUERY_SYSCALL,
	QUERY_ARCH,
	QUERY_ACTION,
	QUERY_OUTCOME,
	QUERY_EXE,
	QUERY_COMM,
	QUERY_PID,
	QUERY_UID,
	QUERY_HOST,
	QUERY_TEXT, /* words, all of which stand somewhere in what a signature says; nothing to count by */
	QUERY_FIELD_FILTERS, /* the fields above can be filtered by */
	QUERY_HOUR = QUERY_FIELD_FILTERS,
	QUERY_DAY,
	QUERY_FIELD_N,
};
const char *query_field_name(enum query_field f);
int query_field_from_name(struct span name); /* -EINVAL */
static inline bool query_field_counts(enum query_field f) /* can be grouped by */
{
	return f != QUERY_TEXT;
}

/* Several values of one field: any of them; several fields: all of them. */
struct query_filter {
	int64_t since, until; /* ms, [since, until); CLOCK_NONE: open */
	struct query_values {
		char **values;
		size_t n;
	} fields[QUERY_FIELD_FILTERS];
};
#define QUERY_FILTER_ANY ((struct query_filter){.since = CLOCK_NONE, .until = CLOCK_NONE})
void query_filter_free(struct query_filter *f);
/* Adds "a,b" of a field: -EINVAL and a sentence in *why when a value cannot be one (a bad pid, an unknown
 * action); values that merely match nothing are fine. */
int query_filter_add(struct query_filter *f, enum query_field field, struct span values, struct text *why);
/* since and until: what clock_parse_point takes. */
int query_filter_time(struct query_filter *f, bool until, struct span value, int64_t now, struct text *why);
/* Filters that exclude each other (since after until, action log with outcome killed): -EINVAL and *why. */
int query_filter_check(const struct query_filter *f, struct text *why);
/* A container value is a name, or the head of an id: one that is the head of several ids is -EINVAL, and *why
 * lists them. */
int query_filter_resolve(struct query *q, const struct query_filter *f, struct text *why);

/* What a signature says. The structures belong to the reader and are brought up to date by its next call; their
 * strings live until close. NULL strings are absent. Texts are escaped (the event contract), valid UTF-8. */
struct query_signature {
	int64_t id;
	const char *host;
	enum event_source source;
	enum event_time_source time_source;
	enum event_mode mode;
	enum event_action action;
	enum event_outcome outcome;
	enum event_attribution attribution;
	bool has_arch, has_code, has_syscall;
	uint32_t arch, code;
	int64_t syscall;
	const char *arch_name;    /* never NULL when has_arch: "0x…" when unknown */
	const char *syscall_name; /* NULL when unknown */
	int compat, sig;          /* -1 absent */
	uint32_t uid, gid, auid, ses; /* EVENT_UNSET */
	const char *comm, *exe, *subj, *unit;
	bool other; /* the counted rest beyond a container's cap of signatures */
	const struct query_container *container; /* NULL: none */
	const char *user; /* the host's name of the uid, NULL: none known */
	bool has_inner;   /* the uid is known in the container's user namespace, */
	uint32_t inner_uid;
	const char *inner_user; /* and what it is called there; NULL: not known */
};

struct query_container {
	int64_t key; /* the row's id */
	const char *host, *id, *name, *image, *pod, *namespace, *pod_uid;
	const char *outer; /* the id of the container around it */
	enum event_runtime runtime;
	bool has_spec; /* its specification was read: without a profile it runs unconfined */
	int64_t profile; /* for query_profile, 0: none */
	bool has_state; /* the engine's own word of how it ended */
	bool has_oom, oom_killed; /* whether the kernel killed for lack of memory, by the engine's word or the kernel's log */
	int exit_code, restarts;
	const char *caps;   /* the bounding set: names separated by commas, or "none"; NULL: not known */
	const char *labels; /* a JSON object of texts; NULL: none */
	int64_t started, ended; /* of its first program, as the kernel tells; CLOCK_NONE */
	int status;             /* with ended, as wait(2) gives it */
};

struct query_row {
	int64_t id;
	uint64_t seq;
	int64_t time, last_time;
	uint64_t count;
	bool has_serial, has_ip;
	uint32_t serial;
	uint64_t ip;
	int32_t pid, ppid, tid;
	uint8_t n_args;
	uint64_t args[6];
	int error; /* 0: unknown */
	const char *module, *symbol; /* which code made the call; NULL: not known */
	uint64_t module_offset;
	const struct query_signature *signature;
};

/* -ENOENT, -EACCES, -EPROTONOSUPPORT (newer schema), -EMEDIUMTYPE (another program's), …: *why says it. */
int query_open(struct query **ret, const char *path, struct text *why);
void query_close(struct query *q);
DEFINE_CLEANUP(struct query *, query_close)
/* Sees what was committed since; cheap when nothing was. 1 when something changed, 0 when not.
 * -ESTALE: the file was replaced: open it anew. */
int query_refresh(struct query *q);
uint64_t query_seq(const struct query *q); /* the newest change sequence seen */
const char *query_error(const struct query *q); /* the last failure in SQLite's words, "" when none */

typedef int (*query_row_fn)(void *data, const struct query_row *row); /* non-zero ends the walk and is returned */

struct query_page {
	uint64_t limit;    /* rows; 0: all */
	bool ascending;    /* the order of what is handed out; which rows it is never depends on it */
	const char *cursor; /* where the previous page ended, NULL: from the newest */
};
/* The newest `limit` rows that match, in the order asked; *ret_next (may be NULL) gets a cursor to the rows
 * before them (free()), or NULL when there are none. -EINVAL: the cursor is not ours. */
int query_events(struct query *q, const struct query_filter *f, const struct query_page *page, query_row_fn fn,
	void *data, char **ret_next);
/* Rows that are new or have grown since `seq`, oldest first. */
int query_changes(struct query *q, const struct query_filter *f, uint64_t seq, query_row_fn fn, void *data);

/* Groups by up to four fields (none: one group of everything, if there is any), biggest first; by hour or day first
 * of all: in order of time, and the limit keeps the newest. From roll-ups, whose time does not grow with the rows,
 * but for pid, which is only in rows. Values of syscalls without a name are their numbers; hour and day are the
 * times at which they begin. Strings of a group live until fn returns. */
#define QUERY_BY_MAX 4
struct query_group {
	const char *values[QUERY_BY_MAX]; /* NULL: none (no container, unknown syscall) */
	uint64_t count;
	uint64_t by_outcome[EVENT_OUTCOME_N];
	int64_t first, last;
	/* For grouping by container: which one. */
	const struct query_container *container;
};
typedef int (*query_group_fn)(void *data, const struct query_group *group);
int query_summary(struct query *q, const struct query_filter *f, const enum query_field *by, size_t n_by,
	uint64_t limit, query_group_fn fn, void *data);

/* What each matching signature amounts to, in no order. Totals, not rows: the time does not grow with the events (but
 * for pids, which are only in rows). first and last are exact, but where the filter cuts a signature's time: there they
 * are the minute's. */
struct query_total {
	const struct query_signature *signature;
	uint64_t count;
	int64_t first, last;
};
typedef int (*query_total_fn)(void *data, const struct query_total *total);
int query_totals(struct query *q, const struct query_filter *f, query_total_fn fn, void *data);

/* Kinds of violation that happened in the filter's time: a kind is the host, the container's name (its
 * image or id where it has none: a container made anew is no news) or the unit, the program, the syscall with its
 * architecture, and the action. Newest first, at most `limit` (0: all); from totals. */
struct query_kind {
	const struct query_signature *signature; /* one of the kind: the first that was seen */
	uint64_t count;      /* within the filter's time */
	int64_t first, last; /* first: ever */
};
typedef int (*query_kind_fn)(void *data, const struct query_kind *kind);
int query_kinds(struct query *q, const struct query_filter *f, uint64_t limit, query_kind_fn fn, void *data);
/* Only those that were never seen before the filter's `since`. */
int query_new_kinds(struct query *q, const struct query_filter *f, uint64_t limit, query_kind_fn fn, void *data);

/* Calls whose arguments or errno are known, newest first; of the newest `limit` that are so known, whatever the filter. */
struct query_call {
	const struct query_signature *signature;
	uint64_t count;
	uint8_t n_args;
	uint64_t args[6];
	int error; /* 0: unknown */
};
typedef int (*query_call_fn)(void *data, const struct query_call *call);
int query_calls(struct query *q, const struct query_filter *f, uint64_t limit, query_call_fn fn, void *data);

/* Events by time: `buckets` of `step` ms from `since`, both multiples of a minute (-EINVAL); of whole hours or days
 * it is quicker. */
struct query_bucket {
	int64_t start;
	uint64_t by_outcome[EVENT_OUTCOME_N];
	int64_t unwatched; /* ms of the bucket in which no collector ran */
	uint64_t lost_at_most;
};
int query_timeline(struct query *q, const struct query_filter *f, int64_t since, int64_t step, size_t buckets,
	struct query_bucket *ret);

/* The finest usual step (a minute to a day) with which a span makes fewer than `max` buckets. */
int64_t query_timeline_step(int64_t span, int64_t max);

struct query_status {
	bool running;          /* its heartbeat is fresh and its pid is alive where that can be seen */
	int32_t pid;
	int64_t since, last_record, alive; /* CLOCK_NONE */
	const char *path;                  /* of the database; lives as long as the reader */
	uint64_t bytes, events, rows;
	int64_t oldest, newest;
	uint64_t gaps, lost_at_most, kernel_lost, enobufs, malformed, unwritten;
	uint64_t attribution[EVENT_ATTRIBUTION_N];
	struct query_watching {
		bool told; /* the newest collector said what follows, within the last minute while it runs */
		bool watching, moves; /* else attribution is by /proc alone; else moves between cgroups are not seen */
		uint64_t kept, bytes, evicted, events, lost;
		char why[200]; /* not watching: why */
	} processes;
};
int query_status(struct query *q, struct query_status *ret);

/* Milliseconds of [since, until) in which no collector ran; the future does not count. */
int query_unwatched_ms(struct query *q, int64_t since, int64_t until, int64_t *ret);

/* Losses and unwatched spans, newest first. */
struct query_loss {
	const char *kind; /* gap, enobufs, kernel_lost, malformed, unwritten, unwatched */
	const char *host;
	int64_t first, last;
	uint64_t count;
};
typedef int (*query_loss_fn)(void *data, const struct query_loss *loss);
int query_losses(struct query *q, int64_t since, uint64_t limit, query_loss_fn fn, void *data);

/* ---- what surrounds a violation ---- */

/* A process that violated. Strings live until fn returns. */
struct query_process {
	int32_t pid;
	int64_t started, ended; /* ended: CLOCK_NONE when it was not seen to end */
	bool has_status;
	int status;  /* as wait(2) gives it */
	int threads; /* when it violated, 0: not known */
	const char *cmdline, *parents; /* NULL: not known */
	const struct query_container *container; /* NULL: none */
};
typedef int (*query_process_fn)(void *data, const struct query_process *process);
/* Of a container (NULL: any) and a pid (EVENT_NO_PID: any), newest first, at most `limit` (0: all). */
int query_processes(struct query *q, const struct query_container *container, int32_t pid, uint64_t limit,
	query_process_fn fn, void *data);

/* The linux.seccomp that a container was started with, as JSON text; free() both. -ENOENT: none is known. */
int query_profile(struct query *q, const struct query_container *container, char **ret_text, char **ret_sha256);

/* The container a user means: a name, or the head of an id. -ENOENT, or -EINVAL when several are meant; *why says
 * it and lists them. */
int query_find_container(struct query *q, struct span word, const struct query_container **ret, struct text *why);
