/* SPDX-License-Identifier: MIT */
/* pids: which processes have rows in which minute, gathered while a transaction is made and added to the database at its
 * end. An index of the rows themselves would cost more than the rows. */
#pragma once

#include "database.h"

/* A minute with more keeps none: any process may be there. */
#define PIDS_MAX 8192

struct pids {
	uint64_t *items; /* the minute, and in the lower half the pid */
	size_t n, room;
};

void pids_free(struct pids *p);
/* A row of that id; EVENT_NO_PID is passed over. */
int pids_add(struct pids *p, int64_t id, int32_t pid);
int pids_flush(struct pids *p, struct database *d);

/* For all rows that are there: the migration's part that SQL cannot do. */
int pids_fill(struct database *d);
