/* SPDX-License-Identifier: MIT */
/* Taking connections. The server never runs out of descriptors, and half-open connections cannot lock others out. */
#include "http_private.h"

#define PAUSE_MS   100
#define ACCEPT_MAX 64 /* at once, before those who are in get their turn */

struct http_listener {
	struct http_listener *next;
	struct http *http;
	struct MHD_Daemon *daemon;
	int fd;
	struct loop_source *source, *pause;
};

/* When all places are taken, who has waited longest without asking anything goes. */
static bool make_room(struct http *h)
{
	struct http_connection *c = h->first;

	if (h->web->connections < h->web->connections_max)
		return true;
	while (c && c->busy)
		c = c->next;
	if (!c)
		return false;
	http_connection_cut(c);
	http_run(h);
	return h->web->connections < h->web->connections_max;
}

/* Out of descriptors or memory: looking again at once would only burn time. */
static int pause_listening(struct http_listener *l)
{
	loop_remove(l->source);
	l->source = NULL;
	return loop_timer_set(l->pause, PAUSE_MS, 0);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

static int on_connect(void *data, uint32_t events)
{
	struct http_listener *l = data;

	for (int i = 0; i < ACCEPT_MAX; i++) {
		struct sockaddr_storage addr = {0};
		socklen_t len = sizeof(addr);
		int fd = accept4(l->fd, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return is_shortage(errno) ? pause_listening(l) : 0;
		if (make_room(l->http))
			MHD_add_connection(l->daemon, fd, (struct sockaddr *)&addr, len);
		else
			close(fd);
	}
	return 0;
}

static int on_pause_end(void *data)
{
	struct http_listener *l = data;

	return loop_add_io(l->http->loop, l->fd, EPOLLIN, on_connect, l, &l->source);
}

int http_serve(struct http *h, int listen_fd, bool is_secure)
{
	struct http_listener *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	l->http = h;
	l->daemon = h->daemons[is_secure ? HTTP_TLS : HTTP_PLAIN].mhd;
	l->fd = listen_fd;
	l->next = h->listeners;
	h->listeners = l;
	r = loop_add_timer(h->loop, on_pause_end, l, &l->pause);
	if (r == 0)
		r = loop_add_io(h->loop, l->fd, EPOLLIN, on_connect, l, &l->source);
	return r;
}

void http_accept_end(struct http *h)
{
	while (h->listeners) {
		struct http_listener *l = h->listeners;

		h->listeners = l->next;
		loop_remove(l->source);
		loop_remove(l->pause);
		free(l);
	}
}
