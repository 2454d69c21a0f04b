/* SPDX-License-Identifier: MIT */
/* reader: the one reader that the server keeps open, and its coming back after the file was missing, locked,
 * older, broken or replaced. */
#pragma once

#include "seccompwatch/query.h"

struct reader;

int reader_new(const char *path, struct reader **ret);
void reader_free(struct reader *reader);
DEFINE_CLEANUP(struct reader *, reader_free)

/* A reader that sees everything committed until now; borrowed until the next call. Opens the file when that is
 * needed, at most once a second. Negative errno: reader_why says it. */
int reader_get(struct reader *reader, struct query **ret);
const char *reader_why(const struct reader *reader);

/* A query failed: unless the fault is the caller's (-EINVAL, -ENOMEM) the file is opened anew next time. */
void reader_failed(struct reader *reader, int error);
/* Grows each time the file is opened: change sequences of different generations cannot be compared. */
unsigned reader_generation(const struct reader *reader);
