/* SPDX-License-Identifier: MIT */
/* report: what seccomp did in a span of time, as a document to hand on. What it says follows from the data alone: the
 * same database and the same request give the same bytes. */
#pragma once

#include "marks.h"
#include "query.h"

enum report_format {
	REPORT_HTML, /* one file that needs no other, without script */
	REPORT_MD,
	REPORT_JSON,
	REPORT_CSV,  /* a row for each kind of violation */
	REPORT_FORMAT_N,
};
const char *report_format_name(enum report_format format); /* html md json csv */
int report_format_from_name(struct span name);             /* -EINVAL */
const char *report_format_type(enum report_format format); /* its media type */

/* The page's Content-Security-Policy: it has a style of its own and nothing else. */
#define REPORT_CSP                                                                                           \
	"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

struct report_request {
	/* It ends with what is known (the newest event or heartbeat) at the latest; without `since` it has seven days. */
	const struct query_filter *filter;
	const struct query_container *container; /* the one it is about; the filter leaves its events. NULL: all */
	const struct marks *marks;               /* NULL: nothing is muted */
	const char *version;
	uint64_t budget_us; /* for finding advice, 0: no limit */
};

struct report;

/* What the database says: 0, -ENOMEM, or what the reader returns. The reader, the filter and the marks must outlive it. */
int report_read(struct query *q, const struct report_request *request, struct report **ret);
void report_free(struct report *r);
DEFINE_CLEANUP(struct report *, report_free)

/* What there is to do about it. Takes long, and needs no database. -ENOMEM. */
int report_advise(struct report *r);

/* -ENOMEM. */
int report_write(const struct report *r, enum report_format format, struct text *to);
