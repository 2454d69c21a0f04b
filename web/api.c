/* SPDX-License-Identifier: MIT */
/* The API's questions to the database. Each handler: read the parameters, ask, write rows as they come. */
#include "handlers.h"
#include "params.h"
#include "seccompwatch/explain.h"
#include "seccompwatch/render.h"

#define NEW_MS INT64_C(86400000)

/* What an answer in the making needs: passed through the reader's callbacks. */
struct asking {
	struct query *query;
	struct params params;
	struct answer *ans;
	uint64_t shown, total;
};
#define ASKING_EMPTY ((struct asking){.params = PARAMS_EMPTY})

static void asking_free(struct asking *a)
{
	params_free(&a->params);
}

/* The parameters and a reader; false: the answer is an error already. */
static bool begin(struct asking *a, struct web *web, const struct request *req, unsigned accepted, struct answer *ans)
{
	a->ans = ans;
	if (params_read(req, accepted, clock_now(), &a->params, ans) < 0)
		return false;
	a->query = params_resolve(&a->params, web->reader, ans);
	return a->query;
}

static void fail(struct web *web, struct answer *ans, int error)
{
	reader_failed(web->reader, error);
	answer_failure(ans, error);
}

static int add_event(void *data, const struct query_row *row)
{
	struct asking *a = data;

	render_event_add_json(row, answer_list_next(a->ans));
	return a->ans->body.failed ? -ENOMEM : 0;
}

static json_t *string_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

void api_events(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	CLEANUP_FREE char *next = NULL;
	struct query_page page;
	int r;

	if (!begin(&a, web, req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT | PARAMS_ORDER | PARAMS_CURSOR, ans))
		return;
	page = (struct query_page){a.params.limit, a.params.ascending, a.params.cursor};
	answer_list_begin(ans, "events");
	r = query_events(a.query, &a.params.filter, &page, add_event, &a, &next);
	if (r == -EINVAL) {
		params_refuse(ans, "cursor", "cursor: \"%.64s\" is not one of ours", a.params.cursor ? a.params.cursor : "");
	} else if (r < 0) {
		fail(web, ans, r);
	} else {
		answer_list_end(ans);
		answer_list_field(ans, "next", string_or_null(next));
		answer_list_close(ans);
	}
}

static int add_group(void *data, const struct query_group *group)
{
	struct asking *a = data;

	render_group_add_json(group, a->params.by, a->params.n_by, answer_list_next(a->ans));
	return a->ans->body.failed ? -ENOMEM : 0;
}

static int add_total(void *data, const struct query_group *group)
{
	struct asking *a = data;

	a->total += group->count;
	return 0;
}

void api_summary(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	int r;

	if (!begin(&a, web, req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT | PARAMS_BY, ans))
		return;
	if (a.params.n_by == 0) {
		params_refuse(ans, "by", "by: names the fields to count by, such as container or syscall,outcome");
		return;
	}
	answer_list_begin(ans, "summary");
	r = query_summary(a.query, &a.params.filter, a.params.by, a.params.n_by, a.params.limit, add_group, &a);
	/* What is beyond the limit counts too. */
	if (r == 0)
		r = query_summary(a.query, &a.params.filter, NULL, 0, 0, add_total, &a);
	if (r < 0) {
		fail(web, ans, r);
		return;
	}
	answer_list_end(ans);
	answer_list_field(ans, "total", json_integer((json_int_t)a.total));
	answer_list_field(ans, "next", json_null());
	answer_list_close(ans);
}

static int add_kind(void *data, const struct query_kind *kind)
{
	struct asking *a = data;

	if (a->total++ >= a->params.limit)
		return 0;
	render_kind_add_json(kind, answer_list_next(a->ans));
	return a->ans->body.failed ? -ENOMEM : 0;
}

/* What is new since a day, unless said otherwise. */
void api_new(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	int r;

	if (!begin(&a, web, req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT, ans))
		return;
	if (a.params.filter.since == CLOCK_NONE)
		a.params.filter.since = MAX((a.params.filter.until == CLOCK_NONE ? clock_now() : a.params.filter.until) - NEW_MS, 0);
	answer_list_begin(ans, "new");
	r = query_new_kinds(a.query, &a.params.filter, 0, add_kind, &a);
	if (r < 0) {
		fail(web, ans, r);
		return;
	}
	answer_list_end(ans);
	answer_list_field(ans, "total", json_integer((json_int_t)a.total));
	answer_list_field(ans, "next", json_null());
	answer_list_close(ans);
}

static json_t *container_json(const struct query_group *group)
{
	static const char *const counts[] = {"count", "first", "last", "outcomes"};
	const enum query_field by = QUERY_CONTAINER;
	json_t *container = render_container_json(group->container);
	json_t *counted = render_group_json(group, &by, 1);

	for (size_t i = 0; container && i < ARRAY_SIZE(counts); i++)
		if (json_object_set(container, counts[i], json_object_get(counted, counts[i])) < 0) {
			json_decref(container);
			container = NULL;
		}
	json_decref(counted);
	return container;
}

static int add_container(void *data, const struct query_group *group)
{
	struct asking *a = data;

	if (!group->container || a->shown++ >= a->params.limit)
		return 0;
	return answer_list_add(a->ans, container_json(group));
}

/* One of the groups may be what is in no container. */
static int ask_containers(struct asking *a)
{
	const enum query_field by = QUERY_CONTAINER;

	return query_summary(a->query, &a->params.filter, &by, 1, a->params.limit + 1, add_container, a);
}

void api_containers(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	int r;

	if (!begin(&a, web, req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT, ans))
		return;
	answer_list_begin(ans, "containers");
	r = ask_containers(&a);
	if (r < 0) {
		fail(web, ans, r);
		return;
	}
	answer_list_end(ans);
	answer_list_field(ans, "next", json_null());
	answer_list_close(ans);
}

/* One that a prefix or a name means; several are an error that lists them. */
struct one {
	json_t *found;
	size_t n;
	struct text names;
};

static void one_free(struct one *one)
{
	json_decref(one->found);
	text_free(&one->names);
}

static int keep_one(void *data, const struct query_group *group)
{
	struct one *one = data;

	if (!group->container)
		return 0;
	if (one->n++ == 0) {
		one->found = container_json(group);
		if (!one->found)
			return -ENOMEM;
	}
	text_printf(&one->names, "%s%.64s", one->n > 1 ? ", " : "", group->container->id);
	return 0;
}

static void answer_one(struct one *one, const char *id, struct answer *ans)
{
	if (one->n == 0)
		answer_error(ans, 404, "not_found", NULL, "no container \"%.64s\" with a violation", id);
	else if (one->n > 1)
		answer_error(ans, 409, "ambiguous", NULL, "\"%.64s\" is %zu containers: %s", id, one->n,
			one->names.data ? one->names.data : "");
	else
		answer_json(ans, TAKE(one->found));
}

static int tell(struct asking *a, const char *id, struct answer *ans)
{
	CLEANUP_EXPLAIN struct explain e = EXPLAIN_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct explain_request request = {.pid = EVENT_NO_PID, .filter = &a->params.filter};
	int r = query_find_container(a->query, span_from(id), &request.container, &why);

	if (r == -ENOENT || r == -EINVAL) {
		answer_error(ans, r == -ENOENT ? 404 : 409, r == -ENOENT ? "not_found" : "ambiguous", NULL, "%s", why.data);
		return 0;
	}
	if (r == 0)
		r = query_filter_add(&a->params.filter, QUERY_CONTAINER, span_from(request.container->id), &why);
	if (r == 0)
		r = explain_make(a->query, &request, &e);
	if (r == 0)
		answer_json(ans, render_explain_json(&e));
	return r;
}

static bool ends_with(const char *rest, const char *end)
{
	const char *slash = strchr(rest, '/');

	return slash && slash != rest && strcmp(slash, end) == 0;
}

/* "ID/explain" */
static void explain_container(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	CLEANUP_FREE char *id = strndup(rest, strlen(rest) - strlen("/explain"));
	int r;

	if (!begin(&a, web, req, PARAMS_TIME, ans))
		return;
	r = id ? tell(&a, id, ans) : -ENOMEM;
	if (r < 0)
		fail(web, ans, r);
}

void api_container(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(asking_free) struct asking a = ASKING_EMPTY;
	CLEANUP(one_free) struct one one = {0};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	const enum query_field by = QUERY_CONTAINER;
	int r;

	if (ends_with(rest, "/explain")) {
		explain_container(web, req, rest, ans);
		return;
	}
	if (ends_with(rest, "/profile")) {
		suggestions_profile(web, req, rest, ans);
		return;
	}
	if (ends_with(rest, "/suggestions")) {
		suggestions_container(web, req, rest, ans);
		return;
	}
	if (strchr(rest, '/')) {
		answer_error(ans, 404, "not_found", NULL, "there is nothing at %s", req->path);
		return;
	}
	if (!begin(&a, web, req, PARAMS_TIME, ans))
		return;
	r = query_filter_add(&a.params.filter, QUERY_CONTAINER, span_from(rest), &why);
	if (r == 0)
		r = query_summary(a.query, &a.params.filter, &by, 1, 0, keep_one, &one);
	if (r == -EINVAL)
		answer_error(ans, 404, "not_found", NULL, "%s", why.data ? why.data : "not a container");
	else if (r < 0)
		fail(web, ans, r);
	else
		answer_one(&one, rest, ans);
}
