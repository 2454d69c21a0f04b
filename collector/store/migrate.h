/* SPDX-License-Identifier: MIT */
/* migrate: brings a database to this program's schema: its files NNN_*.sql, each in a transaction of its own. */
#pragma once

#include "database.h"

struct embed_file;

/* What is kept in a file of its own. */
struct migrate_kind {
	int application_id;
	const struct embed_file *files;
	const char *journal; /* its first pragma */
	int (*after)(struct database *d, int version); /* what SQL cannot do; NULL: nothing */
	const char *remedy;  /* when the file is another program's */
};
extern const struct migrate_kind migrate_events, migrate_marks;

/* Whose it is, before anything in it is touched, and its version (0: empty). -EPROTONOSUPPORT (newer than this
 * program), -EMEDIUMTYPE (another program's) or what SQLite says; the sentence is database_error's. */
int migrate_recognise(struct database *d, const struct migrate_kind *kind, int64_t *ret_version);
/* Recognises it, and applies what is missing. */
int migrate_database(struct database *d, const struct migrate_kind *kind);
