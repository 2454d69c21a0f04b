/* SPDX-License-Identifier: MIT */
/* event: one seccomp violation, the language the rooms of the house speak.
 *
 * Field sources: kernel/auditsc.c audit_seccomp(), kernel/seccomp.c seccomp_log(), and
 * include/uapi/linux/{audit,seccomp}.h. A fixed size, no pointers: texts are raw bytes in `arena`,
 * named by offset and length, never NUL terminated, never escaped here. */
#pragma once

#include "clock.h"
#include "text.h"

/* An audit record is at most MAX_AUDIT_MESSAGE_LENGTH (8970) bytes; decoded texts are never longer than
 * their source, and resolve adds a container's few hundred bytes. */
#define EVENT_ARENA_MAX 16384

#define EVENT_UNSET      UINT32_MAX /* uid, gid, auid, ses: absent or unset; JSON null */
#define EVENT_NO_PID     (-1)
#define EVENT_NO_SYSCALL INT64_MIN

enum event_source {
	EVENT_SOURCE_NETLINK,
	EVENT_SOURCE_AUDIT_LOG,
	EVENT_SOURCE_JOURNAL,
	EVENT_SOURCE_KMSG, /* dmesg, kern.log, syslog: printk'd text */
	EVENT_SOURCE_PROBE,
	EVENT_SOURCE_N,
};

enum event_time_source {
	EVENT_TIME_AUDIT,   /* the record's own audit(SEC.MSEC:SERIAL) stamp */
	EVENT_TIME_TEXT,    /* the line's prefix, or the journal's timestamp */
	EVENT_TIME_UNKNOWN, /* none: the time of reading */
	EVENT_TIME_N,
};

enum event_mode {
	EVENT_MODE_FILTER,
	EVENT_MODE_STRICT, /* sig=9: PR_SET_SECCOMP mode 1 */
	EVENT_MODE_N,
};

enum event_action {
	EVENT_ACTION_NONE, /* the record has no code: JSON null */
	EVENT_ACTION_KILL_PROCESS,
	EVENT_ACTION_KILL_THREAD,
	EVENT_ACTION_TRAP,
	EVENT_ACTION_ERRNO,
	EVENT_ACTION_USER_NOTIF,
	EVENT_ACTION_TRACE,
	EVENT_ACTION_LOG,
	EVENT_ACTION_UNKNOWN, /* an undefined value: the kernel kills */
	EVENT_ACTION_N,
};

enum event_outcome {
	EVENT_OUTCOME_UNKNOWN,
	EVENT_OUTCOME_KILLED,
	EVENT_OUTCOME_SIGNALLED,
	EVENT_OUTCOME_DENIED,
	EVENT_OUTCOME_NOTIFIED,
	EVENT_OUTCOME_TRACED,
	EVENT_OUTCOME_EXECUTED,
	EVENT_OUTCOME_N,
};

enum event_runtime {
	EVENT_RUNTIME_NONE, /* no container */
	EVENT_RUNTIME_DOCKER,
	EVENT_RUNTIME_CONTAINERD,
	EVENT_RUNTIME_CRIO,
	EVENT_RUNTIME_PODMAN,
	EVENT_RUNTIME_LXC,
	EVENT_RUNTIME_NSPAWN,
	EVENT_RUNTIME_LIBVIRT,
	EVENT_RUNTIME_GARDEN,
	EVENT_RUNTIME_ECS,
	EVENT_RUNTIME_NOMAD,
	EVENT_RUNTIME_UNKNOWN, /* a container, but a bare id does not say whose */
	EVENT_RUNTIME_N,
};

enum event_attribution {
	EVENT_ATTRIBUTION_NONE,
	EVENT_ATTRIBUTION_LIVE,   /* /proc read while the process lived */
	EVENT_ATTRIBUTION_CACHED, /* the process table */
	EVENT_ATTRIBUTION_PROBE,
	EVENT_ATTRIBUTION_FILE, /* said by the imported text itself */
	EVENT_ATTRIBUTION_N,
};

/* The contract's words, both ways. _name never returns NULL for a valid value except EVENT_ACTION_NONE and
 * EVENT_RUNTIME_NONE (JSON null); _from_name returns -EINVAL. */
const char *event_source_name(enum event_source v);
const char *event_time_source_name(enum event_time_source v);
const char *event_mode_name(enum event_mode v);
const char *event_action_name(enum event_action v);
const char *event_outcome_name(enum event_outcome v);
const char *event_runtime_name(enum event_runtime v);
const char *event_attribution_name(enum event_attribution v);
int event_action_from_name(struct span s);
int event_outcome_from_name(struct span s);
int event_runtime_from_name(struct span s);

/* From the record's code (SECCOMP_RET_ACTION_FULL bits, uapi/linux/seccomp.h); ALLOW, which the kernel never
 * logs, and every undefined value are EVENT_ACTION_UNKNOWN. */
enum event_action event_action_from_code(uint32_t code);
enum event_outcome event_outcome_of(enum event_action action);

/* A text in the arena; off 0 is "absent" (the arena's first byte is never used), len may be 0. */
struct event_text {
	uint16_t off, len;
};

struct event {
	int64_t time;      /* ms; never CLOCK_NONE in a complete event */
	int64_t text_time; /* what the line's own prefix says, ms, or CLOCK_NONE: finds twins in one journal */
	int64_t syscall;   /* EVENT_NO_SYSCALL until known; -1 is a number the kernel does record */
	uint64_t ip;
	uint64_t args[6];
	uint32_t serial;
	uint32_t arch; /* AUDIT_ARCH_…, uapi/linux/audit.h */
	uint32_t code;
	uint32_t uid, gid, auid, ses;
	int32_t pid, ppid, tid; /* EVENT_NO_PID; pid is the tgid in the initial namespace */
	int16_t sig;            /* -1 absent */
	int16_t error;          /* an errno, 0 absent */
	int8_t compat;          /* 0, 1, -1 absent */
	uint8_t n_args;         /* args that are known: 0, 4 (a SYSCALL record) or 6 (a probe) */
	bool has_serial, has_arch, has_code, has_ip;
	bool interpreted; /* ausearch -i text: names instead of numbers, local time */

	enum event_source source;
	enum event_time_source time_source;
	enum event_mode mode;
	enum event_action action;
	enum event_attribution attribution;
	enum event_runtime runtime;

	struct event_text comm, exe, subj, node;      /* node: the record's node= */
	struct event_text prefix_host;                /* the syslog prefix's host */
	struct event_text arch_name, syscall_name;    /* interpreted text only: resolve turns them to numbers */
	struct event_text container_id, outer_id, pod_uid, unit; /* attribution; outer: the container around it */

	uint16_t arena_len;
	char arena[EVENT_ARENA_MAX];
};

/* Sets everything to absent; touches only the head of the arena. */
void event_reset(struct event *ev);
static inline bool event_has(struct event_text t)
{
	return t.off != 0;
}
static inline struct span event_span(const struct event *ev, struct event_text t)
{
	return (struct span){ev->arena + t.off, t.len};
}
/* Copies into the arena; a text that does not fit any more is cut, and -ENOBUFS returned. */
int event_set(struct event *ev, struct event_text *ret_field, struct span s);
/* Room for up to `len` bytes at the arena's end (NULL when it does not fit); event_commit names what was written. */
char *event_reserve(struct event *ev, size_t len);
struct event_text event_commit(struct event *ev, size_t len);
