/* SPDX-License-Identifier: MIT */
/* profile: questions about a profile that need no container and no database. */
#include "profile.h"

#include <stdio.h>

enum {
	PROFILE_ARCH,
	PROFILE_HOST_ARCH,
	PROFILE_ARGS,
	PROFILE_CAPS,
	PROFILE_KERNEL,
	PROFILE_RUNTIME,
	PROFILE_ENGINE,
	PROFILE_NAME,
	PROFILE_FORMAT,
	PROFILE_FILE,
	PROFILE_ACT_LOG,
	PROFILE_LIVE,
};

static const struct option_row profile_options[] = {
	{"arch", 0, PROFILE_ARCH, "ARCH", "the call's architecture: x86_64, x86, aarch64, … (default: this machine's)", NULL},
	{"host-arch", 0, PROFILE_HOST_ARCH, "ARCH", "the machine the container runs on (default: the one that runs --arch)", NULL},
	{"args", 0, PROFILE_ARGS, "A0,A1,…", "the call's arguments, decimal or 0x (default: 0)", NULL},
	{"caps", 0, PROFILE_CAPS, "CAP,…",
		"the container's capabilities: names, ALL, none, default (Docker's fourteen, the default)", NULL},
	{"kernel", 0, PROFILE_KERNEL, "X.Y", "the kernel's version (default: the running one)", NULL},
	{"runtime", 0, PROFILE_RUNTIME, "MODEL", "runc, runc-VERSION, crun or plain (default: runc)", "runc crun plain"},
	{"engine", 0, PROFILE_ENGINE, "ENGINE",
		"whose reading of conditions and errno names: any (default), moby or podman", "any moby podman"},
	{"name", 0, PROFILE_NAME, "NAME", "which profile, where the file holds several", NULL},
	{"format", 0, PROFILE_FORMAT, "FORMAT", "text (default) or json; test: junit too; show: profile too", "text json junit profile"},
	{"output", 'o', PROFILE_FILE, "FILE", "instrument, learn: write to FILE instead of standard output", NULL},
	{"act-log", 0, PROFILE_ACT_LOG, NULL, "instrument: let what is denied run and be logged, instead of setting the flag", NULL},
	{"container", 0, FILTERS_FIELD + QUERY_CONTAINER, "NAME", "show, learn: of that container: its name, or the head of its id; learn takes several", NULL},
	{"pid", 0, FILTERS_FIELD + QUERY_PID, "PID", "show: of that process", NULL},
	{"since", 0, FILTERS_SINCE, "TIME", "learn: from events from TIME on: a date, seconds since 1970, or an age such as 2h 7d", NULL},
	{"until", 0, FILTERS_UNTIL, "TIME", "learn: from events before TIME", NULL},
	{"unit", 0, FILTERS_FIELD + QUERY_UNIT, "NAME", "learn: from events of that systemd unit", NULL},
	{"exe", 0, FILTERS_FIELD + QUERY_EXE, "PATH", "learn: from events of that program; a trailing * stands for any rest", NULL},
	{"host", 0, FILTERS_FIELD + QUERY_HOST, "NAME", "learn: from events of that host", NULL},
	{"live", 0, PROFILE_LIVE, NULL, "show: the filters themselves, from a living process, which stops for a moment (root)", NULL},
	{0},
};

#define TEXT_OR_JSON (1u << PROFILE_OUTPUT_TEXT | 1u << PROFILE_OUTPUT_JSON)

static const struct subcommand {
	const char *name, *operands;
	size_t n_operands;
	unsigned outputs; /* 1 << enum profile_output */
	int (*run)(const struct profile_cmd *c);
} subcommands[] = {
	{"check", "FILE", 1, TEXT_OR_JSON, profile_check_run},
	{"decide", "FILE SYSCALL", 2, TEXT_OR_JSON, profile_decide_run},
	{"diff", "FILE FILE", 2, TEXT_OR_JSON, profile_diff_run},
	{"instrument", "FILE", 1, 1u << PROFILE_OUTPUT_TEXT, profile_instrument_run},
	{"learn", "no operand", 0, TEXT_OR_JSON, profile_learn_run},
	{"show", "no operand", 0, TEXT_OR_JSON | 1u << PROFILE_OUTPUT_PROFILE, profile_show_run},
	{"test", "FILE TABLE", 2, TEXT_OR_JSON | 1u << PROFILE_OUTPUT_JUNIT, profile_test_run},
};

/* ---- options ---- */

static int refuse(struct text *why, const struct option_row *row, const char *value, const char *wanted)
{
	text_printf(why, "--%s takes %s, not \"%s\"", row->name, wanted, value);
	return -EINVAL;
}

static int keep(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int parse_arg(struct span word, uint64_t *ret)
{
	int64_t negative;

	if (span_starts(word, SPAN("0x")))
		return text_to_u64_hex(word, UINT64_MAX, ret);
	if (!text_to_u64(word, UINT64_MAX, ret))
		return 0;
	if (text_to_i64(word, &negative))
		return -EINVAL;
	*ret = (uint64_t)negative;
	return 0;
}

/* Six at most, separated by commas. */
static int parse_args(const char *text, uint64_t ret[6])
{
	size_t n = 0;

	memset(ret, 0, 6 * sizeof(*ret));
	while (*text) {
		size_t len = strcspn(text, ",");
		if (n == 6 || parse_arg((struct span){text, len}, &ret[n++]))
			return -EINVAL;
		text += len + (text[len] == ',');
	}
	return 0;
}

static int find_word(const char *const *words, const char *value)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	return -EINVAL;
}

static const char *const output_names[] = {"text", "json", "junit", "profile", NULL};

static int take_engine(struct profile_cmd *c, const char *value)
{
	int i = profile_engine_from_name(span_from(value));

	c->engine = i < 0 ? c->engine : (enum profile_engine)i;
	return i < 0 ? i : 0;
}

static int take_format(struct profile_cmd *c, const char *value)
{
	int i = find_word(output_names, value);

	c->output = i < 0 ? c->output : (enum profile_output)i;
	return i < 0 ? i : 0;
}

static int take_model(struct profile_cmd *c, const char *value)
{
	int model = profile_model_from_name(span_from(value));

	c->model = model < 0 ? c->model : (enum profile_model)model;
	return model < 0 ? model : 0;
}

static int take_arch(const struct profile_arch **field, const char *value)
{
	*field = profile_arch_from_name(span_from(value));
	return *field ? 0 : -EINVAL;
}

static int take_caps(struct profile_cmd *c, const char *value)
{
	free(c->caps);
	c->caps = NULL;
	return profile_parse_caps(span_from(value), &c->caps, &c->n_caps);
}

static int take_value(struct profile_cmd *c, int id, const char *value, const char **ret_wanted)
{
	switch (id) {
	case PROFILE_ARCH:
		*ret_wanted = "an architecture";
		return take_arch(&c->arch, value);
	case PROFILE_HOST_ARCH:
		*ret_wanted = "an architecture";
		return take_arch(&c->host, value);
	case PROFILE_ARGS:
		*ret_wanted = "up to six numbers";
		return parse_args(value, c->args);
	case PROFILE_CAPS:
		*ret_wanted = "capabilities, ALL, none or default";
		return take_caps(c, value);
	case PROFILE_KERNEL:
		*ret_wanted = "a version such as 6.1";
		return profile_parse_kernel(span_from(value), &c->kernel);
	case PROFILE_RUNTIME:
		*ret_wanted = "runc, runc-VERSION, crun or plain";
		return take_model(c, value);
	case PROFILE_ENGINE:
		*ret_wanted = "any, moby or podman";
		return take_engine(c, value);
	default:
		*ret_wanted = "text, json, junit or profile";
		return take_format(c, value);
	}
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct profile_cmd *c = data;
	const char *wanted = NULL;
	int r;

	if (row->id >= FILTERS_SINCE)
		return filters_take(&c->filters, row, value, why);
	switch (row->id) {
	case PROFILE_NAME:
		return keep(&c->name, value);
	case PROFILE_FILE:
		return keep(&c->file, value);
	case PROFILE_ACT_LOG:
		c->log_all = true;
		return 0;
	case PROFILE_LIVE:
		c->live = true;
		return 0;
	default:
		r = take_value(c, row->id, value, &wanted);
		return r == -ENOMEM ? r : r < 0 ? refuse(why, row, value, wanted) : 0;
	}
}

/* ---- dispatch ---- */

static void cmd_free(struct profile_cmd *c)
{
	free(c->name);
	free(c->file);
	free(c->caps);
	filters_free(&c->filters);
}

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int run(struct cmd_line *line)
{
	CLEANUP(cmd_free) struct profile_cmd c = {.line = line};
	const struct subcommand *sub;
	int status;

	filters_init(&c.filters);
	if (cmd_parse(line, take, &c, &status) < 0)
		return status;
	if (line->n_operands == 0)
		return cmd_usage(line, "say what to do with the profile");
	sub = find_subcommand(line->operands[0]);
	if (!sub)
		return cmd_usage(line, "\"%s\" is nothing to do with a profile", line->operands[0]);
	c.operands = line->operands + 1;
	c.n_operands = line->n_operands - 1;
	if (c.n_operands != sub->n_operands)
		return cmd_usage(line, "%s takes %s", sub->name, sub->operands);
	if (!(sub->outputs & 1u << c.output))
		return cmd_usage(line, "%s knows no format %s", sub->name, output_names[c.output]);
	if (!c.caps && profile_parse_caps(SPAN("default"), &c.caps, &c.n_caps) < 0)
		return CMD_FAILED;
	return sub->run(&c);
}

static const struct option_row *const options[] = {profile_options, NULL};

const struct cmd cmd_profile = {
	.name = "profile",
	.operands = "check FILE|decide FILE SYSCALL|diff FILE FILE|instrument FILE|test FILE TABLE|show|learn",
	.summary = "ask a seccomp profile what it does",
	.text = "FILE is a profile of Docker or Podman, an OCI config.json or its linux.seccomp, or a SeccompProfile of "
		"Kubernetes, in JSON or YAML; - is standard input.\n\n"
		"profile check FILE refuses what no runtime would start with, and warns of denials that the kernel will not log, "
		"names nobody knows, rules without effect, calls that the runtime itself needs, io_uring that goes round what "
		"is denied, errnos that libc does not understand, and 32-bit programs that would be killed.\n\n"
		"profile decide FILE SYSCALL tells what happens to a call: the action, the errno, and the rule that decides, "
		"as a JSON pointer with its line. SYSCALL is a name or a number. The profile is resolved for --caps, --kernel "
		"and the machine's architecture, compiled as --runtime does, and the filter itself is asked. What is known "
		"of the call stands below: its risk, the capability behind it, and what libc calls instead on ENOSYS.\n\n"
		"profile diff FILE FILE lists the calls that the second profile decides differently from the first, over all "
		"numbers of all their architectures and over every combination of argument values that their rules tell "
		"apart. How the texts differ does not matter.\n\n"
		"Where engines and runtimes differ, --engine and --runtime say whose reading it is. Docker (moby) obeys minKernel "
		"and passes over errnos by name; Podman and CRI-O (containers/common) read these, pass over minKernel, and know "
		"archMap for amd64, arm64, mips and s390x machines alone. runc answers ENOSYS to numbers above the highest one that "
		"the profile names (from 1.0.0-rc93 on for the architectures it lists, from 1.1.15 and 1.2.0 on for the machine's "
		"own always), and refuses SCMP_ACT_NOTIFY for write and as the default; crun refuses an errno for an action that "
		"takes none, and looks at the first six conditions of a rule; plain is libseccomp alone.\n\n"
		"profile instrument FILE prints the same profile with SECCOMP_FILTER_FLAG_LOG, so that its denials leave a "
		"record; with --act-log it lets them run instead and logs them, which shows all that a program needs in one "
		"go. Every other byte stays as it is.\n\n"
		"profile test FILE TABLE decides the calls of a table, and fails when one is not decided as expected. A line is "
		"CALL = VERDICT: mkdir = EPERM, or socket(2, 1, 0) arch=x86 = allow, or mount caps=SYS_ADMIN kernel=5.4 = "
		"SCMP_ACT_ALLOW. Arguments are numbers; those that are not given are 0. The verdict is SCMP_ACT_… (with an errno "
		"where it matters), an errno, or allow, log, deny (in whatever way) or kill; # begins a comment. With --format "
		"junit the result is what testing tools read.\n\n"
		"profile show --container NAME (or --pid PID) shows the profile that a container was started with, as a table of "
		"what is decided about each system call; --format profile prints it as it is. With --live, as root, the filters "
		"themselves are read from a living process, which stands still for a moment, with their LOG flags, and compared "
		"with what was captured. The collector never does that.\n\n"
		"profile learn --container NAME makes a small profile from the calls that were recorded under SCMP_ACT_LOG, as "
		"`profile instrument --act-log` makes a profile do, merged over all runs and containers of the filters. What the "
		"profile in force permits without a record is kept, and what runc itself needs is added; the result is compiled and "
		"each recorded call is decided by it. Standard error says how complete the record is, and what no record can tell.",
	.options = options,
	.run = run,
};
