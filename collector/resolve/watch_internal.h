/* SPDX-License-Identifier: MIT */
/* watch_internal: what the two halves of watch share. */
#pragma once

#include <time.h>

#include "connector.h"
#include "moves.h"
#include "watch.h"

#define WATCH_TODO_MAX 512

enum watch_cause {
	WATCH_CAUSE_EXEC, /* read first */
	WATCH_CAUSE_MOVED,
	WATCH_CAUSE_SOON,
	WATCH_CAUSE_N,
};

/* Processes to look at. */
struct watch_todo {
	size_t n;
	int32_t pids[WATCH_TODO_MAX];
	int64_t times[WATCH_TODO_MAX];
};

struct watch {
	int epoll_fd, timer_fd;
	bool seeding; /* what is read was there before us */
	bool asleep; /* the queues are watched again, no timer runs */
	struct connector *connector;
	struct moves *moves; /* NULL: not watched */
	struct lives *lives;
	struct lives_doubt doubt;
	uint64_t own_mount_ns;
	uint64_t events, lost, reads;
	int64_t taken; /* when everything had been taken in the last time */
	struct watch_options options;
	struct watch_todo todo[WATCH_CAUSE_N];
};

static inline int64_t watch_now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Reads the process's cgroup, which it has had since `valid` if it had another before; at an exec its command too. */
void watch_read_life(struct watch *w, struct life *life, int64_t valid, bool at_exec);
/* A process (NULL: not known) executes a program; its name is still the one it had before. */
void watch_exec(struct watch *w, const struct life *life);
/* A process that was there before us, with all that /proc tells. */
void watch_seed(void *data, int32_t pid);
