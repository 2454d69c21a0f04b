/* SPDX-License-Identifier: MIT */
/* One batch, one transaction. */
#include "hosts.h"
#include "internal.h"

#define CHANGES_KEPT 65536

static int allocate(struct write *w)
{
	const struct batch *b = w->batch;
	size_t rows = MAX(b->n_rows, 1u);

	w->hosts = calloc(b->n_hosts, sizeof(*w->hosts));
	w->spans = calloc(b->n_hosts, sizeof(*w->spans));
	w->signatures = calloc(MAX(intern_count(b->intern), 1u), sizeof(*w->signatures));
	w->order = calloc(rows, sizeof(*w->order));
	w->fresh = calloc(rows, sizeof(*w->fresh));
	w->groups = calloc(rows, sizeof(*w->groups));
	if (!w->hosts || !w->spans || !w->signatures || !w->order || !w->fresh || !w->groups)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->n_hosts; i++)
		w->spans[i] = (struct write_span){INT64_MAX, INT64_MIN};
	w->asked = w->asked_unstamped = INT64_MAX;
	w->changes = (struct seconds_changes){.first_id = INT64_MAX, .last_id = -1};
	w->hosts[0] = w->store->local_host;
	return 0;
}

static void release(struct write *w)
{
	free(w->hosts);
	free(w->spans);
	free(w->signatures);
	free(w->order);
	free(w->fresh);
	free(w->groups);
	totals_free(&w->totals);
	pids_free(&w->changes.pids);
}

int write_host(struct write *w, uint32_t host, int64_t *ret)
{
	const struct batch_host *h = &w->batch->hosts[host];
	int r = 0;

	if (w->hosts[host] == 0)
		r = hosts_named(w->store->db, (struct span){h->name, h->len}, &w->hosts[host]);
	if (r == 0)
		*ret = w->hosts[host];
	return r;
}

int write_signature(struct write *w, uint32_t sig, struct write_signature **ret)
{
	const struct intern_entry *e = intern_get(w->batch->intern, sig);
	struct write_signature *s = &w->signatures[sig];
	struct signature_id found;
	int64_t host;
	int r = 0;

	if (s->id == 0) {
		r = write_host(w, e->key.host, &host);
		if (r == 0)
			r = signatures_resolve(w->store->signatures, e, host, w->seq, &found);
		if (r < 0)
			return r;
		*s = (struct write_signature){.id = found.id, .is_other = found.is_other, .first = INT64_MAX,
			.last = INT64_MIN, .minute = -1};
	}
	*ret = s;
	return 0;
}

static int flush_minute(struct write *w, struct write_signature *s)
{
	uint64_t count = s->minute_events;

	s->minute_events = 0;
	return count == 0 ? 0 : totals_add(&w->totals, s->id, s->minute, (int64_t)count);
}

int write_count(struct write *w, const struct batch_row *row, uint64_t count)
{
	struct write_signature *s = &w->signatures[row->sig];
	struct write_span *span = &w->spans[intern_get(w->batch->intern, row->sig)->key.host];
	int64_t minute = row->first / 60000;
	int r = 0;

	if (minute != s->minute)
		r = flush_minute(w, s);
	s->minute = minute;
	s->minute_events += count;
	s->events += count;
	s->first = MIN(s->first, row->first);
	s->last = MAX(s->last, row->last);
	span->first = MIN(span->first, row->first);
	span->last = MAX(span->last, row->last);
	return r;
}

static int write_fresh(struct write *w)
{
	int r = append_rows(w->store->append, w->fresh, w->n_fresh, w->seq);

	for (uint32_t i = 0; i < w->n_fresh && r == 0; i++) {
		r = write_count(w, w->fresh[i].row, w->fresh[i].row->count);
		if (r == 0)
			r = pids_add(&w->changes.pids, w->fresh[i].id, w->fresh[i].row->pid);
		w->result.stored += w->fresh[i].row->count;
	}
	if (w->n_fresh > 0) {
		seconds_touch(&w->changes, w->fresh[0].id);
		seconds_touch(&w->changes, w->fresh[w->n_fresh - 1].id);
		w->changes.rows += w->n_fresh;
	}
	return r;
}

static int write_groups(struct write *w)
{
	int r = 0;

	for (uint32_t i = 0; i < w->n_groups && r == 0; i++)
		r = merge_group(w, &w->groups[i]);
	return r;
}

static int update_signature(struct write *w, struct write_signature *s)
{
	int r = flush_minute(w, s);

	if (r < 0 || s->events == 0)
		return r;
	return database_run(w->store->db,
		"UPDATE signature SET events = events + ?2, first = min(ifnull(first, ?3), ?3),"
		" last = max(ifnull(last, ?4), ?4), seq = ?5 WHERE id = ?1",
		"iiiii", s->id, (int64_t)s->events, s->first, s->last, w->seq);
}

static int write_totals(struct write *w)
{
	int r = 0;

	for (uint32_t i = 0; i < intern_count(w->batch->intern) && r == 0; i++)
		if (w->signatures[i].id != 0)
			r = update_signature(w, &w->signatures[i]);
	if (r == 0)
		r = totals_flush(&w->totals, w->store->db);
	if (r == 0 && w->shrunk)
		r = database_run(w->store->db, "DELETE FROM signature WHERE events <= 0", "");
	return r;
}

static int write_pids(struct write *w)
{
	return pids_flush(&w->changes.pids, w->store->db);
}

static int write_counter(struct write *w)
{
	if (w->changes.rows == 0)
		return 0;
	return database_run(w->store->db,
		"INSERT INTO counter VALUES ('rows', ?1) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value", "i",
		w->changes.rows);
}

static int write_change(struct write *w)
{
	const struct seconds_changes *c = &w->changes;
	struct database_integer first = {c->last_id >= 0, c->first_id}, last = {c->last_id >= 0, c->last_id};
	int r;

	if (c->last_id < 0 && !w->changed && !w->shrunk)
		return 0;
	w->result.seq = (uint64_t)w->seq;
	r = database_run(w->store->db, "INSERT INTO change VALUES (?1, ?2, ?3, ?4)", "iiII", w->seq, w->now, first, last);
	if (r == 0)
		r = database_run(w->store->db, "DELETE FROM change WHERE seq <= ?1", "i", w->seq - CHANGES_KEPT);
	return r;
}

static int write_session(struct write *w)
{
	if (w->store->session == 0)
		return 0;
	return database_run(w->store->db, "UPDATE session SET alive = max(alive, ?2) WHERE id = ?1", "ii",
		w->store->session, w->now);
}

/* The order matters: what is appended must not have been read before, and what has no serial looks at all that has. */
static int write_all(struct write *w)
{
	static int (*const steps[])(struct write *w) = {plan_make, write_fresh, write_groups, unstamped_write, details_write,
		stories_write, losses_write, write_totals, write_pids, coverage_write, write_counter, write_session, write_change};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(steps) && r == 0; i++)
		r = steps[i](w);
	return r;
}

static void forget(struct store *s)
{
	signatures_forget(s->signatures);
	seconds_forget(s->seconds);
}

/* What another process wrote makes what we remember old. */
static int refresh(struct store *s)
{
	int64_t version;
	int r = database_number(s->db, "PRAGMA data_version", &version, "");

	if (r == 0 && version != s->data_version)
		forget(s);
	if (r == 0)
		s->data_version = version;
	signatures_trim(s->signatures);
	seconds_trim(s->seconds);
	return r;
}

static int next_seq(struct write *w)
{
	int r = database_number(w->store->db, "SELECT max(seq) FROM change", &w->seq, "");

	if (r == -ENOENT) {
		w->seq = 0;
		r = 0;
	}
	w->seq++;
	return r;
}

static int transact(struct write *w)
{
	struct database *d = w->store->db;
	int64_t stretch = w->store->stretch;
	int r = database_begin(d);

	w->store->transactions++;
	if (r == 0)
		r = refresh(w->store);
	if (r == 0)
		r = next_seq(w);
	if (r == 0)
		r = write_all(w);
	if (r == 0)
		r = database_commit(d);
	if (r < 0 || w->shrunk)
		forget(w->store);
	if (r < 0) {
		database_rollback(d);
		w->store->stretch = stretch;
	}
	return r;
}

int store_write(struct store *s, const struct batch *b, struct store_result *ret)
{
	CLEANUP(release) struct write w = {.store = s, .batch = b, .now = clock_now()};
	int r = allocate(&w);

	w.result.duplicates = b->duplicates;
	if (r == 0)
		r = transact(&w);
	else
		database_say(s->db, r, "out of memory");
	if (r == 0)
		*ret = w.result;
	return r;
}
