/* SPDX-License-Identifier: MIT */
/* fuzz_request: any bytes as the target of an HTTP request, its headers, and the parameters in it. */
#include "fuzz.h"

#include "params.h"
#include "request.h"

#define ALL (PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT | PARAMS_ORDER | PARAMS_CURSOR | PARAMS_BY | PARAMS_STEP | \
	PARAMS_SEQ | PARAMS_ADVICE | PARAMS_VERSION)

static void check_request(const struct request *req)
{
	must(req->path[0] == '/' && text_is_utf8(span_from(req->path)) && req->n_params <= REQUEST_PARAMS_MAX);
	for (size_t i = 0; i < req->n_params; i++) {
		must(text_is_utf8(span_from(req->params[i].name)) && text_is_utf8(span_from(req->params[i].value)));
		must(request_param(req, req->params[i].name) != NULL);
	}
}

static void check_params(const struct request *req)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct answer ans = {0};
	int r = params_read(req, ALL, INT64_C(1778232600000), &params, &ans);

	must(r == 0 || r == -EINVAL);
	must(r == 0 || (ans.status == 400 && text_is_utf8(text_span(&ans.body))));
	must(r != 0 || (params.n_by <= QUERY_BY_MAX && params.limit <= PARAMS_LIMIT_MAX));
	answer_free(&ans);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *target = strndup((const char *)data, size);
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct request req = {.origin = target, .fetch_site = target, .host = "localhost"};
	int r = request_parse(&req, target, &why);

	must(r == 0 || ((r == -EINVAL || r == -E2BIG) && why.len > 0));
	if (r == 0) {
		check_request(&req);
		check_params(&req);
	}
	request_is_foreign(&req);
	request_has_type(target, "application/json");
	request_accepts_gzip(target);
	request_has_etag(target, "\"a\"");
	request_free(&req);
	return 0;
}
