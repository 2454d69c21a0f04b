/* SPDX-License-Identifier: MIT */
/* Reports: what they say, that hostile names stay names in each form, and that the same data gives the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "seccompwatch/report.h"
#include "support/events_db.h"

#define PROFILE                                                                                              \
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":[\"mkdir\"],"  \
	"\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":1}]}"

/* Two containers, one whose names mean no good; a day of which a part was not watched, and a loss. */
static void fill(struct events_db *f)
{
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO profile (id, sha256, text) VALUES (1, 'ab', '%s')", PROFILE);
	events_db_run(f->db, "INSERT INTO container (id, host, runtime, cid, name, image, spec, profile, seq) VALUES "
			     "(1, 1, 1, 'aaaa', 'web', 'nginx', 1, 1, 1), "
			     "(2, 1, 1, 'bbbb', '\"><script>alert(1)</script>', '=HYPERLINK(1)|`x`', 1, NULL, 1)");
	events_db_run(f->db, "INSERT INTO session (host, boot, pid, version, start, alive, ended) VALUES (1, 'b', 1, '1', %lld, "
			     "%lld, %lld)", (long long)EVENTS_T0, (long long)(EVENTS_T0 + 8 * EVENTS_HOUR),
		(long long)(EVENTS_T0 + 8 * EVENTS_HOUR));
	events_db_run(f->db, "INSERT INTO loss (host, kind, first, last, count, seq) VALUES (1, 'gap', %lld, %lld, 17, 1)",
		(long long)(EVENTS_T0 + EVENTS_HOUR), (long long)(EVENTS_T0 + EVENTS_HOUR + 1000));
	events_db_signature(f, 1, 1, "1, NULL, 4, 327680, 3221225534, 83, 0, 'sh', '/bin/sh'");
	events_db_signature(f, 2, 1, "2, NULL, 1, 2147483648, 3221225534, 41, 0, '=1+1', '<img src=x onerror=alert(1)>'");
	events_db_row(f, EVENTS_T0 + EVENTS_MINUTE, 1, 100, 5, 0);
	events_db_row(f, EVENTS_T0 + 9 * EVENTS_HOUR, 2, 101, 2, 0);
	events_db_commit(f);
}

static char *write_with(struct query *q, const struct query_filter *filter, enum report_format format)
{
	CLEANUP(report_free_p) struct report *report = NULL;
	struct report_request request = {.filter = filter, .version = "0"};
	struct text t = TEXT_EMPTY;

	assert_int_equal(report_read(q, &request, &report), 0);
	assert_int_equal(report_advise(report), 0);
	assert_int_equal(report_write(report, format, &t), 0);
	return text_take(&t);
}

static void test_same_bytes(void **state)
{
	struct events_db *f = *state;
	struct query_filter any = QUERY_FILTER_ANY;
	struct query *a, *b;

	fill(f);
	a = events_db_reader(f);
	b = events_db_reader(f);
	for (int format = 0; format < REPORT_FORMAT_N; format++) {
		CLEANUP_FREE char *x = write_with(a, &any, (enum report_format)format);
		CLEANUP_FREE char *y = write_with(b, &any, (enum report_format)format);

		assert_true(strlen(x) > 200);
		assert_string_equal(x, y);
	}
	query_close(a);
	query_close(b);
}

/* Time goes on, what is known does not. */
static void test_same_bytes_later(void **state)
{
	struct events_db *f = *state;
	struct query_filter ends[] = {QUERY_FILTER_ANY, {.since = CLOCK_NONE, .until = clock_now() + EVENTS_DAY}};
	char *first[ARRAY_SIZE(ends)][REPORT_FORMAT_N];
	struct query *q;

	events_db_begin(f);
	events_db_signature(f, 1, 1, "NULL, NULL, 4, 327680, 3221225534, 83, 0, 'sh', '/bin/sh'");
	events_db_row(f, clock_now() - EVENTS_MINUTE, 1, 100, 5, 0);
	events_db_commit(f);
	q = events_db_reader(f);
	for (int later = 0; later < 2; later++) {
		for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
			for (int format = 0; format < REPORT_FORMAT_N; format++) {
				char *text = write_with(q, &ends[i], (enum report_format)format);

				if (later) {
					assert_string_equal(first[i][format], text);
					free(first[i][format]);
					free(text);
				} else {
					first[i][format] = text;
				}
			}
		usleep(20000);
	}
	query_close(q);
}

static void test_says(void **state)
{
	static const char *const html[] = {"<p class=\"lead\">5 calls were denied, 2 calls were answered with a kill, in 2 containers.",
		"at most 17 violations are missing", "no collector was running", "2 kinds of violation were never seen before",
		"class=\"gap\"", "class=\"lost\"", "/syscalls/0", "started without a seccomp profile"};
	static const char *const markdown[] = {"**5 calls were denied", "| web | nginx | 5 | 0 | 5 | 0 |", "```diff"};
	struct events_db *f = *state;
	struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_FREE char *page = NULL, *md = NULL;
	struct query *q;

	fill(f);
	q = events_db_reader(f);
	page = write_with(q, &any, REPORT_HTML);
	md = write_with(q, &any, REPORT_MD);
	for (size_t i = 0; i < ARRAY_SIZE(html); i++)
		if (!strstr(page, html[i]))
			fail_msg("no \"%s\" in %s", html[i], page);
	for (size_t i = 0; i < ARRAY_SIZE(markdown); i++)
		if (!strstr(md, markdown[i]))
			fail_msg("no \"%s\" in %s", markdown[i], md);
	query_close(q);
}

static void test_hostile_names(void **state)
{
	struct events_db *f = *state;
	struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_FREE char *html = NULL, *md = NULL, *csv = NULL;
	struct query *q;

	fill(f);
	q = events_db_reader(f);
	html = write_with(q, &any, REPORT_HTML);
	md = write_with(q, &any, REPORT_MD);
	csv = write_with(q, &any, REPORT_CSV);
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "<img"));
	assert_non_null(strstr(html, "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_null(strstr(md, "><script"));
	assert_null(strstr(md, "|`x`"));
	assert_non_null(strstr(md, "\\<script\\>"));
	assert_non_null(strstr(csv, "\"'=HYPERLINK(1)|`x`\""));
	assert_non_null(strstr(csv, "\"'=1+1\""));
	query_close(q);
}

static void test_json(void **state)
{
	struct events_db *f = *state;
	struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_FREE char *text = NULL;
	struct query *q;
	json_t *json;

	fill(f);
	q = events_db_reader(f);
	text = write_with(q, &any, REPORT_JSON);
	json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "summary"), "count")), 7);
	assert_int_equal(json_array_size(json_object_get(json, "kinds")), 2);
	assert_int_equal(json_array_size(json_object_get(json, "advice")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "visibility"), "lost_at_most")), 17);
	json_decref(json);
	query_close(q);
}

/* A window before anything happened, and a database that holds nothing. */
static void test_nothing(void **state)
{
	struct events_db *f = *state;
	struct query_filter window = {.since = EVENTS_T0 - EVENTS_DAY, .until = EVENTS_T0};
	struct query_filter any = QUERY_FILTER_ANY;
	CLEANUP_FREE char *empty = NULL, *before = NULL;
	struct query *q = events_db_reader(f);

	empty = write_with(q, &any, REPORT_HTML);
	assert_non_null(strstr(empty, "No violation was recorded"));
	query_close(q);
	fill(f);
	q = events_db_reader(f);
	before = write_with(q, &window, REPORT_HTML);
	assert_non_null(strstr(before, "That does not mean that there was none"));
	query_close(q);
}

static void test_csv_guard(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{"plain", "plain"}, {"=1", "\"'=1\""}, {"'=1", "\"''=1\""}, {"''-x", "\"'''-x\""}, {"'quoted", "'quoted"},
		{"a,b", "\"a,b\""}, {"@x", "\"'@x\""}, {"a\"b", "\"a\"\"b\""}, {"'", "'"}, {"", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		text_add_csv(&t, span_from(cases[i].text));
		assert_string_equal(t.data ? t.data : "", cases[i].field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_bytes, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_same_bytes_later, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_says, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_hostile_names, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_json, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_nothing, events_db_setup, events_db_teardown),
		cmocka_unit_test(test_csv_guard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
