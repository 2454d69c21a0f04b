/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "handlers.h"
#include "outbox.h"
#include "sse.h"

#define POLL_MS     200
#define LOSSES_MS   1000
#define HEALTH_MS   15000
#define CLIENTS_MAX 512

/* A distinct filter and those who asked with it. `seq` is the change up to which they know all. */
struct feed {
	struct feed *next;
	struct query_filter filter;
	uint64_t seq;
	struct stream_client *clients;
};

struct stream_client {
	struct stream_client *next;
	struct stream *stream;
	struct feed *feed;
	struct outbox outbox;
	bool ended;
	stream_wake_fn wake;
	void *wake_data;
};

struct stream {
	struct web *web;
	struct loop_source *timer;
	struct feed *feeds;
	unsigned n_clients, max_clients;
	unsigned generation; /* the database's, to which the feeds' seq belong */
	int64_t health_due, losses_due; /* monotonic */
	bool changed;                   /* since the losses were last counted */
	uint64_t losses;
};

/* ---- clients ----------------------------------------------------------------------------------------------- */

static void wake(struct stream_client *c)
{
	if (c->wake)
		c->wake(c->wake_data);
}

/* Too far behind: ended, and its browser comes back with the last id it saw. */
static void give(struct stream_client *c, struct outbox_text *text)
{
	if (c->ended)
		return;
	c->ended = outbox_put(&c->outbox, text) < 0;
	wake(c);
}

static void give_feed(struct feed *feed, struct text *t)
{
	struct outbox_text *text = t->len > 0 ? outbox_text_new(t) : NULL;

	for (struct stream_client *c = text ? feed->clients : NULL; c; c = c->next)
		give(c, text);
	outbox_text_unref(text);
}

static void give_all(struct stream *s, struct text *t)
{
	struct outbox_text *text = outbox_text_new(t);

	for (struct feed *feed = text ? s->feeds : NULL; feed; feed = feed->next)
		for (struct stream_client *c = feed->clients; c; c = c->next)
			give(c, text);
	outbox_text_unref(text);
}

void stream_on_wake(struct stream_client *c, stream_wake_fn fn, void *data)
{
	c->wake = fn;
	c->wake_data = data;
}

bool stream_is_ended(const struct stream_client *c)
{
	return c->ended;
}

ssize_t stream_read(struct stream_client *c, char *to, size_t room)
{
	size_t n = c->ended ? 0 : outbox_take(&c->outbox, to, room);

	return c->ended ? -EPIPE : (ssize_t)n;
}

/* ---- looking ----------------------------------------------------------------------------------------------- */

static void advance(struct stream *s, struct feed *feed, struct query *q)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (feed->seq == query_seq(q))
		return;
	s->changed = true;
	if (sse_changes(q, &feed->filter, feed->seq, &t) < 0)
		return;
	feed->seq = query_seq(q);
	give_feed(feed, &t);
}

static void start_over(struct stream *s, struct query *q)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	s->generation = reader_generation(s->web->reader);
	for (struct feed *feed = s->feeds; feed; feed = feed->next)
		feed->seq = query_seq(q);
	sse_reset(&t, query_seq(q));
	give_all(s, &t);
}

static uint64_t losses(struct query *q)
{
	struct query_status status;

	if (query_status(q, &status) < 0)
		return 0;
	return status.gaps + status.lost_at_most + status.kernel_lost + status.enobufs + status.malformed +
		status.unwritten + (status.running ? 0 : 1);
}

static bool is_health_due(struct stream *s, struct query *q)
{
	int64_t now = clock_monotonic();
	bool due = now >= s->health_due;

	if (q && s->changed && now >= s->losses_due) {
		uint64_t lost = losses(q);

		due = due || lost != s->losses;
		s->losses = lost;
		s->losses_due = now + LOSSES_MS;
		s->changed = false;
	}
	return due;
}

static void tell_health(struct stream *s, struct query *q)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (!is_health_due(s, q))
		return;
	s->health_due = clock_monotonic() + HEALTH_MS;
	sse_health(s->web, q, &t);
	give_all(s, &t);
}

static void look(struct stream *s)
{
	struct query *q = NULL;

	if (reader_get(s->web->reader, &q) < 0)
		q = NULL;
	if (q && s->generation != reader_generation(s->web->reader))
		start_over(s, q);
	for (struct feed *feed = q ? s->feeds : NULL; feed; feed = feed->next)
		advance(s, feed, q);
	tell_health(s, q);
}

static int on_timer(void *data)
{
	look(data);
	return 0;
}

/* ---- coming and going -------------------------------------------------------------------------------------- */

static bool same_values(const struct query_values *a, const struct query_values *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->values[i], b->values[i]) != 0)
			return false;
	return true;
}

static bool same_filter(const struct query_filter *a, const struct query_filter *b)
{
	for (size_t i = 0; i < QUERY_FIELD_FILTERS; i++)
		if (!same_values(&a->fields[i], &b->fields[i]))
			return false;
	return true;
}

static struct feed *find_feed(struct stream *s, struct query_filter *filter)
{
	struct feed *feed = s->feeds;

	while (feed && !same_filter(&feed->filter, filter))
		feed = feed->next;
	if (feed)
		return feed;
	feed = calloc(1, sizeof(*feed));
	if (!feed)
		return NULL;
	feed->filter = *filter;
	*filter = QUERY_FILTER_ANY;
	feed->next = s->feeds;
	s->feeds = feed;
	return feed;
}

static void remove_feed(struct stream *s, struct feed *gone)
{
	for (struct feed **at = &s->feeds; *at; at = &(*at)->next)
		if (*at == gone) {
			*at = gone->next;
			break;
		}
	query_filter_free(&gone->filter);
	free(gone);
}

/* What the client missed since it was last here, then the health, so that there is something to show at once. */
static int greet(struct stream_client *c, const struct params *p)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	struct stream *s = c->stream;
	struct outbox_text *text;
	struct query *q = NULL;

	text_add_str(&t, "retry: 2000\n\n");
	if (reader_get(s->web->reader, &q) < 0)
		q = NULL;
	if (q && c->feed->clients == c && !c->next)
		c->feed->seq = query_seq(q);
	if (q && p->has_seq && p->seq > c->feed->seq)
		sse_reset(&t, c->feed->seq);
	else if (q && p->has_seq && sse_changes(q, &c->feed->filter, p->seq, &t) < 0)
		text_reset(&t);
	sse_health(s->web, q, &t);
	if (q)
		s->losses = losses(q);
	text = outbox_text_new(&t);
	if (!text)
		return -ENOMEM;
	give(c, text);
	outbox_text_unref(text);
	return 0;
}

static int set_pace(struct stream *s)
{
	uint64_t ms = s->n_clients > 0 ? POLL_MS : 0;

	return loop_timer_set(s->timer, ms, ms);
}

int stream_join(struct stream *s, struct params *p, struct stream_client **ret)
{
	struct stream_client *c;
	int r;

	if (s->n_clients >= s->max_clients)
		return -EAGAIN;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	/* All feeds stand at the same change, so that the newcomer's is up to date when it is greeted. */
	look(s);
	c->stream = s;
	c->feed = find_feed(s, &p->filter);
	if (!c->feed) {
		free(c);
		return -ENOMEM;
	}
	c->next = c->feed->clients;
	c->feed->clients = c;
	s->n_clients++;
	r = greet(c, p);
	if (r == 0 && s->n_clients == 1)
		r = set_pace(s);
	if (r < 0) {
		stream_leave(c);
		return r;
	}
	*ret = c;
	return 0;
}

void stream_leave(struct stream_client *c)
{
	struct stream *s;

	if (!c)
		return;
	s = c->stream;
	for (struct stream_client **at = &c->feed->clients; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	if (!c->feed->clients)
		remove_feed(s, c->feed);
	outbox_clear(&c->outbox);
	free(c);
	if (--s->n_clients == 0)
		set_pace(s);
}

void stream_end(struct stream_client *c)
{
	c->ended = true;
	wake(c);
}

void stream_end_all(struct stream *s)
{
	for (struct feed *feed = s->feeds; feed; feed = feed->next)
		for (struct stream_client *c = feed->clients; c; c = c->next)
			stream_end(c);
}

void stream_set_max(struct stream *s, unsigned clients)
{
	s->max_clients = MIN(clients, CLIENTS_MAX);
}

int stream_new(struct stream **ret, struct loop *loop, struct web *web)
{
	CLEANUP(stream_free_p) struct stream *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	s->web = web;
	s->max_clients = CLIENTS_MAX;
	r = loop_add_timer(loop, on_timer, s, &s->timer);
	if (r < 0)
		return r;
	*ret = TAKE(s);
	return 0;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	loop_remove(s->timer);
	free(s);
}

/* The header a browser comes back with outweighs the address it first asked for. */
static int read_last_id(const struct request *req, struct params *p, struct answer *ans)
{
	if (!req->last_event_id || *req->last_event_id == '\0')
		return 0;
	p->has_seq = true;
	if (text_to_u64(span_from(req->last_event_id), INT64_MAX, &p->seq) == 0)
		return 0;
	params_refuse(ans, "Last-Event-ID", "Last-Event-ID: is not one of ours");
	return -EINVAL;
}

void stream_open(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct query *q;
	int r;

	if (params_read(req, PARAMS_FILTERS | PARAMS_SEQ, 0, &params, ans) < 0 || read_last_id(req, &params, ans) < 0)
		return;
	/* A stream may begin before there is a database. */
	if (reader_get(web->reader, &q) == 0 && !params_resolve(&params, web->reader, ans))
		return;
	ans->type = "text/event-stream";
	ans->status = 200;
	if (req->method == REQUEST_HEAD)
		return;
	r = stream_join(web->stream, &params, &ans->stream);
	if (r == -EAGAIN)
		answer_error(ans, 503, "too_many_streams", NULL, "too many live viewers; try again later");
	else if (r < 0)
		answer_failure(ans, r);
}
