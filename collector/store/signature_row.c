/* SPDX-License-Identifier: MIT */
#include "signature_row.h"

#include "siphash.h"

static const enum intern_text row_texts[] = {INTERN_COMM, INTERN_EXE, INTERN_SUBJ, INTERN_UNIT};

void signature_row_free(struct signature_row *row)
{
	for (size_t i = 0; i < ARRAY_SIZE(row->texts); i++)
		text_free(&row->texts[i]);
}

static void set(struct signature_row *row, enum signature_column column, bool is_null, int64_t value)
{
	row->numbers[column] = is_null ? 0 : value;
	row->nulls |= (uint32_t)is_null << column;
}

static void fill_origin(const struct intern_key *key, struct signature_row *row)
{
	set(row, SIGNATURE_SOURCE, false, key->source);
	set(row, SIGNATURE_TIME_SOURCE, false, key->time_source);
	set(row, SIGNATURE_ATTRIBUTION, false, key->attribution);
	set(row, SIGNATURE_MODE, false, key->mode);
	set(row, SIGNATURE_ACTION, false, key->action);
}

static void fill_call(const struct intern_key *key, struct signature_row *row)
{
	set(row, SIGNATURE_CODE, !(key->has & INTERN_HAS_CODE), key->code);
	set(row, SIGNATURE_ARCH, !(key->has & INTERN_HAS_ARCH), key->arch);
	set(row, SIGNATURE_SYSCALL, key->syscall == EVENT_NO_SYSCALL, key->syscall);
	set(row, SIGNATURE_COMPAT, key->compat < 0, key->compat);
	set(row, SIGNATURE_SIG, key->sig < 0, key->sig);
	set(row, SIGNATURE_UID, key->uid == EVENT_UNSET, key->uid);
	set(row, SIGNATURE_GID, key->gid == EVENT_UNSET, key->gid);
	set(row, SIGNATURE_AUID, key->auid == EVENT_UNSET, key->auid);
	set(row, SIGNATURE_SES, key->ses == EVENT_UNSET, key->ses);
}

static int fill_texts(const struct intern_entry *e, struct signature_row *row)
{
	struct span texts[INTERN_TEXT_N];

	intern_texts(e, texts);
	for (size_t i = 0; i < ARRAY_SIZE(row_texts); i++) {
		struct span raw = texts[row_texts[i]];

		text_add_escaped(&row->texts[i], raw);
		text_add(&row->texts[i], (struct span){0});
		row->null_texts |= (uint32_t)!raw.data << i;
		if (row->texts[i].failed)
			return -ENOMEM;
	}
	return 0;
}

int signature_row_fill(const struct intern_entry *e, int64_t host, int64_t container, struct signature_row *row)
{
	set(row, SIGNATURE_HOST, false, host);
	set(row, SIGNATURE_CONTAINER, container == 0, container);
	fill_origin(&e->key, row);
	fill_call(&e->key, row);
	return fill_texts(e, row);
}

void signature_row_fill_other(const struct intern_entry *e, int64_t host, int64_t container, struct signature_row *row)
{
	set(row, SIGNATURE_HOST, false, host);
	set(row, SIGNATURE_CONTAINER, container == 0, container);
	fill_origin(&e->key, row);
	for (enum signature_column c = SIGNATURE_CODE; c < SIGNATURE_OTHER; c++)
		set(row, c, true, 0);
	set(row, SIGNATURE_OTHER, false, 1);
	row->null_texts = ~0u;
}

int signature_row_hash(const uint64_t key[static 2], const struct signature_row *row, uint64_t *ret)
{
	CLEANUP_TEXT struct text all = TEXT_EMPTY;

	text_add(&all, (struct span){(const char *)row->numbers, sizeof(row->numbers)});
	text_add(&all, (struct span){(const char *)&row->nulls, sizeof(row->nulls)});
	text_add(&all, (struct span){(const char *)&row->null_texts, sizeof(row->null_texts)});
	for (size_t i = 0; i < ARRAY_SIZE(row->texts); i++) {
		text_add(&all, (struct span){(const char *)&row->texts[i].len, sizeof(row->texts[i].len)});
		text_add(&all, text_span(&row->texts[i]));
	}
	if (all.failed)
		return -ENOMEM;
	*ret = siphash(key, text_span(&all));
	return 0;
}

/* Parameters: 1 the hash, then the columns in order, then the texts. */
static int bind_row(struct database *d, sqlite3_stmt *stmt, const struct signature_row *row, uint64_t hash)
{
	int r = database_bind(d, stmt, "i", (int64_t)hash), rc = SQLITE_OK;

	for (int i = 0; i < SIGNATURE_N && r == 0 && rc == SQLITE_OK; i++)
		rc = row->nulls & 1u << i ? sqlite3_bind_null(stmt, i + 2)
					  : sqlite3_bind_int64(stmt, i + 2, row->numbers[i]);
	for (int i = 0; i < (int)ARRAY_SIZE(row->texts) && r == 0 && rc == SQLITE_OK; i++)
		rc = sqlite3_bind_text(stmt, i + SIGNATURE_N + 2, row->null_texts & 1u << i ? NULL : row->texts[i].data,
			(int)row->texts[i].len, SQLITE_STATIC);
	return rc == SQLITE_OK ? r : database_fail(d, rc);
}

int signature_row_select(struct database *d, const struct signature_row *row, uint64_t hash, int64_t *ret)
{
	sqlite3_stmt *stmt = database_prepare(d,
		"SELECT id FROM signature INDEXED BY signature_hash WHERE hash = ?1 AND host = ?2 AND container IS ?3 AND source = ?4"
		" AND time_source = ?5 AND attribution = ?6 AND mode = ?7 AND action = ?8 AND code IS ?9 AND arch IS ?10"
		" AND syscall IS ?11 AND compat IS ?12 AND sig IS ?13 AND uid IS ?14 AND gid IS ?15 AND auid IS ?16"
		" AND ses IS ?17 AND other = ?18 AND comm IS ?19 AND exe IS ?20 AND subj IS ?21 AND unit IS ?22");
	int r = bind_row(d, stmt, row, hash);

	if (r == 0)
		r = database_step(d, stmt);
	if (r <= 0)
		return r < 0 ? r : -ENOENT;
	*ret = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return 0;
}

int signature_row_insert(struct database *d, const struct signature_row *row, uint64_t hash, int64_t seq, int64_t *ret)
{
	sqlite3_stmt *stmt = database_prepare(d,
		"INSERT INTO signature (hash, host, container, source, time_source, attribution, mode, action, code, arch,"
		" syscall, compat, sig, uid, gid, auid, ses, other, comm, exe, subj, unit, seq)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,"
		" ?22, ?23)");
	int r = bind_row(d, stmt, row, hash);

	if (r == 0 && sqlite3_bind_int64(stmt, SIGNATURE_N + (int)ARRAY_SIZE(row->texts) + 2, seq) != SQLITE_OK)
		r = -EINVAL;
	if (r == 0)
		r = database_step(d, stmt);
	if (r == 0)
		*ret = sqlite3_last_insert_rowid(database_handle(d));
	return r;
}

/* Columns: the numbers in order, then the texts. */
static int read_row(sqlite3_stmt *stmt, struct signature_row *row)
{
	for (int i = 0; i < SIGNATURE_N; i++)
		set(row, (enum signature_column)i, sqlite3_column_type(stmt, i) == SQLITE_NULL, sqlite3_column_int64(stmt, i));
	for (int i = 0; i < (int)ARRAY_SIZE(row->texts); i++) {
		const char *text = (const char *)sqlite3_column_text(stmt, SIGNATURE_N + i);

		row->null_texts |= (uint32_t)!text << i;
		text_add(&row->texts[i], (struct span){text, (size_t)sqlite3_column_bytes(stmt, SIGNATURE_N + i)});
		if (row->texts[i].failed)
			return -ENOMEM;
	}
	return 0;
}

int signature_row_load(struct database *d, int64_t id, struct signature_row *ret)
{
	sqlite3_stmt *stmt = database_prepare(d,
		"SELECT host, container, source, time_source, attribution, mode, action, code, arch, syscall, compat, sig,"
		" uid, gid, auid, ses, other, comm, exe, subj, unit FROM signature WHERE id = ?1");
	int r = database_bind(d, stmt, "i", id);

	if (r == 0)
		r = database_step(d, stmt);
	if (r == 0)
		return database_say(d, -EUCLEAN, "a signature is missing; the file is damaged");
	if (r < 0)
		return r;
	r = read_row(stmt, ret);
	sqlite3_reset(stmt);
	return r;
}
