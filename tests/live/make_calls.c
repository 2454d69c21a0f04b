/* SPDX-License-Identifier: MIT */
/* make_calls: makes the system calls it is told ("NR:A0:A1:…", decimal or 0x) and prints "NR RESULT" for each; from
 * the word "strict" on, in seccomp's strict mode. Linked statically, so that a container needs nothing else. */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
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

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "strict") != 0)
			make_call(argv[i]);
		else if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
			return 1;
	}
	return 0;
}
