/* SPDX-License-Identifier: MIT */
#include "append.h"

struct append {
	struct database *db;
	const struct append_row *rows;
	size_t n;
};

struct cursor {
	sqlite3_vtab_cursor base;
	const struct append *append;
	size_t at;
};

struct table {
	sqlite3_vtab base;
	const struct append *append;
};

enum column {
	COLUMN_ID,
	COLUMN_SIG,
	COLUMN_PID,
	COLUMN_IP,
	COLUMN_SERIAL,
	COLUMN_COUNT,
	COLUMN_SPAN,
	COLUMN_SERIALS,
};

static int on_connect(sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **ret, char **error)
{
	struct table *table;
	int rc = sqlite3_declare_vtab(db, "CREATE TABLE x (id, sig, pid, ip, serial, count, span, serials)");

	if (rc != SQLITE_OK)
		return rc;
	table = sqlite3_malloc(sizeof(*table));
	if (!table)
		return SQLITE_NOMEM;
	*table = (struct table){.append = data};
	*ret = &table->base;
	return SQLITE_OK;
}

static int on_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int on_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	info->estimatedCost = 1;
	return SQLITE_OK;
}

static int on_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
	struct cursor *c = sqlite3_malloc(sizeof(*c));

	if (!c)
		return SQLITE_NOMEM;
	*c = (struct cursor){.append = ((struct table *)table)->append};
	*ret = &c->base;
	return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *cursor, int number, const char *name, int argc, sqlite3_value **argv)
{
	((struct cursor *)cursor)->at = 0;
	return SQLITE_OK;
}

static int on_next(sqlite3_vtab_cursor *cursor)
{
	((struct cursor *)cursor)->at++;
	return SQLITE_OK;
}

static int on_eof(sqlite3_vtab_cursor *cursor)
{
	const struct cursor *c = (struct cursor *)cursor;

	return c->at >= c->append->n;
}

static int result_serials(sqlite3_context *context, const struct batch_row *row)
{
	unsigned char *blob;

	if (row->count == 1 || !row->has_serial)
		return SQLITE_OK; /* NULL */
	blob = sqlite3_malloc64(serials_room(&row->set));
	if (!blob)
		return SQLITE_NOMEM;
	sqlite3_result_blob64(context, blob, serials_encode(&row->set, blob), sqlite3_free);
	return SQLITE_OK;
}

/* What is not set is NULL. */
static int on_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
	const struct cursor *c = (struct cursor *)cursor;
	const struct append_row *a = &c->append->rows[c->at];
	const struct batch_row *row = a->row;

	switch ((enum column)column) {
	case COLUMN_ID:
		sqlite3_result_int64(context, a->id);
		break;
	case COLUMN_SIG:
		sqlite3_result_int64(context, a->sig);
		break;
	case COLUMN_PID:
		if (row->pid != EVENT_NO_PID)
			sqlite3_result_int64(context, row->pid);
		break;
	case COLUMN_IP:
		if (row->has_ip)
			sqlite3_result_int64(context, (int64_t)row->ip);
		break;
	case COLUMN_SERIAL:
		if (row->has_serial)
			sqlite3_result_int64(context, row->serial);
		break;
	case COLUMN_COUNT:
		sqlite3_result_int64(context, (int64_t)row->count);
		break;
	case COLUMN_SPAN:
		if (row->count > 1)
			sqlite3_result_int64(context, row->last - row->first);
		break;
	case COLUMN_SERIALS:
		return result_serials(context, row);
	}
	return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret)
{
	*ret = (sqlite3_int64)((struct cursor *)cursor)->at;
	return SQLITE_OK;
}

/* Without xCreate the table is there by its name alone, and only there. */
static const sqlite3_module module = {
	.xConnect = on_connect,
	.xDisconnect = on_disconnect,
	.xBestIndex = on_best_index,
	.xOpen = on_open,
	.xClose = on_close,
	.xFilter = on_filter,
	.xNext = on_next,
	.xEof = on_eof,
	.xColumn = on_column,
	.xRowid = on_rowid,
};

int append_new(struct append **ret, struct database *d)
{
	CLEANUP(append_free_p) struct append *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return -ENOMEM;
	a->db = d;
	rc = sqlite3_create_module_v2(database_handle(d), "append_rows", &module, a, NULL);
	if (rc != SQLITE_OK)
		return database_fail(d, rc);
	*ret = TAKE(a);
	return 0;
}

void append_free(struct append *a)
{
	free(a);
}

int append_rows(struct append *a, const struct append_row *rows, size_t n, int64_t seq)
{
	int r;

	if (n == 0)
		return 0;
	a->rows = rows;
	a->n = n;
	r = database_run(a->db,
		"INSERT INTO event (id, sig, pid, ip, serial, seq, count, span, serials)"
		" SELECT id, sig, pid, ip, serial, ?1, count, span, serials FROM append_rows",
		"i", seq);
	a->rows = NULL;
	a->n = 0;
	return r;
}
