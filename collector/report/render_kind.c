/* SPDX-License-Identifier: MIT */
/* A kind of violation that is new: what it is, and how often and since when it has been. */
#include "render_cell.h"

static const struct query_signature *signature_of(const void *row)
{
	return ((const struct query_kind *)row)->signature;
}

enum {
	TEXT_HOST,
	TEXT_UNIT,
	TEXT_EXE,
	TEXT_COMM,
	TEXT_ARCH,
	TEXT_ACTION,
	TEXT_OUTCOME,
};

static void text_cell(const void *row, struct render_cell *ret, unsigned index)
{
	const struct query_signature *sig = signature_of(row);
	const char *const texts[] = {
		[TEXT_HOST] = sig->host,
		[TEXT_UNIT] = sig->unit,
		[TEXT_EXE] = sig->exe,
		[TEXT_COMM] = sig->comm,
		[TEXT_ARCH] = sig->arch_name,
		[TEXT_ACTION] = event_action_name(sig->action),
		[TEXT_OUTCOME] = event_outcome_name(sig->outcome),
	};

	render_text(ret, texts[index]);
}

/* The name, or the number of a call without one, as summaries have it. */
static void syscall_cell(const void *row, struct render_cell *ret, unsigned index)
{
	const struct query_signature *sig = signature_of(row);

	if (sig->syscall_name || !sig->has_syscall) {
		render_text(ret, sig->syscall_name);
		return;
	}
	snprintf(ret->buffer, sizeof(ret->buffer), "%lld", (long long)sig->syscall);
	render_text(ret, ret->buffer);
}

enum {
	CONTAINER_ID,
	CONTAINER_RUNTIME,
	CONTAINER_NAME,
	CONTAINER_IMAGE,
	CONTAINER_POD,
	CONTAINER_NAMESPACE,
};

static void container_cell(const void *row, struct render_cell *ret, unsigned index)
{
	static const struct query_container nowhere = {0};
	const struct query_container *c = signature_of(row)->container ? signature_of(row)->container : &nowhere;
	const char *const texts[] = {
		[CONTAINER_ID] = c->id,
		[CONTAINER_RUNTIME] = event_runtime_name(c->runtime),
		[CONTAINER_NAME] = c->name,
		[CONTAINER_IMAGE] = c->image,
		[CONTAINER_POD] = c->pod,
		[CONTAINER_NAMESPACE] = c->namespace,
	};

	render_text(ret, texts[index]);
}

static void count_cell(const void *row, struct render_cell *ret, unsigned index)
{
	render_number(ret, (int64_t)((const struct query_kind *)row)->count);
}

static void time_cell(const void *row, struct render_cell *ret, unsigned index)
{
	const struct query_kind *kind = row;

	render_time(ret, index ? kind->last : kind->first);
}

static const struct render_column columns[] = {
	{NULL, "first", time_cell, 0},
	{NULL, "last", time_cell, 1},
	{NULL, "count", count_cell},
	{NULL, "host", text_cell, TEXT_HOST},
	{"container", "id", container_cell, CONTAINER_ID},
	{"container", "runtime", container_cell, CONTAINER_RUNTIME},
	{"container", "name", container_cell, CONTAINER_NAME},
	{"container", "image", container_cell, CONTAINER_IMAGE},
	{"container", "pod", container_cell, CONTAINER_POD},
	{"container", "namespace", container_cell, CONTAINER_NAMESPACE},
	{NULL, "unit", text_cell, TEXT_UNIT},
	{NULL, "exe", text_cell, TEXT_EXE},
	{NULL, "comm", text_cell, TEXT_COMM},
	{NULL, "syscall", syscall_cell},
	{NULL, "arch", text_cell, TEXT_ARCH},
	{NULL, "action", text_cell, TEXT_ACTION},
	{NULL, "outcome", text_cell, TEXT_OUTCOME},
	{0},
};

json_t *render_kind_json(const struct query_kind *kind)
{
	return render_columns_json(columns, kind);
}

void render_kind_add_json(const struct query_kind *kind, struct text *to)
{
	render_columns_add_json(columns, kind, to);
}

static void age_cell(const void *row, struct render_cell *ret, unsigned index)
{
	render_bool(ret, *(const bool *)row);
}

static const struct render_column age_column[] = {{NULL, "new", age_cell}, {0}};

/* Two tables in one line: the end of the first gives way to a comma. */
static void join_line(struct text *to)
{
	if (!to->failed && to->len >= 2)
		to->len -= 2;
	text_add_char(to, ',');
}

void render_kind_add_csv_head(struct text *to)
{
	render_columns_add_csv_head(columns, to);
	join_line(to);
	render_columns_add_csv_head(age_column, to);
}

void render_kind_add_csv(const struct query_kind *kind, bool is_new, struct text *to)
{
	render_columns_add_csv(columns, kind, to);
	join_line(to);
	render_columns_add_csv(age_column, &is_new, to);
}
