/* SPDX-License-Identifier: MIT */
/* report_doc: a document written from top to bottom, in whatever markup. Texts are data: what shows them escapes them. */
#pragma once

#include "report_internal.h"

struct report_column {
	const char *title;
	bool number; /* to the right */
	bool code;   /* names of programs, calls and files */
};

struct report_doc;
struct report_doc_ops {
	void (*start)(struct report_doc *doc, const char *title);
	void (*heading)(struct report_doc *doc, int level, const char *text);
	void (*paragraph)(struct report_doc *doc, const char *text, bool lead);
	void (*list)(struct report_doc *doc, bool begin);
	void (*item)(struct report_doc *doc, const char *text);
	void (*table)(struct report_doc *doc, const struct report_column *columns, size_t n); /* n 0 ends it */
	void (*row)(struct report_doc *doc, const char *const *cells);
	void (*code)(struct report_doc *doc, const char *language, const char *text);
	void (*chart)(struct report_doc *doc, const struct report *r);
	void (*end)(struct report_doc *doc);
};

struct report_doc {
	const struct report_doc_ops *ops;
	struct text *to;
	const struct report_column *columns; /* of the table being written */
	size_t n_columns;
};

extern const struct report_doc_ops report_html, report_md;

/* In report_story.c. */
void report_tell(const struct report *r, struct report_doc *doc);
/* In report_chart.c: the timeline as SVG, with the classes o-OUTCOME and others of report_html.c's style. */
void report_add_chart(const struct report *r, struct text *to);

/* "2026-11-27 11:02:16", UTC; "" for CLOCK_NONE. */
void report_time(int64_t ms, char ret[static CLOCK_TEXT_MAX]);
