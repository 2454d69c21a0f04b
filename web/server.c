/* SPDX-License-Identifier: MIT */
#include "seccompwatch/server.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "handlers.h"
#include "http.h"
#include "listen.h"
#include "privilege.h"
#include "seccompwatch/log.h"
#include "seccompwatch/marks.h"
#include "stream.h"
#include "work.h"

#define BACKLOG         512
#define DESCRIPTORS_MAX 4096

struct server {
	struct listen_address address[SERVER_LISTEN_MAX];
	int fd[SERVER_LISTEN_MAX];
	size_t n;
	struct web web;
	struct loop *loop;
	struct http *http;
};

int server_check_listen(const char *where, struct text *why)
{
	struct listen_address address;

	return listen_parse(where, &address, why);
}

static int parse_addresses(struct server *s, const struct server_options *o, struct text *why)
{
	int r = 0;

	for (size_t i = 0; i < SERVER_LISTEN_MAX; i++)
		s->fd[i] = -1;
	for (size_t i = 0; i < MIN(o->n_listen, (size_t)SERVER_LISTEN_MAX) && r == 0; i++)
		r = listen_parse(o->listen[i], &s->address[s->n++], why);
	return s->n > 0 ? r : listen_parse(SERVER_LISTEN_DEFAULT, &s->address[s->n++], why);
}

static int bind_addresses(struct server *s, bool needing_root, gid_t group, struct text *why)
{
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++)
		if (listen_needs_root(&s->address[i]) == needing_root)
			r = listen_bind(&s->address[i], group, &s->fd[i], why);
	return r;
}

static int start_listening(struct server *s, struct text *why)
{
	for (size_t i = 0; i < s->n; i++)
		if (listen(s->fd[i], BACKLOG) < 0) {
			int r = -errno;

			text_printf(why, "cannot listen: %s", strerror(-r));
			return r;
		}
	return 0;
}

/* The connections' limit follows from it. */
static void raise_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= DESCRIPTORS_MAX)
		return;
	files.rlim_cur = MIN(files.rlim_max, (rlim_t)DESCRIPTORS_MAX);
	setrlimit(RLIMIT_NOFILE, &files);
}

/* A database that cannot be read is no reason not to start: it may come, and the page says so until then. */
static int open_database(struct server *s, const struct server_options *o)
{
	struct query *ignored;
	int r;

	s->web.version = o->version;
	s->web.db = o->db;
	r = reader_new(o->db, &s->web.reader);
	if (r == 0)
		reader_get(s->web.reader, &ignored);
	return r;
}

/* While still root. Without them nothing can be muted, and all else works. */
static void prepare_marks(const struct server_options *o)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = marks_prepare(o->db, &why);

	if (r < 0)
		log_warning("serve: nothing can be muted: %s", why.len > 0 ? why.data : strerror(-r));
}

static int on_signal(void *data, int signal, int sender_pid)
{
	log_debug("serve: signal %d from %d: ending", signal, sender_pid);
	loop_quit(data, 0);
	return 0;
}

static int prepare_loop(struct server *s)
{
	static const int ends[] = {SIGTERM, SIGINT, SIGHUP, 0};
	int r = loop_new(&s->loop);

	if (r == 0)
		r = loop_add_signals(s->loop, ends, on_signal, s->loop);
	if (r == 0)
		r = assets_prepare(&s->web);
	if (r == 0)
		r = stream_new(&s->web.stream, s->loop, &s->web);
	if (r == 0)
		r = works_new(&s->web.works, s->loop);
	if (r == 0)
		r = http_new(&s->http, s->loop, &s->web);
	for (size_t i = 0; i < s->n && r == 0; i++)
		r = http_serve(s->http, s->fd[i]);
	return r;
}

static int announce(const struct server *s)
{
	for (size_t i = 0; i < s->n; i++) {
		CLEANUP_TEXT struct text url = TEXT_EMPTY;

		listen_url(s->fd[i], &url);
		printf("%s\n", url.data ? url.data : "");
	}
	return fflush(stdout) == 0 ? 0 : -EIO;
}

static void clean_up(struct server *s)
{
	http_free(s->http);
	stream_free(s->web.stream);
	works_free(s->web.works);
	loop_free(s->loop);
	reader_free(s->web.reader);
	free(s->web.asset_hashes);
	for (size_t i = 0; i < s->n; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
}

/* The order of privilege: make what only root may make, bind what only root may bind, leave root, make sure, and only
 * then listen, open the database and read what others write. */
static int set_up(struct server *s, const struct server_options *o, struct text *why)
{
	struct privilege_identity who;
	int r = parse_addresses(s, o, why);

	raise_descriptors();
	if (r == 0)
		r = privilege_find(&who, why);
	if (r == 0)
		prepare_marks(o);
	if (r == 0)
		r = bind_addresses(s, true, who.gid, why);
	if (r == 0)
		r = privilege_drop(&who, why);
	if (r == 0)
		r = privilege_verify(&who, why);
	if (r == 0)
		r = bind_addresses(s, false, who.gid, why);
	if (r == 0)
		r = start_listening(s, why);
	if (r == 0)
		r = open_database(s, o);
	return r == 0 ? prepare_loop(s) : r;
}

int server_run(const struct server_options *options)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct server s = {0};
	int r = set_up(&s, options, &why);

	if (r == 0)
		r = announce(&s);
	if (r == 0)
		r = loop_run(s.loop);
	if (r < 0)
		log_error("serve: %s", why.data ? why.data : strerror(-r));
	clean_up(&s);
	return r;
}
