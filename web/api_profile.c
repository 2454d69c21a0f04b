/* SPDX-License-Identifier: MIT */
/* Questions about profiles of the asker's own: they need no database, and a child answers them. */
#include "handlers.h"
#include "lab.h"
#include "params.h"
#include "work.h"

static void answer_in_child(unsigned question, struct span body, struct answer *ans)
{
	lab_answer((enum lab_question)question, body, ans);
}

static void ask(struct web *web, enum lab_question question, const struct request *req, struct answer *ans)
{
	CLEANUP_PARAMS struct params none = PARAMS_EMPTY;

	if (params_read(req, 0, 0, &none, ans) < 0)
		return;
	work_ask(web->works, answer_in_child, question, req->body, ans);
}

void api_profile_check(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	ask(web, LAB_CHECK, req, ans);
}

void api_profile_decide(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	ask(web, LAB_DECIDE, req, ans);
}

void api_profile_instrument(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	ask(web, LAB_INSTRUMENT, req, ans);
}

void api_profile_diff(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	ask(web, LAB_DIFF, req, ans);
}
