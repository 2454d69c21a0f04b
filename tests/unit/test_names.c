/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <pthread.h>
#include <seccomp.h>

#include "resolve/csv.h"
#include "resolve/syscalls.h"
#include "seccompwatch/names.h"

#define X32(n)      (INT64_C(0x40000000) | (n))
#define LOONGARCH64 0xc0000102u

static void check_text(const char *got, const char *want)
{
	if (want)
		assert_non_null(got);
	else
		assert_null(got);
	if (want)
		assert_string_equal(got, want);
}

static void names_calls(void **state)
{
	static const struct {
		uint32_t arch;
		int64_t number;
		const char *arch_name, *name;
	} cases[] = {
		{AUDIT_ARCH_X86_64, 0, "x86_64", "read"},
		{AUDIT_ARCH_X86_64, 39, "x86_64", "getpid"},
		{AUDIT_ARCH_I386, 39, "x86", "mkdir"},
		{AUDIT_ARCH_I386, 102, "x86", "socketcall"},
		{AUDIT_ARCH_X86_64, 41, "x86_64", "socket"},
		{AUDIT_ARCH_X86_64, X32(41), "x32", "socket"},
		{AUDIT_ARCH_X86_64, X32(520), "x32", "execve"},
		{AUDIT_ARCH_X86_64, X32(59), "x32", NULL}, /* execve's number on x86_64 alone */
		{AUDIT_ARCH_X86_64, 520, "x86_64", NULL},
		{AUDIT_ARCH_X86_64, 335, "x86_64", "uretprobe"},
		{AUDIT_ARCH_X86_64, 457, "x86_64", "statmount"}, /* newer than libseccomp 2.5.4 */
		{AUDIT_ARCH_X86_64, 462, "x86_64", "mseal"},
		{AUDIT_ARCH_AARCH64, 463, "aarch64", "setxattrat"},
		{AUDIT_ARCH_AARCH64, 198, "aarch64", "socket"},
		{AUDIT_ARCH_ARM, 983045, "arm", "set_tls"},
		{AUDIT_ARCH_ARM, 983042, "arm", "cacheflush"},
		{AUDIT_ARCH_ARM, 983047, "arm", NULL},
		{AUDIT_ARCH_RISCV64, 258, "riscv64", "riscv_hwprobe"},
		{AUDIT_ARCH_PPC64LE, 326, "ppc64le", "socket"},
		{AUDIT_ARCH_PPC64, 326, "ppc64", "socket"},
		{AUDIT_ARCH_S390X, 359, "s390x", "socket"},
		{LOONGARCH64, 198, "loongarch64", "socket"},
		{AUDIT_ARCH_MIPS, 4001, "mips", "exit"}, /* no column of ours: libseccomp's */
		{AUDIT_ARCH_MIPSEL64, 5000, "mipsel64", "read"},
		{AUDIT_ARCH_MIPSEL64, 0, "mipsel64", NULL},
		{AUDIT_ARCH_PPC, 1, "ppc", "exit"},
		{AUDIT_ARCH_X86_64, -1, "x86_64", NULL},
		{AUDIT_ARCH_X86_64, EVENT_NO_SYSCALL, "x86_64", NULL},
		{AUDIT_ARCH_X86_64, INT64_MAX, "x86_64", NULL},
		{AUDIT_ARCH_X86_64, 1000, "x86_64", NULL},
		{AUDIT_ARCH_X86_64, 0x1000, "x86_64", NULL},
		{0xdeadbeef, 0, NULL, NULL},
		{0, 0, NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("0x%x %lld\n", cases[i].arch, (long long)cases[i].number);
		check_text(names_arch(cases[i].arch, cases[i].number), cases[i].arch_name);
		check_text(names_syscall(cases[i].arch, cases[i].number), cases[i].name);
	}
}

static void finds_numbers(void **state)
{
	static const struct {
		uint32_t arch;
		const char *name;
		int result;
		int64_t number;
	} cases[] = {
		{AUDIT_ARCH_X86_64, "socket", 0, 41},
		{AUDIT_ARCH_AARCH64, "socket", 0, 198},
		{AUDIT_ARCH_X86_64, "mseal", 0, 462},
		{SCMP_ARCH_X32, "execve", 0, X32(520)},
		{AUDIT_ARCH_ARM, "set_tls", 0, 983045},
		{AUDIT_ARCH_MIPS, "exit", 0, 4001},
		{AUDIT_ARCH_X86_64, "socketcall", -ENOENT, 0}, /* libseccomp's pseudo numbers are negative */
		{AUDIT_ARCH_AARCH64, "open", -ENOENT, 0},
		{AUDIT_ARCH_X86_64, "no_such_call", -ENOENT, 0},
		{AUDIT_ARCH_X86_64, "", -ENOENT, 0},
		{AUDIT_ARCH_X86_64, "41", 0, 41},
		{AUDIT_ARCH_X86_64, "-1", 0, -1},
		{0xdeadbeef, "41", 0, 41},
		{0xdeadbeef, "socket", -ENOENT, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t number = 0;

		print_message("0x%x %s\n", cases[i].arch, cases[i].name);
		assert_int_equal(names_syscall_number(cases[i].arch, span_from(cases[i].name), &number),
			cases[i].result);
		assert_int_equal(number, cases[i].number);
	}
}

static void finds_arches(void **state)
{
	static const struct {
		const char *name;
		int result;
		uint32_t arch;
	} cases[] = {
		{"x86_64", 0, AUDIT_ARCH_X86_64}, {"amd64", 0, AUDIT_ARCH_X86_64},
		{"X86_64", 0, AUDIT_ARCH_X86_64}, {"x32", 0, AUDIT_ARCH_X86_64},
		{"x86", 0, AUDIT_ARCH_I386},      {"i386", 0, AUDIT_ARCH_I386},
		{"i686", 0, AUDIT_ARCH_I386},     {"arm64", 0, AUDIT_ARCH_AARCH64},
		{"aarch64", 0, AUDIT_ARCH_AARCH64}, {"armv7l", 0, AUDIT_ARCH_ARM},
		{"loongarch64", 0, LOONGARCH64},  {"ppc64el", 0, AUDIT_ARCH_PPC64LE},
		{"mips64n32", 0, AUDIT_ARCH_MIPS64N32}, {"0xc000003e", 0, AUDIT_ARCH_X86_64},
		{"0x1ffffffff", -EINVAL, 0},      {"0x", -EINVAL, 0},
		{"x86_6", -EINVAL, 0},            {"vax", -EINVAL, 0},
		{"", -EINVAL, 0},                 {"SCMP_ARCH_X86", -EINVAL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t arch = 0;

		print_message("%s\n", cases[i].name);
		assert_int_equal(names_arch_from_name(span_from(cases[i].name), &arch), cases[i].result);
		assert_int_equal(arch, cases[i].arch);
	}
}

/* Wherever the installed libseccomp has a name, ours is the same: our table comes from newer headers. */
static void agrees_with_libseccomp(void **state)
{
	static const uint32_t arches[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64, SCMP_ARCH_ARM,
		SCMP_ARCH_RISCV64, SCMP_ARCH_PPC64LE, SCMP_ARCH_PPC64, SCMP_ARCH_S390X, SCMP_ARCH_X32};

	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		bool x32 = arches[i] == SCMP_ARCH_X32;
		int known = 0;

		for (int nr = 0; nr < 1024; nr++) {
			int64_t number = x32 ? X32(nr) : nr;
			CLEANUP_FREE char *theirs = seccomp_syscall_resolve_num_arch(arches[i], (int)number);
			const char *ours = names_syscall(x32 ? SCMP_ARCH_X86_64 : arches[i], number);

			if (!theirs)
				continue;
			known++;
			check_text(ours, theirs);
		}
		assert_true(known > 250);
	}
}

static void table_is_sound(void **state)
{
	size_t n, seen = 0;
	const struct syscalls_row *rows = syscalls_rows(&n);

	assert_true(n > 500);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(syscalls_by_name(span_from(rows[i].name)), &rows[i]);
		for (int abi = 0; abi < SYSCALLS_ABI_N; abi++) {
			if (rows[i].number[abi] < 0)
				continue;
			assert_ptr_equal(syscalls_by_number((enum syscalls_abi)abi, rows[i].number[abi]), &rows[i]);
			seen++;
		}
	}
	assert_true(seen > 3000);
	assert_null(syscalls_by_number(SYSCALLS_ABI_NONE, 0));
	assert_null(syscalls_by_name(SPAN("rea")));
	assert_null(syscalls_by_name(SPAN("readx")));
}

static void names_errors(void **state)
{
	check_text(names_errno(EPERM), "EPERM");
	check_text(names_errno(ENOSYS), "ENOSYS");
	check_text(names_errno(EAGAIN), "EAGAIN");
	check_text(names_errno(512), "ERESTARTSYS");
	check_text(names_errno(0), NULL);
	check_text(names_errno(-1), NULL);
	check_text(names_errno(4000), NULL);
	check_text(names_errno(1 << 20), NULL);
	assert_int_equal(names_errno_number(SPAN("EPERM")), EPERM);
	assert_int_equal(names_errno_number(SPAN("EWOULDBLOCK")), EAGAIN);
	assert_int_equal(names_errno_number(SPAN("ERESTARTSYS")), 512);
	assert_int_equal(names_errno_number(SPAN("EPER")), -ENOENT);
	assert_int_equal(names_errno_number(SPAN("")), -ENOENT);
	assert_int_equal(names_errno_number(SPAN("eperm")), -ENOENT);
	for (int error = 1; error < 134; error++)
		if (names_errno(error))
			assert_int_equal(names_errno_number(span_from(names_errno(error))), error);
}

static void completes_interpreted_text(void **state)
{
	static const struct {
		const char *arch, *syscall;
		uint32_t want_arch;
		int64_t want;
	} cases[] = {
		{"x86_64", "socket", AUDIT_ARCH_X86_64, 41},
		{"i386", "mkdir", AUDIT_ARCH_I386, 39},
		{"aarch64", "socket", AUDIT_ARCH_AARCH64, 198},
		{"x32", "execve", AUDIT_ARCH_X86_64, X32(520)},
		{"x86_64", "600", AUDIT_ARCH_X86_64, 600},
		{"x86_64", "no_such_call", AUDIT_ARCH_X86_64, EVENT_NO_SYSCALL},
		{"vax", "socket", 0, EVENT_NO_SYSCALL},
		{"vax", "41", 0, 41},
		{NULL, "socket", 0, EVENT_NO_SYSCALL}, /* whose socket? */
		{"x86_64", NULL, AUDIT_ARCH_X86_64, EVENT_NO_SYSCALL},
	};
	static struct event ev;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		event_reset(&ev);
		if (cases[i].arch)
			event_set(&ev, &ev.arch_name, span_from(cases[i].arch));
		if (cases[i].syscall)
			event_set(&ev, &ev.syscall_name, span_from(cases[i].syscall));
		names_complete(&ev);
		assert_int_equal(ev.has_arch, cases[i].want_arch != 0);
		assert_true(!ev.has_arch || ev.arch == cases[i].want_arch);
		assert_int_equal(ev.syscall, cases[i].want);
	}
}

static void keeps_what_the_record_said(void **state)
{
	static struct event ev;

	event_reset(&ev);
	ev.arch = AUDIT_ARCH_I386;
	ev.has_arch = true;
	ev.syscall = 7;
	event_set(&ev, &ev.arch_name, SPAN("x86_64"));
	event_set(&ev, &ev.syscall_name, SPAN("socket"));
	names_complete(&ev);
	assert_int_equal(ev.arch, AUDIT_ARCH_I386);
	assert_int_equal(ev.syscall, 7);
}

static void *ask_all(void *data)
{
	for (int nr = 0; nr < 500; nr++) {
		names_syscall(AUDIT_ARCH_MIPSEL, 4000 + nr);
		names_syscall(AUDIT_ARCH_S390, nr);
	}
	return (void *)names_syscall(AUDIT_ARCH_S390, 1);
}

static void answers_threads_alike(void **state)
{
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_all, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *answer;

		assert_int_equal(pthread_join(threads[i], &answer), 0);
		assert_ptr_equal(answer, names_syscall(AUDIT_ARCH_S390, 1));
	}
}

static void reads_quoted_fields(void **state)
{
	char text[] = "# a comment, \"odd\nname,why\r\nread,\"reads, \"\"much\"\"\"\n\n\"a\nb\",\nlast,\"\"";
	struct csv csv = CSV_START(text);
	char *f[2];

	assert_int_equal(csv_next(&csv, f, 2), 2);
	assert_int_equal(csv.line, 2);
	assert_string_equal(f[0], "name");
	assert_string_equal(f[1], "why");
	assert_int_equal(csv_next(&csv, f, 2), 2);
	assert_string_equal(f[1], "reads, \"much\"");
	assert_int_equal(csv_next(&csv, f, 2), 2);
	assert_int_equal(csv.line, 5);
	assert_string_equal(f[0], "a\nb");
	assert_string_equal(f[1], "");
	assert_int_equal(csv_next(&csv, f, 2), 2);
	assert_int_equal(csv.line, 7);
	assert_string_equal(f[0], "last");
	assert_string_equal(f[1], "");
	assert_int_equal(csv_next(&csv, f, 2), 0);
}

static void refuses_bad_tables(void **state)
{
	static const struct {
		const char *text;
		int result;
	} cases[] = {
		{"a,\"b", -EINVAL}, {"a,\"b\"\"", -EINVAL}, {"\"a\"b,c", -EINVAL}, {"a,b,c", -E2BIG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE char *text = strdup(cases[i].text);
		struct csv csv = CSV_START(text);
		char *f[2];

		assert_int_equal(csv_next(&csv, f, 2), cases[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_calls),
		cmocka_unit_test(finds_numbers),
		cmocka_unit_test(finds_arches),
		cmocka_unit_test(agrees_with_libseccomp),
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(names_errors),
		cmocka_unit_test(completes_interpreted_text),
		cmocka_unit_test(keeps_what_the_record_said),
		cmocka_unit_test(answers_threads_alike),
		cmocka_unit_test(reads_quoted_fields),
		cmocka_unit_test(refuses_bad_tables),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
