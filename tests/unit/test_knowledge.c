/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>

#include "resolve/syscalls.h"
#include "seccompwatch/knowledge.h"

#define LOW     KNOWLEDGE_RISK_LOW
#define MEDIUM  KNOWLEDGE_RISK_MEDIUM
#define HIGH    KNOWLEDGE_RISK_HIGH
#define V(a, b) ((a) << 16 | (b))

/* What the table must say, decided apart from it: by moby's default profile and what is known of kernel exploits. */
static const struct {
	const char *name, *group, *capability;
	enum knowledge_risk risk;
	const char *fallback;
	uint32_t since;
} calls[] = {
	{"read", "io", NULL, LOW, NULL, V(1, 0)},
	{"openat", "file", NULL, LOW, NULL, V(2, 6)},
	{"execve", "process", NULL, LOW, NULL, V(1, 0)},
	{"mmap", "memory", NULL, LOW, NULL, V(1, 0)},
	{"futex", "memory", NULL, LOW, NULL, V(2, 6)},
	{"exit_group", "process", NULL, LOW, NULL, V(2, 6)},
	{"rt_sigreturn", "signal", NULL, LOW, NULL, V(2, 2)},
	{"getpid", "process", NULL, LOW, NULL, V(1, 0)},
	{"mkdir", "file", NULL, LOW, NULL, V(1, 0)},
	{"clock_nanosleep", "time", NULL, LOW, NULL, V(2, 6)},
	{"epoll_wait", "io", NULL, LOW, NULL, V(2, 6)},
	{"connect", "network", NULL, LOW, NULL, V(2, 0)},
	{"bind", "network", "CAP_NET_BIND_SERVICE", LOW, NULL, V(2, 0)},
	{"chown", "file", "CAP_CHOWN", LOW, NULL, V(2, 2)},
	{"setuid", "identity", "CAP_SETUID", LOW, NULL, V(1, 0)},
	{"setgroups", "identity", "CAP_SETGID", LOW, NULL, V(1, 0)},
	{"kill", "signal", "CAP_KILL", LOW, NULL, V(1, 0)},
	{"mlock", "memory", "CAP_IPC_LOCK", LOW, NULL, V(2, 0)},
	{"seccomp", "security", NULL, LOW, "prctl", V(3, 17)},
	{"mseal", "memory", NULL, LOW, NULL, V(6, 10)},
	{"afs_syscall", "obsolete", NULL, LOW, NULL, 0},
	{"shmget", "ipc", "CAP_IPC_LOCK", LOW, NULL, V(2, 0)},
	/* needed by all and dangerous by argument */
	{"socket", "network", "CAP_NET_RAW", MEDIUM, NULL, V(2, 0)},
	{"clone", "process", "CAP_SYS_ADMIN", MEDIUM, NULL, V(1, 0)},
	{"ioctl", "io", "CAP_SYS_ADMIN", MEDIUM, NULL, V(1, 0)},
	{"chroot", "mount", "CAP_SYS_CHROOT", MEDIUM, NULL, V(1, 0)},
	{"mbind", "memory", "CAP_SYS_NICE", MEDIUM, NULL, V(2, 6)},
	{"process_madvise", "memory", "CAP_SYS_PTRACE", MEDIUM, NULL, V(5, 10)},
	/* never to be recommended */
	{"bpf", "tracing", "CAP_BPF", HIGH, NULL, V(3, 18)},
	{"ptrace", "tracing", "CAP_SYS_PTRACE", HIGH, NULL, V(1, 0)},
	{"process_vm_readv", "tracing", "CAP_SYS_PTRACE", HIGH, NULL, V(3, 2)},
	{"process_vm_writev", "tracing", "CAP_SYS_PTRACE", HIGH, NULL, V(3, 2)},
	{"kcmp", "tracing", "CAP_SYS_PTRACE", HIGH, NULL, V(3, 5)},
	{"pidfd_getfd", "tracing", "CAP_SYS_PTRACE", HIGH, NULL, V(5, 6)},
	{"perf_event_open", "tracing", "CAP_PERFMON", HIGH, NULL, V(2, 6)},
	{"lookup_dcookie", "tracing", "CAP_SYS_ADMIN", HIGH, NULL, V(2, 6)},
	{"userfaultfd", "memory", "CAP_SYS_PTRACE", HIGH, NULL, V(4, 3)},
	{"mount", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(1, 0)},
	{"umount2", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(2, 2)},
	{"pivot_root", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(2, 4)},
	{"fsopen", "mount", "CAP_SYS_ADMIN", HIGH, "mount", V(5, 2)},
	{"fsconfig", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(5, 2)},
	{"fsmount", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(5, 2)},
	{"move_mount", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(5, 2)},
	{"mount_setattr", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(5, 12)},
	{"open_tree_attr", "mount", "CAP_SYS_ADMIN", HIGH, NULL, V(6, 15)},
	{"unshare", "namespace", "CAP_SYS_ADMIN", HIGH, NULL, V(2, 6)},
	{"setns", "namespace", "CAP_SYS_ADMIN", HIGH, NULL, V(3, 0)},
	{"clone3", "process", "CAP_SYS_ADMIN", HIGH, "clone", V(5, 3)},
	{"init_module", "modules", "CAP_SYS_MODULE", HIGH, NULL, V(1, 0)},
	{"finit_module", "modules", "CAP_SYS_MODULE", HIGH, NULL, V(3, 8)},
	{"delete_module", "modules", "CAP_SYS_MODULE", HIGH, NULL, V(1, 0)},
	{"kexec_load", "system", "CAP_SYS_BOOT", HIGH, NULL, V(2, 6)},
	{"reboot", "system", "CAP_SYS_BOOT", HIGH, NULL, V(1, 0)},
	{"swapon", "system", "CAP_SYS_ADMIN", HIGH, NULL, V(1, 0)},
	{"syslog", "system", "CAP_SYSLOG", HIGH, NULL, V(1, 0)},
	{"iopl", "system", "CAP_SYS_RAWIO", HIGH, NULL, V(1, 0)},
	{"ioperm", "system", "CAP_SYS_RAWIO", HIGH, NULL, V(1, 0)},
	{"acct", "system", "CAP_SYS_PACCT", HIGH, NULL, V(1, 0)},
	{"settimeofday", "time", "CAP_SYS_TIME", HIGH, NULL, V(1, 0)},
	{"clock_settime", "time", "CAP_SYS_TIME", HIGH, NULL, V(2, 6)},
	{"keyctl", "keys", NULL, HIGH, NULL, V(2, 6)},
	{"add_key", "keys", NULL, HIGH, NULL, V(2, 6)},
	{"request_key", "keys", NULL, HIGH, NULL, V(2, 6)},
	{"io_uring_setup", "io", NULL, HIGH, NULL, V(5, 1)},
	{"io_uring_enter", "io", NULL, HIGH, NULL, V(5, 1)},
	{"io_uring_register", "io", NULL, HIGH, NULL, V(5, 1)},
	{"open_by_handle_at", "file", "CAP_DAC_READ_SEARCH", HIGH, NULL, V(2, 6)},
	{"quotactl", "file", "CAP_SYS_ADMIN", HIGH, NULL, V(1, 0)},
	{"nfsservctl", "obsolete", "CAP_SYS_ADMIN", HIGH, NULL, V(2, 2)},
	{"personality", "process", NULL, HIGH, NULL, V(1, 2)},
	{"modify_ldt", "memory", NULL, HIGH, NULL, V(1, 0)},
	/* what libc does on ENOSYS */
	{"faccessat2", "file", NULL, LOW, "faccessat", V(5, 8)},
	{"fchmodat2", "file", "CAP_FOWNER", LOW, "fchmodat", V(6, 6)},
	{"statx", "file", NULL, LOW, "newfstatat", V(4, 11)},
	{"openat2", "file", NULL, LOW, "openat", V(5, 6)},
	{"close_range", "file", NULL, LOW, "close", V(5, 9)},
	{"renameat2", "file", NULL, LOW, "renameat", V(3, 15)},
	{"preadv2", "io", NULL, LOW, "preadv", V(4, 6)},
	{"epoll_pwait2", "io", NULL, LOW, "epoll_pwait", V(5, 11)},
	{"execveat", "process", NULL, LOW, "execve", V(3, 19)},
};

static void check_text(const char *call, const char *got, const char *want)
{
	if (!got != !want || (got && strcmp(got, want) != 0))
		fail_msg("%s: %s, not %s", call, got ? got : "nothing", want ? want : "nothing");
}

static void knows_calls(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct knowledge *k = knowledge_of(span_from(calls[i].name));

		if (!k)
			fail_msg("%s: unknown", calls[i].name);
		assert_string_equal(k->name, calls[i].name);
		check_text(k->name, k->group, calls[i].group);
		check_text(k->name, k->capability, calls[i].capability);
		check_text(k->name, k->fallback, calls[i].fallback);
		check_text(k->name, knowledge_risk_name(k->risk), knowledge_risk_name(calls[i].risk));
		if (k->since != calls[i].since)
			fail_msg("%s: since %u.%u", k->name, k->since >> 16, k->since & 0xffff);
		assert_non_null(k->why);
	}
}

static void knows_what_it_does_not(void **state)
{
	static const struct span strange[] = {
		{NULL, 0},     SPAN(""),      SPAN("opena"),     SPAN("openat\0"), SPAN("openatx"),
		SPAN("OPENAT"), SPAN("name"), SPAN("\xff\xff"), SPAN("# Names"),   SPAN("zzz"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
		assert_null(knowledge_of(strange[i]));
		assert_null(knowledge_systemd_group(strange[i], 0));
	}
	assert_int_equal(knowledge_of(SPAN("riscv_hwprobe"))->risk, KNOWLEDGE_RISK_UNKNOWN);
	assert_null(knowledge_of(SPAN("riscv_hwprobe"))->why);
	assert_string_equal(knowledge_risk_name((enum knowledge_risk)99), "unknown");
	assert_string_equal(knowledge_risk_name((enum knowledge_risk)-1), "unknown");
}

/* A name that is part of a longer text, as events have it. */
static void takes_spans(void **state)
{
	struct span in_text = {"mountain", 5};

	assert_string_equal(knowledge_of(in_text)->name, "mount");
	assert_string_equal(knowledge_systemd_group(in_text, 0), "@mount");
}

static void knows_every_row(void **state)
{
	size_t n;
	const struct syscalls_row *rows = syscalls_rows(&n);

	assert_true(n > 500);
	for (size_t i = 0; i < n; i++) {
		const struct knowledge *k = knowledge_of(span_from(rows[i].name));

		assert_ptr_equal(k, &rows[i].about);
		assert_ptr_equal(k, knowledge_row(i));
		if (rows[i].number[SYSCALLS_ABI_X86_64] < 0 && rows[i].number[SYSCALLS_ABI_AARCH64] < 0)
			continue;
		if (!k->group || !k->why || k->risk == KNOWLEDGE_RISK_UNKNOWN)
			fail_msg("%s: nothing is known of it", k->name);
		if (k->fallback && !knowledge_of(span_from(k->fallback)))
			fail_msg("%s falls back to %s, which is no call", k->name, k->fallback);
	}
	assert_null(knowledge_row(n));
}

static void knows_systemd_groups(void **state)
{
	static const struct {
		const char *name;
		const char *groups[4];
	} cases[] = {
		{"mount", {"@mount"}},
		{"swapon", {"@swap", "@privileged"}},
		{"bpf", {"@privileged"}},
		{"init_module", {"@module", "@privileged"}},
		{"chown", {"@chown", "@privileged", "@system-service"}},
		{"keyctl", {"@keyring", "@system-service"}},
		{"ptrace", {"@debug"}},
		{"kexec_load", {"@reboot", "@privileged"}},
		{"clone", {"@process", "@system-service"}},
		{"clock_settime", {"@clock", "@privileged"}},
		{"userfaultfd", {"@system-service"}},
		{"mseal", {NULL}}, /* newer than that systemd */
		{"mountain", {NULL}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t j = 0;

		for (; j < ARRAY_SIZE(cases[i].groups) && cases[i].groups[j]; j++)
			check_text(cases[i].name, knowledge_systemd_group(span_from(cases[i].name), j), cases[i].groups[j]);
		check_text(cases[i].name, knowledge_systemd_group(span_from(cases[i].name), j), NULL);
		assert_null(knowledge_systemd_group(span_from(cases[i].name), SIZE_MAX));
	}
}

static void *ask(void *data)
{
	const char *group = knowledge_systemd_group(SPAN("ptrace"), 0);
	const struct knowledge *k = knowledge_of(SPAN("ptrace"));

	return group && strcmp(group, "@debug") == 0 && k && k->risk == KNOWLEDGE_RISK_HIGH ? data : NULL;
}

/* First of the tests, so that the threads race to load the tables. */
static void answers_threads(void **state)
{
	pthread_t threads[8];
	void *answer;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, threads), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &answer), 0);
		assert_ptr_equal(answer, threads);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_threads),
		cmocka_unit_test(knows_calls),
		cmocka_unit_test(knows_what_it_does_not),
		cmocka_unit_test(takes_spans),
		cmocka_unit_test(knows_every_row),
		cmocka_unit_test(knows_systemd_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
