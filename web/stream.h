/* SPDX-License-Identifier: MIT */
/* stream: server-sent events (WHATWG HTML, 9.2) for many clients from one look at the database.
 * Clients with the same filter share a feed: one query and one text a change, whoever many they are. */
#pragma once

#include "params.h"
#include "seccompwatch/loop.h"
#include "web.h"

struct stream;
struct stream_client;

typedef void (*stream_wake_fn)(void *data);

int stream_new(struct stream **ret, struct loop *loop, struct web *web);
void stream_free(struct stream *s); /* its clients must have left */
DEFINE_CLEANUP(struct stream *, stream_free)

/* A client of the events that match, beginning with what changed after p->seq (or now). Takes over p->filter.
 * -EAGAIN: too many clients; -ENOMEM. */
int stream_join(struct stream *s, struct params *p, struct stream_client **ret);
void stream_leave(struct stream_client *c); /* takes NULL */
void stream_on_wake(struct stream_client *c, stream_wake_fn fn, void *data);
/* What there is to send, at most `room` bytes: 0: nothing now, `wake` will say when; -EPIPE: this stream has ended
 * (it was too slow, or the server stops). */
ssize_t stream_read(struct stream_client *c, char *to, size_t room);
bool stream_is_ended(const struct stream_client *c);
void stream_end(struct stream_client *c);
void stream_set_max(struct stream *s, unsigned clients);
void stream_end_all(struct stream *s);
