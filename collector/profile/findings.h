/* SPDX-License-Identifier: MIT */
/* findings: what profile_check finds, in two files: about the rules as they are written, and about what they decide. */
#pragma once

#include "filter.h"

struct findings {
	const struct profile_filter *filter;
	profile_finding_fn fn;
	void *data;
	int result; /* of fn: once it is not 0 nothing more is said */
};

void findings_add(struct findings *f, const char *id, const char *pointer, const char *fmt, ...) PRINTF(4, 5);
void findings_rules(struct findings *f);
void findings_decisions(struct findings *f);
