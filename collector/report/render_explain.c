/* SPDX-License-Identifier: MIT */
/* A story as JSON: {"verdict","sentence","container","about","steps":[{"time","kind","text","event"}],"earlier","profile",
 * "visible","next":[…]}. */
#include "seccompwatch/explain.h"
#include "seccompwatch/render.h"

static json_t *step_json(const struct explain_step *step)
{
	char time[CLOCK_TEXT_MAX];

	clock_format(step->time, time);
	return json_pack("{s:s, s:s, s:s, s:o}", "time", time, "kind", explain_kind_name(step->kind), "text", step->text,
		"event", step->has_row ? render_event_json(&step->row) : json_null());
}

json_t *render_explain_json(const struct explain *e)
{
	json_t *steps = json_array(), *next = json_array();

	for (size_t i = 0; i < e->n_steps; i++)
		json_array_append_new(steps, step_json(&e->steps[i]));
	for (size_t i = 0; i < e->n_next; i++)
		json_array_append_new(next, json_string(e->next[i]));
	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:b, s:s, s:s, s:o}", "verdict", explain_verdict_name(e->verdict), "sentence",
		e->sentence, "container", e->container ? render_container_json(e->container) : json_null(), "about", e->about, "steps", steps,
		"earlier", e->earlier, "profile", e->profile, "visible", e->visible, "next", next);
}
