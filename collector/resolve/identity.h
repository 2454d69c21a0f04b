/* SPDX-License-Identifier: MIT */
/* identity: cgroup identities, each kept once however many processes share it. One thread at a time. */
#pragma once

#include "seccompwatch/cgroup.h"

struct identities;

struct identity {
	struct identity *next; /* of its bucket */
	uint64_t hash;
	uint32_t refs;
	enum event_runtime runtime;
	/* In which mount namespace its processes were last looked at, and whether they can place children in other
	 * cgroups from there (0: not looked at yet). */
	uint64_t mount_ns;
	bool sealed;
	int32_t init; /* the container's first program, as far as was seen; 0: none yet */
	uint16_t pod_uid, unit, outer; /* where they begin in `texts`; the id begins at 0 */
	char texts[];
};

int identities_new(struct identities **ret);
/* Every identity must have been put back. */
void identities_free(struct identities *ids);
DEFINE_CLEANUP(struct identities *, identities_free)
size_t identities_bytes(const struct identities *ids);

/* A reference to what equals *c; *ret_is_new when nothing did. NULL: out of memory. */
struct identity *identity_get(struct identities *ids, const struct cgroup_identity *c, bool *ret_is_new);
struct identity *identity_ref(struct identity *i); /* takes NULL */
void identity_put(struct identities *ids, struct identity *i); /* takes NULL */

static inline bool identity_is_container(const struct identity *i)
{
	return i->runtime != EVENT_RUNTIME_NONE;
}
