/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/log.h"
#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

static int find_call(const struct profile_cmd *c, struct bpf_call *ret)
{
	const struct profile_arch *arch = c->arch ? c->arch : c->host ? c->host : profile_arch_native();
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	*ret = (struct bpf_call){.arch = arch->audit};
	memcpy(ret->args, c->args, sizeof(ret->args));
	if (profile_call_number(arch, span_from(c->operands[1]), &ret->nr) == 0)
		return CMD_DONE;
	text_add_terminal(&shown, span_from(c->operands[1]));
	log_error("%s has no syscall \"%s\"", arch->name, shown.data ? shown.data : "");
	return CMD_FAILED;
}

static void print_text(const struct profile_subject *s, const struct bpf_call *call, const struct profile_verdict *v)
{
	CLEANUP_TEXT struct text action = TEXT_EMPTY, reason = TEXT_EMPTY, about = TEXT_EMPTY;
	const struct knowledge *k = knowledge_of(span_from(profile_call_name(call)));
	const char *name = profile_call_name(call), *arch = names_arch(call->arch, call->nr);
	char by[PROFILE_POINTER_MAX];
	unsigned line;

	render_action_add(v->action, &action);
	profile_explain(s->filter, call, v, &reason);
	profile_decided_by(s->filter, v, by);
	line = render_profile_line(s->profile, by);
	if (k)
		render_knowledge_add_text(k, &about);
	printf("%s (%u, %s): %s\n", name ? name : "unknown", call->nr, arch ? arch : "unknown", action.data);
	printf("  decided by %s", by[0] ? by : "none of its rules");
	if (line)
		printf(" (line %u)", line);
	printf("\n  %s\n", reason.data);
	if (about.len)
		printf("  about it: %s\n", about.data);
}

static int print_json(const struct profile_subject *s, const struct profile_cmd *c, const struct bpf_call *call,
	const struct profile_verdict *v)
{
	json_t *tree = render_call_json(call), *verdict = render_verdict_json(s->profile, s->filter, call, v);

	json_object_update_missing(tree, verdict);
	json_object_set_new(tree, "runtime", json_string(profile_model_name(c->model)));
	json_object_set_new(tree, "about", render_knowledge_json(knowledge_of(span_from(profile_call_name(call)))));
	json_decref(verdict);
	return profile_print_json(tree);
}

int profile_decide_run(const struct profile_cmd *c)
{
	CLEANUP(profile_subject_free) struct profile_subject s = {0};
	struct profile_verdict v;
	struct bpf_call call;
	int status = profile_subject_load(c, c->operands[0], &s);

	if (status == CMD_DONE)
		status = find_call(c, &call);
	if (status == CMD_DONE)
		status = profile_subject_compile(c, NULL, &s);
	if (status != CMD_DONE)
		return status;
	profile_decide(s.filter, &call, &v);
	if (c->output == PROFILE_OUTPUT_JSON)
		return print_json(&s, c, &call, &v);
	print_text(&s, &call, &v);
	return fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
