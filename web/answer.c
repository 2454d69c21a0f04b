/* SPDX-License-Identifier: MIT */
#include "answer.h"

#define JSON_TYPE "application/json"

void answer_free(struct answer *ans)
{
	text_free(&ans->body);
	text_free(&ans->allow);
	text_free(&ans->cookie);
}

static int append(const char *data, size_t len, void *t)
{
	text_add(t, (struct span){data, len});
	return ((struct text *)t)->failed ? -1 : 0;
}

int answer_dump(struct text *t, const json_t *value)
{
	return json_dump_callback(value, append, t, JSON_COMPACT | JSON_ENCODE_ANY) < 0 ? -ENOMEM : 0;
}

void answer_json(struct answer *ans, json_t *value)
{
	ans->type = JSON_TYPE;
	if (ans->status == 0)
		ans->status = 200;
	if (!value || answer_dump(&ans->body, value) < 0)
		ans->body.failed = true;
	text_add_char(&ans->body, '\n');
	json_decref(value);
}

/* A message may quote a path, whose bytes are anybody's. */
static json_t *error_json(const char *code, const char *field, const struct text *message)
{
	CLEANUP_TEXT struct text clean = TEXT_EMPTY;

	if (text_is_utf8(text_span(message)))
		text_add(&clean, text_span(message));
	else
		text_add_escaped(&clean, text_span(message));
	return json_pack("{s:{s:s, s:s, s:s?}}", "error", "code", code, "message", clean.data ? clean.data : "",
		"field", field);
}

void answer_error(struct answer *ans, unsigned status, const char *code, const char *field, const char *fmt, ...)
{
	CLEANUP_TEXT struct text message = TEXT_EMPTY;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&message, fmt, args);
	va_end(args);
	text_free(&ans->body);
	ans->body = TEXT_EMPTY;
	ans->fixed = (struct span){0};
	ans->etag[0] = '\0';
	ans->encoding = ans->cache_control = NULL;
	ans->status = status;
	answer_json(ans, error_json(code, field, &message));
}

void answer_see(struct answer *ans, const char *location)
{
	ans->status = 303;
	ans->location = location;
}

void answer_failure(struct answer *ans, int error)
{
	if (error == -ENOMEM)
		answer_error(ans, 503, "no_memory", NULL, "out of memory");
	else
		answer_error(ans, 503, "database_unavailable", NULL, "the database could not be read: %s",
			strerror(-error));
}

void answer_list_begin(struct answer *ans, const char *name)
{
	ans->status = 200;
	ans->type = JSON_TYPE;
	text_printf(&ans->body, "{\"%s\":[", name);
}

/* No element's text ends with the bracket that began the list. */
struct text *answer_list_next(struct answer *ans)
{
	if (ans->body.len > 0 && ans->body.data[ans->body.len - 1] != '[')
		text_add_char(&ans->body, ',');
	return &ans->body;
}

int answer_list_add(struct answer *ans, json_t *element)
{
	int r = element ? answer_dump(answer_list_next(ans), element) : -ENOMEM;

	json_decref(element);
	return r;
}

void answer_list_end(struct answer *ans)
{
	text_add_char(&ans->body, ']');
}

void answer_list_field(struct answer *ans, const char *name, json_t *value)
{
	text_printf(&ans->body, ",\"%s\":", name);
	if (!value || answer_dump(&ans->body, value) < 0)
		ans->body.failed = true;
	json_decref(value);
}

void answer_list_close(struct answer *ans)
{
	text_add_str(&ans->body, "}\n");
}
