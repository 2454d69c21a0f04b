/* SPDX-License-Identifier: MIT */
/* A report as one JSON document: {"period","summary","visibility","timeline","containers","units","syscalls","programs",
 * "kinds","advice"}. */
#include "report_internal.h"
#include "seccompwatch/render.h"

static json_t *time_json(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == CLOCK_NONE)
		return json_null();
	clock_format(ms, text);
	return json_string(text);
}

static json_t *outcomes_json(const uint64_t *by_outcome)
{
	json_t *o = json_object();

	for (int i = 0; i < EVENT_OUTCOME_N; i++)
		json_object_set_new(o, event_outcome_name((enum event_outcome)i), json_integer((json_int_t)by_outcome[i]));
	return o;
}

static json_t *row_json(const struct report_row *row, const char *const *names)
{
	json_t *o = row->container ? render_container_json(row->container) : json_object();

	for (size_t i = 0; names[i]; i++)
		json_object_set_new(o, names[i], row->values[i] ? json_string(row->values[i]) : json_null());
	json_object_set_new(o, "count", json_integer((json_int_t)row->count));
	json_object_set_new(o, "first", time_json(row->first));
	json_object_set_new(o, "last", time_json(row->last));
	json_object_set_new(o, "outcomes", outcomes_json(row->by_outcome));
	return o;
}

static json_t *table_json(const struct report_table *t, const char *const *names)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(rows, row_json(&t->rows[i], names));
	return json_pack("{s:o, s:I}", "rows", rows, "total", (json_int_t)t->n_all);
}

static json_t *timeline_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_buckets; i++) {
		const struct query_bucket *b = &r->buckets[i];

		json_array_append_new(list, json_pack("{s:o, s:o, s:I, s:I}", "time", time_json(b->start), "outcomes",
			outcomes_json(b->by_outcome), "unwatched_ms", (json_int_t)b->unwatched, "lost_at_most",
			(json_int_t)b->lost_at_most));
	}
	return json_pack("{s:I, s:o}", "step_ms", (json_int_t)r->step, "buckets", list);
}

static json_t *visibility_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_losses; i++)
		json_array_append_new(list, json_pack("{s:s, s:s?, s:o, s:o, s:I}", "kind", r->losses[i].kind, "host",
			r->losses[i].host, "first", time_json(r->losses[i].first), "last", time_json(r->losses[i].last),
			"count", (json_int_t)r->losses[i].count));
	return json_pack("{s:I, s:I, s:I, s:o}", "unwatched_ms", (json_int_t)r->unwatched, "lost_at_most",
		(json_int_t)r->lost_at_most, "containers_with_silent_denials", (json_int_t)r->silent, "losses", list);
}

static json_t *kinds_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_kinds; i++) {
		json_t *kind = render_kind_json(&r->kinds[i]);

		if (kind)
			json_object_set_new(kind, "new", json_boolean(report_is_new(r, &r->kinds[i])));
		json_array_append_new(list, kind);
	}
	return list;
}

static json_t *advice_json(const struct report *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_advice; i++) {
		const struct report_advice *a = &r->advice[i];
		json_t *o = a->made ? render_suggest_json(&a->suggest) : json_pack("{s:s?}", "why_not", a->why_not);

		if (o)
			json_object_set_new(o, "container", render_container_json(a->container));
		json_array_append_new(list, o);
	}
	return list;
}

int report_add_json(const struct report *r, struct text *to)
{
	static const char *const container[] = {"container", NULL}, *const unit[] = {"unit", NULL},
				 *const syscall[] = {"syscall", "action", NULL}, *const program[] = {"exe", NULL};
	json_t *json = json_pack("{s:o, s:s, s:o, s:{s:I, s:I, s:I, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "period",
		json_pack("{s:o, s:o}", "since", time_json(r->since), "until", time_json(r->until)), "version", r->version,
		"container", r->container ? render_container_json(r->container) : json_null(), "summary", "count",
		(json_int_t)r->total, "before", (json_int_t)r->before, "new_kinds", (json_int_t)r->n_new, "outcomes",
		outcomes_json(r->by_outcome), "visibility", visibility_json(r), "timeline", timeline_json(r), "containers",
		table_json(&r->containers, container), "units", table_json(&r->units, unit), "syscalls",
		table_json(&r->syscalls, syscall), "programs", table_json(&r->programs, program), "kinds", kinds_json(r),
		"advice", advice_json(r));
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	text_add_str(to, text ? text : "");
	text_add_char(to, '\n');
	json_decref(json);
	free(text);
	return text ? 0 : -ENOMEM;
}
