/* SPDX-License-Identifier: MIT */
/* outbox: texts on their way to a slow reader, shared between many and bounded for each. */
#pragma once

#include "seccompwatch/text.h"

struct outbox_text;

/* Takes over what `t` holds; NULL without memory. One reference, the caller's. */
struct outbox_text *outbox_text_new(struct text *t);
void outbox_text_unref(struct outbox_text *t); /* takes NULL */

#define OUTBOX_TEXTS 64
#define OUTBOX_BYTES (256u * 1024)

struct outbox {
	struct outbox_text *texts[OUTBOX_TEXTS]; /* a ring */
	size_t first, n;
	size_t sent;  /* of the first */
	size_t bytes; /* not sent yet */
};

void outbox_clear(struct outbox *o);
/* -ENOBUFS: the reader is too far behind. */
int outbox_put(struct outbox *o, struct outbox_text *t);
size_t outbox_take(struct outbox *o, char *to, size_t room);
