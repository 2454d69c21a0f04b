/* SPDX-License-Identifier: MIT */
/* A process's rows are found by the sets of processes that the writer keeps of each minute. */
#include "query_internal.h"
#include "serials.h"

static bool may_hold(const struct query_match *m, sqlite3_stmt *s)
{
	const unsigned char *set = sqlite3_column_blob(s, 1);
	size_t len = (size_t)sqlite3_column_bytes(s, 1);
	bool found = len == 0; /* too many to keep */

	for (size_t i = 0; i < m->n_pids && !found; i++)
		found = serials_stored_has(set, len, (uint32_t)m->pids[i]);
	return found;
}

int query_pids_next(struct query *q, const struct query_match *m, bool ascending, int64_t *low, int64_t *high)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	int r = QUERY_SELECT(q, ascending ? QUERY_PIDS_UP : QUERY_PIDS_DOWN, &s, *low, *high);

	while (r == 0 && (r = query_step(q, s)) == 1) {
		int64_t minute = query_int(s, 0);

		if (ascending)
			*low = minute + 1;
		else
			*high = minute;
		if (may_hold(m, s))
			return 1;
		r = 0;
	}
	return r;
}
