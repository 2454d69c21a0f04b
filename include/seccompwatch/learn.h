/* SPDX-License-Identifier: MIT */
/* learn: a profile from what was recorded while everything ran and was logged (SCMP_ACT_LOG), merged over containers and
 * their runs; with what is known of how complete the record is. Joins the reader and profiles. */
#pragma once

#include "profile.h"
#include "query.h"

/* A call that was recorded. Strings are static or the reader's. */
struct learn_call {
	uint32_t arch, nr;
	const char *arch_name, *name; /* name NULL: nobody has one for it */
	uint64_t count;
	int64_t first, last;
	bool permitted; /* by the learned profile, compiled: false where libseccomp has no word for it */
};

struct learn {
	char *profile; /* JSON text */
	struct learn_call *calls; /* by architecture and number */
	size_t n_calls;
	const struct query_container **containers; /* in which they were recorded */
	size_t n_containers;
	uint64_t events, denied; /* recorded under LOG; and other violations, which are not learned from */
	int64_t first, last;     /* of the record */
	int64_t newest;          /* when the last call came that had not been seen before */
	uint64_t lost_at_most;   /* audit events within that time */
	int64_t unwatched;       /* ms of it */
	size_t n_kept;           /* names that the profiles in force permit without a record */
	size_t n_added;          /* names that the runtime needs, and ends of programs */
	size_t n_unpermitted;
	bool proven;             /* every recorded call is permitted, and the runtime can start a container */
	char **cautions;         /* sentences without a full stop */
	size_t n_cautions;
};
#define LEARN_EMPTY ((struct learn){0})
void learn_free(struct learn *l);
#define CLEANUP_LEARN CLEANUP(learn_free)

/* -ENODATA: nothing to learn from, and *why says what is missing; negative errno of the reader otherwise. */
int learn_make(struct query *q, const struct query_filter *f, enum profile_model model, struct learn *ret, struct text *why);
