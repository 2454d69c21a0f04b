/* SPDX-License-Identifier: MIT */
/* Logging in and out: plain forms, which need no script. */
#include "access.h"
#include "handlers.h"
#include "params.h"
#include "seccompwatch/clock.h"
#include "seccompwatch/embed.h"

#define PAGE        "login.html"
#define PLACE       "<!--message-->"
#define TOKEN_FIELD "token"

static void show(unsigned status, const char *message, struct answer *ans)
{
	const struct embed_file *file = embed_find(embed_assets, PAGE);
	const char *page = file ? (const char *)file->plain : PLACE, *place = strstr(page, PLACE);

	ans->status = status;
	ans->type = "text/html; charset=utf-8";
	if (!place) {
		text_add_str(&ans->body, page);
		return;
	}
	text_add(&ans->body, (struct span){page, (size_t)(place - page)});
	if (message) {
		text_add_str(&ans->body, "<p class=\"login-error\" role=\"alert\">");
		text_add_html(&ans->body, span_from(message));
		text_add_str(&ans->body, "</p>");
	}
	text_add_str(&ans->body, place + strlen(PLACE));
}

void login_page(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	if (access_check(web->access, req, clock_now()) == ACCESS_GRANTED)
		answer_see(ans, "/");
	else
		show(200, NULL, ans);
}

/* A form's body is a query. */
static enum access_verdict judge(struct web *web, const struct request *req, int64_t now)
{
	CLEANUP_TEXT struct text target = TEXT_EMPTY, why = TEXT_EMPTY;
	struct request form = {0};
	enum access_verdict verdict = ACCESS_DENIED;
	const char *token = NULL;

	text_add_str(&target, "/?");
	text_add(&target, req->body);
	if (!target.failed && request_parse(&form, target.data, &why) == 0)
		token = request_param(&form, TOKEN_FIELD);
	if (token)
		verdict = access_check_token(web->access, span_from(token), req->peer, now);
	request_free(&form);
	return verdict;
}

void login_enter(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	int64_t now = clock_now();
	enum access_verdict verdict;

	if (!web->access) {
		answer_see(ans, "/");
		return;
	}
	verdict = judge(web, req, now);
	if (verdict == ACCESS_GRANTED) {
		if (access_begin_session(web->access, req->is_secure, now, &ans->cookie) < 0)
			answer_failure(ans, -ENOMEM);
		else
			answer_see(ans, "/");
	} else if (verdict == ACCESS_THROTTLED) {
		ans->retry_after = access_wait(web->access, req->peer, now);
		show(429, "Too many wrong tokens came from your address. Wait a little, then try again.", ans);
	} else {
		show(401, "That is not the token. It is the first line of the server's token file.", ans);
	}
}

void login_leave(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	if (web->access)
		access_end_session(web->access, req, clock_now(), &ans->cookie);
	answer_see(ans, "/login");
}
