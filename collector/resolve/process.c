/* SPDX-License-Identifier: MIT */
#include "seccompwatch/process.h"

#include <time.h>

#include "proc.h"

#define SLOTS 64 /* a power of two: distinct pids of a burst whose answers are kept */

/* A record this young is its pid's: the numbers cannot come round so soon. Stamps are coarse, by up to a tick. */
#define FRESH_MS 10
/* A process may seem to begin up to this long after its record: stamps and start times are coarse. */
#define SLACK_MS 20

struct answer {
	int32_t pid;
	uint32_t burst;  /* in which it was read */
	int64_t started; /* ms since the epoch, CLOCK_NONE: not read */
	enum event_attribution attribution;
	struct cgroup_identity identity;
};

struct process_table {
	int proc_fd;
	uint32_t burst;
	long ticks; /* a second */
	struct answer answers[SLOTS];
};

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
	close(t->proc_fd);
	free(t);
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
	uint64_t ticks;
	int r = proc_read_start(t->proc_fd, pid, &ticks);

	if (r == 0)
		*ret = milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME) +
			(int64_t)(ticks * 1000 / (uint64_t)t->ticks);
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
	struct answer *a = &t->answers[(uint32_t)pid % SLOTS];

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

static void fill(struct event *ev, const struct answer *a)
{
	const struct cgroup_identity *identity = &a->identity;

	ev->attribution = a->attribution;
	ev->runtime = identity->runtime;
	if (identity->id[0])
		event_set(ev, &ev->container_id, span_from(identity->id));
	if (identity->pod_uid[0])
		event_set(ev, &ev->pod_uid, span_from(identity->pod_uid));
	if (identity->unit[0])
		event_set(ev, &ev->unit, span_from(identity->unit));
}

void process_attribute(struct process_table *t, struct event *ev)
{
	struct answer *a;

	if (ev->pid <= 0)
		return;
	a = answer(t, ev->pid);
	if (a->attribution != EVENT_ATTRIBUTION_NONE && is_the_same(t, a, ev->time))
		fill(ev, a);
}
