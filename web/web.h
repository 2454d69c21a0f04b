/* SPDX-License-Identifier: MIT */
/* web: what all handlers share. */
#pragma once

#include "reader.h"

struct access;
struct cache;
struct stream;
struct works;

#define WEB_STATUS_CLASSES 6

struct web {
	const char *version;
	const char *db; /* its path: the marks lie beside it */
	struct access *access; /* NULL: whoever reaches the server may ask */
	struct reader *reader;
	struct cache *cache;
	struct stream *stream;
	struct works *works;
	uint64_t *asset_hashes; /* one for each of embed_assets; free() */
	uint64_t openapi_hash;
	/* For the metrics. */
	uint64_t requests[WEB_STATUS_CLASSES]; /* by status / 100 */
	unsigned connections, connections_max;
	uint64_t connections_cut; /* by their deadline, or to make room */
};
