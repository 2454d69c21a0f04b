/* SPDX-License-Identifier: MIT */
/* queries: the same commands on a database of 100,000 events and on one of 10,000,000, in turn. Prints the CPU time of
 * the quickest run of each whole process and the ratio, and first what the program costs before it does anything.
 *
 *   queries SECCOMPWATCH [SMALL BIG [ROUNDS]] */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 24
#define ROUNDS    15

static char directory[] = "/var/tmp/seccompwatch-bench-XXXXXX";

static const struct {
	const char *command;
	double limit; /* of the ratio; 0: only shown */
} asks[] = {
	{"summary --since 1h", 1.5},
	{"summary --since 1h --by container", 1.5},
	{"summary", 1.5},
	{"summary --by hour --since 24h", 1.5},
	{"events --limit 100", 1.5},
	{"events --limit 100 --container web5 --since 2d --until 1d", 1.5},
	{"events --limit 100 --comm rare", 0},
	{"events --limit 100 --pid 1234", 0},
	{"status", 1.5},
};

static void fail(const char *what)
{
	fprintf(stderr, "queries: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void clean(void)
{
	static const char *const names[] = {"small.db", "small.db-wal", "small.db-shm", "big.db", "big.db-wal", "big.db-shm"};

	if (chdir(directory) < 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	rmdir(directory);
}

static void make(const char *name, const char *rows, char path[static 128])
{
	char command[512];

	snprintf(path, 128, "%s/%s", directory, name);
	snprintf(command, sizeof(command), "sh tests/bench/make_events.sh %s %s", path, rows);
	if (system(command) != 0)
		fail(command);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* CPU seconds of one run of `command` (words separated by blanks), its output thrown away. */
static double cost_of(const char *program, const char *command, const char *db)
{
	char copy[256], *argv[WORDS_MAX] = {(char *)program};
	struct rusage usage;
	int n = 1, status;
	pid_t pid;

	snprintf(copy, sizeof(copy), "%s", command);
	for (char *word = strtok(copy, " "); word && n < WORDS_MAX - 3; word = strtok(NULL, " "))
		argv[n++] = word;
	if (db) {
		argv[n++] = (char *)"--db";
		argv[n++] = (char *)db;
	}
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execv(program, argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		fail(program);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		errno = ECHILD;
		fail(command);
	}
	return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static void least(double *best, double cost)
{
	if (*best == 0 || cost < *best)
		*best = cost;
}

int main(int argc, char **argv)
{
	char small[128], big[128];
	int rounds = argc > 4 ? atoi(argv[4]) : ROUNDS;
	double start = 0;

	if (argc < 2)
		return 2;
	if (argc > 3) {
		snprintf(small, sizeof(small), "%s", argv[2]);
		snprintf(big, sizeof(big), "%s", argv[3]);
	} else {
		if (!mkdtemp(directory))
			fail(directory);
		atexit(clean);
		make("small.db", "100000", small);
		make("big.db", "10000000", big);
	}
	for (int i = 0; i < rounds; i++)
		least(&start, cost_of(argv[1], "--version", NULL));
	printf("queries: 100,000 and 10,000,000 events, CPU ms of the whole process (%.1f of it to start)\n", start * 1000);
	for (size_t k = 0; k < sizeof(asks) / sizeof(asks[0]); k++) {
		double few = 0, many = 0;

		for (int i = 0; i < rounds; i++) {
			least(&few, cost_of(argv[1], asks[k].command, small));
			least(&many, cost_of(argv[1], asks[k].command, big));
		}
		printf("  %-60s %8.1f %8.1f   ratio %5.2f%s\n", asks[k].command, few * 1000, many * 1000, many / few,
			asks[k].limit > 0 ? many <= few * asks[k].limit ? "  (at most 1.5: yes)" : "  (at most 1.5: NO)" : "");
	}
	return 0;
}
