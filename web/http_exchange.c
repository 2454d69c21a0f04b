/* SPDX-License-Identifier: MIT */
/* One request and its response: checked at the door, handed to the routes, and what they say turned into HTTP. */
#include <strings.h>

#include "http_private.h"
#include "listen.h"
#include "routes.h"
#include "stream.h"

#define STREAM_BLOCK 4096

struct exchange {
	struct http *http;
	struct MHD_Connection *connection;
	struct request request;
	int parsed; /* request_parse's answer */
	struct text why;
	struct stream_client *stream;
	struct loop_source *hangup; /* of the stream's client */
	bool begun, answered, suspended;
};

void *http_exchange_begin(void *data, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->http = data;
	x->connection = connection;
	x->parsed = request_parse(&x->request, target, &x->why);
	return x;
}

void http_exchange_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	struct http_connection *c = http_connection_of(connection);
	struct exchange *x = *context;

	*context = NULL;
	if (c)
		http_connection_enter(c, HTTP_WAITING);
	if (!x)
		return;
	loop_remove(x->hangup);
	stream_leave(x->stream);
	request_free(&x->request);
	text_free(&x->why);
	free(x);
}

/* ---- streams ----------------------------------------------------------------------------------------------- */

static void wake(void *data)
{
	struct exchange *x = data;
	struct http_connection *c = http_connection_of(x->connection);

	if (x->suspended) {
		x->suspended = false;
		MHD_resume_connection(x->connection);
		x->http->resumed = true;
	} else if (c && stream_is_ended(x->stream)) {
		/* Its socket takes nothing any more: what is on the way gets its time, no more. */
		http_connection_enter(c, HTTP_SENDING);
	}
}

static ssize_t read_stream(void *data, uint64_t pos, char *to, size_t room)
{
	struct exchange *x = data;
	ssize_t n = stream_read(x->stream, to, room);

	if (n < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == 0) {
		x->suspended = true;
		MHD_suspend_connection(x->connection);
	}
	return n;
}

/* The library does not look at a suspended connection: a client that left would be kept until the next message. */
static int on_hangup(void *data, uint32_t events)
{
	struct exchange *x = data;

	loop_remove(x->hangup);
	x->hangup = NULL;
	stream_end(x->stream);
	return 0;
}

static void begin_stream(struct exchange *x, struct stream_client *client)
{
	struct http_connection *c = http_connection_of(x->connection);

	x->stream = client;
	stream_on_wake(client, wake, x);
	if (c && loop_add_io(x->http->loop, c->fd, EPOLLRDHUP, on_hangup, x, &x->hangup) < 0)
		x->hangup = NULL;
}

/* ---- the door ---------------------------------------------------------------------------------------------- */

static enum MHD_Result check_host(void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
	bool *own = data;

	if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0)
		*own = *own && listen_is_own_host(value ? value : "");
	return MHD_YES;
}

/* Browsers do not speak to paths, and everything that speaks HTTP/1.1 names its host. */
static bool is_for_us(const struct exchange *x)
{
	const union MHD_ConnectionInfo *client =
		MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	bool own = !x->request.authority || listen_is_own_host(x->request.authority);

	if (client && client->client_addr && client->client_addr->sa_family == AF_UNIX)
		return true;
	MHD_get_connection_values(x->connection, MHD_HEADER_KIND, check_host, &own);
	return own;
}

static const char *header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

static bool has_body(const struct exchange *x)
{
	const char *length = header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING) || (length && strspn(length, "0") != strlen(length));
}

static void decide(struct exchange *x, const char *method, struct answer *ans)
{
	struct request *req = &x->request;

	req->method = request_method_from_name(method);
	req->accept_encoding = header(x, MHD_HTTP_HEADER_ACCEPT_ENCODING);
	req->if_none_match = header(x, MHD_HTTP_HEADER_IF_NONE_MATCH);
	req->last_event_id = header(x, "Last-Event-ID");
	if (x->parsed == -ENOMEM)
		answer_failure(ans, -ENOMEM);
	else if (x->parsed < 0)
		answer_error(ans, 400, "bad_request", NULL, "%s", x->why.data ? x->why.data : "bad request");
	else if (!is_for_us(x))
		answer_error(ans, 421, "misdirected", "Host", "this server answers to localhost and loopback addresses only");
	else if (req->method != REQUEST_OTHER && has_body(x))
		answer_error(ans, 413, "no_body", NULL, "nothing here takes a request body");
	else
		routes_dispatch(x->http->web, req, ans);
	ans->close = ans->close || has_body(x) || x->parsed < 0;
}

/* ---- the response ------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *value;
} fixed_headers[] = {
	{"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING},
};

static struct MHD_Response *make_response(struct exchange *x, struct answer *ans)
{
	struct MHD_Response *response;
	struct text body = ans->body;

	if (ans->stream) {
		begin_stream(x, TAKE(ans->stream));
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, x, NULL);
	}
	if (ans->fixed.len > 0 || body.len == 0)
		return MHD_create_response_from_buffer(ans->fixed.len, (void *)ans->fixed.data, MHD_RESPMEM_PERSISTENT);
	response = MHD_create_response_from_buffer_with_free_callback(body.len, body.data, free);
	if (response)
		ans->body = TEXT_EMPTY;
	return response;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
	return !value || *value == '\0' || MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_headers(struct MHD_Response *response, const struct answer *ans)
{
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(fixed_headers); i++)
		ok = ok && add_header(response, fixed_headers[i].name, fixed_headers[i].value);
	return ok && add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, ans->type) &&
		add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, ans->cache_control ? ans->cache_control : "no-store") &&
		add_header(response, MHD_HTTP_HEADER_ETAG, ans->etag) &&
		add_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, ans->encoding) &&
		add_header(response, MHD_HTTP_HEADER_ALLOW, ans->allow) &&
		add_header(response, MHD_HTTP_HEADER_CONNECTION, ans->close ? "close" : NULL);
}

static enum MHD_Result respond(struct exchange *x, struct answer *ans)
{
	struct http_connection *c = http_connection_of(x->connection);
	bool is_stream = ans->stream;
	struct MHD_Response *response = make_response(x, ans);
	enum MHD_Result r = MHD_NO;

	if (c)
		http_connection_enter(c, is_stream ? HTTP_STREAMING : HTTP_SENDING);
	if (response && add_headers(response, ans))
		r = MHD_queue_response(x->connection, ans->status, response);
	if (response)
		MHD_destroy_response(response);
	x->http->web->requests[MIN(ans->status / 100, WEB_STATUS_CLASSES - 1u)]++;
	return r;
}

enum MHD_Result http_exchange_answer(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
	struct exchange *x = *context;
	struct answer ans = {0};
	enum MHD_Result r;

	if (!x)
		return MHD_NO;
	if (x->answered) {
		*upload_size = 0;
		return MHD_YES;
	}
	/* Answered at its first call a request would cost its connection: right for one with a body, only. */
	if (!x->begun && !has_body(x)) {
		x->begun = true;
		return MHD_YES;
	}
	x->answered = true;
	decide(x, method, &ans);
	r = respond(x, &ans);
	answer_free(&ans);
	return r;
}
