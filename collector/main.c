/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "seccompwatch/log.h"

/* In the order a new user meets them. */
const struct cmd *const cmd_table[] = {
	&cmd_run,
	&cmd_collect,
	&cmd_serve,
	&cmd_import,
	&cmd_events,
	&cmd_summary,
	&cmd_report,
	&cmd_explain,
	&cmd_profile,
	&cmd_suggest,
	&cmd_mute,
	&cmd_status,
	&cmd_doctor,
	&cmd_help,
	NULL,
};

static const struct cmd *find(const char *name)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		if (strcmp((*cmd)->name, name) == 0)
			return *cmd;
	return NULL;
}

/* How many words of argv before the command are global options. */
static int skip_globals(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "-h") != 0 &&
		strcmp(argv[i], "--version") != 0) {
		bool takes_value = strcmp(argv[i], "--db") == 0 || strcmp(argv[i], "--config") == 0;

		i += takes_value ? 2 : 1;
	}
	return i < argc ? i : argc;
}

static int run_help(void)
{
	char *argv[] = {(char *)"help", NULL};

	return cmd_help.run(&(struct cmd_line){.cmd = &cmd_help, .argc = 1, .argv = argv});
}

/* The command's own argv: its name, then the global options that stood before it, then the rest. */
static int dispatch(const struct cmd *cmd, int argc, char **argv, int at)
{
	struct cmd_line line = {.cmd = cmd, .argc = argc - 1, .argv = argv + 1};
	char *name = argv[at];
	int status;

	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = name;
	status = cmd->run(&line);
	free(line.db);
	free(line.db_config);
	free(line.config);
	return status;
}

int main(int argc, char **argv)
{
	int at = skip_globals(argc, argv);
	const struct cmd *cmd;

	setlocale(LC_CTYPE, "");
	/* Unset, glibc looks at the zone's file for every date that names no zone. */
	setenv("TZ", ":/etc/localtime", 0);
	signal(SIGPIPE, SIG_IGN);
	if (at >= argc) {
		run_help();
		return CMD_USAGE;
	}
	if (strcmp(argv[at], "--version") == 0)
		return printf("seccompwatch %s\n", VERSION) < 0;
	if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
		return run_help();
	cmd = find(argv[at]);
	if (!cmd) {
		log_error("unknown command \"%s\" (see `seccompwatch help`)", argv[at]);
		return CMD_USAGE;
	}
	return dispatch(cmd, argc, argv, at);
}
