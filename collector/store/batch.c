/* SPDX-License-Identifier: MIT */
/* The hot path of ingest: one lookup finds the signature, one finds the row. */
#include "batch_rows.h"

static int allocate(struct batch *b)
{
	b->hosts = calloc(BATCH_HOSTS_MAX, sizeof(*b->hosts));
	b->losses = calloc(BATCH_LOSSES_MAX, sizeof(*b->losses));
	b->stretches = calloc(BATCH_STRETCHES_MAX, sizeof(*b->stretches));
	if (!b->hosts || !b->losses || !b->stretches)
		return -ENOMEM;
	b->n_hosts = 1;
	return intern_new(&b->intern);
}

int batch_new(size_t max_rows, struct batch **ret)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;

	if (max_rows == 0 || max_rows > UINT32_MAX / 4)
		return -EINVAL;
	b = calloc(1, sizeof(*b));
	if (!b || allocate(b) < 0)
		return -ENOMEM;
	b->max_rows = (uint32_t)max_rows;
	b->max_bytes = (1u << 20) + max_rows * 128;
	*ret = TAKE(b);
	return 0;
}

static void free_sets(struct batch *b)
{
	for (uint32_t i = 0; i < b->n_rows; i++)
		serials_free(&b->rows[i].set);
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	free_sets(b);
	for (uint32_t i = 1; i < b->n_hosts; i++)
		free(b->hosts[i].name);
	intern_free(b->intern);
	batch_ordinals_free(b->ordinals);
	free(b->rows);
	free(b->slots);
	free(b->hosts);
	free(b->details);
	free(b->losses);
	free(b->stretches);
	batch_stories_reset(b->stories);
	free(b->stories);
	free(b);
}

void batch_reset(struct batch *b)
{
	free_sets(b);
	if (b->n_rows > 0)
		memset(b->slots, 0, b->n_slots * sizeof(*b->slots));
	intern_reset(b->intern);
	if (b->n_hosts > BATCH_HOSTS_MAX / 2)
		batch_forget_hosts(b);
	b->n_rows = b->n_details = b->n_losses = b->n_stretches = 0;
	b->set_bytes = 0;
	b->events = b->duplicates = 0;
	batch_stories_reset(b->stories);
}

void batch_start_text(struct batch *b)
{
	if (b->ordinals)
		batch_ordinals_reset(b->ordinals);
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* What makes a row: the signature, the process and the second; without serial also the address, and no second
 * when the time is but that of reading. */
static uint64_t row_hash(const struct batch_row *row, uint64_t signature)
{
	uint64_t second = row->timeless ? 0 : (uint64_t)batch_second(row->first);
	uint64_t rest = row->has_serial ? 1 : mix(row->ip ^ 0x2545f4914f6cdd1du, 0xd6e8feb86659fd93u) << 1;

	return mix(mix(signature ^ (uint32_t)row->pid, 0x9e3779b97f4a7c15u) ^ second, 0xc2b2ae3d27d4eb4fu ^ rest);
}

static bool is_same_row(const struct batch_row *a, const struct batch_row *b)
{
	if (a->sig != b->sig || a->pid != b->pid || a->has_serial != b->has_serial)
		return false;
	if (!a->timeless && batch_second(a->first) != batch_second(b->first))
		return false;
	return a->has_serial || (a->ip == b->ip && a->has_ip == b->has_ip);
}

static int grow_slots(struct batch *b)
{
	uint32_t n_slots = b->n_slots ? b->n_slots * 2 : 1024;
	uint32_t *slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < b->n_rows; i++) {
		uint64_t hash = row_hash(&b->rows[i], intern_get(b->intern, b->rows[i].sig)->hash);
		uint32_t at = (uint32_t)(hash >> 32) & (n_slots - 1);

		while (slots[at] != 0)
			at = (at + 1) & (n_slots - 1);
		slots[at] = i + 1;
	}
	free(b->slots);
	b->slots = slots;
	b->n_slots = n_slots;
	return 0;
}

static int grow(struct batch *b)
{
	uint32_t room = MIN(b->room ? b->room * 2 : 512, b->max_rows);
	struct batch_row *rows;

	if ((b->n_rows + 1) * 2 > b->n_slots && grow_slots(b) < 0)
		return -ENOMEM;
	if (b->n_rows < b->room || b->room == b->max_rows)
		return 0;
	rows = reallocarray(b->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	b->rows = rows;
	b->room = room;
	return 0;
}

static uint32_t *find_row(const struct batch *b, const struct batch_row *row, uint64_t hash)
{
	uint32_t mask = b->n_slots - 1;

	for (uint32_t i = (uint32_t)(hash >> 32) & mask;; i = (i + 1) & mask)
		if (b->slots[i] == 0 || is_same_row(&b->rows[b->slots[i] - 1], row))
			return &b->slots[i];
}

static bool is_earlier(const struct batch_row *a, const struct batch_row *b)
{
	return a->first < b->first || (a->first == b->first && a->serial < b->serial);
}

static void stretch_row(struct batch *b, struct batch_row *row, const struct batch_row *more)
{
	if (is_earlier(more, row)) {
		row->first = more->first;
		row->serial = more->serial;
		row->ip = more->ip;
		row->has_ip = more->has_ip;
	}
	row->last = MAX(row->last, more->last);
	row->count++;
	b->events++;
}

static int join_stamped(struct batch *b, struct batch_row *row, const struct batch_row *more)
{
	uint32_t room = row->set.room;
	int r = serials_add(&row->set, more->serial);

	if (r < 0)
		return r;
	b->set_bytes += (row->set.room - room) * sizeof(struct serials_range);
	if (r == SERIALS_E_KNOWN)
		b->duplicates++;
	else
		stretch_row(b, row, more);
	return 0;
}

/* Another text in the same batch counts from 1 again: what this one had is known. */
static int join_unstamped(struct batch *b, struct batch_row *row, const struct batch_row *more)
{
	if (more->ordinal < row->ordinal + row->count)
		b->duplicates++;
	else
		stretch_row(b, row, more);
	return 0;
}

static int append_row(struct batch *b, uint32_t *slot, const struct batch_row *row)
{
	struct batch_row *mine = &b->rows[b->n_rows];

	*mine = *row;
	if (row->has_serial)
		(void)serials_add(&mine->set, row->serial); /* the first needs no memory */
	*slot = ++b->n_rows;
	b->events++;
	return 0;
}

static void row_of(const struct event *ev, uint32_t sig, struct batch_row *ret)
{
	int64_t time = MAX(MIN(ev->time, CLOCK_MAX), INT64_C(0));

	*ret = (struct batch_row){
		.first = time,
		.last = time,
		.ip = ev->has_ip ? ev->ip : 0,
		.count = 1,
		.sig = sig,
		.serial = ev->has_serial ? ev->serial : 0,
		.pid = ev->pid,
		.has_serial = ev->has_serial,
		.has_ip = ev->has_ip,
		.timeless = !ev->has_serial && ev->time_source == EVENT_TIME_UNKNOWN,
	};
}

static bool is_full(const struct batch *b)
{
	return b->set_bytes + intern_bytes(b->intern) > b->max_bytes;
}

static int intern_event(struct batch *b, const struct event *ev, uint32_t *ret)
{
	struct span texts[INTERN_TEXT_N];
	struct intern_key key;
	uint32_t host = b->host;
	int r = 0;

	if (event_has(ev->node) && ev->node.len > 0)
		r = batch_find_host(b, event_span(ev, ev->node), &host);
	if (r != 0)
		return r;
	intern_key_of(ev, host, &key, texts);
	return intern_add(b->intern, &key, texts, ret);
}

/* A probe's event, or one whose text was joined already. Not worth losing the event for. */
static void keep_detail(struct batch *b, const struct event *ev, uint32_t sig)
{
	struct batch_detail detail = {
		.time = ev->time,
		.serial = ev->serial,
		.host = intern_get(b->intern, sig)->key.host,
		.ppid = ev->ppid,
		.tid = ev->tid,
		.error = ev->error,
		.n_args = ev->n_args,
	};

	memcpy(detail.args, ev->args, sizeof(detail.args));
	(void)batch_add_detail(b, &detail);
}

static bool has_detail(const struct event *ev)
{
	return ev->has_serial &&
		(ev->n_args > 0 || ev->error != 0 || ev->ppid != EVENT_NO_PID || ev->tid != EVENT_NO_PID);
}

int batch_add(struct batch *b, const struct event *ev)
{
	struct batch_row row;
	uint32_t sig, *slot;
	uint64_t hash;
	int r;

	if (is_full(b))
		return BATCH_E_FULL;
	r = intern_event(b, ev, &sig);
	if (r != 0)
		return r;
	if (grow(b) < 0 || (!ev->has_serial && !b->ordinals && batch_ordinals_new(&b->ordinals) < 0))
		return -ENOMEM;
	row_of(ev, sig, &row);
	hash = row_hash(&row, intern_get(b->intern, sig)->hash);
	slot = find_row(b, &row, hash);
	if (*slot == 0 && b->n_rows == b->max_rows)
		return BATCH_E_FULL;
	if (has_detail(ev))
		keep_detail(b, ev, sig);
	if (!row.has_serial)
		row.ordinal = batch_ordinals_next(b->ordinals, hash);
	if (*slot == 0)
		return append_row(b, slot, &row);
	return (row.has_serial ? join_stamped : join_unstamped)(b, &b->rows[*slot - 1], &row);
}

size_t batch_rows(const struct batch *b)
{
	return b->n_rows;
}

uint64_t batch_events(const struct batch *b)
{
	return b->events;
}

uint64_t batch_duplicates(const struct batch *b)
{
	return b->duplicates;
}

bool batch_is_empty(const struct batch *b)
{
	return b->n_rows == 0 && b->n_details == 0 && b->n_losses == 0 && b->n_stretches == 0 &&
	       (!b->stories || b->stories->n == 0);
}
