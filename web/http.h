/* SPDX-License-Identifier: MIT */
/* http: the one door to libmicrohttpd: connections in, responses out, and a deadline for each. */
#pragma once

#include "seccompwatch/loop.h"
#include "web.h"

struct http;

int http_new(struct http **ret, struct loop *loop, struct web *web);
void http_free(struct http *h); /* ends what is under way */
DEFINE_CLEANUP(struct http *, http_free)

/* Takes connections from a listening socket, which stays the caller's. */
int http_serve(struct http *h, int listen_fd);
