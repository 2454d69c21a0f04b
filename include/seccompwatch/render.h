/* SPDX-License-Identifier: MIT */
/* render: query results as JSON (the event contract), CSV and terminal tables. Pure: rows → text. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "explain.h"
#include "knowledge.h"
#include "marks.h"
#include "profile.h"
#include "query.h"
#include "suggest.h"

enum render_format {
	RENDER_TABLE,
	RENDER_JSON,
	RENDER_JSONL,
	RENDER_CSV,
	RENDER_ECS,  /* of events alone, an object a line: Elastic Common Schema, */
	RENDER_OCSF, /* Open Cybersecurity Schema Framework */
};
int render_format_from_name(struct span name); /* -EINVAL */

/* Trees: new references, NULL on lack of memory. */
json_t *render_event_json(const struct query_row *row);
json_t *render_group_json(const struct query_group *group, const enum query_field *by, size_t n_by);
json_t *render_kind_json(const struct query_kind *kind);
json_t *render_status_json(const struct query_status *status, const char *version);
json_t *render_container_json(const struct query_container *container);

/* The same as text, on one line, without the tree: for those who stream. */
void render_event_add_json(const struct query_row *row, struct text *to);
void render_group_add_json(const struct query_group *group, const enum query_field *by, size_t n_by, struct text *to);
void render_kind_add_json(const struct query_kind *kind, struct text *to);
void render_status_add_json(const struct query_status *status, const char *version, struct text *to);
/* The same columns, flattened: a head and one row. */
void render_status_add_csv(const struct query_status *status, const char *version, struct text *to);
json_t *render_explain_json(const struct explain *e);
json_t *render_mute_json(const struct marks_mute *mute);
json_t *render_mutes_json(const struct marks *marks); /* an array */
json_t *render_knowledge_json(const struct knowledge *k); /* null for NULL */

/* The contract's suggestions. */
json_t *render_suggest_json(const struct suggest *s);
void render_suggest_add_text(const struct suggest *s, struct text *to); /* for a terminal */
json_t *render_change_json(const struct suggest_change *change);

/* Profiles: new references, NULL on lack of memory. Lines are null where the profile's text has none for the pointer, and
 * where p is NULL. */
json_t *render_call_json(const struct bpf_call *call); /* {"arch","syscall","syscall_nr","args"} */
/* {"action","errno","decided_by","line","reason"} */
json_t *render_verdict_json(const struct profile *p, const struct profile_filter *f, const struct bpf_call *call,
	const struct profile_verdict *v);
json_t *render_finding_json(const struct profile *p, const struct profile_finding *finding);
/* {"arch","syscall","syscall_nr","args","from","to"}: arguments that do not matter are null; args is, where none does */
json_t *render_profile_change_json(const struct profile_change *change);
void render_action_add(uint32_t action, struct text *to); /* "SCMP_ACT_ERRNO EPERM" */
unsigned render_profile_line(const struct profile *p, const char *pointer); /* 0: nowhere */

/* Where results go: standard output, or a file that appears under its name only when it is whole. */
struct render_output {
	FILE *file;
	char *path, *temporary; /* NULL: standard output, or a file that is written in place */
};
#define RENDER_OUTPUT_EMPTY ((struct render_output){0})
/* path NULL: standard output. What is no regular file (a device, a pipe), or `in_place`, is written directly.
 * Negative errno, and a sentence in *why. */
int render_output_open(struct render_output *o, const char *path, bool in_place, struct text *why);
int render_output_close(struct render_output *o, struct text *why); /* -EPIPE: nobody reads any more */
void render_output_free(struct render_output *o);                   /* what was not closed is dropped */

struct render_options {
	enum render_format format;
	FILE *to;
	size_t width; /* of the terminal: tables are cut to it; 0: never cut */
	bool colour;
	bool flush; /* after each row */
};
/* Width and colour for where it goes: none but on a terminal, and no colour where $NO_COLOR is set. */
void render_options_fit(struct render_options *o);

/* Rows as they come, in any format. A row that could not be written is -errno, from end at the latest. */
struct render_stream;
int render_events_new(struct render_stream **ret, const struct render_options *options);
int render_groups_new(struct render_stream **ret, const struct render_options *options, const enum query_field *by,
	size_t n_by);
void render_stream_free(struct render_stream *s);
DEFINE_CLEANUP(struct render_stream *, render_stream_free)
int render_add_event(struct render_stream *s, const struct query_row *row);
int render_add_group(struct render_stream *s, const struct query_group *group);
int render_stream_flush(struct render_stream *s); /* a table's first rows are held back to find its widths */
int render_stream_end(struct render_stream *s);
uint64_t render_stream_rows(const struct render_stream *s);

/* For people. */
void render_mute_add_words(const struct marks_mute *mute, struct text *to); /* without its note */
void render_mutes_add_text(const struct marks *marks, struct text *to);    /* a line each */
void render_knowledge_add_text(const struct knowledge *k, struct text *to); /* one line; nothing where nothing is known */
void render_status_add_text(const struct query_status *status, const char *version, struct text *to);
