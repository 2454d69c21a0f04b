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
