/* SPDX-License-Identifier: MIT */
/* moves: which processes are moved between cgroups. A write to cgroup.procs makes no process event, but it is a write
 * to a file, of which fanotify(7) tells (CAP_SYS_ADMIN); the file then lists who is in that cgroup. */
#pragma once

#include "seccompwatch/base.h"

#define MOVES_BATCH 1024

struct moves;

/* Watches every mounted cgroup hierarchy; all or nothing. */
int moves_open(struct moves **ret);
void moves_close(struct moves *m); /* takes NULL */
DEFINE_CLEANUP(struct moves *, moves_close)
int moves_fd(const struct moves *m);

/* Pids that are in a cgroup which something was moved to, if it has not ended meanwhile: how many; *ret_moved becomes
 * true when something was. -EOVERFLOW: there were more than can be told. Read on until -EAGAIN. */
int moves_read(struct moves *m, int32_t ret[static MOVES_BATCH], bool *ret_moved);
