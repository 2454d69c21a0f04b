/* SPDX-License-Identifier: MIT */
/* files_internal: the stages a line goes through: input (bytes → lines), journal (entries → records), fold
 * (lines → whole records), twins (two texts of one event), and the reader that ties them together. */
#pragma once

#include "seccompwatch/files.h"

/* No audit record is longer (MAX_AUDIT_MESSAGE_LENGTH is 8970), prefix and ENRICHED trailer included. */
#define FILES_RECORD_MAX 16384

/* ---- input ---- */
struct files_input;

int files_input_open(int fd, struct files_input **ret); /* owns fd in every case */
void files_input_close(struct files_input *in);
DEFINE_CLEANUP(struct files_input *, files_input_close)
struct files_line {
	struct span text; /* without its end; valid until the next call */
	bool is_long;     /* only its beginning: the rest was skipped */
};
/* 1: a line; 0: the end; negative: -EIO, -EBADMSG. */
int files_input_line(struct files_input *in, struct files_line *ret);
/* `len` raw bytes, of which the first `room` are kept in ret. -EBADMSG when they are not there. */
int files_input_bytes(struct files_input *in, uint64_t len, char *ret, size_t room);
/* What can be seen without reading on: up to the size of the buffer. */
struct span files_input_peek(struct files_input *in);
uint64_t files_input_done(const struct files_input *in);
uint64_t files_input_total(const struct files_input *in); /* 0: unknown */

/* ---- hosts ---- */
/* Does a syslog text hold lines of several machines? Only then does their prefix say more than the import. */
struct files_hosts {
	char first[256];
	size_t first_len;
	bool is_mixed;
};
void files_hosts_add(struct files_hosts *h, struct span host);
/* A line with a syslog's date and tag. */
bool files_hosts_is_syslog(struct span line);
/* Looks at what `in` holds in its buffer; a regular file with syslog prefixes (path is not NULL) is read whole. */
void files_hosts_look_ahead(struct files_hosts *h, struct files_input *in, const char *path);

/* ---- fold ---- */
/* A record that pages, mails and notes have folded over several lines. */
struct files_fold {
	uint64_t line; /* where it begins */
	unsigned lines;
	bool is_event; /* all of it but its end is there */
	size_t len;    /* 0: nothing is pending */
	char text[FILES_RECORD_MAX];
};
static inline struct span files_fold_text(const struct files_fold *f)
{
	return (struct span){f->text, f->len};
}
/* Can more lines belong to this one? `outcome` is record_parse's of the text so far. */
bool files_fold_wants_more(struct span text, int outcome, const struct event *ev);
void files_fold_begin(struct files_fold *f, struct span line, uint64_t number);
/* Takes a line that goes on with the pending record; false when it does not, or is too much. */
bool files_fold_append(struct files_fold *f, struct span line);
/* A line of nothing but the translations that auditd's ENRICHED format puts behind a record. */
bool files_fold_is_trailer(struct span line);

/* ---- journal ---- */
/* What is used of a journal entry, bounded. */
struct files_entry {
	struct text message; /* kept between entries; len 0 when the entry has none */
	char host[256], machine_id[40], transport[16], type[16];
	uint64_t serial, source_time, time; /* 0: absent; times in microseconds */
};
void files_entry_reset(struct files_entry *e);
void files_entry_free(struct files_entry *e);
bool files_entry_wants(struct span name);
void files_entry_set(struct files_entry *e, struct span name, struct span value);
/* 0 and *ev, or RECORD_E_…. */
int files_entry_parse(const struct files_entry *e, int64_t now, struct event *ev, const char **ret_why);
/* A line of journalctl -o json. RECORD_E_OTHER: nothing in it can be a record; RECORD_E_MALFORMED: no JSON. */
bool files_entry_is_json(struct span line);
int files_entry_from_json(struct files_entry *e, struct span line);
/* An entry of journalctl -o export whose first line is *line; *lines counts on. 0, RECORD_E_MALFORMED, or
 * negative. */
bool files_entry_is_export(struct span line);
int files_entry_from_export(struct files_entry *e, struct files_input *in, struct files_line *line, uint64_t *lines);

/* ---- twins ---- */
/* Where an event comes from. */
struct files_origin {
	uint64_t line;
	bool is_foreign;
};
struct files_twins;

int files_twins_new(struct files_twins **ret);
void files_twins_free(struct files_twins *t);
DEFINE_CLEANUP(struct files_twins *, files_twins_free)
enum files_twin {
	FILES_TWIN_NONE,    /* hand it out */
	FILES_TWIN_OF_HELD, /* hand it out; an earlier text of it, which was held back, is its twin (*ret_twin) */
	FILES_TWIN_SECOND,  /* an earlier event is its twin: count it */
	FILES_TWIN_HELD,    /* kept, until a twin with a stamp comes or can come no more */
};
enum files_twin files_twins_offer(struct files_twins *t, const struct event *ev, const struct files_origin *from,
	struct files_origin *ret_twin);
/* Held events whose time is up (all of them with CLOCK_NONE): copied to *ev, one a call; false when none. */
bool files_twins_release(struct files_twins *t, int64_t text_time, struct event *ev, struct files_origin *ret_from);
