/* SPDX-License-Identifier: MIT */
#include "seccompwatch/loop.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

enum kind {
	SOURCE_IO,
	SOURCE_TIMER,
	SOURCE_SIGNAL,
};

struct loop_source {
	struct loop *loop;
	struct loop_source *next;
	enum kind kind;
	bool removed;
	int fd;
	union {
		loop_io_fn io;
		loop_timer_fn timer;
		loop_signal_fn signal;
	} fn;
	void *data;
};

struct loop {
	int epoll_fd;
	bool quitting;
	int code;
	struct loop_source *sources;
	loop_timer_fn before_sleep;
	void *before_sleep_data;
};

int loop_new(struct loop **ret_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0) {
		int r = -errno;

		free(loop);
		return r;
	}
	*ret_loop = loop;
	return 0;
}

static void source_free(struct loop_source *source)
{
	if (source->kind != SOURCE_IO && source->fd >= 0)
		close(source->fd);
	free(source);
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	while (loop->sources) {
		struct loop_source *source = loop->sources;

		loop->sources = source->next;
		source_free(source);
	}
	close(loop->epoll_fd);
	free(loop);
}

/* Takes over `source` and, but for SOURCE_IO, its descriptor, in failure too. */
static int add(struct loop *loop, const struct loop_source *like, uint32_t events, struct loop_source **ret_source)
{
	struct loop_source *source = like->fd < 0 ? NULL : calloc(1, sizeof(*source));
	struct epoll_event event = {.events = events};
	int r = like->fd < 0 ? -errno : -ENOMEM;

	if (!source)
		return r;
	*source = *like;
	source->loop = loop;
	event.data.ptr = source;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, source->fd, &event) < 0) {
		r = -errno;
		source_free(source);
		return r;
	}
	source->next = loop->sources;
	loop->sources = source;
	if (ret_source)
		*ret_source = source;
	return 0;
}

int loop_add_io(struct loop *loop, int fd, uint32_t epoll_events, loop_io_fn fn, void *data,
	struct loop_source **ret_source)
{
	return add(loop, &(struct loop_source){.kind = SOURCE_IO, .fd = fd, .fn.io = fn, .data = data}, epoll_events,
		ret_source);
}

int loop_add_timer(struct loop *loop, loop_timer_fn fn, void *data, struct loop_source **ret_source)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	return add(loop, &(struct loop_source){.kind = SOURCE_TIMER, .fd = fd, .fn.timer = fn, .data = data}, EPOLLIN,
		ret_source);
}

int loop_timer_set(struct loop_source *timer, uint64_t first_ms, uint64_t interval_ms)
{
	struct itimerspec spec = {
		.it_value = {(time_t)(first_ms / 1000), (long)(first_ms % 1000) * 1000000},
		.it_interval = {(time_t)(interval_ms / 1000), (long)(interval_ms % 1000) * 1000000},
	};

	return timerfd_settime(timer->fd, 0, &spec, NULL) < 0 ? -errno : 0;
}

int loop_add_signals(struct loop *loop, const int *signals, loop_signal_fn fn, void *data)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return add(loop, &(struct loop_source){.kind = SOURCE_SIGNAL, .fd = fd, .fn.signal = fn, .data = data}, EPOLLIN,
		NULL);
}

/* Freed at the end of a turn: the events of this turn may still name it. */
void loop_remove(struct loop_source *source)
{
	if (!source || source->removed)
		return;
	epoll_ctl(source->loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	source->removed = true;
}

static void sweep(struct loop *loop)
{
	for (struct loop_source **at = &loop->sources; *at;) {
		struct loop_source *source = *at;

		if (source->removed) {
			*at = source->next;
			source_free(source);
		} else {
			at = &source->next;
		}
	}
}

static int dispatch_timer(struct loop_source *source)
{
	uint64_t expirations;

	if (read(source->fd, &expirations, sizeof(expirations)) != sizeof(expirations))
		return 0;
	return source->fn.timer(source->data);
}

static int dispatch_signal(struct loop_source *source)
{
	struct signalfd_siginfo info;
	int r = 0;

	while (r >= 0 && !source->removed && read(source->fd, &info, sizeof(info)) == sizeof(info))
		r = source->fn.signal(source->data, (int)info.ssi_signo, (int)info.ssi_pid);
	return r;
}

static int dispatch(struct loop_source *source, uint32_t events)
{
	if (source->removed)
		return 0;
	switch (source->kind) {
	case SOURCE_IO:
		return source->fn.io(source->data, events);
	case SOURCE_TIMER:
		return dispatch_timer(source);
	case SOURCE_SIGNAL:
		return dispatch_signal(source);
	}
	return 0;
}

void loop_set_before_sleep(struct loop *loop, loop_timer_fn fn, void *data)
{
	loop->before_sleep = fn;
	loop->before_sleep_data = data;
}

static int turn(struct loop *loop)
{
	struct epoll_event events[32];
	int n, r = 0;

	if (loop->before_sleep)
		r = loop->before_sleep(loop->before_sleep_data);
	if (r < 0 || loop->quitting)
		return MIN(r, 0);
	n = epoll_wait(loop->epoll_fd, events, ARRAY_SIZE(events), -1);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n && r >= 0 && !loop->quitting; i++)
		r = dispatch(events[i].data.ptr, events[i].events);
	sweep(loop);
	return MIN(r, 0);
}

int loop_run(struct loop *loop)
{
	int r = 0;

	loop->quitting = false;
	while (!loop->quitting && r >= 0)
		r = turn(loop);
	return r < 0 ? r : loop->code;
}

void loop_quit(struct loop *loop, int code)
{
	loop->quitting = true;
	loop->code = code;
}

int loop_fd(const struct loop *loop)
{
	return loop->epoll_fd;
}
