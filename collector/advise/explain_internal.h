/* SPDX-License-Identifier: MIT */
#pragma once

#include "seccompwatch/explain.h"

#define EXPLAIN_ROWS      50
#define EXPLAIN_PROCESSES 50

/* Everything the verdict is drawn from. Rows are copies; what they point to belongs to the reader. */
struct explain_facts {
	const struct explain_request *request;
	const struct query_container *container;
	struct query_row rows[EXPLAIN_ROWS]; /* oldest first */
	size_t n_rows;
	uint64_t by_outcome[EVENT_OUTCOME_N], total;
	char top_syscall[64]; /* denied most often; "" */
	uint64_t top_count;
	struct query_process processes[EXPLAIN_PROCESSES]; /* their texts are copies */
	size_t n_processes;
	bool earlier; /* there are violations before rows[0] */
	struct query_status status;
	char *profile; /* linux.seccomp, NULL */
};

/* What the container's end looks like from outside, 128 + the signal for one that was killed: the engine's word, else the
 * kernel's. False: not known to have ended. */
bool explain_exit_code(const struct query_container *c, int *ret);
const struct query_row *explain_last_kill(const struct explain_facts *facts);
/* The process that a row speaks of: the newest of its pid that had started by then. NULL: not known. */
const struct query_process *explain_process_of(const struct explain_facts *facts, const struct query_row *row);
enum explain_verdict explain_judge(const struct explain_facts *facts);

/* The words. NULL only without memory; free(). */
char *explain_sentence(const struct explain_facts *facts, enum explain_verdict verdict);
char *explain_about_sentence(const struct explain_facts *facts);
char *explain_profile_sentence(const struct explain_facts *facts);
char *explain_visible_sentence(const struct explain_facts *facts);
char *explain_row_text(const struct query_row *row);
char *explain_start_text(const struct query_process *process);
char *explain_first_text(const struct query_container *c, bool end);
char *explain_end_text(const struct query_process *process);
/* wait(2)'s status in words: "was killed by SIGSYS (159 for its parent)". */
void explain_status(struct text *t, int status);
