/* SPDX-License-Identifier: MIT */
/* What the sub-commands of `profile` share. */
#pragma once

#include <jansson.h>

#include "filters.h"
#include "seccompwatch/render.h"

enum profile_output {
	PROFILE_OUTPUT_TEXT,
	PROFILE_OUTPUT_JSON,
	PROFILE_OUTPUT_JUNIT,
	PROFILE_OUTPUT_PROFILE,
};

/* One call of a sub-command. Options that were not given have their defaults. */
struct profile_cmd {
	const struct cmd_line *line;
	char **operands; /* after the sub-command's name */
	size_t n_operands;

	char *name; /* --name */
	char *file; /* --output */
	bool log_all; /* --act-log */
	bool live;
	struct filters filters;
	enum profile_output output;
	enum profile_engine engine;
	enum profile_model model;
	const struct profile_arch *arch, *host; /* NULL: not given */
	const char **caps;
	size_t n_caps;
	uint32_t kernel;
	uint64_t args[6];
};

/* What a FILE becomes, all of it freed by profile_subject_free. */
struct profile_subject {
	const char *path;
	struct profile *profile;
	struct profile_rules *rules;
	struct profile_filter *filter;
};
void profile_subject_free(struct profile_subject *s);

/* Reads "-" or a file. 0, or an exit status after the message is printed. */
int profile_subject_load(const struct profile_cmd *c, const char *path, struct profile_subject *ret);
/* Resolves and compiles it for the machine that `arch`'s programs run on (NULL: --arch, else this one). */
int profile_subject_compile(const struct profile_cmd *c, const struct profile_arch *arch, struct profile_subject *s);

/* "path:line: pointer: message" on standard error. */
void profile_print_problem(const char *path, const struct profile_problem *problem);
/* Writes the tree to standard output and frees it; an exit status. */
int profile_print_json(json_t *tree);
int profile_print_text(const struct text *text);
/* Reads "-" or a file of at most 4 MiB whole. */
int profile_read_text(const char *path, struct text *ret);

/* Changes, gathered and shown. */
struct profile_changes {
	struct profile_change *items;
	size_t n, room;
};
void profile_changes_free(struct profile_changes *c);
int profile_changes_add(void *changes, const struct profile_change *change); /* a profile_change_fn */
json_t *profile_changes_json(const struct profile_changes *c); /* an array */
void profile_changes_add_text(struct profile_changes *c, struct text *to); /* sorts them */

int profile_check_run(const struct profile_cmd *c);
int profile_decide_run(const struct profile_cmd *c);
int profile_diff_run(const struct profile_cmd *c);
int profile_instrument_run(const struct profile_cmd *c);
int profile_learn_run(const struct profile_cmd *c);
int profile_show_run(const struct profile_cmd *c);
int profile_test_run(const struct profile_cmd *c);
