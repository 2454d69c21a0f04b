/* SPDX-License-Identifier: MIT */
/* One second's rows against what is stored of that second: serials that are known are duplicates whatever row holds
 * them, the rest extends the row of the same signature and process or makes a new one. */
#include "internal.h"

/* Of two records of one event the better attributed is kept, then the one that came the shorter way. */
static unsigned rank_of(const struct write *w, const struct write_order *o)
{
	const struct intern_key *key = &intern_get(w->batch->intern, w->batch->rows[o->row].sig)->key;

	return (key->attribution == EVENT_ATTRIBUTION_NONE) * EVENT_SOURCE_N + key->source;
}

static int remove_known(const struct batch_row *row, const struct serials *known, struct serials *ret_new)
{
	if (known)
		return serials_subtract(&row->set, known, ret_new);
	return serials_merge(ret_new, &row->set);
}

/* What remains of a row may begin later than the row did; how much later is not kept, only which serial it is. */
static uint32_t first_serial(const struct batch_row *row, const struct serials *rest)
{
	return serials_has(rest, row->serial) ? row->serial : serials_first(rest);
}

static int extend(struct seconds_row *stored, const struct batch_row *row, const struct serials *rest)
{
	uint32_t serial = first_serial(row, rest);

	if (row->first < stored->first || (row->first == stored->first && serial < stored->serial)) {
		stored->first = row->first;
		stored->serial = serial;
		stored->ip = row->ip;
		stored->has_ip = row->has_ip;
		stored->moved = true;
	}
	stored->last = MAX(stored->last, row->last);
	stored->count += serials_count(rest);
	stored->dirty = true;
	return serials_merge(&stored->set, rest);
}

static int store_rest(struct second *second, const struct batch_row *row, const struct serials *rest, int64_t sig,
	int64_t host)
{
	struct seconds_row *stored = seconds_find(second, sig, row->pid);
	struct seconds_row more = {
		.sig = sig,
		.host = host,
		.first = row->first,
		.last = row->last,
		.ip = row->ip,
		.count = serials_count(rest),
		.serial = first_serial(row, rest),
		.pid = row->pid,
		.has_serial = true,
		.has_ip = row->has_ip,
		.dirty = true,
	};
	int r;

	if (stored) {
		r = extend(stored, row, rest);
		return r < 0 ? r : seconds_learn(second, host, rest);
	}
	r = serials_merge(&more.set, rest);
	if (r == 0)
		r = seconds_add(second, &more);
	serials_free(&more.set); /* empty when it moved */
	return r;
}

static int merge_row(struct write *w, struct second *second, const struct batch_row *row, bool has_unstamped)
{
	CLEANUP_SERIALS struct serials rest = SERIALS_EMPTY;
	uint64_t count, replaced = 0;
	struct write_signature *sig;
	int64_t host;
	int r = write_host(w, intern_get(w->batch->intern, row->sig)->key.host, &host);

	if (r == 0)
		r = remove_known(row, seconds_known(second, host), &rest);
	if (r < 0)
		return r;
	count = serials_count(&rest);
	w->result.duplicates += row->count - count;
	if (count == 0)
		return 0;
	r = write_signature(w, row->sig, &sig);
	if (r == 0 && has_unstamped)
		r = unstamped_replace(w, row, count, &replaced);
	if (r == 0)
		r = store_rest(second, row, &rest, sig->id, host);
	if (r == 0)
		r = write_count(w, row, count);
	w->result.stored += count - replaced;
	w->result.duplicates += replaced;
	return r;
}

static int merge_rank(struct write *w, struct second *second, const struct write_group *g, unsigned rank,
	bool has_unstamped)
{
	int r = 0;

	for (uint32_t i = g->from; i < g->until && r == 0; i++)
		if (rank_of(w, &w->order[i]) == rank)
			r = merge_row(w, second, &w->batch->rows[w->order[i].row], has_unstamped);
	return r;
}

int merge_group(struct write *w, const struct write_group *g)
{
	struct second *second;
	bool has_unstamped;
	uint32_t ranks = 0;
	int r = seconds_get(w->store->seconds, g->second, &second);

	if (r == 0)
		r = write_unstamped_near(w, g->second, &has_unstamped);
	for (uint32_t i = g->from; i < g->until; i++)
		ranks |= 1u << rank_of(w, &w->order[i]);
	for (unsigned rank = 0; rank < 2 * EVENT_SOURCE_N && r == 0; rank++)
		if (ranks & 1u << rank)
			r = merge_rank(w, second, g, rank, has_unstamped);
	return r < 0 ? r : seconds_flush(w->store->db, second, w->seq, write_touched, w);
}
