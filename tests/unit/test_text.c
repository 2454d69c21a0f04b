/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "seccompwatch/text.h"

#define BYTES(literal) ((struct span){(literal), sizeof(literal) - 1})

typedef void (*show_fn)(struct text *t, struct span s);

static void check_show(show_fn show, struct span in, const char *out)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	show(&t, in);
	text_add_str(&t, "");
	assert_string_equal(t.data, out);
}

static void escapes(void **state)
{
	check_show(text_add_escaped, BYTES("plain"), "plain");
	check_show(text_add_escaped, BYTES("a\\b"), "a\\\\b");
	check_show(text_add_escaped, BYTES("a\nb\x1b[31m"), "a\\x0Ab\\x1B[31m");
	check_show(text_add_escaped, BYTES("\0x\x7f"), "\\x00x\\x7F");
	check_show(text_add_escaped, BYTES("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
	check_show(text_add_escaped, BYTES("\xc3"), "\\xC3");                   /* cut off */
	check_show(text_add_escaped, BYTES("\xc0\xaf"), "\\xC0\\xAF");          /* overlong */
	check_show(text_add_escaped, BYTES("\xed\xa0\x80"), "\\xED\\xA0\\x80"); /* a surrogate */
	check_show(text_add_escaped, BYTES("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");
	check_show(text_add_escaped, BYTES("\xc2\x85"), "\\xC2\\x85"); /* C1 */
	check_show(text_add_escaped, BYTES(""), "");
}

static void escapes_come_back(void **state)
{
	char all[512];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)(i * 7 + i / 256);
	for (size_t len = 0; len <= sizeof(all); len++) {
		CLEANUP_TEXT struct text there = TEXT_EMPTY, back = TEXT_EMPTY;

		text_add_escaped(&there, (struct span){all, len});
		assert_true(text_is_utf8(text_span(&there)));
		assert_int_equal(text_add_unescaped(&back, text_span(&there)), 0);
		assert_int_equal(back.len, len);
		assert_true(len == 0 || memcmp(back.data, all, len) == 0);
	}
}

static void refuses_bad_escapes(void **state)
{
	static const char *const bad[] = {"\\", "\\x", "\\x1", "\\xZZ", "\\n", "a\\"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		assert_int_equal(text_add_unescaped(&t, span_from(bad[i])), -EINVAL);
	}
}

static void shows_on_a_terminal(void **state)
{
	check_show(text_add_terminal, BYTES("a\\x1Bb"), "a\\x1Bb"); /* escaped before: kept */
	check_show(text_add_terminal, BYTES("a\x1b]0;x\a"), "a\\x1B]0;x\\x07");
	check_show(text_add_terminal, BYTES("a\xe2\x80\xae" "b"), "a\\u{202E}b");
	check_show(text_add_terminal, BYTES("\xef\xbb\xbfx"), "\\u{FEFF}x");
	check_show(text_add_terminal, BYTES("\xe4\xb8\xad"), "\xe4\xb8\xad");
}

static void writes_csv(void **state)
{
	check_show(text_add_csv, BYTES("plain"), "plain");
	check_show(text_add_csv, BYTES("a,b"), "\"a,b\"");
	check_show(text_add_csv, BYTES("say \"hi\""), "\"say \"\"hi\"\"\"");
	check_show(text_add_csv, BYTES("=1+1"), "\"'=1+1\"");
	check_show(text_add_csv, BYTES("@x"), "\"'@x\"");
	check_show(text_add_csv, BYTES("-1"), "\"'-1\"");
	check_show(text_add_csv, BYTES("a\nb"), "\"a\nb\"");
}

static void writes_html(void **state)
{
	check_show(text_add_html, BYTES("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} cases[] = {{"0", 0, 0}, {"1326", 0, 1326}, {"4294967295", 0, 4294967295u}, {"4294967296", -ERANGE, 0},
		{"99999999999999999999", -ERANGE, 0}, {"", -EINVAL, 0}, {"-1", -EINVAL, 0}, {" 1", -EINVAL, 0},
		{"1x", -EINVAL, 0}, {"+1", -EINVAL, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t value = 0;

		assert_int_equal(text_to_u64(span_from(cases[i].text), UINT32_MAX, &value), cases[i].result);
		assert_int_equal(value, cases[i].value);
	}
}

static void reads_hex_and_signed(void **state)
{
	uint64_t u = 0;
	int64_t i = 0;

	assert_int_equal(text_to_u64_hex(SPAN("0x7ffc0000"), UINT32_MAX, &u), 0);
	assert_int_equal(u, 0x7ffc0000);
	assert_int_equal(text_to_u64_hex(SPAN("c000003e"), UINT32_MAX, &u), 0);
	assert_int_equal(u, 0xc000003e);
	assert_int_equal(text_to_u64_hex(SPAN("0x"), UINT32_MAX, &u), -EINVAL);
	assert_int_equal(text_to_i64(SPAN("-1"), &i), 0);
	assert_int_equal(i, -1);
	assert_int_equal(text_to_i64(SPAN("-9223372036854775808"), &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(text_to_i64(SPAN("9223372036854775808"), &i), -ERANGE);
	assert_int_equal(text_to_i64(SPAN("-"), &i), -EINVAL);
}

static void grows(void **state)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	CLEANUP_FREE char *taken = NULL;

	for (int i = 0; i < 1000; i++)
		text_printf(&t, "%d,", i);
	assert_false(t.failed);
	assert_int_equal(t.len, 10 * 2 + 90 * 3 + 900 * 4);
	taken = text_take(&t);
	assert_null(t.data);
	assert_int_equal(strncmp(taken, "0,1,2,", 6), 0);
	free(TAKE(taken));
	taken = text_take(&t);
	assert_string_equal(taken, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(escapes_come_back),
		cmocka_unit_test(refuses_bad_escapes),
		cmocka_unit_test(shows_on_a_terminal),
		cmocka_unit_test(writes_csv),
		cmocka_unit_test(writes_html),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_hex_and_signed),
		cmocka_unit_test(grows),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
