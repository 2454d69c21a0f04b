/* SPDX-License-Identifier: MIT */
/* What the parts of the door share: connections (http.c, http_accept.c), the requests on them (http_exchange.c),
 * and what is let in (http_door.c). */
#pragma once

#include <microhttpd.h>
#include <sys/socket.h>

#include "answer.h"
#include "http.h"
#include "request.h"

#define HTTP_BODY_MAX   (1u << 20)  /* of one request */
#define HTTP_BODIES_MAX (16u << 20) /* of all that are being heard */

struct http_connection {
	struct http_connection *prev, *next;
	struct http *http;
	int fd;
	bool is_secure;
	bool busy;        /* a request is being answered; else it waits for one, or for the rest of one */
	int64_t deadline; /* monotonic; CLOCK_NONE: a stream's */
};

enum http_kind {
	HTTP_PLAIN,
	HTTP_TLS,
	HTTP_KINDS,
};

/* The library's, one for each kind that is listened for. */
struct http_daemon {
	struct http *http;
	struct MHD_Daemon *mhd; /* NULL: nobody listens for that */
	bool is_secure;
};

struct http {
	struct web *web;
	struct loop *loop;
	struct http_daemon daemons[HTTP_KINDS];
	struct text *log; /* where the library's words go while it starts; NULL: to ours */
	struct loop_source *pump, *deadlines;
	/* Those that wait stand in the order in which they began to. */
	struct http_connection *first, *last;
	bool armed, resumed;
	size_t bodies; /* bytes held of requests that are not answered yet */
	struct http_listener *listeners;
};

/* One request, from its target to the end of its answer. */
struct http_exchange {
	struct http *http;
	struct MHD_Connection *connection;
	struct request request;
	int parsed; /* request_parse's answer */
	struct text why;
	bool has_body;
	struct text body;
	size_t heard, held; /* of the body; what is beyond the limit is not kept */
	int error;    /* -EFBIG: too large; -ENOBUFS, -ENOMEM: no room for it now */
	struct work *work;
	struct stream_client *stream;
	struct loop_source *hangup; /* of the stream's client */
	bool begun, answered, suspended;
};

/* NULL when there was no memory for it. */
struct http_connection *http_connection_of(struct MHD_Connection *connection);
enum http_phase {
	HTTP_WAITING,   /* for a request, up to the end of its head */
	HTTP_RECEIVING, /* its body */
	HTTP_SENDING,
	HTTP_STREAMING,
};
void http_connection_enter(struct http_connection *c, enum http_phase phase);
/* Shut down: the library sees its end and closes the descriptor. */
void http_connection_cut(struct http_connection *c);

void http_run(struct http *h); /* the library, once */
void http_accept_end(struct http *h);

/* The head has come: takes from it what handlers need. */
void http_door_read_head(struct http_exchange *x, const char *method);
/* Whether the head lets the request in; false: *ans says why not. */
bool http_door_admit(const struct http_exchange *x, struct answer *ans);
/* A part of the body. False: more than is worth hearing; the connection may go. */
bool http_door_hear(struct http_exchange *x, struct span part);
/* All of it has come. False: *ans says what is wrong with it. */
bool http_door_close(struct http_exchange *x, struct answer *ans);

/* libmicrohttpd's callbacks. */
void *http_exchange_begin(void *http, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_exchange_answer(void *http, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context);
void http_exchange_end(void *http, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why);
