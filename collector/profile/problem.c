/* SPDX-License-Identifier: MIT */
#include "problem.h"

#include <stdio.h>

#define WORD_BYTES 48

int problem_vset(struct profile_problem *p, const char *pointer, const char *fmt, va_list args)
{
	if (p) {
		p->line = p->column = 0;
		snprintf(p->pointer, sizeof(p->pointer), "%s", pointer);
		vsnprintf(p->message, sizeof(p->message), fmt, args);
	}
	return PROFILE_E_REFUSED;
}

int problem_set(struct profile_problem *p, const char *pointer, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	problem_vset(p, pointer, fmt, args);
	va_end(args);
	return PROFILE_E_REFUSED;
}

/* Where to cut so that no UTF-8 sequence is halved. */
static size_t cut(struct span s, size_t max)
{
	if (s.len <= max)
		return s.len;
	while (max > 0 && ((unsigned char)s.data[max] & 0xc0) == 0x80)
		max--;
	return max;
}

const char *problem_word(char ret[static PROBLEM_WORD_MAX], struct span s)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	size_t n = cut(s, WORD_BYTES);

	text_add_escaped(&t, (struct span){s.data, n});
	n = cut(text_span(&t), PROBLEM_WORD_MAX - 8);
	snprintf(ret, PROBLEM_WORD_MAX, "\"%.*s%s\"", (int)n, t.data ? t.data : "", n < t.len || s.len > WORD_BYTES ? "…" : "");
	return ret;
}

void problem_pointer_add(struct text *pointer, struct span key)
{
	text_add_char(pointer, '/');
	for (size_t i = 0; i < key.len; i++) {
		char c = key.data[i];
		if (c == '~')
			text_add_str(pointer, "~0");
		else if (c == '/')
			text_add_str(pointer, "~1");
		else
			text_add_char(pointer, c);
	}
}
