/* SPDX-License-Identifier: MIT */
/* problem: saying what is wrong with a profile, and where, without letting its text break the saying. */
#pragma once

#include "seccompwatch/profile.h"

/* Fills *p (which may be NULL); line and column become unknown. Always returns PROFILE_E_REFUSED. */
int problem_set(struct profile_problem *p, const char *pointer, const char *fmt, ...) PRINTF(3, 4);
int problem_vset(struct profile_problem *p, const char *pointer, const char *fmt, va_list args) PRINTF(3, 0);

/* A piece of the profile's text, quoted, escaped and cut: for use in messages. Returns ret. */
#define PROBLEM_WORD_MAX 96
const char *problem_word(char ret[static PROBLEM_WORD_MAX], struct span s);

/* JSON pointers: appends "/key" with ~ and / escaped. */
void problem_pointer_add(struct text *pointer, struct span key);
