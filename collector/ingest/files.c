/* SPDX-License-Identifier: MIT */
/* files: the reader. Each line is looked at just enough to know that it is none of ours; see files_internal.h
 * for the stages that the others go through. */
#include <fcntl.h>
#include <sys/stat.h>

#include "files_internal.h"

/* Serials of recent events: a SYSCALL record follows its SECCOMP record closely. */
#define RECENT 1024

struct reader {
	const struct files_options *options;
	int64_t now; /* of the text: what dates without a year are near to */
	struct files_counts *counts;
	struct files_input *in;
	struct files_hosts hosts;
	struct files_twins *twins;
	struct files_entry entry;
	uint64_t line;    /* the number of the line that was read last */
	bool after_record; /* the last line ended one */
	bool in_syslog;    /* the last line that was not indented had a syslog prefix */
	struct {
		int64_t time;
		uint32_t serial;
		bool used;
	} recent[RECENT];
	struct files_fold fold;
	struct event event, released;
};

/* ---- handing out ---- */

static int hand_out_event(struct reader *r, enum files_kind kind, struct event *ev, const struct files_origin *from)
{
	struct files_item item = {.kind = kind, .line = from->line, .event = ev, .is_foreign = from->is_foreign};

	if (kind == FILES_TWIN)
		r->counts->twins++;
	else
		r->counts->events++;
	return r->options->on_item(r->options->data, &item);
}

static int hand_out_malformed(struct reader *r, struct span text, uint64_t line, const char *why)
{
	struct files_item item = {.kind = FILES_MALFORMED, .line = line, .why = why, .text = text};

	r->counts->malformed++;
	return r->options->on_item(r->options->data, &item);
}

static void remember(struct reader *r, const struct event *ev)
{
	size_t at = ev->serial % RECENT;

	if (!ev->has_serial)
		return;
	r->recent[at].time = ev->time;
	r->recent[at].serial = ev->serial;
	r->recent[at].used = true;
}

static struct span node_of(struct span line)
{
	const char *blank = memchr(line.data, ' ', line.len);
	size_t key = strlen("node=");

	if (!blank || !span_starts(line, SPAN("node=")))
		return (struct span){0};
	return (struct span){line.data + key, (size_t)(blank - line.data) - key};
}

static int amend(struct reader *r, struct span line)
{
	struct record_amend found;
	struct files_item item = {.kind = FILES_AMEND, .line = r->line, .amend = &found};
	size_t at;

	r->counts->other++;
	if (record_parse_amend(line, 0, &found) != 0)
		return 0;
	item.node = node_of(line);
	at = found.serial % RECENT;
	if (!r->recent[at].used || r->recent[at].serial != found.serial || r->recent[at].time != found.time)
		return 0;
	return r->options->on_item(r->options->data, &item);
}

static int release(struct reader *r, int64_t text_time)
{
	struct files_origin from;

	while (files_twins_release(r->twins, text_time, &r->released, &from)) {
		int e = hand_out_event(r, FILES_EVENT, &r->released, &from);

		if (e != 0)
			return e;
	}
	return 0;
}

static int offer(struct reader *r, const struct files_origin *from)
{
	struct files_origin twin;
	int e = release(r, r->event.text_time);

	if (e != 0)
		return e;
	switch (files_twins_offer(r->twins, &r->event, from, &twin)) {
	case FILES_TWIN_HELD:
		return 0;
	case FILES_TWIN_SECOND:
		return hand_out_event(r, FILES_TWIN, &r->event, from);
	case FILES_TWIN_OF_HELD:
		e = hand_out_event(r, FILES_EVENT, &r->event, from);
		return e ? e : hand_out_event(r, FILES_TWIN, &r->event, &twin);
	case FILES_TWIN_NONE:
		break;
	}
	return hand_out_event(r, FILES_EVENT, &r->event, from);
}

static int hand_out(struct reader *r, const struct files_origin *from)
{
	remember(r, &r->event);
	if (r->event.text_time == CLOCK_NONE)
		return hand_out_event(r, FILES_EVENT, &r->event, from);
	return offer(r, from);
}

/* ---- text ---- */

/* Files without a known host per line give none; and only a mix of them makes the prefix worth more than what
 * the user says about the file. */
static bool is_foreign(struct reader *r)
{
	struct span host = event_span(&r->event, r->event.prefix_host);

	if (!event_has(r->event.prefix_host))
		return false;
	files_hosts_add(&r->hosts, host);
	return r->hosts.is_mixed;
}

static int parse(struct reader *r, struct span text, const char **why)
{
	struct record_context context = {r->now, CLOCK_NONE, EVENT_SOURCE_KMSG};

	if (text.len <= FILES_RECORD_MAX)
		return record_parse(text, &context, &r->event, why);
	*why = "longer than any record";
	text.len = FILES_RECORD_MAX;
	return record_parse(text, &context, &r->event, NULL) == RECORD_E_OTHER ? RECORD_E_OTHER : RECORD_E_MALFORMED;
}

static int settle(struct reader *r, int outcome, struct span text, uint64_t line, const char *why)
{
	struct files_origin from = {line, false};

	if (outcome == RECORD_E_OTHER) {
		r->counts->other++;
		return 0;
	}
	if (outcome == RECORD_E_MALFORMED)
		return hand_out_malformed(r, text, line, why);
	from.is_foreign = is_foreign(r);
	r->after_record = true;
	return hand_out(r, &from);
}

/* The pending record has all the lines it will get. */
static int finish_fold(struct reader *r)
{
	struct span text = files_fold_text(&r->fold);
	const char *why = NULL;
	int outcome;

	if (text.len == 0)
		return 0;
	outcome = parse(r, text, &why);
	r->fold.len = 0;
	return settle(r, outcome, text, r->fold.line, why);
}

static int extend_fold(struct reader *r)
{
	struct span text = files_fold_text(&r->fold);
	const char *why = NULL;
	int outcome = parse(r, text, &why);

	r->fold.is_event = outcome == 0;
	if (files_fold_wants_more(text, outcome, &r->event))
		return 0;
	return finish_fold(r);
}

static int read_record(struct reader *r, struct span line)
{
	const char *why = NULL;
	int outcome = parse(r, line, &why);

	if (files_fold_wants_more(line, outcome, &r->event)) {
		files_fold_begin(&r->fold, line, r->line);
		r->fold.is_event = outcome == 0;
		return 0;
	}
	if (outcome == RECORD_E_OTHER && span_starts(line, SPAN("node=")))
		return amend(r, line);
	return settle(r, outcome, line, r->line, why);
}

enum line_class {
	LINE_TEXT,   /* anything but auditd's own form */
	LINE_RECORD,
	LINE_SYSCALL,
	LINE_OTHER,
};

/* The one question asked of every line of an audit.log. */
static enum line_class classify(struct span line)
{
	static const struct {
		struct span head;
		enum line_class class;
	} heads[] = {
		{SPAN("type=SECCOMP "), LINE_RECORD}, {SPAN("type=SYSCALL "), LINE_SYSCALL},
		{SPAN("type=ANOM_ABEND "), LINE_RECORD}, {SPAN("type=1"), LINE_RECORD},
	};

	if (!span_starts(line, SPAN("type=")))
		return LINE_TEXT;
	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (span_starts(line, heads[i].head))
			return heads[i].class;
	return LINE_OTHER;
}

/* journalctl indents the further lines of a message, which any program may have written: no record begins there. */
static bool is_within_message(struct reader *r, struct span line)
{
	if (line.data[0] == ' ' || line.data[0] == '\t')
		return r->in_syslog;
	r->in_syslog = files_hosts_is_syslog(line);
	return false;
}

static int read_text(struct reader *r, struct span line)
{
	enum line_class class = classify(line);

	if (r->fold.len > 0) {
		int e = 0;

		if (files_fold_append(&r->fold, line))
			return extend_fold(r);
		e = finish_fold(r);
		if (e != 0)
			return e;
	}
	if (class == LINE_TEXT && r->after_record && files_fold_is_trailer(line))
		return 0;
	r->after_record = false;
	if (class == LINE_TEXT && is_within_message(r, line))
		class = LINE_OTHER;
	if (class == LINE_SYSCALL)
		return amend(r, line);
	if (class == LINE_OTHER) {
		r->counts->other++;
		return 0;
	}
	return read_record(r, line);
}

/* ---- journal entries ---- */

static int read_entry(struct reader *r, int outcome, uint64_t line, const char *why)
{
	const char *machine_id = r->options->machine_id;
	struct files_origin from = {line, machine_id && r->entry.machine_id[0] && strcmp(machine_id, r->entry.machine_id) != 0};

	if (outcome == 0)
		outcome = files_entry_parse(&r->entry, r->now, &r->event, &why);
	if (outcome == RECORD_E_OTHER)
		r->counts->other++;
	else if (outcome == RECORD_E_MALFORMED)
		return hand_out_malformed(r, text_span(&r->entry.message), line, why);
	return outcome == 0 ? hand_out(r, &from) : 0;
}

static int read_export(struct reader *r, struct files_line *line)
{
	uint64_t first = r->line;
	int outcome = files_entry_from_export(&r->entry, r->in, line, &r->line);

	if (outcome < 0)
		return outcome;
	return read_entry(r, outcome, first, "not a journal entry");
}

static bool is_empty(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.data[i] != ' ' && line.data[i] != '\t')
			return false;
	return true;
}

static int read_line(struct reader *r, struct files_line *line)
{
	int e;

	if (files_entry_is_export(line->text) || files_entry_is_json(line->text)) {
		e = finish_fold(r);
		if (e != 0)
			return e;
		if (files_entry_is_export(line->text))
			return read_export(r, line);
		return read_entry(r, files_entry_from_json(&r->entry, line->text), r->line, "not valid JSON");
	}
	if (is_empty(line->text))
		return finish_fold(r);
	return read_text(r, line->text);
}

/* ---- the whole input ---- */

#define PROGRESS_LINES 4096

static void progress(struct reader *r)
{
	if (r->options->on_progress && r->line % PROGRESS_LINES == 0)
		r->options->on_progress(r->options->data, files_input_done(r->in), files_input_total(r->in));
}

static int read_lines(struct reader *r)
{
	struct files_line line;
	int e, failed;

	while ((e = files_input_line(r->in, &line)) == 1) {
		r->line++;
		e = read_line(r, &line);
		if (e != 0)
			break;
		progress(r);
	}
	failed = finish_fold(r);
	if (failed == 0)
		failed = release(r, CLOCK_NONE);
	return e ? e : failed;
}

static void reader_free(struct reader *r)
{
	if (!r)
		return;
	files_input_close(r->in);
	files_twins_free(r->twins);
	files_entry_free(&r->entry);
	free(r);
}
DEFINE_CLEANUP(struct reader *, reader_free)

/* The time of reading, or when the file was last written: a kept log's dates without a year, and records without
 * any time, are older than that. */
static int64_t now_of(int fd, int64_t now)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_mtim.tv_sec <= 0)
		return now;
	return MIN(now, (int64_t)st.st_mtim.tv_sec * 1000);
}

/* `path` is not NULL for a regular file. */
static int read_all(int fd, const char *path, const struct files_options *options, struct files_counts *ret)
{
	CLEANUP(reader_free_p) struct reader *r = calloc(1, sizeof(*r));
	int e;

	if (!r) {
		close(fd);
		return -ENOMEM;
	}
	r->options = options;
	r->counts = ret;
	r->now = now_of(fd, options->now);
	e = files_input_open(fd, &r->in);
	if (e == 0)
		e = files_twins_new(&r->twins);
	if (e < 0)
		return e;
	files_hosts_look_ahead(&r->hosts, r->in, path);
	return read_lines(r);
}

int files_read_fd(int fd, const struct files_options *options, struct files_counts *ret)
{
	*ret = (struct files_counts){0};
	return read_all(fd, NULL, options, ret);
}

static int open_input(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : fd;
}

int files_read(const char *path, const struct files_options *options, struct files_counts *ret)
{
	struct stat st;
	int fd;

	*ret = (struct files_counts){0};
	if (strcmp(path, "-") == 0) {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		return fd < 0 ? -errno : read_all(fd, NULL, options, ret);
	}
	fd = open_input(path);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
		close(fd);
		return -EISDIR;
	}
	return read_all(fd, S_ISREG(st.st_mode) ? path : NULL, options, ret);
}
