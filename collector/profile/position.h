/* SPDX-License-Identifier: MIT */
/* position: where a JSON pointer stands in the text it came from. For messages, and for edits that leave every other
 * byte as it was. The text has been accepted by a parser; what is malformed all the same is -ENOENT, never a fault. */
#pragma once

#include "seccompwatch/profile.h"

int position_json(struct span text, const char *pointer, struct profile_place *ret);
int position_yaml(struct span text, size_t document, const char *pointer, struct profile_place *ret);

/* Takes the first segment off a pointer, unescaped into ret; false at its end. */
bool position_segment(const char **pointer, struct text *ret);
/* Line and column (in bytes, from 1) of an offset. */
void position_line(struct span text, size_t offset, unsigned *ret_line, unsigned *ret_column);

/* How an object or a list is laid out in the text. */
struct position_child {
	size_t start; /* the key, a block list's dash, else the value */
	size_t value, end;
};
struct position_layout {
	size_t start, end;
	bool list, block; /* block: YAML by indentation, without brackets */
	struct position_child *children;
	size_t n, room;
};
#define POSITION_LAYOUT_EMPTY ((struct position_layout){0})
/* -ENOENT also for what is neither object nor list. */
int position_layout_json(struct span text, const char *pointer, struct position_layout *ret);
int position_layout_yaml(struct span text, size_t document, const char *pointer, struct position_layout *ret);
int position_layout_of(const struct profile *p, const char *pointer, struct position_layout *ret);
void position_layout_free(struct position_layout *l);
int position_add_child(struct position_layout *l, struct position_child child);
