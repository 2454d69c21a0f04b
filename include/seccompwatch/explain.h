/* SPDX-License-Identifier: MIT */
/* explain: the story of a container or a process: one verdict in plain words, the evidence in order of time, what to
 * read next. Joins what the reader knows; used by the command, the API and reports alike. */
#pragma once

#include "query.h"

enum explain_verdict {
	EXPLAIN_KILLED,      /* seccomp ended it */
	EXPLAIN_THREAD_LOST, /* seccomp killed a thread, the process went on */
	EXPLAIN_STRICT,      /* strict mode: SIGKILL */
	EXPLAIN_DENIED,      /* calls were denied, nothing was killed */
	EXPLAIN_LOGGED,      /* calls were only logged: they were executed */
	EXPLAIN_OTHER_DEATH, /* it died of something that is not seccomp */
	EXPLAIN_UNSEEN,      /* exit 159, but no record: nobody was watching, or logging is off */
	EXPLAIN_NOTHING,     /* nothing was seen */
	EXPLAIN_VERDICT_N,
};
const char *explain_verdict_name(enum explain_verdict v); /* killed thread_lost strict denied … */

enum explain_kind {
	EXPLAIN_STARTED,
	EXPLAIN_VIOLATION,
	EXPLAIN_ENDED,
	EXPLAIN_KIND_N,
};
const char *explain_kind_name(enum explain_kind kind); /* started violation ended */

struct explain_step {
	int64_t time;
	enum explain_kind kind;
	char *text; /* valid UTF-8, escaped as the event contract says */
	bool has_row;
	struct query_row row; /* of a violation; what it points to belongs to the reader */
};

struct explain {
	enum explain_verdict verdict;
	char *sentence;
	const struct query_container *container; /* NULL: a process outside containers */
	struct explain_step *steps;
	size_t n_steps;
	bool earlier;    /* there were violations before the ones told */
	char *about;     /* what the container is and is part of, a sentence; "" when none is known */
	char *profile;   /* which profile was in force, a sentence */
	char *visible;   /* what could be seen, a sentence */
	char **next;     /* what to read or run next */
	size_t n_next;
};
#define EXPLAIN_EMPTY ((struct explain){0})
void explain_free(struct explain *e);
#define CLEANUP_EXPLAIN CLEANUP(explain_free)

/* What to explain: a container's events, a pid's, or whatever the filter leaves (exe, host, a window of time). */
struct explain_request {
	const struct query_container *container; /* NULL: none asked for */
	int32_t pid;                             /* EVENT_NO_PID: none asked for */
	struct query_filter *filter;             /* further limits; owned by the caller */
	const char *profile; /* linux.seccomp of the container, where the reader has none; NULL: not known */
	bool unseen;         /* the container is known from its engine's files alone: no collector ever saw it */
};

/* Whether a profile (linux.seccomp, JSON) denies calls in a way that leaves no record. */
bool explain_hides_denials(const char *profile);

/* 0, -ENOMEM, or what the reader returns. */
int explain_make(struct query *q, const struct explain_request *request, struct explain *ret);
