/* SPDX-License-Identifier: MIT */
/* story: while the violation is fresh, asks what surrounds it: the process (what it was, how it ended), the code
 * that made the call, the names of its container. Bounded in memory and in how often it looks. */
#pragma once

#include "naming.h"
#include "seccompwatch/batch.h"
#include "seccompwatch/process.h"

struct story;

/* Borrows both; naming may be NULL. */
int story_new(struct story **ret, struct process_table *processes, struct naming *naming);
void story_free(struct story *s);
DEFINE_CLEANUP(struct story *, story_free)

/* After process_attribute: what can be said at once goes into the batch. */
void story_violation(struct story *s, const struct event *ev, struct batch *b);
/* A container's first program is followed to its end too; story_update tells of it. */
void story_container(struct story *s, const struct process_container *container);
/* Before a batch is handed over: who has ended since, which names were found. True when anything was added. */
bool story_update(struct story *s, struct batch *b);
