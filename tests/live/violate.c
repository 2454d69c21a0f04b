/* SPDX-License-Identifier: MIT */
/* violate: commits one harmless seccomp violation of each kind that the kernel records, each in a child of its own
 * whose name tells the kind ("v-log", "v-trap", …), and says what it did. `make demo` and the live tests run it.
 *
 *   violate [--repeat N] [KIND…]      violate --list
 *
 * A kind that does not kill is repeated within one process, so that N makes a storm. Exits 1 when something went
 * another way than the table says. */
#include "violate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct kind {
	const char *name;
	const char *syscall;
	const char *said; /* what the program under the filter noticed */
	int signal;       /* it dies of, 0: it ends by itself */
	int once;         /* a process can do it only once */
	void (*run)(long repeat);
};

static const struct kind kinds[] = {
	{"log", "personality", "ran all the same, logged (SCMP_ACT_LOG)", 0, 0, violate_log},
	{"errno", "mkdirat", "denied: Operation not permitted (SCMP_ACT_ERRNO)", 0, 0, violate_errno},
	{"trap", "keyctl", "got the signal SIGSYS and handled it (SCMP_ACT_TRAP)", 0, 0, violate_trap},
	{"trace", "unshare", "denied, since nobody traces it (SCMP_ACT_TRACE)", 0, 0, violate_trace},
	{"user_notif", "mount", "denied by a supervising thread (SCMP_ACT_NOTIFY)", 0, 0, violate_user_notif},
	{"kill_thread", "bpf", "one thread died, the other went on (SCMP_ACT_KILL_THREAD)", 0, 1, violate_kill_thread},
	{"kill_process", "socket", "died of SIGSYS (SCMP_ACT_KILL_PROCESS)", SIGSYS, 1, violate_kill_process},
	{"strict", "getpid", "died of SIGKILL (strict mode)", SIGKILL, 1, violate_strict},
	{"unknown", "acct", "died of SIGSYS (0x12340000 is no action)", SIGSYS, 1, violate_unknown},
	{"hostile", "personality", "ran, logged; its name and path look like fields", 0, 1, violate_hostile},
#ifdef __x86_64__
	{"i386", "mkdirat", "ran, logged: a 32-bit call of a 64-bit program", 0, 0, violate_i386},
	{"x32", "getpid", "logged: a call of the x32 ABI", 0, 0, violate_x32},
#endif
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind *find(const char *name)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	fprintf(stderr, "violate: unknown kind \"%s\" (see violate --list)\n", name);
	exit(2);
}

static void child(const struct kind *kind, long repeat)
{
	char comm[16];

	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	snprintf(comm, sizeof(comm), "v-%s", kind->name);
	prctl(PR_SET_NAME, comm);
	kind->run(repeat);
	_exit(VIOLATE_UNEXPECTED);
}

/* Whether it went as the table says. */
static int commit(const struct kind *kind, long repeat)
{
	const char *said = kind->said;
	int status = 0, as_told;
	pid_t pid = fork();

	if (pid == 0)
		child(kind, repeat);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("violate");
		return 0;
	}
	if (kind->signal)
		as_told = WIFSIGNALED(status) && WTERMSIG(status) == kind->signal;
	else
		as_told = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!as_told)
		said = "UNEXPECTED END";
	if (WIFEXITED(status) && WEXITSTATUS(status) == VIOLATE_IMPOSSIBLE)
		said = "this kernel cannot run it";
	printf("%-13s pid %-7d %-12s %s\n", kind->name, (int)pid, kind->syscall, said);
	fflush(stdout);
	return as_told || (WIFEXITED(status) && WEXITSTATUS(status) == VIOLATE_IMPOSSIBLE);
}

static int commit_all(const struct kind *kind, long repeat)
{
	int as_told = 1;

	if (!kind->once)
		return commit(kind, repeat);
	for (long i = 0; i < repeat; i++)
		as_told &= commit(kind, 1);
	return as_told;
}

static int list(void)
{
	for (size_t i = 0; i < N_KINDS; i++)
		printf("%s\n", kinds[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	long repeat = 1;
	int i = 1, as_told = 1;

	if (argc == 2 && strcmp(argv[1], VIOLATE_HOSTILE_ROLE) == 0)
		violate_as_hostile();
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc > 2 && strcmp(argv[1], "--repeat") == 0) {
		repeat = strtol(argv[2], NULL, 10);
		i = 3;
	}
	if (repeat < 1 || (i < argc && argv[i][0] == '-')) {
		fprintf(stderr, "usage: violate [--repeat N] [KIND...] | --list\n");
		return 2;
	}
	for (size_t k = 0; i == argc && k < N_KINDS; k++)
		as_told &= commit_all(&kinds[k], repeat);
	for (; i < argc; i++)
		as_told &= commit_all(find(argv[i]), repeat);
	return !as_told;
}
