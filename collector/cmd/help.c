/* SPDX-License-Identifier: MIT */
/* help: everything the command table says, in three shapes: for a terminal, as a manual page (man(7) macros), and
 * as completion for bash. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "seccompwatch/log.h"

enum {
	HELP_MAN,
	HELP_COMPLETION,
};

static const struct option_row help_options[] = {
	{"man", 0, HELP_MAN, NULL, "print the manual page (troff)", NULL},
	{"completion", 0, HELP_COMPLETION, "SHELL", "print completion for SHELL: bash", "bash"},
	{0},
};

struct help {
	bool man, completion;
};

static void print_option(const struct option_row *row)
{
	char left[64];

	snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
		row->letter ? ", " : "  ", row->name, row->arg ? " " : "", row->arg ? row->arg : "");
	printf("%-30s %s\n", left, row->help);
}

static void print_tables(const struct cmd *cmd)
{
	for (const struct option_row *const *table = cmd->options; table && *table; table++)
		for (const struct option_row *row = *table; row->name; row++)
			print_option(row);
	printf("\nEverywhere:\n");
	for (const struct option_row *row = cmd_global_options; row->name; row++)
		print_option(row);
}

static void print_synopsis(const struct cmd *cmd)
{
	printf("seccompwatch %s [OPTIONS]%s%s", cmd->name, cmd->operands ? " " : "", cmd->operands ? cmd->operands : "");
}

static void print_command(const struct cmd *cmd)
{
	printf("Usage: ");
	print_synopsis(cmd);
	printf("\n\n%s\n\n%s\n\nOptions:\n", cmd->summary, cmd->text);
	print_tables(cmd);
}

static void print_overview(void)
{
	printf("Usage: seccompwatch [GLOBAL] COMMAND [OPTIONS] [ARGUMENTS]\n\n"
	       "Which syscalls seccomp killed or denied on this host, in which container, and why.\n\nCommands:\n");
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		printf("  %-10s %s\n", (*cmd)->name, (*cmd)->summary);
	printf("\nEverywhere:\n");
	for (const struct option_row *row = cmd_global_options; row->name; row++)
		print_option(row);
	printf("\n`seccompwatch help COMMAND` explains one. The everyday command is `seccompwatch run`.\n");
}

/* troff: a leading dot or quote starts a request, a backslash an escape, a bare '-' may become a hyphen. */
static void man_text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else if (s[0] == '\n' && s[1] == '\n')
			fputs("\n.PP", stdout);
		else if (s[0] != '\n' || s[1] != '\0')
			putchar(*s);
	}
}

static void man_option(const struct option_row *row)
{
	printf(".TP\n.B ");
	if (row->letter)
		printf("\\-%c, ", row->letter);
	printf("\\-\\-");
	man_text(row->name);
	if (row->arg)
		printf(" \\fI%s\\fR", row->arg);
	printf("\n");
	man_text(row->help);
	printf("\n");
}

static void man_command(const struct cmd *cmd)
{
	printf(".SS ");
	print_synopsis(cmd);
	printf("\n");
	man_text(cmd->text);
	printf("\n");
	for (const struct option_row *const *table = cmd->options; table && *table; table++)
		for (const struct option_row *row = *table; row->name; row++)
			man_option(row);
}

static void print_man(void)
{
	printf(".TH SECCOMPWATCH 8 \"\" \"seccompwatch %s\"\n"
	       ".SH NAME\nseccompwatch \\- which syscalls seccomp killed or denied, where, and why\n"
	       ".SH SYNOPSIS\n.B seccompwatch\n[GLOBAL] COMMAND [OPTIONS] [ARGUMENTS]\n"
	       ".SH COMMANDS\n",
		VERSION);
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		man_command(*cmd);
	printf(".SH GLOBAL OPTIONS\n");
	for (const struct option_row *row = cmd_global_options; row->name; row++)
		man_option(row);
	printf(".SH FILES\n.TP\n.I /etc/seccompwatch.conf\nLines of the form \"key = value\"; the keys are the long "
	       "options' names.\n.TP\n.I /var/lib/seccompwatch/events.db\nThe database, for root.\n"
	       ".SH ENVIRONMENT\n.TP\n.B SECCOMPWATCH_DB\nThe database's path.\n.TP\n.B NO_COLOR\nNo colours.\n"
	       ".SH EXIT STATUS\n0 done; 1 failed or refused; 2 wrong usage; 3 "
	       "(doctor) something is invisible.\n");
}

static void complete_tables(const struct option_row *const *tables)
{
	for (; tables && *tables; tables++)
		for (const struct option_row *row = *tables; row->name; row++)
			printf(" --%s", row->name);
}

/* Options whose values are few words complete to them. */
static void complete_words(void)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		for (const struct option_row *const *table = (*cmd)->options; table && *table; table++)
			for (const struct option_row *row = *table; row->name; row++)
				if (row->words)
					printf("\t%s:--%s) words=\"%s\" ;;\n", (*cmd)->name, row->name, row->words);
}

static void print_completion(void)
{
	const struct option_row *const global[] = {cmd_global_options, NULL};

	printf("_seccompwatch() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
	       "cmd= words= word\n\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $word in\n\t\t");
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		printf("%s%s", cmd == cmd_table ? "" : "|", (*cmd)->name);
	printf(") cmd=$word; break ;;\n\t\tesac\n\tdone\n\tCOMPREPLY=()\n\tcase $cmd:$prev in\n");
	complete_words();
	printf("\tesac\n\tif [ -z \"$words\" ]; then case $cmd in\n\t\"\") words=\"");
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		printf(" %s", (*cmd)->name);
	complete_tables(global);
	printf("\" ;;\n");
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++) {
		printf("\t%s) words=\"", (*cmd)->name);
		complete_tables((*cmd)->options);
		complete_tables(global);
		printf("\" ;;\n");
	}
	printf("\tesac; fi\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
	       "complete -o default -F _seccompwatch seccompwatch\n");
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct help *help = data;

	if (row->id == HELP_MAN) {
		help->man = true;
		return 0;
	}
	if (strcmp(value, "bash") != 0) {
		text_printf(why, "no completion for \"%s\": only bash", value);
		return -EINVAL;
	}
	help->completion = true;
	return 0;
}

static int print_named(const struct cmd_line *line)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++) {
		if (strcmp((*cmd)->name, line->operands[0]) != 0)
			continue;
		print_command(*cmd);
		return CMD_DONE;
	}
	return cmd_usage(line, "unknown command \"%s\"", line->operands[0]);
}

static int run(struct cmd_line *line)
{
	struct help help = {0};
	int status = CMD_DONE;

	if (cmd_parse(line, take, &help, &status) < 0)
		return status;
	if (help.man)
		print_man();
	else if (help.completion)
		print_completion();
	else if (line->n_operands > 0)
		status = print_named(line);
	else
		print_overview();
	return fflush(stdout) == 0 ? status : CMD_FAILED;
}

static const struct option_row *const tables[] = {help_options, NULL};

const struct cmd cmd_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.summary = "explain a command, print the manual page or shell completion",
	.text = "Without an argument lists the commands.",
	.options = tables,
	.run = run,
};
