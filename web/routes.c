/* SPDX-License-Identifier: MIT */
#include "routes.h"

#include "handlers.h"

struct route {
	const char *path; /* one that ends with '/' (but "/") takes what is below it too */
	handler_fn handle;
};

/* All of them are read: GET and HEAD. The first that matches. */
static const struct route table[] = {
	{"/", assets_page},
	{"/assets/", assets_file},
	{"/api/v1/events", api_events},
	{"/api/v1/summary", api_summary},
	{"/api/v1/timeline", api_timeline},
	{"/api/v1/containers", api_containers},
	{"/api/v1/containers/", api_container},
	{"/api/v1/health", health_api},
	{"/api/v1/stream", stream_open},
	{"/metrics", metrics_text},
	{"/healthz", health_probe},
	{"/openapi.json", assets_openapi},
};

#define METHODS "GET, HEAD"

static const struct route *find(const char *path, const char **ret_rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		size_t len = strlen(table[i].path);
		bool below = len > 1 && table[i].path[len - 1] == '/';

		*ret_rest = path + len;
		if (below ? strncmp(path, table[i].path, len) == 0 && path[len] : strcmp(path, table[i].path) == 0)
			return &table[i];
	}
	return NULL;
}

void routes_dispatch(struct web *web, const struct request *req, struct answer *ans)
{
	const char *rest = NULL;
	const struct route *route = find(req->path, &rest);

	if (!route) {
		answer_error(ans, 404, "not_found", NULL, "there is nothing at %s", req->path);
	} else if (req->method == REQUEST_OTHER) {
		answer_error(ans, 405, "method_not_allowed", NULL, "%s can only be read (" METHODS ")", req->path);
		ans->allow = METHODS;
	} else {
		route->handle(web, req, rest, ans);
	}
	if (ans->body.failed)
		answer_failure(ans, -ENOMEM);
}
