/* SPDX-License-Identifier: MIT */
#include "migrate.h"

#include <stdio.h>
#include <sys/random.h>

#include "pids.h"
#include "seccompwatch/embed.h"

#define PIDS_VERSION 4

static int add_hash_key(struct database *d)
{
	char key[16];

	if (getrandom(key, sizeof(key), 0) != sizeof(key))
		return database_say(d, -EIO, "no random bytes for its key");
	return database_run(d, "INSERT OR IGNORE INTO meta VALUES ('hash_key', ?1)", "b",
		(struct span){key, sizeof(key)});
}

static int after_events(struct database *d, int version)
{
	return version == 1 ? add_hash_key(d) : version == PIDS_VERSION ? pids_fill(d) : 0;
}

const struct migrate_kind migrate_events = {0x53435741 /* "SCWA" */, embed_schema, "PRAGMA journal_mode = WAL", after_events,
	"is another program's database; it is left alone. Name another --db"};
const struct migrate_kind migrate_marks = {0x5343574d /* "SCWM" */, embed_marks, "PRAGMA journal_mode = DELETE", NULL,
	"is not what the server keeps there; it is left alone. Move it away"};

static int version_of(const char *name)
{
	struct span ending = span_from_offset(span_from(name), strlen(name) - MIN(strlen(name), (size_t)4));
	uint64_t number = 0;

	if (!span_equal(ending, SPAN(".sql")) ||
		text_to_u64((struct span){name, strcspn(name, "_")}, INT32_MAX, &number) < 0)
		return 0;
	return (int)number;
}

static int newest(const struct migrate_kind *kind)
{
	int version = 0;

	for (const struct embed_file *f = kind->files; f->name; f++)
		version = MAX(version, version_of(f->name));
	return version;
}

int migrate_recognise(struct database *d, const struct migrate_kind *kind, int64_t *ret_version)
{
	int64_t id, version, tables;
	char sentence[160];
	int r = database_number(d, "PRAGMA application_id", &id, "");

	if (r == 0)
		r = database_number(d, "PRAGMA user_version", &version, "");
	if (r == 0)
		r = database_number(d, "SELECT count(*) FROM sqlite_schema", &tables, "");
	if (r < 0)
		return r;
	if (id != kind->application_id && (id != 0 || version != 0 || tables != 0))
		return database_say(d, -EMEDIUMTYPE, kind->remedy);
	if (version > newest(kind)) {
		snprintf(sentence, sizeof(sentence),
			"has schema %d, this program (" VERSION ") knows %d; use the newer program that wrote it",
			(int)version, newest(kind));
		return database_say(d, -EPROTONOSUPPORT, sentence);
	}
	*ret_version = version;
	return 0;
}

static int apply(struct database *d, const struct migrate_kind *kind, const struct embed_file *file, int version)
{
	char pragmas[80];
	int r = database_script(d, (const char *)file->plain);

	if (r == 0 && kind->after)
		r = kind->after(d, version);
	snprintf(pragmas, sizeof(pragmas), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		kind->application_id, version);
	return r < 0 ? r : database_script(d, pragmas);
}

/* Another process may be doing the same: what counts is the version seen inside the transaction. */
static int apply_once(struct database *d, const struct migrate_kind *kind, const struct embed_file *file)
{
	int version = version_of(file->name);
	int64_t current;
	int r = database_begin(d);

	if (r < 0)
		return r;
	r = database_number(d, "PRAGMA user_version", &current, "");
	if (r == 0 && current < version)
		r = apply(d, kind, file, version);
	if (r == 0)
		r = database_commit(d);
	if (r < 0)
		database_rollback(d);
	return r;
}

int migrate_database(struct database *d, const struct migrate_kind *kind)
{
	int64_t version = 0;
	int r = migrate_recognise(d, kind, &version);

	if (r == 0)
		r = database_script(d, kind->journal);
	for (const struct embed_file *f = kind->files; f->name && r == 0; f++)
		if (version_of(f->name) > version)
			r = apply_once(d, kind, f);
	return r;
}
