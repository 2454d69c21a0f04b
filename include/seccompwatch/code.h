/* SPDX-License-Identifier: MIT */
/* code: which code of a living process made a call: the file that is mapped where the record's instruction pointer
 * stood, the place in that file, and the function there where the file names one. Reads /proc and that file, so it is
 * no work for the thread that reads the kernel. Everything it reads is the monitored process's: bounded, never mapped,
 * regular files of local file systems alone. One thread at a time. */
#pragma once

#include "text.h"

#define CODE_PATH_MAX   320
#define CODE_SYMBOL_MAX 128

struct code;

int code_new(struct code **ret);
void code_free(struct code *c);
DEFINE_CLEANUP(struct code *, code_free)

struct code_question {
	int32_t pid;
	int64_t time;     /* of the call, ms: a process that began later is another one */
	uint64_t address;
	struct span exe;  /* as the record has it: a process that runs another program by now says nothing */
};
struct code_place {
	char module[CODE_PATH_MAX]; /* raw bytes, as the process sees the path */
	uint64_t offset;            /* in that file */
	char symbol[CODE_SYMBOL_MAX]; /* "": not known */
};
/* -ENOENT: no file is mapped there; -ESRCH: the process is gone, or another. */
int code_find(struct code *c, const struct code_question *question, struct code_place *ret);
