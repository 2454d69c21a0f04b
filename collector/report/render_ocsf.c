/* SPDX-License-Identifier: MIT */
/* Open Cybersecurity Schema Framework 1.4.0, Detection Finding (class 2004), with its profiles security_control and
 * container (github.com/ocsf/ocsf-schema: events/findings, objects). An image has a name there only beside its id, which
 * is not known here: it is among what is unmapped, as is what the schema has no attribute for. */
#include "render_export.h"

struct verdict {
	uint8_t severity, action, disposition; /* severity_id, action_id, disposition_id */
};

static const struct verdict *verdict(const struct query_row *row)
{
	static const struct verdict verdicts[EVENT_OUTCOME_N] = {
		[EVENT_OUTCOME_UNKNOWN] = {0, 0, 0},
		[EVENT_OUTCOME_KILLED] = {3, 2, 2},    /* Medium, Denied, Blocked */
		[EVENT_OUTCOME_SIGNALLED] = {2, 2, 2}, /* Low */
		[EVENT_OUTCOME_DENIED] = {2, 2, 2},
		[EVENT_OUTCOME_NOTIFIED] = {1, 0, 0},  /* Informational: another program decides, and does not tell us */
		[EVENT_OUTCOME_TRACED] = {1, 0, 0},
		[EVENT_OUTCOME_EXECUTED] = {1, 1, 17}, /* Allowed, Logged */
	};

	return &verdicts[row->signature->outcome];
}

static void get_severity_id(const struct query_row *row, struct render_cell *ret)
{
	render_number(ret, verdict(row)->severity);
}

static void get_severity(const struct query_row *row, struct render_cell *ret)
{
	static const char *const captions[] = {"Unknown", "Informational", "Low", "Medium"};

	render_text(ret, captions[verdict(row)->severity]);
}

static void get_action_id(const struct query_row *row, struct render_cell *ret)
{
	render_number(ret, verdict(row)->action);
}

static void get_disposition_id(const struct query_row *row, struct render_cell *ret)
{
	render_number(ret, verdict(row)->disposition);
}

/* timestamp_t: milliseconds since 1970. */
static void get_time(const struct query_row *row, struct render_cell *ret)
{
	render_number(ret, row->time);
}

static void get_last_time(const struct query_row *row, struct render_cell *ret)
{
	render_number(ret, row->last_time);
}

static void get_alert(const struct query_row *row, struct render_cell *ret)
{
	render_bool(ret, verdict(row)->action == 2);
}

static void get_call(const struct query_row *row, struct render_cell *ret)
{
	render_text(ret, render_export_syscall(row->signature, ret->buffer));
}

static void get_program(const struct query_row *row, struct render_cell *ret)
{
	render_text(ret, render_export_program(row->signature));
}

#define IN_PROCESS "evidences[].process."

const struct render_export_field render_export_ocsf[] = {
	{"class_uid", NULL, RENDER_EXPORT_NUMBER, .index = 2004},
	{"class_name", NULL, RENDER_EXPORT_WORDS, "Detection Finding"},
	{"category_uid", NULL, RENDER_EXPORT_NUMBER, .index = 2},
	{"category_name", NULL, RENDER_EXPORT_WORDS, "Findings"},
	{"activity_id", NULL, RENDER_EXPORT_NUMBER, .index = 1},
	{"activity_name", NULL, RENDER_EXPORT_WORDS, "Create"},
	{"type_uid", NULL, RENDER_EXPORT_NUMBER, .index = 200401}, /* class_uid * 100 + activity_id */
	{"type_name", NULL, RENDER_EXPORT_WORDS, "Detection Finding: Create"},
	{"time", NULL, RENDER_EXPORT_GET, .get = get_time},
	{"start_time", NULL, RENDER_EXPORT_GET, .get = get_time},
	{"end_time", NULL, RENDER_EXPORT_GET, .get = get_last_time},
	{"count", "count"},
	{"severity_id", NULL, RENDER_EXPORT_GET, .get = get_severity_id},
	{"severity", NULL, RENDER_EXPORT_GET, .get = get_severity},
	{"status_id", NULL, RENDER_EXPORT_NUMBER, .index = 1},
	{"status", NULL, RENDER_EXPORT_WORDS, "New"},
	{"action_id", NULL, RENDER_EXPORT_GET, .get = get_action_id},
	{"disposition_id", NULL, RENDER_EXPORT_GET, .get = get_disposition_id},
	{"is_alert", NULL, RENDER_EXPORT_GET, .get = get_alert},
	{"message", NULL, RENDER_EXPORT_GET, .get = render_export_message},
	{"metadata.version", NULL, RENDER_EXPORT_WORDS, "1.4.0"},
	{"metadata.profiles", NULL, RENDER_EXPORT_LIST, "security_control container"},
	{"metadata.product.name", NULL, RENDER_EXPORT_WORDS, "seccompwatch"},
	{"metadata.product.vendor_name", NULL, RENDER_EXPORT_WORDS, "seccompwatch"},
	{"metadata.product.version", NULL, RENDER_EXPORT_WORDS, VERSION},
	{"metadata.event_code", NULL, RENDER_EXPORT_WORDS, "1326"}, /* AUDIT_SECCOMP */
	{"metadata.log_name", "source"},
	{"metadata.sequence", "seq"},
	{"metadata.uid", NULL, RENDER_EXPORT_GET, .get = render_export_id},
	{"finding_info.uid", NULL, RENDER_EXPORT_GET, .get = render_export_id},
	{"finding_info.title", NULL, RENDER_EXPORT_GET, .get = render_export_message},
	{"finding_info.first_seen_time", NULL, RENDER_EXPORT_GET, .get = get_time},
	{"finding_info.last_seen_time", NULL, RENDER_EXPORT_GET, .get = get_last_time},
	{"finding_info.analytic.name", NULL, RENDER_EXPORT_WORDS, "seccomp filter"},
	{"finding_info.analytic.type_id", NULL, RENDER_EXPORT_NUMBER, .index = 1}, /* Rule */
	{"resources[].type", "container.id", RENDER_EXPORT_WORDS, "container"},
	{"resources[].uid", "container.id"},
	{"resources[].name", "container.name"},
	{"resources[].namespace", "container.namespace"},
	{"evidences[].api.operation", NULL, RENDER_EXPORT_GET, .get = get_call},
	{"evidences[].device.hostname", "host"},
	{"evidences[].device.type_id", "host", RENDER_EXPORT_NUMBER, .index = 0}, /* Unknown */
	{IN_PROCESS "pid", "pid"},
	{IN_PROCESS "tid", "tid", .needs = "pid"},
	{IN_PROCESS "name", "comm", .needs = "pid"},
	{IN_PROCESS "file.name", "exe", RENDER_EXPORT_GET, .get = get_program, .needs = "pid"},
	{IN_PROCESS "file.path", "exe", .needs = "pid"},
	{IN_PROCESS "file.type_id", "exe", RENDER_EXPORT_NUMBER, .index = 1, .needs = "pid"}, /* Regular File */
	{IN_PROCESS "parent_process.pid", "ppid", .needs = "pid"},
	{IN_PROCESS "user.uid", "uid", RENDER_EXPORT_KEYWORD, .needs = "pid"},
	{IN_PROCESS "user.name", "user", .needs = "pid"},
	{IN_PROCESS "container.uid", "container.id", .needs = "pid"},
	{IN_PROCESS "container.name", "container.name", .needs = "pid"},
	{IN_PROCESS "container.runtime", "container.runtime", .needs = "pid"},
	{IN_PROCESS "container.pod_uuid", "container.pod_uid", .needs = "pid"},
	{"unmapped.action", "action"},
	{"unmapped.outcome", "outcome"},
	{"unmapped.mode", "mode"},
	{"unmapped.syscall_nr", "syscall_nr"},
	{"unmapped.arch", "arch"},
	{"unmapped.code", "code"},
	{"unmapped.ip", "ip"},
	{"unmapped.args", "args"},
	{"unmapped.errno", "errno"},
	{"unmapped.sig", "sig"},
	{"unmapped.serial", "serial"},
	{"unmapped.comm", "comm"}, /* also where no pid is known, and so no process */
	{"unmapped.exe", "exe"},
	{"unmapped.uid", "uid"},
	{"unmapped.gid", "gid"},
	{"unmapped.auid", "auid"},
	{"unmapped.ses", "ses"},
	{"unmapped.subj", "subj"},
	{"unmapped.unit", "unit"},
	{"unmapped.image", "container.image"},
	{"unmapped.pod", "container.pod"},
	{"unmapped.attribution", "attribution"},
	{0},
};

_Static_assert(ARRAY_SIZE(render_export_ocsf) <= RENDER_EXPORT_FIELDS, "a column found for each field");
