/* SPDX-License-Identifier: MIT */
#include "seccompwatch/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

const struct option_row *option_find(const struct option_row *const *tables, struct span name)
{
	for (; *tables; tables++)
		for (const struct option_row *row = *tables; row->name; row++)
			if (span_equal(span_from(row->name), name))
				return row;
	return NULL;
}

static size_t count(const struct option_row *const *tables)
{
	size_t n = 0;

	for (; *tables; tables++)
		for (const struct option_row *row = *tables; row->name; row++)
			n++;
	return n;
}

/* getopt's view of the tables: val is the row's position + 256, or its letter. */
struct getopt_view {
	struct option *longs;
	const struct option_row **rows;
	struct text letters;
	size_t n;
};

static void view_free(struct getopt_view *view)
{
	free(view->longs);
	free(view->rows);
	text_free(&view->letters);
}

static void view_add(struct getopt_view *view, const struct option_row *row)
{
	view->rows[view->n] = row;
	view->longs[view->n] = (struct option){row->name, row->arg ? required_argument : no_argument, NULL,
		(int)(256 + view->n)};
	view->n++;
	if (row->letter) {
		text_add_char(&view->letters, row->letter);
		text_add_str(&view->letters, row->arg ? ":" : "");
	}
}

static int view_make(const struct option_row *const *tables, struct getopt_view *view)
{
	size_t n = count(tables);

	view->longs = calloc(n + 1, sizeof(*view->longs));
	view->rows = calloc(n + 1, sizeof(*view->rows));
	if (!view->longs || !view->rows)
		return -ENOMEM;
	text_add_str(&view->letters, ":");
	for (const struct option_row *const *table = tables; *table; table++)
		for (const struct option_row *row = *table; row->name; row++)
			if (option_find(tables, span_from(row->name)) == row)
				view_add(view, row);
	return view->letters.failed ? -ENOMEM : 0;
}

static const struct option_row *view_row(const struct getopt_view *view, int c)
{
	if (c >= 256)
		return view->rows[c - 256];
	for (size_t i = 0; i < view->n; i++)
		if (view->rows[i]->letter == c)
			return view->rows[i];
	return NULL;
}

static int refuse(const char *word, int c, struct text *why)
{
	if (c == ':')
		text_printf(why, "option %s needs a value", word);
	else if (optopt >= 256)
		text_printf(why, "option %s takes no value", word);
	else if (optopt && strncmp(word, "--", 2) != 0)
		text_printf(why, "unknown option -%c", optopt);
	else
		text_printf(why, "unknown option %s", word);
	return -EINVAL;
}

int option_read_argv(const struct option_reader *reader, int argc, char **argv, int *ret_operand, struct text *why)
{
	CLEANUP(view_free) struct getopt_view view = {0};
	int c, r;

	r = view_make(reader->tables, &view);
	if (r < 0)
		return r;
	optind = 0; /* glibc: start anew, also after an earlier pass */
	opterr = 0;
	while ((c = getopt_long(argc, argv, view.letters.data, view.longs, NULL)) != -1) {
		if (c == '?' || c == ':')
			return refuse(argv[optind - 1], c, why);
		r = reader->fn(reader->data, view_row(&view, c), optarg, why);
		if (r < 0)
			return r;
	}
	*ret_operand = optind;
	return 0;
}

static struct span trim(struct span s)
{
	while (s.len > 0 && memchr(" \t\r\n", s.data[0], 4))
		s = span_from_offset(s, 1);
	while (s.len > 0 && memchr(" \t\r\n", s.data[s.len - 1], 4))
		s.len--;
	return s;
}

static int give(const struct option_reader *reader, const struct option_row *row, struct span value, struct text *why)
{
	CLEANUP_FREE char *copy = NULL;

	if (!row->arg && span_equal(value, SPAN("no")))
		return 0;
	if (!row->arg && !span_equal(value, SPAN("yes"))) {
		text_printf(why, "%s takes yes or no", row->name);
		return -EINVAL;
	}
	copy = strndup(value.data ? value.data : "", value.len);
	return copy ? reader->fn(reader->data, row, row->arg ? copy : NULL, why) : -ENOMEM;
}

static int read_line(const struct option_reader *reader, const struct option_row *const *known, struct span line,
	struct text *why)
{
	const struct option_row *row;
	const char *equals;
	struct span key;

	line = trim(line);
	if (line.len == 0 || line.data[0] == '#')
		return 0;
	equals = memchr(line.data, '=', line.len);
	if (!equals) {
		text_add_str(why, "not of the form `key = value`");
		return -EINVAL;
	}
	key = trim((struct span){line.data, (size_t)(equals - line.data)});
	row = option_find(reader->tables, key);
	if (row)
		return give(reader, row, trim(span_from_offset(line, (size_t)(equals + 1 - line.data))), why);
	if (option_find(known, key))
		return 0;
	text_printf(why, "unknown key \"%.*s\"", (int)key.len, key.data);
	return -EINVAL;
}

int option_read_file(const struct option_reader *reader, const struct option_row *const *known, const char *path,
	struct text *why)
{
	CLEANUP_FREE char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int r = 0, number = 0;
	FILE *f = fopen(path, "re");

	if (!f) {
		r = -errno;
		text_printf(why, "cannot read %s: %s", path, strerror(errno));
		return r;
	}
	while (r == 0 && (len = getline(&line, &room, f)) >= 0) {
		CLEANUP_TEXT struct text reason = TEXT_EMPTY;

		number++;
		r = read_line(reader, known, (struct span){line, (size_t)len}, &reason);
		if (r < 0)
			text_printf(why, "%s:%d: %s", path, number, reason.data ? reason.data : strerror(-r));
	}
	fclose(f);
	return r;
}
