/* SPDX-License-Identifier: MIT */
/* throttle: how often an address may guess. A bucket of tries for each address; bounded memory. Pure: the caller
 * brings the time. */
#pragma once

#include "seccompwatch/base.h"

#define THROTTLE_TRIES     10   /* at once, */
#define THROTTLE_REFILL_MS 6000 /* and one more each so often */
#define THROTTLE_PLACES    1024

struct throttle {
	struct throttle_place {
		uint64_t who;
		int64_t full_at; /* when all its tries are back: what was used up is how far that lies ahead */
	} places[THROTTLE_PLACES];
};

/* Seconds until `who` may try, 0: now. */
unsigned throttle_wait(const struct throttle *t, uint64_t who, int64_t now);
/* A try that failed. */
void throttle_count(struct throttle *t, uint64_t who, int64_t now);
