/* SPDX-License-Identifier: MIT */
#include "hosts.h"

#include <fcntl.h>
#include <limits.h>

#define MACHINE_ID_LEN 32

/* 32 hex digits, machine-id(5); "" when the machine has none (a bare container). */
static void read_machine_id(char ret[static MACHINE_ID_LEN + 1])
{
	CLEANUP_CLOSE int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, MACHINE_ID_LEN);

	ret[MAX(n, (ssize_t)0)] = '\0';
	if (strspn(ret, "0123456789abcdef") != MACHINE_ID_LEN)
		ret[0] = '\0';
}

static int add_alias(struct database *d, struct span name, int64_t host)
{
	return database_run(d, "INSERT INTO host_alias VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET host = excluded.host"
			       " WHERE host <> excluded.host", "ti", name, host);
}

static int find_local(struct database *d, struct span machine, int64_t *ret)
{
	if (machine.len > 0)
		return database_number(d, "SELECT id FROM host WHERE machine_id = ?1", ret, "t", machine);
	return database_number(d, "SELECT id FROM host WHERE machine_id IS NULL AND is_local = 1", ret, "");
}

static int insert_host(struct database *d, struct span machine, struct span name, int is_local, int64_t *ret)
{
	int r = database_run(d, "INSERT INTO host (machine_id, name, is_local) VALUES (?1, ?2, ?3)", "tti",
		machine.len > 0 ? machine : (struct span){0}, name, (int64_t)is_local);

	if (r == 0)
		*ret = sqlite3_last_insert_rowid(database_handle(d));
	return r;
}

/* A database that was carried here knows another machine as its own. */
static int mark_local(struct database *d, struct span name, int64_t id)
{
	int r = database_run(d, "UPDATE host SET is_local = (id = ?1) WHERE is_local <> (id = ?1)", "i", id);

	if (r == 0)
		r = database_run(d, "UPDATE host SET name = ?1 WHERE id = ?2 AND name <> ?1", "ti", name, id);
	return r;
}

int hosts_local(struct database *d, int64_t *ret)
{
	char machine[MACHINE_ID_LEN + 1], name[HOST_NAME_MAX + 1] = "localhost";
	struct span whole, brief;
	int64_t id = 0;
	int r;

	if (gethostname(name, sizeof(name)) < 0)
		return -errno;
	name[sizeof(name) - 1] = '\0';
	read_machine_id(machine);
	whole = span_from(name);
	brief = (struct span){name, strcspn(name, ".")};
	r = find_local(d, span_from(machine), &id);
	r = r == -ENOENT ? insert_host(d, span_from(machine), whole, 1, &id) : r;
	if (r == 0)
		r = mark_local(d, whole, id);
	if (r == 0)
		r = add_alias(d, whole, id);
	if (r == 0 && brief.len > 0)
		r = add_alias(d, brief, id);
	if (r == 0)
		*ret = id;
	return r;
}

int hosts_named(struct database *d, struct span name, int64_t *ret)
{
	CLEANUP_TEXT struct text escaped = TEXT_EMPTY;
	int64_t id;
	int r;

	text_add_escaped(&escaped, name);
	if (escaped.failed)
		return -ENOMEM;
	r = database_number(d, "SELECT host FROM host_alias WHERE name = ?1", ret, "t", text_span(&escaped));
	if (r != -ENOENT)
		return r;
	r = insert_host(d, (struct span){0}, text_span(&escaped), 0, &id);
	if (r == 0)
		r = add_alias(d, text_span(&escaped), id);
	if (r == 0)
		*ret = id;
	return r;
}
