/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#include "seccompwatch/options.h"

enum {
	ID_LIMIT,
	ID_FOLLOW,
};

static const struct option_row rows[] = {
	{"limit", 'n', ID_LIMIT, "N", "at most N", NULL},
	{"follow", 'f', ID_FOLLOW, NULL, "go on", NULL},
	{0},
};
static const struct option_row elsewhere[] = {
	{"listen", 0, 0, "ADDR", "another command's", NULL},
	{0},
};
static const struct option_row *const tables[] = {rows, NULL};
static const struct option_row *const known[] = {rows, elsewhere, NULL};

struct seen {
	char limit[32];
	bool follow;
};

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct seen *seen = data;

	if (row->id == ID_FOLLOW)
		seen->follow = true;
	else if (value[0] == 'x')
		return text_printf(why, "--limit: \"%s\" is no number", value), -EINVAL;
	else
		snprintf(seen->limit, sizeof(seen->limit), "%s", value);
	return 0;
}

static void reads_command_lines(void **state)
{
	static const struct {
		const char *argv[8];
		int result;
		const char *limit;
		bool follow;
		const char *operand, *why;
	} cases[] = {
		{{"events"}, 0, "", false, NULL, NULL},
		{{"events", "--limit", "5", "-f"}, 0, "5", true, NULL, NULL},
		{{"events", "file", "--limit=7"}, 0, "7", false, "file", NULL},
		{{"events", "-n3", "--", "--follow"}, 0, "3", false, "--follow", NULL},
		{{"events", "--limits", "5"}, -EINVAL, "", false, NULL, "unknown option --limits"},
		{{"events", "-z"}, -EINVAL, "", false, NULL, "unknown option -z"},
		{{"events", "--limit"}, -EINVAL, "", false, NULL, "option --limit needs a value"},
		{{"events", "--follow=yes"}, -EINVAL, "", false, NULL, "option --follow=yes takes no value"},
		{{"events", "--limit", "x"}, -EINVAL, "", false, NULL, "--limit: \"x\" is no number"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct seen seen = {0};
		struct option_reader reader = {tables, take, &seen};
		char *argv[8] = {0};
		int argc = 0, operand = 0;

		for (; cases[i].argv[argc]; argc++)
			argv[argc] = (char *)cases[i].argv[argc];
		assert_int_equal(option_read_argv(&reader, argc, argv, &operand, &why), cases[i].result);
		assert_string_equal(seen.limit, cases[i].limit);
		assert_int_equal(seen.follow, cases[i].follow);
		if (cases[i].why)
			assert_string_equal(why.data, cases[i].why);
		if (cases[i].operand)
			assert_string_equal(argv[operand], cases[i].operand);
	}
}

static void check_file(const char *content, int result, const char *limit, const char *reason)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct seen seen = {0};
	struct option_reader reader = {tables, take, &seen};
	char path[] = "/tmp/seccompwatch-options-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
	assert_int_equal(option_read_file(&reader, known, path, &why), result);
	assert_string_equal(seen.limit, limit);
	if (reason)
		assert_string_equal(why.data + strlen(path), reason);
	unlink(path);
}

static void reads_files(void **state)
{
	check_file("# a comment\n\n limit = 12 \nfollow = no\nlisten = 1.2.3.4:5\n", 0, "12", NULL);
	check_file("limit 12\n", -EINVAL, "", ":1: not of the form `key = value`");
	check_file("follow = perhaps\n", -EINVAL, "", ":1: follow takes yes or no");
	check_file("\nnonsense = 1\n", -EINVAL, "", ":2: unknown key \"nonsense\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_command_lines),
		cmocka_unit_test(reads_files),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
