/* SPDX-License-Identifier: MIT */
/* When somebody was watching, and whether somebody is now. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/sysmacros.h>

#include "query_internal.h"

/* A running collector writes its heartbeat at least once a minute. */
#define FRESH_MS (2 * QUERY_MINUTE)

/* The inode of the first pid namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h). */
#define PID_NAMESPACE_FIRST 0xEFFFFFFCu

struct session {
	int32_t pid;
	char boot[64];
	int64_t start, alive, last_record, ended;
	bool local;
};

static void close_p(FILE **f)
{
	if (*f)
		fclose(*f);
}

static bool is_this_boot(const struct session *s)
{
	CLEANUP_CLOSE int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char id[64];
	ssize_t n = fd < 0 ? -1 : read(fd, id, sizeof(id));

	while (n > 0 && id[n - 1] == '\n')
		n--;
	/* Where it cannot be read nothing speaks against it. */
	return n <= 0 || span_equal((struct span){id, (size_t)n}, span_from(s->boot));
}

/* Whether somebody holds the collector's lock, without taking it even for a moment: a collector that starts just then
 * would believe that another one runs. */
static bool is_locked(const char *path)
{
	CLEANUP_TEXT struct text name = TEXT_EMPTY;
	CLEANUP(close_p) FILE *locks = NULL;
	unsigned long major, minor, inode;
	struct stat st;
	char line[256];

	text_printf(&name, "%s.lock", path);
	if (name.failed || stat(name.data, &st) < 0 || !(locks = fopen("/proc/locks", "re")))
		return false;
	while (fgets(line, sizeof(line), locks))
		if (sscanf(line, "%*d: FLOCK %*s %*s %*d %lx:%lx:%lu", &major, &minor, &inode) == 3 && inode == st.st_ino &&
			major == major(st.st_dev) && minor == minor(st.st_dev))
			return true;
	return false;
}

/* The first pid namespace sees all processes; from another one, not to see a process means nothing. */
static bool sees_all(void)
{
	struct stat st;

	return stat("/proc/self/ns/pid", &st) == 0 && st.st_ino == PID_NAMESPACE_FIRST;
}

static bool is_running(const struct query *q, const struct session *s, int64_t now)
{
	if (s->ended != CLOCK_NONE || now - s->alive > FRESH_MS || s->pid <= 0 || !s->local || !is_this_boot(s))
		return false;
	return is_locked(q->path) || kill(s->pid, 0) == 0 || errno == EPERM || !sees_all();
}

static void read_session(sqlite3_stmt *s, struct session *ret)
{
	const char *boot = (const char *)sqlite3_column_text(s, 1);

	*ret = (struct session){
		.pid = (int32_t)query_int(s, 0),
		.start = query_int(s, 2),
		.alive = query_int(s, 3),
		.last_record = query_int_or(s, 4, CLOCK_NONE),
		.ended = query_int_or(s, 5, CLOCK_NONE),
		.local = query_int(s, 6) != 0,
	};
	snprintf(ret->boot, sizeof(ret->boot), "%s", boot ? boot : "");
}

static int add_span(struct query_watches *w, int64_t start, int64_t end)
{
	struct query_watch *spans = realloc(w->spans, (w->n + 1) * sizeof(*spans));

	if (!spans)
		return -ENOMEM;
	w->spans = spans;
	spans[w->n++] = (struct query_watch){start, MAX(start, end)};
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct query_watch *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

static void merge(struct query_watches *w)
{
	size_t n = 0;

	if (w->n > 1)
		qsort(w->spans, w->n, sizeof(*w->spans), by_start);
	for (size_t i = 0; i < w->n; i++) {
		if (n > 0 && w->spans[i].start <= w->spans[n - 1].end)
			w->spans[n - 1].end = MAX(w->spans[n - 1].end, w->spans[i].end);
		else
			w->spans[n++] = w->spans[i];
	}
	w->n = n;
}

int query_watches(struct query *q, int64_t now, struct query_watches *ret)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	CLEANUP(query_watches_free) struct query_watches w = {.since = CLOCK_NONE, .alive = CLOCK_NONE,
		.last_record = CLOCK_NONE};
	struct session session;
	int r;

	r = query_select(q, QUERY_SESSIONS, NULL, 0, &s);
	while (r == 0 && (r = query_step(q, s)) == 1) {
		read_session(s, &session);
		w.pid = session.pid;
		w.since = session.start;
		w.alive = session.alive;
		w.last_record = session.last_record != CLOCK_NONE ? session.last_record : w.last_record;
		r = add_span(&w, session.start, session.ended != CLOCK_NONE ? session.ended : session.alive);
	}
	if (r < 0)
		return r;
	w.running = w.n > 0 && is_running(q, &session, now);
	if (w.running)
		w.spans[w.n - 1].end = MAX(w.spans[w.n - 1].end, now);
	merge(&w);
	*ret = w;
	w.spans = NULL;
	return 0;
}

void query_watches_free(struct query_watches *w)
{
	free(w->spans);
	w->spans = NULL;
}

int64_t query_unwatched(const struct query_watches *w, int64_t start, int64_t end, int64_t now)
{
	int64_t unwatched;

	end = MIN(end, now);
	unwatched = MAX(end - start, (int64_t)0);
	for (size_t i = 0; i < w->n; i++)
		unwatched -= MAX(MIN(end, w->spans[i].end) - MAX(start, w->spans[i].start), (int64_t)0);
	return unwatched;
}

int query_unwatched_ms(struct query *q, int64_t since, int64_t until, int64_t *ret)
{
	CLEANUP(query_watches_free) struct query_watches watches = {0};
	int64_t now = clock_now();
	int r = query_enter(q);

	if (r < 0)
		return r;
	r = query_watches(q, now, &watches);
	query_end(q);
	if (r == 0)
		*ret = query_unwatched(&watches, since, until, now);
	return r;
}
