/* SPDX-License-Identifier: MIT */
/* timeline: which buckets a question about a time span is answered with. */
#pragma once

#include "params.h"

#define TIMELINE_BUCKETS_MAX 2000

struct timeline_plan {
	int64_t since, step; /* ms; since is a multiple of step */
	size_t buckets;
};

/* The last hour by minutes unless the parameters say otherwise; pure. -EINVAL and a 400 in *ans. */
int timeline_plan(const struct params *p, int64_t now, struct timeline_plan *ret, struct answer *ans);
