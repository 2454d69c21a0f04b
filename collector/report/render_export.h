/* SPDX-License-Identifier: MIT */
/* An event in the words of published schemas, for log shippers. Each schema is a table: where in its document, and which
 * column of the event contract stands there. */
#pragma once

#include "render_cell.h"

#define RENDER_EXPORT_FIELDS 80

struct render_export_field {
	const char *path; /* "process.parent.pid"; a part that ends in [] is an array of one. Neighbours share objects */
	const char *from; /* a column, "container.name"; where that is null the field is left out. NULL: always there */
	enum {
		RENDER_EXPORT_COPY,
		RENDER_EXPORT_KEYWORD, /* a number that the schema wants as text */
		RENDER_EXPORT_WORDS,   /* text, a constant */
		RENDER_EXPORT_LIST,    /* words of a constant */
		RENDER_EXPORT_NUMBER,  /* index */
		RENDER_EXPORT_GET,
	} as;
	const char *constant;
	unsigned index;
	void (*get)(const struct query_row *row, struct render_cell *ret);
	const char *needs; /* a further column that must not be null */
};

/* The tables end with a field without path. */
extern const struct render_export_field render_export_ecs[], render_export_ocsf[];

/* A table with its columns found. */
struct render_export {
	const struct render_export_field *fields;
	const struct render_column *from[RENDER_EXPORT_FIELDS], *needs[RENDER_EXPORT_FIELDS];
};
void render_export_bind(struct render_export *e, const struct render_export_field *fields);
void render_export_add_json(const struct render_export *e, const struct query_row *row, struct text *to);

/* What both schemas are told alike. */
const char *render_export_syscall(const struct query_signature *sig, char number[static 24]); /* NULL: not known */
void render_export_id(const struct query_row *row, struct render_cell *ret);      /* the same for the same row, ever */
void render_export_message(const struct query_row *row, struct render_cell *ret); /* one sentence */
const char *render_export_program(const struct query_signature *sig); /* the last part of its path, else its name */
