/* SPDX-License-Identifier: MIT */
/* ptrace(2): PTRACE_SEIZE and PTRACE_INTERRUPT stop a process without a signal that anybody could see. */
#include "profile_live.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "seccompwatch/clock.h"

#define TIME_MAX_MS 10000

/* What the child says of each filter, followed by its instructions. */
struct filter_head {
	uint32_t length;
	int32_t log;
};

/* What it says last, with length 0: what went wrong. */
enum stage {
	STAGE_DONE,
	STAGE_SEIZE,
	STAGE_STOP,
	STAGE_FILTER,
	STAGE_TOO_MANY,
};

void profile_live_free(struct profile_live *l)
{
	for (size_t i = 0; i < l->n; i++)
		bpf_free(l->programs[i]);
	*l = PROFILE_LIVE_EMPTY;
}

/* ---- the child ---- */

struct catch {
	struct sock_filter insns[BPF_MAXINSNS];
	struct filter_head head;
};

static int metadata_of(pid_t pid, size_t index)
{
	struct __ptrace_seccomp_metadata data = {.filter_off = index};

	if (ptrace(PTRACE_SECCOMP_GET_METADATA, pid, (void *)sizeof(data), &data) < 0)
		return -1;
	return (data.flags & SECCOMP_FILTER_FLAG_LOG) != 0;
}

/* -ENOENT: there is no filter of that index. */
static int catch_filter(pid_t pid, size_t index, struct catch *ret)
{
	long n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)index, NULL);

	if (n < 0)
		return -errno;
	if (n == 0 || n > BPF_MAXINSNS || ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)index, ret->insns) != n)
		return -EPROTO;
	ret->head = (struct filter_head){(uint32_t)n, metadata_of(pid, index)};
	return 0;
}

static int catch_all(pid_t pid, struct catch *ret, size_t *ret_n)
{
	for (*ret_n = 0; *ret_n < PROFILE_LIVE_MAX; ++*ret_n) {
		int r = catch_filter(pid, *ret_n, &ret[*ret_n]);
		/* Without any filter the kernel says EINVAL. */
		if (r == -ENOENT || (r == -EINVAL && *ret_n == 0))
			return 0;
		if (r < 0)
			return r;
	}
	return -E2BIG;
}

/* A signal that was on its way when the process stopped is given to it. */
static int stop(pid_t pid, int *ret_signal)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0 || waitpid(pid, &status, __WALL) < 0)
		return -errno;
	if (!WIFSTOPPED(status))
		return -ESRCH;
	*ret_signal = status >> 16 == 0 && WSTOPSIG(status) != SIGTRAP ? WSTOPSIG(status) : 0;
	return 0;
}

static void say(int fd, const void *data, size_t len)
{
	if (write(fd, data, len) != (ssize_t)len)
		_exit(1);
}

__attribute__((noreturn)) static void end(int fd, enum stage stage, int error)
{
	const int32_t last[] = {(int32_t)stage, error};

	say(fd, &(struct filter_head){0}, sizeof(struct filter_head));
	say(fd, last, sizeof(last));
	_exit(0);
}

__attribute__((noreturn)) static void be_child(int fd, pid_t pid)
{
	struct catch *caught = calloc(PROFILE_LIVE_MAX, sizeof(*caught));
	int signal = 0, r;
	size_t n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!caught)
		end(fd, STAGE_FILTER, ENOMEM);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		end(fd, STAGE_SEIZE, errno);
	r = stop(pid, &signal);
	if (r < 0)
		end(fd, STAGE_STOP, -r);
	r = catch_all(pid, caught, &n);
	ptrace(PTRACE_DETACH, pid, 0, (void *)(long)signal);
	for (size_t i = 0; r == 0 && i < n; i++) {
		say(fd, &caught[i].head, sizeof(caught[i].head));
		say(fd, caught[i].insns, caught[i].head.length * sizeof(caught[i].insns[0]));
	}
	end(fd, r == 0 ? STAGE_DONE : r == -E2BIG ? STAGE_TOO_MANY : STAGE_FILTER, r == 0 ? 0 : -r);
}

/* ---- what it says ---- */

static int hear(int fd, int64_t until, void *ret, size_t len)
{
	char *to = ret;

	while (len > 0) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = until - clock_monotonic();
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return -ETIMEDOUT;
		n = read(fd, to, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		to += n;
		len -= (size_t)n;
	}
	return 0;
}

static int explain(int32_t stage, int error, int32_t pid, struct text *why)
{
	static const struct {
		int32_t stage;
		int error;
		const char *words;
	} reasons[] = {
		{STAGE_SEIZE, ESRCH, "there is no such process"},
		{STAGE_SEIZE, EPERM, "it may not be stopped: that is for root (CAP_SYS_PTRACE), and another tracer may hold it"},
		{STAGE_STOP, ESRCH, "it ended meanwhile"},
		{STAGE_FILTER, EACCES, "its filters may not be read: that is for root (CAP_SYS_ADMIN), and never for a process that is "
			"itself confined by seccomp"},
		{STAGE_FILTER, EMEDIUMTYPE, "one of its filters did not come from a program of user space"},
		{STAGE_FILTER, EINVAL, "this kernel gives no filters out (CONFIG_CHECKPOINT_RESTORE)"},
		{STAGE_FILTER, EIO, "this kernel gives no filters out"},
		{STAGE_TOO_MANY, E2BIG, "it has more than 64 filters"},
	};

	if (stage == STAGE_DONE)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if (reasons[i].stage != stage || reasons[i].error != error)
			continue;
		text_printf(why, "process %d: %s", pid, reasons[i].words);
		return -error;
	}
	text_printf(why, "process %d: %s", pid, strerror(error));
	return error > 0 ? -error : -EIO;
}

static int add_filter(struct profile_live *l, const struct filter_head *head, int fd, int64_t until)
{
	CLEANUP_FREE struct sock_filter *insns = NULL;
	int r;

	if (head->length > BPF_MAXINSNS || l->n == PROFILE_LIVE_MAX)
		return -EPROTO;
	insns = calloc(head->length, sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	r = hear(fd, until, insns, head->length * sizeof(*insns));
	if (r == 0)
		r = bpf_load(&l->programs[l->n], insns, head->length, NULL, NULL);
	if (r == 0)
		l->log[l->n++] = head->log;
	return r;
}

static int hear_all(int fd, int32_t pid, struct profile_live *l, struct text *why)
{
	int64_t until = clock_monotonic() + TIME_MAX_MS;
	struct filter_head head;
	int32_t last[2] = {0};
	int r = hear(fd, until, &head, sizeof(head));

	while (r == 0 && head.length > 0) {
		r = add_filter(l, &head, fd, until);
		if (r == 0)
			r = hear(fd, until, &head, sizeof(head));
	}
	if (r == 0)
		r = hear(fd, until, last, sizeof(last));
	if (r == 0)
		return explain(last[0], last[1], pid, why);
	text_printf(why, r == -ETIMEDOUT ? "process %d did not stop within %d s" : "process %d: reading its filters failed", pid,
		TIME_MAX_MS / 1000);
	return r;
}

/* The number behind "Seccomp:" in /proc/PID/status; -1: not known. */
static int mode_of(int32_t pid)
{
	char path[64], line[256];
	int mode = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && mode < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "Seccomp: %d", &mode);
	if (f)
		fclose(f);
	return mode;
}

int profile_live_read(int32_t pid, struct profile_live *ret, struct text *why)
{
	CLEANUP(profile_live_free) struct profile_live l = PROFILE_LIVE_EMPTY;
	int ends[2], r, mode = mode_of(pid);
	pid_t child;

	if (mode == SECCOMP_MODE_DISABLED || mode == SECCOMP_MODE_STRICT) {
		ret->strict = mode == SECCOMP_MODE_STRICT;
		return 0;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		be_child(ends[1], pid);
	close(ends[1]);
	r = child < 0 ? -errno : hear_all(ends[0], pid, &l, why);
	close(ends[0]);
	/* Whatever it does, with its end the process goes on. */
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	if (r < 0)
		return r;
	*ret = l;
	l = PROFILE_LIVE_EMPTY;
	return 0;
}
