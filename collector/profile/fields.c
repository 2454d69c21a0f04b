/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <strings.h>

#include "number.h"
#include "words.h"

static void truncate_path(struct reader *r, size_t len)
{
	r->path.len = len;
	r->path.data[len] = '\0';
}

int fields_refuse(struct reader *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	problem_vset(r->problem, r->path.data, fmt, args);
	va_end(args);
	return PROFILE_E_REFUSED;
}

PRINTF(3, 0)
static void vnote(struct reader *r, const char *pointer, const char *fmt, va_list args)
{
	struct profile *p = r->p;
	struct profile_problem *notes;

	if (p->n_notes == PROFILE_NOTES_MAX) {
		p->n_more_notes++;
		return;
	}
	notes = reallocarray(p->notes, p->n_notes + 1, sizeof(*notes));
	if (!notes) {
		p->n_more_notes++;
		return;
	}
	p->notes = notes;
	problem_vset(&notes[p->n_notes++], pointer, fmt, args);
}

void fields_note(struct reader *r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vnote(r, r->path.data, fmt, args);
	va_end(args);
}

void fields_note_at(struct reader *r, const char *member, const char *fmt, ...)
{
	size_t len = r->path.len;
	va_list args;

	problem_pointer_add(&r->path, span_from(member));
	va_start(args, fmt);
	vnote(r, r->path.data, fmt, args);
	va_end(args);
	truncate_path(r, len);
}

static const struct field *find_field(const struct field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(fields[i].name, key) == 0)
			return &fields[i];
	return NULL;
}

static void note_unknown(struct reader *r, const struct field *fields, size_t n, const char *key)
{
	char word[PROBLEM_WORD_MAX];
	const char *names[32], *near;

	for (size_t i = 0; i < n && i < ARRAY_SIZE(names); i++)
		names[i] = fields[i].name;
	near = words_closest(names, MIN(n, ARRAY_SIZE(names)), "", span_from(key));
	if (near)
		fields_note(r, "%s is no field of a profile and is passed over; did you mean %s?",
			problem_word(word, span_from(key)), near);
	else
		fields_note(r, "%s is no field of a profile and is passed over", problem_word(word, span_from(key)));
}

static int read_member(struct reader *r, const struct field *fields, size_t n, const char *key, const json_t *value,
	void *target)
{
	const struct field *field = find_field(fields, n, key);
	char word[PROBLEM_WORD_MAX];

	if (!field) {
		note_unknown(r, fields, n, key);
		return 0;
	}
	if (strcmp(field->name, key) != 0)
		fields_note(r, "%s is taken as %s: Docker and Podman do not look at the letters' case",
			problem_word(word, span_from(key)), field->name);
	return json_is_null(value) ? 0 : field->read(r, value, target);
}

int fields_read(struct reader *r, const json_t *object, const struct field *fields, size_t n, void *target)
{
	size_t len = r->path.len;
	const char *key;
	json_t *value;
	int k = 0;

	if (!json_is_object(object))
		return fields_refuse(r, "must be an object");
	json_object_foreach((json_t *)object, key, value) {
		problem_pointer_add(&r->path, span_from(key));
		if (r->path.failed)
			return -ENOMEM;
		k = read_member(r, fields, n, key, value, target);
		if (k)
			return k;
		truncate_path(r, len);
	}
	return 0;
}

int fields_each(struct reader *r, const json_t *array, fields_item_fn fn, void *target)
{
	size_t len = r->path.len, i;
	json_t *item;
	int k;

	if (!json_is_array(array))
		return fields_refuse(r, "must be a list");
	json_array_foreach((json_t *)array, i, item) {
		text_printf(&r->path, "/%zu", i);
		if (r->path.failed)
			return -ENOMEM;
		k = fn(r, item, i, target);
		if (k)
			return k;
		truncate_path(r, len);
	}
	return 0;
}

int fields_string(struct reader *r, const json_t *value, const char **ret)
{
	if (!json_is_string(value))
		return fields_refuse(r, "must be a text");
	*ret = json_string_value(value);
	return 0;
}

static int read_string_item(struct reader *r, const json_t *item, size_t i, void *target)
{
	struct profile_strings *list = target;

	if (r->budget == 0)
		return fields_refuse(r, "too many names: no kernel takes a filter of more than 4096 instructions");
	r->budget--;
	list->n = i + 1;
	return fields_string(r, item, &list->items[i]);
}

int fields_strings(struct reader *r, const json_t *value, struct profile_strings *ret)
{
	if (!json_is_array(value))
		return fields_refuse(r, "must be a list of texts");
	if (ret->items)
		return fields_refuse(r, "is there twice, in different spellings");
	ret->items = calloc(json_array_size(value) + 1, sizeof(*ret->items));
	if (!ret->items)
		return -ENOMEM;
	return fields_each(r, value, read_string_item, ret);
}

int fields_number(struct reader *r, const json_t *value, uint64_t max, uint64_t *ret)
{
	uint64_t n;
	int k = number_read(value, &n);

	if (k == -EINVAL)
		return fields_refuse(r, "must be a number");
	if (k || n > max)
		return fields_refuse(r, "must be a whole number from 0 to %llu", (unsigned long long)max);
	*ret = n;
	return 0;
}
