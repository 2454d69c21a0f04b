/* SPDX-License-Identifier: MIT */
/* profile_find: living processes and their containers, by /proc. */
#pragma once

#include "seccompwatch/cgroup.h"

/* The container a process is in: -ENOENT: it is in none, or gone. */
int profile_find_container(int32_t pid, char ret[static CGROUP_ID_MAX]);
/* A living process of the container: its first one where that can be told. -ENOENT. */
int profile_find_process(const char *container, int32_t *ret);
