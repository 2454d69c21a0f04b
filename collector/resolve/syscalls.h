/* SPDX-License-Identifier: MIT */
/* syscalls: schema/syscalls.csv in memory. Loaded once, at first use, by whichever thread comes first. */
#pragma once

#include "seccompwatch/knowledge.h"

enum syscalls_abi {
	SYSCALLS_ABI_NONE = -1,
	SYSCALLS_ABI_X86_64,
	SYSCALLS_ABI_I386,
	SYSCALLS_ABI_X32, /* numbers without bit 30 */
	SYSCALLS_ABI_AARCH64,
	SYSCALLS_ABI_ARM,
	SYSCALLS_ABI_RISCV64,
	SYSCALLS_ABI_PPC64LE,
	SYSCALLS_ABI_S390X,
	SYSCALLS_ABI_LOONGARCH64,
	SYSCALLS_ABI_N,
};

struct syscalls_row {
	const char *name;
	int32_t number[SYSCALLS_ABI_N]; /* -1: not on this ABI */
	struct knowledge about;
};

/* NULL when there is none. Rows and names live as long as the program. */
const struct syscalls_row *syscalls_by_name(struct span name);
const struct syscalls_row *syscalls_by_number(enum syscalls_abi abi, int64_t number);
/* The rows in the file's order; *ret_n 0 when the table could not be loaded. */
const struct syscalls_row *syscalls_rows(size_t *ret_n);

/* Orders a span against a name, as strcmp does. */
int syscalls_compare(struct span a, const char *name);
