/* SPDX-License-Identifier: MIT */
/* explain: the story of a container or a process, on a terminal or as JSON. */
#include <stdio.h>
#include <string.h>

#include "explain_host.h"
#include "filters.h"
#include "seccompwatch/log.h"

enum {
	EXPLAIN_FORMAT,
};

static const struct option_row explain_options[] = {
	{"format", 0, EXPLAIN_FORMAT, "FORMAT", "text (default) or json", "text json"},
	{0},
};

struct command {
	const struct cmd_line *line;
	struct filters filters;
	struct query *query;
	bool json;
	struct explain_request request;
	struct explain_host host;
};

static void command_free(struct command *c)
{
	query_close(c->query);
	explain_host_free(&c->host);
	filters_free(&c->filters);
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct command *c = data;

	if (row->id != EXPLAIN_FORMAT)
		return filters_take(&c->filters, row, value, why);
	c->json = strcmp(value, "json") == 0;
	if (c->json || strcmp(value, "text") == 0)
		return 0;
	text_printf(why, "--format takes text or json, not \"%s\"", value);
	return -EINVAL;
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

/* A container that nobody recorded: what its engine's files say of its end, and no event. */
static int take_from_host(struct command *c, struct text *why)
{
	if (c->host.n != 1) {
		log_error("explain: %s", why->data ? why->data : "no memory");
		return c->host.n > 1 ? CMD_USAGE : CMD_FAILED;
	}
	c->request.container = &c->host.container;
	c->request.profile = c->host.info.profile;
	c->request.unseen = true;
	if (query_filter_add(&c->filters.filter, QUERY_CONTAINER, span_from(c->host.container.id), why) == 0)
		return CMD_DONE;
	log_error("explain: %s", why->data ? why->data : "no memory");
	return CMD_FAILED;
}

static int find_container(struct command *c, const char *word)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = query_find_container(c->query, span_from(word), &c->request.container, &why);

	if (r == -ENOENT && explain_host_find(&c->host, word, &why) != -ENOENT)
		return take_from_host(c, &why);
	if (r == 0 && explain_host_complete(&c->host, c->request.container))
		c->request.container = &c->host.container;
	if (r == 0)
		r = query_filter_add(&c->filters.filter, QUERY_CONTAINER, span_from(c->request.container->id), &why);
	if (r == 0)
		return CMD_DONE;
	log_error("explain: %s", why.len ? why.data : strerror(-r));
	if (r == -ENOENT)
		filters_explain_nothing(c->query);
	return r == -EINVAL ? CMD_USAGE : CMD_FAILED;
}

/* One pid alone makes it a process's story. */
static void find_pid(struct command *c)
{
	const struct query_values *pids = &c->filters.filter.fields[QUERY_PID];
	uint64_t pid;

	if (pids->n == 1 && text_to_u64(span_from(pids->values[0]), INT32_MAX, &pid) == 0)
		c->request.pid = (int32_t)pid;
}

static bool is_anything_asked(const struct command *c)
{
	const struct query_filter *f = &c->filters.filter;
	bool any = c->line->n_operands > 0 || f->since != CLOCK_NONE || f->until != CLOCK_NONE;

	for (size_t i = 0; i < QUERY_FIELD_FILTERS; i++)
		any |= f->fields[i].n > 0;
	return any;
}

static int resolve(struct command *c)
{
	const struct cmd_line *line = c->line;
	int status;

	if (line->n_operands > 1)
		return cmd_usage(line, "one container at a time, not \"%s\" too", line->operands[1]);
	if (!is_anything_asked(c))
		return cmd_usage(line, "name a container, or say which process with --pid");
	status = filters_open(line, &c->filters, &c->query);
	if (status == CMD_DONE && line->n_operands == 1)
		status = find_container(c, line->operands[0]);
	find_pid(c);
	c->request.filter = &c->filters.filter;
	return status;
}

/* ---- telling it -------------------------------------------------------------------------------------------------- */

static void add_line(struct text *t, const char *head, const char *body)
{
	text_add_str(t, head);
	text_add_terminal(t, span_from(body));
	text_add_char(t, '\n');
}

static void add_steps(struct text *t, const struct explain *e)
{
	if (e->n_steps > 0)
		text_add_char(t, '\n');
	if (e->earlier)
		text_add_str(t, "  (there were earlier ones; `seccompwatch events` lists them)\n");
	for (size_t i = 0; i < e->n_steps; i++) {
		char time[CLOCK_TEXT_MAX];

		clock_format_local(e->steps[i].time, time);
		text_printf(t, "  %s.%03d  ", time, (int)(((e->steps[i].time % 1000) + 1000) % 1000));
		add_line(t, "", e->steps[i].text);
	}
}

static int print_text(const struct explain *e)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	add_line(&t, "", e->sentence);
	add_steps(&t, e);
	text_add_char(&t, '\n');
	if (e->about[0])
		add_line(&t, "About:    ", e->about);
	add_line(&t, "Profile:  ", e->profile);
	add_line(&t, "Visible:  ", e->visible);
	for (size_t i = 0; i < e->n_next; i++)
		add_line(&t, i == 0 ? "Next:     " : "          ", e->next[i]);
	if (t.failed)
		return -ENOMEM;
	return fputs(t.data, stdout) < 0 || fflush(stdout) != 0 ? -EIO : 0;
}

static int print_json(const struct explain *e)
{
	json_t *json = render_explain_json(e);
	int r = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -ENOMEM;

	json_decref(json);
	if (r == 0 && (putchar('\n') == EOF || fflush(stdout) != 0))
		r = -EIO;
	return r < 0 && r != -ENOMEM ? -EIO : r;
}

static int run(struct cmd_line *line)
{
	CLEANUP(command_free) struct command c = {.line = line, .request.pid = EVENT_NO_PID};
	CLEANUP_EXPLAIN struct explain e = EXPLAIN_EMPTY;
	int status = CMD_DONE, r;

	filters_init(&c.filters);
	if (cmd_parse(line, take, &c, &status) < 0)
		return status;
	status = resolve(&c);
	if (status != CMD_DONE)
		return status;
	r = explain_make(c.query, &c.request, &e);
	if (r == 0)
		r = c.json ? print_json(&e) : print_text(&e);
	return r < 0 ? filters_fail(line, c.query, r) : CMD_DONE;
}

static const struct option_row *const tables[] = {explain_options, filters_options, NULL};

const struct cmd cmd_explain = {
	.name = "explain",
	.operands = "[CONTAINER]",
	.summary = "tell why a container or process died, or what it was denied",
	.text = "CONTAINER is a name or the head of an id; one that nobody recorded is looked for in the files that engines keep "
		"on this host, which root may read. Without one, --pid tells the story of a process, and the other "
		"filters that of a program, a host or a window of time.\n\n"
		"One sentence says what happened; under it stands the evidence in order of time, which profile was in "
		"force, and what could have been seen at all.",
	.options = tables,
	.run = run,
};
