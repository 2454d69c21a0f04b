/* SPDX-License-Identifier: MIT */
/* oom: whether the kernel killed a process for lack of memory, asked of its own log: the one witness that outlives the
 * process's cgroup and speaks for any runtime. */
#pragma once

#include "text.h"

/* Pure: a record of /dev/kmsg. The pid of the process that it says was killed, 0 when it says no such thing. Programs
 * can write to that log too, but not in the kernel's name. */
int32_t oom_parse(struct span record);

/* Looks through what the log still holds. 1: it was; 0: not that the log knows; or why it cannot be read. A number that
 * is used again within the log's memory is told by `since`, ms of CLOCK_REALTIME. */
int oom_was_killed(int32_t pid, int64_t since);
