/* SPDX-License-Identifier: MIT */
/* Events by time: the span and the step that are asked for, made to fit the roll-ups' buckets. */
#include "timeline.h"

#include "handlers.h"
#include "seccompwatch/render.h"

#define MINUTE  INT64_C(60000)
#define HOUR    (60 * MINUTE)
#define DEFAULT_BUCKETS 120

int timeline_plan(const struct params *p, int64_t now, struct timeline_plan *ret, struct answer *ans)
{
	int64_t until = p->filter.until == CLOCK_NONE ? now : p->filter.until;
	int64_t since = p->filter.since == CLOCK_NONE ? until - HOUR : p->filter.since;
	int64_t step = p->step, buckets;

	if (since >= until) {
		params_refuse(ans, "since", "since: is not before the end of the time span");
		return -EINVAL;
	}
	if (p->step == 0)
		step = query_timeline_step(until - since, DEFAULT_BUCKETS);
	if (step % MINUTE != 0 || (step > HOUR && step % HOUR != 0)) {
		params_refuse(ans, "step", "step: must be whole minutes, and whole hours beyond one hour");
		return -EINVAL;
	}
	since -= since % step;
	buckets = (until - since + step - 1) / step;
	if (buckets > TIMELINE_BUCKETS_MAX) {
		params_refuse(ans, "step", "step: makes %lld buckets of this time span, more than %d", (long long)buckets,
			TIMELINE_BUCKETS_MAX);
		return -EINVAL;
	}
	*ret = (struct timeline_plan){since, step, (size_t)buckets};
	return 0;
}

static json_t *bucket_json(const struct query_bucket *bucket)
{
	char time[CLOCK_TEXT_MAX];
	json_t *object;

	clock_format(bucket->start, time);
	object = json_pack("{s:s, s:I, s:I}", "time", time, "unwatched_ms", (json_int_t)bucket->unwatched,
		"lost_at_most", (json_int_t)bucket->lost_at_most);
	for (int outcome = 0; object && outcome < EVENT_OUTCOME_N; outcome++)
		json_object_set_new(object, event_outcome_name((enum event_outcome)outcome),
			json_integer((json_int_t)bucket->by_outcome[outcome]));
	return object;
}

static int write_buckets(const struct timeline_plan *plan, const struct query_bucket *buckets, struct answer *ans)
{
	int r = 0;

	answer_list_begin(ans, "timeline");
	for (size_t i = 0; i < plan->buckets && r == 0; i++)
		r = answer_list_add(ans, bucket_json(&buckets[i]));
	answer_list_end(ans);
	answer_list_field(ans, "step_ms", json_integer(plan->step));
	answer_list_field(ans, "next", json_null());
	answer_list_close(ans);
	return r;
}

static int ask(struct query *q, struct params *p, const struct timeline_plan *plan, struct answer *ans)
{
	CLEANUP_FREE struct query_bucket *buckets = calloc(plan->buckets, sizeof(*buckets));
	int r;

	if (!buckets)
		return -ENOMEM;
	/* The buckets are whole, so that the same bucket always counts the same. */
	p->filter.since = plan->since;
	p->filter.until = plan->since + (int64_t)plan->buckets * plan->step;
	r = query_timeline(q, &p->filter, plan->since, plan->step, plan->buckets, buckets);
	return r < 0 ? r : write_buckets(plan, buckets, ans);
}

void api_timeline(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct timeline_plan plan;
	struct query *q;
	int64_t now = clock_now();
	int r;

	if (params_read(req, PARAMS_FILTERS | PARAMS_TIME | PARAMS_STEP, now, &params, ans) < 0 ||
		timeline_plan(&params, now, &plan, ans) < 0)
		return;
	q = params_resolve(&params, web->reader, ans);
	if (!q)
		return;
	r = ask(q, &params, &plan, ans);
	if (r == -EINVAL) {
		params_refuse(ans, NULL, "no timeline can be made for these filters");
	} else if (r < 0) {
		reader_failed(web->reader, r);
		answer_failure(ans, r);
	}
}
