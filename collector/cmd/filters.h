/* SPDX-License-Identifier: MIT */
/* filters: the options that all reading commands share, and what every one of them does with them first. */
#pragma once

#include "cmd.h"
#include "seccompwatch/render.h"

/* The ids of these rows; a command's own stay below. */
enum {
	FILTERS_SINCE = 1000,
	FILTERS_UNTIL,
	FILTERS_FORMAT,
	FILTERS_LIMIT,
	FILTERS_ORDER,
	FILTERS_OUTPUT,
	FILTERS_FIELD, /* and those above: + enum query_field */
};

extern const struct option_row filters_options[]; /* which events */
extern const struct option_row filters_format[];  /* for commands without formats of their own */
extern const struct option_row filters_listing[]; /* how they are shown */

#define FILTERS_LIMIT_DEFAULT 1000

struct filters {
	struct query_filter filter;
	int64_t now; /* ages count back from here */
	enum render_format format;
	uint64_t limit;
	bool descending, ordered; /* ordered: --order was given */
	char *output;
};
void filters_init(struct filters *f);
void filters_free(struct filters *f);

/* -ENOENT: not one of these rows. */
int filters_take(struct filters *f, const struct option_row *row, const char *value, struct text *why);

/* Checks the filters against each other, opens the database and checks them against it. CMD_DONE, or the exit status
 * after the message. */
int filters_open(const struct cmd_line *line, const struct filters *f, struct query **ret);

/* After an empty result: why it may be empty, on standard error. */
void filters_explain_nothing(struct query *q);

/* A reader's or writer's failure as an exit status; nobody reading the output any more is no failure. */
int filters_fail(const struct cmd_line *line, struct query *q, int error);
