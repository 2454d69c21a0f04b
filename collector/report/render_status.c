/* SPDX-License-Identifier: MIT */
/* The status contract, and containers by themselves. */
#include <inttypes.h>

#include "render_cell.h"

/* A status and the program that reports it. */
struct status_row {
	const struct query_status *status;
	const char *version;
};

#define COLUMN(field, expression)                                                                            \
	static void get_##field(const void *data, struct render_cell *ret, unsigned index)                   \
	{                                                                                                    \
		const struct query_status *s UNUSED = ((const struct status_row *)data)->status;             \
                                                                                                             \
		expression;                                                                                  \
	}

static void version_cell(const void *data, struct render_cell *ret, unsigned index)
{
	render_text(ret, ((const struct status_row *)data)->version);
}

/* Of a collector that has stopped the number says nothing any more. */
static void pid_cell(const void *data, struct render_cell *ret, unsigned index)
{
	const struct query_status *s = ((const struct status_row *)data)->status;

	if (s->running)
		render_number(ret, s->pid);
	else
		render_null(ret);
}

/* What no collector has told is null. */
static void watch_bool(struct render_cell *ret, const struct query_status *s, bool value)
{
	if (s->processes.told)
		render_bool(ret, value);
	else
		render_null(ret);
}

static void watch_number(struct render_cell *ret, const struct query_status *s, uint64_t value)
{
	if (s->processes.told)
		render_number(ret, (int64_t)value);
	else
		render_null(ret);
}

COLUMN(running, render_bool(ret, s->running))
COLUMN(since, render_time(ret, s->running ? s->since : CLOCK_NONE))
COLUMN(last_record, render_time(ret, s->last_record))
COLUMN(path, render_text(ret, s->path))
COLUMN(bytes, render_number(ret, (int64_t)s->bytes))
COLUMN(events, render_number(ret, (int64_t)s->events))
COLUMN(rows, render_number(ret, (int64_t)s->rows))
COLUMN(oldest, render_time(ret, s->oldest))
COLUMN(newest, render_time(ret, s->newest))
COLUMN(gaps, render_number(ret, (int64_t)s->gaps))
COLUMN(lost_at_most, render_number(ret, (int64_t)s->lost_at_most))
COLUMN(kernel_lost, render_number(ret, (int64_t)s->kernel_lost))
COLUMN(enobufs, render_number(ret, (int64_t)s->enobufs))
COLUMN(malformed, render_number(ret, (int64_t)s->malformed))
COLUMN(unwritten, render_number(ret, (int64_t)s->unwritten))
COLUMN(watching, watch_bool(ret, s, s->processes.watching))
COLUMN(moves, watch_bool(ret, s, s->processes.moves))
COLUMN(kept, watch_number(ret, s, s->processes.kept))
COLUMN(kept_bytes, watch_number(ret, s, s->processes.bytes))
COLUMN(evicted, watch_number(ret, s, s->processes.evicted))
COLUMN(heard, watch_number(ret, s, s->processes.events))
COLUMN(unheard, watch_number(ret, s, s->processes.lost))
COLUMN(why, render_text(ret, s->processes.why[0] ? s->processes.why : NULL))
COLUMN(live, render_number(ret, (int64_t)s->attribution[EVENT_ATTRIBUTION_LIVE]))
COLUMN(cached, render_number(ret, (int64_t)s->attribution[EVENT_ATTRIBUTION_CACHED]))
COLUMN(probe, render_number(ret, (int64_t)s->attribution[EVENT_ATTRIBUTION_PROBE]))
COLUMN(file, render_number(ret, (int64_t)s->attribution[EVENT_ATTRIBUTION_FILE]))
COLUMN(none, render_number(ret, (int64_t)s->attribution[EVENT_ATTRIBUTION_NONE]))

static const struct render_column status_columns[] = {
	{NULL, "version", version_cell},
	{"collector", "running", get_running},
	{"collector", "pid", pid_cell},
	{"collector", "since", get_since},
	{"collector", "last_record", get_last_record},
	{"database", "path", get_path},
	{"database", "bytes", get_bytes},
	{"database", "events", get_events},
	{"database", "rows", get_rows},
	{"database", "oldest", get_oldest},
	{"database", "newest", get_newest},
	{"loss", "gaps", get_gaps},
	{"loss", "lost_at_most", get_lost_at_most},
	{"loss", "kernel_lost", get_kernel_lost},
	{"loss", "enobufs", get_enobufs},
	{"loss", "malformed", get_malformed},
	{"loss", "unwritten", get_unwritten},
	{"attribution", "live", get_live},
	{"attribution", "cached", get_cached},
	{"attribution", "probe", get_probe},
	{"attribution", "file", get_file},
	{"attribution", "none", get_none},
	{"processes", "watching", get_watching},
	{"processes", "moves", get_moves},
	{"processes", "kept", get_kept},
	{"processes", "bytes", get_kept_bytes},
	{"processes", "evicted", get_evicted},
	{"processes", "events", get_heard},
	{"processes", "lost", get_unheard},
	{"processes", "why", get_why},
	{0},
};

json_t *render_status_json(const struct query_status *status, const char *version)
{
	return render_columns_json(status_columns, &(struct status_row){status, version});
}

void render_status_add_json(const struct query_status *status, const char *version, struct text *to)
{
	render_columns_add_json(status_columns, &(struct status_row){status, version}, to);
}

void render_status_add_csv(const struct query_status *status, const char *version, struct text *to)
{
	render_columns_add_csv_head(status_columns, to);
	render_columns_add_csv(status_columns, &(struct status_row){status, version}, to);
}

/* ---- for people ---- */

static void add_time(struct text *to, const char *label, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	if (ms == CLOCK_NONE)
		return;
	clock_format_local(ms, text);
	text_printf(to, "%s%s", label, text);
}

static void add_collector(const struct query_status *s, struct text *to)
{
	text_add_str(to, "collector    ");
	if (s->running) {
		text_printf(to, "running (pid %d)", s->pid);
		add_time(to, " since ", s->since);
	} else if (s->alive != CLOCK_NONE) {
		text_add_str(to, "NOT RUNNING: what happens now is not recorded");
		add_time(to, "; last seen ", s->alive);
	} else {
		text_add_str(to, "NOT RUNNING: none has ever written here");
	}
	add_time(to, "\nlast record  ", s->last_record);
	text_add_char(to, '\n');
}

static void add_database(const struct query_status *s, struct text *to)
{
	text_add_str(to, "database     ");
	text_add_terminal(to, span_from(s->path));
	text_printf(to, " (%.1f MiB)\nevents       %" PRIu64 " in %" PRIu64 " rows", (double)s->bytes / 1048576, s->events,
		s->rows);
	add_time(to, ", from ", s->oldest);
	add_time(to, " to ", s->newest);
	text_add_char(to, '\n');
}

/* Only what there is, so that "nothing" stands out and so does anything else. */
static void add_loss(const struct query_status *s, struct text *to)
{
	const struct {
		uint64_t n;
		const char *before, *after;
	} losses[] = {{s->lost_at_most, "at most ", " violations in gaps"}, {s->kernel_lost, "", " audit records by the kernel"},
		{s->unwritten, "", " not written"}, {s->malformed, "", " malformed"},
		{s->enobufs, "", " overflows of the receive buffer"}};
	const char *comma = "";

	text_add_str(to, "lost         ");
	for (size_t i = 0; i < ARRAY_SIZE(losses); i++) {
		if (losses[i].n == 0)
			continue;
		text_printf(to, "%s%s%" PRIu64 "%s", comma, losses[i].before, losses[i].n, losses[i].after);
		comma = ", ";
	}
	text_add_str(to, *comma ? "\n" : "nothing\n");
}

static void add_processes(const struct query_status *s, struct text *to)
{
	const struct query_watching *p = &s->processes;

	if (!p->told)
		return;
	text_add_str(to, "processes    ");
	if (!p->watching) {
		text_add_str(to, "asked of /proc alone, so those that are killed are often gone first: ");
		text_add_terminal(to, span_from(p->why));
		text_add_char(to, '\n');
		return;
	}
	text_printf(to, "%" PRIu64 " kept in %.1f MiB, %" PRIu64 " evicted; %" PRIu64 " events heard, lost %" PRIu64 " %s\n",
		p->kept, (double)p->bytes / 1048576, p->evicted, p->events, p->lost, p->lost == 1 ? "time" : "times");
	if (!p->moves)
		text_add_str(to, "             moves between cgroups are not seen: fewer of the dead are attributed\n");
}

void render_status_add_text(const struct query_status *status, const char *version, struct text *to)
{
	const uint64_t *by = status->attribution;

	text_printf(to, "seccompwatch %s\n", version);
	add_collector(status, to);
	add_database(status, to);
	add_loss(status, to);
	text_printf(to,
		"attribution  %" PRIu64 " live, %" PRIu64 " cached, %" PRIu64 " probe, %" PRIu64 " file, %" PRIu64 " none\n",
		by[EVENT_ATTRIBUTION_LIVE], by[EVENT_ATTRIBUTION_CACHED], by[EVENT_ATTRIBUTION_PROBE], by[EVENT_ATTRIBUTION_FILE],
		by[EVENT_ATTRIBUTION_NONE]);
	add_processes(status, to);
}

/* ---- containers ---- */

#undef COLUMN
#define COLUMN(field, expression)                                                                            \
	static void get_container_##field(const void *data, struct render_cell *ret, unsigned index)         \
	{                                                                                                    \
		const struct query_container *in = data;                                                     \
                                                                                                             \
		render_text(ret, expression);                                                                \
	}

COLUMN(id, in->id)
COLUMN(runtime, event_runtime_name(in->runtime))
COLUMN(name, in->name)
COLUMN(image, in->image)
COLUMN(pod, in->pod)
COLUMN(namespace, in->namespace)
COLUMN(pod_uid, in->pod_uid)
COLUMN(host, in->host)
COLUMN(outer, in->outer)

static const struct render_column container_columns[] = {
	{NULL, "id", get_container_id},
	{NULL, "runtime", get_container_runtime},
	{NULL, "name", get_container_name},
	{NULL, "image", get_container_image},
	{NULL, "pod", get_container_pod},
	{NULL, "namespace", get_container_namespace},
	{NULL, "pod_uid", get_container_pod_uid},
	{NULL, "host", get_container_host},
	{NULL, "outer", get_container_outer},
	{0},
};

/* Labels are a document of their own. */
json_t *render_container_json(const struct query_container *container)
{
	json_t *json = render_columns_json(container_columns, container);
	json_t *labels = container->labels ? json_loads(container->labels, 0, NULL) : NULL;

	if (json && json_object_set_new(json, "labels", json_is_object(labels) ? json_incref(labels) : json_object()) < 0) {
		json_decref(json);
		json = NULL;
	}
	json_decref(labels);
	return json;
}
