/* SPDX-License-Identifier: MIT */
#include "render_views.h"

#include <inttypes.h>
#include <stdio.h>

static void local_time(struct render_cell *ret, int64_t ms)
{
	if (ms == CLOCK_NONE) {
		render_null(ret);
		return;
	}
	clock_format_local(ms, ret->buffer);
	render_text(ret, ret->buffer);
}

/* ---- events ---- */

static void event_time(const void *data, struct render_cell *ret, unsigned index)
{
	local_time(ret, ((const struct query_row *)data)->time);
}

static void event_outcome(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, event_outcome_name(((const struct query_row *)data)->signature->outcome));
}

static void event_syscall(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_signature *sig = ((const struct query_row *)data)->signature;

	snprintf(ret->buffer, sizeof(ret->buffer), "%" PRId64, sig->syscall);
	if (sig->other)
		render_text(ret, "(others)");
	else if (sig->syscall_name)
		render_text(ret, sig->syscall_name);
	else
		render_text(ret, sig->has_syscall ? ret->buffer : NULL);
}

static void event_arch(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_signature *sig = ((const struct query_row *)data)->signature;

	render_text(ret, sig->has_arch ? sig->arch_name : NULL);
}

static void event_pid(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_row *row = data;

	if (row->pid == EVENT_NO_PID)
		render_null(ret);
	else
		render_number(ret, row->pid);
}

static void event_comm(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, ((const struct query_row *)data)->signature->comm);
}

static void event_exe(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, ((const struct query_row *)data)->signature->exe);
}

static void event_where(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_signature *sig = ((const struct query_row *)data)->signature;
	const struct query_container *c = sig->container;

	/* As engines show an id: its first twelve characters. */
	if (c && c->id)
		snprintf(ret->buffer, sizeof(ret->buffer), "%.12s", c->id);
	if (c)
		render_text(ret, c->name ? c->name : c->id ? ret->buffer : NULL);
	else
		render_text(ret, sig->unit);
}

static void event_count(const void *data, struct render_cell *ret, unsigned index)
{
	render_number(ret, (int64_t)((const struct query_row *)data)->count);
}

static const char *outcome_colour(const void *data)
{
	switch (((const struct query_row *)data)->signature->outcome) {
	case EVENT_OUTCOME_KILLED:
		return "\033[31m";
	case EVENT_OUTCOME_DENIED:
	case EVENT_OUTCOME_SIGNALLED:
		return "\033[33m";
	case EVENT_OUTCOME_EXECUTED:
		return "\033[2m";
	default:
		return NULL;
	}
}

size_t render_event_view(struct render_table_column ret[static RENDER_TABLE_COLUMNS])
{
	static const struct render_table_column view[] = {
		{"TIME", event_time, 0, RENDER_CUT_NONE, NULL},
		{"OUTCOME", event_outcome, 0, RENDER_CUT_NONE, outcome_colour},
		{"SYSCALL", event_syscall, 0, RENDER_CUT_END, NULL},
		{"ARCH", event_arch, 0, RENDER_CUT_NONE, NULL},
		{"PID", event_pid, 0, RENDER_CUT_NONE, NULL},
		{"COMM", event_comm, 0, RENDER_CUT_END, NULL},
		{"WHERE", event_where, 0, RENDER_CUT_END, NULL},
		{"COUNT", event_count, 0, RENDER_CUT_NONE, NULL},
		{"EXE", event_exe, 0, RENDER_CUT_HEAD, NULL},
	};

	memcpy(ret, view, sizeof(view));
	return ARRAY_SIZE(view);
}

/* ---- groups ---- */

static void group_value(const void *data, struct render_cell *ret, unsigned index)
{
	const struct render_group *row = data;
	const char *value = row->group->values[index];
	int64_t time;

	if (value && row->by[index] >= QUERY_FIELD_FILTERS && clock_parse_rfc3339(span_from(value), &time) == 0) {
		snprintf(ret->buffer, sizeof(ret->buffer), "%.*s%s", row->by[index] == QUERY_DAY ? 10 : 16, value,
			row->by[index] == QUERY_DAY ? "" : "Z");
		value = ret->buffer;
	}
	render_text(ret, value);
}

static void group_count(const void *data, struct render_cell *ret, unsigned index)
{
	render_number(ret, (int64_t)((const struct render_group *)data)->group->count);
}

/* "3 killed, 12 denied": only what there is. */
static void group_outcomes(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_group *group = ((const struct render_group *)data)->group;
	size_t n = 0;

	ret->buffer[0] = '\0';
	for (unsigned i = 1; i <= EVENT_OUTCOME_N && n < sizeof(ret->buffer); i++) {
		unsigned outcome = i % EVENT_OUTCOME_N;

		if (group->by_outcome[outcome] > 0)
			n += (size_t)snprintf(ret->buffer + n, sizeof(ret->buffer) - n, "%s%" PRIu64 " %s", n ? ", " : "",
				group->by_outcome[outcome], event_outcome_name(outcome));
	}
	render_text(ret, ret->buffer);
}

static void group_first(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_group *group = ((const struct render_group *)data)->group;

	local_time(ret, group->count ? group->first : CLOCK_NONE);
}

static void group_last(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_group *group = ((const struct render_group *)data)->group;

	local_time(ret, group->count ? group->last : CLOCK_NONE);
}

static int cut_of(enum query_field field)
{
	if (field >= QUERY_FIELD_FILTERS)
		return RENDER_CUT_NONE;
	return field == QUERY_EXE ? RENDER_CUT_HEAD : RENDER_CUT_END;
}

size_t render_group_view(const enum query_field *by, size_t n_by,
	struct render_table_column ret[static RENDER_TABLE_COLUMNS])
{
	static const char *const titles[QUERY_FIELD_N] = {"CONTAINER", "RUNTIME", "UNIT", "SYSCALL", "ARCH", "ACTION",
		"OUTCOME", "EXE", "COMM", "PID", "UID", "HOST", "HOUR (UTC)", "DAY (UTC)"};
	static const struct render_table_column rest[] = {
		{"COUNT", group_count, 0, RENDER_CUT_NONE, NULL},
		{"FIRST", group_first, 0, RENDER_CUT_NONE, NULL},
		{"LAST", group_last, 0, RENDER_CUT_NONE, NULL},
		{"OUTCOMES", group_outcomes, 0, RENDER_CUT_END, NULL},
	};

	for (size_t i = 0; i < n_by; i++)
		ret[i] = (struct render_table_column){titles[by[i]], group_value, (unsigned)i, cut_of(by[i]), NULL};
	memcpy(ret + n_by, rest, sizeof(rest));
	return n_by + ARRAY_SIZE(rest);
}
