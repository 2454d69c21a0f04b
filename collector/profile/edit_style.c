/* SPDX-License-Identifier: MIT */
#include "edit_style.h"

#include "number.h"

/* ---- reading the manner ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

size_t edit_style_column(const struct profile *p, size_t offset)
{
	size_t start = offset;

	while (start > 0 && p->text[start - 1] != '\n')
		start--;
	return offset - start;
}

struct span edit_style_indent(const struct profile *p, size_t offset)
{
	size_t start = offset - edit_style_column(p, offset), end = start;

	while (end < offset && (p->text[end] == ' ' || p->text[end] == '\t'))
		end++;
	return (struct span){p->text + start, end - start};
}

struct span edit_style_blanks(const struct profile *p, size_t offset)
{
	size_t start = offset;

	while (start > 0 && is_blank(p->text[start - 1]))
		start--;
	return (struct span){p->text + start, offset - start};
}

static const char *line_end(const struct profile *p)
{
	const char *end = memchr(p->text, '\n', p->text_len);

	return end && end > p->text && end[-1] == '\r' ? "\r\n" : "\n";
}

/* The first colon after a quote in the range tells; false: there is none. */
static bool find_colon(const struct profile *p, size_t start, size_t end, bool *ret_tight)
{
	for (size_t i = start; i + 2 < end; i++) {
		if (p->text[i] == '"' && p->text[i + 1] == ':') {
			*ret_tight = !is_blank(p->text[i + 2]);
			return true;
		}
	}
	return false;
}

struct edit_style edit_style_of(const struct profile *p)
{
	CLEANUP(position_layout_free) struct position_layout root = POSITION_LAYOUT_EMPTY;
	struct edit_style s = {.yaml = p->yaml, .eol = line_end(p)};
	struct span blanks;

	find_colon(p, 0, p->text_len, &s.tight);
	if (!p->yaml && position_layout_of(p, "", &root) == 0 && root.n > 0) {
		blanks = edit_style_blanks(p, root.children[0].start);
		s.lines = s.list_lines = memchr(blanks.data, '\n', blanks.len) != NULL;
		if (s.lines)
			s.unit = edit_style_indent(p, root.children[0].start);
	}
	return s;
}

static bool breaks_lists(struct span near)
{
	for (size_t i = 0; i + 1 < near.len; i++)
		if (near.data[i] == '[')
			return near.data[i + 1] == '\n' || near.data[i + 1] == '\r';
	return true;
}

void edit_style_like(struct edit_style *s, const struct profile *p, size_t start, size_t end)
{
	struct span near = {p->text + start, end > start ? end - start : 0};

	s->lines = near.len && memchr(near.data, '\n', near.len);
	s->list_lines = s->lines && breaks_lists(near);
	if (!s->lines || !s->unit.len)
		find_colon(p, start, end, &s->tight);
	if (s->yaml && near.len)
		s->quote = memchr(near.data, '"', near.len) ? '"' : *near.data == '\'' ? '\'' : 0;
}

/* ---- writing ---- */

/* What no YAML reader takes for anything but a text. */
static bool is_plain(const char *text)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

	if (n == 0 || text[n] || (*text >= '0' && *text <= '9'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcasecmp(words[i], text) == 0)
			return false;
	return true;
}

static void write_scalar(struct text *to, const struct edit_style *s, const json_t *value)
{
	const char *text = json_string_value(value);
	CLEANUP_FREE char *dump = NULL;
	uint64_t wide;

	if (text && number_read(value, &wide) == 0) {
		text_printf(to, "%llu", (unsigned long long)wide);
	} else if (text && s->yaml && is_plain(text) && s->quote != '"') {
		text_printf(to, s->quote ? "'%s'" : "%s", text);
	} else {
		dump = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		if (!dump)
			to->failed = true;
		text_add_str(to, dump ? dump : "");
	}
}

void edit_style_write_key(struct text *to, const struct edit_style *s, const char *key)
{
	text_printf(to, s->yaml ? "%s:" : "\"%s\":", key);
}

struct brackets {
	struct text *to;
	const struct edit_style *style;
	struct span indent;
};

static void write_value(const struct brackets *b, const json_t *value, size_t depth);

static void new_line(const struct brackets *b, bool lines, size_t depth, bool first)
{
	if (!lines) {
		text_add_str(b->to, first || b->style->tight ? "" : " ");
		return;
	}
	text_add_str(b->to, b->style->eol);
	text_add(b->to, b->indent);
	while (depth-- > 0)
		text_add(b->to, b->style->unit);
}

static void write_list(const struct brackets *b, const json_t *list, size_t depth)
{
	bool lines = b->style->list_lines && json_array_size(list) > 0;
	const json_t *item;
	size_t i;

	text_add_char(b->to, '[');
	json_array_foreach(list, i, item) {
		if (i)
			text_add_char(b->to, ',');
		new_line(b, lines, depth + 1, i == 0);
		write_value(b, item, depth + 1);
	}
	if (lines)
		new_line(b, true, depth, false);
	text_add_char(b->to, ']');
}

static void write_object(const struct brackets *b, const json_t *object, size_t depth)
{
	const char *key;
	json_t *value;
	bool first = true;

	text_add_char(b->to, '{');
	json_object_foreach((json_t *)object, key, value) {
		if (!first)
			text_add_char(b->to, ',');
		new_line(b, b->style->lines, depth + 1, first);
		first = false;
		edit_style_write_key(b->to, b->style, key);
		if (!b->style->tight || b->style->yaml)
			text_add_char(b->to, ' ');
		write_value(b, value, depth + 1);
	}
	if (b->style->lines && !first)
		new_line(b, true, depth, false);
	text_add_char(b->to, '}');
}

static void write_value(const struct brackets *b, const json_t *value, size_t depth)
{
	if (json_is_object(value))
		write_object(b, value, depth);
	else if (json_is_array(value))
		write_list(b, value, depth);
	else
		write_scalar(b->to, b->style, value);
}

void edit_style_write(struct text *to, const struct edit_style *s, const json_t *value, struct span indent)
{
	struct brackets b = {.to = to, .style = s, .indent = indent};

	write_value(&b, value, 0);
}

/* ---- YAML by indentation ---- */

static void block_line(struct text *to, const struct edit_style *s, size_t column)
{
	text_add_str(to, s->eol);
	text_printf(to, "%*s", (int)column, "");
}

static void block_list(struct text *to, const struct edit_style *s, const json_t *list, size_t column)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) {
		if (i)
			block_line(to, s, column);
		text_add_str(to, "- ");
		edit_style_write_block(to, s, item, column + 2);
	}
}

static void block_member(struct text *to, const struct edit_style *s, const char *key, const json_t *value, size_t column)
{
	size_t inner = column + (json_is_array(value) ? s->dash : 2);

	edit_style_write_key(to, s, key);
	if (json_array_size(value) || json_object_size(value))
		block_line(to, s, inner);
	else
		text_add_char(to, ' ');
	edit_style_write_block(to, s, value, inner);
}

void edit_style_write_block(struct text *to, const struct edit_style *s, const json_t *value, size_t column)
{
	struct edit_style flow = *s;
	const char *key;
	json_t *member;
	bool first = true;

	if (json_array_size(value)) {
		block_list(to, s, value, column);
		return;
	}
	flow.lines = flow.list_lines = false;
	if (json_object_size(value) == 0)
		edit_style_write(to, &flow, value, (struct span){0});
	json_object_foreach((json_t *)value, key, member) {
		if (!first)
			block_line(to, s, column);
		first = false;
		block_member(to, s, key, member, column);
	}
}
