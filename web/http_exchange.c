/* SPDX-License-Identifier: MIT */
/* One request and its response: let in by the door, handed to the routes, and what they say turned into HTTP. */
#include <stdio.h>

#include "http_private.h"
#include "routes.h"
#include "stream.h"
#include "work.h"

#define STREAM_BLOCK 4096

void *http_exchange_begin(void *data, const char *target, struct MHD_Connection *connection)
{
	struct http_exchange *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->http = data;
	x->connection = connection;
	x->parsed = request_parse(&x->request, target, &x->why);
	return x;
}

static void forget_body(struct http_exchange *x)
{
	x->http->bodies -= x->held;
	x->held = 0;
	text_free(&x->body);
	x->body = TEXT_EMPTY;
}

void http_exchange_end(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_RequestTerminationCode why)
{
	struct http_connection *c = http_connection_of(connection);
	struct http_exchange *x = *context;

	*context = NULL;
	if (c)
		http_connection_enter(c, HTTP_WAITING);
	if (!x)
		return;
	loop_remove(x->hangup);
	stream_leave(x->stream);
	work_cancel(x->work);
	forget_body(x);
	request_free(&x->request);
	text_free(&x->why);
	free(x);
}

/* ---- streams ----------------------------------------------------------------------------------------------- */

static void wake(void *data)
{
	struct http_exchange *x = data;
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
	struct http_exchange *x = data;
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
	struct http_exchange *x = data;

	loop_remove(x->hangup);
	x->hangup = NULL;
	stream_end(x->stream);
	return 0;
}

static void begin_stream(struct http_exchange *x, struct stream_client *client)
{
	struct http_connection *c = http_connection_of(x->connection);

	x->stream = client;
	stream_on_wake(client, wake, x);
	if (c && loop_add_io(x->http->loop, c->fd, EPOLLRDHUP, on_hangup, x, &x->hangup) < 0)
		x->hangup = NULL;
}

#define POLICY                                                                                               \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "        \
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/* ---- the response ------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *value;
} fixed_headers[] = {
	{"X-Content-Type-Options", "nosniff"},
	/* "no-referrer" would make browsers hide the origin of our own forms. */
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING},
};

static struct MHD_Response *make_response(struct http_exchange *x, struct answer *ans)
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
	char retry_after[16];
	bool ok = true;

	snprintf(retry_after, sizeof(retry_after), "%u", ans->retry_after);
	for (size_t i = 0; i < ARRAY_SIZE(fixed_headers); i++)
		ok = ok && add_header(response, fixed_headers[i].name, fixed_headers[i].value);
	return ok && add_header(response, "Content-Security-Policy", ans->policy ? ans->policy : POLICY) &&
		add_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, ans->type) &&
		add_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, ans->cache_control ? ans->cache_control : "no-store") &&
		add_header(response, MHD_HTTP_HEADER_ETAG, ans->etag) &&
		add_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, ans->encoding) &&
		add_header(response, MHD_HTTP_HEADER_ALLOW, ans->allow.data) &&
		add_header(response, MHD_HTTP_HEADER_SET_COOKIE, ans->cookie.data) &&
		add_header(response, MHD_HTTP_HEADER_LINK, ans->link) &&
		add_header(response, MHD_HTTP_HEADER_LOCATION, ans->location) &&
		add_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, ans->challenge ? "Bearer realm=\"seccompwatch\"" : NULL) &&
		add_header(response, MHD_HTTP_HEADER_RETRY_AFTER, ans->retry_after > 0 ? retry_after : NULL) &&
		add_header(response, MHD_HTTP_HEADER_CONNECTION, ans->close ? "close" : NULL);
}

static enum MHD_Result respond(struct http_exchange *x, struct answer *ans)
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

static void wake_work(void *data)
{
	struct http_exchange *x = data;

	MHD_resume_connection(x->connection);
	x->http->resumed = true;
}

/* The library asks again when the connection has been resumed. */
static enum MHD_Result wait_for_work(struct http_exchange *x, struct answer *ans)
{
	struct http_connection *c = http_connection_of(x->connection);

	x->work = TAKE(ans->work);
	work_on_done(x->work, wake_work, x);
	MHD_suspend_connection(x->connection);
	if (c)
		http_connection_enter(c, HTTP_SENDING);
	answer_free(ans);
	return MHD_YES;
}

static enum MHD_Result finish(struct http_exchange *x, bool admitted, struct answer *ans)
{
	enum MHD_Result r;

	if (admitted)
		routes_dispatch(x->http->web, &x->request, ans);
	forget_body(x);
	if (ans->work)
		return wait_for_work(x, ans);
	x->answered = true;
	r = respond(x, ans);
	answer_free(ans);
	return r;
}

/* Answered when its head has come a request costs its connection: right for one whose body nobody hears, only. */
static enum MHD_Result begin(struct http_exchange *x, const char *method)
{
	struct http_connection *c = http_connection_of(x->connection);
	struct answer ans = {0};

	x->begun = true;
	http_door_read_head(x, method);
	if (!x->has_body)
		return MHD_YES;
	if (!http_door_admit(x, &ans)) {
		ans.close = true;
		return finish(x, false, &ans);
	}
	if (c)
		http_connection_enter(c, HTTP_RECEIVING);
	return MHD_YES;
}

static enum MHD_Result complete(struct http_exchange *x)
{
	struct answer ans = {0};
	bool admitted;

	if (x->work) {
		work_take(TAKE(x->work), &ans);
		return finish(x, false, &ans);
	}
	admitted = x->has_body ? http_door_close(x, &ans) : http_door_admit(x, &ans);

	ans.close = ans.close || x->parsed < 0;
	return finish(x, admitted, &ans);
}

enum MHD_Result http_exchange_answer(void *data, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size, void **context)
{
	struct http_exchange *x = *context;
	struct span part = {upload, *upload_size};

	if (!x)
		return MHD_NO;
	if (!x->begun)
		return begin(x, method);
	*upload_size = 0;
	if (x->answered)
		return MHD_YES;
	if (part.len == 0)
		return complete(x);
	return http_door_hear(x, part) ? MHD_YES : MHD_NO;
}
