/* SPDX-License-Identifier: MIT */
/* What to do about a container's denied calls: JSON, or the change alone. The server asks its database; what is to be said
 * about that takes compiling, and a profile is written by whoever starts containers: a child does it. */
#include "handlers.h"
#include "params.h"
#include "seccompwatch/render.h"
#include "seccompwatch/suggest.h"
#include "work.h"

/* Less than a child has. */
#define BUDGET_US 2000000
#define ITEMS_MAX 100
#define ALLOW_MAX 16

struct advising {
	struct params params;
	char *id, *allow;
	const char *names[ALLOW_MAX];
	struct marks marks;
	struct suggest_inquiry inquiry;
	struct suggest s;
};

static void advising_free(struct advising *a)
{
	params_free(&a->params);
	suggest_free(&a->s);
	marks_free(&a->marks);
	suggest_inquiry_free(&a->inquiry);
	free(a->allow);
	free(a->id);
}

/* The names that may be allowed, taken apart in a copy. */
static size_t split_allow(struct advising *a)
{
	char *rest = a->allow, *name;
	size_t n = 0;

	while (n < ALLOW_MAX && (name = strsep(&rest, ",")))
		a->names[n++] = name;
	return n;
}

/* The captured profile is JSON. */
static const struct form {
	const char *name, *type;
} forms[] = {
	{"json", "application/json"},
	{"patch", "application/json-patch+json"},
	{"diff", "text/x-diff; charset=utf-8"},
	{"profile", "application/json"},
};

static const struct form *form_of(const struct advising *a)
{
	for (size_t i = 1; a->params.format && i < ARRAY_SIZE(forms); i++)
		if (strcmp(forms[i].name, a->params.format) == 0)
			return &forms[i];
	return &forms[0];
}

static void say(const struct advising *a, struct answer *ans)
{
	const struct form *form = form_of(a);

	if (form == &forms[0]) {
		answer_json(ans, render_suggest_json(&a->s));
		return;
	}
	ans->status = 200;
	ans->type = form->type;
	if (strcmp(form->name, "patch") == 0)
		text_printf(&ans->body, "%s\n", a->s.patch);
	else
		text_add_str(&ans->body, strcmp(form->name, "diff") == 0 ? a->s.diff : a->s.patched);
}

static void refuse_profile(const struct profile_problem *problem, struct answer *ans)
{
	answer_error(ans, 422, "profile_refused", NULL, "the profile cannot be compiled: %s%s%s", problem->pointer,
		problem->pointer[0] ? ": " : "", problem->message);
}

static void say_no_profile(const struct query_container *container, struct answer *ans)
{
	answer_error(ans, 404, "no_profile", NULL, "%s", container->has_spec
		? "the container was started without a seccomp profile: a filter that denied something is its program's own"
		: "the container's profile is not known: it was gone before its specification could be read");
}

/* Advice is worth having where the user's marks cannot be read. */
static const struct marks *read_marks(struct advising *a, const char *db)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	return marks_read(db, &a->marks, &why) == 0 ? &a->marks : NULL;
}

/* In the child, which has a copy of it all. */
static void advise(unsigned kind, struct span body, struct answer *ans)
{
	struct advising *a = *(struct advising *const *)body.data;
	struct profile_problem problem = {0};
	int r = suggest_advise(a->inquiry.facts, &a->inquiry.request, &a->s, &problem);

	if (r == PROFILE_E_REFUSED)
		refuse_profile(&problem, ans);
	else if (r < 0)
		answer_failure(ans, r);
	else
		say(a, ans);
}

static int start(struct advising *a, struct web *web, const struct request *req, struct answer *ans)
{
	const char *type = form_of(a)->type;

	/* What a child answers is checked by nobody else. */
	if (!request_accepts(req->accept, type)) {
		answer_error(ans, 406, "not_acceptable", "Accept", "what is here is %s", type);
		return 0;
	}
	work_ask(web->works, advise, 0, (struct span){(const char *)&a, sizeof(a)}, ans);
	return 0;
}

static int prepare(struct advising *a, const struct web *web, struct query *q, const struct query_container *container,
	struct profile_problem *problem)
{
	struct suggest_request *request = &a->inquiry.request;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r = query_filter_add(&a->params.filter, QUERY_CONTAINER, span_from(container->id), &why);

	if (r == 0)
		r = suggest_inquire(q, container, &a->params.filter, &a->inquiry, problem);
	request->limit = ITEMS_MAX;
	request->budget_us = BUDGET_US;
	request->all = a->params.all;
	request->allow = a->names;
	request->n_allow = split_allow(a);
	request->marks = read_marks(a, web->db);
	return r;
}

/* 0 when something was said. */
static int ask(struct advising *a, struct web *web, const struct request *req, struct query *q, struct answer *ans)
{
	const struct query_container *container;
	struct profile_problem problem = {0};
	int r = params_find_container(q, a->id, &container, ans);

	if (r < 0)
		return r == -ENOENT || r == -EINVAL ? 0 : r;
	r = prepare(a, web, q, container, &problem);
	if (r == -ENOENT)
		say_no_profile(container, ans);
	else if (r == PROFILE_E_REFUSED)
		refuse_profile(&problem, ans);
	return r == 0 ? start(a, web, req, ans) : r == -ENOENT ? 0 : MIN(r, 0);
}

/* As the engine applied it: the text that was captured. */
static int tell_profile(struct query *q, const char *id, struct answer *ans)
{
	CLEANUP_FREE char *text = NULL, *sha256 = NULL;
	const struct query_container *container;
	int r = params_find_container(q, id, &container, ans);

	if (r < 0)
		return r == -ENOENT || r == -EINVAL ? 0 : r;
	r = query_profile(q, container, &text, &sha256);
	if (r == -ENOENT) {
		say_no_profile(container, ans);
		return 0;
	}
	if (r < 0)
		return r;
	ans->status = 200;
	ans->type = "application/json";
	text_add_str(&ans->body, text);
	return 0;
}

void suggestions_profile(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	CLEANUP_FREE char *id = strndup(rest, strlen(rest) - strlen("/profile"));
	struct query *q;
	int r;

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	q = params_resolve(&params, web->reader, ans);
	if (!q)
		return;
	r = id ? tell_profile(q, id, ans) : -ENOMEM;
	if (r < 0) {
		reader_failed(web->reader, r);
		answer_failure(ans, r);
	}
}

void suggestions_container(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP(advising_free) struct advising a = {.params = PARAMS_EMPTY, .marks = MARKS_EMPTY};
	struct query *q;
	int r = 0;

	a.id = strndup(rest, strlen(rest) - strlen("/suggestions"));
	if (params_read(req, PARAMS_TIME | PARAMS_ADVICE, clock_now(), &a.params, ans) < 0)
		return;
	q = params_resolve(&a.params, web->reader, ans);
	if (!q)
		return;
	a.allow = a.params.allow ? strdup(a.params.allow) : NULL;
	if (!a.id || (a.params.allow && !a.allow))
		r = -ENOMEM;
	if (r == 0)
		r = ask(&a, web, req, q, ans);
	if (r < 0) {
		reader_failed(web->reader, r);
		answer_failure(ans, r);
	}
}
