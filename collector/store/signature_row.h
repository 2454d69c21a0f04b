/* SPDX-License-Identifier: MIT */
/* signature_row: one row of `signature` on its way to the database. */
#pragma once

#include "database.h"
#include "intern.h"

/* A row of `signature` to be: numbers in the order of the columns, with a mask of those that are NULL. */
enum signature_column {
	SIGNATURE_HOST,
	SIGNATURE_CONTAINER,
	SIGNATURE_SOURCE,
	SIGNATURE_TIME_SOURCE,
	SIGNATURE_ATTRIBUTION,
	SIGNATURE_MODE,
	SIGNATURE_ACTION,
	SIGNATURE_CODE,
	SIGNATURE_ARCH,
	SIGNATURE_SYSCALL,
	SIGNATURE_COMPAT,
	SIGNATURE_SIG,
	SIGNATURE_UID,
	SIGNATURE_GID,
	SIGNATURE_AUID,
	SIGNATURE_SES,
	SIGNATURE_OTHER,
	SIGNATURE_N,
};

struct signature_row {
	int64_t numbers[SIGNATURE_N];
	uint32_t nulls;
	struct text texts[4]; /* comm, exe, subj, unit; escaped */
	uint32_t null_texts;
};
#define SIGNATURE_TWIN_TEXTS 3 /* the first of them are the record's own */

void signature_row_free(struct signature_row *row);
int signature_row_fill(const struct intern_entry *e, int64_t host, int64_t container, struct signature_row *row);
/* The counted rest of a container. */
void signature_row_fill_other(const struct intern_entry *e, int64_t host, int64_t container,
	struct signature_row *row);
int signature_row_hash(const uint64_t key[static 2], const struct signature_row *row, uint64_t *ret);
/* Reads a stored one. */
int signature_row_load(struct database *d, int64_t id, struct signature_row *ret);
/* -ENOENT */
int signature_row_select(struct database *d, const struct signature_row *row, uint64_t hash, int64_t *ret);
int signature_row_insert(struct database *d, const struct signature_row *row, uint64_t hash, int64_t seq,
	int64_t *ret);
