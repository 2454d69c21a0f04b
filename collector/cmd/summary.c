/* SPDX-License-Identifier: MIT */
/* summary: events counted by what they have in common. */
#include <string.h>

#include "filters.h"
#include "seccompwatch/log.h"

enum {
	SUMMARY_BY,
};

static const struct option_row summary_options[] = {
	{"by", 0, SUMMARY_BY, "FIELD[,FIELD]", "count by up to four fields (default: syscall)",
		"container runtime unit syscall arch action outcome exe comm pid uid host hour day"},
	{0},
};

/* A group that outlives the call that brought it: only numbers and times are no texts of the reader's. */
struct kept {
	struct query_group group;
	char values[QUERY_BY_MAX][CLOCK_TEXT_MAX];
};

struct summary {
	const struct cmd_line *line;
	struct filters filters;
	enum query_field by[QUERY_BY_MAX];
	size_t n_by;
	struct query *query;
	struct kept *kept;
	size_t n, room;
};

static void summary_free(struct summary *s)
{
	query_close(s->query);
	filters_free(&s->filters);
	free(s->kept);
}

static int take_field(struct summary *s, struct span name, struct text *why)
{
	int field = query_field_from_name(name);

	if (field < 0 || !query_field_counts((enum query_field)field)) {
		text_printf(why, "--by takes container, runtime, unit, syscall, arch, action, outcome, exe, comm, pid, uid, host, "
				 "hour or day, not \"%.*s\"",
			(int)MIN(name.len, (size_t)100), name.data);
		return -EINVAL;
	}
	for (size_t i = 0; i < s->n_by; i++)
		if (s->by[i] == (enum query_field)field) {
			text_printf(why, "--by has %s twice", query_field_name(s->by[i]));
			return -EINVAL;
		}
	if (s->n_by == QUERY_BY_MAX) {
		text_printf(why, "--by takes at most %d fields", QUERY_BY_MAX);
		return -EINVAL;
	}
	s->by[s->n_by++] = (enum query_field)field;
	return 0;
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct summary *s = data;
	int r = 0;

	if (row->id != SUMMARY_BY)
		return filters_take(&s->filters, row, value, why);
	s->n_by = 0;
	for (bool more = true; more && r == 0;) {
		size_t n = strcspn(value, ",");

		r = take_field(s, (struct span){value, n}, why);
		more = value[n] == ',';
		value += n + more;
	}
	return r;
}

static bool is_text(enum query_field field)
{
	return field != QUERY_PID && field < QUERY_FIELD_FILTERS;
}

static int keep(void *data, const struct query_group *group)
{
	struct summary *s = data;
	struct kept *kept;

	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;

		kept = realloc(s->kept, room * sizeof(*kept));
		if (!kept)
			return -ENOMEM;
		s->kept = kept;
		s->room = room;
	}
	kept = &s->kept[s->n++];
	kept->group = *group;
	for (size_t i = 0; i < s->n_by; i++)
		if (!is_text(s->by[i]) && group->values[i])
			memcpy(kept->values[i], group->values[i], strlen(group->values[i]) + 1);
	return 0;
}

/* Times come oldest first, counts biggest first; --order asks for one of them by name. */
static bool is_reversed(const struct summary *s)
{
	bool by_time = s->by[0] >= QUERY_FIELD_FILTERS;

	return s->filters.ordered && s->filters.descending == by_time;
}

static int show(const struct summary *s, struct render_stream *stream)
{
	int r = 0;

	for (size_t i = 0; i < s->n && r == 0; i++) {
		struct kept *kept = &s->kept[is_reversed(s) ? s->n - 1 - i : i];

		for (size_t k = 0; k < s->n_by; k++)
			if (!is_text(s->by[k]) && kept->group.values[k])
				kept->group.values[k] = kept->values[k];
		r = render_add_group(stream, &kept->group);
	}
	return r == 0 ? render_stream_end(stream) : r;
}

static int write_out(const struct summary *s)
{
	CLEANUP(render_output_free) struct render_output output = RENDER_OUTPUT_EMPTY;
	CLEANUP(render_stream_free_p) struct render_stream *stream = NULL;
	struct render_options options = {.format = s->filters.format};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = render_output_open(&output, s->filters.output, false, &why);

	if (r == 0) {
		options.to = output.file;
		render_options_fit(&options);
		r = render_groups_new(&stream, &options, s->by, s->n_by);
	}
	if (r == 0)
		r = show(s, stream);
	if (r == 0)
		r = render_output_close(&output, &why);
	if (r < 0 && r != -EPIPE && why.len) {
		log_error("%s", why.data);
		return CMD_FAILED;
	}
	return r < 0 ? filters_fail(s->line, NULL, r) : CMD_DONE;
}

static int run(struct cmd_line *line)
{
	CLEANUP(summary_free) struct summary s = {.line = line, .by = {QUERY_SYSCALL}, .n_by = 1};
	int status = CMD_DONE, r;

	filters_init(&s.filters);
	if (cmd_parse(line, take, &s, &status) < 0)
		return status;
	status = filters_open(line, &s.filters, &s.query);
	if (status != CMD_DONE)
		return status;
	r = query_summary(s.query, &s.filters.filter, s.by, s.n_by, s.filters.limit, keep, &s);
	if (r < 0)
		return filters_fail(line, s.query, r);
	status = write_out(&s);
	if (status == CMD_DONE && s.n == 0)
		filters_explain_nothing(s.query);
	return status;
}

static const struct option_row *const tables[] = {summary_options, filters_options, filters_format, filters_listing, NULL};

const struct cmd cmd_summary = {
	.name = "summary",
	.summary = "count violations by container, syscall, program, hour and so on",
	.text = "Counts events by one or more fields, the biggest group first; by hour or day (UTC) in order of time. The "
		"filters are those of `events`.",
	.options = tables,
	.run = run,
};
