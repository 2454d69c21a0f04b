/* SPDX-License-Identifier: MIT */
/* The report over HTTP: to read in the browser (html), or to keep. */
#include "seccompwatch/report.h"

#include "handlers.h"
#include "params.h"

#define BUDGET_US 300000 /* of advice for each container: others wait meanwhile */

static int find(struct query *q, const struct params *p, const struct query_container **ret, struct answer *ans)
{
	const struct query_values *names = &p->filter.fields[QUERY_CONTAINER];
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r;

	if (names->n != 1)
		return 0;
	r = query_find_container(q, span_from(names->values[0]), ret, &why);
	if (r == -ENOENT || r == -EINVAL)
		answer_error(ans, r == -ENOENT ? 404 : 409, r == -ENOENT ? "not_found" : "ambiguous", "container", "%s", why.data);
	return r;
}

static int make(struct web *web, struct query *q, const struct params *p, struct report **ret, struct answer *ans)
{
	CLEANUP_MARKS struct marks marks = MARKS_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct report_request request = {.filter = &p->filter, .version = web->version, .budget_us = BUDGET_US};
	int r = find(q, p, &request.container, ans);

	if (r < 0)
		return r;
	if (marks_read(web->db, &marks, &why) == 0)
		request.marks = &marks;
	return report_make(q, &request, ret);
}

static void say(const struct report *report, enum report_format format, struct answer *ans)
{
	if (report_write(report, format, &ans->body) < 0) {
		answer_failure(ans, -ENOMEM);
		return;
	}
	ans->status = 200;
	ans->type = report_format_type(format);
	ans->policy = format == REPORT_HTML ? REPORT_CSP : NULL;
}

void report_answer(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	CLEANUP(report_free_p) struct report *report = NULL;
	struct query *q;
	int r;

	if (params_read(req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_REPORT, clock_now(), &params, ans) < 0)
		return;
	q = params_resolve(&params, web->reader, ans);
	if (!q)
		return;
	r = make(web, q, &params, &report, ans);
	if (r == 0) {
		say(report, params.report, ans);
	} else if (ans->status == 0) {
		reader_failed(web->reader, r);
		answer_failure(ans, r);
	}
}
