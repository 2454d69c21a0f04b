/* SPDX-License-Identifier: MIT */
#include "number.h"

#include <stdio.h>

#define MARK "u64:"

static json_t *wide(struct span digits)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_str(&t, MARK);
	text_add(&t, digits);
	return t.failed ? NULL : json_stringn(t.data, t.len);
}

static bool octal(struct span s, uint64_t *ret)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '7' || n >> 61)
			return false;
		n = n << 3 | (uint64_t)(s.data[i] - '0');
	}
	*ret = n;
	return s.len > 0;
}

static bool unsigned_text(struct span s, uint64_t *ret)
{
	if (span_starts(s, SPAN("0o")))
		return octal(span_from_offset(s, 2), ret);
	if (span_starts(s, SPAN("0x")))
		return text_to_u64_hex(s, UINT64_MAX, ret) == 0;
	return text_to_u64(s, UINT64_MAX, ret) == 0;
}

json_t *number_from_text(struct span s)
{
	uint64_t n;
	int64_t i;
	char digits[24];
	int len;

	if (!text_to_i64(s, &i))
		return json_integer(i);
	if (!unsigned_text(s, &n))
		return NULL;
	if (n <= INT64_MAX)
		return json_integer((json_int_t)n);
	len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	return wide((struct span){digits, (size_t)len});
}

static size_t number_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && ((s.data[n] >= '0' && s.data[n] <= '9') || memchr("+-.eE", s.data[n], 5)))
		n++;
	return n;
}

static bool needs_mark(struct span s)
{
	uint64_t n;

	return s.len >= 19 && s.len <= 20 && !text_to_u64(s, UINT64_MAX, &n) && n > INT64_MAX;
}

void number_widen(struct span json, struct text *ret)
{
	bool string = false;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		struct span number = {json.data + i, 0};

		if (string && c == '\\' && i + 1 < json.len) {
			text_add_char(ret, c);
			c = json.data[++i];
		} else if (c == '"') {
			string = !string;
		} else if (!string && c >= '0' && c <= '9') {
			number.len = number_length(span_from_offset(json, i));
			text_printf(ret, needs_mark(number) ? "\"" MARK "%.*s\"" : "%.*s", (int)number.len, number.data);
			i += number.len - 1;
			continue;
		}
		text_add_char(ret, c);
	}
}

/* From a quote on: how much of the text is a marked number, quotes included; 0: it is none. */
static size_t marked_length(struct span s)
{
	struct span digits = span_from_offset(s, sizeof("\"" MARK) - 1);
	size_t n = number_length(digits);

	if (!span_starts(s, SPAN("\"" MARK)) || n >= digits.len || digits.data[n] != '"')
		return 0;
	digits.len = n;
	return needs_mark(digits) ? sizeof("\"" MARK) + n : 0;
}

void number_narrow(struct span json, struct text *ret)
{
	bool string = false;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.data[i];
		size_t marked = c == '"' && !string ? marked_length(span_from_offset(json, i)) : 0;

		if (marked) {
			text_add(ret, (struct span){json.data + i + sizeof(MARK), marked - sizeof(MARK) - 1});
			i += marked - 1;
			continue;
		}
		if (string && c == '\\' && i + 1 < json.len) {
			text_add_char(ret, c);
			c = json.data[++i];
		} else if (c == '"') {
			string = !string;
		}
		text_add_char(ret, c);
	}
}

int number_read(const json_t *value, uint64_t *ret)
{
	struct span s;

	if (json_is_integer(value)) {
		if (json_integer_value(value) < 0)
			return -ERANGE;
		*ret = (uint64_t)json_integer_value(value);
		return 0;
	}
	if (json_is_real(value))
		return -ERANGE;
	if (!json_is_string(value))
		return -EINVAL;
	s = (struct span){json_string_value(value), json_string_length(value)};
	if (!span_starts(s, SPAN(MARK)))
		return -EINVAL;
	return text_to_u64(span_from_offset(s, sizeof(MARK) - 1), UINT64_MAX, ret);
}
