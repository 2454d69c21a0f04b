/* SPDX-License-Identifier: MIT */
#include "seccompwatch/process.h"

#include <time.h>

#include "proc.h"
#include "process_internal.h"

/* A record this young is its pid's: the numbers cannot come round so soon. Stamps are coarse, by up to a tick. */
#define FRESH_MS 10
/* A process may seem to begin up to this long after its record: stamps and start times are coarse. */
#define SLACK_MS 20

int process_table_new_at(int proc_fd, struct process_table **ret)
{
	struct process_table *t = calloc(1, sizeof(*t));

	if (!t) {
		close(proc_fd);
		return -ENOMEM;
	}
	t->proc_fd = proc_fd;
	t->burst = 1;
	t->ticks = MAX(sysconf(_SC_CLK_TCK), 1);
	*ret = t;
	return 0;
}

int process_table_new(struct process_table **ret)
{
	int fd, r = proc_open("/proc", &fd);

	return r < 0 ? r : process_table_new_at(fd, ret);
}

void process_table_free(struct process_table *t)
{
	if (!t)
		return;
	watch_close(t->watch);
	close(t->proc_fd);
	free(t);
}

static void on_container(void *data, const struct identity *identity, int32_t pid, bool init)
{
	struct process_table *t = data;

	struct process_container container = {identity->runtime, identity->texts, identity->texts + identity->outer, pid, init};

	if (t->container_fn)
		t->container_fn(t->container_data, &container);
}

void process_table_on_container(struct process_table *t, process_container_fn fn, void *data)
{
	t->container_fn = fn;
	t->container_data = data;
}

int process_table_watch(struct process_table *t, size_t memory, struct text *why)
{
	struct watch_options options = {t->proc_fd, memory, on_container, t};

	return t->watch ? 0 : watch_open(&options, &t->watch, why);
}

int process_table_fd(const struct process_table *t)
{
	return t->watch ? watch_fd(t->watch) : -1;
}

void process_table_dispatch(struct process_table *t)
{
	if (t->watch)
		watch_dispatch(t->watch);
}

struct process_stats process_table_stats(const struct process_table *t)
{
	struct watch_stats s;

	if (!t->watch)
		return (struct process_stats){0};
	s = watch_stats(t->watch);
	return (struct process_stats){true, s.moves, s.lives.n, s.lives.bytes, s.lives.evicted, s.events, s.lost};
}

void process_table_forget(struct process_table *t)
{
	t->burst++;
}

static int64_t milliseconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int read_started(const struct process_table *t, int32_t pid, int64_t *ret)
{
	struct proc_stat stat;
	int r = proc_read_stat(t->proc_fd, pid, &stat);

	if (r == 0)
		*ret = milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME) +
			(int64_t)(stat.start * 1000 / (uint64_t)t->ticks);
	return r;
}

static void read_identity(const struct process_table *t, struct answer *a)
{
	char buffer[PROC_CGROUP_MAX];
	size_t len;

	a->attribution = EVENT_ATTRIBUTION_NONE;
	if (proc_read_cgroup(t->proc_fd, a->pid, buffer, &len) < 0)
		return;
	if (cgroup_identify((struct span){buffer, len}, &a->identity) == 0)
		a->attribution = EVENT_ATTRIBUTION_LIVE;
}

static struct answer *answer(struct process_table *t, int32_t pid)
{
	struct answer *a = &t->answers[(uint32_t)pid % PROCESS_SLOTS];

	if (a->burst == t->burst && a->pid == pid)
		return a;
	a->pid = pid;
	a->burst = t->burst;
	a->started = CLOCK_NONE;
	read_identity(t, a);
	return a;
}

/* Whether the process that was read is the one that made the record. Who has the pid after the cgroup was read
 * began no earlier than who had it before, so an early start is proof for both. */
static bool is_the_same(struct process_table *t, struct answer *a, int64_t time)
{
	if (a->started == CLOCK_NONE && clock_now() - time <= FRESH_MS)
		return true;
	if (a->started == CLOCK_NONE) {
		int64_t started = CLOCK_NONE;

		if (read_started(t, a->pid, &started) < 0)
			return false;
		a->started = started;
	}
	return a->started <= time + SLACK_MS;
}

struct whose {
	enum event_runtime runtime;
	const char *id, *outer, *pod_uid, *unit;
};

static void fill(struct event *ev, const struct whose *whose)
{
	ev->runtime = whose->runtime;
	if (*whose->id)
		event_set(ev, &ev->container_id, span_from(whose->id));
	if (*whose->outer)
		event_set(ev, &ev->outer_id, span_from(whose->outer));
	if (*whose->pod_uid)
		event_set(ev, &ev->pod_uid, span_from(whose->pod_uid));
	if (*whose->unit)
		event_set(ev, &ev->unit, span_from(whose->unit));
}

static bool attribute_live(struct process_table *t, struct event *ev)
{
	struct answer *a = answer(t, ev->pid);

	if (a->attribution == EVENT_ATTRIBUTION_NONE || !is_the_same(t, a, ev->time))
		return false;
	ev->attribution = EVENT_ATTRIBUTION_LIVE;
	fill(ev, &(struct whose){a->identity.runtime, a->identity.id, a->identity.outer, a->identity.pod_uid,
			 a->identity.unit});
	return true;
}

static void attribute_cached(struct process_table *t, struct event *ev)
{
	const struct life *life;
	const struct identity *i;

	watch_drain(t->watch);
	life = watch_find(t->watch, ev->pid, ev->time);
	if (!life)
		return;
	i = life->identity;
	ev->attribution = EVENT_ATTRIBUTION_CACHED;
	fill(ev, &(struct whose){i->runtime, i->texts, i->texts + i->outer, i->texts + i->pod_uid, i->texts + i->unit});
}

void process_attribute(struct process_table *t, struct event *ev)
{
	if (ev->pid > 0 && !attribute_live(t, ev) && t->watch)
		attribute_cached(t, ev);
}
