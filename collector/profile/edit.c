/* SPDX-License-Identifier: MIT */
/* What is new goes before something that is there, with the blanks or the indentation that stand there: so it is one
 * line more where each value has a line of its own. */
#include "edit.h"

#include <stdio.h>

#include "edit_style.h"

void edit_free(struct edit *e)
{
	text_free(&e->text);
	*e = EDIT_EMPTY;
}

static int finish(struct edit *e, size_t start, size_t end)
{
	e->start = start;
	e->end = end;
	text_add_str(&e->text, "");
	return e->text.failed ? -ENOMEM : 0;
}

/* ---- applying ---- */

static int compare_edits(const void *left, const void *right)
{
	const struct profile_edit *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

int profile_edit_apply(struct span text, const struct profile_edit *edits, size_t n, struct text *ret)
{
	CLEANUP_FREE struct profile_edit *sorted = malloc((n + 1) * sizeof(*sorted));
	size_t at = 0;

	if (!sorted)
		return -ENOMEM;
	if (n)
		memcpy(sorted, edits, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), compare_edits);
	for (size_t i = 0; i < n; i++) {
		if (sorted[i].start < at || sorted[i].end < sorted[i].start || sorted[i].end > text.len)
			return -EINVAL;
		text_add(ret, (struct span){text.data + at, sorted[i].start - at});
		text_add_str(ret, sorted[i].text);
		at = sorted[i].end;
	}
	text_add(ret, span_from_offset(text, at));
	return ret->failed ? -ENOMEM : 0;
}

/* ---- replacing ---- */

int edit_set(const struct profile *p, const char *pointer, const json_t *value, struct edit *ret)
{
	struct edit_style style = edit_style_of(p);
	struct profile_place place;
	int k = profile_locate(p, pointer, &place);

	if (k)
		return k;
	edit_style_like(&style, p, place.start, place.end);
	/* A YAML key without a value: nothing stands after its colon. */
	if (place.start == place.end && place.start > 0 && strchr(":-", p->text[place.start - 1]))
		text_add_char(&ret->text, ' ');
	style.lines = style.list_lines = false;
	edit_style_write(&ret->text, &style, value, (struct span){0});
	return finish(ret, place.start, place.end);
}

/* ---- inserting ---- */

/* The blanks before a child that follows another: what separates them. */
static struct span separator(const struct profile *p, const struct position_layout *l, size_t index, bool tight)
{
	struct span blanks = edit_style_blanks(p, l->children[MIN(index, l->n - 1)].start);

	if (blanks.len == 0 && l->n > 1)
		blanks = edit_style_blanks(p, l->children[MAX(1, MIN(index, l->n - 1))].start);
	if (blanks.len == 0 && l->n == 1 && !tight)
		return SPAN(" ");
	return blanks;
}

/* The whole inside of brackets that hold nothing. */
static int fill_brackets(const struct profile *p, const struct position_layout *l, const struct edit_style *s,
	const struct text *payload, struct edit *ret)
{
	struct span indent = edit_style_indent(p, l->start);
	bool lines = payload->len && memchr(payload->data, '\n', payload->len);

	if (lines) {
		text_add_str(&ret->text, s->eol);
		text_add(&ret->text, indent);
		text_add(&ret->text, s->unit);
	}
	text_add(&ret->text, text_span(payload));
	if (lines) {
		text_add_str(&ret->text, s->eol);
		text_add(&ret->text, indent);
	}
	return finish(ret, l->start + 1, l->end - 1);
}

static int insert_between_brackets(const struct profile *p, const struct position_layout *l, size_t index,
	const struct edit_style *s, const struct text *payload, struct edit *ret)
{
	struct span between;
	size_t at;

	if (l->n == 0)
		return fill_brackets(p, l, s, payload, ret);
	between = separator(p, l, index, s->tight);
	at = index < l->n ? l->children[index].start : l->children[l->n - 1].end;
	if (index < l->n) {
		text_add(&ret->text, text_span(payload));
		text_add_char(&ret->text, ',');
		text_add(&ret->text, between);
	} else {
		text_add_char(&ret->text, ',');
		text_add(&ret->text, between);
		text_add(&ret->text, text_span(payload));
	}
	return finish(ret, at, at);
}

static size_t end_of_line(const struct profile *p, size_t offset)
{
	while (offset < p->text_len && p->text[offset] != '\n' && p->text[offset] != '\r')
		offset++;
	return offset;
}

static int insert_block(const struct profile *p, const struct position_layout *l, size_t index,
	const struct edit_style *s, const struct text *payload, struct edit *ret)
{
	const struct position_child *child = &l->children[MIN(index, l->n - 1)];
	size_t column = edit_style_column(p, child->start), at = child->start;

	if (index < l->n) {
		text_add(&ret->text, text_span(payload));
		text_printf(&ret->text, "%s%*s", s->eol, (int)column, "");
	} else {
		at = end_of_line(p, child->end);
		text_printf(&ret->text, "%s%*s", s->eol, (int)column, "");
		text_add(&ret->text, text_span(payload));
	}
	return finish(ret, at, at);
}

static void parent_of(const char *pointer, char ret[static PROFILE_POINTER_MAX])
{
	const char *last = strrchr(pointer, '/');

	snprintf(ret, PROFILE_POINTER_MAX, "%.*s", last ? (int)(last - pointer) : 0, pointer);
}

/* How far right of its key the list's dashes stand. */
static size_t dash_offset(const struct profile *p, const char *list, const struct position_layout *l)
{
	CLEANUP(position_layout_free) struct position_layout parent = POSITION_LAYOUT_EMPTY;
	size_t dash = edit_style_column(p, l->children[0].start), key;
	char pointer[PROFILE_POINTER_MAX];

	parent_of(list, pointer);
	if (position_layout_of(p, pointer, &parent))
		return 0;
	for (size_t i = 0; i < parent.n; i++) {
		key = edit_style_column(p, parent.children[i].start);
		if (parent.children[i].value == l->start)
			return dash > key ? dash - key : 0;
	}
	return 0;
}

int edit_insert(const struct profile *p, const char *list, size_t index, const json_t *value, struct edit *ret)
{
	CLEANUP(position_layout_free) struct position_layout l = POSITION_LAYOUT_EMPTY;
	CLEANUP_TEXT struct text payload = TEXT_EMPTY;
	struct edit_style style = edit_style_of(p);
	const struct position_child *near;
	int k = position_layout_of(p, list, &l);

	if (k)
		return k;
	if (!l.list || index > l.n || (l.block && l.n == 0))
		return -ENOENT;
	near = l.n ? &l.children[MIN(index, l.n - 1)] : NULL;
	if (near)
		edit_style_like(&style, p, near->value, near->end);
	if (l.block) {
		style.dash = dash_offset(p, list, &l);
		text_add_str(&payload, "- ");
		edit_style_write_block(&payload, &style, value, edit_style_column(p, near->start) + 2);
		return insert_block(p, &l, index, &style, &payload, ret);
	}
	if (near) {
		edit_style_write(&payload, &style, value, edit_style_indent(p, near->start));
	} else {
		CLEANUP_TEXT struct text indent = TEXT_EMPTY;
		text_add(&indent, edit_style_indent(p, l.start));
		text_add(&indent, style.unit);
		edit_style_write(&payload, &style, value, text_span(&indent));
	}
	return insert_between_brackets(p, &l, index, &style, &payload, ret);
}

/* ---- members ---- */

static bool key_is(const struct profile *p, const struct position_child *child, const char *key)
{
	bool quoted = child->start < p->text_len && strchr("\"'", p->text[child->start]);
	size_t at = child->start + quoted, len = strlen(key);

	return at + len < p->text_len && memcmp(p->text + at, key, len) == 0 && strchr("\"': \t\r\n", p->text[at + len]);
}

static size_t find_key(const struct profile *p, const struct position_layout *l, const char *key)
{
	for (size_t i = 0; key && i < l->n; i++)
		if (key_is(p, &l->children[i], key))
			return i;
	return SIZE_MAX;
}

/* Behind `after`, but before another: never the last, which in JSON would change a line more. */
static size_t member_index(const struct profile *p, const struct position_layout *l, const char *after)
{
	size_t i = find_key(p, l, after);

	if (i == SIZE_MAX)
		return 0;
	return MIN(i + 1, l->n - 1);
}

int edit_member(const struct profile *p, const char *object, const char *key, const char *after, const json_t *value,
	struct edit *ret)
{
	CLEANUP(position_layout_free) struct position_layout l = POSITION_LAYOUT_EMPTY;
	CLEANUP_TEXT struct text payload = TEXT_EMPTY;
	struct edit_style style = edit_style_of(p);
	size_t index;
	int k = position_layout_of(p, object, &l);

	if (k)
		return k;
	if (l.list || find_key(p, &l, key) != SIZE_MAX || (l.block && l.n == 0))
		return -ENOENT;
	index = l.n ? member_index(p, &l, after) : 0;
	style.lines = style.list_lines = false;
	edit_style_write_key(&payload, &style, key);
	if (l.block && json_array_size(value)) {
		size_t column = edit_style_column(p, l.children[index].start);
		text_printf(&payload, "%s%*s", style.eol, (int)column, "");
		edit_style_write_block(&payload, &style, value, column);
		return insert_block(p, &l, index, &style, &payload, ret);
	}
	text_add_str(&payload, style.tight && !style.yaml ? "" : " ");
	edit_style_write(&payload, &style, value, (struct span){0});
	if (l.block)
		return insert_block(p, &l, index, &style, &payload, ret);
	return insert_between_brackets(p, &l, index, &style, &payload, ret);
}

/* ---- removing ---- */

/* Whole lines where the child begins one: what is before it (a comment, say) stays. */
static int remove_block(const struct profile *p, const struct position_layout *l, size_t i, struct edit *ret)
{
	const struct position_child *child = &l->children[i];
	size_t column = edit_style_column(p, child->start), end;

	if (l->n == 1)
		return -ENOENT;
	if (edit_style_indent(p, child->start).len != column)
		return i + 1 < l->n ? finish(ret, child->start, l->children[i + 1].start) : -ENOENT;
	end = end_of_line(p, child->end);
	if (end < p->text_len && p->text[end] == '\r')
		end++;
	return finish(ret, child->start - column, MIN(end + 1, p->text_len));
}

static int remove_between_brackets(const struct position_layout *l, size_t i, struct edit *ret)
{
	if (l->n == 1)
		return finish(ret, l->start + 1, l->end - 1);
	if (i + 1 < l->n)
		return finish(ret, l->children[i].start, l->children[i + 1].start);
	return finish(ret, l->children[i - 1].end, l->children[i].end);
}

/* A block list cannot be empty: brackets take its place, behind the key's colon. */
static int empty_block(const struct profile *p, const struct position_layout *l, struct edit *ret)
{
	size_t at = l->start - edit_style_blanks(p, l->start).len;

	if (at == 0 || p->text[at - 1] != ':')
		return -ENOENT;
	text_add_str(&ret->text, l->list ? " []" : " {}");
	return finish(ret, at, l->end);
}

int edit_remove(const struct profile *p, const char *parent, const char *segment, struct edit *ret)
{
	CLEANUP(position_layout_free) struct position_layout l = POSITION_LAYOUT_EMPTY;
	int k = position_layout_of(p, parent, &l);
	uint64_t i = SIZE_MAX;

	if (k)
		return k;
	if (!l.list)
		i = find_key(p, &l, segment);
	else if (text_to_u64(span_from(segment), UINT32_MAX, &i))
		return -ENOENT;
	if (i >= l.n)
		return -ENOENT;
	if (l.block)
		return l.n == 1 ? empty_block(p, &l, ret) : remove_block(p, &l, i, ret);
	return remove_between_brackets(&l, i, ret);
}
