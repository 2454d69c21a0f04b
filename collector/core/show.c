/* SPDX-License-Identifier: MIT */
/* How bytes that somebody else chose are shown: reversibly escaped, on a terminal, in CSV, in HTML.
 * UTF-8 is decoded strictly (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#include <wchar.h>

#include "seccompwatch/text.h"

/* The length of the code point at the head of s, 0 when the bytes there are no UTF-8. */
static size_t decode(struct span s, uint32_t *ret)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	unsigned char head = (unsigned char)s.data[0];

	for (size_t n = 0; n < ARRAY_SIZE(forms) && n < s.len; n++) {
		uint32_t point = head & (unsigned char)~forms[n].mask;

		if ((head & forms[n].mask) != forms[n].lead)
			continue;
		for (size_t i = 1; i <= n; i++) {
			if (((unsigned char)s.data[i] & 0xc0) != 0x80)
				return 0;
			point = point << 6 | ((unsigned char)s.data[i] & 0x3f);
		}
		if (point < forms[n].least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return 0;
		*ret = point;
		return n + 1;
	}
	return 0;
}

static bool is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* Characters that are not seen but change how others are seen (Unicode 15: general category Cf, Zl, Zp, and the
 * blank Hangul fillers and variation tags). */
static bool is_invisible(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {{0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891},
		{0x8e2, 0x8e2}, {0x115f, 0x1160}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
		{0x3164, 0x3164}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
		{0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0001, 0xe007f}};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	return false;
}

static void add_byte(struct text *t, char byte)
{
	text_printf(t, "\\x%02X", (unsigned char)byte);
}

static void add_bytes(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		add_byte(t, s.data[i]);
}

/* The run at the head of s that is printable ASCII other than the backslash: the common case, taken whole. */
static size_t plain_run(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] >= 0x20 && s.data[n] < 0x7f && s.data[n] != '\\')
		n++;
	return n;
}

void text_add_escaped(struct text *t, struct span raw)
{
	while (raw.len > 0) {
		size_t n = plain_run(raw);
		uint32_t point;

		if (n > 0) {
			text_add(t, (struct span){raw.data, n});
		} else if (raw.data[0] == '\\') {
			text_add_str(t, "\\\\");
			n = 1;
		} else if ((n = decode(raw, &point)) == 0) {
			add_byte(t, raw.data[0]);
			n = 1;
		} else if (is_control(point)) {
			add_bytes(t, (struct span){raw.data, n});
		} else {
			text_add(t, (struct span){raw.data, n});
		}
		raw = span_from_offset(raw, n);
	}
}

int text_add_unescaped(struct text *t, struct span escaped)
{
	while (escaped.len > 0) {
		size_t n = plain_run(escaped);
		char byte;

		if (n == 0 && escaped.data[0] != '\\')
			n = 1;
		if (n > 0) {
			text_add(t, (struct span){escaped.data, n});
		} else if (span_starts(escaped, SPAN("\\\\"))) {
			text_add_char(t, '\\');
			n = 2;
		} else if (span_starts(escaped, SPAN("\\x")) && escaped.len >= 4 &&
			   text_from_hex((struct span){escaped.data + 2, 2}, &byte) == 0) {
			text_add_char(t, byte);
			n = 4;
		} else {
			return -EINVAL;
		}
		escaped = span_from_offset(escaped, n);
	}
	return t->failed ? -ENOMEM : 0;
}

void text_add_terminal(struct text *t, struct span s)
{
	while (s.len > 0) {
		size_t n = plain_run(s);
		uint32_t point;

		if (n == 0 && s.data[0] == '\\')
			n = 1;
		if (n > 0) {
			text_add(t, (struct span){s.data, n});
		} else if ((n = decode(s, &point)) == 0) {
			add_byte(t, s.data[0]);
			n = 1;
		} else if (is_control(point)) {
			add_bytes(t, (struct span){s.data, n});
		} else if (is_invisible(point)) {
			text_printf(t, "\\u{%X}", point);
		} else {
			text_add(t, (struct span){s.data, n});
		}
		s = span_from_offset(s, n);
	}
}

size_t text_width(struct span s)
{
	size_t width = 0;

	while (s.len > 0) {
		uint32_t point;
		size_t n = decode(s, &point);

		/* wcwidth knows only ASCII in the C locale: then a code point is taken for one column. */
		if (n > 0) {
			int columns = point < 0x80 ? 1 : wcwidth((wchar_t)point);

			width += columns < 0 ? 1 : (size_t)columns;
		}
		s = span_from_offset(s, MAX(n, (size_t)1));
	}
	return width;
}

void text_add_csv(struct text *t, struct span s)
{
	size_t quotes = 0;
	bool formula, quote;

	/* What begins so already gets one more, so that whoever takes one away has the text. */
	while (quotes < s.len && s.data[quotes] == '\'')
		quotes++;
	formula = quotes < s.len && memchr("=+-@\t\r", s.data[quotes], 6);
	quote = formula;

	for (size_t i = 0; i < s.len && !quote; i++)
		quote = memchr(",\"\r\n", s.data[i], 4);
	if (!quote) {
		text_add(t, s);
		return;
	}
	text_add_char(t, '"');
	if (formula)
		text_add_char(t, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '"')
			text_add_char(t, '"');
		text_add_char(t, s.data[i]);
	}
	text_add_char(t, '"');
}

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void text_add_html(struct text *t, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		const char *entity = entity_of(s.data[i]);

		if (entity)
			text_add_str(t, entity);
		else
			text_add_char(t, s.data[i]);
	}
}

bool text_is_utf8(struct span s)
{
	while (s.len > 0) {
		uint32_t point;
		size_t n = decode(s, &point);

		if (n == 0)
			return false;
		s = span_from_offset(s, n);
	}
	return true;
}
