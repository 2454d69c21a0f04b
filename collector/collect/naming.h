/* SPDX-License-Identifier: MIT */
/* naming: a thread that asks files what cannot be asked at once: the container engines' for a container's names and
 * profile (once a container), a process's for the code that made a call, passwd files for users. So neither reading the
 * kernel nor writing the database waits for somebody else's disk. Bounded: what does not fit the queue is not asked now,
 * and asked again when it is next seen; containers, which may be gone in a moment, come first. */
#pragma once

#include "seccompwatch/code.h"
#include "seccompwatch/container.h"

#define NAMING_CID_MAX 256
#define NAMING_EXE_MAX 256

struct naming;

enum naming_kind {
	NAMING_CONTAINER,
	NAMING_USER,
	NAMING_CODE,
	NAMING_KIND_N,
};

struct naming_question {
	enum naming_kind kind;
	char cid[NAMING_CID_MAX]; /* "": outside of containers */
	char outer[NAMING_CID_MAX];
	enum event_runtime runtime;
	uint32_t owner; /* container: the uid of a rootless one, EVENT_UNSET; user: the uid that is asked about */
	int32_t pid;    /* a process of the container, or the one that made the call; 0 when none lives */
	unsigned tries; /* naming's own: how often no file had anything to say */
	bool init;      /* container: the process is its first program */
	int64_t time;   /* code: of the call; container: when it was killed by SIGKILL, CLOCK_NONE when it was not */
	uint32_t serial;
	uint64_t address;
	char exe[NAMING_EXE_MAX];
};
#define NAMING_QUESTION(kind_) ((struct naming_question){.kind = (kind_), .owner = EVENT_UNSET, .time = CLOCK_NONE})

struct naming_user {
	char name[USERS_NAME_MAX]; /* the host's; "": it has none */
	bool has_inside;
	uint32_t inside;                  /* in the container's user namespace */
	char inside_name[USERS_NAME_MAX]; /* in the container's own passwd file; "" */
};

struct naming_answer {
	struct naming_question question;
	bool complete; /* need not be asked again */
	bool has_oom, oom_killed;
	struct container_info info;
	struct naming_user user;
	struct code_place place;
};

int naming_new(struct naming **ret);
void naming_free(struct naming *n); /* waits for the file that is being read */
DEFINE_CLEANUP(struct naming *, naming_free)

/* Cheap when it was asked before, which is the usual case. False: there was no room for it. */
bool naming_ask(struct naming *n, const struct naming_question *question);
/* Asks in any case, after a while: an engine writes down how a container ended a moment after it did. */
void naming_ask_later(struct naming *n, const struct naming_question *question, int64_t delay_ms);
int naming_fd(const struct naming *n); /* readable when answers wait */
/* False when no answer waits (and the descriptor is clear). The caller frees the info. */
bool naming_take(struct naming *n, struct naming_answer *ret);
