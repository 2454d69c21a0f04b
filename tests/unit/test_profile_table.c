/* SPDX-License-Identifier: MIT */
/* Tables of expectations: what is understood, and where the others are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <seccomp.h>

#include "cmd/profile_table.h"

static void reads_calls(void **state)
{
	static const struct {
		const char *text, *call, *syscall;
		uint64_t arg0, arg5;
		const char *arch, *caps;
		uint32_t kernel, action;
		enum profile_expect expect;
		const char *expected;
	} cases[] = {
		{"mkdir = EPERM", "mkdir", "mkdir", 0, 0, NULL, NULL, 0, SCMP_ACT_ERRNO(1), PROFILE_EXPECT_EXACT, "SCMP_ACT_ERRNO EPERM"},
		{"\t mkdir\t=  1 # why\r", "mkdir", "mkdir", 0, 0, NULL, NULL, 0, SCMP_ACT_ERRNO(1), PROFILE_EXPECT_EXACT, NULL},
		{"83() = allow", "83()", "83", 0, 0, NULL, NULL, 0, SCMP_ACT_ALLOW, PROFILE_EXPECT_EXACT, "SCMP_ACT_ALLOW"},
		{"socket(2, 0x1 ,-1) = deny", "socket(2, 0x1 ,-1)", "socket", 2, 0, NULL, NULL, 0, 0, PROFILE_EXPECT_DENY, "deny"},
		{"a(1,2,3,4,5,18446744073709551615) = kill", "a(1,2,3,4,5,18446744073709551615)", "a", 1, UINT64_MAX, NULL, NULL, 0, 0,
			PROFILE_EXPECT_KILL, "kill"},
		{"a (1) arch=x86 caps=SYS_ADMIN,kill kernel=5.4.0-1 = log", "a (1) arch=x86 caps=SYS_ADMIN,kill kernel=5.4.0-1", "a", 1,
			0, "SCMP_ARCH_X86", "SYS_ADMIN,kill", 5 << 16 | 4, SCMP_ACT_LOG, PROFILE_EXPECT_EXACT, NULL},
		{"a caps=none = SCMP_ACT_ERRNO", "a caps=none", "a", 0, 0, NULL, "none", 0, SCMP_ACT_ERRNO(0), PROFILE_EXPECT_ACTION,
			"SCMP_ACT_ERRNO"},
		{"a = SCMP_ACT_ERRNO ENOSYS", "a", "a", 0, 0, NULL, NULL, 0, SCMP_ACT_ERRNO(38), PROFILE_EXPECT_EXACT, NULL},
		{"a = SCMP_ACT_KILL", "a", "a", 0, 0, NULL, NULL, 0, SCMP_ACT_KILL_THREAD, PROFILE_EXPECT_ACTION, "SCMP_ACT_KILL_THREAD"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_table_free) struct profile_table t = PROFILE_TABLE_EMPTY;
		CLEANUP_TEXT struct text why = TEXT_EMPTY, expected = TEXT_EMPTY;
		const struct profile_table_line *line;
		unsigned at;

		if (profile_table_read(span_from(cases[i].text), &t, &at, &why))
			fail_msg("%s: %s", cases[i].text, why.data);
		assert_int_equal(t.n, 1);
		line = &t.lines[0];
		assert_string_equal(line->call, cases[i].call);
		assert_string_equal(line->syscall, cases[i].syscall);
		assert_true(line->args[0] == cases[i].arg0 && line->args[5] == cases[i].arg5);
		assert_true(cases[i].arch ? line->arch && strcmp(line->arch->name, cases[i].arch) == 0 : !line->arch);
		assert_true(cases[i].caps ? line->caps && strcmp(line->caps, cases[i].caps) == 0 : !line->caps);
		assert_int_equal(line->kernel, cases[i].kernel);
		assert_int_equal(line->action, cases[i].action);
		assert_int_equal(line->expect, cases[i].expect);
		profile_table_add_expected(line, &expected);
		if (cases[i].expected)
			assert_string_equal(expected.data, cases[i].expected);
	}
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *why;
	} cases[] = {
		{"\n# x\nmkdir", 3, "CALL = VERDICT"},
		{"= allow", 1, "no system call is named"},
		{"mkdir =", 1, "expects neither"},
		{"mkdir = alow", 1, "expects neither"},
		{"mkdir = EWRONG", 1, "expects neither"},
		{"mkdir = 0", 1, "expects neither"},
		{"mkdir = 4096", 1, "expects neither"},
		{"mkdir = allow please", 1, "expects neither"},
		{"mkdir = SCMP_ACT_PERMIT", 1, "no action is called so"},
		{"mkdir = SCMP_ACT_KILL EPERM", 1, "no errno for that action"},
		{"mkdir = SCMP_ACT_ERRNO EWRONG", 1, "no errno for that action"},
		{"mkdir(1 = allow", 1, "does not end"},
		{"mkdir(1,,2) = allow", 1, "six numbers"},
		{"mkdir(1,2,3,4,5,6,7) = allow", 1, "six numbers"},
		{"mkdir(AF_INET) = allow", 1, "six numbers"},
		{"ok = allow\nmkdir arch=pdp11 = allow", 2, "neither arch="},
		{"mkdir caps=CAP_X = allow", 1, "neither arch="},
		{"mkdir caps=none caps=none = allow", 1, "neither arch="},
		{"mkdir kernel=six = allow", 1, "neither arch="},
		{"mkdir now = allow", 1, "neither arch="},
		{"mkdir \x1b[31m = allow", 1, "\"\\x1B[31m\""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_table_free) struct profile_table t = PROFILE_TABLE_EMPTY;
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		unsigned at = 0;
		int r = profile_table_read(span_from(cases[i].text), &t, &at, &why);

		if (r != -EINVAL || at != cases[i].line || !why.data || !strstr(why.data, cases[i].why))
			fail_msg("%s: %d line %u: %s", cases[i].text, r, at, why.data);
	}
}

static void fits(void **state)
{
	static const struct {
		const char *text;
		uint32_t fits, fits_not;
	} cases[] = {
		{"a = deny", SCMP_ACT_ERRNO(38), SCMP_ACT_ALLOW},
		{"a = deny", SCMP_ACT_TRAP, SCMP_ACT_LOG},
		{"a = deny", SCMP_ACT_KILL_PROCESS, SCMP_ACT_TRACE(1)},
		{"a = kill", SCMP_ACT_KILL_THREAD, SCMP_ACT_ERRNO(1)},
		{"a = SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(7), SCMP_ACT_TRAP},
		{"a = SCMP_ACT_ERRNO EPERM", SCMP_ACT_ERRNO(1), SCMP_ACT_ERRNO(2)},
		{"a = ENOENT", SCMP_ACT_ERRNO(2), SCMP_ACT_ERRNO(1)},
		{"a = allow", SCMP_ACT_ALLOW, SCMP_ACT_LOG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(profile_table_free) struct profile_table t = PROFILE_TABLE_EMPTY;
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		unsigned at;

		assert_int_equal(profile_table_read(span_from(cases[i].text), &t, &at, &why), 0);
		assert_true(profile_table_fits(&t.lines[0], cases[i].fits));
		assert_false(profile_table_fits(&t.lines[0], cases[i].fits_not));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_calls),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
