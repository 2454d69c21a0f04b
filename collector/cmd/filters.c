/* SPDX-License-Identifier: MIT */
#include "filters.h"

#include <inttypes.h>
#include <string.h>

#include "seccompwatch/log.h"

const struct option_row filters_options[] = {
	{"since", 0, FILTERS_SINCE, "TIME", "events from TIME on: a date, seconds since 1970, or an age such as 90s 15m 2h 7d",
		NULL},
	{"until", 0, FILTERS_UNTIL, "TIME", "events before TIME", NULL},
	{"container", 0, FILTERS_FIELD + QUERY_CONTAINER, "NAME", "of that container: its name, or the head of its id", NULL},
	{"runtime", 0, FILTERS_FIELD + QUERY_RUNTIME, "NAME", "of containers of that runtime",
		"docker containerd cri-o podman lxc nspawn libvirt garden ecs nomad unknown"},
	{"unit", 0, FILTERS_FIELD + QUERY_UNIT, "NAME", "of that systemd unit", NULL},
	{"syscall", 0, FILTERS_FIELD + QUERY_SYSCALL, "NAME", "of that system call: its name or number", NULL},
	{"arch", 0, FILTERS_FIELD + QUERY_ARCH, "NAME", "of that architecture",
		"x86_64 x86 x32 aarch64 arm riscv64 ppc64le s390x loongarch64"},
	{"action", 0, FILTERS_FIELD + QUERY_ACTION, "NAME", "decided so by the filter",
		"kill_process kill_thread trap errno user_notif trace log unknown"},
	{"outcome", 0, FILTERS_FIELD + QUERY_OUTCOME, "NAME", "that ended so",
		"killed signalled denied notified traced executed unknown"},
	{"exe", 0, FILTERS_FIELD + QUERY_EXE, "PATH", "of that program; a trailing * stands for any rest", NULL},
	{"comm", 0, FILTERS_FIELD + QUERY_COMM, "NAME", "of threads of that name; a trailing * stands for any rest", NULL},
	{"pid", 0, FILTERS_FIELD + QUERY_PID, "PID", "of that process", NULL},
	{"uid", 0, FILTERS_FIELD + QUERY_UID, "USER", "of that user: a number, or a name on this machine", NULL},
	{"host", 0, FILTERS_FIELD + QUERY_HOST, "NAME", "of that host", NULL},
	{"text", 0, FILTERS_FIELD + QUERY_TEXT, "WORDS", "in which each word stands somewhere: a program, a call, a container's "
		"name or image, a unit, …, in capitals or not", NULL},
	{0},
};

const struct option_row filters_format[] = {
	{"format", 0, FILTERS_FORMAT, "FORMAT", "table (default), json (one document), jsonl (an object a line) or csv",
		"table json jsonl csv"},
	{0},
};

const struct option_row filters_listing[] = {
	{"limit", 0, FILTERS_LIMIT, "N", "at most N rows, the newest; 0 for all (default: 1000)", NULL},
	{"order", 0, FILTERS_ORDER, "ORDER", "asc: the newest last (default), or desc", "asc desc"},
	{"output", 'o', FILTERS_OUTPUT, "FILE", "write to FILE, which appears when it is whole", NULL},
	{0},
};

void filters_init(struct filters *f)
{
	*f = (struct filters){.filter = QUERY_FILTER_ANY, .now = clock_now(), .limit = FILTERS_LIMIT_DEFAULT};
}

void filters_free(struct filters *f)
{
	query_filter_free(&f->filter);
	free(f->output);
}

static int take_format(struct filters *f, const char *value, struct text *why)
{
	int format = render_format_from_name(span_from(value));

	if (format < 0 || format > RENDER_CSV) {
		text_printf(why, "--format takes table, json, jsonl or csv, not \"%s\"", value);
		return -EINVAL;
	}
	f->format = (enum render_format)format;
	return 0;
}

static int take_limit(struct filters *f, const char *value, struct text *why)
{
	if (text_to_u64(span_from(value), INT64_MAX, &f->limit) == 0)
		return 0;
	text_printf(why, "--limit takes a number of rows, or 0 for all, not \"%s\"", value);
	return -EINVAL;
}

static int take_order(struct filters *f, const char *value, struct text *why)
{
	f->ordered = true;
	f->descending = strcmp(value, "desc") == 0;
	if (f->descending || strcmp(value, "asc") == 0)
		return 0;
	text_printf(why, "--order takes asc or desc, not \"%s\"", value);
	return -EINVAL;
}

static int take_output(struct filters *f, const char *value)
{
	free(f->output);
	f->output = strdup(value);
	return f->output ? 0 : -ENOMEM;
}

int filters_take(struct filters *f, const struct option_row *row, const char *value, struct text *why)
{
	switch (row->id) {
	case FILTERS_SINCE:
	case FILTERS_UNTIL:
		return query_filter_time(&f->filter, row->id == FILTERS_UNTIL, span_from(value), f->now, why);
	case FILTERS_FORMAT:
		return take_format(f, value, why);
	case FILTERS_LIMIT:
		return take_limit(f, value, why);
	case FILTERS_ORDER:
		return take_order(f, value, why);
	case FILTERS_OUTPUT:
		return take_output(f, value);
	default:
		if (row->id < FILTERS_FIELD || row->id >= FILTERS_FIELD + QUERY_FIELD_FILTERS)
			return -ENOENT;
		return query_filter_add(&f->filter, (enum query_field)(row->id - FILTERS_FIELD), span_from(value), why);
	}
}

int filters_open(const struct cmd_line *line, const struct filters *f, struct query **ret)
{
	CLEANUP(query_close_p) struct query *q = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *path = NULL;

	if (query_filter_check(&f->filter, &why) < 0)
		return cmd_usage(line, "%s", why.data);
	path = cmd_db_path(line);
	if (!path || query_open(&q, path, &why) < 0) {
		log_error("%s", why.len ? why.data : "out of memory");
		return CMD_FAILED;
	}
	if (query_filter_resolve(q, &f->filter, &why) < 0)
		return cmd_usage(line, "%s", why.data);
	*ret = TAKE(q);
	return CMD_DONE;
}

void filters_explain_nothing(struct query *q)
{
	struct query_status s;
	char oldest[CLOCK_TEXT_MAX] = "", newest[CLOCK_TEXT_MAX] = "", alive[CLOCK_TEXT_MAX] = "never";

	if (query_status(q, &s) < 0)
		return;
	if (s.events > 0) {
		clock_format_local(s.oldest, oldest);
		clock_format_local(s.newest, newest);
		log_info("no event matches; %" PRIu64 " are stored, from %s to %s", s.events, oldest, newest);
	} else {
		log_info("no event is stored");
	}
	if (s.alive != CLOCK_NONE)
		clock_format_local(s.alive, alive);
	if (!s.running)
		log_info("nobody is watching: no collector is running (last seen: %s), so this does not mean that nothing "
			 "happens; `seccompwatch run` starts one",
			alive);
	else if (s.events == 0)
		log_info("a collector is running; `seccompwatch doctor` tells which denials the kernel does not report");
}

int filters_fail(const struct cmd_line *line, struct query *q, int error)
{
	const char *detail = q ? query_error(q) : "";

	if (error == -EPIPE)
		return CMD_DONE;
	if (error == -ESTALE)
		log_error("%s: the database was replaced meanwhile: try again", line->cmd->name);
	else
		log_error("%s: %s%s%s", line->cmd->name, strerror(-error), *detail ? ": " : "", detail);
	return CMD_FAILED;
}
