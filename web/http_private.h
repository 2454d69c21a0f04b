/* SPDX-License-Identifier: MIT */
/* What the parts of the door share: connections (http.c, http_accept.c) and the requests on
 * them (http_exchange.c). */
#pragma once

#include <microhttpd.h>
#include <sys/socket.h>

#include "http.h"

struct http_connection {
	struct http_connection *prev, *next;
	struct http *http;
	int fd;
	bool busy;        /* a request is being answered; else it waits for one */
	int64_t deadline; /* monotonic; CLOCK_NONE: a stream's */
};

struct http {
	struct web *web;
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct loop_source *pump, *deadlines;
	/* Those that wait stand in the order in which they began to. */
	struct http_connection *first, *last;
	bool armed, resumed;
	struct http_listener *listeners;
};

/* NULL when there was no memory for it. */
struct http_connection *http_connection_of(struct MHD_Connection *connection);
enum http_phase {
	HTTP_WAITING, /* for a request, up to the end of its head */
	HTTP_SENDING,
	HTTP_STREAMING,
};
void http_connection_enter(struct http_connection *c, enum http_phase phase);
/* Shut down: the library sees its end and closes the descriptor. */
void http_connection_cut(struct http_connection *c);

void http_accept_end(struct http *h);

/* libmicrohttpd's callbacks. */
void *http_exchange_begin(void *http, const char *target, struct MHD_Connection *connection);
enum MHD_Result http_exchange_answer(void *http, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context);
void http_exchange_end(void *http, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why);
