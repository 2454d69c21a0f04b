/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "cmd.h"
#include "seccompwatch/check.h"
#include "seccompwatch/clock.h"
#include "seccompwatch/query.h"

enum {
	DOCTOR_FORMAT,
};

static const struct option_row doctor_options[] = {
	{"format", 0, DOCTOR_FORMAT, "FORMAT", "table (default) or json", "table json"},
	{0},
};

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	bool *json = data;

	*json = strcmp(value, "json") == 0;
	if (*json || strcmp(value, "table") == 0)
		return 0;
	text_printf(why, "--format takes table or json, not \"%s\"", value);
	return -EINVAL;
}

/* Not running is no fault of the host's: whoever looks before the start shall not be told that all is broken. */
static void check_collector(const char *db, struct check *ret)
{
	CLEANUP(query_close_p) struct query *q = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query_status status;
	char since[CLOCK_TEXT_MAX];
	int r;

	*ret = (struct check){.id = "collector"};
	r = query_open(&q, db, &why);
	if (r < 0 || query_status(q, &status) < 0) {
		text_add_str(&ret->detail, why.len ? why.data : "the database cannot be read");
		text_add_str(&ret->remedy, r == -ENOENT ? "start it: seccompwatch run" : "");
		return;
	}
	ret->ok = status.running;
	if (!status.running) {
		text_add_str(&ret->detail, "no collector is running: what happens now is not recorded");
		text_add_str(&ret->remedy, "start it: seccompwatch run");
		return;
	}
	clock_format_local(status.since, since);
	text_printf(&ret->detail, "collecting since %s (pid %" PRId32 ")", since, status.pid);
}

/* What the collector that runs found out; before one runs there is nothing to say. */
static bool check_processes(const char *db, struct check *ret)
{
	CLEANUP(query_close_p) struct query *q = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query_status status;

	if (query_open(&q, db, &why) < 0 || query_status(q, &status) < 0 || !status.running || !status.processes.told)
		return false;
	*ret = (struct check){.id = "process_events", .ok = status.processes.watching};
	if (!ret->ok) {
		text_add_str(&ret->detail, "the collector asks /proc alone whose a process was: those that are killed are often "
					   "gone first (");
		text_add_terminal(&ret->detail, span_from(status.processes.why));
		text_add_char(&ret->detail, ')');
		text_add_str(&ret->remedy, "give the collector CAP_NET_ADMIN, in the host's network and user namespaces");
		return true;
	}
	text_printf(&ret->detail, "the collector hears of every process%s; it remembers %" PRIu64,
		status.processes.moves ? " and of moves between cgroups" : ", but not of moves between cgroups",
		status.processes.kept);
	if (status.processes.lost > 0)
		text_printf(&ret->detail, "; events were lost %" PRIu64 " times", status.processes.lost);
	return true;
}

static void print_table(const struct check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct check *c = &checks[i];

		printf("%-9s %-18s %s\n", c->ok ? "ok" : c->hides ? "INVISIBLE" : "note", c->id,
			c->detail.data ? c->detail.data : "");
		if (c->remedy.len)
			printf("%-9s %-18s   -> %s\n", "", "", c->remedy.data);
	}
}

static json_t *check_json(const struct check *c)
{
	return json_pack("{s:s, s:b, s:s, s:s?}", "id", c->id, "ok", c->ok, "detail", c->detail.data ? c->detail.data : "",
		"remedy", c->remedy.len ? c->remedy.data : NULL);
}

static int print_json(const struct check *checks, size_t n)
{
	json_t *host = json_array(), *all;
	int r = 0;

	for (size_t i = 0; i < n; i++)
		r |= json_array_append_new(host, check_json(&checks[i]));
	all = json_pack("{s:o, s:[]}", "host", host, "containers");
	if (!all || r < 0 || json_dumpf(all, stdout, JSON_INDENT(2)) < 0)
		r = -ENOMEM;
	putchar('\n');
	json_decref(all);
	return r;
}

static int run(struct cmd_line *line)
{
	struct check checks[CHECK_MAX + 2];
	CLEANUP_FREE char *db = NULL;
	bool json = false, hidden = false;
	int status, r = 0;
	size_t n;

	if (cmd_parse(line, take, &json, &status) < 0)
		return status;
	db = cmd_db_path(line);
	if (!db)
		return CMD_FAILED;
	n = check_host(checks);
	check_collector(db, &checks[n++]);
	n += check_processes(db, &checks[n]);
	if (json)
		r = print_json(checks, n);
	else
		print_table(checks, n);
	for (size_t i = 0; i < n; i++) {
		hidden |= checks[i].hides;
		check_free(&checks[i]);
	}
	return r < 0 ? CMD_FAILED : hidden ? CMD_INVISIBLE : CMD_DONE;
}

static const struct option_row *const options[] = {doctor_options, NULL};

const struct cmd cmd_doctor = {
	.name = "doctor",
	.summary = "tell what of the kernel's records can be seen here, and what cannot",
	.text = "Checks the way of a record from the filter to the database: capabilities and namespaces, which actions the "
		"kernel records, audit rules and limits, the queue, and whether a collector runs. Changes nothing.\n\n"
		"Exits with 3 when violations are invisible.",
	.options = options,
	.run = run,
};
