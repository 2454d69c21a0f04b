/* SPDX-License-Identifier: MIT */
/* database: the one reader that the server keeps open, and its coming back after the file was missing, locked,
 * older, broken or replaced. */
#pragma once

#include "seccompwatch/query.h"

struct database;

int database_new(const char *path, struct database **ret);
void database_free(struct database *db);
DEFINE_CLEANUP(struct database *, database_free)

/* A reader that sees everything committed until now; borrowed until the next call. Opens the file when that is
 * needed, at most once a second. Negative errno: database_why says it. */
int database_get(struct database *db, struct query **ret);
const char *database_why(const struct database *db);
const char *database_path(const struct database *db);

/* A query failed: unless the fault is the caller's (-EINVAL, -ENOMEM) the file is opened anew next time. */
void database_failed(struct database *db, int error);
/* Grows each time the file is opened: change sequences of different generations cannot be compared. */
unsigned database_generation(const struct database *db);
