/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "seccompwatch/clock.h"

static void formats(void **state)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00.000Z");
	clock_format(1594067860484, text);
	assert_string_equal(text, "2020-07-06T20:37:40.484Z");
	clock_format(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999Z");
	clock_format(CLOCK_MAX, text);
	assert_string_equal(text, "2248-09-26T15:10:22.207Z");
}

static void parses_dates(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t ms;
	} cases[] = {
		{"2020-07-06T20:37:40.484Z", 0, 1594067860484},
		{"2020-07-06t20:37:40z", 0, 1594067860000},
		{"2020-07-06 22:37:40,5+02:00", 0, 1594067860500},
		{"2020-07-06T20:37:40.4849999Z", 0, 1594067860484},
		{"2024-02-29T00:00:00Z", 0, 1709164800000},
		{"2023-02-29T00:00:00Z", -EINVAL, 0},
		{"2026-02-30", -EINVAL, 0},
		{"2026-13-01T00:00:00Z", -EINVAL, 0},
		{"2026-01-01T25:00:00Z", -EINVAL, 0},
		{"2026-01-01T00:00:00ZZ", -EINVAL, 0},
		{"2026-01-01T00:00:00.Z", -EINVAL, 0},
		{"yesterday", -EINVAL, 0},
		{"", -EINVAL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t ms = 0;

		assert_int_equal(clock_parse_rfc3339(span_from(cases[i].text), &ms), cases[i].result);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void parses_points(void **state)
{
	int64_t ms = 0;

	assert_int_equal(clock_parse_point(SPAN("15m"), 1000000000, &ms), 0);
	assert_int_equal(ms, 1000000000 - 15 * 60000);
	assert_int_equal(clock_parse_point(SPAN("7d"), 1000000000000, &ms), 0);
	assert_int_equal(ms, 1000000000000 - 7 * INT64_C(86400000));
	assert_int_equal(clock_parse_point(SPAN("1594067860"), 0, &ms), 0);
	assert_int_equal(ms, 1594067860000);
	assert_int_equal(clock_parse_point(SPAN("15 m"), 0, &ms), -EINVAL);
	assert_int_equal(clock_parse_point(SPAN("-5m"), 0, &ms), -EINVAL);
	assert_int_equal(clock_parse_point(SPAN("99999999999999999999d"), 0, &ms), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(parses_dates),
		cmocka_unit_test(parses_points),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
