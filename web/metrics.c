/* SPDX-License-Identifier: MIT */
/* Prometheus text, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). A table of metrics: each row
 * is documented where it is listed, and samples are written by its function. */
#include "handlers.h"
#include "params.h"

struct reading {
	struct text *to;
	const char *name;
	const struct web *web;
	bool up;                   /* the database could be read */
	struct query_status status;
	uint64_t by_outcome[EVENT_OUTCOME_N];
};

struct metric {
	const char *name, *type, *help;
	bool needs_database;
	void (*write)(const struct reading *r);
};

static void sample(const struct reading *r, const char *label, const char *value, uint64_t number)
{
	if (label)
		text_printf(r->to, "seccompwatch_%s{%s=\"%s\"} %llu\n", r->name, label, value,
			(unsigned long long)number);
	else
		text_printf(r->to, "seccompwatch_%s %llu\n", r->name, (unsigned long long)number);
}

static void seconds(const struct reading *r, int64_t ms)
{
	if (ms != CLOCK_NONE)
		text_printf(r->to, "seccompwatch_%s %lld.%03lld\n", r->name, (long long)ms / 1000, (long long)ms % 1000);
}

static void write_events(const struct reading *r)
{
	for (int outcome = 0; outcome < EVENT_OUTCOME_N; outcome++)
		sample(r, "outcome", event_outcome_name((enum event_outcome)outcome), r->by_outcome[outcome]);
}

static void write_attribution(const struct reading *r)
{
	for (int how = 0; how < EVENT_ATTRIBUTION_N; how++)
		sample(r, "how", event_attribution_name((enum event_attribution)how), r->status.attribution[how]);
}

static void write_losses(const struct reading *r)
{
	sample(r, "kind", "gap", r->status.lost_at_most);
	sample(r, "kind", "kernel_lost", r->status.kernel_lost);
	sample(r, "kind", "enobufs", r->status.enobufs);
	sample(r, "kind", "malformed", r->status.malformed);
	sample(r, "kind", "unwritten", r->status.unwritten);
}

static void write_gaps(const struct reading *r)
{
	sample(r, NULL, NULL, r->status.gaps);
}

static void write_collector_up(const struct reading *r)
{
	sample(r, NULL, NULL, r->status.running);
}

static void write_last_record(const struct reading *r)
{
	seconds(r, r->status.last_record);
}

static void write_newest(const struct reading *r)
{
	seconds(r, r->status.newest);
}

static void write_bytes(const struct reading *r)
{
	sample(r, NULL, NULL, r->status.bytes);
}

static void write_rows(const struct reading *r)
{
	sample(r, NULL, NULL, r->status.rows);
}

static void write_watching(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.running && r->status.processes.watching);
}

static void write_kept(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.processes.kept);
}

static void write_kept_bytes(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.processes.bytes);
}

static void write_evicted(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.processes.evicted);
}

static void write_heard(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.processes.events);
}

static void write_unheard(const struct reading *r)
{
	if (r->status.processes.told)
		sample(r, NULL, NULL, r->status.processes.lost);
}

static void write_database_up(const struct reading *r)
{
	sample(r, NULL, NULL, r->up);
}

static void write_requests(const struct reading *r)
{
	static const char *const classes[WEB_STATUS_CLASSES] = {NULL, NULL, "2xx", "3xx", "4xx", "5xx"};

	for (size_t i = 0; i < WEB_STATUS_CLASSES; i++)
		if (classes[i])
			sample(r, "status", classes[i], r->web->requests[i]);
}

static void write_connections(const struct reading *r)
{
	sample(r, NULL, NULL, r->web->connections);
}

static void write_cut(const struct reading *r)
{
	sample(r, NULL, NULL, r->web->connections_cut);
}

static void write_build(const struct reading *r)
{
	sample(r, "version", r->web->version, 1);
}

static const struct metric metrics[] = {
	{"events_total", "counter", "Violations stored, by outcome.", true, write_events},
	{"attributed_total", "counter", "Violations stored, by how their process was attributed.", true,
		write_attribution},
	{"lost_total", "counter",
		"Losses. gap: audit events of any type that never came, an upper bound for violations; kernel_lost: "
		"by the kernel's count; enobufs: overflows of the socket; malformed: unreadable records; "
		"unwritten: violations the database did not take.",
		true, write_losses},
	{"gaps_total", "counter", "Gaps in the audit serial numbers.", true, write_gaps},
	{"collector_up", "gauge", "1 when a collector is running.", true, write_collector_up},
	{"last_record_timestamp_seconds", "gauge", "When the collector last received an audit record.", true,
		write_last_record},
	{"newest_event_timestamp_seconds", "gauge", "The time of the newest violation stored.", true, write_newest},
	{"processes_watched", "gauge",
		"1 when the kernel's process events are read; 0: attribution is by /proc alone, so the dead are often not "
		"attributed.",
		true, write_watching},
	{"processes_kept", "gauge", "Processes the collector remembers, as of its last word (within a minute).", true,
		write_kept},
	{"processes_kept_bytes", "gauge", "Memory they take.", true, write_kept_bytes},
	{"processes_evicted_total", "counter", "Processes that memory did not hold, since the collector started.", true,
		write_evicted},
	{"process_events_total", "counter", "Process events heard of the kernel, since the collector started.", true,
		write_heard},
	{"process_events_lost_total", "counter", "Times that process events were lost, since the collector started.", true,
		write_unheard},
	{"database_bytes", "gauge", "Size of the database on disk.", true, write_bytes},
	{"database_rows", "gauge", "Rows of violations; identical ones of a second share a row.", true, write_rows},
	{"database_up", "gauge", "1 when the database can be read.", false, write_database_up},
	{"http_requests_total", "counter", "HTTP requests answered, by class of status.", false, write_requests},
	{"http_connections", "gauge", "HTTP connections that are open.", false, write_connections},
	{"http_connections_cut_total", "counter", "Connections ended by their deadline or to make room.", false,
		write_cut},
	{"build_info", "gauge", "The version of this program.", false, write_build},
};

static int add_outcome(void *data, const struct query_group *group)
{
	struct reading *r = data;

	for (int outcome = 0; outcome < EVENT_OUTCOME_N; outcome++)
		r->by_outcome[outcome] += group->by_outcome[outcome];
	return 0;
}

static void read_database(struct web *web, struct reading *r)
{
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query *q;
	int error;

	if (reader_get(web->reader, &q) < 0)
		return;
	error = query_status(q, &r->status);
	if (error == 0)
		error = query_summary(q, &any, NULL, 0, 0, add_outcome, r);
	r->up = error == 0;
	if (error < 0)
		reader_failed(web->reader, error);
}

/* A database that cannot be read is a sample too: the scrape itself succeeds. */
void metrics_text(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	struct reading r = {.to = &ans->body, .web = web};

	if (params_read(req, 0, 0, &params, ans) < 0)
		return;
	read_database(web, &r);
	ans->status = 200;
	ans->type = "text/plain; version=0.0.4; charset=utf-8";
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		if (metrics[i].needs_database && !r.up)
			continue;
		r.name = metrics[i].name;
		text_printf(r.to, "# HELP seccompwatch_%s %s\n# TYPE seccompwatch_%s %s\n", r.name, metrics[i].help,
			r.name, metrics[i].type);
		metrics[i].write(&r);
	}
}
