/* SPDX-License-Identifier: MIT */
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include "proc.h"
#include "seccompwatch/log.h"
#include "watch_internal.h"

#define BATCH_NS     INT64_C(20000000)    /* what does not wake waits this long */
#define KEEP_NS      INT64_C(60000000000) /* the ended are kept, for records still on their way */
#define SLACK_NS     INT64_C(20000000)    /* a record's stamp is up to a tick old */
#define NEW_NS       INT64_C(1000000000)  /* a runtime takes no longer to put a process into all hierarchies */
#define NS_OF_A_MS   1000000
#define ROUNDS       16   /* batches that a dispatch takes at most */
#define DRAIN_ROUNDS 1024 /* for a record: everything, within reason */
#define MOVED_MAX    64   /* processes looked at after a move; the others are just not believed any more */

/* Best effort: what is not read is not known. */
static void put_off(struct watch *w, enum watch_cause cause, int32_t pid, int64_t time)
{
	struct watch_todo *todo = &w->todo[cause];

	if (todo->n == WATCH_TODO_MAX)
		return;
	todo->pids[todo->n] = pid;
	todo->times[todo->n++] = time;
}

static void do_todo(struct watch *w, enum watch_cause cause)
{
	struct watch_todo *todo = &w->todo[cause];

	for (size_t i = 0; i < todo->n; i++) {
		struct life *life = lives_find(w->lives, todo->pids[i]);

		if (life && life->ended == LIVES_NEVER && (cause == WATCH_CAUSE_EXEC || life->stale || !life->own))
			watch_read_life(w, life, todo->times[i], cause == WATCH_CAUSE_EXEC);
	}
	todo->n = 0;
}

/* Of the members of cgroups that something was moved to: whether one is new there. */
static bool look_at_moved(struct watch *w)
{
	struct watch_todo *todo = &w->todo[WATCH_CAUSE_MOVED];
	bool found = false;

	for (size_t i = 0; i < todo->n; i++) {
		struct life *life = lives_meet(w->lives, todo->pids[i], todo->times[i]);
		const struct identity *before = life ? life->identity : NULL;

		if (!life)
			continue;
		watch_read_life(w, life, todo->times[i], false);
		found = found || life->identity != before || MAX(life->changed, life->since) > todo->times[i] - NEW_NS;
	}
	todo->n = 0;
	return found;
}

/* ---- taking events in ------------------------------------------------------------------------------------------- */

static void take_event(struct watch *w, const struct connector_event *e)
{
	struct life *life;

	w->events++;
	switch (e->kind) {
	case CONNECTOR_FORK:
		life = lives_fork(w->lives, e->parent, e->pid, e->time);
		if (life && !life->identity)
			put_off(w, WATCH_CAUSE_SOON, e->pid, e->time);
		break;
	case CONNECTOR_EXEC:
		watch_exec(w, lives_find(w->lives, e->pid));
		if (lives_exec(w->lives, e->pid, e->time))
			put_off(w, WATCH_CAUSE_EXEC, e->pid, e->time);
		break;
	case CONNECTOR_COMM:
		/* Runtimes name the process that is about to become a container. */
		life = lives_comm(w->lives, e->pid, e->time, e->comm);
		if (life && !life->identity)
			put_off(w, WATCH_CAUSE_SOON, e->pid, e->time);
		break;
	case CONNECTOR_EXIT:
		lives_exit(w->lives, e->pid, e->time, e->code);
		break;
	}
}

/* Whether there may be more. */
static bool take_events(struct watch *w)
{
	struct connector_event events[CONNECTOR_BATCH];
	int n = connector_read(w->connector, events);

	if (n == -ENOBUFS) {
		w->lost++;
		w->doubt.events = watch_now(CLOCK_MONOTONIC);
		lives_set_doubt(w->lives, &w->doubt);
		return true;
	}
	for (int i = 0; i < n; i++)
		take_event(w, &events[i]);
	do_todo(w, WATCH_CAUSE_EXEC);
	return n == CONNECTOR_BATCH;
}

static void doubt_moves(struct watch *w, int64_t until)
{
	w->doubt.moves = until;
	lives_set_doubt(w->lives, &w->doubt);
}

/* Whether something was moved. */
static bool take_moves(struct watch *w)
{
	int32_t pids[MOVES_BATCH];
	int64_t time = watch_now(CLOCK_MONOTONIC);
	bool moved = false;

	for (int round = 0; w->moves && round < ROUNDS; round++) {
		int n = moves_read(w->moves, pids, &moved);

		if (n == -EAGAIN)
			return moved;
		if (n == -EOVERFLOW)
			doubt_moves(w, time);
		for (int i = 0; i < n; i++) {
			lives_doubt_it(w->lives, pids[i]);
			if (i < MOVED_MAX)
				put_off(w, WATCH_CAUSE_MOVED, pids[i], time);
		}
	}
	if (w->moves)
		doubt_moves(w, time); /* more than can be looked at in time */
	return moved;
}

/* Moves come first: a child inherits nothing from a parent that was moved. When nobody can be found who was moved,
 * it was somebody who has ended. */
static bool take(struct watch *w, int rounds)
{
	int64_t time = watch_now(CLOCK_MONOTONIC);
	bool moved = take_moves(w), more = true;

	while (more && rounds-- > 0)
		more = take_events(w);
	if (!look_at_moved(w) && moved)
		lives_doubt_ended(w->lives, w->taken, time + SLACK_NS);
	do_todo(w, WATCH_CAUSE_SOON);
	lives_expire(w->lives, time - KEEP_NS);
	w->taken = time;
	return more;
}

/* ---- waking up -------------------------------------------------------------------------------------------------- */

static int watch_queue(struct watch *w, int op, int fd)
{
	struct epoll_event e = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = fd};

	return epoll_ctl(w->epoll_fd, op, fd, &e) < 0 ? -errno : 0;
}

static void sleep_again(struct watch *w)
{
	if (w->asleep)
		return;
	w->asleep = true;
	(void)watch_queue(w, EPOLL_CTL_MOD, connector_queue_fd(w->connector));
	if (w->moves)
		(void)watch_queue(w, EPOLL_CTL_MOD, moves_fd(w->moves));
}

/* The first event of a quiet time wakes once; from then on the timer does, until a look finds nothing. */
static void start_timer(struct watch *w)
{
	struct itimerspec in = {.it_value.tv_nsec = BATCH_NS};

	w->asleep = false;
	(void)timerfd_settime(w->timer_fd, 0, &in, NULL);
}

int watch_fd(const struct watch *w)
{
	return w->epoll_fd;
}

void watch_dispatch(struct watch *w)
{
	struct epoll_event ready[4];
	int n = epoll_wait(w->epoll_fd, ready, ARRAY_SIZE(ready), 0);
	bool first = false, wake = false, timer = false;
	uint64_t before = w->events, ticks;

	for (int i = 0; i < n; i++) {
		if (ready[i].data.fd == connector_wake_fd(w->connector))
			wake = true;
		else if (ready[i].data.fd == w->timer_fd)
			timer = read(w->timer_fd, &ticks, sizeof(ticks)) > 0;
		else
			first = true;
	}
	if (wake)
		connector_clear_wake(w->connector);
	if (wake || timer)
		(void)take(w, ROUNDS);
	if (timer && w->events == before)
		sleep_again(w);
	else if (timer || first)
		start_timer(w);
}

void watch_drain(struct watch *w)
{
	(void)take(w, DRAIN_ROUNDS);
}

/* ---- start and end ---------------------------------------------------------------------------------------------- */

static uint64_t own_mount_ns(void)
{
	struct stat st;

	return stat("/proc/self/ns/mnt", &st) < 0 ? 0 : st.st_ino;
}

/* Moves are a help: without them less is believed. */
static void open_moves(struct watch *w)
{
	int r = moves_open(&w->moves);

	doubt_moves(w, r < 0 ? INT64_MAX : LIVES_NEVER);
	if (r < 0)
		log_warning("moves of processes between cgroups are not seen (%s): processes that are gone are attributed "
			    "only in containers that cannot reach other cgroups",
			strerror(-r));
}

static int open_wakers(struct watch *w)
{
	struct epoll_event e = {.events = EPOLLIN};
	int r = 0;

	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->epoll_fd < 0 || w->timer_fd < 0)
		return -errno;
	e.data.fd = w->timer_fd;
	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->timer_fd, &e) < 0)
		return -errno;
	e.data.fd = connector_wake_fd(w->connector);
	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, e.data.fd, &e) < 0)
		return -errno;
	r = watch_queue(w, EPOLL_CTL_ADD, connector_queue_fd(w->connector));
	if (r == 0 && w->moves)
		r = watch_queue(w, EPOLL_CTL_ADD, moves_fd(w->moves));
	w->asleep = true;
	return r;
}

int watch_open(const struct watch_options *options, struct watch **ret, struct text *why)
{
	CLEANUP(watch_close_p) struct watch *w = calloc(1, sizeof(*w));
	int r = -ENOMEM;

	if (w) {
		w->options = *options;
		w->epoll_fd = w->timer_fd = -1;
		w->doubt.events = LIVES_NEVER;
		w->own_mount_ns = own_mount_ns();
		r = lives_new(options->memory, &w->lives);
	}
	if (r == 0)
		r = connector_open(0, &w->connector, why);
	if (r < 0)
		return r;
	open_moves(w);
	r = open_wakers(w);
	w->seeding = true;
	if (r == 0)
		r = proc_each(w->options.proc_fd, watch_seed, w);
	w->seeding = false;
	if (r < 0) {
		text_printf(why, "processes cannot be watched: %s", strerror(-r));
		return r;
	}
	*ret = TAKE(w);
	return 0;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	moves_close(w->moves);
	connector_close(w->connector);
	lives_free(w->lives);
	if (w->timer_fd >= 0)
		close(w->timer_fd);
	if (w->epoll_fd >= 0)
		close(w->epoll_fd);
	free(w);
}

/* ---- asking ----------------------------------------------------------------------------------------------------- */

/* Two clocks are never read at once: on a busy machine a long time may pass in between, so they are read again then. */
static int64_t monotonic_at(int64_t wall_ms)
{
	int64_t before, wall, after;
	int tries = 0;

	do {
		before = watch_now(CLOCK_MONOTONIC);
		wall = watch_now(CLOCK_REALTIME);
		after = watch_now(CLOCK_MONOTONIC);
	} while (after - before > NS_OF_A_MS && ++tries < 10);
	return before - (wall - wall_ms * NS_OF_A_MS);
}

const struct life *watch_find(struct watch *w, int32_t pid, int64_t time)
{
	const struct life *life = lives_find(w->lives, pid);
	int64_t age = watch_now(CLOCK_REALTIME) / NS_OF_A_MS - time;

	if (!life || age > KEEP_NS / NS_OF_A_MS || age < -KEEP_NS / NS_OF_A_MS)
		return NULL;
	return lives_is_sure(w->lives, life) && lives_covers(life, monotonic_at(time), SLACK_NS) ? life : NULL;
}

const struct life *watch_know(struct watch *w, int32_t pid)
{
	return lives_find(w->lives, pid);
}

struct watch_stats watch_stats(const struct watch *w)
{
	return (struct watch_stats){lives_stats(w->lives), w->events, w->lost, w->reads, w->moves != NULL};
}
