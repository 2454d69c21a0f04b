/* SPDX-License-Identifier: MIT */
/* The contract's JSON, CSV that spreadsheets cannot run, tables that fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "seccompwatch/render.h"

#define T0 INT64_C(1795132800123) /* 2026-11-20T00:00:00.123Z */

static const struct query_container web = {.key = 1, .host = "here", .id = "aaaa1111aaaa1111", .name = "web",
	.image = "nginx", .runtime = EVENT_RUNTIME_DOCKER};

static const struct query_signature full = {
	.id = 1,
	.host = "here",
	.mode = EVENT_MODE_FILTER,
	.action = EVENT_ACTION_KILL_PROCESS,
	.outcome = EVENT_OUTCOME_KILLED,
	.attribution = EVENT_ATTRIBUTION_LIVE,
	.has_arch = true,
	.has_code = true,
	.has_syscall = true,
	.arch = 0xc000003e,
	.code = 0x80000000,
	.syscall = 41,
	.arch_name = "x86_64",
	.syscall_name = "socket",
	.compat = 0,
	.sig = 31,
	.uid = 0,
	.user = "root",
	.has_inner = true,
	.inner_uid = 1000,
	.inner_user = "app",
	.gid = 5,
	.auid = EVENT_UNSET,
	.ses = EVENT_UNSET,
	.comm = "n\\x0Ac \"q\"",
	.exe = "=/bin/nc",
	.container = &web,
};

static const struct query_signature bare = {
	.id = 2,
	.source = EVENT_SOURCE_KMSG,
	.time_source = EVENT_TIME_TEXT,
	.compat = -1,
	.sig = -1,
	.uid = EVENT_UNSET,
	.gid = EVENT_UNSET,
	.auid = EVENT_UNSET,
	.ses = EVENT_UNSET,
	.unit = "ssh.service",
};

static const struct query_row full_row = {.id = 9, .seq = 3, .time = T0, .last_time = T0 + 500, .count = 2,
	.has_serial = true, .has_ip = true, .serial = UINT32_MAX, .ip = UINT64_MAX, .pid = 7, .ppid = 6, .tid = 8, .n_args = 6,
	.args = {1, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}, .error = 1, .signature = &full};

static const struct query_row bare_row = {.id = 9, .seq = 4, .time = T0, .last_time = T0, .count = 1, .pid = EVENT_NO_PID,
	.ppid = EVENT_NO_PID, .tid = EVENT_NO_PID, .signature = &bare};

static const char full_json[] =
	"{\"seq\":3,\"time\":\"2026-11-20T00:00:00.123Z\",\"last_time\":\"2026-11-20T00:00:00.623Z\",\"count\":2,"
	"\"time_source\":\"audit\",\"host\":\"here\",\"serial\":4294967295,\"source\":\"netlink\",\"mode\":\"filter\","
	"\"action\":\"kill_process\",\"outcome\":\"killed\",\"syscall\":\"socket\",\"syscall_nr\":41,\"arch\":\"x86_64\","
	"\"compat\":0,\"sig\":31,\"code\":\"0x80000000\",\"ip\":\"0xffffffffffffffff\",\"pid\":7,\"ppid\":6,\"tid\":8,"
	"\"uid\":0,\"gid\":5,\"auid\":null,\"ses\":null,\"comm\":\"n\\\\x0Ac \\\"q\\\"\",\"exe\":\"=/bin/nc\",\"subj\":null,"
	"\"args\":[\"0x1\",\"0xffffffffffffffff\",\"0xffffffffffffffff\",\"0xffffffffffffffff\",\"0xffffffffffffffff\","
	"\"0xffffffffffffffff\"],\"errno\":\"EPERM\",\"module\":null,\"module_offset\":null,\"symbol\":null,\"unit\":null,"
	"\"container\":{\"id\":\"aaaa1111aaaa1111\",\"runtime\":\"docker\",\"name\":\"web\",\"image\":\"nginx\",\"pod\":null,"
	"\"namespace\":null,\"pod_uid\":null,\"outer\":null,\"uid\":1000,\"user\":\"app\"},\"attribution\":\"live\","
	"\"user\":\"root\"}";

static const char bare_json[] =
	"{\"seq\":4,\"time\":\"2026-11-20T00:00:00.123Z\",\"last_time\":\"2026-11-20T00:00:00.123Z\",\"count\":1,"
	"\"time_source\":\"text\",\"host\":null,\"serial\":null,\"source\":\"kmsg\",\"mode\":\"filter\",\"action\":null,"
	"\"outcome\":\"unknown\",\"syscall\":null,\"syscall_nr\":null,\"arch\":null,\"compat\":null,\"sig\":null,"
	"\"code\":null,\"ip\":null,\"pid\":null,\"ppid\":null,\"tid\":null,\"uid\":null,\"gid\":null,\"auid\":null,"
	"\"ses\":null,\"comm\":null,\"exe\":null,\"subj\":null,\"args\":null,\"errno\":null,\"module\":null,"
	"\"module_offset\":null,\"symbol\":null,\"unit\":\"ssh.service\",\"container\":null,\"attribution\":\"none\",\"user\":null}";

static void expect_both(json_t *tree, const struct text *line, const char *expected)
{
	CLEANUP_FREE char *dumped = json_dumps(tree, JSON_COMPACT);
	json_t *parsed;

	assert_string_equal(line->data, expected);
	assert_string_equal(dumped, expected);
	parsed = json_loads(expected, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(parsed);
	json_decref(parsed);
	json_decref(tree);
}

static void test_event_json(void **state)
{
	CLEANUP_TEXT struct text line = TEXT_EMPTY;

	render_event_add_json(&full_row, &line);
	expect_both(render_event_json(&full_row), &line, full_json);
	text_reset(&line);
	render_event_add_json(&bare_row, &line);
	expect_both(render_event_json(&bare_row), &line, bare_json);
}

static const struct query_group group = {.values = {"web", "0"}, .count = 12, .by_outcome = {[EVENT_OUTCOME_KILLED] = 10,
	[EVENT_OUTCOME_UNKNOWN] = 2}, .first = T0, .last = T0 + 1000, .container = &web};

static void test_group_json(void **state)
{
	static const struct {
		enum query_field by[2];
		size_t n;
		const char *json;
	} cases[] = {
		{{QUERY_COMM, QUERY_UID}, 2, "{\"comm\":\"web\",\"uid\":0,"},
		{{QUERY_CONTAINER}, 1, "{\"container\":\"web\",\"container_id\":\"aaaa1111aaaa1111\",\"runtime\":\"docker\","
				       "\"image\":\"nginx\",\"pod\":null,\"namespace\":null,"},
		{{0}, 0, "{"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text line = TEXT_EMPTY, expected = TEXT_EMPTY;

		text_printf(&expected,
			"%s\"count\":12,\"first\":\"2026-11-20T00:00:00.123Z\",\"last\":\"2026-11-20T00:00:01.123Z\","
			"\"outcomes\":{\"killed\":10,\"signalled\":0,\"denied\":0,\"notified\":0,\"traced\":0,\"executed\":0,"
			"\"unknown\":2}}",
			cases[i].json);
		render_group_add_json(&group, cases[i].by, cases[i].n, &line);
		expect_both(render_group_json(&group, cases[i].by, cases[i].n), &line, expected.data);
	}
}

static void test_status_json(void **state)
{
	struct query_status status = {.running = true, .pid = 5, .since = T0, .last_record = CLOCK_NONE, .path = "/x\\y.db",
		.bytes = 9, .events = 8, .rows = 7, .oldest = T0, .newest = T0, .gaps = 1, .lost_at_most = 2, .kernel_lost = 3,
		.enobufs = 4, .malformed = 5, .unwritten = 6, .attribution = {1, 2, 3, 4, 5},
		.processes = {true, false, false, 6, 7, 8, 9, 10, "no right"}};
	CLEANUP_TEXT struct text line = TEXT_EMPTY;

	render_status_add_json(&status, "1.2", &line);
	expect_both(render_status_json(&status, "1.2"), &line,
		"{\"version\":\"1.2\",\"collector\":{\"running\":true,\"pid\":5,\"since\":\"2026-11-20T00:00:00.123Z\","
		"\"last_record\":null},\"database\":{\"path\":\"/x\\\\y.db\",\"bytes\":9,\"events\":8,\"rows\":7,"
		"\"oldest\":\"2026-11-20T00:00:00.123Z\",\"newest\":\"2026-11-20T00:00:00.123Z\"},\"loss\":{\"gaps\":1,"
		"\"lost_at_most\":2,\"kernel_lost\":3,\"enobufs\":4,\"malformed\":5,\"unwritten\":6},\"attribution\":{\"live\":2,"
		"\"cached\":3,\"probe\":4,\"file\":5,\"none\":1},\"processes\":{\"watching\":false,\"moves\":false,\"kept\":6,"
		"\"bytes\":7,\"evicted\":8,\"events\":9,\"lost\":10,\"why\":\"no right\"}}");
	status.running = false;
	text_reset(&line);
	render_status_add_json(&status, "1.2", &line);
	assert_non_null(strstr(line.data, "\"running\":false,\"pid\":null,\"since\":null"));
}

/* ---- streams ---- */

static char *stream_events(enum render_format format, size_t width, bool colour, size_t rows)
{
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = format, .width = width, .colour = colour};
	char *data = NULL;
	size_t len;

	options.to = open_memstream(&data, &len);
	assert_int_equal(render_events_new(&s, &options), 0);
	for (size_t i = 0; i < rows; i++)
		assert_int_equal(render_add_event(s, i % 2 ? &bare_row : &full_row), 0);
	assert_int_equal(render_stream_end(s), 0);
	assert_int_equal(render_stream_rows(s), rows);
	fclose(options.to);
	return data;
}

static void test_json_document(void **state)
{
	for (size_t rows = 0; rows < 4; rows++) {
		CLEANUP_FREE char *text = stream_events(RENDER_JSON, 0, false, rows);
		json_t *document = json_loads(text, 0, NULL);

		assert_int_equal(json_array_size(json_object_get(document, "events")), rows);
		json_decref(document);
	}
}

static void test_jsonl(void **state)
{
	CLEANUP_FREE char *text = stream_events(RENDER_JSONL, 0, false, 2), *empty = stream_events(RENDER_JSONL, 0, false, 0);
	CLEANUP_TEXT struct text expected = TEXT_EMPTY;

	text_printf(&expected, "%s\n%s\n", full_json, bare_json);
	assert_string_equal(text, expected.data);
	assert_string_equal(empty, "");
}

static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

static void test_csv(void **state)
{
	CLEANUP_FREE char *text = stream_events(RENDER_CSV, 0, false, 2);
	char *head = strtok(text, "\r\n"), *first = strtok(NULL, "\r\n"), *second = strtok(NULL, "\r\n");

	assert_non_null(strstr(head, "seq,time,last_time,count,"));
	assert_non_null(strstr(head, ",container_id,container_runtime,container_name,"));
	assert_non_null(strstr(first, ",\"n\\x0Ac \"\"q\"\"\",")); /* quotes are doubled */
	assert_non_null(strstr(first, ",\"'=/bin/nc\","));     /* no formula */
	assert_int_equal(count(head, ','), count(first, ','));
	assert_int_equal(count(head, ','), count(second, ','));
	assert_null(strtok(NULL, "\r\n"));
}

static void test_table_fits(void **state)
{
	static const size_t widths[] = {0, 200, 120, 100, 90};

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		CLEANUP_FREE char *text = stream_events(RENDER_TABLE, widths[i], false, 3);

		assert_int_equal(count(text, '\n'), 4);
		assert_int_equal(count(text, '\033'), 0);
		for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
			if (widths[i] > 0 && text_width(span_from(line)) > widths[i])
				fail_msg("%zu columns: %s", widths[i], line);
	}
}

/* Of a path the end says most. */
static void test_table_cuts(void **state)
{
	struct query_signature sig = full;
	struct query_row row = full_row;
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = RENDER_TABLE, .width = 90};
	CLEANUP_FREE char *data = NULL;
	size_t len;

	sig.comm = "a-thread-of-a-name-that-is-longer-than-the-kernel-allows";
	sig.exe = "/a/very/long/path/with/many/folders/until/at/last/comes/the/program";
	row.signature = &sig;
	options.to = open_memstream(&data, &len);
	assert_int_equal(render_events_new(&s, &options), 0);
	assert_int_equal(render_add_event(s, &row), 0);
	assert_int_equal(render_stream_end(s), 0);
	fclose(options.to);
	assert_non_null(strstr(data, "program\n"));
	assert_null(strstr(data, "/a/very"));
	assert_non_null(strstr(data, " a-thr"));
	assert_null(strstr(data, "allows"));
}

static void test_table_of_nothing(void **state)
{
	CLEANUP_FREE char *text = stream_events(RENDER_TABLE, 0, false, 0);

	assert_string_equal(text, "");
}

/* More rows than are held back to find the widths. */
static void test_table_streams(void **state)
{
	CLEANUP_FREE char *text = stream_events(RENDER_TABLE, 100, true, 2500);

	assert_int_equal(count(text, '\n'), 2501);
	assert_non_null(strstr(text, "\033[31mkilled\033[0m"));
}

static void test_table_is_harmless(void **state)
{
	static const char evil[] = "\xe2\x80\xae\033[2J\x9b";
	struct query_signature sig = full;
	struct query_row row = full_row;
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = RENDER_TABLE};
	CLEANUP_FREE char *data = NULL;
	size_t len;

	sig.comm = sig.exe = evil;
	row.signature = &sig;
	options.to = open_memstream(&data, &len);
	assert_int_equal(render_events_new(&s, &options), 0);
	assert_int_equal(render_add_event(s, &row), 0);
	assert_int_equal(render_stream_end(s), 0);
	fclose(options.to);
	assert_null(strchr(data, '\033'));
	assert_null(strstr(data, "\xe2\x80\xae"));
	assert_non_null(strstr(data, "\\u{202E}\\x1B[2J\\x9B"));
}

static void test_group_table(void **state)
{
	static const enum query_field by[] = {QUERY_CONTAINER};
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = RENDER_TABLE};
	CLEANUP_FREE char *data = NULL;
	size_t len;

	options.to = open_memstream(&data, &len);
	assert_int_equal(render_groups_new(&s, &options, by, 1), 0);
	assert_int_equal(render_add_group(s, &group), 0);
	assert_int_equal(render_stream_end(s), 0);
	fclose(options.to);
	assert_non_null(strstr(data, "10 killed, 2 unknown\n"));
}

static void test_full_device(void **state)
{
	CLEANUP(render_stream_free_p) struct render_stream *s = NULL;
	struct render_options options = {.format = RENDER_JSONL, .flush = true, .to = fopen("/dev/full", "we")};

	assert_non_null(options.to);
	assert_int_equal(render_events_new(&s, &options), 0);
	assert_int_equal(render_add_event(s, &full_row), -ENOSPC);
	fclose(options.to);
}

/* ---- files ---- */

static void test_output_is_atomic(void **state)
{
	CLEANUP(render_output_free) struct render_output output = RENDER_OUTPUT_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	char path[64] = "/tmp/test_render.XXXXXX";
	struct stat st;
	int fd = mkstemp(path);

	assert_int_equal(write(fd, "old", 3), 3);
	close(fd);
	assert_int_equal(render_output_open(&output, path, false, &why), 0);
	fputs("newer", output.file);
	fflush(output.file);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(render_output_close(&output, &why), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5);
	render_output_free(&output);
	assert_int_equal(render_output_open(&output, path, false, &why), 0);
	fputs("half", output.file);
	render_output_free(&output);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 5);
	unlink(path);
}

static void test_knowledge(void **state)
{
	static const struct {
		const char *name, *json, *text;
	} cases[] = {
		{"clone3", "{\"syscall\":\"clone3\",\"group\":\"process\",\"risk\":\"high\",\"risk_reason\":\"keeps its flags "
			"(CLONE_NEWUSER) in memory, where no filter can look: with ENOSYS libc uses clone\",\"capability\":"
			"\"CAP_SYS_ADMIN\",\"fallback\":\"clone\",\"since\":\"5.3\",\"systemd_groups\":[\"@process\","
			"\"@system-service\"]}",
			"process, high risk: keeps its flags (CLONE_NEWUSER) in memory, where no filter can look: with ENOSYS libc uses "
			"clone (CAP_SYS_ADMIN; falls back to clone; since 5.3)"},
		{"mseal", "{\"syscall\":\"mseal\",\"group\":\"memory\",\"risk\":\"low\",\"risk_reason\":\"makes mappings of the "
			"caller's own unchangeable\",\"capability\":null,\"fallback\":null,\"since\":\"6.10\",\"systemd_groups\":[]}",
			"memory, low risk: makes mappings of the caller's own unchangeable (since 6.10)"},
		{"afs_syscall", NULL, "obsolete, low risk: is reserved for AFS and never was implemented: always ENOSYS"},
		{"spu_create", "{\"syscall\":\"spu_create\",\"group\":null,\"risk\":\"unknown\",\"risk_reason\":null,"
			"\"capability\":null,\"fallback\":null,\"since\":null,\"systemd_groups\":[]}", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct knowledge *k = knowledge_of(span_from(cases[i].name));
		CLEANUP_TEXT struct text text = TEXT_EMPTY;
		json_t *tree = render_knowledge_json(k);
		char *json = json_dumps(tree, JSON_COMPACT);

		if (cases[i].json)
			assert_string_equal(json, cases[i].json);
		render_knowledge_add_text(k, &text);
		assert_string_equal(text.len ? text.data : "", cases[i].text);
		free(json);
		json_decref(tree);
	}
}

static void test_output_refuses(void **state)
{
	static const struct {
		const char *path;
		int error;
	} cases[] = {{"/nonexistent/file", -ENOENT}, {"/tmp", -EISDIR}, {"", -ENOENT}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(render_output_free) struct render_output output = RENDER_OUTPUT_EMPTY;
		CLEANUP_TEXT struct text why = TEXT_EMPTY;

		assert_int_equal(render_output_open(&output, cases[i].path, false, &why), cases[i].error);
		assert_non_null(strstr(why.data, cases[i].path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_json),
		cmocka_unit_test(test_group_json),
		cmocka_unit_test(test_status_json),
		cmocka_unit_test(test_json_document),
		cmocka_unit_test(test_jsonl),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_table_fits),
		cmocka_unit_test(test_table_cuts),
		cmocka_unit_test(test_table_of_nothing),
		cmocka_unit_test(test_table_streams),
		cmocka_unit_test(test_table_is_harmless),
		cmocka_unit_test(test_group_table),
		cmocka_unit_test(test_knowledge),
		cmocka_unit_test(test_full_device),
		cmocka_unit_test(test_output_is_atomic),
		cmocka_unit_test(test_output_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
