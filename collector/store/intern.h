/* SPDX-License-Identifier: MIT */
/* intern: what repeats in events, kept once in memory. A key is a plain struct and a few texts; equal keys get
 * equal numbers, counted from 0. The writer's batch and the store's cache of what the database knows use it. */
#pragma once

#include "seccompwatch/event.h"

enum intern_text {
	INTERN_COMM,
	INTERN_EXE,
	INTERN_CONTAINER, /* what follows is seldom there */
	INTERN_UNIT,
	INTERN_SUBJ,
	INTERN_POD_UID,
	INTERN_TEXT_N,
};

/* No padding: keys are compared as bytes. */
struct intern_key {
	int64_t syscall;
	uint32_t host;
	uint32_t arch, code, uid, gid, auid, ses;
	int16_t sig;
	int8_t compat;
	uint8_t has; /* INTERN_HAS_… */
	uint8_t source, time_source, mode, action, attribution, runtime;
	uint8_t texts; /* a bit for each text that is there */
	uint8_t other;
	uint16_t len[INTERN_TEXT_N];
	uint32_t unused; /* in the place of padding, so that it is 0 */
};
_Static_assert(offsetof(struct intern_key, unused) == 60 && sizeof(struct intern_key) == 64, "no padding");

#define INTERN_HAS_ARCH 1
#define INTERN_HAS_CODE 2

struct intern_entry {
	uint64_t hash; /* of this process: base_hash */
	struct intern_key key;
	char *bytes; /* the texts, one after the other */
};

struct intern;

int intern_new(struct intern **ret);
void intern_free(struct intern *t);
DEFINE_CLEANUP(struct intern *, intern_free)
void intern_reset(struct intern *t);

/* Finds it, or copies it. texts has INTERN_TEXT_N spans that agree with key->len. -ENOMEM. */
int intern_add(struct intern *t, const struct intern_key *key, const struct span *texts, uint32_t *ret);
const struct intern_entry *intern_get(const struct intern *t, uint32_t i);
uint32_t intern_count(const struct intern *t);
size_t intern_bytes(const struct intern *t); /* memory in use */

/* Room for element i of an array that grows beside a table. */
int intern_make_room(void **array, uint32_t *room, uint32_t i, size_t size);

/* The texts of an entry; absent ones have data NULL. */
void intern_texts(const struct intern_entry *e, struct span ret[static INTERN_TEXT_N]);
/* An event's signature: all that it says except when and which process. */
void intern_key_of(const struct event *ev, uint32_t host, struct intern_key *ret_key,
	struct span ret_texts[static INTERN_TEXT_N]);
