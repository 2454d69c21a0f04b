/* SPDX-License-Identifier: MIT */
/* Spans, numbers and the growing buffer. How bytes are shown is in show.c. */
#include "seccompwatch/text.h"

#include <stdio.h>

bool span_starts(struct span s, struct span prefix)
{
	return s.len >= prefix.len && memcmp(s.data, prefix.data, prefix.len) == 0;
}

struct span span_from_offset(struct span s, size_t from)
{
	from = MIN(from, s.len);
	return (struct span){s.data + from, s.len - from};
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static int to_u64(struct span s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		int digit = digit_of(s.data[i]);

		if (digit >= (int)base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, digit, &value))
			return -ERANGE;
	}
	if (value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int text_to_u64(struct span s, uint64_t max, uint64_t *ret)
{
	return to_u64(s, 10, max, ret);
}

int text_to_u64_hex(struct span s, uint64_t max, uint64_t *ret)
{
	if (span_starts(s, SPAN("0x")) || span_starts(s, SPAN("0X")))
		s = span_from_offset(s, 2);
	return to_u64(s, 16, max, ret);
}

int text_to_i64(struct span s, int64_t *ret)
{
	bool negative = s.len > 0 && s.data[0] == '-';
	uint64_t value;
	int r;

	r = to_u64(span_from_offset(s, negative), 10, (uint64_t)INT64_MAX + negative, &value);
	if (r < 0)
		return r;
	*ret = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int text_from_hex(struct span hex, char *ret)
{
	if (hex.len % 2)
		return -EINVAL;
	for (size_t i = 0; i < hex.len; i += 2) {
		int high = digit_of(hex.data[i]), low = digit_of(hex.data[i + 1]);

		if (high > 15 || low > 15)
			return -EINVAL;
		ret[i / 2] = (char)(high << 4 | low);
	}
	return 0;
}

void text_free(struct text *t)
{
	free(t->data);
	*t = TEXT_EMPTY;
}

void text_reset(struct text *t)
{
	t->len = 0;
	t->failed = false;
	if (t->data)
		t->data[0] = '\0';
}

static bool grow(struct text *t, size_t more)
{
	size_t need, room = MAX(t->room, (size_t)64);
	char *data;

	if (t->failed || __builtin_add_overflow(t->len, more, &need) || ++need == 0 || need > SIZE_MAX / 2) {
		t->failed = true;
		return false;
	}
	if (need <= t->room)
		return true;
	while (room < need)
		room *= 2;
	data = realloc(t->data, room);
	if (!data) {
		t->failed = true;
		return false;
	}
	t->data = data;
	t->room = room;
	return true;
}

void text_add(struct text *t, struct span s)
{
	if (!grow(t, s.len))
		return;
	if (s.len > 0)
		memcpy(t->data + t->len, s.data, s.len);
	t->len += s.len;
	t->data[t->len] = '\0';
}

void text_add_char(struct text *t, char c)
{
	text_add(t, (struct span){&c, 1});
}

void text_add_str(struct text *t, const char *s)
{
	text_add(t, span_from(s));
}

void text_vprintf(struct text *t, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0)
		t->failed = true;
	if (!grow(t, MAX(len, 0)))
		return;
	vsnprintf(t->data + t->len, (size_t)len + 1, fmt, args);
	t->len += (size_t)len;
}

void text_printf(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vprintf(t, fmt, args);
	va_end(args);
}

char *text_take(struct text *t)
{
	char *data;

	text_add(t, (struct span){0});
	data = t->failed ? NULL : TAKE(t->data);
	text_free(t);
	return data;
}
