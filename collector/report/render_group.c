/* SPDX-License-Identifier: MIT */
/* Groups of a summary. Their columns follow from the fields they are grouped by. */
#include "render_cell.h"

/* Ids are numbers here as they are in events; everything else is a text. */
static void value_cell(const void *data, struct render_cell *ret, unsigned index)
{
	const struct render_group *row = data;
	const char *value = row->group->values[index];
	int64_t number;

	if (value && (row->by[index] == QUERY_PID || row->by[index] == QUERY_UID) &&
		text_to_i64(span_from(value), &number) == 0)
		render_number(ret, number);
	else
		render_text(ret, value);
}

static const struct query_container *container_of(const void *data)
{
	static const struct query_container nowhere = {0};
	const struct query_container *c = ((const struct render_group *)data)->group->container;

	return c ? c : &nowhere;
}

static void container_id_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, container_of(data)->id);
}

static void runtime_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, event_runtime_name(container_of(data)->runtime));
}

static void image_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, container_of(data)->image);
}

static void pod_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, container_of(data)->pod);
}

static void namespace_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, container_of(data)->namespace);
}

static void count_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_number(ret, (int64_t)((const struct render_group *)data)->group->count);
}

static void first_cell(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_group *group = ((const struct render_group *)data)->group;

	render_time(ret, group->count ? group->first : CLOCK_NONE);
}

static void last_cell(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_group *group = ((const struct render_group *)data)->group;

	render_time(ret, group->count ? group->last : CLOCK_NONE);
}

static void outcome_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_number(ret, (int64_t)((const struct render_group *)data)->group->by_outcome[index]);
}

static bool is_by(const enum query_field *by, size_t n_by, enum query_field field)
{
	for (size_t i = 0; i < n_by; i++)
		if (by[i] == field)
			return true;
	return false;
}

void render_group_columns(const enum query_field *by, size_t n_by, struct render_column ret[static RENDER_GROUP_COLUMNS])
{
	static const struct render_column of_container[] = {{NULL, "container_id", container_id_cell},
		{NULL, "runtime", runtime_cell}, {NULL, "image", image_cell}, {NULL, "pod", pod_cell},
		{NULL, "namespace", namespace_cell}};
	static const struct render_column of_all[] = {{NULL, "count", count_cell}, {NULL, "first", first_cell},
		{NULL, "last", last_cell}};
	size_t n = 0;

	for (size_t i = 0; i < n_by; i++)
		ret[n++] = (struct render_column){NULL, query_field_name(by[i]), value_cell, (unsigned)i};
	for (size_t i = 0; i < ARRAY_SIZE(of_container) && is_by(by, n_by, QUERY_CONTAINER); i++)
		if (of_container[i].get != runtime_cell || !is_by(by, n_by, QUERY_RUNTIME))
			ret[n++] = of_container[i];
	for (size_t i = 0; i < ARRAY_SIZE(of_all); i++)
		ret[n++] = of_all[i];
	/* The worst first; what has no code is known least, and comes last. */
	for (unsigned outcome = 1; outcome <= EVENT_OUTCOME_N; outcome++)
		ret[n++] = (struct render_column){"outcomes", event_outcome_name(outcome % EVENT_OUTCOME_N), outcome_cell,
			outcome % EVENT_OUTCOME_N};
	ret[n] = (struct render_column){0};
}

json_t *render_group_json(const struct query_group *group, const enum query_field *by, size_t n_by)
{
	struct render_column columns[RENDER_GROUP_COLUMNS];

	render_group_columns(by, n_by, columns);
	return render_columns_json(columns, &(struct render_group){group, by});
}

void render_group_add_json(const struct query_group *group, const enum query_field *by, size_t n_by, struct text *to)
{
	struct render_column columns[RENDER_GROUP_COLUMNS];

	render_group_columns(by, n_by, columns);
	render_columns_add_json(columns, &(struct render_group){group, by}, to);
}
