/* SPDX-License-Identifier: MIT */
#include "amend_text.h"

#include <stdio.h>

static bool failed(struct amending *m, int error)
{
	if (!m->error)
		m->error = error;
	return m->error != 0;
}

int amending_end(struct amending *m)
{
	struct span text = {m->p->text, m->p->text_len};

	for (size_t i = 0; i < m->n; i++) {
		m->edits[i].text = m->texts[i].data ? m->texts[i].data : "";
		failed(m, m->texts[i].failed ? -ENOMEM : 0);
	}
	if (!m->error) {
		text_reset(&m->a->text);
		failed(m, profile_edit_apply(text, m->edits, m->n, &m->a->text));
	}
	failed(m, m->a->ops.failed ? -ENOMEM : 0);
	for (size_t i = 0; i < m->n; i++)
		text_free(&m->texts[i]);
	return m->error;
}

/* ---- places ---- */

static int locate(const struct amending *m, struct profile_place *ret, const char *fmt, ...) PRINTF(3, 4);
static int locate(const struct amending *m, struct profile_place *ret, const char *fmt, ...)
{
	char suffix[PROFILE_POINTER_MAX / 2], pointer[PROFILE_POINTER_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(suffix, sizeof(suffix), fmt, args);
	va_end(args);
	snprintf(pointer, sizeof(pointer), "%.120s%s", m->p->base, suffix);
	return profile_locate(m->p, pointer, ret);
}

/* The text that an edit will put there. */
static struct text *edit(struct amending *m, size_t start, size_t end)
{
	m->edits[m->n] = (struct profile_edit){.start = start, .end = end};
	return &m->texts[m->n++];
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The blanks that end at `at`. */
static struct span blanks_before(const struct profile *p, size_t at)
{
	size_t start = at;

	while (start > 0 && is_blank(p->text[start - 1]))
		start--;
	return (struct span){p->text + start, at - start};
}

static bool has_line_break(struct span s)
{
	return s.len && memchr(s.data, '\n', s.len);
}

static size_t line_start(const struct profile *p, size_t at)
{
	while (at > 0 && p->text[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const struct profile *p, size_t at)
{
	while (at < p->text_len && p->text[at] != '\n')
		at++;
	return MIN(at + 1, p->text_len);
}

/* "  - " before an item of a block sequence; empty where the item is in a flow sequence, or in JSON. */
static struct span dash_before(const struct profile *p, size_t at)
{
	size_t start = line_start(p, at), dash = start;

	while (dash < at && p->text[dash] == ' ')
		dash++;
	if (!p->yaml || dash >= at || p->text[dash] != '-')
		return (struct span){NULL, 0};
	for (size_t i = dash + 1; i < at; i++)
		if (p->text[i] != ' ')
			return (struct span){NULL, 0};
	return (struct span){p->text + start, at - start};
}

/* ---- operations ---- */

static void begin_op(struct amending *m, const char *op, const char *suffix)
{
	text_printf(&m->a->ops, "%s{\"op\":\"%s\",\"path\":\"%s%s", m->a->ops.len ? "," : "", op, m->p->base, suffix);
}

static void end_op(struct amending *m, const char *json)
{
	text_add_str(&m->a->ops, json ? "\",\"value\":" : "\"}");
	if (json)
		text_printf(&m->a->ops, "%s}", json);
}

static const char *word(const struct amending *m, struct amend_value value)
{
	return m->p->yaml && value.yaml ? value.yaml : value.json;
}

/* ---- items ---- */

/* What stands between two items of the list. */
static struct span separator(const struct amending *m, const char *suffix, size_t n, size_t index)
{
	struct profile_place place;
	struct span blanks;

	if (locate(m, &place, "%s/%zu", suffix, MIN(index, n - 1)))
		return SPAN(" ");
	blanks = blanks_before(m->p, place.start);
	if (has_line_break(blanks))
		return blanks;
	if (n < 2 || locate(m, &place, "%s/1", suffix))
		return SPAN(" ");
	blanks = blanks_before(m->p, place.start);
	return has_line_break(blanks) ? SPAN(" ") : blanks;
}

static void fill_list(struct amending *m, const char *suffix, struct amend_value value)
{
	struct amend_value list;
	char json[1024], yaml[1024];

	snprintf(json, sizeof(json), "[%.1000s]", value.json);
	snprintf(yaml, sizeof(yaml), "[%.1000s]", word(m, value));
	list = (struct amend_value){json, yaml};
	amending_replace(m, suffix, list);
}

static void insert_before(struct amending *m, const char *suffix, size_t n, size_t index, const char *what)
{
	struct profile_place place;
	struct span dash;
	struct text *t;

	if (failed(m, locate(m, &place, "%s/%zu", suffix, index)))
		return;
	dash = dash_before(m->p, place.start);
	t = edit(m, place.start, place.start);
	text_add_str(t, what);
	if (dash.len) {
		text_add_char(t, '\n');
		text_add(t, dash);
	} else {
		text_add_char(t, ',');
		text_add(t, separator(m, suffix, n, index));
	}
}

static void append(struct amending *m, const char *suffix, size_t n, const char *what)
{
	struct profile_place place;
	struct text *t;

	if (failed(m, locate(m, &place, "%s/%zu", suffix, n - 1)))
		return;
	if (dash_before(m->p, place.start).len) {
		failed(m, PROFILE_E_REFUSED);
		return;
	}
	t = edit(m, place.end, place.end);
	text_add_char(t, ',');
	text_add(t, separator(m, suffix, n, n));
	text_add_str(t, what);
}

void amending_insert(struct amending *m, const char *suffix, size_t n, size_t index, struct amend_value value)
{
	if (m->error)
		return;
	if (n == 0) {
		fill_list(m, suffix, value);
		return;
	}
	if (index < n)
		insert_before(m, suffix, n, index, word(m, value));
	else
		append(m, suffix, n, word(m, value));
	begin_op(m, "add", suffix);
	text_printf(&m->a->ops, "/%zu", index);
	end_op(m, value.json);
}

size_t amending_tail(struct amending *m, const char *suffix, size_t n)
{
	struct profile_place place;

	if (n == 0 || locate(m, &place, "%s/%zu", suffix, n - 1))
		return n;
	if (dash_before(m->p, place.start).len || has_line_break(blanks_before(m->p, place.start)))
		return n - 1;
	return n;
}

/* A line that holds nothing else. */
static void remove_line(struct amending *m, const struct profile_place *place)
{
	(void)edit(m, line_start(m->p, place->start), line_end(m->p, place->end));
}

void amending_remove(struct amending *m, const char *suffix, size_t n, size_t index)
{
	struct profile_place place, near;

	if (m->error || failed(m, locate(m, &place, "%s/%zu", suffix, index)))
		return;
	if (dash_before(m->p, place.start).len && memchr(m->p->text + place.start, '\n', place.end - place.start) == NULL)
		remove_line(m, &place);
	else if (dash_before(m->p, place.start).len)
		failed(m, PROFILE_E_REFUSED);
	else if (index + 1 < n && !failed(m, locate(m, &near, "%s/%zu", suffix, index + 1)))
		(void)edit(m, place.start, near.start);
	else if (index > 0 && !failed(m, locate(m, &near, "%s/%zu", suffix, index - 1)))
		(void)edit(m, near.end, place.end);
	else
		(void)edit(m, place.start, place.end);
	begin_op(m, "remove", suffix);
	text_printf(&m->a->ops, "/%zu", index);
	end_op(m, NULL);
}

/* ---- members ---- */

/* A member that is not there yet goes before the first one of the profile. */
static void add_first_member(struct amending *m, const char *key, struct amend_value value)
{
	struct profile_place place;
	bool flow;
	size_t at;
	struct text *t;

	if (failed(m, locate(m, &place, "%s", "")))
		return;
	flow = m->p->text[place.start] == '{';
	at = place.start + flow;
	while (flow && at < place.end && is_blank(m->p->text[at]))
		at++;
	t = edit(m, at, at);
	if (!m->p->yaml)
		text_printf(t, "\"%s\": %s,", key, value.json);
	else
		text_printf(t, "%s: %s%s", key, word(m, value), flow ? "," : "\n");
	if (!flow)
		text_printf(t, "%*s", (int)place.column - 1, "");
	else if (at > place.start + 1)
		text_add(t, (struct span){m->p->text + place.start + 1, at - place.start - 1});
	else
		text_add_char(t, ' ');
}

void amending_replace(struct amending *m, const char *suffix, struct amend_value value)
{
	struct profile_place place;
	bool there;

	if (m->error)
		return;
	there = locate(m, &place, "%s", suffix) == 0;
	/* Members of the profile itself alone are made anew. */
	if (!there && strchr(suffix + 1, '/')) {
		failed(m, PROFILE_E_REFUSED);
		return;
	}
	if (there)
		text_add_str(edit(m, place.start, place.end), word(m, value));
	else
		add_first_member(m, suffix + 1, value);
	begin_op(m, there ? "replace" : "add", suffix);
	end_op(m, value.json);
}

static bool is_flow(const struct amending *m, const struct profile_place *object)
{
	return m->p->text[object->start] == '{';
}

void amending_add_member(struct amending *m, const char *object, const char *after, const char *key,
	struct amend_value value)
{
	struct profile_place whole, place;
	struct text *t;

	if (m->error || failed(m, locate(m, &whole, "%s", object)) || failed(m, locate(m, &place, "%s/%s", object, after)))
		return;
	t = edit(m, place.end, place.end);
	if (!m->p->yaml)
		text_printf(t, ", \"%s\": %s", key, value.json);
	else if (is_flow(m, &whole))
		text_printf(t, ", %s: %s", key, word(m, value));
	else
		text_printf(t, "\n%*s%s: %s", (int)whole.column - 1, "", key, word(m, value));
	begin_op(m, "add", object);
	text_printf(&m->a->ops, "/%s", key);
	end_op(m, value.json);
}

/* Where the key of a value begins; SIZE_MAX when it is not spelt plainly. */
static size_t key_start(const struct profile *p, size_t value, const char *key)
{
	size_t n = strlen(key), at = value;

	at -= blanks_before(p, at).len;
	if (at == 0 || p->text[at - 1] != ':')
		return SIZE_MAX;
	at -= 1 + blanks_before(p, at - 1).len;
	if (at > 0 && p->text[at - 1] == '"') {
		if (at < n + 2 || p->text[at - n - 2] != '"')
			return SIZE_MAX;
		return memcmp(p->text + at - n - 1, key, n) == 0 ? at - n - 2 : SIZE_MAX;
	}
	return at >= n && memcmp(p->text + at - n, key, n) == 0 ? at - n : SIZE_MAX;
}

static bool is_alone_before(const struct profile *p, size_t at)
{
	size_t start = line_start(p, at);

	while (start < at && p->text[start] == ' ')
		start++;
	return start == at;
}

static void remove_flow_member(struct amending *m, size_t start, size_t end)
{
	const struct profile *p = m->p;
	size_t before = start - blanks_before(p, start).len;

	if (before > 0 && p->text[before - 1] == ',') {
		(void)edit(m, before - 1, end);
		return;
	}
	while (end < p->text_len && is_blank(p->text[end]))
		end++;
	if (end < p->text_len && p->text[end] == ',')
		for (end++; end < p->text_len && is_blank(p->text[end]); end++)
			;
	(void)edit(m, start, end);
}

void amending_remove_member(struct amending *m, const char *object, const char *key)
{
	struct profile_place whole, place;
	size_t start;

	if (m->error || failed(m, locate(m, &whole, "%s", object)) || failed(m, locate(m, &place, "%s/%s", object, key)))
		return;
	start = key_start(m->p, place.start, key);
	if (start == SIZE_MAX || (!is_flow(m, &whole) && !is_alone_before(m->p, start))) {
		failed(m, PROFILE_E_REFUSED);
		return;
	}
	if (is_flow(m, &whole))
		remove_flow_member(m, start, place.end);
	else
		remove_line(m, &place);
	begin_op(m, "remove", object);
	text_printf(&m->a->ops, "/%s", key);
	end_op(m, NULL);
}
