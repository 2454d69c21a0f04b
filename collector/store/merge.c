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

static int store_rest(struct second *second, const struct batch_row *row, const struct serials *rest,
	const struct signature_info *sig)
{
	struct seconds_row *stored = seconds_find(second, sig->id, row->pid);
	struct seconds_row more = {
		.sig = sig->id,
		.host = sig->host,
		.twin = sig->twin,
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
		return r < 0 ? r : seconds_learn(second, sig->host, rest);
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
	struct signature_info info;
	int64_t host;
	int r = write_host(w, intern_get(w->batch->intern, row->sig)->key.host, &host);

	if (r == 0)
		r = seconds_subtract(second, host, &row->set, &rest);
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
		r = signatures_info(w->store->signatures, sig->id, &info);
	if (r == 0)
		r = store_rest(second, row, &rest, &info);
	if (r == 0)
		r = write_count(w, row, count);
	w->result.stored += count - replaced;
	w->result.duplicates += replaced;
	return r;
}

/* By rank, then by serial: what is learnt then comes in order. */
struct turn {
	unsigned rank;
	uint32_t serial, row;
};

static int compare(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->serial != y->serial)
		return x->serial < y->serial ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

static int merge_rows(struct write *w, struct second *second, const struct write_group *g, bool has_unstamped)
{
	CLEANUP_FREE struct turn *turns = calloc(g->until - g->from, sizeof(*turns));
	uint32_t n = 0;
	int r = 0;

	if (!turns)
		return -ENOMEM;
	for (uint32_t i = g->from; i < g->until; i++) {
		const struct batch_row *row = &w->batch->rows[w->order[i].row];

		turns[n++] = (struct turn){rank_of(w, &w->order[i]), serials_first(&row->set), w->order[i].row};
	}
	qsort(turns, n, sizeof(*turns), compare);
	for (uint32_t i = 0; i < n && r == 0; i++)
		r = merge_row(w, second, &w->batch->rows[turns[i].row], has_unstamped);
	return r;
}

int merge_group(struct write *w, const struct write_group *g)
{
	struct second *second;
	bool has_unstamped = false;
	int r = seconds_get(w->store->seconds, g->second, &second);

	if (r == 0)
		r = write_unstamped_near(w, g->second, &has_unstamped);
	if (r == 0)
		r = merge_rows(w, second, g, has_unstamped);
	if (r < 0)
		return r;
	if (has_unstamped)
		return unstamped_flush(w, g->second);
	return seconds_flush(w->store->db, second, w->seq, &w->changes);
}
