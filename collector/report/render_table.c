/* SPDX-License-Identifier: MIT */
#include "render_table.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdio.h>

#define HELD_MAX  1000
#define GAP       2
#define WIDTH_MIN 8
#define RESET     "\033[0m"
#define BOLD      "\033[1m"

/* A row's texts, ready for the terminal. */
struct render_line {
	char *texts[RENDER_TABLE_COLUMNS];
	const char *colours[RENDER_TABLE_COLUMNS];
	enum render_kind kinds[RENDER_TABLE_COLUMNS];
};

static void line_free(struct render_line *line)
{
	for (size_t i = 0; i < RENDER_TABLE_COLUMNS; i++)
		free(line->texts[i]);
}

static char *cell_text(const struct render_cell *cell)
{
	struct text t = TEXT_EMPTY;

	switch (cell->kind) {
	case RENDER_NULL:
		text_add_char(&t, '-');
		break;
	case RENDER_NUMBER:
	case RENDER_BOOL:
		text_printf(&t, "%" PRId64, cell->number);
		break;
	default:
		text_add_terminal(&t, span_from(cell->text));
	}
	return text_take(&t);
}

static int line_read(const struct render_table *t, const void *row, struct render_line *ret)
{
	struct render_line line = {0};
	struct render_cell cell;

	for (size_t i = 0; i < t->n_columns; i++) {
		const struct render_table_column *c = &t->columns[i];

		c->get(row, &cell, c->index);
		line.texts[i] = cell_text(&cell);
		line.kinds[i] = cell.kind;
		line.colours[i] = t->colour && c->colour ? c->colour(row) : NULL;
		if (!line.texts[i]) {
			line_free(&line);
			return -ENOMEM;
		}
	}
	*ret = line;
	return 0;
}

static bool is_utf8_terminal(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The length of the character at the head of s, which is UTF-8. */
static size_t character(struct span s)
{
	size_t n = 1;

	while (n < s.len && ((unsigned char)s.data[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* How many bytes of s, from its head on, take at most `width` columns. */
static size_t fitting(struct span s, size_t width)
{
	size_t n = 0;

	while (n < s.len) {
		size_t next = n + character(span_from_offset(s, n));

		if (text_width((struct span){s.data, next}) > width)
			break;
		n = next;
	}
	return n;
}

/* Whole characters only, and a mark where something was left out. */
static void add_cut(struct text *to, struct span s, size_t width, bool head)
{
	const char *mark = is_utf8_terminal() ? "…" : "~";

	if (text_width(s) <= width) {
		text_add(to, s);
		return;
	}
	if (!head) {
		text_add(to, (struct span){s.data, fitting(s, width - 1)});
		text_add_str(to, mark);
		return;
	}
	while (text_width(s) > width - 1)
		s = span_from_offset(s, character(s));
	text_add_str(to, mark);
	text_add(to, s);
}

static void add_blanks(struct text *to, size_t n)
{
	while (n-- > 0)
		text_add_char(to, ' ');
}

static void add_field(const struct render_table *t, size_t i, const char *value, const char *colour, struct text *to)
{
	CLEANUP_TEXT struct text cut = TEXT_EMPTY;
	size_t width, pad;

	add_cut(&cut, span_from(value), t->width && t->columns[i].cut != RENDER_CUT_NONE ? t->widths[i] : SIZE_MAX,
		t->columns[i].cut == RENDER_CUT_HEAD);
	width = text_width(text_span(&cut));
	pad = width < t->widths[i] ? t->widths[i] - width : 0;
	if (t->right[i])
		add_blanks(to, pad);
	if (colour)
		text_add_str(to, colour);
	text_add(to, text_span(&cut));
	if (colour)
		text_add_str(to, RESET);
	if (i + 1 == t->n_columns)
		text_add_char(to, '\n');
	else
		add_blanks(to, GAP + (t->right[i] ? 0 : pad));
	to->failed |= cut.failed;
}

static int write_text(const struct render_table *t, const struct text *line)
{
	if (line->failed)
		return -ENOMEM;
	return fwrite(line->data, 1, line->len, t->to) == line->len ? 0 : -errno;
}

static int write_line(const struct render_table *t, const struct render_line *line)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	for (size_t i = 0; i < t->n_columns; i++)
		add_field(t, i, line->texts[i], line->colours[i], &text);
	return write_text(t, &text);
}

static int write_head(const struct render_table *t)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	for (size_t i = 0; i < t->n_columns; i++)
		add_field(t, i, t->columns[i].title, t->colour ? BOLD : NULL, &text);
	return write_text(t, &text);
}

static size_t total_width(const struct render_table *t)
{
	size_t total = GAP * (t->n_columns - 1);

	for (size_t i = 0; i < t->n_columns; i++)
		total += t->widths[i];
	return total;
}

/* Takes from whoever has most until it fits. */
static void shrink(struct render_table *t)
{
	while (total_width(t) > t->width) {
		size_t widest = t->n_columns;

		for (size_t i = 0; i < t->n_columns; i++)
			if (t->columns[i].cut != RENDER_CUT_NONE && t->widths[i] > WIDTH_MIN &&
				(widest == t->n_columns || t->widths[i] > t->widths[widest]))
				widest = i;
		if (widest == t->n_columns)
			return;
		t->widths[widest]--;
	}
}

/* Numbers stand to the right, when there is nothing else in their column. */
static bool is_numeric(const struct render_table *t, size_t column)
{
	size_t numbers = 0, others = 0;

	for (size_t k = 0; k < t->n_held; k++) {
		numbers += t->held[k].kinds[column] == RENDER_NUMBER;
		others += t->held[k].kinds[column] != RENDER_NUMBER && t->held[k].kinds[column] != RENDER_NULL;
	}
	return numbers > 0 && others == 0;
}

static void settle(struct render_table *t)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		t->widths[i] = strlen(t->columns[i].title);
		t->right[i] = is_numeric(t, i);
		for (size_t k = 0; k < t->n_held; k++)
			t->widths[i] = MAX(t->widths[i], text_width(span_from(t->held[k].texts[i])));
	}
	if (t->width > 0)
		shrink(t);
	t->started = true;
}

int render_table_flush(struct render_table *t)
{
	int r = 0;

	if (!t->started) {
		settle(t);
		r = write_head(t);
	}
	for (size_t i = 0; i < t->n_held; i++) {
		if (r == 0)
			r = write_line(t, &t->held[i]);
		line_free(&t->held[i]);
	}
	t->n_held = 0;
	return r;
}

int render_table_add(struct render_table *t, const void *row)
{
	struct render_line line;
	int r = line_read(t, row, &line);

	if (r < 0)
		return r;
	if (t->started) {
		r = write_line(t, &line);
		line_free(&line);
		return r;
	}
	if (!t->held && !(t->held = calloc(HELD_MAX, sizeof(*t->held)))) {
		line_free(&line);
		return -ENOMEM;
	}
	t->held[t->n_held++] = line;
	return t->n_held == HELD_MAX ? render_table_flush(t) : 0;
}

void render_table_free(struct render_table *t)
{
	for (size_t i = 0; i < t->n_held; i++)
		line_free(&t->held[i]);
	free(t->held);
}
