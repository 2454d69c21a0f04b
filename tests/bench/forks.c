/* SPDX-License-Identifier: MIT */
/* forks: what watching processes costs: one process forks (and execs) children at a rate, another watches. Prints the
 * watcher's CPU time against that of the forks, execs and exits themselves. Needs root.
 *
 *   forks [RATE [SECONDS]] */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccompwatch/clock.h"
#include "seccompwatch/process.h"

struct load {
	double cpu; /* seconds, of the parent and its children */
	long children;
};

static double seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void one_child(bool exec)
{
	pid_t pid = exec ? vfork() : fork();

	if (pid == 0) {
		if (exec)
			execl("/proc/self/exe", "forks", "end", NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static struct load make_load(bool exec, int64_t rate, int64_t duration)
{
	struct load load = {0};
	int64_t start = clock_monotonic(), passed;

	while ((passed = clock_monotonic() - start) < duration) {
		if (load.children < passed * rate / 1000) {
			one_child(exec);
			load.children++;
		} else {
			usleep(500);
		}
	}
	load.cpu = seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
	return load;
}

static void watch(struct process_table *table, int done)
{
	struct pollfd fds[] = {{process_table_fd(table), POLLIN, 0}, {done, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 && !fds[1].revents)
		process_table_dispatch(table);
}

static int run(const char *name, bool exec, int64_t rate, int64_t duration)
{
	CLEANUP(process_table_free_p) struct process_table *table = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct process_stats stats;
	struct load load;
	double cpu;
	int fds[2];

	if (process_table_new(&table) < 0 || pipe(fds) < 0)
		return 1;
	if (process_table_watch(table, 0, &why) < 0) {
		fprintf(stderr, "forks: %s\n", why.data);
		return 1;
	}
	if (fork() == 0) {
		load = make_load(exec, rate, duration);
		_exit(write(fds[1], &load, sizeof(load)) != sizeof(load));
	}
	cpu = seconds(RUSAGE_SELF);
	watch(table, fds[0]);
	cpu = seconds(RUSAGE_SELF) - cpu;
	if (read(fds[0], &load, sizeof(load)) != sizeof(load) || load.children == 0)
		return 1;
	stats = process_table_stats(table);
	printf("%s: %ld children at %.0f a second, %.1f us of CPU each; watching %.1f us each: %.1f %% (at most 10 %%); "
	       "%zu bytes kept, %" PRIu64 " losses\n",
		name, load.children, (double)load.children * 1000 / (double)duration, load.cpu * 1e6 / (double)load.children,
		cpu * 1e6 / (double)load.children, 100 * cpu / load.cpu, stats.bytes, stats.lost);
	close(fds[0]);
	close(fds[1]);
	return waitpid(-1, NULL, 0) < 0;
}

int main(int argc, char **argv)
{
	int64_t rate = argc > 1 ? atoll(argv[1]) : 2000, duration = (argc > 2 ? atoll(argv[2]) : 5) * 1000;

	if (argc > 1 && strcmp(argv[1], "end") == 0)
		return 0;
	return run("watching forks", false, rate, duration) || run("watching forks and execs", true, rate, duration);
}
