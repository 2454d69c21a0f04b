/* SPDX-License-Identifier: MIT */
/* containers: the database's rows for containers, and how many signatures each has. Made by signatures. */
#pragma once

#include "database.h"
#include "intern.h"

struct container {
	int64_t id;    /* 0: what is in no container */
	int64_t count; /* signatures; < 0: not asked for yet */
	uint8_t runtime;
	bool has_pod;
};

struct containers;

int containers_new(struct containers **ret, struct database *d);
void containers_free(struct containers *s);
void containers_forget(struct containers *s);
size_t containers_bytes(const struct containers *s);

/* The container of a signature (id 0: none), made when it is new; good until the next call. */
int containers_find(struct containers *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct container **ret);
/* Fills c->count. */
int containers_count(struct containers *s, struct container *c, int64_t host);
