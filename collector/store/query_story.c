/* SPDX-License-Identifier: MIT */
/* What surrounds a violation: its process, the profile in force. */
#include <string.h>

#include "query_internal.h"

static const struct query_container *container_of(const struct query *q, int64_t id)
{
	const struct query_member *m = id > 0 && (size_t)id < q->containers.n ? q->containers.items[id] : NULL;

	return m ? &m->container : NULL;
}

static struct query_process read_process(const struct query *q, sqlite3_stmt *s)
{
	return (struct query_process){
		.pid = (int32_t)query_int(s, 0),
		.started = query_int(s, 1),
		.ended = query_int_or(s, 2, CLOCK_NONE),
		.has_status = sqlite3_column_type(s, 3) != SQLITE_NULL,
		.status = (int)query_int(s, 3),
		.threads = (int)query_int(s, 4),
		.cmdline = (const char *)sqlite3_column_text(s, 5),
		.parents = (const char *)sqlite3_column_text(s, 6),
		.container = container_of(q, query_int(s, 7)),
	};
}

static int walk_processes(struct query *q, sqlite3_stmt *s, uint64_t limit, query_process_fn fn, void *data)
{
	int r;

	for (uint64_t n = 0; limit == 0 || n < limit; n++) {
		struct query_process process;

		r = query_step(q, s);
		if (r <= 0)
			return r;
		process = read_process(q, s);
		r = fn(data, &process);
		if (r != 0)
			return r;
	}
	return 0;
}

int query_processes(struct query *q, const struct query_container *container, int32_t pid, uint64_t limit,
	query_process_fn fn, void *data)
{
	int64_t key = container ? container->key : 0;
	int r = query_enter(q);

	if (r >= 0) {
		QUERY_CLEANUP sqlite3_stmt *s = NULL;

		r = QUERY_SELECT(q, QUERY_PROCESSES, &s, key, pid);
		if (r == 0)
			r = walk_processes(q, s, limit, fn, data);
	}
	query_end(q);
	return r;
}

static int copy_profile(struct query *q, int64_t id, char **ret_text, char **ret_sha256)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	CLEANUP_FREE char *text = NULL, *sha256 = NULL;
	int r = QUERY_SELECT(q, QUERY_PROFILE, &s, id);

	if (r == 0)
		r = query_step(q, s);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	text = strdup((const char *)sqlite3_column_text(s, 0));
	sha256 = strdup((const char *)sqlite3_column_text(s, 1));
	if (!text || !sha256)
		return -ENOMEM;
	*ret_text = TAKE(text);
	*ret_sha256 = TAKE(sha256);
	return 0;
}

int query_profile(struct query *q, const struct query_container *container, char **ret_text, char **ret_sha256)
{
	int64_t id = container->profile;
	int r;

	if (id <= 0)
		return -ENOENT;
	r = query_begin(q);
	if (r == 0)
		r = copy_profile(q, id, ret_text, ret_sha256);
	query_end(q);
	return r;
}
