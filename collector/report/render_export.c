/* SPDX-License-Identifier: MIT */
/* The walk over a schema's table: objects open and close as the paths of neighbours differ, absent values leave no
 * trace. */
#include "render_export.h"

#include <inttypes.h>
#include <stdio.h>

/* "container.name" is the column "name" of the object "container". */
static bool is_named(const struct render_column *c, const char *name)
{
	size_t len = c->object ? strlen(c->object) : 0;

	if (!c->object)
		return strcmp(c->name, name) == 0;
	return strncmp(c->object, name, len) == 0 && name[len] == '.' && strcmp(c->name, name + len + 1) == 0;
}

static const struct render_column *find(const char *name)
{
	for (const struct render_column *c = render_event_columns; name && c->name; c++)
		if (is_named(c, name))
			return c;
	return NULL;
}

void render_export_bind(struct render_export *e, const struct render_export_field *fields)
{
	*e = (struct render_export){.fields = fields};
	for (size_t i = 0; i < RENDER_EXPORT_FIELDS && fields[i].path; i++) {
		e->from[i] = find(fields[i].from);
		e->needs[i] = find(fields[i].needs);
	}
}

static bool is_absent(const struct render_column *c, const struct query_row *row)
{
	struct render_cell cell;

	if (!c)
		return false;
	c->get(row, &cell, c->index);
	return cell.kind == RENDER_NULL;
}

static void keyword(struct render_cell *cell)
{
	if (cell->kind != RENDER_NUMBER)
		return;
	snprintf(cell->buffer, sizeof(cell->buffer), "%" PRId64, cell->number);
	render_text(cell, cell->buffer);
}

static void value(const struct render_export_field *f, const struct render_column *from, const struct query_row *row,
	struct render_cell *ret)
{
	render_null(ret);
	if (f->as == RENDER_EXPORT_GET) {
		f->get(row, ret);
	} else if (f->as == RENDER_EXPORT_NUMBER) {
		render_number(ret, f->index);
	} else if (f->as == RENDER_EXPORT_WORDS || f->as == RENDER_EXPORT_LIST) {
		render_text(ret, f->constant);
		ret->kind = f->as == RENDER_EXPORT_LIST ? RENDER_LIST : RENDER_TEXT;
	} else if (from) {
		from->get(row, ret, from->index);
		if (f->as == RENDER_EXPORT_KEYWORD)
			keyword(ret);
	}
}

/* ---- paths ---- */

static struct span part(struct span path)
{
	const char *dot = path.len ? memchr(path.data, '.', path.len) : NULL;

	return (struct span){path.data, dot ? (size_t)(dot - path.data) : path.len};
}

static struct span parents(const char *path)
{
	const char *dot = strrchr(path, '.');

	return (struct span){path, dot ? (size_t)(dot - path) : 0};
}

static bool is_array(struct span name)
{
	return name.len > 2 && name.data[name.len - 1] == ']';
}

/* Drops the parts that both begin with. */
static void skip_shared(struct span *a, struct span *b)
{
	while (a->len > 0 && b->len > 0 && span_equal(part(*a), part(*b))) {
		size_t len = part(*a).len + 1;

		*a = span_from_offset(*a, len);
		*b = span_from_offset(*b, len);
	}
}

static void close_objects(struct span left, struct text *to)
{
	if (left.len == 0)
		return;
	close_objects(span_from_offset(left, part(left).len + 1), to);
	text_add_str(to, is_array(part(left)) ? "}]" : "}");
}

static void add_key(struct span name, struct text *to)
{
	text_add_char(to, '"');
	text_add(to, (struct span){name.data, name.len - (is_array(name) ? 2 : 0)});
	text_add_str(to, "\":");
}

static void open_objects(struct span path, struct text *to)
{
	while (path.len > 0) {
		add_key(part(path), to);
		text_add_str(to, is_array(part(path)) ? "[{" : "{");
		path = span_from_offset(path, part(path).len + 1);
	}
}

void render_export_add_json(const struct render_export *e, const struct query_row *row, struct text *to)
{
	struct span open = {0};
	struct render_cell cell;
	char comma = '{';

	for (size_t i = 0; e->fields[i].path; i++) {
		struct span in = parents(e->fields[i].path), leave = open, enter = in;

		if (is_absent(e->from[i], row) || is_absent(e->needs[i], row))
			continue;
		value(&e->fields[i], e->from[i], row, &cell);
		if (cell.kind == RENDER_NULL)
			continue;
		skip_shared(&leave, &enter);
		close_objects(leave, to);
		text_add_char(to, comma);
		open_objects(enter, to);
		add_key(span_from(e->fields[i].path + in.len + (in.len > 0)), to);
		render_cell_add_json(&cell, to);
		open = in;
		comma = ',';
	}
	close_objects(open, to);
	text_add_char(to, '}');
}

/* ---- what is told alike ---- */

const char *render_export_syscall(const struct query_signature *sig, char number[static 24])
{
	if (sig->syscall_name)
		return sig->syscall_name;
	snprintf(number, 24, "%" PRId64, sig->syscall);
	return sig->has_syscall ? number : NULL;
}

void render_export_id(const struct query_row *row, struct render_cell *ret)
{
	CLEANUP_TEXT struct text identity = TEXT_EMPTY;

	text_printf(&identity, "%" PRId64 " %" PRId64 " %s", row->id, row->time, row->signature->host ? row->signature->host : "");
	render_null(ret);
	if (identity.failed)
		return;
	_Static_assert(sizeof(ret->buffer) >= TEXT_SHA256_MAX, "a digest fits");
	text_sha256(text_span(&identity), ret->buffer);
	render_text(ret, ret->buffer);
}

void render_export_message(const struct query_row *row, struct render_cell *ret)
{
	static const char *const did[EVENT_OUTCOME_N] = {
		[EVENT_OUTCOME_UNKNOWN] = "decided on",
		[EVENT_OUTCOME_KILLED] = "killed for",
		[EVENT_OUTCOME_SIGNALLED] = "signalled for",
		[EVENT_OUTCOME_DENIED] = "denied",
		[EVENT_OUTCOME_NOTIFIED] = "asked a supervisor about",
		[EVENT_OUTCOME_TRACED] = "asked a tracer about",
		[EVENT_OUTCOME_EXECUTED] = "logged and let through",
	};
	char number[24];
	const char *call = render_export_syscall(row->signature, number);

	/* No name of a call is so long; half a character would be no UTF-8. */
	if (!call || strlen(call) > 64)
		call = "an unknown call";
	snprintf(ret->buffer, sizeof(ret->buffer), "seccomp %s %s", did[row->signature->outcome], call);
	render_text(ret, ret->buffer);
}

const char *render_export_program(const struct query_signature *sig)
{
	const char *slash = sig->exe ? strrchr(sig->exe, '/') : NULL;

	return slash && slash[1] ? slash + 1 : sig->comm;
}
