/* SPDX-License-Identifier: MIT */
/* import: files → reader → batch → store. In short transactions, so that a running collector is not stalled. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "cmd.h"
#include "import_progress.h"
#include "seccompwatch/batch.h"
#include "seccompwatch/files.h"
#include "seccompwatch/log.h"
#include "seccompwatch/names.h"
#include "seccompwatch/store.h"

#define BATCH_ROWS      65536
#define MALFORMED_SHOWN 5
#define BUSY_LIMIT_MS   60000
#define BUSY_PAUSE_MS   50
#define HOST_MAX        255

struct totals {
	uint64_t read, stored, duplicate, malformed, other;
};

struct import {
	char *host; /* --host */
	char own_host[HOST_MAX + 1];
	char machine_id[40];
	struct store *store;
	struct batch *batch;
	struct import_progress progress;
	struct totals totals;
	uint64_t shown; /* malformed lines */
	int failed;     /* the store's error, which ends the import */
	/* of the file that is being read: */
	const char *path;
	uint64_t file_stored, unnamed;
	int64_t first, last;
};

static void import_free(struct import *im)
{
	free(im->host);
	batch_free(im->batch);
	store_close(im->store);
}

/* ---- to the store ---- */

static int write_batch(struct import *im, struct store_result *ret)
{
	int64_t limit = clock_monotonic() + BUSY_LIMIT_MS;
	int r;

	while ((r = store_write(im->store, im->batch, ret)) == -EBUSY && clock_monotonic() < limit)
		usleep(BUSY_PAUSE_MS * 1000);
	return r;
}

static int flush_batch(struct import *im)
{
	struct store_result result = {0};
	int r;

	if (batch_is_empty(im->batch))
		return 0;
	r = write_batch(im, &result);
	if (r < 0) {
		import_progress_clear(&im->progress);
		log_error("cannot write the database: %s", store_error(im->store));
		im->failed = r;
		return r;
	}
	im->file_stored += result.stored;
	im->totals.stored += result.stored;
	im->totals.duplicate += result.duplicates;
	batch_reset(im->batch);
	return 0;
}

/* ---- from the reader ---- */

/* "web1" and "web1.example.org" are one machine's names. */
static bool is_own(const struct import *im, struct span host)
{
	const char *dot = memchr(host.data, '.', host.len);
	struct span brief = {host.data, dot ? (size_t)(dot - host.data) : host.len};
	size_t own = strcspn(im->own_host, ".");

	return span_equal(host, span_from(im->own_host)) || span_equal(brief, (struct span){im->own_host, own});
}

/* --host, else what the text says of a foreign machine, else this one. A node= of the record goes before all. */
static int set_host(struct import *im, struct span host)
{
	CLEANUP_TEXT struct text name = TEXT_EMPTY;

	if (im->host)
		return batch_set_host(im->batch, im->host);
	if (host.len == 0 || is_own(im, host))
		return batch_set_host(im->batch, NULL);
	text_add_escaped(&name, (struct span){host.data, MIN(host.len, (size_t)HOST_MAX)});
	return name.failed ? -ENOMEM : batch_set_host(im->batch, name.data);
}

static int put_event(struct import *im, const struct files_item *item)
{
	struct span host = item->is_foreign ? event_span(item->event, item->event->prefix_host) : (struct span){0};
	int r = set_host(im, host);

	return r ? r : batch_add(im->batch, item->event);
}

static int put_amend(struct import *im, const struct files_item *item)
{
	int r = set_host(im, item->node);

	return r ? r : batch_amend(im->batch, item->amend);
}

static int put_item(struct import *im, const struct files_item *item)
{
	return item->kind == FILES_AMEND ? put_amend(im, item) : put_event(im, item);
}

static int put(struct import *im, const struct files_item *item)
{
	int r = put_item(im, item);

	if (r != BATCH_E_FULL)
		return r;
	r = flush_batch(im);
	return r ? r : put_item(im, item);
}

static void show_malformed(struct import *im, const struct files_item *item, const char *why)
{
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	im->shown++;
	if (im->shown > MALFORMED_SHOWN + 1)
		return;
	import_progress_clear(&im->progress);
	if (im->shown > MALFORMED_SHOWN) {
		log_warning("more malformed lines are counted, but not shown");
		return;
	}
	text_add_terminal(&shown, (struct span){item->text.data, MIN(item->text.len, (size_t)120)});
	log_warning("%s:%" PRIu64 ": %s: %s%s", im->path, item->line, why, shown.data ? shown.data : "",
		item->text.len > 120 ? "…" : "");
}

static void see_time(struct import *im, int64_t time)
{
	im->first = im->first == CLOCK_NONE ? time : MIN(im->first, time);
	im->last = im->last == CLOCK_NONE ? time : MAX(im->last, time);
}

static int on_event(struct import *im, const struct files_item *item)
{
	names_complete(item->event);
	if (item->event->syscall == EVENT_NO_SYSCALL) {
		im->unnamed++;
		show_malformed(im, item, "unknown name of a syscall");
		return 0;
	}
	see_time(im, item->event->time);
	return put(im, item);
}

static int on_item(void *data, const struct files_item *item)
{
	struct import *im = data;

	switch (item->kind) {
	case FILES_EVENT:
		return on_event(im, item);
	case FILES_AMEND:
		return put(im, item);
	case FILES_MALFORMED:
		show_malformed(im, item, item->why);
		return 0;
	case FILES_TWIN:
		break;
	}
	return 0;
}

static void on_progress(void *data, uint64_t done, uint64_t total)
{
	struct import *im = data;

	import_progress_draw(&im->progress, done, total);
}

/* ---- a file ---- */

static void add_counts(struct import *im, const struct files_counts *c)
{
	im->totals.read += c->events + c->twins + c->malformed + c->other;
	im->totals.duplicate += c->twins;
	im->totals.malformed += c->malformed + im->unnamed;
	im->totals.other += c->other;
}

/* Of a text that brought something new: otherwise its second import would count them again. */
static int store_malformed(struct import *im, uint64_t count)
{
	int r;

	if (count == 0 || im->file_stored == 0)
		return 0;
	r = set_host(im, (struct span){0});
	if (r == 0)
		r = batch_add_loss(im->batch, BATCH_LOSS_MALFORMED, im->first, im->last, count);
	return r ? r : flush_batch(im);
}

static void complain(struct import *im, int r)
{
	if (r == 0 || im->failed)
		return;
	if (r == -EISDIR)
		log_error("%s: is a directory; name the files in it", im->path);
	else if (r == -EBADMSG)
		log_error("%s: damaged or cut off; what came before was imported", im->path);
	else
		log_error("%s: %s", im->path, strerror(-r));
}

static int import_file(struct import *im, const char *path, int64_t now)
{
	struct files_options options = {.now = now, .machine_id = im->machine_id, .on_item = on_item,
		.on_progress = on_progress, .data = im};
	struct files_counts counts;
	int r, written;

	im->path = path;
	im->file_stored = im->unnamed = 0;
	im->first = im->last = CLOCK_NONE;
	batch_start_text(im->batch);
	import_progress_file(&im->progress, path);
	r = files_read(path, &options, &counts);
	written = im->failed ? im->failed : flush_batch(im);
	if (written == 0)
		written = store_malformed(im, counts.malformed + im->unnamed);
	import_progress_clear(&im->progress);
	add_counts(im, &counts);
	complain(im, r);
	return r ? r : written;
}

/* ---- the command ---- */

enum {
	IMPORT_HOST,
};

static const struct option_row import_options[] = {
	{"host", 0, IMPORT_HOST, "NAME", "whose records these are, where they do not say (default: this machine's)", NULL},
	{0},
};

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct import *im = data;
	struct span name = span_from(value);

	if (name.len == 0 || name.len > HOST_MAX || !text_is_utf8(name)) {
		text_printf(why, "--%s takes a name of 1 to %d bytes", row->name, HOST_MAX);
		return -EINVAL;
	}
	free(im->host);
	im->host = strdup(value);
	return im->host ? 0 : -ENOMEM;
}

static void read_machine_id(char *ret, size_t size)
{
	CLEANUP_CLOSE int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static int open_store(struct import *im, struct cmd_line *line)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *db = cmd_db_path(line);
	struct store_options options = {.path = db, .role = STORE_IMPORT};
	int r = db ? store_open(&im->store, &options, &why) : -ENOMEM;

	if (r == 0)
		r = batch_new(BATCH_ROWS, &im->batch);
	if (r < 0)
		log_error("%s", why.len ? why.data : strerror(-r));
	return r;
}

static int import_all(struct import *im, const struct cmd_line *line)
{
	int64_t now = clock_now();
	int failed = 0;

	gethostname(im->own_host, sizeof(im->own_host) - 1);
	read_machine_id(im->machine_id, sizeof(im->machine_id));
	import_progress_init(&im->progress);
	for (size_t i = 0; i < line->n_operands && !im->failed; i++)
		if (import_file(im, line->operands[i], now) < 0)
			failed = -1;
	return failed;
}

static int print_totals(const struct totals *t)
{
	printf("%" PRIu64 " read, %" PRIu64 " stored, %" PRIu64 " duplicate, %" PRIu64 " malformed, %" PRIu64 " other\n",
		t->read, t->stored, t->duplicate, t->malformed, t->other);
	if (fflush(stdout) == 0)
		return 0;
	log_error("cannot write to standard output: %s", strerror(errno));
	return -1;
}

static int run(struct cmd_line *line)
{
	CLEANUP(import_free) struct import im = {0};
	int status, failed;

	if (cmd_parse(line, take, &im, &status) < 0)
		return status;
	if (line->n_operands == 0)
		return cmd_usage(line, "name the files to import, or - for standard input");
	if (open_store(&im, line) < 0)
		return CMD_FAILED;
	failed = import_all(&im, line);
	if (print_totals(&im.totals) < 0)
		failed = -1;
	return failed ? CMD_FAILED : CMD_DONE;
}

static const struct option_row *const options[] = {import_options, NULL};

const struct cmd cmd_import = {
	.name = "import",
	.operands = "FILE…|-",
	.summary = "store the seccomp records of log files",
	.text = "Reads audit.log with its rotated and gzip'd siblings, the output of ausearch (--raw, or -i), dmesg, syslog "
		"and kern.log, and of journalctl (-o short, export or json); what a file is, is seen from its content. "
		"Files may overlap, come in any order, and be imported twice: what is stored already is a duplicate.\n\n"
		"Lines that are meant to be a record and cannot be read are counted as malformed, the first few are shown; "
		"everything that is no seccomp violation is counted as other. The last line on standard output tells how "
		"many records were read, stored, duplicate, malformed and other.",
	.options = options,
	.run = run,
};
