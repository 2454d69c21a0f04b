/* SPDX-License-Identifier: MIT */
/* Unified diffs: the text of a few, and that patch(1) makes of random texts what they became. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../../collector/advise/suggest_internal.h"

static const struct {
	const char *from, *to, *expected;
} cases[] = {
	{"a\n", "a\n", ""},
	{"", "", ""},
	{"a\n", "b\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n"},
	{"", "b\n", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+b\n"},
	{"a\n", "", "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n"},
	{"a", "a\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9", "--- a/f\n+++ b/f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+x\n 5\n 6\n 7\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\ny\n",
		"--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -8,4 +8,4 @@\n 8\n 9\n 10\n-11\n+y\n"},
	{"1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
		"--- a/f\n+++ b/f\n@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"},
	{"[\n {\n  1\n },\n {\n  2\n }\n]\n", "[\n {\n  1\n },\n {\n  3\n },\n {\n  2\n }\n]\n",
		"--- a/f\n+++ b/f\n@@ -2,6 +2,9 @@\n  {\n   1\n  },\n+ {\n+  3\n+ },\n  {\n   2\n  }\n"},
};

static void writes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text t = TEXT_EMPTY;

		assert_int_equal(unified_diff(span_from(cases[i].from), span_from(cases[i].to), "f", &t), 0);
		assert_string_equal(t.data, cases[i].expected);
	}
}

static void write_file(const char *dir, const char *name, const struct text *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	if (text->len)
		fwrite(text->data, 1, text->len, f);
	fclose(f);
}

/* Few different lines, so that there is much to confuse. */
static void add_lines(struct text *t, unsigned *seed, int n, int kinds)
{
	for (int i = 0; i < n; i++)
		text_printf(t, "%d\n", rand_r(seed) % kinds);
}

static void change(const struct text *from, struct text *to, unsigned *seed, int kinds)
{
	const char *line = from->data ? from->data : "";

	while (*line) {
		size_t n = strcspn(line, "\n") + 1;

		if (rand_r(seed) % 8 == 0)
			add_lines(to, seed, rand_r(seed) % 4, kinds);
		if (rand_r(seed) % 8 != 0)
			text_add(to, (struct span){line, n});
		line += n;
	}
	if (rand_r(seed) % 3 == 0)
		text_add_str(to, "no end");
}

static void applies(void **state)
{
	char dir[] = "/tmp/test_unified.XXXXXX", command[256];
	unsigned seed = 7;

	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 60; i++) {
		CLEANUP_TEXT struct text from = TEXT_EMPTY, to = TEXT_EMPTY, diff = TEXT_EMPTY;
		/* The last ones differ in more lines than are searched for. */
		int n = i < 57 ? rand_r(&seed) % 60 : 4000, kinds = i < 57 ? 1 + rand_r(&seed) % 20 : 100000;

		add_lines(&from, &seed, n, kinds);
		change(&from, &to, &seed, kinds);
		assert_int_equal(unified_diff(text_span(&from), text_span(&to), "f", &diff), 0);
		write_file(dir, "f", &from);
		write_file(dir, "to", &to);
		write_file(dir, "diff", &diff);
		snprintf(command, sizeof(command), "cd %s && { [ ! -s diff ] || patch -s -E -p1 <diff; } && touch f && cmp f to", dir);
		if (system(command) != 0)
			fail_msg("%d:\n%s", i, n < 100 ? diff.data : "long");
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes),
		cmocka_unit_test(applies),
	};

	return cmocka_run_group_tests_name("unified", tests, NULL, NULL);
}
