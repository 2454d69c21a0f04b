/* SPDX-License-Identifier: MIT */
/* status: is somebody watching, what is stored, what was lost. */
#include "filters.h"
#include "seccompwatch/log.h"

/* Of the listing options only these two make sense here. */
static const struct option_row status_options[] = {
	{"format", 0, FILTERS_FORMAT, "FORMAT", "table (default), json, jsonl or csv", "table json jsonl csv"},
	{"output", 'o', FILTERS_OUTPUT, "FILE", "write to FILE, which appears when it is whole", NULL},
	{0},
};

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	return filters_take(data, row, value, why);
}

static void describe(const struct query_status *status, enum render_format format, struct text *to)
{
	if (format == RENDER_TABLE) {
		render_status_add_text(status, VERSION, to);
	} else if (format == RENDER_CSV) {
		render_status_add_csv(status, VERSION, to);
	} else {
		render_status_add_json(status, VERSION, to);
		text_add_char(to, '\n');
	}
}

static int write_out(const struct cmd_line *line, const struct filters *f, const struct text *text)
{
	CLEANUP(render_output_free) struct render_output output = RENDER_OUTPUT_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = render_output_open(&output, f->output, false, &why);

	if (r == 0 && fwrite(text->data, 1, text->len, output.file) != text->len)
		r = -errno;
	if (r == 0)
		r = render_output_close(&output, &why);
	if (r < 0 && r != -EPIPE && why.len) {
		log_error("%s", why.data);
		return CMD_FAILED;
	}
	return r < 0 ? filters_fail(line, NULL, r) : CMD_DONE;
}

static int run(struct cmd_line *line)
{
	CLEANUP(query_close_p) struct query *q = NULL;
	CLEANUP(filters_free) struct filters f;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct query_status status;
	int exit_status = CMD_DONE, r;

	filters_init(&f);
	if (cmd_parse(line, take, &f, &exit_status) < 0)
		return exit_status;
	exit_status = filters_open(line, &f, &q);
	if (exit_status != CMD_DONE)
		return exit_status;
	r = query_status(q, &status);
	if (r < 0)
		return filters_fail(line, q, r);
	describe(&status, f.format, &text);
	return text.failed ? filters_fail(line, q, -ENOMEM) : write_out(line, &f, &text);
}

static const struct option_row *const tables[] = {status_options, NULL};

const struct cmd cmd_status = {
	.name = "status",
	.summary = "tell whether somebody is watching, what is stored and what was lost",
	.text = "The collector, the database, losses, and how well events could be attributed to containers.",
	.options = tables,
	.run = run,
};
