/* SPDX-License-Identifier: MIT */
#include "schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct check {
	json_t *document;
	const json_t *value;
	struct schema_fault *fault;
	json_t *schema; /* the whole, for keywords that need their siblings */
};

static bool fail(struct schema_fault *fault, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct schema_fault *fault, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(fault->what, sizeof(fault->what), fmt, args);
	va_end(args);
	return false;
}

json_t *schema_resolve(json_t *document, const char *ref)
{
	char copy[256], *part, *rest = copy;

	if (strncmp(ref, "#/", 2) != 0 || strlen(ref) >= sizeof(copy))
		return NULL;
	strcpy(copy, ref + 2);
	while (document && (part = strsep(&rest, "/")))
		document = json_object_get(document, part);
	return document;
}

json_t *schema_follow(json_t *document, json_t *object)
{
	const char *ref = json_string_value(json_object_get(object, "$ref"));

	return ref ? schema_resolve(document, ref) : object;
}

/* ---- one keyword each ---------------------------------------------------------------------------------------- */

static bool has_type(const json_t *value, const char *type)
{
	static const struct {
		const char *name;
		json_type type;
	} names[] = {{"object", JSON_OBJECT}, {"array", JSON_ARRAY}, {"string", JSON_STRING}, {"integer", JSON_INTEGER},
		{"null", JSON_NULL}, {"boolean", JSON_TRUE}, {"boolean", JSON_FALSE}, {"number", JSON_REAL},
		{"number", JSON_INTEGER}};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, type) == 0 && json_typeof(value) == names[i].type)
			return true;
	return false;
}

static bool check_type(const struct check *c, json_t *wanted)
{
	json_t *one;
	size_t i;

	if (json_is_string(wanted))
		return has_type(c->value, json_string_value(wanted)) ||
			fail(c->fault, "is not of type %s", json_string_value(wanted));
	json_array_foreach(wanted, i, one)
		if (has_type(c->value, json_string_value(one)))
			return true;
	return fail(c->fault, "is of none of the types");
}

static bool check_ref(const struct check *c, json_t *ref)
{
	json_t *target = schema_resolve(c->document, json_string_value(ref));

	return target ? schema_matches(c->document, target, c->value, c->fault) :
			fail(c->fault, "%s leads nowhere", json_string_value(ref));
}

static bool step_into(const struct check *c, const char *name, json_t *schema, const json_t *value)
{
	size_t len = strlen(c->fault->at);
	bool ok;

	snprintf(c->fault->at + len, sizeof(c->fault->at) - len, "/%s", name);
	ok = schema_matches(c->document, schema, value, c->fault);
	if (ok)
		c->fault->at[len] = '\0';
	return ok;
}

static bool check_properties(const struct check *c, json_t *properties)
{
	json_t *more = json_object_get(c->schema, "additionalProperties"), *value;
	const char *name;

	if (!json_is_object(c->value))
		return true;
	json_object_foreach((json_t *)c->value, name, value)
	{
		json_t *schema = json_object_get(properties, name);

		if (!schema && !more)
			return fail(c->fault, "has \"%s\", which is not described", name);
		if (schema && !step_into(c, name, schema, value))
			return false;
	}
	return true;
}

static bool check_additional(const struct check *c, json_t *additional)
{
	json_t *properties = json_object_get(c->schema, "properties"), *value;
	const char *name;

	json_object_foreach((json_t *)c->value, name, value)
	{
		if (json_object_get(properties, name) || json_is_true(additional))
			continue;
		if (json_is_false(additional))
			return fail(c->fault, "has \"%s\", which may not be there", name);
		if (!step_into(c, name, additional, value))
			return false;
	}
	return true;
}

static bool check_required(const struct check *c, json_t *names)
{
	json_t *name;
	size_t i;

	if (!json_is_object(c->value))
		return true;
	json_array_foreach(names, i, name)
		if (!json_object_get(c->value, json_string_value(name)))
			return fail(c->fault, "lacks \"%s\"", json_string_value(name));
	return true;
}

static bool check_items(const struct check *c, json_t *schema)
{
	json_t *item;
	size_t i;

	json_array_foreach(c->value, i, item)
	{
		char name[24];

		snprintf(name, sizeof(name), "%zu", i);
		if (!step_into(c, name, schema, item))
			return false;
	}
	return true;
}

static bool check_enum(const struct check *c, json_t *values)
{
	json_t *value;
	size_t i;

	json_array_foreach(values, i, value)
		if (json_equal(value, c->value))
			return true;
	return fail(c->fault, "is none of the enumerated: %.80s",
		json_is_string(c->value) ? json_string_value(c->value) : "?");
}

/* A fault inside the alternatives is not said: which of them was meant is not known. */
static size_t count_matches(const struct check *c, json_t *alternatives)
{
	struct schema_fault ignored;
	size_t i, n = 0;
	json_t *one;

	json_array_foreach(alternatives, i, one)
	{
		ignored = *c->fault;
		n += schema_matches(c->document, one, c->value, &ignored);
		if (json_array_size(alternatives) == 2 && ignored.what[0] && !json_is_null(c->value) &&
			strcmp(ignored.what, "is not of type null") != 0)
			*c->fault = ignored;
	}
	return n;
}

static bool check_one_of(const struct check *c, json_t *alternatives)
{
	size_t n = count_matches(c, alternatives);

	if (n == 1)
		c->fault->what[0] = '\0';
	return n == 1 || (c->fault->what[0] ? false : fail(c->fault, "matches %zu of the alternatives", n));
}

static bool check_any_of(const struct check *c, json_t *alternatives)
{
	return count_matches(c, alternatives) > 0 || fail(c->fault, "matches none of the alternatives");
}

static bool check_minimum(const struct check *c, json_t *limit)
{
	return !json_is_number(c->value) || json_number_value(c->value) >= json_number_value(limit) ||
		fail(c->fault, "is below its minimum");
}

static bool check_maximum(const struct check *c, json_t *limit)
{
	return !json_is_number(c->value) || json_number_value(c->value) <= json_number_value(limit) ||
		fail(c->fault, "is above its maximum");
}

static bool check_max_length(const struct check *c, json_t *limit)
{
	return !json_is_string(c->value) || json_string_length(c->value) <= (size_t)json_integer_value(limit) ||
		fail(c->fault, "is too long");
}

static bool check_min_items(const struct check *c, json_t *limit)
{
	return !json_is_array(c->value) || json_array_size(c->value) >= (size_t)json_integer_value(limit) ||
		fail(c->fault, "has too few items");
}

static bool check_max_items(const struct check *c, json_t *limit)
{
	return !json_is_array(c->value) || json_array_size(c->value) <= (size_t)json_integer_value(limit) ||
		fail(c->fault, "has too many items");
}

static bool check_format(const struct check *c, json_t *format)
{
	int year, month, day, hour, minute, second, ms;
	char end;

	if (strcmp(json_string_value(format), "date-time") != 0)
		return fail(c->fault, "format %s is unknown", json_string_value(format));
	if (!json_is_string(c->value))
		return true;
	return (sscanf(json_string_value(c->value), "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &year, &month, &day, &hour, &minute,
			&second, &ms, &end) == 8 && end == 'Z') || fail(c->fault, "is no date-time: %.40s", json_string_value(c->value));
}

static bool check_nothing(const struct check *c, json_t *value)
{
	return true;
}

/* ---- all of them ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	bool (*check)(const struct check *c, json_t *value);
} keywords[] = {
	{"$ref", check_ref}, {"type", check_type}, {"properties", check_properties}, {"required", check_required},
	{"additionalProperties", check_additional}, {"items", check_items}, {"enum", check_enum}, {"oneOf", check_one_of},
	{"anyOf", check_any_of}, {"minimum", check_minimum}, {"maximum", check_maximum}, {"maxLength", check_max_length},
	{"minItems", check_min_items}, {"maxItems", check_max_items}, {"format", check_format},
	{"description", check_nothing}, {"default", check_nothing}, {"example", check_nothing}, {"examples", check_nothing},
};

bool schema_matches(json_t *document, json_t *schema, const json_t *value, struct schema_fault *ret)
{
	const struct check c = {document, value, ret, schema};
	const char *name;
	json_t *wanted;

	json_object_foreach(schema, name, wanted)
	{
		size_t i = 0;

		while (i < sizeof(keywords) / sizeof(*keywords) && strcmp(keywords[i].name, name) != 0)
			i++;
		if (i == sizeof(keywords) / sizeof(*keywords))
			return fail(ret, "keyword %s is not known to this test", name);
		if (!keywords[i].check(&c, wanted))
			return false;
	}
	return true;
}
