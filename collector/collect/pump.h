/* SPDX-License-Identifier: MIT */
/* pump: from the kernel's queue into gather, at the pace of what comes: at once when records are few, in naps when
 * they are many. */
#pragma once

#include "gather.h"

struct pump {
	struct netlink *netlink;
	struct gather *gather;
	struct process_table *processes; /* may be NULL */
	int64_t slot;
	size_t taken; /* in this slot */
};

/* Reads until the queue is dry, at most a tenth of a second. 0, or negative errno. */
int pump_turn(struct pump *p);
/* Reads what is still on its way from the kernel, at most `timeout_ms`. */
void pump_drain(struct pump *p, int timeout_ms);
