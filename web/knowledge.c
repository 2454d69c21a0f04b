/* SPDX-License-Identifier: MIT */
#include "seccompwatch/knowledge.h"

#include "handlers.h"
#include "params.h"
#include "seccompwatch/render.h"

void knowledge_api(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	const struct knowledge *k = knowledge_of(span_from(rest));

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	if (k)
		answer_json(ans, render_knowledge_json(k));
	else
		answer_error(ans, 404, "not_found", NULL, "no syscall is called so");
}
