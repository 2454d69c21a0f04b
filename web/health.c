/* SPDX-License-Identifier: MIT */
#include "health.h"

#include "handlers.h"
#include "params.h"
#include "seccompwatch/render.h"

#define LOSSES_SHOWN 50

static json_t *time_json(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == CLOCK_NONE)
		return json_null();
	clock_format(ms, text);
	return json_string(text);
}

static int add_loss(void *list, const struct query_loss *loss)
{
	json_t *object = json_pack("{s:s, s:s?, s:o, s:o, s:I}", "kind", loss->kind, "host", loss->host, "first",
		time_json(loss->first), "last", time_json(loss->last), "count", (json_int_t)loss->count);

	return json_array_append_new(list, object) < 0 ? -ENOMEM : 0;
}

int health_json(struct web *web, struct query *q, json_t **ret)
{
	struct query_status status;
	json_t *losses, *object;
	int r = query_status(q, &status);

	if (r < 0)
		return r;
	losses = json_array();
	r = losses ? query_losses(q, CLOCK_NONE, LOSSES_SHOWN, add_loss, losses) : -ENOMEM;
	object = r < 0 ? NULL : render_status_json(&status, web->version);
	if (!object || json_object_set(object, "losses", losses) < 0 ||
		json_object_set_new(object, "now", time_json(clock_now())) < 0) {
		json_decref(losses);
		json_decref(object);
		return r < 0 ? r : -ENOMEM;
	}
	json_decref(losses);
	*ret = object;
	return 0;
}

void health_api(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct query *q;
	json_t *object;
	int r;

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	if (reader_get(web->reader, &q) < 0) {
		answer_error(ans, 503, "database_unavailable", NULL, "%s", reader_why(web->reader));
		return;
	}
	r = health_json(web, q, &object);
	if (r == 0) {
		answer_json(ans, object);
		return;
	}
	reader_failed(web->reader, r);
	answer_failure(ans, r);
}

static void say(struct answer *ans, unsigned status, const char *what)
{
	ans->status = status;
	ans->type = "text/plain; charset=utf-8";
	text_printf(&ans->body, "%s\n", what);
}

/* A database that was only ever imported into has no collector to miss. */
void health_probe(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct query_status status = {0};
	struct query *q;
	int r;

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	r = reader_get(web->reader, &q);
	if (r == 0) {
		r = query_status(q, &status);
		if (r < 0)
			reader_failed(web->reader, r);
	}
	if (r < 0)
		say(ans, 503, reader_why(web->reader));
	else if (!status.running && status.since != CLOCK_NONE)
		say(ans, 503, "the collector is not running");
	else
		say(ans, 200, "ok");
}
