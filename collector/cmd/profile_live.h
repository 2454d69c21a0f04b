/* SPDX-License-Identifier: MIT */
/* profile_live: the filters of a living process, read out of the kernel. An explicit act of root's: the process stands
 * still for a moment. A child of its own does it, so that whatever ends it (a signal, a time-out, its own fault), the
 * kernel lets the process go on. */
#pragma once

#include "seccompwatch/bpf.h"
#include "seccompwatch/text.h"

#define PROFILE_LIVE_MAX 64

struct profile_live {
	struct bpf_program *programs[PROFILE_LIVE_MAX]; /* the oldest first; all are asked, the severest answer counts */
	int log[PROFILE_LIVE_MAX]; /* SECCOMP_FILTER_FLAG_LOG: 1 set, 0 not, -1: this kernel does not tell */
	size_t n;
	bool strict; /* mode 1: read, write, exit, sigreturn and nothing else */
};
#define PROFILE_LIVE_EMPTY ((struct profile_live){0})
void profile_live_free(struct profile_live *l);

/* Negative errno and a sentence in *why. No filter at all is 0 with n == 0. */
int profile_live_read(int32_t pid, struct profile_live *ret, struct text *why);
