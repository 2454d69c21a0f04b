/* SPDX-License-Identifier: MIT */
/* cmd: the command table. Help, the manual page and shell completion come from these rows. */
#pragma once

#include "seccompwatch/options.h"

/* Exit statuses (contract). */
enum {
	CMD_DONE = 0,
	CMD_FAILED = 1,
	CMD_USAGE = 2,
	CMD_INVISIBLE = 3, /* doctor: something is invisible */
};

struct cmd;

/* One call of the program. */
struct cmd_line {
	const struct cmd *cmd;
	int argc;
	char **argv;     /* argv[0] is the command's name; after cmd_parse the operands stand in `operands` */
	char **operands; /* ends with NULL */
	size_t n_operands;
	char *db;     /* --db, or NULL */
	char *db_config; /* the configuration file's, or NULL */
	char *config; /* --config, or NULL */
};

struct cmd {
	const char *name;
	const char *operands; /* as help shows them: "FILE…|-"; NULL: none are taken */
	const char *summary;  /* one line, lower case, no full stop */
	const char *text;     /* the manual's paragraphs, separated by empty lines */
	const struct option_row *const *options; /* tables, ends with NULL; the global ones are added */
	int (*run)(struct cmd_line *line);       /* an exit status */
};

/* Reads the configuration file, then the options, both through fn. 0, or -1 with *ret_exit set: the message (or
 * --help) is printed already. Options that fn does not know never reach it. */
int cmd_parse(struct cmd_line *line, option_fn fn, void *data, int *ret_exit);

/* The database in force: --db, $SECCOMPWATCH_DB, the config file, else the default for root or the user.
 * NULL only without memory; free(). */
char *cmd_db_path(const struct cmd_line *line);

/* Prints "seccompwatch COMMAND: …" and the way to help; returns CMD_USAGE. */
int cmd_usage(const struct cmd_line *line, const char *fmt, ...) PRINTF(2, 3);

extern const struct cmd *const cmd_table[]; /* ends with NULL; in the order help shows */
extern const struct option_row cmd_global_options[];

/* The rows, one a file in cmd/. */
extern const struct cmd cmd_collect;
extern const struct cmd cmd_doctor;
extern const struct cmd cmd_events;
extern const struct cmd cmd_explain;
extern const struct cmd cmd_help;
extern const struct cmd cmd_import;
extern const struct cmd cmd_mute;
extern const struct cmd cmd_profile;
extern const struct cmd cmd_report;
extern const struct cmd cmd_run;
extern const struct cmd cmd_serve;
extern const struct cmd cmd_status;
extern const struct cmd cmd_suggest;
extern const struct cmd cmd_summary;

/* For `run`, which hands them on. */
extern const struct option_row cmd_collect_options[];
extern const struct option_row cmd_serve_options[];
