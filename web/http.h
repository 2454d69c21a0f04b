/* SPDX-License-Identifier: MIT */
/* http: the one door to libmicrohttpd (and what it links for TLS): connections in, responses out, and a deadline for each. */
#pragma once

#include "seccompwatch/loop.h"
#include "web.h"

struct http;

struct tls;

/* `tls` NULL: nothing is encrypted. -EINVAL and a sentence in *why when it cannot be used. */
int http_new(struct http **ret, struct loop *loop, struct web *web, const struct tls *tls, struct text *why);
void http_free(struct http *h); /* ends what is under way */
DEFINE_CLEANUP(struct http *, http_free)

/* Takes connections from a listening socket, which stays the caller's. */
int http_serve(struct http *h, int listen_fd, bool is_secure);
