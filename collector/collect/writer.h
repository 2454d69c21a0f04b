/* SPDX-License-Identifier: MIT */
/* writer: the thread that owns the store, so that reading the kernel never waits for a disk. Batches go to and fro:
 * a filled one is swapped for an empty one. A batch that the database does not take is tried again until it does;
 * meanwhile writer_swap says no. Between batches it beats the session's heart once a minute and looks whether the
 * kernel lost records of its own. */
#pragma once

#include "seccompwatch/store.h"

struct writer;

/* Takes over both in success. `spare` is an empty batch. The session is open already. */
int writer_new(struct writer **ret, struct store *store, struct batch *spare);
/* Only after writer_stop, or when the process ends anyway: a thread that hangs in the disk keeps what it uses. */
void writer_free(struct writer *w);
DEFINE_CLEANUP(struct writer *, writer_free)

/* An empty batch for a filled one, or NULL: the last one is not written yet. After NULL writer_fd becomes readable
 * as soon as it is. last_record: the time of the newest record seen, CLOCK_NONE when none. */
struct batch *writer_swap(struct writer *w, struct batch *filled, int64_t last_record);
/* What the session shall say of how well processes can be watched; written now when that has changed, else by and by. */
void writer_tell(struct writer *w, const struct store_watch *watch);
int writer_fd(const struct writer *w);
void writer_clear(struct writer *w); /* makes writer_fd unreadable again */
/* Waits for the writer to be free; at once false when the database is refusing. */
bool writer_wait(struct writer *w, int timeout_ms);

/* Writes the last batch (taken over), ends the session. -ETIMEDOUT: it was not stored in time. */
int writer_stop(struct writer *w, struct batch *last, int64_t last_record, int timeout_ms);
