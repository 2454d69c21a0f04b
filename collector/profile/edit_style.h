/* SPDX-License-Identifier: MIT */
/* edit_style: how a profile's author writes values, and values written so. */
#pragma once

#include <jansson.h>

#include "position.h"

struct edit_style {
	bool yaml;       /* texts need no quotes */
	bool lines;      /* a line for each member of an object */
	bool list_lines; /* and for each item of its lists */
	bool tight;      /* no blanks after colons and commas */
	char quote;      /* YAML: around texts; 0: none */
	const char *eol;
	struct span unit; /* JSON: a level's indentation */
	size_t dash;      /* YAML: how far a list's dashes stand right of its key */
};

/* Of the whole file. */
struct edit_style edit_style_of(const struct profile *p);
/* As the value that stands there is written. */
void edit_style_like(struct edit_style *s, const struct profile *p, size_t start, size_t end);

/* With brackets. indent: that of the line it stands in. */
void edit_style_write(struct text *to, const struct edit_style *s, const json_t *value, struct span indent);
/* YAML by indentation; further lines begin in the column. */
void edit_style_write_block(struct text *to, const struct edit_style *s, const json_t *value, size_t column);
void edit_style_write_key(struct text *to, const struct edit_style *s, const char *key);

/* The blanks that the offset's line begins with, and how far from its beginning the offset is. */
struct span edit_style_indent(const struct profile *p, size_t offset);
size_t edit_style_column(const struct profile *p, size_t offset);
/* The blanks just before the offset, line breaks included. */
struct span edit_style_blanks(const struct profile *p, size_t offset);
