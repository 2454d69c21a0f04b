/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include "access.h"
#include "cache.h"
#include "handlers.h"
#include "seccompwatch/clock.h"
#include "stream.h"

#define METHOD(m) (1u << REQUEST_##m)
#define READ      (METHOD(GET) | METHOD(HEAD))
#define JSON      "application/json"
#define FORM      "application/x-www-form-urlencoded"
#define OPEN      (1u << 31) /* without a token too: nothing there is anybody's secret */
#define KEPT      (1u << 30) /* its answers come from the database alone, and many ask for the same */

struct route {
	const char *path; /* one that ends with '/' (but "/") takes what is below it too */
	unsigned methods;
	handler_fn handle;
	const char *takes; /* the media types of its body, separated by blanks; NULL: it takes none */
};

/* A path may have several rows, for different methods. The first that matches. */
static const struct route table[] = {
	{"/", READ, assets_page, NULL},
	{"/events", READ, assets_page, NULL},
	{"/containers", READ, assets_page, NULL},
	{"/containers/", READ, assets_page, NULL},
	{"/lab", READ, assets_page, NULL},
	{"/health", READ, assets_page, NULL},
	{"/login", READ | OPEN, login_page, NULL},
	{"/login", METHOD(POST) | OPEN, login_enter, FORM},
	{"/logout", METHOD(POST) | OPEN, login_leave, FORM},
	{"/assets/", READ | OPEN, assets_file, NULL},
	{"/api/v1/events", READ, api_events, NULL},
	{"/api/v1/summary", READ | KEPT, api_summary, NULL},
	{"/api/v1/new", READ, api_new, NULL},
	{"/api/v1/timeline", READ | KEPT, api_timeline, NULL},
	{"/api/v1/containers", READ | KEPT, api_containers, NULL},
	{"/api/v1/containers/", READ, api_container, NULL},
	{"/api/v1/profile/check", METHOD(POST), api_profile_check, JSON},
	{"/api/v1/profile/decide", METHOD(POST), api_profile_decide, JSON},
	{"/api/v1/profile/diff", METHOD(POST), api_profile_diff, JSON},
	{"/api/v1/profile/instrument", METHOD(POST), api_profile_instrument, JSON},
	{"/api/v1/health", READ, health_api, NULL},
	{"/api/v1/stream", READ, stream_open, NULL},
	{"/api/v1/mutes", READ, marks_api_list, NULL},
	{"/api/v1/mutes", METHOD(POST), marks_api_add, JSON},
	{"/api/v1/mutes/", METHOD(DELETE), marks_api_remove, NULL},
	{"/api/v1/looked", READ, marks_api_looked, NULL},
	{"/api/v1/looked", METHOD(POST), marks_api_look, NULL},
	{"/api/v1/syscalls/", READ, knowledge_api, NULL},
	{"/api/v1/report", READ, report_answer, NULL},
	{"/metrics", READ, metrics_text, NULL},
	{"/healthz", READ | OPEN, health_probe, NULL},
	{"/openapi.json", READ, assets_openapi, NULL},
};

const char *routes_path(size_t i)
{
	return i < ARRAY_SIZE(table) ? table[i].path : NULL;
}

bool routes_takes(size_t i, enum request_method method)
{
	return i < ARRAY_SIZE(table) && method < REQUEST_OTHER && (table[i].methods & (1u << method));
}

static bool is_at(const struct route *route, const char *path)
{
	size_t len = strlen(route->path);
	bool below = len > 1 && route->path[len - 1] == '/';

	return below ? strncmp(path, route->path, len) == 0 && path[len] : strcmp(path, route->path) == 0;
}

/* The row of path and method, and all methods that the path knows. */
static const struct route *find(const struct request *req, unsigned *ret_methods)
{
	const struct route *found = NULL;

	*ret_methods = 0;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!is_at(&table[i], req->path))
			continue;
		if (!found && (table[i].methods & (1u << req->method)))
			found = &table[i];
		*ret_methods |= table[i].methods;
	}
	return found;
}

static void refuse_method(const struct request *req, unsigned methods, struct answer *ans)
{
	struct text allow = TEXT_EMPTY;

	for (enum request_method m = REQUEST_GET; m < REQUEST_OTHER; m++)
		if (methods & (1u << m))
			text_printf(&allow, "%s%s", allow.len > 0 ? ", " : "", request_method_name(m));
	answer_error(ans, 405, "method_not_allowed", NULL, "%s takes %s", req->path, allow.data ? allow.data : "");
	text_free(&ans->allow);
	ans->allow = allow;
}

static void refuse_body(const struct request *req, const struct route *route, struct answer *ans)
{
	if (route->takes)
		answer_error(ans, 415, "unsupported_type", "Content-Type", "%s takes %s", req->path, route->takes);
	else
		answer_error(ans, 413, "no_body", NULL, "%s takes no request body", req->path);
}

/* A person is led to the form, a program is told. */
static bool is_known(const struct web *web, const struct request *req, const struct route *route, struct answer *ans)
{
	int64_t now = clock_now();
	enum access_verdict verdict = access_check(web->access, req, now);

	if (verdict == ACCESS_GRANTED)
		return true;
	if (verdict == ACCESS_THROTTLED) {
		answer_error(ans, 429, "too_many_tries", "Authorization", "too many wrong tokens came from this address");
		ans->retry_after = access_wait(web->access, req->peer, now);
	} else if (route->handle == assets_page) {
		answer_see(ans, "/login");
	} else {
		answer_error(ans, 401, "unauthorized", "Authorization", "%s", req->authorization ?
			"that is not the token" : "this server asks for its token: Authorization: Bearer TOKEN, or /login");
		ans->challenge = true;
	}
	return false;
}

bool routes_admit(const struct web *web, const struct request *req, bool has_body, struct answer *ans)
{
	unsigned methods;
	const struct route *route = find(req, &methods);

	if (methods == 0)
		answer_error(ans, 404, "not_found", NULL, "there is nothing at %s", req->path);
	else if (!route)
		refuse_method(req, methods, ans);
	else if (!request_is_read(req->method) && request_is_foreign(req))
		answer_error(ans, 403, "foreign_origin", NULL, "only this server's own pages may ask for that");
	else if (!(route->methods & OPEN) && !is_known(web, req, route, ans))
		return false;
	else if (has_body && !(route->takes && request_has_type(req->content_type, route->takes)))
		refuse_body(req, route, ans);
	return ans->status == 0;
}

/* Only of what is read: a change that was made is not unsaid for the form of its answer. */
static void check_accepted(const struct request *req, struct answer *ans)
{
	if (!request_is_read(req->method) || ans->status != 200 || !ans->type || request_accepts(req->accept, ans->type))
		return;
	stream_leave(TAKE(ans->stream));
	answer_error(ans, 406, "not_acceptable", "Accept", "what is here is %s", ans->type);
}

static void handle(struct web *web, const struct route *route, const struct request *req, struct answer *ans)
{
	struct cache_state state;
	struct query *q;

	/* A database that cannot be read is the handler's to tell. */
	if (!(route->methods & KEPT) || reader_get(web->reader, &q) < 0) {
		route->handle(web, req, req->path + strlen(route->path), ans);
		return;
	}
	state = (struct cache_state){reader_generation(web->reader), query_seq(q), clock_monotonic()};
	if (cache_get(web->cache, req, &state, ans))
		return;
	route->handle(web, req, req->path + strlen(route->path), ans);
	/* What was committed meanwhile may be in it already: it is kept as older than it is, never as newer. */
	cache_put(web->cache, req, &state, ans);
}

void routes_dispatch(struct web *web, const struct request *req, struct answer *ans)
{
	unsigned methods;
	const struct route *route = find(req, &methods);

	if (route)
		handle(web, route, req, ans);
	else
		answer_error(ans, 404, "not_found", NULL, "there is nothing at %s", req->path);
	check_accepted(req, ans);
	if (ans->body.failed)
		answer_failure(ans, -ENOMEM);
}
