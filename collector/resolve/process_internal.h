/* SPDX-License-Identifier: MIT */
#pragma once

#include "seccompwatch/process.h"
#include "watch.h"

#define PROCESS_SLOTS 64 /* a power of two: distinct pids of a burst whose answers are kept */

struct answer {
	int32_t pid;
	uint32_t burst;  /* in which it was read */
	int64_t started; /* ms since the epoch, CLOCK_NONE: not read */
	enum event_attribution attribution;
	struct cgroup_identity identity;
};

struct process_table {
	int proc_fd;
	uint32_t burst;
	long ticks; /* a second */
	struct watch *watch; /* NULL: /proc alone */
	process_container_fn container_fn;
	void *container_data;
	struct answer answers[PROCESS_SLOTS];
};
