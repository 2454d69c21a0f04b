/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <limits.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

double rig_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

bool rig_can_read_audit(void)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int fd = audit_open(), group = AUDIT_NLGRP_READLOG;
	bool can = fd >= 0 && bind(fd, (struct sockaddr *)&self, sizeof(self)) == 0 &&
		setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0;

	if (fd >= 0)
		close(fd);
	return can;
}

/* ---- the fixture ------------------------------------------------------------------------------------------------- */

int rig_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	const char *build = getenv("BUILD");
	char path[128], absolute[PATH_MAX];

	if (!rig)
		return -1;
	snprintf(path, sizeof(path), "%s", build ? build : "build");
	if (!realpath(path, absolute))
		return -1;
	snprintf(rig->program, sizeof(rig->program), "%.200s/seccompwatch", absolute);
	snprintf(rig->violate, sizeof(rig->violate), "%.200s/tests/live/violate", absolute);
	snprintf(rig->dir, sizeof(rig->dir), "/tmp/seccompwatch-live-XXXXXX");
	if (!mkdtemp(rig->dir) || chmod(rig->dir, 0755) < 0) /* the page's server is nobody */
		return -1;
	snprintf(rig->db, sizeof(rig->db), "%s/db/events.db", rig->dir);
	snprintf(rig->log, sizeof(rig->log), "%s/log", rig->dir);
	*state = rig;
	return 0;
}

int rig_teardown(void **state)
{
	struct rig *rig = *state;
	char command[128];

	/* Each leads a group, so that its children go with it; what has ended already is nobody's group any more. */
	for (size_t i = 0; i < rig->n_spawned; i++)
		if (kill(-rig->spawned[i], SIGKILL) == 0)
			waitpid(rig->spawned[i], NULL, 0);
	snprintf(command, sizeof(command), "rm -rf '%s'", rig->dir);
	free(rig);
	return system(command) == 0 ? 0 : -1;
}

/* ---- processes --------------------------------------------------------------------------------------------------- */

pid_t rig_spawn(struct rig *rig, const char *const *argv)
{
	pid_t pid;

	unlink(rig->log);
	assert_true(rig->n_spawned < RIG_PROCESSES);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int log = open(rig->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

		dup2(log, 1);
		dup2(log, 2);
		setpgid(0, 0);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	setpgid(pid, pid); /* whoever is first */
	rig->spawned[rig->n_spawned++] = pid;
	return pid;
}

static bool log_holds(const struct rig *rig, const char *text)
{
	char buffer[65536];
	FILE *f = fopen(rig->log, "re");
	size_t n = f ? fread(buffer, 1, sizeof(buffer) - 1, f) : 0;

	if (f)
		fclose(f);
	buffer[n] = '\0';
	return strstr(buffer, text) != NULL;
}

bool rig_log_says(const struct rig *rig, const char *text, double seconds)
{
	double until = rig_now() + seconds;

	while (!log_holds(rig, text)) {
		if (rig_now() > until)
			return false;
		usleep(5000);
	}
	return true;
}

pid_t rig_start(struct rig *rig, const char *command, const char *const *more, const char *ready)
{
	const char *argv[RIG_ARGS] = {rig->program, command, "--db", rig->db};
	pid_t pid;

	for (size_t i = 0; more && more[i] && i < RIG_ARGS - 5; i++)
		argv[4 + i] = more[i];
	pid = rig_spawn(rig, argv);
	if (!rig_log_says(rig, ready, 5)) {
		free(rig_shell(rig, NULL, "cat %L >&2"));
		fail_msg("%s did not say \"%s\"", command, ready);
	}
	return pid;
}

int rig_stop(pid_t pid, int signal, double *ret_seconds)
{
	double start = rig_now();
	int status = -1;

	assert_int_equal(kill(pid, signal), 0);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (rig_now() > start + 10) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			fail_msg("it did not end within 10 s");
		}
		usleep(2000);
	}
	if (ret_seconds)
		*ret_seconds = rig_now() - start;
	return status;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static void expand(const struct rig *rig, const char *command, char *ret, size_t size)
{
	size_t n = 0;

	for (; *command && n + 1 < size; command++) {
		const char *value = NULL;

		if (command[0] == '%')
			value = command[1] == 'P' ? rig->program :
				command[1] == 'D' ? rig->db :
				command[1] == 'T' ? rig->dir :
				command[1] == 'L' ? rig->log :
						    NULL;
		if (!value) {
			ret[n++] = *command;
			continue;
		}
		n += (size_t)snprintf(ret + n, size - n, "%s", value);
		command++;
		assert_true(n < size);
	}
	ret[n] = '\0';
}

static char *read_all(FILE *f)
{
	size_t len = 0, room = 65536;
	char *all = malloc(room);

	while (all) {
		size_t n = fread(all + len, 1, room - len - 1, f);

		if (n == 0)
			break;
		len += n;
		if (len + 1 == room)
			all = realloc(all, room *= 2);
	}
	assert_non_null(all);
	all[len] = '\0';
	return all;
}

char *rig_shell(const struct rig *rig, int *ret_status, const char *command)
{
	char expanded[2048], *output;
	FILE *f;
	int status;

	expand(rig, command, expanded, sizeof(expanded));
	f = popen(expanded, "re");
	assert_non_null(f);
	output = read_all(f);
	status = pclose(f);
	if (ret_status)
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return output;
}

json_t *rig_json(const struct rig *rig, const char *command)
{
	json_error_t error;
	json_t *answer;
	int status;
	char *output = rig_shell(rig, &status, command);

	if (status != 0)
		fail_msg("%s: exit status %d", command, status);
	answer = json_loads(output, 0, &error);
	if (!answer)
		fail_msg("%s: %s: %.200s", command, error.text, output);
	free(output);
	return answer;
}

json_t *rig_events(const struct rig *rig, const char *filters)
{
	json_t *events = json_array();
	char command[512], *output, *line, *rest;
	int status;

	snprintf(command, sizeof(command), "%%P --quiet --db %%D events --format jsonl --limit 0 %s", filters);
	output = rig_shell(rig, &status, command);
	if (status != 0)
		fail_msg("%s: exit status %d", command, status);
	for (line = strtok_r(output, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (json_array_append_new(events, json_loads(line, 0, NULL)) < 0)
			fail_msg("not JSON: %s", line);
	free(output);
	return events;
}

static json_int_t sum(json_t *events)
{
	json_int_t total = 0;

	for (size_t i = 0; i < json_array_size(events); i++)
		total += json_integer_value(json_object_get(json_array_get(events, i), "count"));
	return total;
}

json_int_t rig_count(const struct rig *rig, const char *filters)
{
	json_t *events = rig_events(rig, filters);
	json_int_t total = sum(events);

	json_decref(events);
	return total;
}

json_t *rig_await(const struct rig *rig, pid_t pid, json_int_t count, double seconds)
{
	double until = rig_now() + seconds;
	char filter[32];
	json_t *events;

	snprintf(filter, sizeof(filter), "--pid %d", (int)pid);
	while (sum(events = rig_events(rig, filter)) < count && rig_now() < until) {
		json_decref(events);
		usleep(10000);
	}
	if (sum(events) != count)
		fail_msg("pid %d: %d events instead of %d after %.1f s", (int)pid, (int)sum(events), (int)count, seconds);
	return events;
}

/* The first line is "KIND pid PID …". */
pid_t rig_violate(const struct rig *rig, const char *kind, long repeat)
{
	char command[512], *output;
	int status, pid = 0;

	snprintf(command, sizeof(command), "%s --repeat %ld %s", rig->violate, repeat, kind);
	output = rig_shell(rig, &status, command);
	if (status != 0 || sscanf(output, "%*s pid %d", &pid) != 1)
		fail_msg("%s: %s", command, output);
	if (strstr(output, "cannot run it"))
		pid = 0;
	free(output);
	return pid;
}
