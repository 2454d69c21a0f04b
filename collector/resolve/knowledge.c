/* SPDX-License-Identifier: MIT */
/* What is known of a call stands in its row of schema/syscalls.csv; systemd's groups are a table of their own,
 * in order of the call and, within one, of the file: the smallest group first. */
#include "seccompwatch/knowledge.h"

#include <pthread.h>
#include <string.h>

#include "csv.h"
#include "seccompwatch/embed.h"
#include "syscalls.h"

#define MEMBERS_MAX 8192

struct member {
	const char *group, *syscall;
	size_t line;
};

struct groups {
	char *text;
	struct member *members;
	size_t n;
};

static struct groups the_groups;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const risk_names[KNOWLEDGE_RISK_N] = {"unknown", "low", "medium", "high"};

const char *knowledge_risk_name(enum knowledge_risk risk)
{
	return risk_names[risk < KNOWLEDGE_RISK_N ? risk : KNOWLEDGE_RISK_UNKNOWN];
}

const struct knowledge *knowledge_of(struct span syscall)
{
	const struct syscalls_row *row = syscalls_by_name(syscall);

	return row ? &row->about : NULL;
}

const struct knowledge *knowledge_row(size_t index)
{
	size_t n;
	const struct syscalls_row *rows = syscalls_rows(&n);

	return index < n ? &rows[index].about : NULL;
}

/* ---- systemd ---- */

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int r = strcmp(x->syscall, y->syscall);

	return r ? r : (x->line > y->line) - (x->line < y->line);
}

static int read_members(struct groups *g)
{
	struct csv csv = CSV_START(g->text);
	char *fields[2];
	int n = csv_next(&csv, fields, ARRAY_SIZE(fields));

	if (n != 2 || strcmp(fields[0], "group") != 0 || strcmp(fields[1], "syscall") != 0)
		return -EINVAL;
	while ((n = csv_next(&csv, fields, ARRAY_SIZE(fields))) > 0) {
		if (n != 2 || g->n == MEMBERS_MAX)
			return -EINVAL;
		g->members[g->n++] = (struct member){fields[0], fields[1], csv.line};
	}
	return n;
}

static void groups_clear(struct groups *g)
{
	free(g->text);
	free(g->members);
	*g = (struct groups){0};
}

static int groups_fill(struct groups *g, const struct embed_file *file)
{
	void *members;
	int r;

	g->text = strndup((const char *)file->plain, file->plain_len);
	g->members = calloc(MEMBERS_MAX, sizeof(*g->members));
	if (!g->text || !g->members)
		return -ENOMEM;
	r = read_members(g);
	if (r < 0)
		return r;
	members = realloc(g->members, (g->n + 1) * sizeof(*g->members));
	if (members)
		g->members = members;
	qsort(g->members, g->n, sizeof(*g->members), compare_members);
	return 0;
}

static void load(void)
{
	const struct embed_file *file = embed_find(embed_schema, "systemd_groups.csv");

	if (!file || groups_fill(&the_groups, file) < 0)
		groups_clear(&the_groups);
}

/* The first member of that name or of a later one. */
static size_t first_member(const struct groups *g, struct span syscall)
{
	size_t low = 0, high = g->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (syscalls_compare(syscall, g->members[middle].syscall) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *knowledge_systemd_group(struct span syscall, size_t index)
{
	size_t at;

	pthread_once(&once, load);
	at = first_member(&the_groups, syscall);
	if (index >= the_groups.n - at)
		return NULL;
	at += index;
	return span_equal(syscall, span_from(the_groups.members[at].syscall)) ? the_groups.members[at].group : NULL;
}
