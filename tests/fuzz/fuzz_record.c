/* SPDX-License-Identifier: MIT */
/* fuzz_record: any bytes as a record, through the entry points that import and collect use. Besides memory errors it
 * looks for events that break what the rest of the program trusts. */
#include "fuzz.h"
#include "seccompwatch/record.h"

static void check_text(const struct event *ev, struct event_text text)
{
	must(!event_has(text) || (size_t)text.off + text.len <= ev->arena_len);
}

static void check_event(const struct event *ev)
{
	must(ev->time >= 0 && ev->time <= CLOCK_MAX);
	must(ev->text_time == CLOCK_NONE || (ev->text_time >= -CLOCK_MAX && ev->text_time <= CLOCK_MAX));
	must(ev->syscall != EVENT_NO_SYSCALL || event_has(ev->syscall_name));
	must(ev->has_serial == (ev->time_source == EVENT_TIME_AUDIT));
	must(ev->pid >= EVENT_NO_PID && ev->compat >= -1 && ev->compat <= 1 && ev->sig >= -1);
	must(ev->action < EVENT_ACTION_N && ev->mode < EVENT_MODE_N && ev->source < EVENT_SOURCE_N);
	must(ev->arena_len >= 1 && ev->arena_len <= EVENT_ARENA_MAX);
	check_text(ev, ev->comm);
	check_text(ev, ev->exe);
	check_text(ev, ev->subj);
	check_text(ev, ev->node);
	check_text(ev, ev->prefix_host);
	check_text(ev, ev->arch_name);
	check_text(ev, ev->syscall_name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event ev;
	const struct record_context context = {
		.now = INT64_C(1778232600000), .line_time = CLOCK_NONE, .source = EVENT_SOURCE_AUDIT_LOG};
	struct span text = {(const char *)data, size};
	struct record_amend amend;
	const char *why = NULL;

	if (record_parse(text, &context, &ev, &why) == 0)
		check_event(&ev);
	else
		must(why != NULL);
	if (record_parse_netlink(text, &ev, &why) == 0)
		check_event(&ev);
	if (record_parse_amend(text, 0, &amend) == 0)
		must(amend.n_args == 0 || amend.n_args == 4);
	return 0;
}
