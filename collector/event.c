/* SPDX-License-Identifier: MIT */
#include "seccompwatch/event.h"

#include <linux/seccomp.h>

#ifndef SECCOMP_RET_USER_NOTIF
#define SECCOMP_RET_USER_NOTIF 0x7fc00000U
#endif

static const char *const source_names[] = {"netlink", "audit.log", "journal", "kmsg", "probe"};
static const char *const time_source_names[] = {"audit", "text", "unknown"};
static const char *const mode_names[] = {"filter", "strict"};
static const char *const action_names[] = {NULL, "kill_process", "kill_thread", "trap", "errno", "user_notif", "trace",
	"log", "unknown"};
static const char *const outcome_names[] = {"unknown", "killed", "signalled", "denied", "notified", "traced",
	"executed"};
static const char *const runtime_names[] = {NULL, "docker", "containerd", "cri-o", "podman", "lxc", "nspawn", "libvirt",
	"garden", "ecs", "nomad", "unknown"};
static const char *const attribution_names[] = {"none", "live", "cached", "probe", "file"};

_Static_assert(ARRAY_SIZE(source_names) == EVENT_SOURCE_N, "a name for each source");
_Static_assert(ARRAY_SIZE(time_source_names) == EVENT_TIME_N, "a name for each time source");
_Static_assert(ARRAY_SIZE(mode_names) == EVENT_MODE_N, "a name for each mode");
_Static_assert(ARRAY_SIZE(action_names) == EVENT_ACTION_N, "a name for each action");
_Static_assert(ARRAY_SIZE(outcome_names) == EVENT_OUTCOME_N, "a name for each outcome");
_Static_assert(ARRAY_SIZE(runtime_names) == EVENT_RUNTIME_N, "a name for each runtime");
_Static_assert(ARRAY_SIZE(attribution_names) == EVENT_ATTRIBUTION_N, "a name for each attribution");

/* Enumerations also come out of a database file, so an index is checked. */
static const char *name_of(const char *const *names, size_t n, unsigned v)
{
	return v < n ? names[v] : NULL;
}

static int from_name(const char *const *names, size_t n, struct span s)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && span_equal(span_from(names[i]), s))
			return (int)i;
	return -EINVAL;
}

#define NAME_FUNCTION(what)                                                                                  \
	const char *event_##what##_name(enum event_##what v)                                                 \
	{                                                                                                    \
		return name_of(what##_names, ARRAY_SIZE(what##_names), (unsigned)v);                         \
	}
#define FROM_NAME_FUNCTION(what)                                                                             \
	int event_##what##_from_name(struct span s)                                                          \
	{                                                                                                    \
		return from_name(what##_names, ARRAY_SIZE(what##_names), s);                                 \
	}

NAME_FUNCTION(source)
NAME_FUNCTION(time_source)
NAME_FUNCTION(mode)
NAME_FUNCTION(action)
NAME_FUNCTION(outcome)
NAME_FUNCTION(runtime)
NAME_FUNCTION(attribution)
FROM_NAME_FUNCTION(action)
FROM_NAME_FUNCTION(outcome)
FROM_NAME_FUNCTION(runtime)

enum event_action event_action_from_code(uint32_t code)
{
	switch (code & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
		return EVENT_ACTION_KILL_PROCESS;
	case SECCOMP_RET_KILL_THREAD:
		return EVENT_ACTION_KILL_THREAD;
	case SECCOMP_RET_TRAP:
		return EVENT_ACTION_TRAP;
	case SECCOMP_RET_ERRNO:
		return EVENT_ACTION_ERRNO;
	case SECCOMP_RET_USER_NOTIF:
		return EVENT_ACTION_USER_NOTIF;
	case SECCOMP_RET_TRACE:
		return EVENT_ACTION_TRACE;
	case SECCOMP_RET_LOG:
		return EVENT_ACTION_LOG;
	default:
		return EVENT_ACTION_UNKNOWN;
	}
}

enum event_outcome event_outcome_of(enum event_action action)
{
	static const enum event_outcome outcomes[] = {EVENT_OUTCOME_UNKNOWN, EVENT_OUTCOME_KILLED, EVENT_OUTCOME_KILLED,
		EVENT_OUTCOME_SIGNALLED, EVENT_OUTCOME_DENIED, EVENT_OUTCOME_NOTIFIED, EVENT_OUTCOME_TRACED,
		EVENT_OUTCOME_EXECUTED, EVENT_OUTCOME_KILLED};

	_Static_assert(ARRAY_SIZE(outcomes) == EVENT_ACTION_N, "an outcome for each action");
	return (unsigned)action < ARRAY_SIZE(outcomes) ? outcomes[action] : EVENT_OUTCOME_UNKNOWN;
}

void event_reset(struct event *ev)
{
	memset(ev, 0, offsetof(struct event, arena));
	ev->time = ev->text_time = CLOCK_NONE;
	ev->syscall = EVENT_NO_SYSCALL;
	ev->uid = ev->gid = ev->auid = ev->ses = EVENT_UNSET;
	ev->pid = ev->ppid = ev->tid = EVENT_NO_PID;
	ev->sig = -1;
	ev->compat = -1;
	ev->arena_len = 1; /* offset 0 means absent */
}

char *event_reserve(struct event *ev, size_t len)
{
	return len <= (size_t)EVENT_ARENA_MAX - ev->arena_len ? ev->arena + ev->arena_len : NULL;
}

struct event_text event_commit(struct event *ev, size_t len)
{
	struct event_text field = {ev->arena_len, (uint16_t)len};

	/* An empty text at the very end would get an offset like any other: it stays "present". */
	ev->arena_len = (uint16_t)(ev->arena_len + len);
	return field;
}

int event_set(struct event *ev, struct event_text *ret_field, struct span s)
{
	size_t fits = MIN(s.len, (size_t)EVENT_ARENA_MAX - ev->arena_len);

	if (fits > 0)
		memcpy(ev->arena + ev->arena_len, s.data, fits);
	*ret_field = event_commit(ev, fits);
	return fits < s.len ? -ENOBUFS : 0;
}
