/* SPDX-License-Identifier: MIT */
#include "violate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void need(int ok)
{
	if (!ok)
		_exit(VIOLATE_UNEXPECTED);
}

/* Everything is allowed but one call; with the flag, so that every action leaves a record. */
static scmp_filter_ctx confine(uint32_t action, int syscall_nr)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	need(ctx != NULL);
	need(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1) == 0);
	need(seccomp_rule_add(ctx, action, syscall_nr, 0) == 0);
	need(seccomp_load(ctx) == 0);
	return ctx;
}

/* For what libseccomp has no words for: one number of the native arch gives one raw value. */
static void confine_raw(uint32_t value, uint32_t syscall_nr)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall_nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, value),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

static void refused_with(long result, int error)
{
	need(result == -1 && errno == error);
}

void violate_log(long repeat)
{
	confine(SCMP_ACT_LOG, SCMP_SYS(personality));
	for (long i = 0; i < repeat; i++)
		need(syscall(SYS_personality, 0xffffffffUL) >= 0);
	_exit(0);
}

void violate_errno(long repeat)
{
	confine(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mkdirat));
	for (long i = 0; i < repeat; i++)
		refused_with(syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/violate", 0700), EPERM);
	_exit(0);
}

static volatile sig_atomic_t trapped;

static void on_sigsys(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_syscall == SYS_keyctl)
		trapped++;
}

void violate_trap(long repeat)
{
	struct sigaction action = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

	need(sigaction(SIGSYS, &action, NULL) == 0);
	confine(SCMP_ACT_TRAP, SCMP_SYS(keyctl));
	for (long i = 0; i < repeat; i++)
		(void)syscall(SYS_keyctl, 0, 0, 0);
	need(trapped == repeat);
	_exit(0);
}

void violate_trace(long repeat)
{
	confine(SCMP_ACT_TRACE(1), SCMP_SYS(unshare));
	for (long i = 0; i < repeat; i++)
		refused_with(syscall(SYS_unshare, 0), ENOSYS);
	_exit(0);
}

static void *supervise(void *data)
{
	int fd = -1, *ready = data;
	struct seccomp_notif *question;
	struct seccomp_notif_resp *answer;

	need(seccomp_notify_alloc(&question, &answer) == 0);
	need(read(ready[0], &fd, sizeof(fd)) == sizeof(fd));
	for (;;) {
		memset(question, 0, sizeof(*question));
		if (seccomp_notify_receive(fd, question) < 0)
			continue;
		memset(answer, 0, sizeof(*answer));
		answer->id = question->id;
		answer->error = -EACCES;
		seccomp_notify_respond(fd, answer);
	}
	return NULL;
}

void violate_user_notif(long repeat)
{
	pthread_t thread; /* begun before the filter, so not under it */
	scmp_filter_ctx ctx;
	int ready[2], fd;

	need(pipe(ready) == 0);
	need(pthread_create(&thread, NULL, supervise, ready) == 0);
	ctx = confine(SCMP_ACT_NOTIFY, SCMP_SYS(mount));
	fd = seccomp_notify_fd(ctx);
	need(write(ready[1], &fd, sizeof(fd)) == sizeof(fd));
	for (long i = 0; i < repeat; i++)
		refused_with(syscall(SYS_mount, NULL, NULL, NULL, 0, NULL), EACCES);
	_exit(0);
}

static void *die_alone(void *data)
{
	(void)data;
	(void)syscall(SYS_bpf, -1, NULL, 0);
	_exit(VIOLATE_UNEXPECTED);
}

void violate_kill_thread(long repeat)
{
	pthread_t thread;

	(void)repeat;
	confine(SCMP_ACT_KILL_THREAD, SCMP_SYS(bpf));
	need(pthread_create(&thread, NULL, die_alone, NULL) == 0);
	need(pthread_join(thread, NULL) == 0);
	_exit(0);
}

void violate_kill_process(long repeat)
{
	(void)repeat;
	confine(SCMP_ACT_KILL_PROCESS, SCMP_SYS(socket));
	(void)syscall(SYS_socket, -1, 0, 0);
}

void violate_strict(long repeat)
{
	(void)repeat;
	need(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
	(void)syscall(SYS_getpid);
}

void violate_unknown(long repeat)
{
	(void)repeat;
	confine_raw(0x12340000, SYS_acct);
	(void)syscall(SYS_acct, NULL);
}

void violate_as_hostile(void)
{
	prctl(PR_SET_NAME, VIOLATE_HOSTILE_COMM);
	confine(SCMP_ACT_LOG, SCMP_SYS(personality));
	need(syscall(SYS_personality, 0xffffffffUL) >= 0);
	_exit(0);
}

static void copy_self(const char *path)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = open(path, O_WRONLY | O_CREAT | O_EXCL, 0700);
	struct stat st;

	need(from >= 0 && to >= 0 && fstat(from, &st) == 0);
	for (off_t done = 0; done < st.st_size;)
		need(sendfile(to, from, &done, (size_t)(st.st_size - done)) > 0);
	close(to);
	close(from);
}

/* The process that violates is the one whose pid is told, so the tidying up is left to a child of its own. */
void violate_hostile(long repeat)
{
	char dir[] = "/tmp/violate-XXXXXX", path[256];
	int running[2];
	char byte;

	(void)repeat;
	need(mkdtemp(dir) != NULL && pipe(running) == 0);
	snprintf(path, sizeof(path), "%s/%s", dir, VIOLATE_HOSTILE_FILE);
	copy_self(path);
	if (fork() == 0) {
		close(running[1]);
		need(read(running[0], &byte, 1) == 0); /* until it has ended: a removed path reads "… (deleted)" */
		unlink(path);
		rmdir(dir);
		_exit(0);
	}
	close(running[0]);
	execl(path, path, VIOLATE_HOSTILE_ROLE, (char *)NULL);
	_exit(VIOLATE_UNEXPECTED);
}

#ifdef __x86_64__

static void on_fault(int signal)
{
	(void)signal;
	_exit(VIOLATE_IMPOSSIBLE); /* no 32-bit entry in this kernel */
}

void violate_i386(long repeat)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	long number = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86, "mkdirat"), result;

	signal(SIGSEGV, on_fault);
	need(ctx != NULL && seccomp_arch_add(ctx, SCMP_ARCH_X86) == 0);
	need(seccomp_rule_add(ctx, SCMP_ACT_LOG, SCMP_SYS(mkdirat), 0) == 0);
	need(seccomp_load(ctx) == 0);
	for (long i = 0; i < repeat; i++) {
		__asm__ volatile("int $0x80"
				 : "=a"(result)
				 : "a"(number), "b"(-100L), "c"(0L), "d"(0L)
				 : "memory", "r8", "r9", "r10", "r11");
		need(result == -EFAULT);
	}
	_exit(0);
}

void violate_x32(long repeat)
{
	uint32_t number = 0x40000000u | SYS_getpid;

	/* Kernels without the x32 ABI answer ENOSYS, but the filter sees the number. */
	confine_raw(SECCOMP_RET_LOG, number);
	for (long i = 0; i < repeat; i++)
		(void)syscall(number);
	_exit(0);
}

#endif
