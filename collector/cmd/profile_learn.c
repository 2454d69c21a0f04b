/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/learn.h"
#include "seccompwatch/log.h"

/* ---- as JSON: the profile, and what it rests on ---- */

static json_t *time_json(int64_t time)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(time, text);
	return json_string(text);
}

static json_t *calls_json(const struct learn *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_calls; i++) {
		const struct learn_call *c = &l->calls[i];
		json_array_append_new(list, json_pack("{s:s?, s:s?, s:I, s:I, s:o, s:o, s:b}", "arch", c->arch_name, "syscall", c->name,
			"syscall_nr", (json_int_t)c->nr, "count", (json_int_t)c->count, "first", time_json(c->first), "last",
			time_json(c->last), "permitted", c->permitted));
	}
	return list;
}

static json_t *containers_json(const struct learn *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_containers; i++)
		json_array_append_new(list, render_container_json(l->containers[i]));
	return list;
}

static json_t *cautions_json(const struct learn *l)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->n_cautions; i++)
		json_array_append_new(list, json_string(l->cautions[i]));
	return list;
}

static json_t *learn_json(const struct learn *l)
{
	json_t *coverage = json_pack("{s:o, s:I, s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I}", "containers", containers_json(l), "events",
		(json_int_t)l->events, "first", time_json(l->first), "last", time_json(l->last), "newest_call", time_json(l->newest),
		"denied", (json_int_t)l->denied, "lost_at_most", (json_int_t)l->lost_at_most, "unwatched_ms",
		(json_int_t)l->unwatched, "kept", (json_int_t)l->n_kept, "added", (json_int_t)l->n_added);
	json_t *profile = json_loads(l->profile, 0, NULL);

	return json_pack("{s:o, s:b, s:o, s:o, s:o}", "profile", profile ? profile : json_string(l->profile), "proven", l->proven,
		"coverage", coverage, "calls", calls_json(l), "cautions", cautions_json(l));
}

/* ---- as a file, with the rest on standard error ---- */

static void tell(const struct learn *l)
{
	char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX], newest[CLOCK_TEXT_MAX];

	clock_format_local(l->first, first);
	clock_format_local(l->last, last);
	clock_format_local(l->newest, newest);
	log_info("%" PRIu64 " events of %zu calls in %zu containers, from %s to %s; the last call that was new came at %s", l->events,
		l->n_calls, l->n_containers, first, last, newest);
	log_info("%s: each recorded call is decided by the compiled profile%s; %zu names were added for the runtime and for "
		"programs' ends", l->proven ? "proven" : "NOT proven", l->proven ? " and permitted" : "", l->n_added);
	for (size_t i = 0; i < l->n_cautions; i++)
		log_warning("%s", l->cautions[i]);
}

static int write_profile(const struct profile_cmd *c, const struct learn *l)
{
	CLEANUP(render_output_free) struct render_output output = RENDER_OUTPUT_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = render_output_open(&output, c->file, false, &why);

	if (r == 0 && fputs(l->profile, output.file) == EOF)
		r = -EIO;
	if (r == 0)
		r = render_output_close(&output, &why);
	if (r < 0 && r != -EPIPE)
		log_error("%s", why.data ? why.data : strerror(-r));
	return r < 0 && r != -EPIPE ? CMD_FAILED : CMD_DONE;
}

int profile_learn_run(const struct profile_cmd *c)
{
	CLEANUP(query_close_p) struct query *query = NULL;
	CLEANUP_LEARN struct learn l = LEARN_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int status = filters_open(c->line, &c->filters, &query), r;

	if (status != CMD_DONE)
		return status;
	r = learn_make(query, &c->filters.filter, c->model, &l, &why);
	if (r == -ENODATA) {
		log_error("profile: %s", why.data ? why.data : "nothing to learn from");
		return CMD_FAILED;
	}
	if (r < 0)
		return filters_fail(c->line, query, r);
	if (c->output == PROFILE_OUTPUT_JSON) {
		status = profile_print_json(learn_json(&l));
	} else {
		status = write_profile(c, &l);
		tell(&l);
	}
	return status == CMD_DONE && !l.proven ? CMD_FAILED : status;
}
