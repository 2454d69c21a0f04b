/* SPDX-License-Identifier: MIT */
/* import: LINES distinct SECCOMP records (nothing to coalesce) in one audit.log, read in turn by
 * `ausearch -m SECCOMP --raw` and by `seccompwatch import` into a new database. Prints the ratio of the CPU times of
 * the whole processes, and what an event takes in the closed database.
 *
 *   import SECCOMPWATCH [LINES [ROUNDS]] */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ROUNDS 32

struct cost {
	double cpu; /* seconds */
	long resident; /* KiB */
};

static char directory[] = "/var/tmp/seccompwatch-bench-XXXXXX";

static void clean(void)
{
	static const char *const names[] = {"audit.log", "events.db", "events.db-wal", "events.db-shm"};

	if (chdir(directory) < 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	rmdir(directory);
}

static void fail(const char *what)
{
	fprintf(stderr, "import: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A thousand a second from many processes: 20 programs, 10 calls, each line a pid and an address of its own. */
static void generate(const char *path, long lines)
{
	static const int calls[] = {41, 56, 101, 155, 161, 165, 272, 321, 425, 435};
	FILE *f = fopen(path, "w");

	if (!f)
		fail(path);
	for (long i = 0; i < lines; i++) {
		int program = (int)(i * 2654435761u >> 8) % 20;

		fprintf(f, "type=SECCOMP msg=audit(%ld.%03ld:%ld): auid=4294967295 uid=%d gid=%d ses=4294967295"
			   " subj=docker-default pid=%ld comm=\"worker-%d\" exe=\"/usr/local/bin/worker-%d\" sig=0 arch=c000003e"
			   " syscall=%d compat=0 ip=0x7f%08lx code=0x50000\n",
			1700000000 + i / 1000, i % 1000, 1000 + i, 1000 + program % 5, 1000 + program % 5, 2000 + i % 30000,
			program, program, calls[i * 40503u / 65536 % 10], i * 16);
	}
	if (fclose(f) != 0)
		fail(path);
}

static struct cost run(const char *const argv[])
{
	struct rusage usage;
	struct cost cost;
	int status, null;
	pid_t pid = fork();

	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		fail(argv[0]);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "import: %s failed (status 0x%x)\n", argv[0], (unsigned)status);
		exit(1);
	}
	cost.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
	cost.resident = usage.ru_maxrss;
	return cost;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), compare);
	return values[n / 2];
}

static void remove_database(void)
{
	unlink("events.db");
	unlink("events.db-wal");
	unlink("events.db-shm");
}

int main(int argc, char **argv)
{
	char *program = argc > 1 ? realpath(argv[1], NULL) : NULL;
	long lines = argc > 2 ? atol(argv[2]) : 1000000;
	int rounds = argc > 3 ? atoi(argv[3]) : 3;
	double theirs[MAX_ROUNDS], ours[MAX_ROUNDS], a, b;
	struct cost cost = {0};
	struct stat st;

	if (!program || lines < 1 || rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: import SECCOMPWATCH [LINES [ROUNDS]]\n");
		return 2;
	}
	if (!mkdtemp(directory) || chdir(directory) < 0)
		fail(directory);
	atexit(clean);
	generate("audit.log", lines);
	for (int i = 0; i < rounds; i++) {
		theirs[i] = run((const char *const[]){"ausearch", "-m", "SECCOMP", "--raw", "-if", "audit.log", NULL}).cpu;
		remove_database();
		cost = run((const char *const[]){program, "--db", "events.db", "import", "audit.log", NULL});
		ours[i] = cost.cpu;
	}
	if (stat("events.db", &st) < 0)
		fail("events.db");
	a = median(theirs, rounds);
	b = median(ours, rounds);
	printf("import: %ld distinct lines, %d rounds: ausearch --raw %.2f s CPU, import %.2f s CPU: ratio %.2f (at most 0.7)\n",
		lines, rounds, a, b, b / a);
	printf("import: %.1f bytes an event in the closed database (at most 60); %ld MiB resident\n",
		(double)st.st_size / (double)lines, cost.resident / 1024);
	return 0;
}
