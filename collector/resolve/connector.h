/* SPDX-License-Identifier: MIT */
/* connector: the kernel's process events (Documentation/driver-api/connector.rst, uapi/linux/cn_proc.h), read by a
 * queue of its own. Needs CAP_NET_ADMIN and the initial namespaces.
 * Two sockets hear them: one wakes at an exec or a new name, the other holds everything, in order, until it is
 * looked at: waking for each fork would cost more than the fork. Filters in the kernel drop threads' events. */
#pragma once

#include "seccompwatch/text.h"

#define CONNECTOR_BATCH 64

enum connector_kind {
	CONNECTOR_FORK,
	CONNECTOR_EXEC,
	CONNECTOR_COMM,
	CONNECTOR_EXIT,
};

struct connector_event {
	enum connector_kind kind;
	int32_t pid;    /* of the process, never of a thread */
	int32_t parent; /* FORK */
	int32_t code;   /* EXIT: as wait(2) gives it */
	int64_t time;   /* CLOCK_MONOTONIC, nanoseconds */
	char comm[16];  /* COMM */
};

struct connector;

/* -EPERM: no CAP_NET_ADMIN. -EOPNOTSUPP: not the initial namespaces, or a kernel without process events. */
int connector_open(size_t receive_buffer, struct connector **ret, struct text *why);
void connector_close(struct connector *c); /* takes NULL */
DEFINE_CLEANUP(struct connector *, connector_close)

int connector_wake_fd(const struct connector *c);
int connector_queue_fd(const struct connector *c);
/* Empties the socket that wakes. */
void connector_clear_wake(struct connector *c);
/* The next events, up to CONNECTOR_BATCH: how many (0: none waiting); -ENOBUFS: some were lost, read on. */
int connector_read(struct connector *c, struct connector_event ret[static CONNECTOR_BATCH]);

/* Pure: one netlink message. -EINVAL: none of ours. */
int connector_parse(struct span message, struct connector_event *ret);
