/* SPDX-License-Identifier: MIT */
/* Connections: accepted here, run by libmicrohttpd from our loop (its epoll descriptor nests in ours), and cut by
 * deadlines of our own: the library's time-out starts anew with each byte, so that a byte a second lives for ever. */
#include <malloc.h>
#include <sys/resource.h>

#include "http_private.h"
#include "seccompwatch/log.h"
#include "stream.h"
#include "work.h"

#define WAITING_MS       10000
#define RECEIVING_MS     20000
#define SENDING_MS       60000
#define DEADLINES_MS     1000
#define PUMP_MAX         64 /* turns of the library before other work gets its turn */
#define MEMORY_MAX       16384 /* a connection's: bounds the request line and the headers */
#define CONNECTIONS_MAX  2048u
#define DESCRIPTORS_KEPT 64u /* for the database, timers and assets */

/* ---- the list ---------------------------------------------------------------------------------------------- */

static void list_remove(struct http_connection *c)
{
	*(c->prev ? &c->prev->next : &c->http->first) = c->next;
	*(c->next ? &c->next->prev : &c->http->last) = c->prev;
	c->prev = c->next = NULL;
}

static void list_append(struct http_connection *c)
{
	struct http *h = c->http;

	c->prev = h->last;
	c->next = NULL;
	*(h->last ? &h->last->next : &h->first) = c;
	h->last = c;
}

static void arm(struct http *h)
{
	if (!h->armed)
		h->armed = loop_timer_set(h->deadlines, DEADLINES_MS, DEADLINES_MS) == 0;
}

void http_connection_enter(struct http_connection *c, enum http_phase phase)
{
	static const int64_t allowed[] = {
		[HTTP_WAITING] = WAITING_MS,
		[HTTP_RECEIVING] = RECEIVING_MS,
		[HTTP_SENDING] = SENDING_MS,
	};

	list_remove(c);
	list_append(c);
	c->busy = phase == HTTP_SENDING || phase == HTTP_STREAMING;
	c->deadline = phase == HTTP_STREAMING ? CLOCK_NONE : clock_monotonic() + allowed[phase];
	if (phase != HTTP_STREAMING)
		arm(c->http);
}

void http_connection_cut(struct http_connection *c)
{
	shutdown(c->fd, SHUT_RDWR);
	c->http->web->connections_cut++;
	c->busy = true;
	c->deadline = CLOCK_NONE;
}

static int on_deadlines(void *data)
{
	struct http *h = data;
	int64_t now = clock_monotonic();
	bool any = false;

	for (struct http_connection *c = h->first, *next; c; c = next) {
		next = c->next;
		if (c->deadline == CLOCK_NONE)
			continue;
		if (c->deadline <= now)
			http_connection_cut(c);
		else
			any = true;
	}
	if (any)
		return 0;
	h->armed = false;
	/* Nobody waits for anything: what a rush needed goes back to the system. */
	malloc_trim(0);
	return loop_timer_set(h->deadlines, 0, 0);
}

/* ---- the library ------------------------------------------------------------------------------------------- */

struct http_connection *http_connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void begin_connection(struct http *h, struct MHD_Connection *connection, void **ret)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct http_connection *c = calloc(1, sizeof(*c));

	h->web->connections++;
	*ret = c;
	if (!c) {
		/* Without a deadline it may not live. */
		shutdown(info->connect_fd, SHUT_RDWR);
		return;
	}
	c->http = h;
	c->fd = info->connect_fd;
	list_append(c);
	http_connection_enter(c, HTTP_WAITING);
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	struct http *h = data;
	struct http_connection *c = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		begin_connection(h, connection, context);
		return;
	}
	h->web->connections--;
	if (c)
		list_remove(c);
	free(c);
	*context = NULL;
}

static void on_log(void *data, const char *fmt, va_list args) PRINTF(2, 0);
static void on_log(void *data, const char *fmt, va_list args)
{
	CLEANUP_TEXT struct text message = TEXT_EMPTY;

	text_vprintf(&message, fmt, args);
	if (message.len > 0 && message.data[message.len - 1] == '\n')
		message.data[--message.len] = '\0';
	log_debug("http: %s", message.data ? message.data : fmt);
}

/* The library does a little at a time and says through its time-out whether more is waiting; connections that were
 * resumed are not among what it says. */
static int pump(void *data)
{
	struct http *h = data;
	MHD_UNSIGNED_LONG_LONG wait = 0;
	int turns = 0;

	if (h->resumed)
		MHD_run(h->daemon);
	h->resumed = false;
	while (MHD_get_timeout(h->daemon, &wait) == MHD_YES && wait == 0 && turns++ < PUMP_MAX)
		MHD_run(h->daemon);
	return turns > PUMP_MAX ? loop_timer_set(h->pump, 1, 0) : 0;
}

static int on_library(void *data, uint32_t events)
{
	struct http *h = data;

	MHD_run(h->daemon);
	return 0;
}

static int on_pump(void *data)
{
	return 0;
}

static unsigned connections_max(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur <= 2 * DESCRIPTORS_KEPT)
		return DESCRIPTORS_KEPT / 2;
	return (unsigned)MIN(files.rlim_cur - DESCRIPTORS_KEPT, CONNECTIONS_MAX);
}

static int start(struct http *h)
{
	const union MHD_DaemonInfo *info;

	h->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
		http_exchange_answer, h, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)MEMORY_MAX, MHD_OPTION_CONNECTION_LIMIT, h->web->connections_max, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, h, MHD_OPTION_NOTIFY_COMPLETED, http_exchange_end, h, MHD_OPTION_URI_LOG_CALLBACK,
		http_exchange_begin, h, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	if (!h->daemon)
		return -EIO;
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || info->epoll_fd < 0)
		return -EIO;
	return loop_add_io(h->loop, info->epoll_fd, EPOLLIN, on_library, h, NULL);
}

int http_new(struct http **ret, struct loop *loop, struct web *web)
{
	CLEANUP(http_free_p) struct http *h = calloc(1, sizeof(*h));
	int r;

	if (!h)
		return -ENOMEM;
	h->web = web;
	h->loop = loop;
	web->connections_max = connections_max();
	/* There is always room for requests beside the streams. */
	stream_set_max(web->stream, web->connections_max / 4 * 3);
	r = loop_add_timer(loop, on_deadlines, h, &h->deadlines);
	if (r == 0)
		r = loop_add_timer(loop, on_pump, h, &h->pump);
	if (r == 0)
		r = start(h);
	if (r < 0)
		return r;
	loop_set_before_sleep(loop, pump, h);
	*ret = TAKE(h);
	return 0;
}

/* A suspended connection may not be there when the library stops: streams and works are woken to their end first. */
void http_free(struct http *h)
{
	if (!h)
		return;
	if (h->daemon) {
		stream_end_all(h->web->stream);
		works_end_all(h->web->works);
		MHD_run(h->daemon);
		MHD_stop_daemon(h->daemon);
	}
	http_accept_end(h);
	loop_set_before_sleep(h->loop, NULL, NULL);
	loop_remove(h->pump);
	loop_remove(h->deadlines);
	free(h);
}
