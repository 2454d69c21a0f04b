/* SPDX-License-Identifier: MIT */
/* report: what happened in a span of time, as a document to hand on. */
#include "seccompwatch/report.h"

#include <stdio.h>

#include "filters.h"
#include "seccompwatch/log.h"

enum {
	REPORT_FORMAT,
};

static const struct option_row report_options[] = {
	{"format", 0, REPORT_FORMAT, "FORMAT", "html (default), md, json or csv", "html md json csv"},
	{"output", 'o', FILTERS_OUTPUT, "FILE", "write to FILE, which appears when it is whole", NULL},
	{0},
};

struct command {
	const struct cmd_line *line;
	struct filters filters;
	struct query *query;
	enum report_format format;
	const struct query_container *container;
	struct marks marks;
};

static void command_free(struct command *c)
{
	query_close(c->query);
	filters_free(&c->filters);
	marks_free(&c->marks);
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct command *c = data;
	int format;

	if (row->id != REPORT_FORMAT)
		return filters_take(&c->filters, row, value, why);
	format = report_format_from_name(span_from(value));
	if (format < 0) {
		text_printf(why, "--format takes html, md, json or csv, not \"%s\"", value);
		return -EINVAL;
	}
	c->format = (enum report_format)format;
	return 0;
}

/* One container alone makes it that container's report. */
static int find_container(struct command *c)
{
	const struct query_values *names = &c->filters.filter.fields[QUERY_CONTAINER];
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r;

	if (names->n != 1)
		return CMD_DONE;
	r = query_find_container(c->query, span_from(names->values[0]), &c->container, &why);
	if (r == 0)
		return CMD_DONE;
	log_error("report: %s", why.len ? why.data : strerror(-r));
	if (r == -ENOENT)
		filters_explain_nothing(c->query);
	return r == -EINVAL ? CMD_USAGE : CMD_FAILED;
}

/* A report is worth having where the user's marks cannot be read. */
static int read_marks(struct command *c)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *db = cmd_db_path(c->line);
	int r = db ? marks_read(db, &c->marks, &why) : -ENOMEM;

	if (r < 0 && r != -ENOMEM)
		log_warning("report: mutes are passed over: %s", why.len ? why.data : strerror(-r));
	return r == -ENOMEM ? r : 0;
}

static int write_out(struct command *c, const struct report *report)
{
	CLEANUP(render_output_free) struct render_output out = RENDER_OUTPUT_EMPTY;
	CLEANUP_TEXT struct text t = TEXT_EMPTY, why = TEXT_EMPTY;
	int r = report_write(report, c->format, &t);

	if (r == 0)
		r = render_output_open(&out, c->filters.output, false, &why);
	if (r == 0 && fwrite(t.data, 1, t.len, out.file) != t.len)
		r = -EIO;
	if (r == 0)
		r = render_output_close(&out, &why);
	if (r < 0 && why.len)
		log_error("report: %s", why.data);
	return r;
}

static int run(struct cmd_line *line)
{
	CLEANUP(command_free) struct command c = {.line = line, .marks = MARKS_EMPTY};
	CLEANUP(report_free_p) struct report *report = NULL;
	struct report_request request = {.filter = &c.filters.filter, .marks = &c.marks, .version = VERSION};
	int status = CMD_DONE, r;

	filters_init(&c.filters);
	if (cmd_parse(line, take, &c, &status) < 0)
		return status;
	status = filters_open(line, &c.filters, &c.query);
	if (status == CMD_DONE)
		status = find_container(&c);
	if (status != CMD_DONE)
		return status;
	request.container = c.container;
	r = read_marks(&c);
	if (r == 0)
		r = report_read(c.query, &request, &report);
	if (r == 0 && c.format != REPORT_CSV)
		r = report_advise(report);
	if (r == 0)
		r = write_out(&c, report);
	return r < 0 ? filters_fail(line, c.query, r) : CMD_DONE;
}

static const struct option_row *const tables[] = {report_options, filters_options, NULL};

const struct cmd cmd_report = {
	.name = "report",
	.summary = "write a report of a span of time, to hand on",
	.text = "What happened in words, a timeline, what could not be seen, tables by container, call and program, what is new, "
		"what to do about it with the changes as diffs, and the losses. Without --until it ends with what is known (the "
		"newest event or heartbeat), without --since it has seven days; with one --container it is that container's.\n\n"
		"html is one file that needs no other and runs nothing; it prints well. md is Markdown for tickets; json has all "
		"of it as data; csv has a row for each kind of violation (a leading quote before = + - @ TAB keeps spreadsheets "
		"from taking a name for a formula). The same database gives the same bytes.",
	.options = tables,
	.run = run,
};
