/* SPDX-License-Identifier: MIT */
#include "seconds.h"

#include "seccompwatch/event.h"

#define KEPT 8

struct seconds {
	struct database *db;
	struct signatures *signatures;
	size_t max_rows;
	struct second *kept[KEPT];
	uint64_t uses;
};

int seconds_new(struct seconds **ret, struct database *d, struct signatures *signatures, size_t max_rows)
{
	struct seconds *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->db = d;
	s->signatures = signatures;
	s->max_rows = max_rows;
	*ret = s;
	return 0;
}

static void free_second(struct second *second)
{
	if (!second)
		return;
	for (uint32_t i = 0; i < second->n; i++)
		serials_free(&second->rows[i].set);
	for (uint32_t i = 0; i < second->n_known; i++)
		known_free(&second->known[i].serials);
	free(second->rows);
	free(second->slots);
	free(second->twins);
	free(second->known);
	free(second);
}
DEFINE_CLEANUP(struct second *, free_second)

void seconds_forget(struct seconds *s)
{
	for (size_t i = 0; i < KEPT; i++)
		free_second(TAKE(s->kept[i]));
}

void seconds_free(struct seconds *s)
{
	if (!s)
		return;
	seconds_forget(s);
	free(s);
}

void seconds_trim(struct seconds *s)
{
	size_t rows = 0;

	for (size_t i = 0; i < KEPT; i++)
		rows += s->kept[i] ? s->kept[i]->n : 0;
	if (rows > s->max_rows)
		seconds_forget(s);
}

static uint32_t hash_of(uint64_t what, int32_t pid)
{
	uint64_t key[2] = {what, (uint64_t)pid};

	return (uint32_t)(base_hash(key, sizeof(key)) >> 32);
}

static void place(uint32_t *slots, uint32_t n_slots, uint32_t hash, uint32_t row)
{
	uint32_t at = hash & (n_slots - 1);

	while (slots[at] != 0)
		at = (at + 1) & (n_slots - 1);
	slots[at] = row + 1;
}

static void place_row(struct second *second, uint32_t row)
{
	const struct seconds_row *r = &second->rows[row];

	if (r->has_serial)
		place(second->slots, second->n_slots, hash_of((uint64_t)r->sig, r->pid), row);
}

static int grow(struct second *second)
{
	uint32_t room = second->room ? second->room * 2 : 16;
	struct seconds_row *rows;
	uint32_t *slots;

	if (second->n < second->room)
		return 0;
	rows = reallocarray(second->rows, room, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	second->rows = rows;
	slots = calloc((size_t)room * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(second->slots);
	second->slots = slots;
	second->n_slots = room * 2;
	second->room = room;
	for (uint32_t i = 0; i < second->n; i++)
		place_row(second, i);
	return 0;
}

struct seconds_row *seconds_find(struct second *second, int64_t sig, int32_t pid)
{
	if (second->n_slots == 0)
		return NULL;
	for (uint32_t at = hash_of((uint64_t)sig, pid);; at++) {
		uint32_t slot = second->slots[at & (second->n_slots - 1)];
		struct seconds_row *row = &second->rows[slot - 1];

		if (slot == 0)
			return NULL;
		if (row->sig == sig && row->pid == pid)
			return row;
	}
}

static struct seconds_known *find_known(struct second *second, int64_t host)
{
	for (uint32_t i = 0; i < second->n_known; i++)
		if (second->known[i].host == host)
			return &second->known[i];
	return NULL;
}

static int add_known(struct second *second, int64_t host, struct seconds_known **ret)
{
	struct seconds_known *known = find_known(second, host);

	if (!known) {
		known = reallocarray(second->known, second->n_known + 1, sizeof(*known));
		if (!known)
			return -ENOMEM;
		second->known = known;
		known += second->n_known++;
		*known = (struct seconds_known){.host = host};
	}
	*ret = known;
	return 0;
}

int seconds_learn(struct second *second, int64_t host, const struct serials *set)
{
	struct seconds_known *known;
	int r = add_known(second, host, &known);

	return r < 0 ? r : known_learn(&known->serials, set);
}

int seconds_subtract(struct second *second, int64_t host, const struct serials *set, struct serials *ret)
{
	const struct seconds_known *known = find_known(second, host);

	return known ? known_subtract(&known->serials, set, ret) : serials_merge(ret, set);
}

struct seconds_row *seconds_holder(struct second *second, int64_t host, uint32_t serial)
{
	const struct seconds_known *known = find_known(second, host);

	if (!known || !known_has(&known->serials, serial))
		return NULL;
	for (uint32_t i = 0; i < second->n; i++)
		if (second->rows[i].host == host && serials_has(&second->rows[i].set, serial))
			return &second->rows[i];
	return NULL;
}

static int add(struct second *second, struct seconds_row *row)
{
	if (grow(second) < 0)
		return -ENOMEM;
	second->rows[second->n++] = *row;
	row->set = SERIALS_EMPTY;
	place_row(second, second->n - 1);
	return 0;
}

int seconds_add(struct second *second, struct seconds_row *row)
{
	int r = seconds_learn(second, row->host, &row->set);

	return r < 0 ? r : add(second, row);
}

/* Rows with serial are one for each signature and process, whatever their address; those without are not. */
static uint32_t twin_hash(uint64_t twin, int32_t pid, bool has_serial, uint64_t ip)
{
	return hash_of(has_serial ? twin : ~twin ^ ip * 0x9e3779b97f4a7c15u, pid);
}

static int make_twins(struct second *second)
{
	uint32_t n_twins = MAX(second->room * 2, 32u);
	uint32_t *twins = calloc(n_twins, sizeof(*twins));

	if (!twins)
		return -ENOMEM;
	free(second->twins);
	second->twins = twins;
	second->n_twins = n_twins;
	second->twin_rows = 0;
	return 0;
}

static int index_twins(struct second *second)
{
	if (second->n * 2 > second->n_twins && make_twins(second) < 0)
		return -ENOMEM;
	for (; second->twin_rows < second->n; second->twin_rows++) {
		const struct seconds_row *row = &second->rows[second->twin_rows];

		place(second->twins, second->n_twins, twin_hash(row->twin, row->pid, row->has_serial, row->ip),
			second->twin_rows);
	}
	return 0;
}

static bool is_twin(const struct seconds_row *row, const struct seconds_twin *wanted, bool has_serial)
{
	if (row->count == 0 || row->has_serial != has_serial || row->pid != wanted->pid || row->twin != wanted->twin ||
		row->host != wanted->host)
		return false;
	return (has_serial && row->count > 1) || (row->has_ip == wanted->has_ip && row->ip == wanted->ip);
}

struct seconds_row *seconds_next_twin(struct second *second, const struct seconds_twin *wanted, bool has_serial,
	uint32_t *at)
{
	uint32_t hash = twin_hash(wanted->twin, wanted->pid, has_serial, wanted->ip);

	if (second->n == 0 || index_twins(second) < 0)
		return NULL;
	for (;;) {
		uint32_t slot = second->twins[(hash + (*at)++) & (second->n_twins - 1)];

		if (slot == 0)
			return NULL;
		if (is_twin(&second->rows[slot - 1], wanted, has_serial))
			return &second->rows[slot - 1];
	}
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

/* Columns: id, sig, pid, ip, serial, count, span, serials. */
static int read_row(sqlite3_stmt *stmt, struct seconds_row *ret)
{
	uint64_t count = (uint64_t)sqlite3_column_int64(stmt, 5);
	int r = 0;

	*ret = (struct seconds_row){
		.id = sqlite3_column_int64(stmt, 0),
		.sig = sqlite3_column_int64(stmt, 1),
		.pid = sqlite3_column_type(stmt, 2) == SQLITE_NULL ? EVENT_NO_PID : sqlite3_column_int(stmt, 2),
		.has_ip = sqlite3_column_type(stmt, 3) != SQLITE_NULL,
		.ip = (uint64_t)sqlite3_column_int64(stmt, 3),
		.has_serial = sqlite3_column_type(stmt, 4) != SQLITE_NULL,
		.serial = (uint32_t)sqlite3_column_int64(stmt, 4),
		.count = count,
	};
	ret->first = ret->id >> SECONDS_ID_SHIFT;
	ret->last = ret->first + sqlite3_column_int64(stmt, 6);
	if (ret->has_serial && sqlite3_column_type(stmt, 7) == SQLITE_BLOB)
		r = serials_decode(sqlite3_column_blob(stmt, 7), (size_t)sqlite3_column_bytes(stmt, 7), count, &ret->set);
	else if (ret->has_serial)
		r = serials_add(&ret->set, ret->serial);
	return MIN(r, 0);
}

static int add_stored(struct seconds *s, struct second *second, struct seconds_row *row)
{
	struct signature_info info;
	int r = signatures_info(s->signatures, row->sig, &info);

	if (r == 0)
		row->host = info.host;
	if (r == 0)
		row->twin = info.twin;
	if (r == 0)
		r = add(second, row);
	serials_free(&row->set); /* empty when it moved */
	return r;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct serials_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* All ranges of a host at once: merging row by row would be quadratic for interleaved processes. */
static int learn_host(struct second *second, int64_t host)
{
	CLEANUP_FREE struct serials_range *all = NULL;
	CLEANUP_SERIALS struct serials set = SERIALS_EMPTY;
	size_t n = 0;
	int r = 0;

	for (uint32_t i = 0; i < second->n; i++)
		n += second->rows[i].host == host ? second->rows[i].set.n : 0;
	all = calloc(MAX(n, (size_t)1), sizeof(*all));
	if (!all)
		return -ENOMEM;
	n = 0;
	for (uint32_t i = 0; i < second->n; i++) {
		const struct serials *mine = &second->rows[i].set;

		if (second->rows[i].host != host)
			continue;
		memcpy(all + n, serials_ranges(mine), mine->n * sizeof(*all));
		n += mine->n;
	}
	qsort(all, n, sizeof(*all), compare_ranges);
	for (size_t i = 0; i < n && r == 0; i++)
		r = serials_merge(&set, &(struct serials){.n = 1, .one = all[i]});
	return r < 0 ? r : seconds_learn(second, host, &set);
}

static int learn_all(struct second *second)
{
	int r = 0;

	for (uint32_t i = 0; i < second->n && r == 0; i++)
		if (!find_known(second, second->rows[i].host))
			r = learn_host(second, second->rows[i].host);
	return r;
}

static int load(struct seconds *s, struct second *second)
{
	sqlite3_stmt *stmt = database_prepare(s->db,
		"SELECT id, sig, pid, ip, serial, count, span, serials FROM event WHERE id >= ?1 AND id < ?2");
	int r = database_bind(s->db, stmt, "ii", seconds_first_id(second->number), seconds_first_id(second->number + 1));
	struct seconds_row row;

	while (r == 0 && (r = database_step(s->db, stmt)) > 0) {
		r = read_row(stmt, &row);
		if (r == 0)
			r = add_stored(s, second, &row);
	}
	if (r < 0 && stmt)
		sqlite3_reset(stmt);
	if (r == -EBADMSG)
		return database_say(s->db, -EUCLEAN, "a set of serials in it is damaged");
	return r < 0 ? r : learn_all(second);
}

bool seconds_has(const struct seconds *s, int64_t number)
{
	for (size_t i = 0; i < KEPT; i++)
		if (s->kept[i] && s->kept[i]->number == number)
			return true;
	return false;
}

int seconds_get(struct seconds *s, int64_t number, struct second **ret)
{
	CLEANUP(free_second_p) struct second *second = NULL;
	size_t oldest = 0;
	int r;

	for (size_t i = 0; i < KEPT; i++) {
		if (s->kept[i] && s->kept[i]->number == number) {
			s->kept[i]->used = ++s->uses;
			*ret = s->kept[i];
			return 0;
		}
		if (!s->kept[i] || (s->kept[oldest] && s->kept[i]->used < s->kept[oldest]->used))
			oldest = i;
	}
	second = calloc(1, sizeof(*second));
	if (!second)
		return -ENOMEM;
	second->number = number;
	second->used = ++s->uses;
	r = load(s, second);
	if (r < 0)
		return r;
	free_second(s->kept[oldest]);
	*ret = s->kept[oldest] = TAKE(second);
	return 0;
}
