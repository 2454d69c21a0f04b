/* SPDX-License-Identifier: MIT */
#include "health.h"

#include "handlers.h"
#include "params.h"
#include "seccompwatch/check.h"
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

static json_t *check_json(const struct check *c)
{
	return json_pack("{s:s, s:o, s:s, s:s?}", "id", c->id, "ok", c->unknown ? json_null() : json_boolean(c->ok), "detail",
		c->detail.data ? c->detail.data : "", "remedy", c->remedy.len ? c->remedy.data : NULL);
}

/* Where the collector runs, it has the way to the kernel that this process has given up. */
static void trust_collector(struct check *c)
{
	c->unknown = false;
	c->ok = true;
	text_reset(&c->detail);
	text_reset(&c->remedy);
	text_add_str(&c->detail, "the collector reads the kernel's audit records");
}

static json_t *checks_json(bool running)
{
	struct check checks[CHECK_MAX];
	size_t n = check_anyone(checks);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		if (running && strcmp(checks[i].id, "audit_read") == 0)
			trust_collector(&checks[i]);
		json_array_append_new(list, check_json(&checks[i]));
		check_free(&checks[i]);
	}
	return list;
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
		bool running = json_is_true(json_object_get(json_object_get(object, "collector"), "running"));

		json_object_set_new(object, "checks", checks_json(running));
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
