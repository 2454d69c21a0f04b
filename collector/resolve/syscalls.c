/* SPDX-License-Identifier: MIT */
#include "syscalls.h"

#include <pthread.h>

#include "csv.h"
#include "seccompwatch/embed.h"

#define ROWS_MAX    2048
#define COLUMNS_MAX 64

static const char *const abi_columns[SYSCALLS_ABI_N] = {
	"x86_64",
	"i386",
	"x32",
	"aarch64",
	"arm",
	"riscv64",
	"ppc64le",
	"s390x",
	"loongarch64",
};

struct table {
	char *text;
	struct syscalls_row *rows;
	uint16_t *by_name; /* indices of rows, in order of name */
	size_t n;
};

/* Where each column of interest stands: they are found by name, so that the file may grow others. */
struct columns {
	int name, number[SYSCALLS_ABI_N];
	int group, capability, risk, why, fallback, since;
	int n;
};

static struct table the_table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int find_column(char *const *fields, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(fields[i], name) == 0)
			return i;
	return -EINVAL;
}

static int read_header(struct csv *csv, struct columns *ret)
{
	const struct {
		const char *name;
		int *at;
	} texts[] = {
		{"name", &ret->name},
		{"group", &ret->group},
		{"capability", &ret->capability},
		{"risk", &ret->risk},
		{"why", &ret->why},
		{"fallback", &ret->fallback},
		{"since", &ret->since},
	};
	char *fields[COLUMNS_MAX];
	int missing = 0;

	ret->n = csv_next(csv, fields, ARRAY_SIZE(fields));
	if (ret->n < 0)
		return ret->n;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i].at = find_column(fields, ret->n, texts[i].name);
		missing |= *texts[i].at < 0;
	}
	for (size_t i = 0; i < SYSCALLS_ABI_N; i++) {
		ret->number[i] = find_column(fields, ret->n, abi_columns[i]);
		missing |= ret->number[i] < 0;
	}
	return missing ? -EINVAL : 0;
}

static int read_number(const char *field, int32_t *ret)
{
	uint64_t v;
	int r;

	if (!*field) {
		*ret = -1;
		return 0;
	}
	r = text_to_u64(span_from(field), INT32_MAX, &v);
	if (r == 0)
		*ret = (int32_t)v;
	return r;
}

static const char *or_null(const char *field)
{
	return *field ? field : NULL;
}

static int read_risk(const char *field, enum knowledge_risk *ret)
{
	for (unsigned i = KNOWLEDGE_RISK_UNKNOWN + 1; i < KNOWLEDGE_RISK_N; i++)
		if (strcmp(field, knowledge_risk_name(i)) == 0)
			*ret = i;
	return !*field || *ret != KNOWLEDGE_RISK_UNKNOWN ? 0 : -EINVAL;
}

/* "5.3", or "2.6.28", of which 2.6 is kept. */
static int read_version(const char *field, uint32_t *ret)
{
	struct span s = span_from(field);
	size_t dot = strcspn(field, ".");
	uint64_t major, minor;
	int r;

	if (!*field)
		return 0;
	r = text_to_u64((struct span){field, dot}, UINT16_MAX, &major);
	s = span_from_offset(s, dot + 1);
	s.len = strcspn(s.len ? s.data : "", ".");
	if (r == 0)
		r = text_to_u64(s, UINT16_MAX, &minor);
	if (r == 0)
		*ret = (uint32_t)(major << 16 | minor);
	return r;
}

static int read_about(char *const *fields, const struct columns *columns, struct knowledge *ret)
{
	int r;

	*ret = (struct knowledge){
		.name = fields[columns->name],
		.group = or_null(fields[columns->group]),
		.capability = or_null(fields[columns->capability]),
		.why = or_null(fields[columns->why]),
		.fallback = or_null(fields[columns->fallback]),
	};
	r = read_risk(fields[columns->risk], &ret->risk);
	return r ? r : read_version(fields[columns->since], &ret->since);
}

static int read_row(char *const *fields, int n, const struct columns *columns, struct syscalls_row *row)
{
	if (n != columns->n || !*fields[columns->name])
		return -EINVAL;
	row->name = fields[columns->name];
	for (size_t i = 0; i < SYSCALLS_ABI_N; i++) {
		int r = read_number(fields[columns->number[i]], &row->number[i]);

		if (r < 0)
			return r;
	}
	return read_about(fields, columns, &row->about);
}

static int read_rows(struct table *t)
{
	struct csv csv = CSV_START(t->text);
	struct columns columns;
	char *fields[COLUMNS_MAX];
	int n, r;

	r = read_header(&csv, &columns);
	if (r < 0)
		return r;
	for (; (n = csv_next(&csv, fields, ARRAY_SIZE(fields))) > 0; t->n++) {
		if (t->n == ROWS_MAX)
			return -E2BIG;
		r = read_row(fields, n, &columns, &t->rows[t->n]);
		if (r < 0)
			return r;
	}
	return n;
}

static int compare_names(const void *a, const void *b, void *rows)
{
	const struct syscalls_row *r = rows;

	return strcmp(r[*(const uint16_t *)a].name, r[*(const uint16_t *)b].name);
}

static void table_clear(struct table *t)
{
	free(t->text);
	free(t->rows);
	free(t->by_name);
	*t = (struct table){0};
}

static int table_fill(struct table *t, const struct embed_file *file)
{
	void *rows;
	int r;

	t->text = strndup((const char *)file->plain, file->plain_len);
	t->rows = malloc(ROWS_MAX * sizeof(*t->rows));
	if (!t->text || !t->rows)
		return -ENOMEM;
	r = read_rows(t);
	if (r < 0)
		return r;
	t->by_name = malloc((t->n + 1) * sizeof(*t->by_name));
	rows = realloc(t->rows, (t->n + 1) * sizeof(*t->rows));
	if (rows)
		t->rows = rows;
	if (!t->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		t->by_name[i] = (uint16_t)i;
	qsort_r(t->by_name, t->n, sizeof(*t->by_name), compare_names, t->rows);
	return 0;
}

static void load(void)
{
	const struct embed_file *file = embed_find(embed_schema, "syscalls.csv");

	if (!file || table_fill(&the_table, file) < 0)
		table_clear(&the_table);
}

static const struct table *table(void)
{
	pthread_once(&once, load);
	return &the_table;
}

int syscalls_compare(struct span a, const char *b)
{
	size_t len = strlen(b);
	int r = a.len > 0 ? memcmp(a.data, b, MIN(a.len, len)) : 0; /* an empty span may have no data */

	return r ? r : (a.len > len) - (a.len < len);
}

const struct syscalls_row *syscalls_by_name(struct span name)
{
	const struct table *t = table();
	size_t low = 0, high = t->n;

	if (name.len == 0)
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct syscalls_row *row = &t->rows[t->by_name[middle]];
		int r = syscalls_compare(name, row->name);

		if (r == 0)
			return row;
		if (r < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct syscalls_row *syscalls_by_number(enum syscalls_abi abi, int64_t number)
{
	const struct table *t = table();

	if (abi == SYSCALLS_ABI_NONE || number < 0)
		return NULL;
	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].number[abi] == number)
			return &t->rows[i];
	return NULL;
}

const struct syscalls_row *syscalls_rows(size_t *ret_n)
{
	const struct table *t = table();

	*ret_n = t->n;
	return t->rows;
}
