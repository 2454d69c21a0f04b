/* SPDX-License-Identifier: MIT */
/* request: what a client asked for, taken apart once and strictly. Pure: bytes → path and parameters. */
#pragma once

#include "seccompwatch/text.h"

#define REQUEST_PARAMS_MAX 64

enum request_method {
	REQUEST_GET,
	REQUEST_HEAD,
	REQUEST_POST,
	REQUEST_DELETE,
	REQUEST_OTHER, /* nothing here answers to it */
};

/* NUL terminated, valid UTF-8 without NUL; both point into the request's `bytes`. */
struct request_param {
	const char *name, *value;
};

struct request {
	enum request_method method;
	const char *path;      /* decoded, begins with '/' */
	const char *authority; /* of an absolute target ("http://HOST/…"), else NULL */
	struct request_param params[REQUEST_PARAMS_MAX];
	size_t n_params;
	/* Headers, NULL when absent; they live as long as the connection's request. */
	const char *host, *origin, *fetch_site, *authorization, *cookie;
	const char *accept, *accept_encoding, *if_none_match, *last_event_id, *content_type;
	struct span body; /* whole, without its framing; the exchange owns it */
	bool is_secure;   /* came over TLS */
	bool is_trusted;  /* came through a socket file, whose mode says who may */
	uint64_t peer;    /* tells addresses apart (IPv6: networks) */
	char *bytes;      /* owns what path, authority and params point to */
};

void request_free(struct request *req); /* what it owns, not req itself */

/* Takes a request target ("/api/v1/events?limit=5") apart. -EINVAL and a sentence in *why: not a path, a bad
 * escape, a NUL byte, not UTF-8; -E2BIG: too many parameters; -ENOMEM. */
int request_parse(struct request *req, const char *target, struct text *why);

enum request_method request_method_from_name(const char *name);
const char *request_method_name(enum request_method method);
/* GET and HEAD promise to change nothing. */
bool request_is_read(enum request_method method);
/* The value of the first parameter of that name, or NULL. */
const char *request_param(const struct request *req, const char *name);

/* Whether the request can come from a page of somebody else's, by what a browser says of itself (Sec-Fetch-Site,
 * Origin). Programs say neither, and can be lured by no page. */
bool request_is_foreign(const struct request *req);
/* Whether a Content-Type header (may be NULL) names one of the media types, which blanks separate. */
bool request_has_type(const char *content_type, const char *types);
/* Whether an Accept header (may be NULL: anything) allows a media type; its parameters are not compared:
 * RFC 9110, 12.5.1. */
bool request_accepts(const char *accept, const char *type);
/* Whether an Accept-Encoding header (may be NULL) allows gzip: RFC 9110, 12.5.3. */
bool request_accepts_gzip(const char *accept_encoding);
/* Whether an If-None-Match header (may be NULL) names the entity tag, quotes included: RFC 9110, 13.1.2. */
bool request_has_etag(const char *if_none_match, const char *etag);
