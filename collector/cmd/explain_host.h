/* SPDX-License-Identifier: MIT */
/* explain_host: what the engines' files on this host say of a container, for what the database does not know. Needs the
 * right to read them, which root has; without it there is nothing to find. */
#pragma once

#include "seccompwatch/container.h"
#include "seccompwatch/query.h"

struct explain_host {
	size_t n;     /* containers that were meant */
	char cid[256]; /* the first of them */
	enum event_runtime runtime;
	struct text names;
	struct container_info info;
	char *texts[5];                   /* escaped copies, which the container below points to */
	struct query_container container; /* valid when n is 1 */
};
void explain_host_free(struct explain_host *h);

/* The one that a word means, as a container that the reader could have known. -ENOENT: none; -EINVAL: several, and *why
 * lists them; -ENOMEM. */
int explain_host_find(struct explain_host *h, const char *word, struct text *why);
/* Whether the files say more of a known container's end than the reader does: then h->container says it too. */
bool explain_host_complete(struct explain_host *h, const struct query_container *known);
