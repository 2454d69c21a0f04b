/* SPDX-License-Identifier: MIT */
/* server: the page, the API, the live stream and the metrics over HTTP, for one database that is only read.
 * One process, one thread, one event loop; it keeps no state of its own. */
#pragma once

#include "text.h"

#define SERVER_LISTEN_DEFAULT "127.0.0.1:1326"
#define SERVER_LISTEN_MAX     8

struct server_options {
	const char *db;
	const char *const *listen; /* "ADDR:PORT", "[ADDR]:PORT" or "unix:PATH" */
	size_t n_listen;           /* 0: the default; at most SERVER_LISTEN_MAX */
	const char *token_file;    /* NULL: whoever reaches the server may ask; other machines may not */
	const char *tls_cert, *tls_key; /* PEM files, both or none; for all but socket files */
	unsigned socket_mode;      /* of socket files; 0: 0660 */
	const char *socket_group;  /* NULL: the database's */
	const char *version;
};

/* Until SIGTERM or SIGINT: 0, or negative errno with the reason already logged. Prints one URL a line on
 * standard output once it answers. Leaves root on the way, for good. */
int server_run(const struct server_options *options);
