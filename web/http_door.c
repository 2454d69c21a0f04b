/* SPDX-License-Identifier: MIT */
/* What is let in. What the head gives away is refused before the body is heard; a body is bounded one by one, and all
 * together, so that many slow ones cannot fill the memory. */
#include <strings.h>

#include "http_private.h"
#include "listen.h"
#include "routes.h"

#define HEARD_MAX (8 * (size_t)HTTP_BODY_MAX) /* and no answer to who says more */
#define IPV6_NETWORK 8 /* bytes: who has one address has them all */

static const char *header(const struct http_exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result check_host(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	bool *own = data;

	if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0)
		*own = *own && listen_is_own_host(value ? value : "");
	return MHD_YES;
}

/* Browsers do not speak to paths, and everything that speaks HTTP/1.1 names its host. A name that was pointed here
 * brings no token and no cookie of ours: where one is asked for, any name will do. */
static bool is_for_us(const struct http_exchange *x)
{
	bool own = !x->request.authority || listen_is_own_host(x->request.authority);

	if (x->request.is_trusted || x->http->web->access)
		return true;
	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, check_host, &own);
	return own;
}

struct framing {
	unsigned lengths, transfers;
	bool other; /* than chunked */
};

static enum MHD_Result count_framing(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	struct framing *f = data;

	if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0)
		f->lengths++;
	if (strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		f->transfers++;
		f->other = f->other || strcasecmp(value ? value : "", "chunked") != 0;
	}
	return MHD_YES;
}

/* Where a body ends must have one answer: the library picks one, a proxy before us may pick another, and what one of
 * them takes for a body is the other's next request (RFC 9112, 6.3). */
static bool is_framed_once(const struct http_exchange *x)
{
	struct framing f = {0};

	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count_framing, &f);
	return f.lengths + f.transfers <= 1 && !f.other;
}

/* What the client says its body has; 0 when it is sent in chunks. The library refuses what is no number. */
static uint64_t announced(const struct http_exchange *x)
{
	const char *length = header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
	uint64_t n = 0;

	if (length && text_to_u64(span_from(length), UINT64_MAX, &n) < 0)
		n = UINT64_MAX;
	return n;
}

static void read_peer(struct http_exchange *x)
{
	const union MHD_ConnectionInfo *client =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct http_connection *c = http_connection_of(x->connection);
	const struct sockaddr *addr = client ? client->client_addr : NULL;

	x->request.is_secure = c && c->is_secure;
	x->request.is_trusted = addr && addr->sa_family == AF_UNIX;
	if (addr && addr->sa_family == AF_INET)
		x->request.peer = base_hash(&((const struct sockaddr_in *)addr)->sin_addr, sizeof(struct in_addr));
	else if (addr && addr->sa_family == AF_INET6)
		x->request.peer = base_hash(&((const struct sockaddr_in6 *)addr)->sin6_addr, IPV6_NETWORK);
}

void http_door_read_head(struct http_exchange *x, const char *method)
{
	struct request *req = &x->request;

	read_peer(x);
	req->method = request_method_from_name(method);
	req->host = header(x, MHD_HTTP_HEADER_HOST);
	req->origin = header(x, MHD_HTTP_HEADER_ORIGIN);
	req->fetch_site = header(x, "Sec-Fetch-Site");
	req->authorization = header(x, MHD_HTTP_HEADER_AUTHORIZATION);
	req->cookie = header(x, MHD_HTTP_HEADER_COOKIE);
	req->accept = header(x, MHD_HTTP_HEADER_ACCEPT);
	req->accept_encoding = header(x, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	req->if_none_match = header(x, MHD_HTTP_HEADER_IF_NONE_MATCH);
	req->last_event_id = header(x, "Last-Event-ID");
	req->content_type = header(x, MHD_HTTP_HEADER_CONTENT_TYPE);
	x->has_body = header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING) || announced(x) > 0 || !is_framed_once(x);
}

static bool refuse_size(struct answer *ans)
{
	answer_error(ans, 413, "too_large", NULL, "a request body has at most %u bytes", HTTP_BODY_MAX);
	return false;
}

bool http_door_admit(const struct http_exchange *x, struct answer *ans)
{
	if (x->parsed == -ENOMEM)
		answer_failure(ans, -ENOMEM);
	else if (x->parsed < 0)
		answer_error(ans, 400, "bad_request", NULL, "%s", x->why.data ? x->why.data : "bad request");
	else if (!is_framed_once(x))
		answer_error(ans, 400, "bad_request", NULL, "the request says in two ways where its body ends");
	else if (!is_for_us(x))
		answer_error(ans, 421, "misdirected", "Host", "this server answers to localhost and loopback addresses only");
	else if (routes_admit(x->http->web, &x->request, x->has_body, ans))
		return announced(x) <= HTTP_BODY_MAX || refuse_size(ans);
	return false;
}

bool http_door_hear(struct http_exchange *x, struct span part)
{
	struct http *h = x->http;

	x->heard += part.len;
	if (x->error == 0 && x->heard > HTTP_BODY_MAX)
		x->error = -EFBIG;
	else if (x->error == 0 && h->bodies + part.len > HTTP_BODIES_MAX)
		x->error = -ENOBUFS;
	if (x->error < 0)
		return x->heard <= HEARD_MAX;
	x->held += part.len;
	h->bodies += part.len;
	text_add(&x->body, part);
	return true;
}

bool http_door_close(struct http_exchange *x, struct answer *ans)
{
	x->request.body = text_span(&x->body);
	if (x->error == -EFBIG)
		return refuse_size(ans);
	if (x->error == 0 && !x->body.failed)
		return true;
	answer_error(ans, 503, "busy", NULL, "there is no room for the request's body now");
	return false;
}
