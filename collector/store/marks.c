/* SPDX-License-Identifier: MIT */
#include "seccompwatch/marks.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "marks_place.h"
#include "migrate.h"

#define BUSY_MS   500
#define FILE_MODE 0640
#define VIEWER    "page"

/* One opening of the file, and the rights with which it is open. */
struct session {
	struct marks_guise guise;
	struct database *d;
};

static void session_end(struct session *s)
{
	database_close(s->d);
	marks_guise_take_off(&s->guise);
}
#define CLEANUP_SESSION CLEANUP(session_end)

static int say(const struct session *s, int error, struct text *why)
{
	text_add_str(why, s->d ? database_error(s->d) : strerror(-error));
	return error;
}

static int check_file(const char *path, struct text *why)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		int r = -errno;

		if (r != -ENOENT)
			text_printf(why, "%s: cannot be reached by the server's user: %s", path, strerror(-r));
		return r;
	}
	if (S_ISREG(st.st_mode))
		return 0;
	text_printf(why, "%s: is not a regular file", path);
	return -EINVAL;
}

/* SQLite would make it readable to all. */
static int make_file(const char *path, struct text *why)
{
	CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int r = fd < 0 ? -errno : 0;

	if (r < 0)
		text_printf(why, "%s: cannot be made: %s", path, strerror(-r));
	return r;
}

static int open_file(struct session *s, const char *path, bool write, struct text *why)
{
	int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
	int64_t version = 0;
	int r = check_file(path, why);

	if (r == -ENOENT && write)
		r = make_file(path, why);
	if (r == 0)
		r = database_open(&s->d, path, flags, BUSY_MS, why);
	if (r < 0)
		return r;
	r = write ? migrate_database(s->d, &migrate_marks) : migrate_recognise(s->d, &migrate_marks, &version);
	if (r < 0)
		return say(s, r, why);
	/* Somebody began to make it. */
	return write || version > 0 ? 0 : -ENOENT;
}

/* -ENOENT: reading, and there is nothing. */
static int session_begin(struct session *s, const char *db, bool write, struct text *why)
{
	CLEANUP_TEXT struct text directory = TEXT_EMPTY, file = TEXT_EMPTY;
	int r = marks_place_names(db, &directory, &file);

	if (r == 0 && write)
		r = marks_prepare(db, why);
	if (r == 0)
		r = marks_guise_wear(&s->guise, directory.data, why);
	return r == 0 ? open_file(s, file.data, write, why) : r;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int copy_text(sqlite3_stmt *stmt, int column, char **ret)
{
	const char *s = (const char *)sqlite3_column_text(stmt, column);

	if (!s || *s == '\0')
		return 0;
	*ret = strdup(s);
	return *ret ? 0 : -ENOMEM;
}

static int read_mute(sqlite3_stmt *stmt, struct marks_mute *ret)
{
	int r;

	ret->id = sqlite3_column_int64(stmt, 0);
	ret->scope = (enum marks_scope)sqlite3_column_int(stmt, 1);
	ret->time = sqlite3_column_int64(stmt, 7);
	r = copy_text(stmt, 2, &ret->subject);
	if (r == 0)
		r = copy_text(stmt, 3, &ret->syscall);
	if (r == 0)
		r = copy_text(stmt, 4, &ret->arch);
	if (r == 0)
		r = copy_text(stmt, 5, &ret->action);
	if (r == 0)
		r = copy_text(stmt, 6, &ret->note);
	if (r == 0)
		r = copy_text(stmt, 8, &ret->author);
	return r;
}

static int read_mutes(struct database *d, struct marks *m)
{
	sqlite3_stmt *stmt = database_prepare(d,
		"SELECT id, scope, subject, syscall, arch, action, note, time, author FROM mute ORDER BY id LIMIT ?1");
	int r = database_bind(d, stmt, "i", (int64_t)MARKS_MAX);

	m->mutes = calloc(MARKS_MAX, sizeof(*m->mutes));
	if (!m->mutes)
		return -ENOMEM;
	if (r == 0)
		r = database_step(d, stmt);
	while (r > 0) {
		r = read_mute(stmt, &m->mutes[m->n++]);
		if (r == 0)
			r = database_step(d, stmt);
	}
	return r;
}

int marks_read(const char *db, struct marks *ret, struct text *why)
{
	CLEANUP_SESSION struct session s = {0};
	CLEANUP_MARKS struct marks m = MARKS_EMPTY;
	int r = session_begin(&s, db, false, why);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0) {
		r = read_mutes(s.d, &m);
		if (r == 0)
			r = database_number(s.d, "SELECT time FROM looked WHERE viewer = ?1", &m.looked, "t", SPAN(VIEWER));
		if (r < 0 && r != -ENOENT)
			return say(&s, r, why);
	}
	*ret = m;
	m = MARKS_EMPTY;
	return 0;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static struct span or_empty(const char *s)
{
	return span_from(s ? s : "");
}

static int find_same(struct database *d, const struct marks_mute *mute, int64_t *ret_id)
{
	return database_number(d,
		"SELECT id FROM mute WHERE scope = ?1 AND subject = ?2 AND syscall = ?3 AND arch = ?4 AND action = ?5", ret_id,
		"itttt", (int64_t)mute->scope, or_empty(mute->subject), or_empty(mute->syscall), or_empty(mute->arch),
		or_empty(mute->action));
}

static int insert(struct database *d, const struct marks_mute *mute, int64_t *ret_id)
{
	int64_t n = 0;
	int r = database_number(d, "SELECT count(*) FROM mute", &n, "");

	if (r == 0 && n >= MARKS_MAX)
		return database_say(d, -ENOSPC, "holds as many mutes as it may; undo some");
	if (r == 0)
		r = database_run(d,
			"INSERT INTO mute (scope, subject, syscall, arch, action, note, time, author)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			"ittttt" "it", (int64_t)mute->scope, or_empty(mute->subject), or_empty(mute->syscall), or_empty(mute->arch),
			or_empty(mute->action), or_empty(mute->note), mute->time, or_empty(mute->author));
	if (r == 0)
		*ret_id = sqlite3_last_insert_rowid(database_handle(d));
	return r;
}

static int insert_once(struct database *d, const struct marks_mute *mute, int64_t *ret_id)
{
	int r = find_same(d, mute, ret_id);

	return r == -ENOENT ? insert(d, mute, ret_id) : r == 0 ? MARKS_E_KNOWN : r;
}

int marks_mute(const char *db, const struct marks_mute *mute, int64_t *ret_id, struct text *why)
{
	CLEANUP_SESSION struct session s = {0};
	const char *field;
	int64_t id = 0;
	int r = marks_check(mute, &field, why), done;

	if (r == 0)
		r = session_begin(&s, db, true, why);
	if (r < 0)
		return r;
	r = database_begin(s.d);
	if (r == 0)
		r = insert_once(s.d, mute, &id);
	done = r < 0 ? r : database_commit(s.d);
	if (done < 0) {
		database_rollback(s.d);
		return say(&s, done, why);
	}
	*ret_id = id;
	return r;
}

int marks_unmute(const char *db, int64_t id, struct text *why)
{
	CLEANUP_SESSION struct session s = {0};
	int r = session_begin(&s, db, true, why);

	if (r < 0)
		return r;
	r = database_run(s.d, "DELETE FROM mute WHERE id = ?1", "i", id);
	if (r < 0)
		return say(&s, r, why);
	if (sqlite3_changes64(database_handle(s.d)) > 0)
		return 0;
	text_printf(why, "there is no mute %lld", (long long)id);
	return -ENOENT;
}

int marks_look(const char *db, int64_t time, struct text *why)
{
	CLEANUP_SESSION struct session s = {0};
	int r = session_begin(&s, db, true, why);

	if (r == 0)
		r = database_run(s.d,
			"INSERT INTO looked VALUES (?1, ?2) ON CONFLICT DO UPDATE SET time = max(time, excluded.time)", "ti",
			SPAN(VIEWER), time);
	return r < 0 && why->len == 0 ? say(&s, r, why) : r;
}
