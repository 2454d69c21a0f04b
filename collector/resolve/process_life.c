/* SPDX-License-Identifier: MIT */
/* What is known of a process beside whose it is, for the story of its end. */
#include <stdio.h>
#include <time.h>

#include "proc.h"
#include "process_internal.h"

#define PARENTS_MAX 6
#define SLACK_MS    20 /* start times are coarse */
#define NS_OF_A_MS  1000000

static int64_t to_wall(int64_t monotonic_ns)
{
	return clock_now() - clock_monotonic() + monotonic_ns / 1000000;
}

static int64_t start_of(const struct process_table *t, const struct proc_stat *stat)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return clock_now() - ((int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000) +
	       (int64_t)(stat->start * 1000 / (uint64_t)t->ticks);
}

static void add_parent(struct process_life *ret, size_t *len, const char *comm, int32_t pid)
{
	int n = snprintf(ret->parents + *len, sizeof(ret->parents) - *len, "%s%s (%d)", *len > 0 ? " < " : "", comm, pid);

	/* What does not fit is left out whole. */
	if (n < 0 || (size_t)n >= sizeof(ret->parents) - *len)
		ret->parents[*len] = '\0';
	else
		*len += (size_t)n;
}

/* Upwards by what the table kept, then by /proc: a parent that is gone is known to the table alone. */
static void read_parents(struct process_table *t, int32_t parent, int64_t time, struct process_life *ret)
{
	size_t len = 0;

	for (int i = 0; i < PARENTS_MAX && parent > 0; i++) {
		const struct life *life = t->watch ? watch_find(t->watch, parent, time) : NULL;
		struct proc_stat stat = {0};
		bool lives = (!life || !life->comm[0]) && proc_read_stat(t->proc_fd, parent, &stat) == 0;

		if (life && life->parent > 0) {
			add_parent(ret, &len, life->comm[0] ? life->comm : lives ? stat.comm : "?", parent);
			parent = life->parent;
		} else if (lives) {
			add_parent(ret, &len, stat.comm, parent);
			parent = stat.parent;
		} else {
			return;
		}
	}
}

static void from_life(const struct life *life, struct process_life *ret)
{
	ret->id = life->since;
	ret->started = to_wall(life->since);
	if (life->ended != LIVES_NEVER) {
		ret->ended = to_wall(life->ended);
		ret->status = life->exit_code;
	}
	if (life->command)
		snprintf(ret->command, sizeof(ret->command), "%s", life->command);
}

int process_table_life(struct process_table *t, int32_t pid, int64_t time, struct process_life *ret)
{
	const struct life *life;
	struct proc_stat stat = {0};
	bool lives;

	if (pid <= 0)
		return -ENOENT;
	*ret = (struct process_life){.started = CLOCK_NONE, .ended = CLOCK_NONE};
	if (t->watch)
		watch_drain(t->watch);
	life = t->watch ? watch_find(t->watch, pid, time) : NULL;
	if (life)
		from_life(life, ret);
	lives = ret->ended == CLOCK_NONE && proc_read_stat(t->proc_fd, pid, &stat) == 0 && start_of(t, &stat) <= time + SLACK_MS;
	if (!life && !lives)
		return -ENOENT;
	if (lives) {
		ret->started = start_of(t, &stat);
		ret->threads = stat.threads;
		if (!ret->command[0])
			(void)proc_read_command(t->proc_fd, pid, ret->command, sizeof(ret->command));
	}
	read_parents(t, life && life->parent > 0 ? life->parent : stat.parent, time, ret);
	return 0;
}

/* The kernel tells the end of a process's first thread; the others may go on without it. */
static bool has_threads_left(const struct process_table *t, int32_t pid, int64_t started)
{
	struct proc_stat stat;

	return proc_read_stat(t->proc_fd, pid, &stat) == 0 && stat.threads > 1 && start_of(t, &stat) <= started + SLACK_MS;
}

bool process_table_end(struct process_table *t, int32_t pid, int64_t id, int64_t *ret_ended, int *ret_status)
{
	const struct life *life = t->watch && id != 0 ? watch_know(t->watch, pid) : NULL;

	/* Its beginning may have been put earlier meanwhile; who has the pid after it began later. */
	if (!life || life->ended == LIVES_NEVER || life->since > id + SLACK_MS * NS_OF_A_MS ||
		has_threads_left(t, pid, to_wall(life->since)))
		return false;
	*ret_ended = to_wall(life->ended);
	*ret_status = life->exit_code;
	return true;
}
