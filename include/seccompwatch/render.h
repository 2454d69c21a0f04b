/* SPDX-License-Identifier: MIT */
/* render: query results as JSON (the event contract), CSV and terminal tables. Pure: rows → text. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "explain.h"
#include "query.h"

enum render_format {
	RENDER_TABLE,
	RENDER_JSON,
	RENDER_JSONL,
	RENDER_CSV,
};
int render_format_from_name(struct span name); /* -EINVAL */

/* Trees: new references, NULL on lack of memory. */
json_t *render_event_json(const struct query_row *row);
json_t *render_group_json(const struct query_group *group, const enum query_field *by, size_t n_by);
json_t *render_status_json(const struct query_status *status, const char *version);
json_t *render_container_json(const struct query_container *container);

/* The same as text, on one line, without the tree: for those who stream. */
void render_event_add_json(const struct query_row *row, struct text *to);
void render_group_add_json(const struct query_group *group, const enum query_field *by, size_t n_by, struct text *to);
void render_status_add_json(const struct query_status *status, const char *version, struct text *to);
/* The same columns, flattened: a head and one row. */
void render_status_add_csv(const struct query_status *status, const char *version, struct text *to);
json_t *render_explain_json(const struct explain *e);
