/* SPDX-License-Identifier: MIT */
#include "seccompwatch/server.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "access.h"
#include "cache.h"
#include "handlers.h"
#include "http.h"
#include "listen.h"
#include "privilege.h"
#include "seccompwatch/log.h"
#include "seccompwatch/marks.h"
#include "stream.h"
#include "tls.h"
#include "work.h"

#define BACKLOG         512
#define DESCRIPTORS_MAX 4096
#define SOCKET_MODE     0660

struct server {
	struct listen_address address[SERVER_LISTEN_MAX];
	int fd[SERVER_LISTEN_MAX];
	size_t n;
	mode_t socket_mode;
	gid_t socket_group;
	struct tls tls; /* empty: none */
	struct web web;
	struct loop *loop;
	struct http *http;
};

static int parse_addresses(struct server *s, const struct server_options *o, struct text *why)
{
	int r = 0;

	for (size_t i = 0; i < SERVER_LISTEN_MAX; i++)
		s->fd[i] = -1;
	for (size_t i = 0; i < MIN(o->n_listen, (size_t)SERVER_LISTEN_MAX) && r == 0; i++)
		r = listen_parse(o->listen[i], &s->address[s->n++], why);
	return s->n > 0 ? r : listen_parse(SERVER_LISTEN_DEFAULT, &s->address[s->n++], why);
}

static int bind_addresses(struct server *s, bool needing_root, struct text *why)
{
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++)
		if (listen_needs_root(&s->address[i]) == needing_root)
			r = listen_bind(&s->address[i], s->socket_group, s->socket_mode, &s->fd[i], why);
	return r;
}

static bool is_secure(const struct server *s, size_t i)
{
	return s->tls.cert && !listen_is_path(&s->address[i]);
}

/* Who else can reach it must show the token. */
static int check_addresses(const struct server *s, const struct server_options *o, struct text *why)
{
	for (size_t i = 0; i < s->n; i++) {
		if (listen_is_local(&s->address[i]))
			continue;
		if (!s->web.access) {
			text_printf(why, "%s can be reached from other machines: name a --token-file that they must know, or listen on "
					 "127.0.0.1 and use a tunnel (ssh -L 1326:127.0.0.1:1326 HOST)", o->listen[i]);
			return -EPERM;
		}
		if (!s->tls.cert)
			log_warning("serve: %s without TLS: the token and all that is shown can be read on the way; give --tls-cert and "
				    "--tls-key, or listen on 127.0.0.1 behind a tunnel or proxy", o->listen[i]);
	}
	return 0;
}

static int find_group(const char *name, gid_t *ret, struct text *why)
{
	struct group *group = getgrnam(name);
	uint64_t number;

	if (!group && text_to_u64(span_from(name), UINT32_MAX - 1, &number) < 0) {
		text_printf(why, "--socket-group: there is no group \"%s\"", name);
		return -ENOENT;
	}
	*ret = group ? group->gr_gid : (gid_t)number;
	return 0;
}

/* What only root may read: the token, the key. */
static int read_secrets(struct server *s, const struct server_options *o, struct text *why)
{
	int r = 0;

	if (!o->tls_cert != !o->tls_key) {
		text_add_str(why, "--tls-cert and --tls-key go together");
		return -EINVAL;
	}
	if (o->token_file)
		r = access_new(&s->web.access, o->token_file, why);
	if (r == 0 && o->tls_cert)
		r = tls_load(&s->tls, o->tls_cert, o->tls_key, why);
	if (r == 0)
		r = check_addresses(s, o, why);
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

static int prepare_loop(struct server *s, struct text *why)
{
	static const int ends[] = {SIGTERM, SIGINT, SIGHUP, 0};
	int r = loop_new(&s->loop);

	if (r == 0)
		r = loop_add_signals(s->loop, ends, on_signal, s->loop);
	if (r == 0)
		r = assets_prepare(&s->web);
	if (r == 0)
		r = cache_new(&s->web.cache);
	if (r == 0)
		r = stream_new(&s->web.stream, s->loop, &s->web);
	if (r == 0)
		r = works_new(&s->web.works, s->loop);
	if (r == 0)
		r = http_new(&s->http, s->loop, &s->web, s->tls.cert ? &s->tls : NULL, why);
	for (size_t i = 0; i < s->n && r == 0; i++)
		r = http_serve(s->http, s->fd[i], is_secure(s, i));
	return r;
}

static int announce(const struct server *s)
{
	for (size_t i = 0; i < s->n; i++) {
		CLEANUP_TEXT struct text url = TEXT_EMPTY;

		listen_url(s->fd[i], is_secure(s, i), &url);
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
	access_free(s->web.access);
	cache_free(s->web.cache);
	tls_free(&s->tls);
	free(s->web.asset_hashes);
	for (size_t i = 0; i < s->n; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
}

/* The order of privilege: read what only root may read, make what only root may make, bind what only root may bind,
 * leave root, make sure, and only then listen, open the database and read what others write. */
static int set_up(struct server *s, const struct server_options *o, struct text *why)
{
	struct privilege_identity who = {0};
	int r = parse_addresses(s, o, why);

	raise_descriptors();
	if (r == 0)
		r = read_secrets(s, o, why);
	if (r == 0)
		r = privilege_find(&who, why);
	s->socket_mode = o->socket_mode ? o->socket_mode : SOCKET_MODE;
	s->socket_group = who.gid;
	if (r == 0 && o->socket_group)
		r = find_group(o->socket_group, &s->socket_group, why);
	if (r == 0)
		prepare_marks(o);
	if (r == 0)
		r = bind_addresses(s, true, why);
	if (r == 0)
		r = privilege_drop(&who, why);
	if (r == 0)
		r = privilege_verify(&who, why);
	if (r == 0)
		r = bind_addresses(s, false, why);
	if (r == 0)
		r = start_listening(s, why);
	if (r == 0)
		r = open_database(s, o);
	return r == 0 ? prepare_loop(s, why) : r;
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
