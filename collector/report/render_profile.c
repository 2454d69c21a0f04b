/* SPDX-License-Identifier: MIT */
/* What profiles decide, as JSON. */
#include <inttypes.h>

#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

unsigned render_profile_line(const struct profile *p, const char *pointer)
{
	struct profile_place place;

	return !p || pointer[0] != '/' || profile_locate(p, pointer, &place) ? 0 : place.line;
}

void render_action_add(uint32_t action, struct text *to)
{
	const char *name = profile_action_name(action), *error = names_errno(profile_action_errno(action));

	if (!name)
		text_printf(to, "0x%x", action);
	else
		text_add_str(to, name);
	if (profile_action_errno(action))
		text_printf(to, " %s", error ? error : "of no name");
}

static json_t *action_json(uint32_t action)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	render_action_add(action, &t);
	return json_string(t.data ? t.data : "");
}

static json_t *args_json(const struct bpf_call *call, unsigned used)
{
	json_t *args = json_array();
	char text[24];

	for (unsigned i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "0x%" PRIx64, call->args[i]);
		json_array_append_new(args, used & 1u << i ? json_string(text) : json_null());
	}
	return args;
}

static json_t *line_json(const struct profile *p, const char *pointer)
{
	unsigned line = render_profile_line(p, pointer);

	return line ? json_integer(line) : json_null();
}

json_t *render_call_json(const struct bpf_call *call)
{
	return json_pack("{s:s?, s:s?, s:I, s:o}", "arch", names_arch(call->arch, call->nr), "syscall", profile_call_name(call),
		"syscall_nr", (json_int_t)call->nr, "args", args_json(call, 0x3f));
}

static json_t *errno_json(uint32_t action)
{
	int error = profile_action_errno(action);
	const char *name = names_errno(error);

	return name ? json_string(name) : error ? json_integer(error) : json_null();
}

json_t *render_verdict_json(const struct profile *p, const struct profile_filter *f, const struct bpf_call *call,
	const struct profile_verdict *v)
{
	CLEANUP_TEXT struct text reason = TEXT_EMPTY;
	char by[PROFILE_POINTER_MAX];

	profile_decided_by(f, v, by);
	profile_explain(f, call, v, &reason);
	return json_pack("{s:s?, s:o, s:s?, s:o, s:s?}", "action", profile_action_name(v->action), "errno",
		errno_json(v->action), "decided_by", by[0] ? by : NULL, "line", line_json(p, by), "reason", reason.data);
}

json_t *render_finding_json(const struct profile *p, const struct profile_finding *finding)
{
	return json_pack("{s:s, s:s, s:o, s:s}", "id", finding->id, "pointer", finding->pointer, "line",
		line_json(p, finding->pointer), "message", finding->message);
}

json_t *render_profile_change_json(const struct profile_change *change)
{
	const struct bpf_call *call = &change->call;

	return json_pack("{s:s?, s:s?, s:I, s:o, s:o, s:o}", "arch", names_arch(call->arch, call->nr), "syscall",
		profile_call_name(call), "syscall_nr", (json_int_t)call->nr, "args",
		change->used ? args_json(call, change->used) : json_null(), "from", action_json(change->from), "to",
		action_json(change->to));
}
