/* SPDX-License-Identifier: MIT */
/* access: who may ask. There is one secret, the token of the token file. Programs send it with each request; a browser
 * sends it once and gets a session.
 *
 * A session is its own proof: its end and a random number, signed with a key that is made from the token. So the server
 * keeps nothing, a restart ends nobody's session, and a new token ends them all. Logging out takes the cookie from the
 * browser, and remembers the session as ended (the newest 1024, until the server restarts). */
#pragma once

#include "request.h"

#define ACCESS_TOKEN_MIN   16
#define ACCESS_TOKEN_MAX   1024
#define ACCESS_SESSION_MS  INT64_C(43200000) /* 12 hours */
#define ACCESS_COOKIE_MAX  256

struct access;

/* Reads a token file: its first line. -EPERM (others may read or change it), -EINVAL (too short, not one word of
 * printable ASCII) or what opening it said; a sentence with the remedy in *why. */
int access_new(struct access **ret, const char *path, struct text *why);
/* The same from the token itself. */
int access_new_from(struct access **ret, struct span token, struct text *why);
void access_free(struct access *a);
DEFINE_CLEANUP(struct access *, access_free)

enum access_verdict {
	ACCESS_GRANTED,
	ACCESS_DENIED,
	ACCESS_THROTTLED, /* too many failed tries from there */
};
/* `a` NULL: there is no token, and everybody who reaches the server may ask. */
enum access_verdict access_check(struct access *a, const struct request *req, int64_t now);
/* The same for a token that was typed. */
enum access_verdict access_check_token(struct access *a, struct span token, uint64_t peer, int64_t now);
unsigned access_wait(const struct access *a, uint64_t peer, int64_t now); /* seconds, for Retry-After */

/* Set-Cookie's value: a new session, and the end of one. */
int access_begin_session(struct access *a, bool is_secure, int64_t now, struct text *ret);
void access_end_session(struct access *a, const struct request *req, int64_t now, struct text *ret);
