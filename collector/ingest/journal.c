/* SPDX-License-Identifier: MIT */
/* journal: entries of journalctl -o json and -o export → records.
 * systemd's journal export format: FIELD=value lines, or FIELD, a little-endian 64-bit length and raw bytes; an
 * empty line ends the entry. Field names with an underscore in front are journald's own and cannot be written by
 * the process that logged: the transport tells whether the kernel said it. */
#include <endian.h>
#include <jansson.h>
#include <stdio.h>

#include "files_internal.h"

/* ---- fields ---- */

struct target {
	struct span name;
	size_t offset, size; /* size 0: a number */
};

#define TEXT(name, member)   {SPAN(name), offsetof(struct files_entry, member), sizeof(((struct files_entry *)0)->member)}
#define NUMBER(name, member) {SPAN(name), offsetof(struct files_entry, member), 0}

static const struct target targets[] = {
	TEXT("_HOSTNAME", host),
	TEXT("_MACHINE_ID", machine_id),
	TEXT("_TRANSPORT", transport),
	TEXT("_AUDIT_TYPE", type),
	NUMBER("_AUDIT_ID", serial),
	NUMBER("_SOURCE_REALTIME_TIMESTAMP", source_time),
	NUMBER("__REALTIME_TIMESTAMP", time),
};

static const struct target *target_of(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (span_equal(name, targets[i].name))
			return &targets[i];
	return NULL;
}

void files_entry_reset(struct files_entry *e)
{
	text_reset(&e->message);
	memset((char *)e + sizeof(e->message), 0, sizeof(*e) - sizeof(e->message));
}

void files_entry_free(struct files_entry *e)
{
	text_free(&e->message);
}

bool files_entry_wants(struct span name)
{
	return span_equal(name, SPAN("MESSAGE")) || target_of(name);
}

void files_entry_set(struct files_entry *e, struct span name, struct span value)
{
	const struct target *t = target_of(name);
	char *member;

	if (span_equal(name, SPAN("MESSAGE"))) {
		text_reset(&e->message);
		text_add(&e->message, (struct span){value.data, MIN(value.len, (size_t)FILES_RECORD_MAX)});
		return;
	}
	if (!t)
		return;
	member = (char *)e + t->offset;
	if (t->size == 0) {
		text_to_u64(value, UINT64_MAX, (uint64_t *)(void *)member);
	} else if (value.len > 0 && value.len < t->size) {
		memcpy(member, value.data, value.len);
		member[value.len] = '\0';
	}
}

/* ---- entry → event ---- */

static bool is_from_kernel(const struct files_entry *e)
{
	static const char *const types[] = {"", "1326", "1701"};
	static const char *const transports[] = {"", "audit", "kernel"};
	bool type = false, transport = false;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		type |= strcmp(e->type, types[i]) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(transports); i++)
		transport |= strcmp(e->transport, transports[i]) == 0;
	return type && transport;
}

/* The audit transport takes the stamp out of the text and keeps it in fields. */
static void set_stamp(const struct files_entry *e, struct event *ev)
{
	if (ev->has_serial || strcmp(e->transport, "audit") != 0 || e->serial == 0 || e->serial > UINT32_MAX ||
		e->source_time == 0 || e->source_time / 1000 > CLOCK_MAX)
		return;
	ev->serial = (uint32_t)e->serial;
	ev->has_serial = true;
	ev->time = (int64_t)(e->source_time / 1000);
	ev->time_source = EVENT_TIME_AUDIT;
}

static int64_t line_time_of(const struct files_entry *e)
{
	uint64_t micro = e->source_time ? e->source_time : e->time;

	return micro && micro / 1000 <= CLOCK_MAX ? (int64_t)(micro / 1000) : CLOCK_NONE;
}

int files_entry_parse(const struct files_entry *e, int64_t now, struct event *ev, const char **ret_why)
{
	struct record_context context = {now, line_time_of(e), EVENT_SOURCE_JOURNAL};
	int r;

	if (!is_from_kernel(e) || e->message.len == 0)
		return RECORD_E_OTHER;
	r = record_parse(text_span(&e->message), &context, ev, ret_why);
	if (r != 0)
		return r;
	set_stamp(e, ev);
	if (e->host[0])
		event_set(ev, &ev->prefix_host, span_from(e->host));
	return 0;
}

/* ---- JSON ---- */

/* What is not UTF-8 comes as an array of byte values. */
static bool add_bytes(struct text *to, const json_t *array)
{
	size_t i;
	json_t *byte;

	json_array_foreach(array, i, byte) {
		json_int_t value = json_integer_value(byte);

		if (!json_is_integer(byte) || value < 0 || value > 255)
			return false;
		text_add_char(to, (char)value);
	}
	return !to->failed;
}

/* A field that an entry has several times comes as an array of its values: the first counts. */
static void set_json(struct files_entry *e, struct span name, const json_t *value)
{
	CLEANUP_TEXT struct text bytes = TEXT_EMPTY;

	if (json_is_array(value) && !json_is_integer(json_array_get(value, 0)))
		value = json_array_get(value, 0);
	if (json_is_string(value))
		files_entry_set(e, name, (struct span){json_string_value(value), json_string_length(value)});
	else if (json_is_array(value) && add_bytes(&bytes, value))
		files_entry_set(e, name, text_span(&bytes));
}

/* json-seq lines begin with a record separator. */
static struct span object_of(struct span line)
{
	return line.len && line.data[0] == 0x1e ? span_from_offset(line, 1) : line;
}

bool files_entry_is_json(struct span line)
{
	return span_starts(object_of(line), SPAN("{"));
}

static bool may_be_record(struct span line)
{
	static const struct span signs[] = {SPAN("1326"), SPAN("SECCOMP"), SPAN("seccomp"), SPAN("syscall=")};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (memmem(line.data, line.len, signs[i].data, signs[i].len))
			return true;
	return false;
}

int files_entry_from_json(struct files_entry *e, struct span line)
{
	struct span object = object_of(line);
	json_error_t error;
	const char *key;
	json_t *root, *value;

	files_entry_reset(e);
	if (!may_be_record(object))
		return RECORD_E_OTHER;
	root = json_loadb(object.data, object.len, JSON_ALLOW_NUL, &error);
	if (!json_is_object(root)) {
		json_decref(root);
		return RECORD_E_MALFORMED;
	}
	json_object_foreach(root, key, value) {
		if (files_entry_wants(span_from(key)))
			set_json(e, span_from(key), value);
	}
	json_decref(root);
	return 0;
}

/* ---- export ---- */

static bool is_field_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_')
			return false;
	}
	return name.len > 0 && name.len <= 64;
}

bool files_entry_is_export(struct span line)
{
	return span_starts(line, SPAN("__CURSOR=")) || span_starts(line, SPAN("__REALTIME_TIMESTAMP="));
}

static uint64_t count_newlines(struct span s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.data[i] == '\n';
	return n;
}

/* A name alone on its line: a length, the value, a newline. */
static int take_binary(struct files_entry *e, struct files_input *in, struct span name, uint64_t *lines)
{
	char kept_name[64], value[FILES_RECORD_MAX];
	size_t name_len = name.len, len;
	uint64_t size;
	int r;

	memcpy(kept_name, name.data, name_len);
	r = files_input_bytes(in, sizeof(size), (char *)&size, sizeof(size));
	if (r < 0)
		return r;
	size = le64toh(size);
	len = (size_t)MIN(size, (uint64_t)sizeof(value));
	r = files_input_bytes(in, size, value, sizeof(value));
	if (r < 0)
		return r;
	*lines += count_newlines((struct span){value, len});
	files_entry_set(e, (struct span){kept_name, name_len}, (struct span){value, len});
	r = files_input_bytes(in, 1, value, 1);
	return r < 0 ? r : value[0] == '\n' ? 0 : RECORD_E_MALFORMED;
}

static int take_field(struct files_entry *e, struct files_input *in, const struct files_line *line, uint64_t *lines)
{
	struct span text = line->text;
	const char *equals = memchr(text.data, '=', text.len);
	struct span name = {text.data, equals ? (size_t)(equals - text.data) : text.len};

	if (!is_field_name(name))
		return RECORD_E_MALFORMED;
	if (!equals)
		return take_binary(e, in, name, lines);
	if (!line->is_long)
		files_entry_set(e, name, span_from_offset(text, name.len + 1));
	return 0;
}

int files_entry_from_export(struct files_entry *e, struct files_input *in, struct files_line *line, uint64_t *lines)
{
	int r, outcome = 0;

	files_entry_reset(e);
	do {
		r = take_field(e, in, line, lines);
		if (r < 0)
			return r;
		outcome = MAX(outcome, r);
		r = files_input_line(in, line);
		++*lines;
	} while (r == 1 && line->text.len > 0);
	return r < 0 ? r : outcome;
}
