/* SPDX-License-Identifier: MIT */
/* What every command does first: global options, the configuration file, the database's path. */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "seccompwatch/log.h"

#define CONFIG_DEFAULT "/etc/seccompwatch.conf"
#define DB_DEFAULT     "/var/lib/seccompwatch/events.db"
#define TABLES_MAX     64

enum {
	GLOBAL_DB,
	GLOBAL_CONFIG,
	GLOBAL_VERBOSE,
	GLOBAL_QUIET,
	GLOBAL_HELP,
};

const struct option_row cmd_global_options[] = {
	{"db", 0, GLOBAL_DB, "PATH", "the database (default: $SECCOMPWATCH_DB, else " DB_DEFAULT
				     " for root, $XDG_STATE_HOME/seccompwatch/events.db for others)", NULL},
	{"config", 0, GLOBAL_CONFIG, "FILE", "read options from FILE (default: " CONFIG_DEFAULT " where it exists)", NULL},
	{"verbose", 'v', GLOBAL_VERBOSE, NULL, "say more on standard error", NULL},
	{"quiet", 'q', GLOBAL_QUIET, NULL, "say only errors on standard error", NULL},
	{"help", 'h', GLOBAL_HELP, NULL, "show this help", NULL},
	{0},
};

struct parse {
	struct cmd_line *line;
	option_fn fn;
	void *data;
	bool help;
};

static int keep(char **field, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static bool is_global(const struct option_row *row)
{
	for (const struct option_row *global = cmd_global_options; global->name; global++)
		if (row == global)
			return true;
	return false;
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct parse *parse = data;

	if (!is_global(row))
		return parse->fn(parse->data, row, value, why);
	switch (row->id) {
	case GLOBAL_DB:
		return keep(&parse->line->db, value);
	case GLOBAL_CONFIG:
		return keep(&parse->line->config, value);
	case GLOBAL_VERBOSE:
		log_set_level(LOG_LEVEL_DEBUG);
		return 0;
	case GLOBAL_QUIET:
		log_set_level(LOG_LEVEL_ERROR);
		return 0;
	default:
		parse->help = true;
		return 0;
	}
}

/* What the configuration file may set but the command line must be able to override comes first; --config itself
 * is only known from the command line, so that is looked for on its own. */
static const char *config_of(int argc, char **argv)
{
	const char *found = NULL;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strncmp(argv[i], "--config=", 9) == 0)
			found = argv[i] + 9;
		else if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			found = argv[++i];
	}
	return found;
}

/* All tables of all commands: which keys a configuration file may hold. */
static void all_tables(const struct option_row **ret)
{
	size_t n = 0;

	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		for (const struct option_row *const *table = (*cmd)->options; table && *table; table++)
			if (n < TABLES_MAX - 1)
				ret[n++] = *table;
	ret[n] = NULL;
}

static int read_config(const struct option_reader *reader, struct cmd_line *line, struct text *why)
{
	const struct option_row *known[TABLES_MAX];
	const char *named = line->config ? line->config : config_of(line->argc, line->argv);
	int r;

	all_tables(known);
	if (!named && access(CONFIG_DEFAULT, F_OK) < 0)
		return 0;
	r = option_read_file(reader, known, named ? named : CONFIG_DEFAULT, why);
	/* An unreadable default file is another user's business; a named one is an error. */
	if (!named && r == -EACCES) {
		text_reset(why);
		return 0;
	}
	return r;
}

static int complain(const struct cmd_line *line, const char *what)
{
	return cmd_usage(line, "%s", what ? what : "out of memory");
}

static void command_tables(const struct cmd *cmd, const struct option_row **ret)
{
	size_t n = 0;

	for (const struct option_row *const *table = cmd->options; table && *table && n < TABLES_MAX - 2; table++)
		ret[n++] = *table;
	ret[n++] = cmd_global_options;
	ret[n] = NULL;
}

int cmd_parse(struct cmd_line *line, option_fn fn, void *data, int *ret_exit)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	const struct option_row *tables[TABLES_MAX];
	struct parse parse = {line, fn, data, false};
	struct option_reader reader = {tables, take, &parse};
	int operand = 0, r;

	command_tables(line->cmd, tables);
	r = read_config(&reader, line, &why);
	line->db_config = TAKE(line->db);
	if (r == 0)
		r = option_read_argv(&reader, line->argc, line->argv, &operand, &why);
	if (r < 0) {
		*ret_exit = complain(line, why.data);
		return -1;
	}
	if (parse.help) {
		char *argv[] = {(char *)"help", (char *)line->cmd->name, NULL};

		*ret_exit = cmd_help.run(&(struct cmd_line){.cmd = &cmd_help, .argc = 2, .argv = argv});
		return -1;
	}
	line->operands = line->argv + operand;
	line->n_operands = (size_t)(line->argc - operand);
	if (line->n_operands > 0 && !line->cmd->operands) {
		*ret_exit = cmd_usage(line, "unexpected argument \"%s\"", line->operands[0]);
		return -1;
	}
	return 0;
}

char *cmd_db_path(const struct cmd_line *line)
{
	CLEANUP_TEXT struct text path = TEXT_EMPTY;
	const char *env = getenv("SECCOMPWATCH_DB"), *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (line->db)
		return strdup(line->db);
	if (env && *env)
		return strdup(env);
	if (line->db_config)
		return strdup(line->db_config);
	if (geteuid() == 0)
		return strdup(DB_DEFAULT);
	if (state && *state)
		text_add_str(&path, state);
	else
		text_printf(&path, "%s/.local/state", home ? home : "");
	text_add_str(&path, "/seccompwatch/events.db");
	return text_take(&path);
}

int cmd_usage(const struct cmd_line *line, const char *fmt, ...)
{
	CLEANUP_TEXT struct text message = TEXT_EMPTY;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&message, fmt, args);
	va_end(args);
	log_error("%s: %s (see `seccompwatch help %s`)", line->cmd->name, message.data ? message.data : "?",
		line->cmd->name);
	return CMD_USAGE;
}
