/* SPDX-License-Identifier: MIT */
/* process: who a pid belongs to, asked of /proc on receipt of its record, else of what was kept of the processes
 * that have run. */
#pragma once

#include "cgroup.h"

struct process_table;

int process_table_new(struct process_table **ret);
/* With another /proc (O_PATH will do), which the table closes in the end, also on failure. */
int process_table_new_at(int proc_fd, struct process_table **ret);
void process_table_free(struct process_table *t);
DEFINE_CLEANUP(struct process_table *, process_table_free)

/* Called, from watch, dispatch or attribute, with the first process seen of each container, probably still alive; again
 * with the first that executes a program in it, and when a container was forgotten meanwhile or starts anew. */
struct process_container {
	enum event_runtime runtime;
	const char *id, *outer; /* outer: of the container around it, "" when none */
	int32_t pid;
	bool init; /* it is the container's own first program: with its end the container ends */
};
typedef void (*process_container_fn)(void *data, const struct process_container *container);
void process_table_on_container(struct process_table *t, process_container_fn fn, void *data);

/* From here on processes are watched (the kernel's process events, fanotify on the cgroup hierarchies), so that those
 * that are gone are known. -EPERM or another error with a sentence in *why: everything goes on by /proc alone.
 * `memory`: for what is kept, 0: 8 MiB. */
int process_table_watch(struct process_table *t, size_t memory, struct text *why);
/* Readable (level-triggered) when there is something to take in; -1 when not watching. Dispatch takes a bounded share. */
int process_table_fd(const struct process_table *t);
void process_table_dispatch(struct process_table *t);

struct process_stats {
	bool watching, moves;   /* process events; moves between cgroups */
	size_t processes, bytes; /* kept */
	uint64_t evicted;       /* lives that memory did not hold */
	uint64_t events, lost;  /* heard; times that some were lost */
};
struct process_stats process_table_stats(const struct process_table *t);

/* Fills attribution, runtime, container_id, pod_uid and unit of *ev, or leaves them at none: nothing is
 * guessed of a dead or exiting process that was not watched, nor of a pid that another process may have by now.
 * For records of this machine. Answers of /proc for one pid are reused until process_table_forget. */
void process_attribute(struct process_table *t, struct event *ev);
/* A burst of records has been handled: what was read is old now. */
void process_table_forget(struct process_table *t);

/* What is known of a process beside whose it is. */
#define PROCESS_TEXT_MAX 320
struct process_life {
	int64_t id;             /* with the pid: which process it is, for process_table_end; 0: it is not watched */
	int64_t started, ended; /* ms since the epoch; ended CLOCK_NONE: it was not seen to end */
	int status;             /* as wait(2) gives it, when it has ended */
	int threads;            /* 0: not known */
	char command[PROCESS_TEXT_MAX]; /* arguments, blanks between them; "": not known */
	char parents[PROCESS_TEXT_MAX]; /* "sh (812) < containerd-shim (790)"; "": not known */
};
/* Of the process that had this pid at that time (ms since the epoch): 0, or -ENOENT. */
int process_table_life(struct process_table *t, int32_t pid, int64_t time, struct process_life *ret);

/* Only whether and how it ended, however long ago it began: false: not seen to end, or no longer known. */
bool process_table_end(struct process_table *t, int32_t pid, int64_t id, int64_t *ret_ended, int *ret_status);
