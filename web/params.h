/* SPDX-License-Identifier: MIT */
/* params: a request's parameters as the values that handlers work with. Pure but for `now`. */
#pragma once

#include "answer.h"
#include "reader.h"
#include "request.h"
#include "seccompwatch/query.h"
#include "seccompwatch/report.h"

#define PARAMS_LIMIT_DEFAULT 100
#define PARAMS_LIMIT_MAX     1000

/* What a route takes. */
enum {
	PARAMS_FILTERS = 1 << 0, /* the contract's filters but since and until */
	PARAMS_TIME    = 1 << 1, /* since, until */
	PARAMS_LIMIT   = 1 << 2,
	PARAMS_ORDER   = 1 << 3,
	PARAMS_CURSOR  = 1 << 4,
	PARAMS_BY      = 1 << 5,
	PARAMS_STEP    = 1 << 6,
	PARAMS_SEQ     = 1 << 7, /* since is a change sequence */
	PARAMS_ADVICE  = 1 << 9, /* format, allow, all: of suggestions */
	PARAMS_VERSION = 1 << 8, /* v: an asset's hash */
	PARAMS_REPORT  = 1 << 10, /* format: of a report */
};

struct params {
	struct query_filter filter;
	uint64_t limit;
	bool ascending;
	const char *cursor;
	enum query_field by[QUERY_BY_MAX];
	size_t n_by;
	int64_t step;  /* 0: none given */
	const char *format; /* NULL: none given */
	enum report_format report;
	const char *allow;  /* names, separated by commas; NULL */
	bool all;
	bool has_seq;
	uint64_t seq;
};

#define PARAMS_EMPTY ((struct params){.filter = QUERY_FILTER_ANY, .limit = PARAMS_LIMIT_DEFAULT})
void params_free(struct params *p);
#define CLEANUP_PARAMS CLEANUP(params_free)

/* Everything the request says, or -EINVAL and a 400 in *ans that names the parameter: unknown, out of range, or
 * given twice with two values. */
int params_read(const struct request *req, unsigned accepted, int64_t now, struct params *ret, struct answer *ans);

/* The reader, when the parameters mean something to it too: NULL and an error in *ans otherwise. */
struct query *params_resolve(const struct params *p, struct reader *reader, struct answer *ans);

/* The container that a word means: what query_find_container returns; -ENOENT and -EINVAL are said in *ans. */
int params_find_container(struct query *q, const char *word, const struct query_container **ret, struct answer *ans);

/* A 400 of one parameter. */
void params_refuse(struct answer *ans, const char *field, const char *fmt, ...) PRINTF(3, 4);
