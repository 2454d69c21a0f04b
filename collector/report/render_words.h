/* SPDX-License-Identifier: MIT */
/* What both ways of writing JSON share: the walk over lists and over the columns of an object. */
#pragma once

#include "render_cell.h"

/* The next word of a list, off its head. */
static inline struct span render_take_word(struct span *list)
{
	const char *blank = list->len ? memchr(list->data, ' ', list->len) : NULL;
	struct span word = {list->data, blank ? (size_t)(blank - list->data) : list->len};

	*list = span_from_offset(*list, word.len + 1);
	return word;
}

/* Past all columns of the object that begins at c; objects are told apart by name. */
static inline const struct render_column *render_skip_object(const struct render_column *c)
{
	struct span object = span_from(c->object);

	while (c->name && span_equal(span_from(c->object), object))
		c++;
	return c;
}
