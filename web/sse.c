/* SPDX-License-Identifier: MIT */
#include "sse.h"

#include "answer.h"
#include "health.h"
#include "seccompwatch/render.h"

#define ROWS_MAX 500 /* of one look; more is a storm, which no one reads row by row */

struct saying {
	struct text *to;
	uint64_t id;
	unsigned rows;
	struct text last; /* the row that was not said yet */
};

static void flush(struct saying *saying)
{
	if (saying->last.len == 0)
		return;
	text_printf(saying->to, "id: %llu\nevent: violation\ndata: ", (unsigned long long)saying->id);
	text_add(saying->to, text_span(&saying->last));
	text_add_str(saying->to, "\n\n");
	saying->to->failed = saying->to->failed || saying->last.failed;
	text_reset(&saying->last);
}

static int say_row(void *data, const struct query_row *row)
{
	struct saying *saying = data;

	if (saying->rows++ == ROWS_MAX)
		return -E2BIG;
	flush(saying);
	render_event_add_json(row, &saying->last);
	return saying->last.failed ? -ENOMEM : 0;
}

void sse_reset(struct text *to, uint64_t seq)
{
	text_reset(to);
	text_printf(to, "id: %llu\nevent: reset\ndata: {\"seq\":%llu}\n\n", (unsigned long long)seq,
		(unsigned long long)seq);
}

/* A client comes back with the last id it saw, and must miss nothing: rows stand in order of time, not of change,
 * so only the last one of a look carries the new id. */
int sse_changes(struct query *q, const struct query_filter *filter, uint64_t since, struct text *to)
{
	struct saying saying = {.to = to, .id = since};
	int r = query_changes(q, filter, since, say_row, &saying);

	saying.id = query_seq(q);
	if (r == 0)
		flush(&saying);
	text_free(&saying.last);
	if (r != -E2BIG)
		return r;
	sse_reset(to, query_seq(q));
	return 0;
}

static void describe(struct web *web, struct query *q, struct text *to)
{
	struct answer error = {0};
	json_t *health = NULL;

	if (q && health_json(web, q, &health) == 0) {
		answer_dump(to, health);
		json_decref(health);
		return;
	}
	answer_error(&error, 503, "database_unavailable", NULL, "%s", reader_why(web->reader));
	text_add(to, (struct span){error.body.data, error.body.len - 1});
	answer_free(&error);
}

/* The comment keeps proxies from closing what looks idle. */
void sse_health(struct web *web, struct query *q, struct text *to)
{
	text_add_str(to, ": still here\nevent: health\ndata: ");
	describe(web, q, to);
	text_add_str(to, "\n\n");
}
