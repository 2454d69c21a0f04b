/* SPDX-License-Identifier: MIT */
/* record: the text of one audit record → struct event. Pure: no I/O, no state, no allocation, and the input is
 * walked once, left to right, so that nothing inside a comm, exe or subj can be taken for a field.
 * Formats: FACTS of the kernel's audit_log_format() calls in kernel/auditsc.c, auditd.conf(5) log_format,
 * systemd-journald's audit transport, ausearch(8) --raw and -i. */
#pragma once

#include "event.h"

/* Outcomes of record_parse. */
enum {
	RECORD_E_OTHER = 1, /* a well-formed line that is no seccomp violation (another type, or not audit) */
	RECORD_E_MALFORMED, /* meant to be a SECCOMP record, but cut off, or without a syscall number */
};

/* What a text cannot say about itself. */
struct record_context {
	int64_t now; /* gives syslog prefixes their year; ms */
	int64_t line_time;          /* the time the carrier gives (journal fields, or CLOCK_NONE) */
	enum event_source source;   /* of lines that do not say; refined by the text's own shape */
};

/* Whole lines (with any prefix), or the bare text of a netlink record (see record_parse_netlink).
 * 0 and *ev complete but for names and attribution, or RECORD_E_…; *ret_why (may be NULL) then names
 * the reason in a few words, a static string. */
int record_parse(struct span line, const struct record_context *context, struct event *ev, const char **ret_why);

/* The payload of an AUDIT_SECCOMP netlink message: "audit(…): auid=…". */
int record_parse_netlink(struct span payload, struct event *ev, const char **ret_why);

/* The stamp at the head of any record's payload, "audit(SEC.MSEC:SERIAL): ": 0, or -EINVAL. *ret_rest is what
 * follows (may be NULL). */
int record_parse_stamp(struct span payload, int64_t *ret_time, uint32_t *ret_serial, struct span *ret_rest);

/* What a SYSCALL or PROCTITLE record of the same event adds (joined by time and serial, never required). */
struct record_amend {
	int64_t time;
	uint32_t serial;
	int32_t ppid;    /* EVENT_NO_PID */
	uint8_t n_args;  /* 0 or 4 */
	uint64_t args[4];
	int16_t error;   /* from a negative exit=, else 0 */
};

/* A line or payload that is a SYSCALL record (type 1300): 0; RECORD_E_OTHER for anything else.
 * `type` is the netlink type, or 0 for a line that names its own. */
int record_parse_amend(struct span line, uint16_t type, struct record_amend *ret);
