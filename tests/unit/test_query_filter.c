/* SPDX-License-Identifier: MIT */
/* What the user may ask for, and what it finds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/events_db.h"

static const struct filter_case {
	const char *field, *value, *rows;
} filter_cases[] = {
	{"container", "web", "0"},
	{"container", "aaaa1", "0"},
	{"container", "aaaa1111", "0"},
	{"container", "aaaa", "0 1"}, /* ambiguity is query_filter_resolve's affair */
	{"container", "bbbb", "4"},   /* the name of one goes before the id of another */
	{"container", "zzz", ""},
	{"runtime", "docker", "0 4"},
	{"runtime", "podman,docker", "0 1 4"},
	{"unit", "ssh.service", "2"},
	{"syscall", "socket", "0"},
	{"syscall", "41", "0 3"},
	{"syscall", "mkdir", "1"},
	{"syscall", "99999", "2"},
	{"syscall", "nothing", ""},
	{"arch", "x86_64", "0 2"},
	{"arch", "amd64", "0 2"},
	{"arch", "i386", "1"},
	{"arch", "x32", "4"},
	{"arch", "0x40000003", "1"},
	{"action", "log", "1 4"},
	{"action", "kill_process,errno", "0 2"},
	{"outcome", "unknown", "3"},
	{"outcome", "executed,killed", "0 1 4"},
	{"exe", "/bin/*", "0 1"},
	{"exe", "/bin/nc", "0"},
	{"exe", "*", "0 1 2 4"},
	{"comm", "a\\x0ab", "2"},
	{"comm", "a\\x0Ab", "2"},
	{"comm", "x\\x2c32", "4"},
	{"comm", "n", ""},
	{"pid", "103", "3"},
	{"pid", "100,104", "0 4"},
	{"uid", "0", "0 2"},
	{"uid", "root", "0 2"},
	{"uid", "1000", "1"},
	{"host", "here", "0 1 3 4"},
	{"host", "there", "2"},
	{"host", "alias", "2"},
	{"text", "WEB", "0"},
	{"text", "SOCK", "0"},
	{"text", "bin/nc killed", "0"},
	{"text", "mkdir,ssh.service", "1 2"},
	{"text", "nc  nowhere", ""},
	{"text", "a\\x0ab", "2"},
	{"text", "\\q", ""},
	{"text", " ", "0 1 2 3 4"},
};

static void test_filters(void **state)
{
	struct events_db *f = *state;
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct query *q;

	events_db_fill(f);
	events_db_run(f->db, "UPDATE signature SET comm = 'a\\x0Ab' WHERE id = 3");
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(filter_cases); i++) {
		struct query_filter filter = QUERY_FILTER_ANY;
		struct events_rows rows = {0};

		events_db_filter(&filter, filter_cases[i].field, filter_cases[i].value);
		assert_int_equal(query_events(q, &filter, &(struct query_page){.ascending = true}, events_db_collect, &rows, NULL), 0);
		events_db_describe(&rows, &got);
		if (strcmp(got.data, filter_cases[i].rows) != 0)
			fail_msg("%s=%s gives \"%s\"", filter_cases[i].field, filter_cases[i].value, got.data);
		query_filter_free(&filter);
	}
	query_close(q);
}

static void test_filter_refuses(void **state)
{
	static const struct {
		enum query_field field;
		const char *value;
	} cases[] = {{QUERY_PID, "x"}, {QUERY_PID, "-1"}, {QUERY_PID, "99999999999"}, {QUERY_PID, ""}, {QUERY_PID, "1,,2"},
		{QUERY_PID, "1,"}, {QUERY_UID, "4294967295"}, {QUERY_UID, "no such user"}, {QUERY_ACTION, "kill"},
		{QUERY_ACTION, "KILL_PROCESS"}, {QUERY_OUTCOME, "dead"}, {QUERY_RUNTIME, "kubernetes"}, {QUERY_ARCH, "z80"},
		{QUERY_EXE, "\\q"}, {QUERY_COMM, "a\\x4"}, {QUERY_CONTAINER, ""}, {QUERY_HOUR, "1"}};
	struct query_filter f = QUERY_FILTER_ANY;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;

		if (query_filter_add(&f, cases[i].field, span_from(cases[i].value), &why) != -EINVAL)
			fail_msg("%s=%s is taken", query_field_name(cases[i].field), cases[i].value);
		if (cases[i].field < QUERY_FIELD_FILTERS)
			assert_non_null(strstr(why.data, query_field_name(cases[i].field)));
	}
	query_filter_free(&f);
}

static void test_filter_conflicts(void **state)
{
	static const struct {
		const char *since, *until, *action, *outcome;
		bool conflict;
	} cases[] = {
		{"1h", "2h", NULL, NULL, true},
		{"2h", "1h", NULL, NULL, false},
		{"100", "100", NULL, NULL, true},
		{NULL, "1h", NULL, NULL, false},
		{NULL, NULL, "log", "killed", true},
		{NULL, NULL, "log,kill_process", "killed", false},
		{NULL, NULL, "unknown", "killed", false},
		{NULL, NULL, "unknown", "unknown", true},
		{NULL, NULL, "errno", "denied", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct query_filter f = QUERY_FILTER_ANY;

		if (cases[i].since)
			assert_int_equal(query_filter_time(&f, false, span_from(cases[i].since), EVENTS_T0, &why), 0);
		if (cases[i].until)
			assert_int_equal(query_filter_time(&f, true, span_from(cases[i].until), EVENTS_T0, &why), 0);
		if (cases[i].action)
			events_db_filter(&f, "action", cases[i].action);
		if (cases[i].outcome)
			events_db_filter(&f, "outcome", cases[i].outcome);
		assert_int_equal(query_filter_check(&f, &why), cases[i].conflict ? -EINVAL : 0);
		assert_true((why.len > 0) == cases[i].conflict);
		query_filter_free(&f);
	}
}

static void test_ambiguous_container(void **state)
{
	static const struct {
		const char *value;
		bool ambiguous;
	} cases[] = {{"aaaa", true}, {"a", true}, {"aaaa1", false}, {"web", false}, {"bbbb", false}, {"q", false}};
	struct events_db *f = *state;
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct query_filter filter = QUERY_FILTER_ANY;

		events_db_filter(&filter, "container", cases[i].value);
		assert_int_equal(query_filter_resolve(q, &filter, &why), cases[i].ambiguous ? -EINVAL : 0);
		if (cases[i].ambiguous) {
			assert_non_null(strstr(why.data, "aaaa1111"));
			assert_non_null(strstr(why.data, "aaaa2222"));
		}
		query_filter_free(&filter);
	}
	query_close(q);
}

static void test_find_container(void **state)
{
	static const struct {
		const char *word;
		int result;
		int64_t key;
	} cases[] = {
		{"aaaa1", 0, 1}, {"aaaa1111", 0, 1}, {"web", 0, 3}, /* the newest of that name */
		{"bbbb", 0, 4},  /* a name goes before the head of an id */
		{"aaaa", -EINVAL, 0}, {"zzz", -ENOENT, 0},
	};
	struct events_db *f = *state;
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		const struct query_container *found = NULL;

		assert_int_equal(query_find_container(q, span_from(cases[i].word), &found, &why), cases[i].result);
		assert_int_equal(found ? found->key : 0, cases[i].key);
		assert_true(cases[i].result == 0 || why.len > 0);
	}
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_filters, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_filter_refuses, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_filter_conflicts, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_ambiguous_container, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_find_container, events_db_setup, events_db_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
