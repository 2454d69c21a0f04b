/* SPDX-License-Identifier: MIT */
/* rig: a database of its own in a temporary directory, the program run on it, and what a test asks of it. Every
 * failure fails the test that called. $BUILD names the build directory (default: build). */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#define RIG_ARGS      16
#define RIG_PROCESSES 16

struct rig {
	char dir[64], db[128], log[128];
	char program[256], violate[256];
	pid_t spawned[RIG_PROCESSES]; /* those still running are killed in the end */
	size_t n_spawned;
};

/* cmocka's fixtures; *state becomes a struct rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

/* Whether this process may read the kernel's audit records. */
bool rig_can_read_audit(void);

double rig_now(void); /* seconds, monotonic */

/* Starts argv (ends with NULL) with both outputs going to the rig's log; does not wait. */
pid_t rig_spawn(struct rig *rig, const char *const *argv);
/* seccompwatch COMMAND --db …, ready when its log says so. */
pid_t rig_start(struct rig *rig, const char *command, const char *const *more, const char *ready);
/* Waits until the log holds `text`: false after `seconds`. */
bool rig_log_says(const struct rig *rig, const char *text, double seconds);
/* Sends the signal and waits: the wait status, and how long it took. */
int rig_stop(pid_t pid, int signal, double *ret_seconds);

/* A shell command, %P for the program and %D for the database: its output (free()), its exit status. */
char *rig_shell(const struct rig *rig, int *ret_status, const char *command);
/* The same, which must succeed and print one JSON document. */
json_t *rig_json(const struct rig *rig, const char *command);
/* The events that `filters` match, as an array. */
json_t *rig_events(const struct rig *rig, const char *filters);
/* The sum of their counts. */
json_int_t rig_count(const struct rig *rig, const char *filters);
/* Waits for `count` events of a pid: the array, after at most `seconds`. */
json_t *rig_await(const struct rig *rig, pid_t pid, json_int_t count, double seconds);

/* Commits a violation: the pid that did, 0 when this kernel cannot run it. */
pid_t rig_violate(const struct rig *rig, const char *kind, long repeat);
