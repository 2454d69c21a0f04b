/* SPDX-License-Identifier: MIT */
/* suggest: the advice on a container with 1,000 stored denials and on one with 1,000,000 of the same kinds, in turn: CPU time
 * of the quickest run of the whole process, and the ratio. Then what all of it costs, against what libseccomp alone needs to
 * compile the filters that it proves.
 *
 *   suggest SECCOMPWATCH [PROFILE [ROUNDS]] */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROFILE "/usr/share/containers/seccomp.json"
#define ROUNDS  9

static char directory[] = "/var/tmp/seccompwatch-bench-XXXXXX";

static void fail(const char *what)
{
	fprintf(stderr, "suggest: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void clean(void)
{
	static const char *const names[] = {"few.db", "few.db-wal", "few.db-shm", "many.db", "many.db-wal", "many.db-shm", "log"};

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
	snprintf(command, sizeof(command), "sh tests/bench/make_denials.sh %s %s", path, rows);
	if (system(command) != 0)
		fail(command);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

struct cost {
	double cpu;           /* of the process, seconds */
	unsigned long filters;
	double compile, all;  /* as it says itself, milliseconds */
};

/* The line that --verbose adds. */
static void read_log(const char *path, struct cost *ret)
{
	FILE *f = fopen(path, "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		const char *at = strstr(line, "suggest: ");

		if (at)
			sscanf(at, "suggest: %lu filters compiled in %lf ms, all of it in %lf ms", &ret->filters, &ret->compile, &ret->all);
	}
	if (f)
		fclose(f);
}

static struct cost cost_of(const char *program, const char *profile, const char *db)
{
	const char *const argv[] = {program, "--verbose", "suggest", "--db", db, "--container", "web", "--profile", profile, "--format",
		"json", "--kernel", "4.4", NULL};
	struct cost cost = {0};
	struct rusage usage;
	char log[128];
	int status;
	pid_t pid;

	snprintf(log, sizeof(log), "%s/log", directory);
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		dup2(open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
		execv(program, (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		fail(program);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		errno = ECHILD;
		fail("suggest");
	}
	cost.cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
	read_log(log, &cost);
	return cost;
}

static void least(struct cost *best, struct cost cost)
{
	if (best->filters == 0 || cost.cpu < best->cpu)
		best->cpu = cost.cpu;
	if (best->filters == 0 || cost.all / cost.compile < best->all / best->compile) {
		best->filters = cost.filters;
		best->compile = cost.compile;
		best->all = cost.all;
	}
}

int main(int argc, char **argv)
{
	const char *profile = argc > 2 ? argv[2] : PROFILE;
	int rounds = argc > 3 ? atoi(argv[3]) : ROUNDS;
	struct cost few = {0}, many = {0};
	char small[128], big[128];

	if (argc < 2)
		return 2;
	if (!mkdtemp(directory))
		fail(directory);
	atexit(clean);
	make("few.db", "1000", small);
	make("many.db", "1000000", big);
	for (int i = 0; i < rounds; i++) {
		least(&few, cost_of(argv[1], profile, small));
		least(&many, cost_of(argv[1], profile, big));
	}
	printf("suggest: eight kinds of denials under %s\n", profile);
	printf("  CPU ms with 1,000 stored and with 1,000,000                  %8.1f %8.1f   ratio %5.2f  (at most 1.5: %s)\n",
		few.cpu * 1e3, many.cpu * 1e3, many.cpu / few.cpu, many.cpu <= 1.5 * few.cpu ? "yes" : "NO");
	printf("  ms to compile the %2lu filters that it proves, and for all of it %6.1f %8.1f   ratio %5.2f  (at most 3: %s)\n", many.filters,
		many.compile, many.all, many.all / many.compile, many.all <= 3 * many.compile ? "yes" : "NO");
	return 0;
}
