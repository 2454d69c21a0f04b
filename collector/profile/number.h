/* SPDX-License-Identifier: MIT */
/* number: profiles hold 64-bit unsigned numbers, jansson's integers are signed. Larger ones travel as strings with a
 * mark that number_read takes off. */
#pragma once

#include <jansson.h>

#include "seccompwatch/text.h"

/* A JSON number's tree: NULL when the text is no whole number (decimal, 0x, 0o; a minus is allowed). */
json_t *number_from_text(struct span s);
/* JSON text whose integers above INT64_MAX have become marked strings; ret is appended to. */
void number_widen(struct span json, struct text *ret);
/* The reverse. */
void number_narrow(struct span json, struct text *ret);
/* 0; -EINVAL: no number; -ERANGE: negative, a fraction, or beyond 64 bits. */
int number_read(const json_t *value, uint64_t *ret);
