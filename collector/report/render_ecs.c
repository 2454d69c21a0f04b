/* SPDX-License-Identifier: MIT */
/* Elastic Common Schema 8.17 (elastic.co/guide/en/ecs/8.17). What it has no field for is under seccompwatch, a name of
 * our own, as it asks for custom fields. */
#include "render_export.h"

/* Categories process and intrusion_detection know these types. */
static void get_type(const struct query_row *row, struct render_cell *ret)
{
	static const char *const types[EVENT_OUTCOME_N] = {
		[EVENT_OUTCOME_UNKNOWN] = "info",
		[EVENT_OUTCOME_KILLED] = "denied end",
		[EVENT_OUTCOME_SIGNALLED] = "denied",
		[EVENT_OUTCOME_DENIED] = "denied",
		[EVENT_OUTCOME_NOTIFIED] = "info",
		[EVENT_OUTCOME_TRACED] = "info",
		[EVENT_OUTCOME_EXECUTED] = "allowed",
	};

	render_text(ret, types[row->signature->outcome]);
	ret->kind = RENDER_LIST;
}

/* Of the call: whether it was let through. */
static void get_outcome(const struct query_row *row, struct render_cell *ret)
{
	static const char *const outcomes[EVENT_OUTCOME_N] = {
		[EVENT_OUTCOME_UNKNOWN] = "unknown",
		[EVENT_OUTCOME_KILLED] = "failure",
		[EVENT_OUTCOME_SIGNALLED] = "failure",
		[EVENT_OUTCOME_DENIED] = "failure",
		[EVENT_OUTCOME_NOTIFIED] = "unknown",
		[EVENT_OUTCOME_TRACED] = "unknown",
		[EVENT_OUTCOME_EXECUTED] = "success",
	};

	render_text(ret, outcomes[row->signature->outcome]);
}

static void get_program(const struct query_row *row, struct render_cell *ret)
{
	render_text(ret, render_export_program(row->signature));
}

const struct render_export_field render_export_ecs[] = {
	{"@timestamp", "time"},
	{"message", NULL, RENDER_EXPORT_GET, .get = render_export_message},
	{"ecs.version", NULL, RENDER_EXPORT_WORDS, "8.17.0"},
	{"event.kind", NULL, RENDER_EXPORT_WORDS, "event"},
	{"event.category", NULL, RENDER_EXPORT_LIST, "process intrusion_detection"},
	{"event.type", NULL, RENDER_EXPORT_GET, .get = get_type},
	{"event.action", "action"},
	{"event.outcome", NULL, RENDER_EXPORT_GET, .get = get_outcome},
	{"event.code", NULL, RENDER_EXPORT_WORDS, "1326"}, /* AUDIT_SECCOMP */
	{"event.provider", NULL, RENDER_EXPORT_WORDS, "kernel"},
	{"event.module", NULL, RENDER_EXPORT_WORDS, "seccompwatch"},
	{"event.dataset", NULL, RENDER_EXPORT_WORDS, "seccompwatch.events"},
	{"event.id", NULL, RENDER_EXPORT_GET, .get = render_export_id},
	{"event.sequence", "seq"},
	{"event.start", "time"},
	{"event.end", "last_time"},
	{"host.name", "host"},
	{"process.pid", "pid"},
	{"process.name", NULL, RENDER_EXPORT_GET, .get = get_program},
	{"process.executable", "exe"},
	{"process.parent.pid", "ppid"},
	{"process.thread.id", "tid"},
	{"process.thread.name", "comm"},
	{"user.id", "uid", RENDER_EXPORT_KEYWORD},
	{"user.name", "user"},
	{"user.group.id", "gid", RENDER_EXPORT_KEYWORD},
	{"container.id", "container.id"},
	{"container.name", "container.name"},
	{"container.runtime", "container.runtime"},
	{"container.image.name", "container.image"},
	{"orchestrator.type", "container.pod", RENDER_EXPORT_WORDS, "kubernetes"},
	{"orchestrator.namespace", "container.namespace", .needs = "container.pod"},
	{"orchestrator.resource.type", "container.pod", RENDER_EXPORT_WORDS, "pod"},
	{"orchestrator.resource.name", "container.pod"},
	{"orchestrator.resource.id", "container.pod_uid", .needs = "container.pod"},
	{"seccompwatch.outcome", "outcome"},
	{"seccompwatch.count", "count"},
	{"seccompwatch.mode", "mode"},
	{"seccompwatch.syscall.name", "syscall"},
	{"seccompwatch.syscall.number", "syscall_nr"},
	{"seccompwatch.syscall.args", "args"},
	{"seccompwatch.syscall.errno", "errno"},
	{"seccompwatch.arch", "arch"},
	{"seccompwatch.code", "code"},
	{"seccompwatch.ip", "ip"},
	{"seccompwatch.module", "module"},
	{"seccompwatch.module_offset", "module_offset"},
	{"seccompwatch.symbol", "symbol"},
	{"seccompwatch.signal", "sig"},
	{"seccompwatch.serial", "serial"},
	{"seccompwatch.source", "source"},
	{"seccompwatch.time_source", "time_source"},
	{"seccompwatch.attribution", "attribution"},
	{"seccompwatch.subj", "subj"},
	{"seccompwatch.auid", "auid"},
	{"seccompwatch.ses", "ses"},
	{"seccompwatch.unit", "unit"},
	{"seccompwatch.pod_uid", "container.pod_uid"},
	{"seccompwatch.namespace", "container.namespace"},
	{0},
};

_Static_assert(ARRAY_SIZE(render_export_ecs) <= RENDER_EXPORT_FIELDS, "a column found for each field");
