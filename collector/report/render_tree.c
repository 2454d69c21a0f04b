/* SPDX-License-Identifier: MIT */
/* JSON as a tree, for those who add to it. */
#include "render_words.h"

static json_t *list_json(struct span list)
{
	json_t *array = json_array();
	int r = array ? 0 : -1;

	while (list.len > 0 && r == 0) {
		struct span word = render_take_word(&list);

		r = json_array_append_new(array, json_stringn_nocheck(word.data, word.len));
	}
	if (r == 0)
		return array;
	json_decref(array);
	return NULL;
}

json_t *render_cell_json(const struct render_cell *cell)
{
	switch (cell->kind) {
	case RENDER_NUMBER:
		return json_integer(cell->number);
	case RENDER_BOOL:
		return json_boolean(cell->number);
	case RENDER_TEXT:
		return json_string_nocheck(cell->text);
	case RENDER_LIST:
		return list_json(span_from(cell->text));
	default:
		return json_null();
	}
}

static int add_columns(json_t *object, const struct render_column *c, const struct render_column *end, const void *row)
{
	struct render_cell cell;
	int r = 0;

	for (; c < end && r == 0; c++) {
		c->get(row, &cell, c->index);
		r = json_object_set_new_nocheck(object, c->name, render_cell_json(&cell));
	}
	return r;
}

static json_t *object_json(const struct render_column *c, const struct render_column *end, const void *row)
{
	struct render_cell cell;
	json_t *object;

	c->get(row, &cell, c->index);
	if (cell.kind == RENDER_NULL)
		return json_null();
	object = json_object();
	if (object && add_columns(object, c, end, row) == 0)
		return object;
	json_decref(object);
	return NULL;
}

json_t *render_columns_json(const struct render_column *columns, const void *row)
{
	json_t *whole = json_object();
	int r = whole ? 0 : -1;

	for (const struct render_column *c = columns, *end; c->name && r == 0; c = end) {
		end = render_skip_object(c);
		if (c->object)
			r = json_object_set_new_nocheck(whole, c->object, object_json(c, end, row));
		else
			r = add_columns(whole, c, end, row);
	}
	if (r == 0)
		return whole;
	json_decref(whole);
	return NULL;
}
