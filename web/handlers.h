/* SPDX-License-Identifier: MIT */
/* handlers: what the routes lead to. `rest` is what the path has beyond a route that ends with '/'. */
#pragma once

#include "answer.h"
#include "request.h"
#include "web.h"

typedef void (*handler_fn)(struct web *web, const struct request *req, const char *rest, struct answer *ans);

int assets_prepare(struct web *web); /* before the first request */
void assets_page(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void assets_file(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void assets_openapi(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_events(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_summary(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_new(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_timeline(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_containers(struct web *web, const struct request *req, const char *rest, struct answer *ans);
/* "ID/suggestions": the handler of a container's other resources leads here. */
void suggestions_profile(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void suggestions_container(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_container(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_profile_check(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_profile_decide(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_profile_instrument(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void api_profile_diff(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void health_api(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void health_probe(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void knowledge_api(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void marks_api_list(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void marks_api_add(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void marks_api_remove(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void marks_api_looked(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void marks_api_look(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void login_page(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void login_enter(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void login_leave(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void metrics_text(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void report_answer(struct web *web, const struct request *req, const char *rest, struct answer *ans);
void stream_open(struct web *web, const struct request *req, const char *rest, struct answer *ans);
