/* SPDX-License-Identifier: MIT */
/* Gathers what a report says. Everything comes from totals and roll-ups: its time does not grow with the events. */
#include <stdio.h>

#include "report_doc.h"
#include "seccompwatch/explain.h"

static const struct {
	const char *name, *type;
} formats[REPORT_FORMAT_N] = {
	[REPORT_HTML] = {"html", "text/html; charset=utf-8"},
	[REPORT_MD] = {"md", "text/markdown; charset=utf-8"},
	[REPORT_JSON] = {"json", "application/json"},
	[REPORT_CSV] = {"csv", "text/csv; charset=utf-8; header=present"},
};

const char *report_format_name(enum report_format format)
{
	return formats[format].name;
}

const char *report_format_type(enum report_format format)
{
	return formats[format].type;
}

int report_format_from_name(struct span name)
{
	for (int i = 0; i < REPORT_FORMAT_N; i++)
		if (span_equal(span_from(formats[i].name), name))
			return i;
	return -EINVAL;
}

static void free_table(struct report_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < REPORT_COLUMNS; k++)
			free(t->rows[i].values[k]);
	free(t->rows);
}

void report_free(struct report *r)
{
	if (!r)
		return;
	free_table(&r->containers);
	free_table(&r->syscalls);
	free_table(&r->programs);
	free_table(&r->units);
	for (size_t i = 0; i < r->n_advice; i++) {
		suggest_free(&r->advice[i].suggest);
		suggest_inquiry_free(&r->advice[i].inquiry);
		free(r->advice[i].why_not);
	}
	free(r->buckets);
	free(r->kinds);
	free(r->version);
	free(r);
}

uint64_t report_denials(const struct report *r)
{
	return r->by_outcome[EVENT_OUTCOME_DENIED] + r->by_outcome[EVENT_OUTCOME_SIGNALLED] +
	       r->by_outcome[EVENT_OUTCOME_NOTIFIED] + r->by_outcome[EVENT_OUTCOME_TRACED];
}

void report_time(int64_t ms, char ret[static CLOCK_TEXT_MAX])
{
	if (ms == CLOCK_NONE) {
		ret[0] = '\0';
		return;
	}
	clock_format(ms, ret);
	ret[10] = ' ';
	ret[19] = '\0';
}

/* ---- the span of time ---- */

static int64_t later(int64_t a, int64_t b)
{
	return MAX(a, b); /* CLOCK_NONE is less than any time */
}

static void set_span(struct report *r)
{
	const struct query_status *s = &r->status;
	int64_t known = later(later(s->newest, s->alive), s->last_record), begun = s->oldest;

	if (s->since != CLOCK_NONE && (begun == CLOCK_NONE || s->since < begun))
		begun = s->since;
	/* What lies beyond what is known would be told otherwise a moment later. */
	r->until = known == CLOCK_NONE ? 0 : known + 1;
	if (r->filter.until != CLOCK_NONE)
		r->until = MIN(r->filter.until, r->until);
	r->since = r->filter.since;
	if (r->since == CLOCK_NONE)
		r->since = MAX(r->until - REPORT_DAYS * INT64_C(86400000), MIN(begun == CLOCK_NONE ? 0 : begun, r->until));
	r->since = MAX(MIN(r->since, r->until), (int64_t)0);
	r->filter.since = r->since;
	r->filter.until = MAX(r->until, r->since + 1);
}

/* ---- tables ---- */

struct filling {
	struct report_table *table;
	size_t n_values;
};

static int keep_group(void *data, const struct query_group *group)
{
	struct filling *f = data;
	struct report_table *t = f->table;
	struct report_row *row;
	bool named = false;

	for (size_t i = 0; i < f->n_values; i++)
		named |= group->values[i] != NULL;
	if (!named)
		return 0;
	if (t->n_all++ >= REPORT_ROWS)
		return 0;
	row = &t->rows[t->n++];
	*row = (struct report_row){.container = group->container, .count = group->count, .first = group->first,
		.last = group->last};
	memcpy(row->by_outcome, group->by_outcome, sizeof(row->by_outcome));
	for (size_t i = 0; i < f->n_values; i++) {
		row->values[i] = group->values[i] ? strdup(group->values[i]) : NULL;
		if (group->values[i] && !row->values[i])
			return -ENOMEM;
	}
	return 0;
}

static int fill(struct query *q, struct report *r, struct report_table *t, const enum query_field *by, size_t n_by)
{
	t->rows = calloc(REPORT_ROWS, sizeof(*t->rows));
	return t->rows ? query_summary(q, &r->filter, by, n_by, 0, keep_group, &(struct filling){t, n_by}) : -ENOMEM;
}

static int fill_tables(struct query *q, struct report *r)
{
	static const enum query_field container[] = {QUERY_CONTAINER}, unit[] = {QUERY_UNIT},
					syscall[] = {QUERY_SYSCALL, QUERY_ACTION}, program[] = {QUERY_EXE};
	int error = fill(q, r, &r->containers, container, 1);

	if (error == 0)
		error = fill(q, r, &r->units, unit, 1);
	if (error == 0)
		error = fill(q, r, &r->syscalls, syscall, 2);
	if (error == 0)
		error = fill(q, r, &r->programs, program, 1);
	return error;
}

static int add_total(void *data, const struct query_group *group)
{
	struct report *r = data;

	r->total += group->count;
	for (size_t i = 0; i < EVENT_OUTCOME_N; i++)
		r->by_outcome[i] += group->by_outcome[i];
	return 0;
}

static int add_before(void *data, const struct query_group *group)
{
	((struct report *)data)->before += group->count;
	return 0;
}

static int count(struct query *q, struct report *r)
{
	struct query_filter earlier = r->filter; /* borrows the values */
	int error = query_summary(q, &r->filter, NULL, 0, 0, add_total, r);

	earlier.until = r->since;
	earlier.since = MAX(r->since - (r->until - r->since), (int64_t)0);
	if (error == 0 && earlier.since < earlier.until)
		error = query_summary(q, &earlier, NULL, 0, 0, add_before, r);
	return error;
}

/* ---- kinds, time, losses ---- */

static int keep_kind(void *data, const struct query_kind *kind)
{
	struct report *r = data;

	/* Doubled whenever it is a power of two. */
	if ((r->n_kinds & (r->n_kinds - 1)) == 0) {
		struct query_kind *more = reallocarray(r->kinds, r->n_kinds ? r->n_kinds * 2 : 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		r->kinds = more;
	}
	r->kinds[r->n_kinds++] = *kind;
	r->n_new += report_is_new(r, kind);
	return 0;
}

static int draw(struct query *q, struct report *r)
{
	int64_t start;
	int error;

	r->step = query_timeline_step(r->until - r->since, REPORT_BUCKETS);
	start = r->since - r->since % r->step;
	r->n_buckets = (size_t)((MAX(r->until, start + 1) - start + r->step - 1) / r->step);
	r->buckets = calloc(r->n_buckets, sizeof(*r->buckets));
	if (!r->buckets)
		return -ENOMEM;
	error = query_timeline(q, &r->filter, start, r->step, r->n_buckets, r->buckets);
	for (size_t i = 0; i < r->n_buckets; i++)
		r->lost_at_most += r->buckets[i].lost_at_most;
	return error;
}

/* Clipped to the report's time. */
static int keep_loss(void *data, const struct query_loss *loss)
{
	struct report *r = data;
	int64_t first = MAX(loss->first, r->since), last = MIN(loss->last, r->until);

	if (first > last)
		return 0;
	if (r->n_losses < REPORT_LOSSES) {
		r->losses[r->n_losses] = *loss;
		r->losses[r->n_losses].first = first;
		r->losses[r->n_losses++].last = last;
	}
	return 0;
}

/* ---- advice ---- */

static bool is_worth_advice(const struct report_row *row)
{
	return row->container && row->count > row->by_outcome[EVENT_OUTCOME_EXECUTED];
}

static int say_why_not(struct report_advice *a, int error, const struct profile_problem *problem)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (error == PROFILE_E_REFUSED)
		text_printf(&t, "its profile cannot be compiled: %s", problem->message);
	else if (a->container->has_spec)
		text_add_str(&t, "it was started without a seccomp profile: a filter that denied something is its program's own");
	else
		text_add_str(&t, "its profile is not known: it was gone before its specification could be read");
	a->why_not = text_take(&t);
	return a->why_not ? 0 : -ENOMEM;
}

static int inquire(struct query *q, struct report *r, const struct report_request *request,
	const struct query_container *container)
{
	struct report_advice *a = &r->advice[r->n_advice++];
	struct query_filter own = r->filter;
	char *id[] = {(char *)container->id};
	struct profile_problem problem = {0};
	int error;

	own.fields[QUERY_CONTAINER] = (struct query_values){id, 1}; /* borrowed, as the others are */
	a->container = container;
	error = suggest_inquire(q, container, &own, &a->inquiry, &problem);
	a->inquiry.request.filter = NULL;
	a->inquiry.request.marks = request->marks;
	a->inquiry.request.budget_us = request->budget_us;
	return error == -ENOENT || error == PROFILE_E_REFUSED ? say_why_not(a, error, &problem) : error;
}

static int inquire_all(struct query *q, struct report *r, const struct report_request *request)
{
	int error = 0;

	for (size_t i = 0; i < r->containers.n && error == 0; i++) {
		if (!is_worth_advice(&r->containers.rows[i]))
			continue;
		if (r->n_advice < REPORT_ADVICE)
			error = inquire(q, r, request, r->containers.rows[i].container);
		else
			r->n_without_advice++;
	}
	return error;
}

int report_advise(struct report *r)
{
	int error = 0;

	for (size_t i = 0; i < r->n_advice && error == 0; i++) {
		struct report_advice *a = &r->advice[i];
		struct profile_problem problem = {0};

		if (!a->inquiry.facts)
			continue;
		error = suggest_advise(a->inquiry.facts, &a->inquiry.request, &a->suggest, &problem);
		a->made = error == 0;
		if (error == PROFILE_E_REFUSED)
			error = say_why_not(a, error, &problem);
	}
	return error;
}

/* ---- the whole ---- */

static int count_silent(struct query *q, struct report *r)
{
	for (size_t i = 0; i < r->containers.n; i++) {
		CLEANUP_FREE char *text = NULL, *sha256 = NULL;
		int error = r->containers.rows[i].container ? query_profile(q, r->containers.rows[i].container, &text, &sha256)
							    : -ENOENT;

		if (error < 0 && error != -ENOENT)
			return error;
		r->silent += error == 0 && explain_hides_denials(text);
	}
	return 0;
}

static int gather(struct query *q, struct report *r, const struct report_request *request)
{
	int error = count(q, r);

	if (error == 0)
		error = fill_tables(q, r);
	if (error == 0)
		error = query_kinds(q, &r->filter, 0, keep_kind, r);
	if (error == 0)
		error = draw(q, r);
	if (error == 0)
		error = query_losses(q, r->since, 0, keep_loss, r);
	if (error == 0)
		error = query_unwatched_ms(q, r->since, r->until, &r->unwatched);
	if (error == 0)
		error = count_silent(q, r);
	return error == 0 ? inquire_all(q, r, request) : error;
}

int report_read(struct query *q, const struct report_request *request, struct report **ret)
{
	CLEANUP(report_free_p) struct report *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	r->filter = *request->filter;
	r->container = request->container;
	r->version = strdup(request->version);
	if (!r->version)
		return -ENOMEM;
	error = query_refresh(q);
	if (error >= 0)
		error = query_status(q, &r->status);
	if (error < 0)
		return error;
	set_span(r);
	error = gather(q, r, request);
	if (error < 0)
		return error;
	*ret = TAKE(r);
	return 0;
}

static int write_document(const struct report *r, const struct report_doc_ops *ops, struct text *to)
{
	report_tell(r, &(struct report_doc){.ops = ops, .to = to});
	return 0;
}

int report_write(const struct report *r, enum report_format format, struct text *to)
{
	int error;

	switch (format) {
	case REPORT_HTML:
		error = write_document(r, &report_html, to);
		break;
	case REPORT_MD:
		error = write_document(r, &report_md, to);
		break;
	case REPORT_CSV:
		error = report_add_csv(r, to);
		break;
	default:
		error = report_add_json(r, to);
	}
	return to->failed ? -ENOMEM : error;
}
