/* SPDX-License-Identifier: MIT */
/* process: who a pid belongs to, asked of /proc on receipt of its record. */
#pragma once

#include "cgroup.h"

struct process_table;

int process_table_new(struct process_table **ret);
/* With another /proc (O_PATH will do), which the table closes in the end, also on failure. */
int process_table_new_at(int proc_fd, struct process_table **ret);
void process_table_free(struct process_table *t);
DEFINE_CLEANUP(struct process_table *, process_table_free)

/* Fills attribution, runtime, container_id, pod_uid and unit of *ev, or leaves them at none: a dead or
 * exiting process is never guessed, nor is a pid that another process may have by now. For records of this
 * machine. Answers for one pid are reused until process_table_forget. */
void process_attribute(struct process_table *t, struct event *ev);
/* A burst of records has been handled: what was read is old now. */
void process_table_forget(struct process_table *t);
