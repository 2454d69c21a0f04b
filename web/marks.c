/* SPDX-License-Identifier: MIT */
/* What the user says, through the page: mutes, and "I have looked". The page works without: every failure is its own
 * 503, and nothing else asks for the marks' file. */
#include "handlers.h"
#include "params.h"
#include "seccompwatch/log.h"
#include "seccompwatch/marks.h"
#include "seccompwatch/render.h"

#define AUTHOR "page"

static void refuse(struct answer *ans, int error, const char *field, const struct text *why)
{
	const char *sentence = why->len > 0 ? why->data : strerror(-error);

	if (error == -EINVAL && field)
		answer_error(ans, 400, "bad_mute", field, "%s: %s", field, sentence);
	else if (error == -ENOENT)
		answer_error(ans, 404, "not_found", NULL, "%s", sentence);
	else
		answer_error(ans, 503, "marks_unavailable", NULL, "%s", sentence);
	if (ans->status == 503)
		log_debug("marks: %s", sentence);
}

static bool takes_no_parameters(const struct request *req, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;

	return params_read(req, 0, 0, &params, ans) == 0;
}

void marks_api_list(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks marks = MARKS_EMPTY;
	int r;

	if (!takes_no_parameters(req, ans))
		return;
	r = marks_read(web->db, &marks, &why);
	if (r < 0)
		refuse(ans, r, NULL, &why);
	else
		answer_json(ans, json_pack("{s:o, s:n}", "mutes", render_mutes_json(&marks), "next"));
}

/* ---- a mute, as it is sent ------------------------------------------------------------------------------------- */

static int keep(char **field, const char *value)
{
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int take_subject(struct marks_mute *mute, enum marks_scope scope, const char *value, struct text *why)
{
	if (scope == MARKS_CONTAINER && strcmp(value, "*") == 0)
		return 0;
	if (mute->subject) {
		text_add_str(why, "a mute has one of container, image and unit");
		return -EINVAL;
	}
	mute->scope = scope;
	return keep(&mute->subject, value);
}

static int take_field(struct marks_mute *mute, const char *name, const char *value, struct text *why)
{
	struct {
		const char *name;
		char **field;
	} plain[] = {{"syscall", &mute->syscall}, {"arch", &mute->arch}, {"action", &mute->action}, {"note", &mute->note}};

	for (size_t i = 0; i < ARRAY_SIZE(plain); i++)
		if (strcmp(name, plain[i].name) == 0)
			return keep(plain[i].field, value);
	for (enum marks_scope scope = MARKS_CONTAINER; scope <= MARKS_UNIT; scope++)
		if (strcmp(name, marks_scope_name(scope)) == 0)
			return take_subject(mute, scope, value, why);
	text_add_str(why, "is not a field of a mute");
	return -EINVAL;
}

/* *ret_field points into `document`. */
static int take_all(struct marks_mute *mute, json_t *document, const char **ret_field, struct text *why)
{
	const char *name;
	json_t *value;
	int r = 0;

	json_object_foreach(document, name, value)
	{
		if (json_is_null(value))
			continue;
		*ret_field = name;
		if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value)) {
			r = take_field(mute, name, json_string_value(value), why);
		} else {
			text_add_str(why, "is not a string or null");
			r = -EINVAL;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* As it was muted then. */
static void answer_known(struct web *web, int64_t id, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks marks = MARKS_EMPTY;
	int r = marks_read(web->db, &marks, &why);

	for (size_t i = 0; i < marks.n && r == 0; i++)
		if (marks.mutes[i].id == id) {
			answer_json(ans, render_mute_json(&marks.mutes[i]));
			return;
		}
	refuse(ans, r < 0 ? r : -EBUSY, NULL, &why);
}

static void add(struct web *web, struct marks_mute *mute, json_t *document, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	const char *field = NULL;
	int64_t id = 0;
	int r = take_all(mute, document, &field, &why);

	mute->time = clock_now();
	if (r == 0)
		r = keep(&mute->author, AUTHOR);
	if (r == 0)
		r = marks_check(mute, &field, &why);
	if (r == 0)
		r = marks_mute(web->db, mute, &id, &why);
	if (r < 0) {
		refuse(ans, r, field, &why);
		return;
	}
	if (r == MARKS_E_KNOWN) {
		answer_known(web, id, ans);
		return;
	}
	mute->id = id;
	ans->status = 201;
	answer_json(ans, render_mute_json(mute));
}

void marks_api_add(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	struct marks_mute mute = {0};
	json_error_t error;
	json_t *document;

	if (!takes_no_parameters(req, ans))
		return;
	document = json_loadb(req->body.data ? req->body.data : "", req->body.len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(document))
		add(web, &mute, document, ans);
	else
		answer_error(ans, 400, "bad_body", NULL, "the body is not a JSON object: %s",
			document ? "it is something else" : error.text);
	json_decref(document);
	marks_mute_free(&mute);
}

void marks_api_remove(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	uint64_t id;
	int r;

	if (!takes_no_parameters(req, ans))
		return;
	if (text_to_u64(span_from(rest), INT64_MAX, &id) < 0) {
		answer_error(ans, 404, "not_found", NULL, "there is no mute \"%.64s\"", rest);
		return;
	}
	r = marks_unmute(web->db, (int64_t)id, &why);
	if (r < 0)
		refuse(ans, r, NULL, &why);
	else
		ans->status = 204;
}

/* ---- looked ------------------------------------------------------------------------------------------------------ */

static void answer_looked(int64_t looked, struct answer *ans)
{
	char time[CLOCK_TEXT_MAX];

	if (looked != CLOCK_NONE)
		clock_format(looked, time);
	answer_json(ans, json_pack("{s:s?}", "looked", looked == CLOCK_NONE ? NULL : time));
}

void marks_api_looked(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks marks = MARKS_EMPTY;
	int r;

	if (!takes_no_parameters(req, ans))
		return;
	r = marks_read(web->db, &marks, &why);
	if (r < 0)
		refuse(ans, r, NULL, &why);
	else
		answer_looked(marks.looked, ans);
}

void marks_api_look(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int64_t now = clock_now();
	int r;

	if (!takes_no_parameters(req, ans))
		return;
	r = marks_look(web->db, now, &why);
	if (r < 0)
		refuse(ans, r, NULL, &why);
	else
		answer_looked(now, ans);
}
