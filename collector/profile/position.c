/* SPDX-License-Identifier: MIT */
#include "position.h"

#include <jansson.h>

/* A cursor that never passes the end. */
struct scan {
	struct span text;
	size_t at;
};

bool position_segment(const char **pointer, struct text *ret)
{
	const char *p = *pointer;

	if (*p != '/')
		return false;
	text_reset(ret);
	text_add_str(ret, "");
	for (p++; *p && *p != '/'; p++) {
		if (p[0] == '~' && (p[1] == '0' || p[1] == '1'))
			text_add_char(ret, *++p == '0' ? '~' : '/');
		else
			text_add_char(ret, *p);
	}
	*pointer = p;
	return true;
}

void position_line(struct span text, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
	unsigned line = 1;
	size_t start = 0;

	for (size_t i = 0; i < offset && i < text.len; i++) {
		if (text.data[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	*ret_line = line;
	*ret_column = (unsigned)(offset - start + 1);
}

static int peek(const struct scan *s)
{
	return s->at < s->text.len ? (unsigned char)s->text.data[s->at] : -1;
}

static void skip_blanks(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\n' || peek(s) == '\r')
		s->at++;
}

static bool take(struct scan *s, char c)
{
	skip_blanks(s);
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

/* Over a string, from its opening quote. */
static void skip_string(struct scan *s)
{
	for (s->at++; s->at < s->text.len && peek(s) != '"'; s->at++)
		if (peek(s) == '\\')
			s->at++;
	s->at = MIN(s->at + 1, s->text.len);
}

/* Over a value of any kind; brackets are counted, not recursed into. */
static void skip_value(struct scan *s)
{
	size_t depth = 0;

	skip_blanks(s);
	do {
		int c = peek(s);
		if (c == '"') {
			skip_string(s);
			continue;
		}
		if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t'))
			return;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		s->at++;
		if (depth == 0 && (c == '}' || c == ']'))
			return;
	} while (s->at < s->text.len && (depth > 0 || peek(s) != '"'));
}

static bool key_equals(struct span token, struct span key)
{
	json_t *decoded;
	bool equal;

	if (token.len >= 2 && !memchr(token.data, '\\', token.len))
		return span_equal((struct span){token.data + 1, token.len - 2}, key);
	decoded = json_loadb(token.data, token.len, JSON_DECODE_ANY, NULL);
	equal = json_is_string(decoded) &&
		span_equal((struct span){json_string_value(decoded), json_string_length(decoded)}, key);
	json_decref(decoded);
	return equal;
}

/* From after the brace to the value of the key. */
static bool enter_key(struct scan *s, struct span key)
{
	do {
		size_t start;
		bool found;

		skip_blanks(s);
		start = s->at;
		if (peek(s) != '"')
			return false;
		skip_string(s);
		found = key_equals((struct span){s->text.data + start, s->at - start}, key);
		if (!take(s, ':'))
			return false;
		skip_blanks(s);
		if (found)
			return true;
		skip_value(s);
	} while (take(s, ','));
	return false;
}

static bool enter_index(struct scan *s, struct span segment)
{
	uint64_t index;

	if (text_to_u64(segment, UINT32_MAX, &index))
		return false;
	for (uint64_t i = 0;; i++) {
		skip_blanks(s);
		if (peek(s) == ']')
			return false;
		if (i == index)
			return true;
		skip_value(s);
		if (!take(s, ','))
			return false;
	}
}

static bool enter(struct scan *s, struct span segment)
{
	if (take(s, '{'))
		return enter_key(s, segment);
	return take(s, '[') && enter_index(s, segment);
}

int position_json(struct span text, const char *pointer, struct profile_place *ret)
{
	CLEANUP_TEXT struct text segment = TEXT_EMPTY;
	struct scan s = {.text = text};
	size_t start;

	while (position_segment(&pointer, &segment))
		if (segment.failed || !enter(&s, text_span(&segment)))
			return -ENOENT;
	skip_blanks(&s);
	start = s.at;
	if (start >= text.len)
		return -ENOENT;
	skip_value(&s);
	*ret = (struct profile_place){.start = start, .end = s.at};
	position_line(text, start, &ret->line, &ret->column);
	return 0;
}

/* ---- layouts ---- */

void position_layout_free(struct position_layout *l)
{
	free(l->children);
	*l = POSITION_LAYOUT_EMPTY;
}

int position_add_child(struct position_layout *l, struct position_child child)
{
	struct position_child *grown;

	if (l->n == l->room) {
		grown = reallocarray(l->children, l->room * 2 + 8, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		l->children = grown;
		l->room = l->room * 2 + 8;
	}
	l->children[l->n++] = child;
	return 0;
}

static int scan_child(struct scan *s, struct position_layout *l)
{
	struct position_child child = {.start = s->at};

	if (!l->list) {
		if (peek(s) != '"')
			return -ENOENT;
		skip_string(s);
		if (!take(s, ':'))
			return -ENOENT;
		skip_blanks(s);
	}
	child.value = s->at;
	skip_value(s);
	child.end = s->at;
	return position_add_child(l, child);
}

int position_layout_json(struct span text, const char *pointer, struct position_layout *ret)
{
	CLEANUP(position_layout_free) struct position_layout l = POSITION_LAYOUT_EMPTY;
	struct scan s = {.text = text};
	struct profile_place place;
	int k = position_json(text, pointer, &place);

	if (k)
		return k;
	l.start = s.at = place.start;
	l.end = place.end;
	l.list = peek(&s) == '[';
	if (!take(&s, '[') && !take(&s, '{'))
		return -ENOENT;
	skip_blanks(&s);
	while (!k && s.at < l.end - 1) {
		k = scan_child(&s, &l);
		if (!k && !take(&s, ','))
			break;
		skip_blanks(&s);
	}
	if (k)
		return k;
	*ret = l;
	l = POSITION_LAYOUT_EMPTY;
	return 0;
}

int position_layout_of(const struct profile *p, const char *pointer, struct position_layout *ret)
{
	struct span text = {p->text, p->text_len};

	return p->yaml ? position_layout_yaml(text, p->document, pointer, ret) : position_layout_json(text, pointer, ret);
}
