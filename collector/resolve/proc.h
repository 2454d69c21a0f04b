/* SPDX-License-Identifier: MIT */
/* proc: what is read of /proc, by way of a descriptor of it. Bounded; nothing stays open. */
#pragma once

#include "seccompwatch/text.h"

/* v1 on a node of a nested cluster: a dozen hierarchies with paths of some 400 bytes. */
#define PROC_CGROUP_MAX 16384

int proc_open(const char *path, int *ret_fd);
/* PID/cgroup as it is, whole lines only. -ENOENT, -ESRCH: no such process (any more). */
int proc_read_cgroup(int proc_fd, int pid, char buffer[static PROC_CGROUP_MAX], size_t *ret_len);
/* When a process began: CLOCK_BOOTTIME, in clock ticks. */
int proc_read_start(int proc_fd, int pid, uint64_t *ret_ticks);

/* Pure: the 22nd field of PID/stat; -EINVAL. */
int proc_parse_start(struct span stat, uint64_t *ret_ticks);
