/* SPDX-License-Identifier: MIT */
/* Events in the words of published schemas: what each requires, types, and names that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "seccompwatch/render.h"

#define T0 INT64_C(1795132800123) /* 2026-11-20T00:00:00.123Z */
#define EVIL "\"},{\\x0A<script>\xe2\x80\xae"

static const struct query_container web = {.key = 1, .host = "here", .id = "aaaa1111", .name = EVIL, .image = EVIL, .pod = "p",
	.namespace = "prod", .pod_uid = "0b1c", .runtime = EVENT_RUNTIME_CONTAINERD};
static const struct query_container unnamed = {.key = 2, .id = "bbbb2222", .runtime = EVENT_RUNTIME_UNKNOWN};

#define UNSET .gid = EVENT_UNSET, .auid = EVENT_UNSET, .ses = EVENT_UNSET
static const struct query_signature full = {.id = 1, .host = "here", .action = EVENT_ACTION_KILL_PROCESS,
	.outcome = EVENT_OUTCOME_KILLED, .has_arch = true, .has_code = true, .has_syscall = true, .code = 0x80000000,
	.syscall = 41, .arch_name = "x86_64", .syscall_name = "socket", .sig = 31, .uid = 1000, .user = "app", UNSET,
	.comm = EVIL, .exe = "/bin/" EVIL, .container = &web};
static const struct query_signature nameless = {.id = 2, .outcome = EVENT_OUTCOME_EXECUTED, .action = EVENT_ACTION_LOG,
	.has_syscall = true, .syscall = 9999, .compat = -1, .sig = -1, .uid = EVENT_UNSET, UNSET, .comm = "c",
	.container = &unnamed};
static const struct query_signature bare = {.id = 3, .compat = -1, .sig = -1, .uid = EVENT_UNSET, UNSET};

static const struct query_row rows[] = {
	{.id = 9, .seq = 3, .time = T0, .last_time = T0 + 500, .count = 2, .pid = 7, .ppid = 6, .tid = 8, .n_args = 1,
		.args = {UINT64_MAX}, .error = 1, .signature = &full},
	{.id = 10, .seq = 4, .time = T0, .last_time = T0, .count = 1, .pid = 7, .ppid = EVENT_NO_PID, .tid = EVENT_NO_PID,
		.signature = &nameless},
	{.id = 11, .seq = 5, .time = T0, .last_time = T0, .count = 1, .pid = EVENT_NO_PID, .ppid = EVENT_NO_PID,
		.tid = EVENT_NO_PID, .signature = &bare},
};

static char *written(enum render_format format)
{
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = format};
	char *data = NULL;
	size_t len;

	options.to = open_memstream(&data, &len);
	assert_int_equal(render_events_new(&s, &options), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(render_add_event(s, &rows[i]), 0);
	assert_int_equal(render_stream_end(s), 0);
	fclose(options.to);
	return data;
}

/* One line a row, each an object in which no member stands twice: parts of an object that are apart in a table would. */
static void parse(enum render_format format, json_t *ret[ARRAY_SIZE(rows)])
{
	CLEANUP_FREE char *text = written(format);
	char *rest = text, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		json_error_t error;

		assert_true(n < ARRAY_SIZE(rows));
		ret[n] = json_loads(line, JSON_REJECT_DUPLICATES, &error);
		if (!ret[n])
			fail_msg("%s: %s", error.text, line);
		n++;
	}
	assert_int_equal(n, ARRAY_SIZE(rows));
}

/* "a.b", through the only element of arrays. */
static json_t *at(json_t *json, const char *path)
{
	CLEANUP_FREE char *copy = strdup(path);
	char *rest = copy, *name;

	while (json && (name = strsep(&rest, "."))) {
		json = json_object_get(json, name);
		if (json_array_size(json) == 1 && json_is_object(json_array_get(json, 0)))
			json = json_array_get(json, 0);
	}
	return json;
}

struct expected {
	size_t row;
	const char *path, *value; /* as JSON; NULL: not there */
};

static void expect(enum render_format format, const struct expected *cases, size_t n)
{
	json_t *lines[ARRAY_SIZE(rows)];

	parse(format, lines);
	for (size_t i = 0; i < n; i++) {
		json_t *found = at(lines[cases[i].row], cases[i].path);
		CLEANUP_FREE char *dumped = found ? json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

		if (!cases[i].value != !dumped || (dumped && strcmp(dumped, cases[i].value) != 0))
			fail_msg("row %zu, %s: %s", cases[i].row, cases[i].path, dumped ? dumped : "not there");
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		json_decref(lines[i]);
}

#define EVIL_JSON "\\\"},{\\\\x0A<script>\xe2\x80\xae"

static void test_ecs(void **state)
{
	static const struct expected cases[] = {
		{0, "@timestamp", "\"2026-11-20T00:00:00.123Z\""},
		{2, "@timestamp", "\"2026-11-20T00:00:00.123Z\""},
		{0, "ecs.version", "\"8.17.0\""},
		{2, "ecs.version", "\"8.17.0\""},
		{0, "event.kind", "\"event\""},
		{0, "event.category", "[\"process\",\"intrusion_detection\"]"},
		{0, "event.type", "[\"denied\",\"end\"]"},
		{1, "event.type", "[\"allowed\"]"},
		{2, "event.type", "[\"info\"]"},
		{0, "event.outcome", "\"failure\""},
		{1, "event.outcome", "\"success\""},
		{2, "event.outcome", "\"unknown\""},
		{0, "event.end", "\"2026-11-20T00:00:00.623Z\""},
		{0, "message", "\"seccomp killed for socket\""},
		{1, "message", "\"seccomp logged and let through 9999\""},
		{2, "message", "\"seccomp decided on an unknown call\""},
		{0, "user.id", "\"1000\""}, /* a keyword */
		{0, "process.pid", "7"},
		{0, "process.parent.pid", "6"},
		{0, "process.executable", "\"/bin/" EVIL_JSON "\""},
		{0, "process.name", "\"" EVIL_JSON "\""},
		{1, "process.name", "\"c\""},
		{2, "process", NULL},
		{0, "container.name", "\"" EVIL_JSON "\""},
		{0, "container.image.name", "\"" EVIL_JSON "\""},
		{1, "container", "{\"id\":\"bbbb2222\",\"runtime\":\"unknown\"}"},
		{2, "container", NULL},
		{0, "orchestrator.resource", "{\"type\":\"pod\",\"name\":\"p\",\"id\":\"0b1c\"}"},
		{1, "orchestrator", NULL},
		{0, "seccompwatch.syscall.args", "[\"0xffffffffffffffff\"]"},
		{2, "host", NULL},
	};

	expect(RENDER_ECS, cases, ARRAY_SIZE(cases));
}

static void test_ocsf(void **state)
{
	static const struct expected cases[] = {
		{0, "severity_id", "3"},
		{1, "severity_id", "1"},
		{2, "severity_id", "0"},
		{0, "action_id", "2"},
		{1, "disposition_id", "17"},
		{0, "is_alert", "true"},
		{2, "is_alert", "false"},
		{0, "time", "1795132800123"},
		{0, "end_time", "1795132800623"},
		{0, "evidences.api.operation", "\"socket\""},
		{1, "evidences.api.operation", "\"9999\""},
		{2, "evidences", NULL}, /* one of its members is required */
		{2, "resources", NULL},
		{0, "evidences.process.file.name", "\"" EVIL_JSON "\""},
		{1, "evidences.process.file", NULL}, /* would lack its name */
		{0, "evidences.process.container.uid", "\"aaaa1111\""},
		{1, "evidences.device", NULL},
		{0, "resources.name", "\"" EVIL_JSON "\""},
		{0, "unmapped.image", "\"" EVIL_JSON "\""},
	};

	expect(RENDER_OCSF, cases, ARRAY_SIZE(cases));
}

/* What base_event, finding, metadata and finding_info require, in every row. */
static void test_ocsf_requires(void **state)
{
	static const struct {
		const char *path, *value; /* NULL: any */
	} required[] = {
		{"class_uid", "2004"},
		{"category_uid", "2"},
		{"activity_id", "1"},
		{"type_uid", "200401"},
		{"severity_id", NULL},
		{"time", NULL},
		{"metadata.version", "\"1.4.0\""},
		{"metadata.product.name", "\"seccompwatch\""},
		{"finding_info.uid", NULL},
		{"finding_info.title", NULL},
		{"unmapped", NULL},
	};
	json_t *lines[ARRAY_SIZE(rows)];

	parse(RENDER_OCSF, lines);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(required); j++) {
			json_t *found = at(lines[i], required[j].path);
			CLEANUP_FREE char *dumped = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;

			if (!dumped || (required[j].value && strcmp(dumped, required[j].value) != 0))
				fail_msg("row %zu: %s is %s", i, required[j].path, dumped ? dumped : "not there");
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		json_decref(lines[i]);
}

/* Where a shipper sends a row twice, both have one id; and no two rows have the same. */
static void test_ids(void **state)
{
	CLEANUP_FREE char *once = written(RENDER_ECS), *again = written(RENDER_ECS);
	json_t *lines[ARRAY_SIZE(rows)];

	assert_string_equal(once, again);
	parse(RENDER_OCSF, lines);
	assert_false(json_equal(at(lines[0], "finding_info.uid"), at(lines[1], "finding_info.uid")));
	assert_true(json_equal(at(lines[0], "finding_info.uid"), at(lines[0], "metadata.uid")));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		json_decref(lines[i]);
}

static void test_names(void **state)
{
	assert_int_equal(render_format_from_name(SPAN("ecs")), RENDER_ECS);
	assert_int_equal(render_format_from_name(SPAN("ocsf")), RENDER_OCSF);
	assert_int_equal(render_format_from_name(SPAN("csv")), RENDER_CSV);
	assert_int_equal(render_format_from_name(SPAN("ECS")), -EINVAL);
}

/* A column that a table names and nobody has would leave its field out without a word: all of the fullest row are there. */
static void test_columns_exist(void **state)
{
	static const struct query_container in = {.key = 1, .id = "i", .name = "n", .image = "m", .pod = "p", .namespace = "s",
		.pod_uid = "u", .runtime = EVENT_RUNTIME_DOCKER};
	struct query_signature sig = full;
	struct query_row row = rows[0];
	static const struct {
		enum render_format format;
		const char *paths[40];
	} cases[] = {
		{RENDER_ECS, {"event.action", "event.sequence", "host.name", "process.thread.id", "process.thread.name", "user.name",
			"user.group.id", "container.id", "container.runtime", "orchestrator.namespace", "seccompwatch.outcome",
			"seccompwatch.mode", "seccompwatch.syscall.number", "seccompwatch.syscall.errno", "seccompwatch.arch",
			"seccompwatch.code", "seccompwatch.ip", "seccompwatch.module", "seccompwatch.module_offset",
			"seccompwatch.symbol", "seccompwatch.signal", "seccompwatch.serial", "seccompwatch.source",
			"seccompwatch.time_source", "seccompwatch.attribution", "seccompwatch.subj", "seccompwatch.auid",
			"seccompwatch.ses", "seccompwatch.unit", "seccompwatch.pod_uid", "seccompwatch.namespace"}},
		{RENDER_OCSF, {"count", "metadata.log_name", "metadata.sequence", "resources.type", "resources.uid",
			"resources.namespace", "evidences.device.hostname", "evidences.process.tid", "evidences.process.name",
			"evidences.process.file.path", "evidences.process.parent_process.pid", "evidences.process.user.uid",
			"evidences.process.user.name", "evidences.process.container.runtime", "evidences.process.container.pod_uuid",
			"unmapped.action", "unmapped.outcome", "unmapped.mode", "unmapped.syscall_nr", "unmapped.arch",
			"unmapped.code", "unmapped.ip", "unmapped.args", "unmapped.errno", "unmapped.sig", "unmapped.serial",
			"unmapped.comm", "unmapped.exe", "unmapped.uid", "unmapped.gid", "unmapped.auid", "unmapped.ses",
			"unmapped.subj", "unmapped.unit", "unmapped.pod", "unmapped.attribution"}},
	};

	sig.container = &in;
	sig.gid = sig.auid = sig.ses = 5;
	sig.subj = sig.unit = "x";
	row.signature = &sig;
	row.has_ip = row.has_serial = true;
	row.module = row.symbol = "x";
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
		struct render_options options = {.format = cases[i].format};
		CLEANUP_FREE char *data = NULL;
		json_t *line;
		size_t len;

		options.to = open_memstream(&data, &len);
		assert_int_equal(render_events_new(&s, &options), 0);
		assert_int_equal(render_add_event(s, &row), 0);
		assert_int_equal(render_stream_end(s), 0);
		fclose(options.to);
		line = json_loads(data, JSON_REJECT_DUPLICATES, NULL);
		for (size_t j = 0; cases[i].paths[j]; j++)
			if (!at(line, cases[i].paths[j]))
				fail_msg("%s is not there", cases[i].paths[j]);
		json_decref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ecs),
		cmocka_unit_test(test_ocsf),
		cmocka_unit_test(test_ocsf_requires),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_columns_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
