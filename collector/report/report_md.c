/* SPDX-License-Identifier: MIT */
/* Markdown (CommonMark, with GitHub's tables). What others wrote cannot become markup: what could is escaped, and code
 * stands between more backticks than it holds. */
#include <inttypes.h>

#include "report_doc.h"

static void add_plain(struct text *to, const char *s)
{
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	text_add_terminal(&shown, span_from(s));
	for (size_t i = 0; i < shown.len; i++) {
		if (memchr("\\`*_{}[]<>#|!~&$@", shown.data[i], 17))
			text_add_char(to, '\\');
		text_add_char(to, shown.data[i]);
	}
	to->failed |= shown.failed;
}

static size_t longest_run(const char *s, char c)
{
	size_t longest = 0, run = 0;

	for (; *s; s++) {
		run = *s == c ? run + 1 : 0;
		longest = MAX(longest, run);
	}
	return longest;
}

static void add_fence(struct text *to, size_t n)
{
	while (n-- > 0)
		text_add_char(to, '`');
}

static void start(struct report_doc *doc, const char *title)
{
	text_add_str(doc->to, "# ");
	add_plain(doc->to, title);
	text_add_str(doc->to, "\n\n");
}

static void heading(struct report_doc *doc, int level, const char *text)
{
	while (level-- > 0)
		text_add_char(doc->to, '#');
	text_add_char(doc->to, ' ');
	add_plain(doc->to, text);
	text_add_str(doc->to, "\n\n");
}

static void paragraph(struct report_doc *doc, const char *text, bool lead)
{
	text_add_str(doc->to, lead ? "**" : "");
	add_plain(doc->to, text);
	text_add_str(doc->to, lead ? "**\n\n" : "\n\n");
}

static void list(struct report_doc *doc, bool begin)
{
	if (!begin)
		text_add_char(doc->to, '\n');
}

static void item(struct report_doc *doc, const char *text)
{
	text_add_str(doc->to, "- ");
	add_plain(doc->to, text);
	text_add_char(doc->to, '\n');
}

static void table(struct report_doc *doc, const struct report_column *columns, size_t n)
{
	doc->columns = columns;
	doc->n_columns = n;
	for (size_t i = 0; i < n; i++)
		text_printf(doc->to, "%s %s ", "|", columns[i].title);
	text_add_str(doc->to, n ? "|\n" : "\n");
	for (size_t i = 0; i < n; i++)
		text_add_str(doc->to, columns[i].number ? "| ---: " : "| --- ");
	text_add_str(doc->to, n ? "|\n" : "");
}

static void row(struct report_doc *doc, const char *const *cells)
{
	for (size_t i = 0; i < doc->n_columns; i++) {
		text_add_str(doc->to, "| ");
		add_plain(doc->to, cells[i]);
		text_add_char(doc->to, ' ');
	}
	text_add_str(doc->to, "|\n");
}

static void code(struct report_doc *doc, const char *language, const char *text)
{
	size_t n = MAX(longest_run(text, '`') + 1, (size_t)3);
	size_t len = strlen(text);

	add_fence(doc->to, n);
	text_printf(doc->to, "%s\n", language);
	text_add_str(doc->to, text);
	text_add_str(doc->to, len > 0 && text[len - 1] == '\n' ? "" : "\n");
	add_fence(doc->to, n);
	text_add_str(doc->to, "\n\n");
}

/* Only the times that have something to say. */
static void chart(struct report_doc *doc, const struct report *r)
{
	static const struct report_column columns[] = {{"From (UTC)", false, false}, {"Violations", true, false},
		{"Killed", true, false}, {"Nobody watched", true, false}};
	char from[CLOCK_TEXT_MAX];

	table(doc, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < r->n_buckets; i++) {
		const struct query_bucket *b = &r->buckets[i];
		uint64_t all = 0;

		for (size_t k = 0; k < EVENT_OUTCOME_N; k++)
			all += b->by_outcome[k];
		if (all == 0 && b->unwatched == 0)
			continue;
		report_time(b->start, from);
		text_printf(doc->to, "| %s | %" PRIu64 " | %" PRIu64 " | %" PRId64 " %% |\n", from, all,
			b->by_outcome[EVENT_OUTCOME_KILLED], b->unwatched * 100 / r->step);
	}
	table(doc, NULL, 0);
}

static void end(struct report_doc *doc)
{
}

const struct report_doc_ops report_md = {start, heading, paragraph, list, item, table, row, code, chart, end};
