/* SPDX-License-Identifier: MIT */
#include "params.h"

struct reading {
	struct params *params;
	int64_t now;
	struct text why;
};

struct param_row {
	const char *name;
	unsigned group;
	/* 0, or -EINVAL and a sentence in r->why. */
	int (*read)(struct reading *r, const char *value);
};

void params_free(struct params *p)
{
	query_filter_free(&p->filter);
}

static int read_since(struct reading *r, const char *value)
{
	return query_filter_time(&r->params->filter, false, span_from(value), r->now, &r->why);
}

static int read_until(struct reading *r, const char *value)
{
	return query_filter_time(&r->params->filter, true, span_from(value), r->now, &r->why);
}

static int read_seq(struct reading *r, const char *value)
{
	r->params->has_seq = true;
	if (text_to_u64(span_from(value), INT64_MAX, &r->params->seq) == 0)
		return 0;
	text_printf(&r->why, "\"%s\" is not a change sequence (a number)", value);
	return -EINVAL;
}

static int read_limit(struct reading *r, const char *value)
{
	if (text_to_u64(span_from(value), PARAMS_LIMIT_MAX, &r->params->limit) == 0 && r->params->limit > 0)
		return 0;
	text_printf(&r->why, "\"%s\" is not a number from 1 to %d", value, PARAMS_LIMIT_MAX);
	return -EINVAL;
}

static int read_order(struct reading *r, const char *value)
{
	r->params->ascending = strcmp(value, "asc") == 0;
	if (r->params->ascending || strcmp(value, "desc") == 0)
		return 0;
	text_printf(&r->why, "\"%s\" is neither asc nor desc", value);
	return -EINVAL;
}

static int read_cursor(struct reading *r, const char *value)
{
	r->params->cursor = value;
	return 0;
}

static int add_by(struct reading *r, struct span name)
{
	struct params *p = r->params;
	int field = query_field_from_name(name);

	if (field >= 0 && !query_field_counts((enum query_field)field))
		field = -EINVAL;
	for (size_t i = 0; i < p->n_by; i++)
		if (field >= 0 && p->by[i] == (enum query_field)field)
			field = -EINVAL;
	if (field < 0 || p->n_by == QUERY_BY_MAX) {
		text_printf(&r->why, "\"%.*s\" is not a field to count by, comes twice, or is one more than %d",
			(int)MIN(name.len, 64u), name.data, QUERY_BY_MAX);
		return -EINVAL;
	}
	p->by[p->n_by++] = (enum query_field)field;
	return 0;
}

static int read_by(struct reading *r, const char *value)
{
	int error = 0;

	r->params->n_by = 0;
	while (error == 0) {
		const char *end = strchrnul(value, ',');

		error = add_by(r, (struct span){value, (size_t)(end - value)});
		if (*end == '\0')
			break;
		value = end + 1;
	}
	return error;
}

static int read_step(struct reading *r, const char *value)
{
	if (clock_parse_span(span_from(value), &r->params->step) == 0 && r->params->step > 0)
		return 0;
	text_printf(&r->why, "\"%s\" is not an amount of time such as 1m, 15m or 1h", value);
	return -EINVAL;
}

static int read_format(struct reading *r, const char *value)
{
	static const char *const formats[] = {"json", "patch", "diff", "profile"};

	r->params->format = value;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (strcmp(formats[i], value) == 0)
			return 0;
	text_printf(&r->why, "\"%s\" is none of json, patch, diff and profile", value);
	return -EINVAL;
}

static int read_report(struct reading *r, const char *value)
{
	int format = report_format_from_name(span_from(value));

	if (format < 0) {
		text_printf(&r->why, "\"%s\" is none of html, md, json and csv", value);
		return -EINVAL;
	}
	r->params->report = (enum report_format)format;
	return 0;
}

static int read_allow(struct reading *r, const char *value)
{
	r->params->allow = value;
	return 0;
}

static int read_all(struct reading *r, const char *value)
{
	r->params->all = strcmp(value, "1") == 0;
	if (r->params->all || strcmp(value, "0") == 0)
		return 0;
	text_printf(&r->why, "\"%s\" is neither 0 nor 1", value);
	return -EINVAL;
}

static int read_version(struct reading *r, const char *value)
{
	return 0;
}

/* What stands here is given once; the filters, which may be repeated, are query's. */
static const struct param_row rows[] = {
	{"since", PARAMS_TIME, read_since},
	{"until", PARAMS_TIME, read_until},
	{"since", PARAMS_SEQ, read_seq},
	{"limit", PARAMS_LIMIT, read_limit},
	{"order", PARAMS_ORDER, read_order},
	{"cursor", PARAMS_CURSOR, read_cursor},
	{"by", PARAMS_BY, read_by},
	{"step", PARAMS_STEP, read_step},
	{"format", PARAMS_ADVICE, read_format},
	{"format", PARAMS_REPORT, read_report},
	{"allow", PARAMS_ADVICE, read_allow},
	{"all", PARAMS_ADVICE, read_all},
	{"v", PARAMS_VERSION, read_version},
};

static int read_single(struct reading *r, const struct param_row *row, const struct request *req,
	const struct request_param *param)
{
	const char *first = request_param(req, param->name);

	if (strcmp(first, param->value) != 0) {
		text_printf(&r->why, "is given twice, as \"%s\" and \"%s\"", first, param->value);
		return -EINVAL;
	}
	return row->read(r, param->value);
}

static int read_filter(struct reading *r, const struct request_param *param)
{
	int field = query_field_from_name(span_from(param->name));

	if (field < 0 || field >= QUERY_FIELD_FILTERS) {
		text_add_str(&r->why, "is not a parameter of this resource");
		return -EINVAL;
	}
	return query_filter_add(&r->params->filter, (enum query_field)field, span_from(param->value), &r->why);
}

static int read_param(struct reading *r, unsigned accepted, const struct request *req,
	const struct request_param *param)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if ((rows[i].group & accepted) && strcmp(rows[i].name, param->name) == 0)
			return read_single(r, &rows[i], req, param);
	if (accepted & PARAMS_FILTERS)
		return read_filter(r, param);
	text_add_str(&r->why, "is not a parameter of this resource");
	return -EINVAL;
}

int params_read(const struct request *req, unsigned accepted, int64_t now, struct params *ret, struct answer *ans)
{
	struct reading r = {.params = ret, .now = now, .why = TEXT_EMPTY};
	const char *field = NULL;
	int error = 0;

	for (size_t i = 0; i < req->n_params && error == 0; i++) {
		field = req->params[i].name;
		error = read_param(&r, accepted, req, &req->params[i]);
	}
	if (error == 0) {
		field = NULL;
		error = query_filter_check(&ret->filter, &r.why);
	}
	if (error == -EINVAL)
		params_refuse(ans, field, "%s%s%s", field ? field : "", field ? ": " : "", r.why.data ? r.why.data : "");
	else if (error < 0)
		answer_failure(ans, error);
	text_free(&r.why);
	return error;
}

void params_refuse(struct answer *ans, const char *field, const char *fmt, ...)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&why, fmt, args);
	va_end(args);
	answer_error(ans, 400, "bad_parameter", field, "%s", why.data ? why.data : "");
}

struct query *params_resolve(const struct params *p, struct reader *reader, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q;
	int r;

	if (reader_get(reader, &q) < 0) {
		answer_error(ans, 503, "database_unavailable", NULL, "%s", reader_why(reader));
		return NULL;
	}
	r = query_filter_resolve(q, &p->filter, &why);
	if (r == 0)
		return q;
	if (r == -EINVAL) {
		params_refuse(ans, query_field_name(QUERY_CONTAINER), "container: %s", why.data ? why.data : "is ambiguous");
	} else {
		reader_failed(reader, r);
		answer_failure(ans, r);
	}
	return NULL;
}

int params_find_container(struct query *q, const char *word, const struct query_container **ret, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = query_find_container(q, span_from(word), ret, &why);

	if (r == -ENOENT || r == -EINVAL)
		answer_error(ans, r == -ENOENT ? 404 : 409, r == -ENOENT ? "not_found" : "ambiguous", NULL, "%s", why.data);
	return r;
}
