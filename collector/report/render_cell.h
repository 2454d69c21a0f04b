/* SPDX-License-Identifier: MIT */
/* A cell is one value of a result, before it is known where it will be shown. Tables of columns give cells; JSON, CSV
 * and terminal tables are three ways of writing them. */
#pragma once

#include "seccompwatch/render.h"

enum render_kind {
	RENDER_NULL,
	RENDER_NUMBER,
	RENDER_TEXT,
	RENDER_LIST, /* words separated by blanks */
	RENDER_BOOL,
};

struct render_cell {
	enum render_kind kind;
	int64_t number;
	const char *text;
	char buffer[160]; /* where text may point: six 64-bit numbers in hex fit */
};

/* One column of rows of some type. Columns of one object stand together and carry its name: JSON nests them, the
 * others write OBJECT_NAME. An object is null when its first column is. */
struct render_column {
	const char *object, *name;
	void (*get)(const void *row, struct render_cell *ret, unsigned index);
	unsigned index; /* for those who serve several columns */
};

void render_null(struct render_cell *ret);
void render_number(struct render_cell *ret, int64_t value);
void render_bool(struct render_cell *ret, bool value);
void render_text(struct render_cell *ret, const char *text); /* NULL: null */
void render_hex(struct render_cell *ret, uint64_t value);
void render_time(struct render_cell *ret, int64_t ms); /* CLOCK_NONE: null */

/* The columns end with a row without name. */
json_t *render_columns_json(const struct render_column *columns, const void *row);
void render_columns_add_json(const struct render_column *columns, const void *row, struct text *to);
void render_columns_add_csv(const struct render_column *columns, const void *row, struct text *to);
void render_columns_add_csv_head(const struct render_column *columns, struct text *to);

void render_cell_add_json(const struct render_cell *cell, struct text *to);
void render_cell_add_csv(const struct render_cell *cell, struct text *to);
json_t *render_cell_json(const struct render_cell *cell);

extern const struct render_column render_event_columns[];

/* A kind's columns, and whether it is new. */
void render_kind_add_csv_head(struct text *to);
void render_kind_add_csv(const struct query_kind *kind, bool is_new, struct text *to);

/* A group's columns follow from what it is grouped by. */
struct render_group {
	const struct query_group *group;
	const enum query_field *by;
};
#define RENDER_GROUP_COLUMNS (QUERY_BY_MAX + 5 + 3 + EVENT_OUTCOME_N + 1)
void render_group_columns(const enum query_field *by, size_t n_by, struct render_column ret[static RENDER_GROUP_COLUMNS]);
