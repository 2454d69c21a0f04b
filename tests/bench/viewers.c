/* SPDX-License-Identifier: MIT */
/* viewers: what a running server takes with VIEWERS live streams open and RATE requests a second for the overview's
 * data, for SECONDS. Prints the answers' times, the server's CPU and its peak of memory.
 *
 *   viewers PORT PID [VIEWERS RATE SECONDS] */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MEMORY_KIB (64 << 10)

static const char *const targets[] = {"/api/v1/summary?by=container&since=24h&limit=20", "/api/v1/timeline?since=24h",
	"/api/v1/summary?by=syscall&since=24h", "/api/v1/health"};

static void fail(const char *what)
{
	fprintf(stderr, "viewers: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int dial(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
		fail("connect");
	return fd;
}

static void say(int fd, const char *target)
{
	char request[256];
	int len = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);

	if (send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)
		fail("send");
}

/* A whole answer of known length: the seconds it took. */
static double ask(int fd, const char *target)
{
	static char buffer[1 << 20];
	double start = now();
	size_t len = 0, wanted = 0;

	say(fd, target);
	while (wanted == 0 || len < wanted) {
		ssize_t n = recv(fd, buffer + len, sizeof(buffer) - len - 1, 0);
		char *end, *length;

		if (n <= 0)
			fail("recv");
		len += (size_t)n;
		buffer[len] = '\0';
		end = strstr(buffer, "\r\n\r\n");
		length = strstr(buffer, "Content-Length: ");
		if (wanted == 0 && end && length)
			wanted = (size_t)(end + 4 - buffer) + strtoul(length + 16, NULL, 10);
	}
	if (strncmp(buffer, "HTTP/1.1 200", 12) != 0) {
		errno = EPROTO;
		fail(target);
	}
	return now() - start;
}

/* What has come on the streams, thrown away. */
static size_t drain(struct pollfd *polls, int n, bool *ret_closed)
{
	static char buffer[65536];
	size_t bytes = 0;

	if (poll(polls, (nfds_t)n, 0) <= 0)
		return 0;
	for (int i = 0; i < n; i++)
		if (polls[i].revents) {
			ssize_t got = recv(polls[i].fd, buffer, sizeof(buffer), MSG_DONTWAIT);

			*ret_closed = *ret_closed || got == 0;
			bytes += got > 0 ? (size_t)got : 0;
		}
	return bytes;
}

/* The number that a line begins with, after its key. */
static long read_number(const char *path, const char *key)
{
	char line[256];
	long value = -1;
	FILE *f = fopen(path, "re");

	if (!f)
		fail(path);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0) {
			value = strtol(line + strlen(key), NULL, 10);
			break;
		}
	fclose(f);
	return value;
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	int port = argc > 1 ? atoi(argv[1]) : 0, viewers = argc > 3 ? atoi(argv[3]) : 500, rate = argc > 4 ? atoi(argv[4]) : 200;
	int seconds = argc > 5 ? atoi(argv[5]) : 10, n = rate * seconds, fd;
	struct pollfd *polls = calloc((size_t)viewers, sizeof(*polls));
	double *took = calloc((size_t)n, sizeof(*took)), start;
	const struct rlimit files = {(rlim_t)viewers + 100, (rlim_t)viewers + 100};
	char status[64], schedule[64];
	bool closed = false;
	size_t bytes = 0;
	long before, memory;

	if (argc < 3 || !polls || !took)
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	snprintf(status, sizeof(status), "/proc/%s/status", argv[2]);
	snprintf(schedule, sizeof(schedule), "/proc/%s/schedstat", argv[2]);
	for (int i = 0; i < viewers; i++) {
		polls[i] = (struct pollfd){.fd = dial(port), .events = POLLIN};
		say(polls[i].fd, "/api/v1/stream");
	}
	fd = dial(port);
	before = read_number(schedule, "");
	start = now();
	for (int i = 0; i < n; i++) {
		while (now() < start + (double)i / rate) {
			bytes += drain(polls, viewers, &closed);
			usleep(1000);
		}
		took[i] = ask(fd, targets[(size_t)i % (sizeof(targets) / sizeof(*targets))]);
	}
	qsort(took, (size_t)n, sizeof(*took), by_size);
	memory = read_number(status, "VmHWM:");
	printf("  %d viewers, %d requests in %.1f s: median %.1f ms, 99 of 100 within %.1f ms; %.1f MiB streamed%s\n", viewers, n,
		now() - start, took[n / 2] * 1e3, took[n * 99 / 100] * 1e3, (double)bytes / (1 << 20),
		closed ? "; SOMEBODY WAS SENT OFF" : "");
	printf("  the server took %.0f %% of a core and %.1f MiB at most (at most 64 MiB: %s)\n",
		(double)(read_number(schedule, "") - before) / 1e7 / (now() - start), (double)memory / 1024,
		memory <= MEMORY_KIB ? "yes" : "NO");
	return 0;
}
