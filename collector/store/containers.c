/* SPDX-License-Identifier: MIT */
#include "containers.h"

struct containers {
	struct database *db;
	struct intern *keys; /* (host, container id) */
	struct container *rows;
	uint32_t room;
};

int containers_new(struct containers **ret, struct database *d)
{
	struct containers *s = calloc(1, sizeof(*s));

	if (!s || intern_new(&s->keys) < 0) {
		free(s);
		return -ENOMEM;
	}
	s->db = d;
	*ret = s;
	return 0;
}

void containers_free(struct containers *s)
{
	if (!s)
		return;
	intern_free(s->keys);
	free(s->rows);
	free(s);
}

void containers_forget(struct containers *s)
{
	intern_reset(s->keys);
}

size_t containers_bytes(const struct containers *s)
{
	return intern_bytes(s->keys);
}

static int select_container(struct containers *s, struct span cid, int64_t host, struct container *ret)
{
	sqlite3_stmt *stmt = database_prepare(s->db,
		"SELECT id, runtime, pod_uid IS NOT NULL FROM container WHERE host = ?1 AND cid = ?2");
	int r = database_bind(s->db, stmt, "it", host, cid);

	if (r == 0)
		r = database_step(s->db, stmt);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret = (struct container){sqlite3_column_int64(stmt, 0), -1, (uint8_t)sqlite3_column_int(stmt, 1),
		sqlite3_column_int(stmt, 2) != 0};
	sqlite3_reset(stmt);
	return 0;
}

static int insert_container(struct containers *s, const struct intern_entry *e, const struct span escaped[static 2],
	int64_t host, int64_t seq, struct container *ret)
{
	int r = database_run(s->db, "INSERT INTO container (host, runtime, cid, pod_uid, seq) VALUES (?1, ?2, ?3, ?4, ?5)",
		"iitti", host, (int64_t)e->key.runtime, escaped[0], escaped[1], seq);

	*ret = (struct container){sqlite3_last_insert_rowid(database_handle(s->db)), 0, e->key.runtime,
		escaped[1].data != NULL};
	return r;
}

/* A bare id does not say whose container it is; a later record may. */
static int complete_container(struct containers *s, const struct intern_entry *e, struct span pod_uid, int64_t seq,
	struct container *c)
{
	bool runtime = c->runtime == EVENT_RUNTIME_UNKNOWN && e->key.runtime != EVENT_RUNTIME_UNKNOWN &&
		e->key.runtime != EVENT_RUNTIME_NONE;
	int r;

	if (!runtime && (c->has_pod || !pod_uid.data))
		return 0;
	r = database_run(s->db, "UPDATE container SET runtime = ?2, pod_uid = ifnull(pod_uid, ?3), seq = ?4 WHERE id = ?1",
		"iiti", c->id, (int64_t)(runtime ? e->key.runtime : c->runtime), pod_uid, seq);
	c->runtime = runtime ? e->key.runtime : c->runtime;
	c->has_pod = c->has_pod || pod_uid.data;
	return r;
}

static int load_container(struct containers *s, const struct intern_entry *e, const struct span texts[], int64_t host,
	int64_t seq, struct container *c)
{
	CLEANUP_TEXT struct text cid = TEXT_EMPTY, pod = TEXT_EMPTY;
	struct span escaped[2] = {{0}};
	int r;

	text_add_escaped(&cid, texts[INTERN_CONTAINER]);
	text_add_escaped(&pod, texts[INTERN_POD_UID]);
	if (cid.failed || pod.failed)
		return -ENOMEM;
	escaped[0] = text_span(&cid);
	if (pod.len > 0)
		escaped[1] = text_span(&pod);
	r = c->id ? 0 : select_container(s, escaped[0], host, c);
	if (r == -ENOENT)
		return insert_container(s, e, escaped, host, seq, c);
	return r < 0 ? r : complete_container(s, e, escaped[1], seq, c);
}

int containers_find(struct containers *s, const struct intern_entry *e, int64_t host, int64_t seq,
	struct container **ret)
{
	struct span texts[INTERN_TEXT_N], key_texts[INTERN_TEXT_N] = {{0}};
	struct intern_key key = {.host = (uint32_t)host};
	uint32_t i, before = intern_count(s->keys);
	int r;

	intern_texts(e, texts);
	key_texts[INTERN_CONTAINER] = texts[INTERN_CONTAINER];
	key.len[INTERN_CONTAINER] = e->key.len[INTERN_CONTAINER];
	r = intern_add(s->keys, &key, key_texts, &i);
	if (r < 0 || intern_make_room((void **)&s->rows, &s->room, i, sizeof(*s->rows)) < 0)
		return -ENOMEM;
	if (i == before)
		s->rows[i] = (struct container){.count = -1};
	if (key.len[INTERN_CONTAINER] > 0)
		r = load_container(s, e, texts, host, seq, &s->rows[i]);
	*ret = &s->rows[i];
	return r;
}

int containers_count(struct containers *s, struct container *c, int64_t host)
{
	if (c->count >= 0)
		return 0;
	if (c->id)
		return database_number(s->db, "SELECT count(*) FROM signature WHERE host = ?1 AND container = ?2", &c->count,
			"ii", host, c->id);
	return database_number(s->db, "SELECT count(*) FROM signature WHERE host = ?1 AND container IS NULL", &c->count,
		"i", host);
}
