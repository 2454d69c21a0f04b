/* SPDX-License-Identifier: MIT */
/* profile_table: what a profile's author expects of it. Pure: text → lines. One call a line:
 *
 *   mkdir = EPERM                            # a comment
 *   socket(2, 1, 0) = allow                  # arguments that are not given are 0
 *   personality(0xffffffff) arch=x86 = deny
 *   mount caps=SYS_ADMIN kernel=5.4 = SCMP_ACT_ALLOW
 *   clone3 = SCMP_ACT_ERRNO ENOSYS
 *
 * Expected: SCMP_ACT_… (with an errno where it matters), an errno alone, or a word: allow, log, deny (whatever the
 * way), kill (thread or process). */
#pragma once

#include "seccompwatch/profile.h"

enum profile_expect {
	PROFILE_EXPECT_ACTION, /* whatever errno */
	PROFILE_EXPECT_EXACT,
	PROFILE_EXPECT_DENY,
	PROFILE_EXPECT_KILL,
};

struct profile_table_line {
	unsigned line;
	char *text;     /* as it is written, without blanks around it and without its comment */
	char *call;     /* … its left side */
	char *syscall;
	uint64_t args[6];
	const struct profile_arch *arch; /* NULL: not said */
	char *caps;     /* "": none; NULL: not said */
	uint32_t kernel; /* 0: not said */
	enum profile_expect expect;
	uint32_t action;
};

#define PROFILE_TABLE_LINES_MAX 65536

struct profile_table {
	struct profile_table_line *lines;
	size_t n, room;
};
#define PROFILE_TABLE_EMPTY ((struct profile_table){0})
void profile_table_free(struct profile_table *t);

/* -EINVAL: *ret_line and a sentence in *why; -ENOMEM. */
int profile_table_read(struct span text, struct profile_table *ret, unsigned *ret_line, struct text *why);
bool profile_table_fits(const struct profile_table_line *line, uint32_t action);
/* "SCMP_ACT_ERRNO EPERM", "deny" */
void profile_table_add_expected(const struct profile_table_line *line, struct text *to);
