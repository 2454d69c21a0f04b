/* SPDX-License-Identifier: MIT */
/* marks: what the user says: which violations are known noise ("mutes"), and when somebody last looked. In
 * marks/marks.db beside events.db; the directory belongs to the server's user, so that serving needs no right to
 * write events. Each function opens the file, does one thing and closes it: nothing to keep, nothing to lose.
 *
 * Errors are negative errno and a sentence in *why: -EPROTONOSUPPORT a newer schema, -EMEDIUMTYPE another program's
 * file, -EUCLEAN a damaged one, -EROFS, -EACCES, -EBUSY. */
#pragma once

#include "clock.h"

#define MARKS_MAX         4096 /* mutes */
#define MARKS_SUBJECT_MAX 256  /* bytes */
#define MARKS_NOTE_MAX    1000

enum marks_scope {
	MARKS_EVERYWHERE,
	MARKS_CONTAINER, /* by name, or by its whole id */
	MARKS_IMAGE,
	MARKS_UNIT,
};
const char *marks_scope_name(enum marks_scope scope); /* "everywhere", "container", … */

struct marks_mute {
	int64_t id;
	enum marks_scope scope;
	char *subject;       /* NULL everywhere */
	char *syscall;       /* a name, or the number of one that has none */
	char *arch, *action; /* NULL: any */
	char *note;          /* NULL: none */
	char *author;
	int64_t time;
};

struct marks {
	struct marks_mute *mutes; /* the oldest first */
	size_t n;
	int64_t looked; /* CLOCK_NONE: nobody ever said so */
};
#define MARKS_EMPTY ((struct marks){.looked = CLOCK_NONE})
void marks_free(struct marks *m);
#define CLEANUP_MARKS CLEANUP(marks_free)
void marks_mute_free(struct marks_mute *mute); /* what it owns, not the mute itself */

/* All of it; `db` is the path of events.db, here and below. What does not exist yet is empty. */
int marks_read(const char *db, struct marks *ret, struct text *why);

/* A kind of violation, by the names that events have; NULL is unknown or none. */
struct marks_kind {
	const char *container, *container_id, *image, *unit;
	const char *syscall, *arch, *action;
};
/* Pure. The first mute that covers it, or NULL. */
const struct marks_mute *marks_find(const struct marks *m, const struct marks_kind *kind);
static inline bool marks_is_muted(const struct marks *m, const struct marks_kind *kind)
{
	return marks_find(m, kind);
}

/* Pure: whether it can be kept; -EINVAL, the field's name in *ret_field and a sentence. */
int marks_check(const struct marks_mute *mute, const char **ret_field, struct text *why);

enum {
	MARKS_E_KNOWN = 1, /* marks_mute: the same was muted already; *ret_id is that one's */
};
int marks_mute(const char *db, const struct marks_mute *mute, int64_t *ret_id, struct text *why);
int marks_unmute(const char *db, int64_t id, struct text *why); /* -ENOENT: there is none of that id */
int marks_look(const char *db, int64_t time, struct text *why); /* never back in time */

/* Makes the directory where it is missing; as root, gives it and its files to the server's user. */
int marks_prepare(const char *db, struct text *why);
