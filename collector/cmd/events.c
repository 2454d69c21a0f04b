/* SPDX-License-Identifier: MIT */
/* events: rows as they are stored, and those to come. */
#include "filters.h"
#include "follow.h"
#include "seccompwatch/log.h"

#define POLL_MS 200

enum {
	EVENTS_FOLLOW,
	EVENTS_FORMAT,
};

static const struct option_row events_options[] = {
	{"format", 0, EVENTS_FORMAT, "FORMAT", "table (default), json (one document), csv, or an object a line: jsonl, ecs "
		"(Elastic Common Schema 8.17), ocsf (OCSF 1.4.0, Detection Finding)", "table json jsonl csv ecs ocsf"},
	{"follow", 'f', EVENTS_FOLLOW, NULL, "then go on with events as they come; a row that grows is shown again", NULL},
	{0},
};

struct events {
	const struct cmd_line *line;
	struct filters filters;
	bool follow;
	struct query *query;
	struct render_output output;
	struct render_stream *stream;
};

static void events_free(struct events *e)
{
	render_stream_free(e->stream);
	render_output_free(&e->output);
	query_close(e->query);
	filters_free(&e->filters);
}

static int take_format(struct events *e, const char *value, struct text *why)
{
	int format = render_format_from_name(span_from(value));

	if (format < 0) {
		text_printf(why, "--format takes table, json, jsonl, csv, ecs or ocsf, not \"%s\"", value);
		return -EINVAL;
	}
	e->filters.format = (enum render_format)format;
	return 0;
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct events *e = data;

	if (row->id == EVENTS_FORMAT)
		return take_format(e, value, why);
	if (row->id != EVENTS_FOLLOW)
		return filters_take(&e->filters, row, value, why);
	e->follow = true;
	return 0;
}

static int show(void *data, const struct query_row *row)
{
	return render_add_event(((struct events *)data)->stream, row);
}

static int open_output(struct events *e)
{
	struct render_options options = {.format = e->filters.format};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = render_output_open(&e->output, e->filters.output, e->follow, &why);

	if (r < 0) {
		log_error("%s", why.len ? why.data : "out of memory");
		return CMD_FAILED;
	}
	options.to = e->output.file;
	render_options_fit(&options);
	r = render_events_new(&e->stream, &options);
	return r < 0 ? filters_fail(e->line, NULL, r) : CMD_DONE;
}

static int list(struct events *e)
{
	struct query_page page = {.limit = e->filters.limit, .ascending = !e->filters.descending};

	return query_events(e->query, &e->filters.filter, &page, show, e, NULL);
}

/* Another file stands at the path: all that is in it is new to us. */
static int reopen(struct events *e, uint64_t *seq)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *path = cmd_db_path(e->line);
	struct query *q = NULL;

	if (!path)
		return -ENOMEM;
	if (query_open(&q, path, &why) < 0)
		return 0; /* not there yet: the next look may find it */
	query_close(e->query);
	e->query = q;
	*seq = 0;
	return 0;
}

static int look(struct events *e, uint64_t *seq)
{
	int r = query_refresh(e->query);

	if (r == -ESTALE)
		return reopen(e, seq);
	if (r == -EBUSY)
		return 0;
	if (r < 0 || query_seq(e->query) == *seq)
		return r < 0 ? r : 0;
	r = query_changes(e->query, &e->filters.filter, *seq, show, e);
	if (r < 0)
		return r;
	*seq = query_seq(e->query);
	return render_stream_flush(e->stream);
}

static int follow(struct events *e)
{
	CLEANUP(follow_stop) struct follow waiting = FOLLOW_EMPTY;
	uint64_t seq = query_seq(e->query);
	int r = follow_start(&waiting, fileno(e->output.file));

	if (r == 0)
		r = render_stream_flush(e->stream);
	while (r == 0 && (r = follow_wait(&waiting, POLL_MS)) == 1)
		r = look(e, &seq);
	return r;
}

static int finish(struct events *e)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = render_stream_end(e->stream);

	if (r == 0)
		r = render_output_close(&e->output, &why);
	if (r < 0)
		return filters_fail(e->line, NULL, r);
	if (render_stream_rows(e->stream) == 0 && !e->follow)
		filters_explain_nothing(e->query);
	return CMD_DONE;
}

static int events(struct events *e)
{
	int status, r;

	if (e->follow && e->filters.format == RENDER_JSON)
		return cmd_usage(e->line, "--follow has no end, and json is one document: use --format jsonl");
	if (e->follow && e->filters.descending)
		return cmd_usage(e->line, "--follow shows the newest last: leave out --order desc");
	status = filters_open(e->line, &e->filters, &e->query);
	if (status == CMD_DONE)
		status = open_output(e);
	if (status != CMD_DONE)
		return status;
	r = list(e);
	if (r == 0 && e->follow)
		r = follow(e);
	return r < 0 ? filters_fail(e->line, e->query, r) : finish(e);
}

static int run(struct cmd_line *line)
{
	CLEANUP(events_free) struct events e = {.line = line};
	int status = CMD_DONE;

	filters_init(&e.filters);
	if (cmd_parse(line, take, &e, &status) < 0)
		return status;
	return events(&e);
}

static const struct option_row *const tables[] = {filters_options, events_options, filters_listing, NULL};

const struct cmd cmd_events = {
	.name = "events",
	.summary = "list violations, or follow them",
	.text = "Lists what was recorded, the newest last. Identical violations of one process in the same second are one "
		"row with a count.\n\n"
		"A filter may be given several times, or several values with commas between: any of them matches. Different "
		"filters must all match. In --exe and --comm, \\xNN stands for a byte (\\x2c is a comma) and \\\\ for a "
		"backslash, as they are shown.",
	.options = tables,
	.run = run,
};
