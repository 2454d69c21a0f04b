/* SPDX-License-Identifier: MIT */
/* Rows on their way out, in whichever format: JSON documents and lines, CSV, tables. */
#include <stdio.h>
#include <sys/ioctl.h>

#include "render_export.h"
#include "render_table.h"
#include "render_views.h"

#define WIDTH_DEFAULT 120

struct render_stream {
	struct render_options options;
	const char *list; /* the JSON document's one member */
	struct render_column group_columns[RENDER_GROUP_COLUMNS];
	const struct render_column *columns;
	enum query_field by[QUERY_BY_MAX];
	struct render_table table;
	struct render_export export;
	struct text line; /* reused */
	uint64_t rows;
};

int render_format_from_name(struct span name)
{
	static const char *const names[] = {"table", "json", "jsonl", "csv", "ecs", "ocsf"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (span_equal(span_from(names[i]), name))
			return (int)i;
	return -EINVAL;
}

void render_options_fit(struct render_options *o)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
	struct winsize size;

	o->width = 0;
	o->colour = false;
	if (!isatty(fileno(o->to)))
		return;
	o->width = ioctl(fileno(o->to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH_DEFAULT;
	o->colour = !(no_colour && *no_colour) && !(terminal && strcmp(terminal, "dumb") == 0);
}

static int write_line(struct render_stream *s)
{
	if (s->line.failed)
		return -ENOMEM;
	if (fwrite(s->line.data, 1, s->line.len, s->options.to) != s->line.len)
		return -errno;
	return 0;
}

/* What stands before the first row. */
static int start(struct render_stream *s)
{
	text_reset(&s->line);
	if (s->options.format == RENDER_JSON)
		text_printf(&s->line, "{\"%s\":[", s->list);
	else if (s->options.format == RENDER_CSV)
		render_columns_add_csv_head(s->columns, &s->line);
	return s->line.len ? write_line(s) : 0;
}

static struct render_stream *stream_new(const struct render_options *options, const char *list)
{
	struct render_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->options = *options;
	s->list = list;
	s->table.to = options->to;
	s->table.width = options->width;
	s->table.colour = options->colour;
	return s;
}

static int hand_over(struct render_stream **ret, struct render_stream *s)
{
	int r = start(s);

	if (r < 0) {
		render_stream_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int render_events_new(struct render_stream **ret, const struct render_options *options)
{
	struct render_stream *s = stream_new(options, "events");

	if (!s)
		return -ENOMEM;
	s->columns = render_event_columns;
	s->table.n_columns = render_event_view(s->table.columns);
	render_export_bind(&s->export, options->format == RENDER_OCSF ? render_export_ocsf : render_export_ecs);
	return hand_over(ret, s);
}

int render_groups_new(struct render_stream **ret, const struct render_options *options, const enum query_field *by,
	size_t n_by)
{
	struct render_stream *s = stream_new(options, "summary");

	if (!s)
		return -ENOMEM;
	memcpy(s->by, by, n_by * sizeof(*by));
	render_group_columns(s->by, n_by, s->group_columns);
	s->columns = s->group_columns;
	s->table.n_columns = render_group_view(s->by, n_by, s->table.columns);
	return hand_over(ret, s);
}

void render_stream_free(struct render_stream *s)
{
	if (!s)
		return;
	render_table_free(&s->table);
	text_free(&s->line);
	free(s);
}

static bool is_export(const struct render_stream *s)
{
	return s->options.format == RENDER_ECS || s->options.format == RENDER_OCSF;
}

static int add_text(struct render_stream *s, const void *row)
{
	text_reset(&s->line);
	if (s->options.format == RENDER_CSV) {
		render_columns_add_csv(s->columns, row, &s->line);
		return write_line(s);
	}
	if (s->options.format == RENDER_JSON)
		text_add_str(&s->line, s->rows > 0 ? ",\n" : "\n");
	if (is_export(s))
		render_export_add_json(&s->export, row, &s->line);
	else
		render_columns_add_json(s->columns, row, &s->line);
	if (s->options.format == RENDER_JSONL || is_export(s))
		text_add_char(&s->line, '\n');
	return write_line(s);
}

static int add(struct render_stream *s, const void *row)
{
	int r = s->options.format == RENDER_TABLE ? render_table_add(&s->table, row) : add_text(s, row);

	s->rows++;
	if (r == 0 && s->options.flush)
		r = render_stream_flush(s);
	return r;
}

int render_add_event(struct render_stream *s, const struct query_row *row)
{
	return add(s, row);
}

int render_add_group(struct render_stream *s, const struct query_group *group)
{
	return add(s, &(struct render_group){group, s->by});
}

int render_stream_flush(struct render_stream *s)
{
	int r = 0;

	if (s->options.format == RENDER_TABLE && (s->rows > 0 || s->table.started))
		r = render_table_flush(&s->table);
	if (r == 0 && fflush(s->options.to) != 0)
		r = -errno;
	return r;
}

int render_stream_end(struct render_stream *s)
{
	int r = 0;

	if (s->options.format == RENDER_JSON) {
		text_reset(&s->line);
		text_add_str(&s->line, s->rows > 0 ? "\n]}\n" : "]}\n");
		r = write_line(s);
	}
	return r == 0 ? render_stream_flush(s) : r;
}

uint64_t render_stream_rows(const struct render_stream *s)
{
	return s->rows;
}
