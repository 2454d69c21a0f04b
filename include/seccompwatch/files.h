/* SPDX-License-Identifier: MIT */
/* files: reads one input (audit.log and its rotated or gzip'd siblings, ausearch output, dmesg, syslog and
 * kern.log text, journalctl -o short, export or json) and hands out what is in it. What the input is, is seen
 * from its content. Memory is bounded whatever comes. */
#pragma once

#include "event.h"
#include "record.h"

enum files_kind {
	FILES_EVENT,
	FILES_TWIN,      /* a second text of an event of this input (audit and kernel transports): already counted */
	FILES_AMEND,     /* a companion of an event of this input */
	FILES_MALFORMED,
};

struct files_item {
	enum files_kind kind;
	uint64_t line;              /* where it begins in the input, from 1 */
	struct event *event;        /* EVENT, TWIN; complete but for names; the callee may change it */
	bool is_foreign;            /* the event's prefix_host, not this machine, is where it happened */
	const struct record_amend *amend; /* AMEND, and the node= of its line (or empty) */
	struct span node;
	const char *why;            /* MALFORMED: static */
	struct span text;           /* MALFORMED: the line, perhaps cut */
};

/* Non-zero ends the reading and is returned by files_read. */
typedef int (*files_item_fn)(void *data, const struct files_item *item);
/* Bytes of the input as stored on disk; total is 0 when it is not known (a pipe). */
typedef void (*files_progress_fn)(void *data, uint64_t done, uint64_t total);

struct files_options {
	int64_t now;                    /* a regular file's last change is taken for it when it is older */
	const char *machine_id;         /* this machine's: a journal's entries of another are foreign. May be NULL */
	files_item_fn on_item;
	files_progress_fn on_progress;  /* may be NULL */
	void *data;
};

/* Every line or journal entry that is not empty is one of these; a folded record is one. */
struct files_counts {
	uint64_t events, twins, malformed, other;
};

/* `path` may be "-". -ENOENT, -EACCES, -EISDIR, …: nothing was read. -EBADMSG: damaged gzip data, or the end within a
 * journal entry; -EIO: what came before was handed out. ret is filled in every case. */
int files_read(const char *path, const struct files_options *options, struct files_counts *ret);
/* The same from an open descriptor, which is closed in every case. */
int files_read_fd(int fd, const struct files_options *options, struct files_counts *ret);
