/* SPDX-License-Identifier: MIT */
/* Events without serial (some journal and syslog text). Two such lines are the same event when all their fields, their
 * second and their ordinal (the how-manieth alike in the text) are the same; and one is the twin of a stamped event
 * with the same fields within two seconds, whichever came first: the stamped one stays. */
#include "internal.h"

/* The nearest second first. */
static const int offsets[] = {0, -1, 1, -2, 2};

static int want(struct write *w, const struct batch_row *row, struct seconds_twin *ret)
{
	const struct intern_entry *e = intern_get(w->batch->intern, row->sig);
	int r = write_host(w, e->key.host, &ret->host);

	ret->pid = row->pid;
	ret->ip = row->ip;
	ret->has_ip = row->has_ip;
	return r < 0 ? r : signatures_twin(e, ret->host, &ret->twin);
}

/* ---- a stamped event comes after its twin --------------------------------------------------------------------- */

static int take_away(struct write *w, struct seconds_row *row, uint64_t count)
{
	row->count -= count;
	row->dirty = true;
	w->shrunk = true;
	return totals_add(&w->totals, row->sig, row->first / 60000, -(int64_t)count);
}

static int shrink_signature(struct write *w, int64_t sig, uint64_t count)
{
	return database_run(w->store->db, "UPDATE signature SET events = events - ?2, seq = ?3 WHERE id = ?1", "iii", sig,
		(int64_t)count, w->seq);
}

static int replace_in(struct write *w, struct second *second, const struct seconds_twin *wanted, uint64_t *left)
{
	struct seconds_row *row;
	uint32_t at = 0;
	int r = 0;

	while (*left > 0 && r == 0 && (row = seconds_next_twin(second, wanted, false, &at))) {
		uint64_t count = MIN(row->count, *left);

		r = take_away(w, row, count);
		if (r == 0)
			r = shrink_signature(w, row->sig, count);
		*left -= count;
	}
	return r;
}

int unstamped_replace(struct write *w, const struct batch_row *row, uint64_t count, uint64_t *ret_replaced)
{
	struct seconds_twin wanted;
	uint64_t left = count;
	int r = want(w, row, &wanted);

	for (size_t i = 0; i < ARRAY_SIZE(offsets) && left > 0 && r == 0; i++) {
		struct second *second;

		r = seconds_get(w->store->seconds, batch_second(row->first) + offsets[i], &second);
		if (r == 0)
			r = replace_in(w, second, &wanted, &left);
	}
	if (r == 0)
		*ret_replaced = count - left;
	return r;
}

/* ---- an event without serial comes --------------------------------------------------------------------------- */

/* How many alike without serial are stored of this second. */
static uint64_t count_alike(struct second *second, const struct seconds_twin *wanted)
{
	struct seconds_row *row;
	uint64_t count = 0;
	uint32_t at = 0;

	while ((row = seconds_next_twin(second, wanted, false, &at)))
		count += row->count;
	return count;
}

/* Each stamped event is the twin of one in this transaction. */
static void absorb_in(struct write *w, struct second *second, const struct seconds_twin *wanted, uint64_t *left)
{
	struct seconds_row *row;
	uint32_t at = 0;

	while (*left > 0 && (row = seconds_next_twin(second, wanted, true, &at))) {
		uint64_t taken;

		if (row->absorbed_in != w->store->transactions)
			row->absorbed = 0;
		taken = MIN(row->count - row->absorbed, *left);
		row->absorbed += taken;
		row->absorbed_in = w->store->transactions;
		*left -= taken;
	}
}

/* Of the events with ordinals up to `until`, how many are known. */
static int count_known(struct write *w, struct second *second, const struct seconds_twin *wanted, uint64_t until,
	uint64_t *ret)
{
	uint64_t left = until - MIN(count_alike(second, wanted), until);
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(offsets) && left > 0 && r == 0; i++) {
		struct second *near;

		r = seconds_get(w->store->seconds, second->number + offsets[i], &near);
		if (r == 0)
			absorb_in(w, near, wanted, &left);
	}
	*ret = until - left;
	return r;
}

/* The time of reading says nothing: all rows of the signature count, whenever they were read. */
static int count_timeless(struct write *w, const struct batch_row *row, int64_t sig, uint64_t *ret)
{
	struct database_integer pid = {row->pid != EVENT_NO_PID, row->pid}, ip = {row->has_ip, (int64_t)row->ip};
	int64_t count;
	int r = database_number(w->store->db,
		"SELECT sum(count) FROM event INDEXED BY event_unstamped WHERE serial IS NULL AND sig = ?1 AND pid IS ?2"
		" AND ip IS ?3",
		&count, "iII", sig, pid, ip);

	*ret = r == 0 ? (uint64_t)count : 0;
	return r == -ENOENT ? 0 : r;
}

static struct seconds_row *find_alike(struct second *second, const struct batch_row *row,
	const struct signature_info *sig)
{
	struct seconds_twin wanted = {sig->host, sig->twin, row->ip, row->pid, row->has_ip};
	struct seconds_row *stored;
	uint32_t at = 0;

	while ((stored = seconds_next_twin(second, &wanted, false, &at)))
		if (stored->sig == sig->id)
			return stored;
	return NULL;
}

static void extend(struct seconds_row *stored, const struct batch_row *row, uint64_t count)
{
	stored->moved = stored->moved || row->first < stored->first;
	stored->last = MAX(stored->last, row->last);
	stored->first = MIN(stored->first, row->first);
	stored->count += count;
	stored->dirty = true;
}

static int store_as(struct second *second, const struct batch_row *row, uint64_t count,
	const struct signature_info *sig)
{
	struct seconds_row *stored = find_alike(second, row, sig);
	struct seconds_row more = {
		.sig = sig->id,
		.host = sig->host,
		.twin = sig->twin,
		.first = row->first,
		.last = row->last,
		.ip = row->ip,
		.count = count,
		.pid = row->pid,
		.has_ip = row->has_ip,
		.dirty = true,
	};

	if (!stored)
		return seconds_add(second, &more);
	extend(stored, row, count);
	return 0;
}

static int store_new(struct write *w, struct second *second, const struct batch_row *row, uint64_t count)
{
	struct write_signature *sig;
	struct signature_info info;
	int r = write_signature(w, row->sig, &sig);

	if (r == 0)
		r = signatures_info(w->store->signatures, sig->id, &info);
	if (r == 0)
		r = store_as(second, row, count, &info);
	w->result.stored += count;
	return r < 0 ? r : write_count(w, row, count);
}

static int write_timed(struct write *w, struct second *second, const struct batch_row *row, uint64_t *ret_known)
{
	struct seconds_twin wanted;
	int r = want(w, row, &wanted);

	return r < 0 ? r : count_known(w, second, &wanted, row->ordinal + row->count - 1, ret_known);
}

static int write_timeless(struct write *w, const struct batch_row *row, uint64_t *ret_known)
{
	struct write_signature *sig;
	int r = write_signature(w, row->sig, &sig);

	return r < 0 ? r : count_timeless(w, row, sig->id, ret_known);
}

static int write_row(struct write *w, const struct batch_row *row)
{
	struct second *second;
	uint64_t known = 0, duplicates;
	int r = seconds_get(w->store->seconds, batch_second(row->first), &second);

	if (r == 0)
		r = row->timeless ? write_timeless(w, row, &known) : write_timed(w, second, row, &known);
	if (r < 0)
		return r;
	duplicates = MIN(known - MIN(known, (uint64_t)row->ordinal - 1), row->count);
	w->result.duplicates += duplicates;
	if (duplicates == row->count)
		return 0;
	return store_new(w, second, row, row->count - duplicates);
}

static int flush(struct write *w, int64_t number)
{
	struct second *second;
	int r = seconds_get(w->store->seconds, number, &second);

	return r < 0 ? r : seconds_flush(w->store->db, second, w->seq, &w->changes);
}

int unstamped_flush(struct write *w, int64_t number)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(offsets) && r == 0; i++)
		r = flush(w, number + offsets[i]);
	return r;
}

/* Rows come in order of time: a second is written when all of it was seen. */
int unstamped_write(struct write *w)
{
	int64_t number = 0;
	int r = 0;

	for (uint32_t i = w->n_stamped; i < w->batch->n_rows && r == 0; i++) {
		const struct batch_row *row = &w->batch->rows[w->order[i].row];

		if (i > w->n_stamped && batch_second(row->first) != number)
			r = flush(w, number);
		number = batch_second(row->first);
		if (r == 0)
			r = write_row(w, row);
	}
	return r == 0 && w->n_stamped < w->batch->n_rows ? flush(w, number) : r;
}
