/* SPDX-License-Identifier: MIT */
/* answer: what a handler says, before it becomes an HTTP response. Handlers know this and nothing of sockets. */
#pragma once

#include <jansson.h>

#include "seccompwatch/text.h"

struct stream_client;
struct work;

struct answer {
	unsigned status;             /* 0: nothing was said yet */
	const char *type;            /* Content-Type */
	const char *cache_control;   /* NULL: no-store */
	const char *policy;          /* Content-Security-Policy; NULL: the pages' own */
	struct text allow;           /* of a 405 */
	const char *encoding;        /* Content-Encoding */
	char etag[48];               /* with its quotes; "" none */
	struct text body;            /* what was made for this answer … */
	struct span fixed;           /* … or bytes that outlive it */
	struct stream_client *stream; /* … or a stream that goes on; ends with the connection */
	struct work *work;           /* … or not yet: a child is at it */
	struct text cookie;          /* Set-Cookie */
	const char *location;        /* of a 303 */
	const char *link;            /* what the page will ask for next */
	bool challenge;              /* a 401 that asks for a token */
	unsigned retry_after;        /* seconds, of a 429; 0: none */
	bool close;                  /* the connection cannot be used again */
};

void answer_free(struct answer *ans);

/* {"error":{"code","message","field"}}; replaces what was said. field may be NULL. */
void answer_error(struct answer *ans, unsigned status, const char *code, const char *field, const char *fmt, ...)
	PRINTF(5, 6);
/* A function's negative errno, as a status: no memory, a database that is busy or broken. */
void answer_failure(struct answer *ans, int error);

/* 303: go on there with GET. */
void answer_see(struct answer *ans, const char *location);
/* One JSON document; takes over `value` (NULL: out of memory). */
void answer_json(struct answer *ans, json_t *value);
/* A list that is written element by element, so that memory is bounded by the text, not by a tree:
 * {"NAME":[…], then answer_list_field's …}. */
void answer_list_begin(struct answer *ans, const char *name);
struct text *answer_list_next(struct answer *ans); /* where the next element's text goes */
int answer_list_add(struct answer *ans, json_t *element); /* takes it over; -ENOMEM */
void answer_list_end(struct answer *ans);
void answer_list_field(struct answer *ans, const char *name, json_t *value); /* takes it over */
void answer_list_close(struct answer *ans);

/* Compact, on one line. */
int answer_dump(struct text *t, const json_t *value);
