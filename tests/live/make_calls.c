/* SPDX-License-Identifier: MIT */
/* make_calls: makes the system calls it is told ("NR:A0:A1:…", decimal or 0x) and prints "NR RESULT" for each. Words in
 * between: "strict": from here on in seccomp's strict mode; "as NAME": under that name; "each N CALL": N children one
 * after the other make it; "thread CALL": a thread makes it with a lock held that is then
 * waited for; "eat": more memory than there is; "wait":
 * for a signal; "fail". Linked statically, so that a container needs nothing else. */
#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void make_call(char *at)
{
	unsigned long long values[7] = {0};
	long result;

	for (int j = 0; j < 7 && *at; j++) {
		values[j] = strtoull(at, &at, 0);
		at += *at == ':';
	}
	errno = 0;
	result = syscall((long)values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
	printf("%llu %ld\n", values[0], result == -1 && errno ? (long)-errno : result);
	fflush(stdout);
}

static void make_call_each(int n, char *at)
{
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			make_call(at);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *make_call_in_thread(void *data)
{
	pthread_mutex_lock(&lock);
	make_call(data);
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* A thread that is killed with a lock in its hands never gives it back. */
static void wait_for_thread(char *at)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, make_call_in_thread, at) == 0)
		pthread_join(thread, NULL);
	pthread_mutex_lock(&lock);
}

static void eat(void)
{
	for (;;) {
		char *more = malloc(1 << 20);

		if (more)
			memset(more, 1, 1 << 20);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		char none[] = "", *next = i + 1 < argc ? argv[i + 1] : none;

		if (strcmp(argv[i], "strict") == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
			return 1;
		else if (strcmp(argv[i], "as") == 0 && ++i)
			prctl(PR_SET_NAME, next);
		else if (strcmp(argv[i], "each") == 0 && i + 2 < argc)
			make_call_each(atoi(next), argv[i += 2]);
		else if (strcmp(argv[i], "thread") == 0 && ++i)
			wait_for_thread(next);
		else if (strcmp(argv[i], "eat") == 0)
			eat();
		else if (strcmp(argv[i], "wait") == 0)
			pause();
		else if (strcmp(argv[i], "fail") == 0)
			return 1;
		else if (strcmp(argv[i], "strict") != 0)
			make_call(argv[i]);
	}
	return 0;
}
