/* SPDX-License-Identifier: MIT */
/* check: what of the kernel's seccomp records this host lets us see. Changes nothing. */
#pragma once

#include "text.h"

struct check {
	const char *id;     /* audit_read actions_logged … (contract: doctor's JSON) */
	bool ok;
	bool hides;         /* not ok, and violations are invisible because of it */
	bool unknown;       /* not ok, because only root could tell */
	struct text detail; /* what was found */
	struct text remedy; /* what to do; empty when nothing needs doing */
};

void check_free(struct check *check);

#define CHECK_MAX 16
/* Fills the host's checks, in the order of a record's way: returns how many. */
size_t check_host(struct check ret[static CHECK_MAX]);
/* The same as far as anybody may look; what needs root to be told is `unknown`. */
size_t check_anyone(struct check ret[static CHECK_MAX]);

/* Pure. Words of `avail` (without "allow") that `logged` lacks, separated by blanks. */
void check_missing_actions(struct span avail, struct span logged, struct text *ret);
