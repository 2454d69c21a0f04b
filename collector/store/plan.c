/* SPDX-License-Identifier: MIT */
/* Which of a batch's rows can simply be appended, and which seconds must be looked at. Rows are stored in order of
 * time, so one look at the first stored row after a second says whether anything of it can be known: an import into
 * the future or into a hole of the past asks once, not for each event. */
#include "internal.h"

static int64_t second_of(const struct write_order *o)
{
	return (o->id >> SECONDS_ID_SHIFT) / 1000;
}

static int compare(const void *a, const void *b)
{
	const struct write_order *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static void sort_rows(struct write *w)
{
	const int64_t mask = (INT64_C(1) << SECONDS_ID_SHIFT) - 1;
	const struct batch *b = w->batch;
	uint32_t n = 0, end = b->n_rows;
	bool sorted = true;

	for (uint32_t i = 0; i < b->n_rows; i++) {
		const struct batch_row *row = &b->rows[i];
		int64_t low = row->has_serial ? row->serial & mask : 0;
		struct write_order o = {row->first << SECONDS_ID_SHIFT | low, i};

		if (!row->has_serial) {
			w->order[--end] = o;
			continue;
		}
		sorted = sorted && (n == 0 || w->order[n - 1].id <= o.id);
		w->order[n++] = o;
	}
	w->n_stamped = n;
	if (!sorted)
		qsort(w->order, n, sizeof(*w->order), compare);
	qsort(w->order + n, b->n_rows - n, sizeof(*w->order), compare);
}

static int next_stored(struct write *w, const char *sql, int64_t from, int64_t *ret)
{
	int r = database_number(w->store->db, sql, ret, "i", from);

	if (r == -ENOENT)
		*ret = INT64_MAX;
	return r == -ENOENT ? 0 : r;
}

static int is_stored(struct write *w, int64_t second, bool *ret)
{
	int64_t from = seconds_first_id(second);
	int r = 0;

	if (from < w->asked || from > w->next_id)
		r = next_stored(w, "SELECT id FROM event WHERE id >= ?1 ORDER BY id LIMIT 1", from, &w->next_id);
	w->asked = from;
	*ret = w->next_id < seconds_first_id(second + 1);
	return r;
}

int write_unstamped_near(struct write *w, int64_t second, bool *ret)
{
	int64_t from = seconds_first_id(MAX(second - 2, INT64_C(0)));
	int r = 0;

	if (from < w->asked_unstamped || from > w->next_unstamped)
		r = next_stored(w,
			"SELECT id FROM event INDEXED BY event_unstamped WHERE serial IS NULL AND id >= ?1 ORDER BY id LIMIT 1",
			from, &w->next_unstamped);
	w->asked_unstamped = from;
	*ret = w->next_unstamped < seconds_first_id(second + 3);
	return r;
}

/* Rows of one host whose serials may be the same events under two signatures (netlink and a file, two texts in one
 * journal): only what is in order and apart is surely not. */
static bool may_collide(const struct write *w, const struct write_group *g)
{
	const struct batch *b = w->batch;
	uint32_t host = UINT32_MAX;
	int64_t reached = -1;

	for (uint32_t i = g->from; i < g->until; i++) {
		const struct batch_row *row = &b->rows[w->order[i].row];
		const struct serials_range *ranges = serials_ranges(&row->set);
		uint32_t mine = intern_get(b->intern, row->sig)->key.host;

		if ((host != UINT32_MAX && mine != host) || ranges[0].first <= reached)
			return true;
		host = mine;
		reached = ranges[row->set.n - 1].last;
	}
	return false;
}

static int is_fresh(struct write *w, const struct write_group *g, bool *ret)
{
	bool stored = true, unstamped = false;
	int r;

	*ret = false;
	/* The batch's last second is likely to go on in the next batch: it is merged, and so stays in memory. */
	if (g->until == w->n_stamped || seconds_has(w->store->seconds, g->second))
		return 0;
	r = is_stored(w, g->second, &stored);
	if (r == 0 && !stored)
		r = write_unstamped_near(w, g->second, &unstamped);
	*ret = r == 0 && !stored && !unstamped && !may_collide(w, g);
	return r;
}

/* Puts a second's rows on the list to append; a signature beyond its cap makes rows that must be merged after all. */
static int append_group(struct write *w, const struct write_group *g, bool *ret_done)
{
	uint32_t n = w->n_fresh;

	for (uint32_t i = g->from; i < g->until; i++) {
		const struct batch_row *row = &w->batch->rows[w->order[i].row];
		struct write_signature *sig;
		int64_t id = w->order[i].id;
		int r = write_signature(w, row->sig, &sig);

		if (r < 0)
			return r;
		if (sig->is_other)
			return 0;
		if (n > 0 && id <= w->fresh[n - 1].id)
			id = w->fresh[n - 1].id + 1;
		w->fresh[n++] = (struct append_row){id, sig->id, row};
	}
	w->n_fresh = n;
	*ret_done = true;
	return 0;
}

static int plan_group(struct write *w, const struct write_group *g)
{
	bool fresh, done = false;
	int r = is_fresh(w, g, &fresh);

	if (r == 0 && fresh)
		r = append_group(w, g, &done);
	if (r == 0 && !done)
		w->groups[w->n_groups++] = *g;
	return r;
}

int plan_make(struct write *w)
{
	struct write_group g = {0};
	int r = 0;

	sort_rows(w);
	for (; g.from < w->n_stamped && r == 0; g.from = g.until) {
		int64_t end = seconds_first_id(second_of(&w->order[g.from]) + 1);

		g.second = second_of(&w->order[g.from]);
		for (g.until = g.from + 1; g.until < w->n_stamped && w->order[g.until].id < end;)
			g.until++;
		r = plan_group(w, &g);
	}
	return r;
}
