/* SPDX-License-Identifier: MIT */
/* Tables for terminals. The first rows are held back until the columns' widths are known; the rest follows. */
#pragma once

#include "render_cell.h"

struct render_table_column {
	const char *title;
	void (*get)(const void *row, struct render_cell *ret, unsigned index);
	unsigned index;
	enum {
		RENDER_CUT_END,  /* what does not fit is left out at the end, */
		RENDER_CUT_HEAD, /* or at the head: of a path its end says most */
		RENDER_CUT_NONE, /* half a time or a number says something else */
	} cut;
	const char *(*colour)(const void *row); /* an escape sequence, or NULL */
};

#define RENDER_TABLE_COLUMNS 16

struct render_table {
	struct render_table_column columns[RENDER_TABLE_COLUMNS];
	size_t n_columns;
	FILE *to;
	size_t width; /* 0: never cut */
	bool colour;

	struct render_line *held;
	size_t n_held;
	bool started; /* widths are settled, the head is printed */
	size_t widths[RENDER_TABLE_COLUMNS];
	bool right[RENDER_TABLE_COLUMNS];
};

int render_table_add(struct render_table *t, const void *row);
int render_table_flush(struct render_table *t);
void render_table_free(struct render_table *t);
