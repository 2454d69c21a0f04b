/* SPDX-License-Identifier: MIT */
/* text: bounded strings, a growing buffer, and the ways of showing bytes an attacker chose. */
#pragma once

#include <stdarg.h>
#include <string.h>

#include "base.h"

/* A run of bytes somebody else owns. data may be NULL when len is 0. Not NUL terminated. */
struct span {
	const char *data;
	size_t len;
};

#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

static inline struct span span_from(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool span_starts(struct span s, struct span prefix);
/* The part of s from `from` on (empty when past the end). */
struct span span_from_offset(struct span s, size_t from);

/* Numbers: the whole span must be the number, no sign, no blanks; -EINVAL or -ERANGE otherwise. */
int text_to_u64(struct span s, uint64_t max, uint64_t *ret);
int text_to_u64_hex(struct span s, uint64_t max, uint64_t *ret); /* with or without 0x */
int text_to_i64(struct span s, int64_t *ret);                     /* one leading '-' allowed */

/* A growing buffer, always NUL terminated once written to. Running out of memory sets `failed`, later
 * appends do nothing, so that a caller checks once at the end. */
struct text {
	char *data;
	size_t len, room;
	bool failed;
};

#define TEXT_EMPTY ((struct text){0})

void text_free(struct text *t);
#define CLEANUP_TEXT CLEANUP(text_free)
void text_reset(struct text *t); /* keeps the memory */
void text_add(struct text *t, struct span s);
void text_add_char(struct text *t, char c);
void text_add_str(struct text *t, const char *s);
void text_printf(struct text *t, const char *fmt, ...) PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list args) PRINTF(2, 0);
static inline struct span text_span(const struct text *t)
{
	return (struct span){t->data, t->len};
}
/* Hands the NUL-terminated string to the caller (free()); "" when nothing was written; NULL when failed. */
char *text_take(struct text *t);

/* The reversible escape of the event contract: bytes that are not valid UTF-8, control bytes (C0, DEL, C1)
 * and the backslash become \xNN and \\. What comes out is valid UTF-8 without control characters. */
void text_add_escaped(struct text *t, struct span raw);
/* The reverse, strict: -EINVAL on a bad escape. */
int text_add_unescaped(struct text *t, struct span escaped);

/* For a terminal: like text_add_escaped, and bidirectional and other invisible format characters
 * (Unicode Cf, line and paragraph separators) become \u{…}, so that no name can reorder or hide a line.
 * Takes text that may already be escaped: a backslash is passed through. */
void text_add_terminal(struct text *t, struct span s);
/* Columns the text takes on a terminal (wcwidth of its code points, 0 for combining ones). */
size_t text_width(struct span s);

/* One CSV field (RFC 4180): quoted when needed; a leading = + - @ TAB or CR gets a single quote put before it
 * inside quotes, so that no spreadsheet takes it for a formula; so does a text that begins with quotes before one of
 * these, so that taking one quote away from such a head always gives the text. */
void text_add_csv(struct text *t, struct span s);
/* &<>"' escaped: safe in HTML text and in a quoted attribute. */
void text_add_html(struct text *t, struct span s);

/* Decodes hex digits two by two: -EINVAL when odd or not hex. ret must have room for len / 2 bytes. */
int text_from_hex(struct span hex, char *ret);

bool text_is_utf8(struct span s);

/* In lower-case hex. */
#define TEXT_SHA256_MAX 65
void text_sha256(struct span s, char ret[static TEXT_SHA256_MAX]);
/* Keyed, in the same form: HMAC (RFC 2104). */
void text_hmac_sha256(struct span key, struct span s, char ret[static TEXT_SHA256_MAX]);
/* In a time that tells nothing of where they differ; their lengths are no secret. */
bool text_equal_secret(struct span a, struct span b);
