/* SPDX-License-Identifier: MIT */
/* forks: what watching processes costs and what it is good for. One process forks (and execs) children at a rate,
 * another watches; printed are the rate that was reached, the watcher's CPU time against that of the forks, execs and
 * exits themselves (both by getrusage, in one run), and its memory. Then children that end at once are asked for, by
 * each method alone and by both: how many are attributed. Needs root.
 *
 *   forks [RATE [SECONDS]] */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccompwatch/clock.h"
#include "seccompwatch/process.h"

#define PERCENT_MAX 10
#define CHILDREN    1000
#define CONTAINER   "f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0"

struct load {
	double cpu; /* seconds, of the parent and its children */
	double seconds;
	long children;
};

static double seconds(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What a child does before it ends. The last costs next to nothing, so the watcher's share of it is the largest. */
enum child {
	FORK,
	FORK_AND_EXEC,
	VFORK,
};

static void one_child(enum child what)
{
	pid_t pid = what == FORK ? fork() : vfork();

	if (pid == 0) {
		if (what == FORK_AND_EXEC)
			execl("/proc/self/exe", "forks", "end", NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static struct load make_load(enum child what, int64_t rate, int64_t duration)
{
	struct load load = {0};
	int64_t start = clock_monotonic(), passed;

	while ((passed = clock_monotonic() - start) < duration) {
		if (load.children <= passed * rate / 1000) {
			one_child(what);
			load.children++;
		} else {
			usleep(2000); /* few naps, whose own cost is not the forks' */
		}
	}
	load.seconds = (double)(clock_monotonic() - start) / 1000;
	load.cpu = seconds(RUSAGE_SELF) + seconds(RUSAGE_CHILDREN);
	return load;
}

static void watch(struct process_table *table, int done)
{
	struct pollfd fds[] = {{process_table_fd(table), POLLIN, 0}, {done, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 && !fds[1].revents)
		process_table_dispatch(table);
}

static long resident_kib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int open_table(struct process_table **ret, bool watching)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	if (process_table_new(ret) < 0)
		return -1;
	if (watching && process_table_watch(*ret, 0, &why) < 0) {
		fprintf(stderr, "forks: %s\n", why.data);
		return -1;
	}
	return 0;
}

/* ---- what it costs ------------------------------------------------------------------------------------------------- */

static int report(const char *name, const struct load *load, double cpu, const struct process_table *table, int64_t rate)
{
	struct process_stats stats = process_table_stats(table);
	double percent = 100 * cpu / load->cpu, reached = (double)load->children / load->seconds;

	printf("%s: %ld children at %.0f a second (%" PRId64 " wanted%s), %.1f us of CPU each; watching %.1f us each: %.1f %% "
	       "(at most %d %%%s); %zu processes in %zu KiB kept, %" PRIu64 " evicted, %" PRIu64 " losses; %ld KiB resident\n",
		name, load->children, reached, rate, reached < 0.95 * (double)rate ? ": NOT REACHED" : "",
		load->cpu * 1e6 / (double)load->children, cpu * 1e6 / (double)load->children, percent, PERCENT_MAX,
		percent > PERCENT_MAX ? ": MISSED" : "", stats.processes, stats.bytes / 1024, stats.evicted, stats.lost, resident_kib());
	return 0;
}

static int run(const char *name, enum child what, int64_t rate, int64_t duration)
{
	CLEANUP(process_table_free_p) struct process_table *table = NULL;
	struct load load;
	double cpu;
	int fds[2];

	if (open_table(&table, true) < 0 || pipe(fds) < 0)
		return 1;
	if (fork() == 0) {
		load = make_load(what, rate, duration);
		_exit(write(fds[1], &load, sizeof(load)) != sizeof(load));
	}
	cpu = seconds(RUSAGE_SELF);
	watch(table, fds[0]);
	cpu = seconds(RUSAGE_SELF) - cpu;
	if (read(fds[0], &load, sizeof(load)) != sizeof(load) || load.children == 0)
		return 1;
	close(fds[0]);
	close(fds[1]);
	return report(name, &load, cpu, table, rate) || waitpid(-1, NULL, 0) < 0;
}

/* ---- what it is good for --------------------------------------------------------------------------------------------- */

struct death {
	int64_t time;
	pid_t pid;
};

/* Puts this process into cgroups that are named like a container. */
static int become_container(void)
{
	char command[512];

	snprintf(command, sizeof(command),
		"for d in $(awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/self/mounts); do c=$d/docker/" CONTAINER "; mkdir -p $c; "
		"for f in cpuset.cpus cpuset.mems; do [ -e $d/$f ] && cat $d/$f >$d/docker/$f && cat $d/$f >$c/$f; done; "
		"echo %d >$c/cgroup.procs; done 2>/dev/null",
		getpid());
	return system(command) < 0 ? -1 : 0;
}

static void remove_container(void)
{
	if (system("sleep 0.1; rmdir $(awk '$3 ~ /^cgroup2?$/ {print $2 \"/docker/" CONTAINER "\"}' /proc/self/mounts) 2>/dev/null") < 0)
		perror("forks");
}

/* Children that end at once; each tells of itself as its last act, as the kernel tells of one that it kills. */
static int die_on(int to)
{
	if (become_container() < 0)
		return 1;
	usleep(100000);
	signal(SIGCHLD, SIG_IGN);
	for (int i = 0; i < CHILDREN; i++) {
		if (fork() == 0) {
			struct death death = {clock_now(), getpid()};

			_exit(write(to, &death, sizeof(death)) != sizeof(death));
		}
		usleep(300);
	}
	return 0;
}

enum method {
	PROC_ALONE,
	TABLE_ALONE,
	BOTH,
	METHOD_N,
};

/* The table alone is asked about those that are surely gone. */
static enum event_attribution ask(struct process_table *table, struct event *ev, const struct death *death, enum method method)
{
	for (int i = 0; method == TABLE_ALONE && kill(death->pid, 0) == 0 && i < 10000; i++)
		usleep(100);
	event_reset(ev);
	ev->pid = death->pid;
	ev->time = death->time;
	process_table_forget(table);
	process_attribute(table, ev);
	if (ev->attribution != EVENT_ATTRIBUTION_NONE && !span_equal(event_span(ev, ev->container_id), SPAN(CONTAINER)))
		return EVENT_ATTRIBUTION_NONE;
	return method == TABLE_ALONE && ev->attribution == EVENT_ATTRIBUTION_LIVE ? EVENT_ATTRIBUTION_NONE : ev->attribution;
}

static void listen_on(struct process_table *table, int from, enum method method, unsigned counts[static EVENT_ATTRIBUTION_N])
{
	struct pollfd fds[] = {{from, POLLIN, 0}, {process_table_fd(table), POLLIN, 0}};
	static struct event ev;
	struct death death;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return;
		if (fds[1].revents)
			process_table_dispatch(table);
		if (!fds[0].revents)
			continue;
		if (read(from, &death, sizeof(death)) != sizeof(death))
			return;
		counts[ask(table, &ev, &death, method)]++;
	}
}

static int attribute(const char *name, enum method method)
{
	CLEANUP(process_table_free_p) struct process_table *table = NULL;
	unsigned counts[EVENT_ATTRIBUTION_N] = {0};
	int fds[2];

	if (open_table(&table, method != PROC_ALONE) < 0 || pipe2(fds, O_CLOEXEC) < 0)
		return 1;
	if (fork() == 0)
		_exit(die_on(fds[1]));
	close(fds[1]);
	listen_on(table, fds[0], method, counts);
	close(fds[0]);
	remove_container();
	printf("%s: of %d children that ended at once %.1f %% attributed (%u live, %u cached, %u not)\n", name, CHILDREN,
		100.0 * (counts[EVENT_ATTRIBUTION_LIVE] + counts[EVENT_ATTRIBUTION_CACHED]) / CHILDREN,
		counts[EVENT_ATTRIBUTION_LIVE], counts[EVENT_ATTRIBUTION_CACHED], counts[EVENT_ATTRIBUTION_NONE]);
	while (waitpid(-1, NULL, 0) >= 0)
		;
	return 0;
}

int main(int argc, char **argv)
{
	int64_t rate = argc > 1 ? atoll(argv[1]) : 2000, duration = (argc > 2 ? atoll(argv[2]) : 5) * 1000;

	if (argc > 1 && strcmp(argv[1], "end") == 0)
		return 0;
	return run("watching forks", FORK, rate, duration) || run("watching forks and execs", FORK_AND_EXEC, rate, duration) ||
	       run("watching vforks alone", VFORK, rate, duration) || attribute("by /proc alone", PROC_ALONE) || attribute("by the table alone", TABLE_ALONE) ||
	       attribute("by both", BOTH);
}
