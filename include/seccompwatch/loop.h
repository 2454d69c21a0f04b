/* SPDX-License-Identifier: MIT */
/* loop: one epoll descriptor, and callbacks. Knows nothing of the program. Signals and timers are
 * descriptors too (signalfd, timerfd). Single-threaded: every callback runs on the thread in loop_run. */
#pragma once

#include <sys/epoll.h>

#include "base.h"

struct loop;
struct loop_source;

/* A callback returns 0 to go on, or negative -errno to end loop_run with that value. */
typedef int (*loop_io_fn)(void *data, uint32_t epoll_events);
typedef int (*loop_timer_fn)(void *data);
typedef int (*loop_signal_fn)(void *data, int signal, int sender_pid);

int loop_new(struct loop **ret_loop);
void loop_free(struct loop *loop); /* frees its sources too; descriptors given to loop_add_io stay open */
DEFINE_CLEANUP(struct loop *, loop_free)

int loop_add_io(struct loop *loop, int fd, uint32_t epoll_events, loop_io_fn fn, void *data,
	struct loop_source **ret_source); /* ret_source may be NULL everywhere */
/* A CLOCK_MONOTONIC timer, disarmed at first: arm it with loop_timer_set. */
int loop_add_timer(struct loop *loop, loop_timer_fn fn, void *data, struct loop_source **ret_source);
/* first_ms from now (0: disarm), then each interval_ms (0: once). */
int loop_timer_set(struct loop_source *timer, uint64_t first_ms, uint64_t interval_ms);
/* Blocks the signals in the calling thread and delivers them here. Call before threads are made.
 * signals ends with 0. */
int loop_add_signals(struct loop *loop, const int *signals, loop_signal_fn fn, void *data);
void loop_remove(struct loop_source *source); /* takes NULL */

/* Runs `fn` each time before the loop would sleep: where gathered work is finished. */
void loop_set_before_sleep(struct loop *loop, loop_timer_fn fn, void *data);
/* Until loop_quit (returns its code) or a callback's negative value. */
int loop_run(struct loop *loop);
void loop_quit(struct loop *loop, int code);
int loop_fd(const struct loop *loop);
