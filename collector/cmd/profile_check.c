/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/log.h"

struct report {
	const struct profile_subject *subject;
	json_t *list; /* NULL: print lines */
	size_t n;
};

static int add(void *data, const struct profile_finding *finding)
{
	struct report *r = data;
	unsigned line = render_profile_line(r->subject->profile, finding->pointer);
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	r->n++;
	if (r->list)
		return json_array_append_new(r->list, render_finding_json(r->subject->profile, finding)) ? -ENOMEM : 0;
	text_add_terminal(&t, span_from(strcmp(r->subject->path, "-") == 0 ? "standard input" : r->subject->path));
	if (line)
		text_printf(&t, ":%u", line);
	text_printf(&t, ": %s: ", finding->id);
	if (finding->pointer[0])
		text_printf(&t, "%s: ", finding->pointer);
	text_add_terminal(&t, span_from(finding->message));
	return t.failed || puts(t.data) == EOF ? -EIO : 0;
}

int profile_check_run(const struct profile_cmd *c)
{
	CLEANUP(profile_subject_free) struct profile_subject s = {0};
	struct report r = {.subject = &s};
	size_t length;
	int status = profile_subject_load(c, c->operands[0], &s);

	if (status == CMD_DONE)
		status = profile_subject_compile(c, NULL, &s);
	if (status != CMD_DONE)
		return status;
	if (c->output == PROFILE_OUTPUT_JSON)
		r.list = json_array();
	if (profile_check(s.filter, add, &r)) {
		json_decref(r.list);
		log_error("cannot write what was found");
		return CMD_FAILED;
	}
	length = bpf_length(profile_filter_program(s.filter));
	if (r.list)
		return profile_print_json(json_pack("{s:s, s:I, s:o}", "format", profile_format_name(s.profile->format),
			"instructions", (json_int_t)length, "warnings", r.list));
	printf("%s: format %s, %zu rules, %zu of the 4096 instructions a kernel takes; %zu warning%s\n", s.path,
		profile_format_name(s.profile->format), s.profile->n_rules, length, r.n, r.n == 1 ? "" : "s");
	return fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
