/* SPDX-License-Identifier: MIT */
/* cache: answers that many ask for at once (a page that 500 people have open asks for the same), kept as long as no
 * event has come or changed, and for a second at most, since ages such as 24h move and the time that was watched
 * grows. Bounded; it does no I/O. */
#pragma once

#include "answer.h"
#include "request.h"

#define CACHE_PLACES   32
#define CACHE_BODY_MAX (128u << 10)
#define CACHE_AGE_MS   1000

struct cache;

/* What an answer was made from. */
struct cache_state {
	unsigned generation; /* of the reader */
	uint64_t seq;        /* the database's newest change */
	int64_t now;         /* monotonic */
};

int cache_new(struct cache **ret);
void cache_free(struct cache *c);
DEFINE_CLEANUP(struct cache *, cache_free)

/* The answer to the same question in the same state: false when there is none. */
bool cache_get(const struct cache *c, const struct request *req, const struct cache_state *state, struct answer *ans);
/* Keeps a 200 in JSON; others are let go. */
void cache_put(struct cache *c, const struct request *req, const struct cache_state *state, const struct answer *ans);
