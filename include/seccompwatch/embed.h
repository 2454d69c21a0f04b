/* SPDX-License-Identifier: MIT */
/* embed: files that were built into the program by collector/embed.sh. */
#pragma once

#include <stddef.h>

struct embed_file {
	const char *name; /* without its folder; NULL ends the table */
	const unsigned char *plain; /* NUL terminated besides */
	size_t plain_len;
	const unsigned char *gzip;
	size_t gzip_len;
};

extern const struct embed_file embed_schema[]; /* schema/ *.sql *.csv *.json, in order of name */
extern const struct embed_file embed_marks[];  /* schema/marks/ *.sql */
extern const struct embed_file embed_assets[]; /* web/ui and the chart library */

/* NULL when there is no such file. */
const struct embed_file *embed_find(const struct embed_file *table, const char *name);
