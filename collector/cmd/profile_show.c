/* SPDX-License-Identifier: MIT */
/* The profile in force: as it was captured when the container began, and with --live the filters themselves. */
#include <stdio.h>

#include "profile.h"
#include "profile_decisions.h"
#include "profile_find.h"
#include "profile_live.h"
#include "seccompwatch/log.h"

struct show {
	const struct profile_cmd *c;
	struct query *query;
	const struct query_container *container; /* NULL: none is known */
	int32_t pid;                             /* 0: none */
	char *text, *sha256;                     /* the captured profile; NULL: there is none */
	struct profile_subject subject;          /* … made ready */
	struct profile_live live;
	struct profile_changes changes; /* between the two */
	bool compared;
};

static void show_free(struct show *s)
{
	query_close(s->query);
	free(s->text);
	free(s->sha256);
	profile_subject_free(&s->subject);
	profile_live_free(&s->live);
	profile_changes_free(&s->changes);
}

/* ---- what is asked for ---- */

/* Without the database a living process can be shown all the same. */
static int open_database(struct show *s)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *path = NULL;

	if (!s->c->live || s->c->filters.filter.fields[QUERY_CONTAINER].n)
		return filters_open(s->c->line, &s->c->filters, &s->query);
	path = cmd_db_path(s->c->line);
	if (!path || query_open(&s->query, path, &why) < 0)
		log_info("%s: what was captured cannot be compared", why.data ? why.data : "no database");
	return CMD_DONE;
}

static int find_container(struct show *s, const char *word)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = query_find_container(s->query, span_from(word), &s->container, &why);

	if (r == 0)
		return CMD_DONE;
	log_error("profile: %s", why.data ? why.data : strerror(-r));
	return r == -EINVAL ? CMD_USAGE : CMD_FAILED;
}

static int note_container(void *data, const struct query_process *process)
{
	struct show *s = data;

	s->container = process->container;
	return 0;
}

/* The container of a living process is what its cgroup says; that of a dead one what was recorded. */
static int find_container_of(struct show *s)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char id[CGROUP_ID_MAX];

	if (!s->query)
		return CMD_DONE;
	if (profile_find_container(s->pid, id) == 0)
		query_find_container(s->query, span_from(id), &s->container, &why);
	else if (!s->c->live)
		query_processes(s->query, NULL, s->pid, 1, note_container, s);
	if (s->container || s->c->live)
		return CMD_DONE;
	log_error("profile: of process %d no container is known", s->pid);
	return CMD_FAILED;
}

static int find(struct show *s)
{
	const struct query_values *containers = &s->c->filters.filter.fields[QUERY_CONTAINER];
	const struct query_values *pids = &s->c->filters.filter.fields[QUERY_PID];
	uint64_t pid = 0;
	int status;

	if (containers->n + pids->n != 1)
		return cmd_usage(s->c->line, "show takes one --container or one --pid");
	if (pids->n)
		text_to_u64(span_from(pids->values[0]), INT32_MAX, &pid);
	s->pid = (int32_t)pid;
	status = open_database(s);
	if (status == CMD_DONE)
		status = pids->n ? find_container_of(s) : find_container(s, containers->values[0]);
	if (status != CMD_DONE || !s->c->live || s->pid)
		return status;
	if (profile_find_process(s->container->id, &s->pid) == 0)
		return CMD_DONE;
	log_error("profile: no process of container %s lives any more", s->container->id);
	return CMD_FAILED;
}

/* ---- the captured one ---- */

static int read_captured(struct show *s)
{
	struct profile_problem problem = {0};
	int r = s->container ? query_profile(s->query, s->container, &s->text, &s->sha256) : -ENOENT;

	if (r == -ENOENT)
		return CMD_DONE;
	if (r < 0)
		return filters_fail(s->c->line, s->query, r);
	s->subject.path = "the captured profile";
	r = profile_load_text(span_from(s->text), NULL, &s->subject.profile, &problem);
	if (r) {
		profile_print_problem(s->subject.path, &problem);
		return CMD_FAILED;
	}
	return profile_subject_compile(s->c, NULL, &s->subject);
}

static void explain_missing(const struct show *s)
{
	if (s->container->has_spec)
		log_error("profile: container %s was started without a seccomp profile", s->container->id);
	else
		log_error("profile: what container %s was started with is not known: no collector saw it begin", s->container->id);
}

/* ---- the living one ---- */

static int read_live(struct show *s)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = profile_live_read(s->pid, &s->live, &why);

	if (r < 0) {
		log_error("profile: %s", why.data ? why.data : strerror(-r));
		return CMD_FAILED;
	}
	if (!s->subject.filter || s->live.n == 0)
		return CMD_DONE;
	r = profile_diff_programs(s->subject.filter, (const struct bpf_program *const *)s->live.programs, s->live.n,
		profile_changes_add, &s->changes);
	s->compared = r == 0;
	return r == 0 ? CMD_DONE : CMD_FAILED;
}

/* ---- as JSON ---- */

static json_t *captured_json(const struct show *s)
{
	json_t *profile = s->text ? json_loads(s->text, 0, NULL) : NULL;

	if (!s->subject.filter)
		return json_null();
	return json_pack("{s:s, s:o, s:s, s:I, s:o}", "sha256", s->sha256, "profile", profile ? profile : json_string(s->text),
		"runtime", profile_model_name(s->c->model), "instructions",
		(json_int_t)bpf_length(profile_filter_program(s->subject.filter)), "filter",
		profile_decisions_json(profile_filter_program(s->subject.filter)));
}

static json_t *filter_json(const struct show *s, size_t i)
{
	return json_pack("{s:o, s:I, s:o}", "log", s->live.log[i] < 0 ? json_null() : json_boolean(s->live.log[i]), "instructions",
		(json_int_t)bpf_length(s->live.programs[i]), "filter", profile_decisions_json(s->live.programs[i]));
}

static json_t *live_json(const struct show *s)
{
	json_t *filters = json_array();

	if (!s->c->live) {
		json_decref(filters);
		return json_null();
	}
	for (size_t i = 0; i < s->live.n; i++)
		json_array_append_new(filters, filter_json(s, i));
	return json_pack("{s:i, s:b, s:o}", "pid", (int)s->pid, "strict", s->live.strict, "filters", filters);
}

static int print_json(const struct show *s)
{
	return profile_print_json(json_pack("{s:o, s:o, s:o, s:o}", "container",
		s->container ? render_container_json(s->container) : json_null(), "captured", captured_json(s), "live", live_json(s),
		"changed", s->compared ? profile_changes_json(&s->changes) : json_null()));
}

/* ---- for people ---- */

static void add_table(const struct bpf_program *p, struct text *to)
{
	json_t *decisions = profile_decisions_json(p);

	if (decisions)
		profile_decisions_add_text(decisions, to);
	else
		to->failed = true;
	json_decref(decisions);
}

static void add_captured(const struct show *s, struct text *to)
{
	const struct query_container *c = s->container;

	text_add_str(to, "container ");
	text_add_terminal(to, span_from(c->name ? c->name : c->id));
	if (c->image) {
		text_add_str(to, " (image ");
		text_add_terminal(to, span_from(c->image));
		text_add_char(to, ')');
	}
	text_printf(to, ": the profile it was started with, as %s compiles it\n  sha256 %s, %zu rules, %zu instructions; its denials "
		"%s\n", profile_model_name(s->c->model), s->sha256, s->subject.profile->n_rules,
		bpf_length(profile_filter_program(s->subject.filter)),
		s->subject.profile->flags.n ? "are logged as its flags say" : "leave no record unless they kill");
}

static void add_filter(const struct show *s, size_t i, struct text *to)
{
	static const char *const flags[] = {"SECCOMP_FILTER_FLAG_LOG is not set", "SECCOMP_FILTER_FLAG_LOG is set"};

	text_printf(to, "\nfilter %zu of %zu%s: %zu instructions, %s\n", i + 1, s->live.n,
		s->live.n == 1 ? "" : i == 0 ? " (the oldest)" : i + 1 == s->live.n ? " (the newest)" : "",
		bpf_length(s->live.programs[i]),
		s->live.log[i] < 0 ? "whether it logs is not known" : flags[s->live.log[i]]);
	add_table(s->live.programs[i], to);
}

static void add_live(const struct show *s, struct profile_changes *changes, struct text *to)
{
	text_printf(to, "process %d now has %zu filter%s%s\n", s->pid, s->live.n, s->live.n == 1 ? "" : "s",
		s->live.n > 1 ? ": all are asked, the severest answer counts" : s->live.strict ? ", but runs in strict mode" : "");
	for (size_t i = 0; i < s->live.n; i++)
		add_filter(s, i, to);
	if (!s->compared)
		return;
	text_add_str(to, "\nfrom the captured profile to what is in force: ");
	text_add_str(to, changes->n ? "\n" : "");
	profile_changes_add_text(changes, to);
}

static int print_text(struct show *s)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (s->subject.filter)
		add_captured(s, &t);
	if (s->c->live)
		add_live(s, &s->changes, &t);
	else
		add_table(profile_filter_program(s->subject.filter), &t);
	return profile_print_text(&t);
}

int profile_show_run(const struct profile_cmd *c)
{
	CLEANUP(show_free) struct show s = {.c = c};
	int status = find(&s);

	if (status == CMD_DONE)
		status = read_captured(&s);
	if (status != CMD_DONE)
		return status;
	if (!s.subject.filter && !c->live) {
		explain_missing(&s);
		return CMD_FAILED;
	}
	if (c->live)
		status = read_live(&s);
	if (status != CMD_DONE)
		return status;
	if (c->output == PROFILE_OUTPUT_JSON)
		return print_json(&s);
	if (c->output == PROFILE_OUTPUT_TEXT)
		return print_text(&s);
	if (!s.text)
		explain_missing(&s);
	return s.text && puts(s.text) != EOF && fflush(stdout) == 0 ? CMD_DONE : CMD_FAILED;
}
