/* SPDX-License-Identifier: MIT */
/* Connections: accepted here, run by libmicrohttpd from our loop (its epoll descriptor nests in ours), and cut by
 * deadlines of our own: the library's time-out starts anew with each byte, so that a byte a second lives for ever. */
#include <malloc.h>
#include <sys/resource.h>

#include "http_private.h"
#include "seccompwatch/log.h"
#include "stream.h"
#include "tls.h"
#include "work.h"

#define WAITING_MS       10000
#define RECEIVING_MS     20000
#define SENDING_MS       60000
#define DEADLINES_MS     1000
#define PUMP_MAX         64 /* turns of the library before other work gets its turn */
#define MEMORY_MAX       16384 /* a connection's: bounds the request line and the headers */
#define CONNECTIONS_MAX  2048u
#define TLS_PRIORITIES   "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"
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

static void begin_connection(const struct http_daemon *d, struct MHD_Connection *connection, void **ret)
{
	struct http *h = d->http;
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
	c->is_secure = d->is_secure;
	list_append(c);
	http_connection_enter(c, HTTP_WAITING);
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	const struct http_daemon *d = data;
	struct http_connection *c = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		begin_connection(d, connection, context);
		return;
	}
	d->http->web->connections--;
	if (c)
		list_remove(c);
	free(c);
	*context = NULL;
}

static void on_log(void *data, const char *fmt, va_list args) PRINTF(2, 0);
static void on_log(void *data, const char *fmt, va_list args)
{
	CLEANUP_TEXT struct text message = TEXT_EMPTY;
	struct http *h = data;

	text_vprintf(&message, fmt, args);
	if (message.len > 0 && message.data[message.len - 1] == '\n')
		message.data[--message.len] = '\0';
	if (h->log)
		text_printf(h->log, "%s%s", h->log->len > 0 ? "; " : "", message.data ? message.data : fmt);
	log_debug("http: %s", message.data ? message.data : fmt);
}

void http_run(struct http *h)
{
	for (size_t i = 0; i < HTTP_KINDS; i++)
		if (h->daemons[i].mhd)
			MHD_run(h->daemons[i].mhd);
}

/* The library does a little at a time and says through its time-out whether more is waiting; connections that were
 * resumed are not among what it says. */
static int pump(void *data)
{
	struct http *h = data;
	int turns = 0;

	if (h->resumed)
		http_run(h);
	h->resumed = false;
	for (size_t i = 0; i < HTTP_KINDS; i++) {
		struct MHD_Daemon *mhd = h->daemons[i].mhd;
		MHD_UNSIGNED_LONG_LONG wait = 0;

		while (mhd && MHD_get_timeout(mhd, &wait) == MHD_YES && wait == 0 && turns++ < PUMP_MAX)
			MHD_run(mhd);
	}
	return turns > PUMP_MAX ? loop_timer_set(h->pump, 1, 0) : 0;
}

static int on_library(void *data, uint32_t events)
{
	struct http_daemon *d = data;

	MHD_run(d->mhd);
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

static struct MHD_Daemon *start_daemon(struct http_daemon *d, const struct tls *tls)
{
	unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem encryption[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, tls ? tls->cert : NULL},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, tls ? tls->key : NULL},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)TLS_PRIORITIES},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0), 0, NULL, NULL, http_exchange_answer, d->http,
		MHD_OPTION_EXTERNAL_LOGGER, on_log, d->http, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_MAX,
		MHD_OPTION_CONNECTION_LIMIT, d->http->web->connections_max, MHD_OPTION_NOTIFY_CONNECTION, on_connection, d,
		MHD_OPTION_NOTIFY_COMPLETED, http_exchange_end, d->http, MHD_OPTION_URI_LOG_CALLBACK, http_exchange_begin,
		d->http, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls ? encryption : none, MHD_OPTION_END);
}

static int start(struct http *h, enum http_kind kind, const struct tls *tls)
{
	struct http_daemon *d = &h->daemons[kind];
	const union MHD_DaemonInfo *info;

	*d = (struct http_daemon){.http = h, .is_secure = kind == HTTP_TLS};
	d->mhd = start_daemon(d, tls);
	if (!d->mhd)
		return -EIO;
	info = MHD_get_daemon_info(d->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || info->epoll_fd < 0)
		return -EIO;
	return loop_add_io(h->loop, info->epoll_fd, EPOLLIN, on_library, d, NULL);
}

/* What is wrong with a certificate and its key only the library knows. */
static int start_secure(struct http *h, const struct tls *tls, struct text *why)
{
	CLEANUP_TEXT struct text said = TEXT_EMPTY;
	int r;

	h->log = &said;
	r = start(h, HTTP_TLS, tls);
	h->log = NULL;
	if (r < 0)
		text_printf(why, "--tls-cert and --tls-key cannot be used together: %s", said.len > 0 ? said.data : strerror(-r));
	return r;
}

int http_new(struct http **ret, struct loop *loop, struct web *web, const struct tls *tls, struct text *why)
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
		r = start(h, HTTP_PLAIN, NULL);
	if (r == 0 && tls)
		r = start_secure(h, tls, why);
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
	stream_end_all(h->web->stream);
	works_end_all(h->web->works);
	http_run(h);
	for (size_t i = 0; i < HTTP_KINDS; i++)
		if (h->daemons[i].mhd)
			MHD_stop_daemon(h->daemons[i].mhd);
	http_accept_end(h);
	loop_set_before_sleep(h->loop, NULL, NULL);
	loop_remove(h->pump);
	loop_remove(h->deadlines);
	free(h);
}
