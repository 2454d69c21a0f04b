/* SPDX-License-Identifier: MIT */
/* knowledge: what an expert knows of a system call, from schema/syscalls.csv (embedded at build; its head names the
 * sources). Facts about calls, whatever architecture they are made on. */
#pragma once

#include "text.h"

enum knowledge_risk {
	KNOWLEDGE_RISK_UNKNOWN, /* the table has the name and no more: treat it as high */
	KNOWLEDGE_RISK_LOW,
	KNOWLEDGE_RISK_MEDIUM,
	KNOWLEDGE_RISK_HIGH, /* never recommended to be allowed */
	KNOWLEDGE_RISK_N,
};
const char *knowledge_risk_name(enum knowledge_risk risk); /* unknown low medium high */

/* Strings are static; NULL: nothing to say. */
struct knowledge {
	const char *name;
	const char *group;      /* file, network, process, memory, time, ipc, keys, modules, … */
	const char *capability; /* CAP_…: what its privileged uses need */
	enum knowledge_risk risk;
	const char *why;        /* of the risk, one sentence without a full stop */
	const char *fallback;   /* the call that libc or common runtimes make instead when it answers ENOSYS */
	uint32_t since;         /* the kernel that brought it, major << 16 | minor (2.6.28 is 2.6); 0: not known */
};

/* NULL: not in the table. */
const struct knowledge *knowledge_of(struct span syscall);
/* The table's rows, one an index; NULL past the last. */
const struct knowledge *knowledge_row(size_t index);

/* systemd's @groups (systemd.exec(5), SystemCallFilter=) that hold the call, the smallest at index 0; NULL past the
 * last. @known, which holds all, is not among them. */
const char *knowledge_systemd_group(struct span syscall, size_t index);
