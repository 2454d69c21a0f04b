/* SPDX-License-Identifier: MIT */
/* Suggestions as JSON: {"profile":{"source","format","sha256"},"suggestions":[…],"patch","unified_diff","changed",
 * "warnings","muted","left_out","undecidable","executed"}. */
#include <inttypes.h>

#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

static json_t *string_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *time_json(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(ms, text);
	return json_string(text);
}

/* Only the arguments that matter; the others are null. */
static json_t *args_json(const struct bpf_call *call, unsigned used)
{
	json_t *args;

	if (!used)
		return json_null();
	args = json_array();
	for (unsigned i = 0; i < 6; i++) {
		char text[24];

		snprintf(text, sizeof(text), "0x%" PRIx64, call->args[i]);
		json_array_append_new(args, used & 1u << i ? json_string(text) : json_null());
	}
	return args;
}

/* "SCMP_ACT_ERRNO EPERM" */
static json_t *action_json(uint32_t action)
{
	const char *name = profile_action_name(action), *error = names_errno(profile_action_errno(action));
	char text[64];

	if (!name)
		snprintf(text, sizeof(text), "0x%" PRIx32, action);
	else if (profile_action_errno(action))
		snprintf(text, sizeof(text), "%s %s", name, error ? error : "of no name");
	else
		snprintf(text, sizeof(text), "%s", name);
	return json_string(text);
}

json_t *render_change_json(const struct suggest_change *c)
{
	const struct bpf_call *call = &c->change.call;
	json_t *o = json_pack("{s:s?, s:s?, s:I, s:o, s:o, s:o}", "arch", names_arch(call->arch, call->nr), "syscall",
		profile_call_name(call), "syscall_nr", (json_int_t)call->nr, "args", args_json(call, c->change.used), "from",
		action_json(c->change.from), "to", action_json(c->change.to));

	if (o && c->asked)
		json_object_set_new(o, "asked", json_true());
	return o;
}

static json_t *changes_json(const struct suggest_change *changes, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, render_change_json(&changes[i]));
	return list;
}

static json_t *option_json(const struct suggest_option *option)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o}", "kind", suggest_kind_name(option->kind), "title", option->title, "patch",
		json_loads(option->patch, 0, NULL), "changed", changes_json(option->changed, option->n_changed));

	if (o && option->line)
		json_object_set_new(o, "line", json_string(option->line));
	return o;
}

static json_t *exes_json(const struct suggest_item *item)
{
	json_t *list = json_array();

	for (size_t i = 0; i < item->n_exes; i++)
		json_array_append_new(list, json_string(item->exes[i].path));
	return list;
}

static json_t *asked_json(const struct suggest_item *item)
{
	json_t *list;

	if (item->knowing == SUGGEST_UNKNOWN)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < item->n_asked; i++)
		json_array_append_new(list, args_json(&item->asked[i], item->used));
	return list;
}

static json_t *options_json(const struct suggest_item *item)
{
	json_t *list = json_array();

	for (size_t i = 0; i < item->n_options; i++)
		json_array_append_new(list, option_json(&item->options[i]));
	return list;
}

static json_t *item_json(const struct suggest_item *item)
{
	json_t *o = json_pack("{s:s?, s:I, s:s?, s:s?, s:I, s:o, s:o, s:o}", "syscall", item->syscall, "syscall_nr",
		(json_int_t)item->call.nr, "arch", item->arch, "action", event_action_name(item->action), "count",
		(json_int_t)item->count, "first", time_json(item->first), "last", time_json(item->last), "exes", exes_json(item));
	json_t *more = json_pack("{s:o, s:s, s:o, s:s?, s:s, s:s?, s:s?, s:s, s:b, s:o}", "args", asked_json(item), "arguments",
		suggest_knowing_name(item->knowing), "errno", string_or_null(names_errno(item->error)), "decided_by",
		item->decided_by[0] ? item->decided_by : NULL, "reason", item->reason, "risk", item->risk, "risk_reason",
		item->risk_reason, "recommended", suggest_kind_name(item->recommended), "muted", item->muted, "options",
		options_json(item));

	if (o && more && json_object_update(o, more) < 0) {
		json_decref(o);
		o = NULL;
	}
	json_decref(more);
	return o;
}

static json_t *items_json(const struct suggest *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_items; i++)
		json_array_append_new(list, item_json(&s->items[i]));
	return list;
}

static json_t *profile_json(const struct suggest *s)
{
	if (!s->text)
		return json_pack("{s:s?, s:s, s:n}", "source", s->source, "format", "systemd", "sha256");
	return json_pack("{s:s?, s:s?, s:s?}", "source", s->source, "format", s->format, "sha256", s->sha256);
}

json_t *render_suggest_json(const struct suggest *s)
{
	json_t *warnings = json_array();

	if (s->caution)
		json_array_append_new(warnings, json_string(s->caution));
	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o, s:I, s:I, s:I, s:I}", "profile", profile_json(s), "suggestions",
		items_json(s), "patch", s->patch ? json_loads(s->patch, 0, NULL) : json_array(), "unified_diff", s->diff ? s->diff : "", "changed",
		changes_json(s->changed, s->n_changed), "warnings", warnings, "muted", (json_int_t)s->n_muted, "left_out",
		(json_int_t)s->n_left_out, "undecidable", (json_int_t)s->n_undecidable, "executed",
		(json_int_t)s->n_executed);
}
