/* SPDX-License-Identifier: MIT */
/* import_progress: a bar on a terminal's standard error; nothing anywhere else. */
#pragma once

#include "seccompwatch/base.h"

struct import_progress {
	bool is_shown;
	int64_t next; /* not drawn before (monotonic ms) */
	const char *name;
};

void import_progress_init(struct import_progress *p);
void import_progress_file(struct import_progress *p, const char *name);
/* total 0: unknown */
void import_progress_draw(struct import_progress *p, uint64_t done, uint64_t total);
/* Takes the bar away, so that a line can be printed. */
void import_progress_clear(struct import_progress *p);
