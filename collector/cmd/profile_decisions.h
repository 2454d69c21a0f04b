/* SPDX-License-Identifier: MIT */
/* profile_decisions: a filter as a table: what it answers to each system call, told from its instructions alone. */
#pragma once

#include <jansson.h>

#include "seccompwatch/bpf.h"
#include "seccompwatch/text.h"

/* [{"arch","decisions":[{"decision","syscalls":[NAME or NUMBER, …]}],"others"}], the last one for all other
 * architectures (arch null). NULL on lack of memory. */
json_t *profile_decisions_json(const struct bpf_program *p);
/* The same tree, for people. */
void profile_decisions_add_text(const json_t *decisions, struct text *to);
