/* SPDX-License-Identifier: MIT */
/* watch: keeps the lives up to date with what the kernel tells: process events, and moves between cgroups. Reads a
 * process's cgroup at once when it execs, and soon when it was forked by one that could have put it anywhere. */
#pragma once

#include "lives.h"

struct watch;

/* `init`: it is the container's own first program, now executed; else merely the first process that was seen there. */
typedef void (*watch_container_fn)(void *data, const struct identity *identity, int32_t pid, bool init);

struct watch_options {
	int proc_fd;   /* stays the caller's */
	size_t memory; /* 0: LIVES_MEMORY */
	/* Called for the first process seen of a container, and for the first that execs in it, while they are likely
	 * still alive; may be NULL. */
	watch_container_fn container_fn;
	void *container_data;
};

struct watch_stats {
	struct lives_stats lives;
	uint64_t events, lost; /* process events heard; times that some were lost */
	uint64_t reads;        /* of /proc */
	bool moves;            /* whether moves between cgroups are seen */
};

/* -EPERM, -EOPNOTSUPP, with a sentence in *why. */
int watch_open(const struct watch_options *options, struct watch **ret, struct text *why);
void watch_close(struct watch *w); /* takes NULL */
DEFINE_CLEANUP(struct watch *, watch_close)

/* Readable when there is something to do; watch_dispatch does some of it, and returns soon. */
int watch_fd(const struct watch *w);
void watch_dispatch(struct watch *w);

/* Takes in what the kernel has told until now. */
void watch_drain(struct watch *w);
/* The life that a record of that time (ms since the epoch) of that pid is about; NULL when none is known for sure. */
const struct life *watch_find(struct watch *w, int32_t pid, int64_t time);
/* The newest that is known of a pid, of whatever time; NULL: nothing. */
const struct life *watch_know(struct watch *w, int32_t pid);
struct watch_stats watch_stats(const struct watch *w);
