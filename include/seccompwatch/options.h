/* SPDX-License-Identifier: MIT */
/* options: a command line and a `key = value` file, both described by the same table, which is also where help,
 * the manual page and shell completion come from. Parsing is getopt_long(3)'s. */
#pragma once

#include "text.h"

struct option_row {
	const char *name; /* long name, without dashes; NULL ends a table */
	char letter;      /* 0: none */
	int id;           /* the owner's own enumeration */
	const char *arg;  /* what help calls the value; NULL: a switch */
	const char *help; /* one sentence, lower case, no full stop */
	const char *words; /* the values it takes, separated by blanks, for completion; NULL: free text */
};

/* Called for each option; -EINVAL with a sentence in *why refuses the value. value is NULL for a switch. */
typedef int (*option_fn)(void *data, const struct option_row *row, const char *value, struct text *why);

struct option_reader {
	const struct option_row *const *tables; /* ends with NULL; earlier tables win on equal names */
	option_fn fn;
	void *data;
};

const struct option_row *option_find(const struct option_row *const *tables, struct span name);

/* Reads argv[1…]; options may stand after operands, "--" ends them. On success *ret_operand is the index of the
 * first operand (getopt permutes argv). -EINVAL and a sentence in *why. */
int option_read_argv(const struct option_reader *reader, int argc, char **argv, int *ret_operand, struct text *why);

/* Reads a configuration file: `key = value` lines, # comments, long option names as keys, "yes" or "no" for
 * switches. Keys that only `known` (all commands' tables) has are passed over; keys nobody has are an error.
 * -ENOENT when there is no such file; -EINVAL and a sentence with file and line in *why. */
int option_read_file(const struct option_reader *reader, const struct option_row *const *known, const char *path,
	struct text *why);
