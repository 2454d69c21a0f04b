/* SPDX-License-Identifier: MIT */
/* marks_place: where the marks lie, and whose hands they are in. */
#pragma once

#include <sys/types.h>

#include "seccompwatch/text.h"

/* "DIR/marks" and "DIR/marks/marks.db" for "DIR/events.db"; -ENOMEM. */
int marks_place_names(const char *db, struct text *ret_directory, struct text *ret_file);

/* Root looks at what the server's user may have laid there (links, foreign files) with that user's rights only:
 * between wear and take_off the calling thread's files are the directory owner's. */
struct marks_guise {
	bool worn;
};
int marks_guise_wear(struct marks_guise *g, const char *directory, struct text *why); /* -ENOENT: no directory */
void marks_guise_take_off(struct marks_guise *g);
