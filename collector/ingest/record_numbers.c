/* SPDX-License-Identifier: MIT */
/* record_numbers: digits, and the words that stand for them. Each steps over what it took, or stays. */
#include "record_internal.h"

bool record_decimal(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	const size_t always_fit = 19; /* digits, in 64 bits */
	const char *p = s->at;
	uint64_t n = 0;

	while (p < s->end && record_is_digit(*p)) {
		uint64_t digit = (uint64_t)(*p - '0');

		if ((size_t)(p - s->at) >= always_fit && n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
		p++;
	}
	if (p == s->at || n > max)
		return false;
	s->at = p;
	*ret = n;
	return true;
}

/* What may follow a number: a blank, the end, or the marks people put around words. Anything else (letters,
 * dots, the pager's '>') says that the number was cut or replaced. */
bool record_at_boundary(const struct record_scan *s)
{
	if (s->at == s->end || record_is_blank(*s->at))
		return true;
	return *s->at != '\0' && strchr("*`,;)\"'<|", *s->at);
}

bool record_take_decimal(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	struct record_scan start = *s;

	if (record_decimal(s, max, ret) && record_at_boundary(s))
		return true;
	*s = start;
	return false;
}

/* The digit's value + 1; 0 for what is none. */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Copies of ENRICHED records often lost the 0x1d byte, and the A of the glued AUID= is a hex digit too. */
static bool at_glued_trailer(const struct record_scan *s)
{
	return *s->at == 'A' && span_starts(record_rest(s), SPAN("AUID="));
}

size_t record_take_hex_digits(struct record_scan *s, size_t max_digits, uint64_t *ret)
{
	bool has_prefix = record_left(s) > 2 && s->at[0] == '0' && s->at[1] == 'x';
	const char *start = s->at + (has_prefix ? 2 : 0);
	uint64_t n = 0;

	for (s->at = start; s->at < s->end && (size_t)(s->at - start) < max_digits; s->at++) {
		uint8_t value = hex_values[(unsigned char)*s->at];

		if (value == 0 || at_glued_trailer(s))
			break;
		n = n << 4 | (uint64_t)(value - 1);
	}
	*ret = n;
	return (size_t)(s->at - start);
}

bool record_take_hex(struct record_scan *s, size_t max_digits, uint64_t *ret)
{
	struct record_scan start = *s;

	if (record_take_hex_digits(s, max_digits, ret) > 0 && record_at_boundary(s))
		return true;
	*s = start;
	return false;
}

struct span record_peek_name(const struct record_scan *s)
{
	const char *p = s->at;

	while (p < s->end && (record_is_alnum(*p) || *p == '_' || *p == '-'))
		p++;
	return (struct span){s->at, (size_t)(p - s->at)};
}

bool record_take_unknown(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	struct record_scan try = *s;

	if (!record_take(&try, SPAN("unknown")))
		return false;
	try.at += record_peek_name(&try).len;
	if (!record_take(&try, SPAN("(")) || !record_decimal(&try, max, ret) || !record_take(&try, SPAN(")")))
		return false;
	*s = try;
	return true;
}
