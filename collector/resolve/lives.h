/* SPDX-License-Identifier: MIT */
/* lives: what is known of each process, while it lives and for a while after, in bounded memory. Pure: told what
 * happened, reads nothing. Times are CLOCK_MONOTONIC nanoseconds, as the kernel stamps its process events. */
#pragma once

#include "identity.h"

#define LIVES_MEMORY      (8u << 20)
#define LIVES_COMMAND_MAX 256
#define LIVES_COMM_MAX    16
#define LIVES_NEVER       INT64_MIN

struct life {
	struct life *next;                  /* of its bucket */
	struct life *older, *newer;         /* of those that live, or of those that have ended */
	int32_t pid, parent;                /* parent 0: not known */
	int32_t exit_code;                  /* as wait(2) gives it; -1 while it lives */
	bool born;                          /* `since` is its birth, not only the first that was seen of it */
	bool stale;                         /* it may have been moved since its cgroup was read */
	bool own;                           /* the cgroup was read of this process, not of an ancestor */
	bool sealed;                        /* it can reach no other cgroup, so it need not be watched */
	bool inherited;                     /* a child is born into the same cgroup */
	int64_t since, exec, ended, read;   /* LIVES_NEVER */
	int64_t changed;                    /* it came from another cgroup no later than this; LIVES_NEVER */
	int64_t seen;                       /* when something last showed that this is still the same process */
	struct identity *identity;          /* NULL: not known */
	char *command;                      /* of the last exec, NUL terminated; NULL: not known */
	char comm[LIVES_COMM_MAX];
};

/* Until when what is known may be incomplete; LIVES_NEVER: it never was. */
struct lives_doubt {
	int64_t events; /* process events were lost before */
	int64_t moves;  /* moves between cgroups were lost before; INT64_MAX: they are not watched */
};

struct lives_stats {
	size_t n, bytes;
	uint64_t evicted;
};

struct lives;

int lives_new(size_t memory, struct lives **ret);
void lives_free(struct lives *l);
DEFINE_CLEANUP(struct lives *, lives_free)
struct lives_stats lives_stats(const struct lives *l);
void lives_set_doubt(struct lives *l, const struct lives_doubt *doubt);

struct life *lives_find(struct lives *l, int32_t pid);
/* The life of the process that has this pid at that time: the one known, or a new one. NULL: out of memory. */
struct life *lives_meet(struct lives *l, int32_t pid, int64_t time);

struct identities *lives_identities(struct lives *l);

/* A process was born: its life, with what it inherits. A parent's cgroup is inherited only when it is sure, and
 * when a child is born nowhere else. NULL: out of memory, or the life is known already from later events and has a cgroup of its own. */
struct life *lives_fork(struct lives *l, int32_t parent, int32_t pid, int64_t time);
/* It runs another program: what that is called is not known yet, for no event tells it. */
struct life *lives_exec(struct lives *l, int32_t pid, int64_t time);
struct life *lives_comm(struct lives *l, int32_t pid, int64_t time, const char comm[static LIVES_COMM_MAX]);
void lives_exit(struct lives *l, int32_t pid, int64_t time, int32_t code);

/* Its cgroup was read at `time`, and is the one it had from `valid` on, if another was known. Takes the reference. */
struct lives_read {
	struct identity *identity;
	int64_t time, valid;
	bool sealed, inherited;
};
void lives_set_identity(struct lives *l, struct life *life, const struct lives_read *read);
/* It may have been moved: what is known of its cgroup is not sure until it is read again. */
void lives_doubt_it(struct lives *l, int32_t pid);
/* Some process was moved that cannot be named, because it has ended: any that ended between the two times, but for those
 * that can reach no other cgroup: nobody outside moves a container's dying processes about. */
void lives_doubt_ended(struct lives *l, int64_t from, int64_t until);
/* Takes the string, which free() ends; NULL forgets. */
void lives_set_command(struct lives *l, struct life *life, char *command);
/* Ends the lives that ended before `time`. */
void lives_expire(struct lives *l, int64_t time);

/* Whether a record of that time can be this life's, in the cgroup that is known. `slack`: how far a record's stamp may
 * be off; of a life's beginning and end five times that is granted, for a number is not used again so soon. */
bool lives_covers(const struct life *life, int64_t time, int64_t slack);
/* Whether the life's cgroup is a fact. It is when it was read and no move can have been missed since: moves are
 * watched, or the process is in a container from which no other cgroup can be reached. */
bool lives_is_sure(const struct lives *l, const struct life *life);
