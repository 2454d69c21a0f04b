/* SPDX-License-Identifier: MIT */
/* naming: a thread that asks the container engines' files for a container's names and profile, once a container,
 * so that neither reading the kernel nor writing the database waits for somebody else's disk. Bounded: what does not
 * fit the queue is not asked now, and asked again when the container is next seen. */
#pragma once

#include "seccompwatch/container.h"

#define NAMING_CID_MAX 256

struct naming;

struct naming_question {
	char cid[NAMING_CID_MAX];
	enum event_runtime runtime;
	uint32_t owner; /* the uid of a rootless container, EVENT_UNSET */
	int32_t pid;    /* a process of the container, 0 when none lives */
};

struct naming_answer {
	char cid[NAMING_CID_MAX];
	struct container_info info;
};

int naming_new(struct naming **ret);
void naming_free(struct naming *n); /* waits for the file that is being read */
DEFINE_CLEANUP(struct naming *, naming_free)

/* Cheap when the container was asked about before, which is the usual case. */
void naming_ask(struct naming *n, const struct naming_question *question);
/* Asks in any case, after a while: an engine writes down how a container ended a moment after it did. */
void naming_ask_later(struct naming *n, const struct naming_question *question, int64_t delay_ms);
int naming_fd(const struct naming *n); /* readable when answers wait */
/* False when no answer waits (and the descriptor is clear). The caller frees the info. */
bool naming_take(struct naming *n, struct naming_answer *ret);
