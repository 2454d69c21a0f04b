/* SPDX-License-Identifier: MIT */
/* control: short questions to the kernel's audit side: its counters, its rules. Changes nothing. Needs
 * CAP_AUDIT_CONTROL in the initial pid namespace; the program does without the answers. */
#pragma once

#include "base.h"

struct audit_rule_data; /* linux/audit.h */

struct control_status {
	uint32_t enabled;
	uint32_t pid; /* auditd's, 0: none */
	uint32_t rate_limit;
	uint32_t backlog_limit, backlog;
	uint32_t lost; /* records dropped before they got a serial, since boot */
};

/* In two halves, so that nobody has to wait: ask now, take the answer when you come by again. */
int control_open(void); /* a descriptor, or negative errno */
int control_ask_status(int fd);
int control_take_status(int fd, struct control_status *ret); /* -EAGAIN: not yet */

/* Whole exchanges with a deadline: -EPERM, -ETIMEDOUT. */
int control_status(int timeout_ms, struct control_status *ret);
int control_find_exclusion(int timeout_ms, bool *ret_excluded);

/* Pure. Whether an audit rule keeps SECCOMP records from being made (for some or all processes). */
bool control_rule_excludes(const struct audit_rule_data *rule);
