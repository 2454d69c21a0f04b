/* SPDX-License-Identifier: MIT */
/* storm: one process commits COUNT logged violations while something reads them: in turn a bare reader that only
 * receives, and `seccompwatch collect`. Prints the ratio of the whole runs, and what collect cost and lost.
 *
 *   storm SECCOMPWATCH VIOLATE [COUNT [ROUNDS]] */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUEUE      (64 << 20)
#define MAX_ROUNDS 32
#define IDLE_SECONDS 120

struct run {
	double wall, cpu; /* seconds; cpu: the reader's own */
	long resident;    /* KiB, the reader's peak */
	json_int_t stored, gaps;
};

struct bench {
	const char *program, *violate;
	long count;
	char dir[64], db[96];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int audit_socket(void)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int fd = audit_open(), group = AUDIT_NLGRP_READLOG, size = QUEUE;

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		fail("audit socket");
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		fail("audit multicast group");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		fail("SO_RCVBUFFORCE");
	return fd;
}

/* The least a reader can do. */
static void read_bare(long count)
{
	int fd = audit_socket();
	struct nlmsghdr header;
	char buffer[9216];

	if (raise(SIGSTOP) != 0)
		fail("stop");
	while (count > 0) {
		ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
		if (n < 0)
			fail("bare reader");
		memcpy(&header, buffer, sizeof(header));
		count -= header.nlmsg_type == 1326;
	}
	_exit(0);
}

static void storm(const struct bench *b)
{
	char count[32];
	int status;
	pid_t pid;

	snprintf(count, sizeof(count), "%ld", b->count);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		dup2(null, 1);
		execl(b->violate, b->violate, "--repeat", count, "log", (char *)NULL);
		fail(b->violate);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		fail("violate");
}

static struct run reap(pid_t reader, double wall)
{
	struct rusage usage;
	int status;

	if (wait4(reader, &status, 0, &usage) < 0 || status != 0)
		fail("reader");
	return (struct run){
		.wall = wall,
		.cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		.resident = usage.ru_maxrss,
	};
}

static struct run run_bare(const struct bench *b)
{
	pid_t reader = fork();
	siginfo_t info;
	double start;

	if (reader == 0)
		read_bare(b->count);
	waitpid(reader, NULL, WUNTRACED);
	kill(reader, SIGCONT);
	start = now();
	storm(b);
	waitid(P_PID, (id_t)reader, &info, WEXITED | WNOWAIT);
	return reap(reader, now() - start);
}

/* Bytes in the queue of the audit socket of `pid` (its netlink port), -1 when it has none. */
static long queued(pid_t pid)
{
	FILE *f = fopen("/proc/net/netlink", "re");
	char line[256];
	long found = -1;

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long port, bytes;
		int protocol;
		if (sscanf(line, "%*x %d %lu %*x %lu", &protocol, &port, &bytes) == 3 && protocol == NETLINK_AUDIT &&
			port == (unsigned long)pid)
			found = (long)bytes;
	}
	if (f)
		fclose(f);
	return found;
}

static pid_t start_collect(const struct bench *b)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(b->program, b->program, "collect", "--quiet", "--db", b->db, (char *)NULL);
		fail(b->program);
	}
	for (int i = 0; i < 500 && queued(pid) < 0; i++)
		usleep(10000);
	usleep(300000);
	return pid;
}

static json_t *ask(const struct bench *b, const char *arguments)
{
	char command[512];
	json_t *answer;
	FILE *f;

	snprintf(command, sizeof(command), "'%s' --db '%s' %s", b->program, b->db, arguments);
	f = popen(command, "re");
	answer = f ? json_loadf(f, 0, NULL) : NULL;
	if (!f || pclose(f) != 0 || !answer)
		fail(command);
	return answer;
}

/* What the database says of the run. */
static void count(const struct bench *b, struct run *run)
{
	json_t *status = ask(b, "status --format json"), *summary = ask(b, "summary --by comm --comm v-log --format json");
	json_t *rows = json_object_get(summary, "summary"), *loss = json_object_get(status, "loss");

	run->stored = json_integer_value(json_object_get(json_array_get(rows, 0), "count"));
	run->gaps = json_integer_value(json_object_get(loss, "gaps"));
	json_decref(status);
	json_decref(summary);
}

static struct run run_collect(struct bench *b, int round)
{
	double start, wall;
	struct run run;
	pid_t pid;

	snprintf(b->db, sizeof(b->db), "%s/%d.db", b->dir, round);
	pid = start_collect(b);
	start = now();
	storm(b);
	while (queued(pid) > 0)
		usleep(500);
	wall = now() - start;
	usleep(1000000); /* the last batch is due within 0.1 s */
	kill(pid, SIGTERM);
	run = reap(pid, wall);
	count(b, &run);
	return run;
}

static int by_wall(const void *a, const void *b)
{
	double d = ((const struct run *)a)->wall - ((const struct run *)b)->wall;

	return d < 0 ? -1 : d > 0;
}

static struct run median(struct run *runs, int n)
{
	qsort(runs, (size_t)n, sizeof(*runs), by_wall);
	return runs[n / 2];
}

static void compare(struct bench *b, int rounds)
{
	struct run bare[MAX_ROUNDS], collect[MAX_ROUNDS], m, n;

	for (int i = 0; i < rounds; i++) {
		bare[i] = run_bare(b);
		collect[i] = run_collect(b, i);
		printf("  round %d: bare %.2f s (%.2f s CPU), collect %.2f s (%.2f s CPU, %ld KiB), stored %" JSON_INTEGER_FORMAT
		       ", gaps %" JSON_INTEGER_FORMAT "\n", i + 1, bare[i].wall, bare[i].cpu, collect[i].wall, collect[i].cpu,
			collect[i].resident, collect[i].stored, collect[i].gaps);
	}
	m = median(bare, rounds);
	n = median(collect, rounds);
	printf("  ratio: %.2f x the bare reader (at most 1.3), %.0f records/s, resident %.1f MiB (at most 24)\n",
		n.wall / m.wall, (double)b->count / n.wall, (double)n.resident / 1024);
}

/* Of all its threads: how often it went to sleep of its own will. */
static long sleeps(pid_t pid)
{
	char command[128];
	long n = -1;
	FILE *f;

	snprintf(command, sizeof(command),
		"cat /proc/%d/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'", (int)pid);
	f = popen(command, "re");
	if (!f || fscanf(f, "%ld", &n) != 1)
		fail("context switches");
	pclose(f);
	return n;
}

static void last_record(const struct bench *b, char *ret, size_t size)
{
	json_t *status = ask(b, "status --format json"), *collector = json_object_get(status, "collector");
	const char *last = json_string_value(json_object_get(collector, "last_record"));

	snprintf(ret, size, "%s", last ? last : "none");
	json_decref(status);
}

static void idle(struct bench *b)
{
	char before[64], after[64];
	pid_t pid;
	long n;

	snprintf(b->db, sizeof(b->db), "%s/idle.db", b->dir);
	pid = start_collect(b);
	sleep(15); /* beyond the timers that its start set */
	last_record(b, before, sizeof(before));
	n = sleeps(pid);
	sleep(IDLE_SECONDS);
	n = sleeps(pid) - n;
	last_record(b, after, sizeof(after));
	printf("idle: %ld wake-ups in %d s (at most one a minute)%s\n", n, IDLE_SECONDS,
		strcmp(before, after) == 0 ? "" : "; but records came meanwhile");
	kill(pid, SIGTERM);
	(void)reap(pid, 0);
}

int main(int argc, char **argv)
{
	struct bench b = {.dir = "/tmp/storm-XXXXXX"};
	int rounds = argc > 4 ? atoi(argv[4]) : 3;
	char command[128];

	if (argc < 3 || rounds < 1 || rounds > MAX_ROUNDS) {
		fprintf(stderr, "usage: storm SECCOMPWATCH VIOLATE [COUNT [ROUNDS]]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	b.program = argv[1];
	b.violate = argv[2];
	b.count = argc > 3 ? atol(argv[3]) : 1000000;
	if (!mkdtemp(b.dir))
		fail(b.dir);
	snprintf(b.db, sizeof(b.db), "%s/events.db", b.dir);
	printf("storm: %ld violations of one process, %d rounds\n", b.count, rounds);
	compare(&b, rounds);
	idle(&b);
	snprintf(command, sizeof(command), "rm -rf '%s'", b.dir);
	return system(command) != 0;
}
