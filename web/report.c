/* SPDX-License-Identifier: MIT */
/* The report over HTTP: to read in the browser (html), or to keep. The server asks its database; advice and writing are a
 * child's. */
#include "seccompwatch/report.h"

#include "handlers.h"
#include "params.h"
#include "work.h"

#define BUDGET_US 100000 /* for one container's advice: less than a child has for all */

struct reporting {
	struct params params;
	struct marks marks;
	struct report *report;
};

static void reporting_free(struct reporting *r)
{
	report_free(r->report);
	marks_free(&r->marks);
	params_free(&r->params);
}

static int find(struct query *q, const struct params *p, const struct query_container **ret, struct answer *ans)
{
	const struct query_values *names = &p->filter.fields[QUERY_CONTAINER];

	return names->n == 1 ? params_find_container(q, names->values[0], ret, ans) : 0;
}

static int read_all(struct reporting *r, struct web *web, struct query *q, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct report_request request = {.filter = &r->params.filter, .version = web->version, .budget_us = BUDGET_US};
	int error = find(q, &r->params, &request.container, ans);

	if (error < 0)
		return error;
	if (marks_read(web->db, &r->marks, &why) == 0)
		request.marks = &r->marks;
	return report_read(q, &request, &r->report);
}

/* In the child, which has a copy of it all. */
static void say(unsigned kind, struct span body, struct answer *ans)
{
	struct reporting *r = *(struct reporting *const *)body.data;

	if ((kind != REPORT_CSV && report_advise(r->report) < 0) || report_write(r->report, (enum report_format)kind, &ans->body) < 0) {
		answer_failure(ans, -ENOMEM);
		return;
	}
	ans->status = 200;
	ans->type = report_format_type((enum report_format)kind);
}

static void start(struct reporting *r, struct web *web, const struct request *req, struct answer *ans)
{
	const char *type = report_format_type(r->params.report);

	/* What a child answers is checked by nobody else. */
	if (request_accepts(req->accept, type))
		work_ask(web->works, say, r->params.report, (struct span){(const char *)&r, sizeof(r)}, ans);
	else
		answer_error(ans, 406, "not_acceptable", "Accept", "what is here is %s", type);
}

void report_answer(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(reporting_free) struct reporting r = {.params = PARAMS_EMPTY, .marks = MARKS_EMPTY};
	struct query *q;
	int error;

	if (params_read(req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_REPORT, clock_now(), &r.params, ans) < 0)
		return;
	q = params_resolve(&r.params, web->reader, ans);
	if (!q)
		return;
	error = read_all(&r, web, q, ans);
	if (error == 0) {
		start(&r, web, req, ans);
	} else if (ans->status == 0) {
		reader_failed(web->reader, error);
		answer_failure(ans, error);
	}
}
