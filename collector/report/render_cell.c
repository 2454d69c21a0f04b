/* SPDX-License-Identifier: MIT */
/* The values, and JSON and CSV written as text: what streams a million rows builds no tree for each. */
#include "render_cell.h"

#include <inttypes.h>
#include <stdio.h>

#include "render_words.h"

void render_null(struct render_cell *ret)
{
	ret->kind = RENDER_NULL;
}

void render_number(struct render_cell *ret, int64_t value)
{
	ret->kind = RENDER_NUMBER;
	ret->number = value;
}

void render_bool(struct render_cell *ret, bool value)
{
	ret->kind = RENDER_BOOL;
	ret->number = value;
}

void render_text(struct render_cell *ret, const char *text)
{
	ret->kind = text ? RENDER_TEXT : RENDER_NULL;
	ret->text = text;
}

void render_hex(struct render_cell *ret, uint64_t value)
{
	snprintf(ret->buffer, sizeof(ret->buffer), "0x%" PRIx64, value);
	ret->kind = RENDER_TEXT;
	ret->text = ret->buffer;
}

void render_time(struct render_cell *ret, int64_t ms)
{
	if (ms != CLOCK_NONE)
		clock_format(ms, ret->buffer);
	render_text(ret, ms == CLOCK_NONE ? NULL : ret->buffer);
}

/* ---- JSON ---- */

static void add_string(struct text *to, struct span s)
{
	size_t plain = 0;

	text_add_char(to, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		text_add(to, (struct span){s.data + plain, i - plain});
		if (c < 0x20)
			text_printf(to, "\\u%04x", c);
		else
			text_add_char(to, '\\');
		plain = c < 0x20 ? i + 1 : i;
	}
	text_add(to, span_from_offset(s, plain));
	text_add_char(to, '"');
}

static void add_list(struct text *to, struct span list)
{
	const char *comma = "";

	text_add_char(to, '[');
	while (list.len > 0) {
		text_add_str(to, comma);
		add_string(to, render_take_word(&list));
		comma = ",";
	}
	text_add_char(to, ']');
}

/* Decimal digits without printf's machinery: most cells of most rows are numbers. */
static void add_number(struct text *to, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (value < 0)
		*--p = '-';
	text_add(to, (struct span){p, (size_t)(digits + sizeof(digits) - p)});
}

void render_cell_add_json(const struct render_cell *cell, struct text *to)
{
	switch (cell->kind) {
	case RENDER_NUMBER:
		add_number(to, cell->number);
		break;
	case RENDER_BOOL:
		text_add_str(to, cell->number ? "true" : "false");
		break;
	case RENDER_TEXT:
		add_string(to, span_from(cell->text));
		break;
	case RENDER_LIST:
		add_list(to, span_from(cell->text));
		break;
	default:
		text_add_str(to, "null");
	}
}

static void add_name(struct text *to, const char *name)
{
	text_add_char(to, '"');
	text_add_str(to, name);
	text_add_str(to, "\":");
}

static const struct render_column *add_object(const struct render_column *c, const void *row, struct text *to)
{
	const struct render_column *end = render_skip_object(c);
	struct render_cell cell;

	add_name(to, c->object);
	c->get(row, &cell, c->index);
	if (cell.kind == RENDER_NULL) {
		text_add_str(to, "null");
		return end;
	}
	for (char comma = '{'; c < end; c++, comma = ',') {
		c->get(row, &cell, c->index);
		text_add_char(to, comma);
		add_name(to, c->name);
		render_cell_add_json(&cell, to);
	}
	text_add_char(to, '}');
	return end;
}

void render_columns_add_json(const struct render_column *columns, const void *row, struct text *to)
{
	const struct render_column *c = columns;
	struct render_cell cell;

	for (char comma = '{'; c->name; comma = ',') {
		text_add_char(to, comma);
		if (c->object) {
			c = add_object(c, row, to);
			continue;
		}
		c->get(row, &cell, c->index);
		add_name(to, c->name);
		render_cell_add_json(&cell, to);
		c++;
	}
	text_add_char(to, '}');
}

/* ---- CSV ---- */

void render_cell_add_csv(const struct render_cell *cell, struct text *to)
{
	if (cell->kind == RENDER_NUMBER || cell->kind == RENDER_BOOL)
		render_cell_add_json(cell, to);
	else if (cell->kind != RENDER_NULL)
		text_add_csv(to, span_from(cell->text));
}

void render_columns_add_csv_head(const struct render_column *columns, struct text *to)
{
	for (const struct render_column *c = columns; c->name; c++)
		text_printf(to, "%s%s%s%s", c == columns ? "" : ",", c->object ? c->object : "",
			c->object ? "_" : "", c->name);
	text_add_str(to, "\r\n");
}

void render_columns_add_csv(const struct render_column *columns, const void *row, struct text *to)
{
	struct render_cell cell;

	for (const struct render_column *c = columns; c->name; c++) {
		if (c != columns)
			text_add_char(to, ',');
		c->get(row, &cell, c->index);
		render_cell_add_csv(&cell, to);
	}
	text_add_str(to, "\r\n");
}
