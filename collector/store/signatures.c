/* SPDX-License-Identifier: MIT */
#include "signatures.h"

#include "containers.h"
#include "signature_row.h"

#define CAP_DEFAULT 4096
/* Everything on a host that is in no container shares one cap; it is many programs. */
#define CAP_HOST_FACTOR 16
#define CACHE_MAX       32768
#define CACHE_BYTES_MAX ((size_t)6 << 20)

struct signatures {
	struct database *db;
	uint64_t hash_key[2];
	bool has_key;
	uint32_t cap;
	struct containers *containers;
	struct intern *known; /* a batch's signature → row */
	struct signature_id *ids;
	uint32_t ids_room;
	struct signature_info *info; /* row → info, by hash of the id; id 0 is free */
	uint32_t n_info, info_slots;
};

int signatures_new(struct signatures **ret, struct database *d, uint32_t cap)
{
	CLEANUP(signatures_free_p) struct signatures *s = calloc(1, sizeof(*s));

	if (!s || intern_new(&s->known) < 0 || containers_new(&s->containers, d) < 0)
		return -ENOMEM;
	s->db = d;
	s->cap = cap ? cap : CAP_DEFAULT;
	*ret = TAKE(s);
	return 0;
}

void signatures_free(struct signatures *s)
{
	if (!s)
		return;
	containers_free(s->containers);
	intern_free(s->known);
	free(s->ids);
	free(s->info);
	free(s);
}

void signatures_forget(struct signatures *s)
{
	intern_reset(s->known);
	containers_forget(s->containers);
	free(TAKE(s->info));
	s->n_info = s->info_slots = 0;
}

void signatures_trim(struct signatures *s)
{
	size_t bytes = intern_bytes(s->known) + containers_bytes(s->containers);

	if (intern_count(s->known) > CACHE_MAX || bytes > CACHE_BYTES_MAX || s->n_info > CACHE_MAX)
		signatures_forget(s);
}

static int read_hash_key(struct signatures *s)
{
	sqlite3_stmt *stmt;
	int r;

	if (s->has_key)
		return 0;
	stmt = database_prepare(s->db, "SELECT value FROM meta WHERE key = 'hash_key'");
	r = database_bind(s->db, stmt, "");
	if (r == 0)
		r = database_step(s->db, stmt);
	if (r < 0)
		return r;
	if (r == 0 || sqlite3_column_bytes(stmt, 0) != sizeof(s->hash_key)) {
		sqlite3_reset(stmt);
		return database_say(s->db, -EUCLEAN, "its hash key is missing; the file is damaged");
	}
	memcpy(s->hash_key, sqlite3_column_blob(stmt, 0), sizeof(s->hash_key));
	sqlite3_reset(stmt);
	s->has_key = true;
	return 0;
}

static int insert(struct signatures *s, const struct signature_row *row, uint64_t hash, struct container *c,
	int64_t seq, struct signature_id *ret)
{
	int r = containers_count(s->containers, c, row->numbers[SIGNATURE_HOST]);

	if (r < 0)
		return r;
	if (c->count >= (int64_t)s->cap * (c->id ? 1 : CAP_HOST_FACTOR))
		return -EDQUOT;
	r = signature_row_insert(s->db, row, hash, seq, &ret->id);
	c->count += r == 0;
	return r;
}

/* The counted rest of a container, which has a key of its own: what it is part of, and nothing of the call. */
static int resolve_other(struct signatures *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct signature_id *ret)
{
	struct span texts[INTERN_TEXT_N];
	struct intern_entry other = {.key = {
		.syscall = EVENT_NO_SYSCALL,
		.source = e->key.source,
		.time_source = e->key.time_source,
		.mode = e->key.mode,
		.action = e->key.action,
		.attribution = e->key.attribution,
		.runtime = e->key.runtime,
		.texts = e->key.texts & 1u << INTERN_CONTAINER,
		.other = 1,
	}};

	intern_texts(e, texts);
	other.key.len[INTERN_CONTAINER] = e->key.len[INTERN_CONTAINER];
	other.bytes = other.key.texts ? (char *)texts[INTERN_CONTAINER].data : (char[]){""};
	return signatures_resolve(s, &other, host, seq, ret);
}

static int look_up_other(struct signatures *s, const struct intern_entry *e, const struct container *c, int64_t host,
	int64_t seq, struct signature_id *ret)
{
	struct signature_row row = {0};
	uint64_t hash;
	int r;

	ret->is_other = true;
	signature_row_fill_other(e, host, c->id, &row);
	r = signature_row_hash(s->hash_key, &row, &hash);
	if (r == 0)
		r = signature_row_select(s->db, &row, hash, &ret->id);
	return r == -ENOENT ? signature_row_insert(s->db, &row, hash, seq, &ret->id) : r;
}

static int look_up(struct signatures *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct signature_id *ret)
{
	CLEANUP(signature_row_free) struct signature_row row = {0};
	struct container *c = NULL;
	uint64_t hash;
	int r = read_hash_key(s);

	if (r == 0)
		r = containers_find(s->containers, e, host, seq, &c);
	if (r == 0 && e->key.other)
		return look_up_other(s, e, c, host, seq, ret);
	if (r == 0)
		r = signature_row_fill(e, host, c->id, &row);
	if (r == 0)
		r = signature_row_hash(s->hash_key, &row, &hash);
	if (r < 0)
		return r;
	r = signature_row_select(s->db, &row, hash, &ret->id);
	if (r == -ENOENT)
		r = insert(s, &row, hash, c, seq, ret);
	return r == -EDQUOT ? resolve_other(s, e, host, seq, ret) : r;
}

int signatures_resolve(struct signatures *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct signature_id *ret)
{
	struct span texts[INTERN_TEXT_N];
	struct intern_key key = e->key;
	struct signature_id found = {0};
	uint32_t i, before = intern_count(s->known);
	int r;

	key.host = (uint32_t)host;
	intern_texts(e, texts);
	r = intern_add(s->known, &key, texts, &i);
	if (r == 0)
		r = intern_make_room((void **)&s->ids, &s->ids_room, i, sizeof(*s->ids));
	if (r == 0 && i == before)
		s->ids[i] = (struct signature_id){0};
	if (r == 0 && s->ids[i].id == 0) {
		r = look_up(s, e, host, seq, &found);
		if (r == 0)
			s->ids[i] = found;
	}
	if (r == 0)
		*ret = s->ids[i];
	return r;
}

/* ---- what merging asks --------------------------------------------------------------------------------------- */

/* Source, attribution and what they lead to are left out: they differ between the ways a record came. */
static int twin_of(const struct signature_row *row, uint64_t *ret)
{
	CLEANUP_TEXT struct text all = TEXT_EMPTY;
	enum signature_column from = SIGNATURE_CODE, until = SIGNATURE_OTHER;

	text_add(&all, (struct span){(const char *)&row->numbers[SIGNATURE_HOST], sizeof(row->numbers[0])});
	text_add(&all, (struct span){(const char *)&row->numbers[from], (until - from) * sizeof(row->numbers[0])});
	for (size_t i = 0; i < SIGNATURE_TWIN_TEXTS; i++) {
		text_add(&all, (struct span){(const char *)&row->texts[i].len, sizeof(row->texts[i].len)});
		text_add(&all, text_span(&row->texts[i]));
	}
	if (all.failed)
		return -ENOMEM;
	*ret = base_hash(all.data, all.len);
	return 0;
}

int signatures_twin(const struct intern_entry *e, int64_t host, uint64_t *ret)
{
	CLEANUP(signature_row_free) struct signature_row row = {0};
	int r = signature_row_fill(e, host, 0, &row);

	return r < 0 ? r : twin_of(&row, ret);
}

static struct signature_info *find_info(const struct signatures *s, int64_t id)
{
	uint32_t at = (uint32_t)((uint64_t)id * 0x9e3779b97f4a7c15u >> 32);

	for (;; at++) {
		struct signature_info *info = &s->info[at & (s->info_slots - 1)];

		if (info->id == id || info->id == 0)
			return info;
	}
}

static int grow_info(struct signatures *s)
{
	struct signatures wider = {.info_slots = s->info_slots ? s->info_slots * 2 : 256};

	if ((s->n_info + 1) * 2 <= s->info_slots)
		return 0;
	wider.info = calloc(wider.info_slots, sizeof(*wider.info));
	if (!wider.info)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->info_slots; i++)
		if (s->info[i].id != 0)
			*find_info(&wider, s->info[i].id) = s->info[i];
	free(s->info);
	s->info = wider.info;
	s->info_slots = wider.info_slots;
	return 0;
}

int signatures_info(struct signatures *s, int64_t id, struct signature_info *ret)
{
	CLEANUP(signature_row_free) struct signature_row row = {0};
	struct signature_info *info;
	int r = grow_info(s);

	if (r < 0)
		return r;
	info = find_info(s, id);
	if (info->id == 0) {
		r = signature_row_load(s->db, id, &row);
		if (r == 0)
			r = twin_of(&row, &info->twin);
		if (r < 0)
			return r;
		info->host = row.numbers[SIGNATURE_HOST];
		info->id = id;
		s->n_info++;
	}
	*ret = *info;
	return 0;
}
