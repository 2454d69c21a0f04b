/* SPDX-License-Identifier: MIT */
/* fuzz_journal: a line as an entry of journalctl -o json, and bytes as fields of an entry in the export format. */
#include "fuzz.h"

#include "ingest/files_internal.h"

#define NOW INT64_C(1778232600000)

static bool is_text(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

static void check(const struct files_entry *e)
{
	static struct event ev;
	const char *why = NULL;
	int r;

	must(is_text(e->host, sizeof(e->host)) && is_text(e->machine_id, sizeof(e->machine_id)));
	must(is_text(e->transport, sizeof(e->transport)) && is_text(e->type, sizeof(e->type)));
	must(e->message.len <= FILES_RECORD_MAX);
	r = files_entry_parse(e, NOW, &ev, &why);
	must(r != 0 || (ev.time >= 0 && ev.time <= CLOCK_MAX && ev.has_serial == (ev.time_source == EVENT_TIME_AUDIT)));
	must(r != RECORD_E_MALFORMED || why);
}

/* FIELD=value lines, without a reader in between. */
static void set_fields(struct files_entry *e, struct span text)
{
	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		struct span line = {text.data, end ? (size_t)(end - text.data) : text.len};
		const char *equals = memchr(line.data, '=', line.len);
		size_t name = equals ? (size_t)(equals - line.data) : line.len;

		files_entry_set(e, (struct span){line.data, name}, span_from_offset(line, name + 1));
		text = span_from_offset(text, line.len + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct files_entry e = {0};

	if (files_entry_is_json(text) && files_entry_from_json(&e, text) == 0)
		check(&e);
	files_entry_reset(&e);
	set_fields(&e, text);
	check(&e);
	files_entry_free(&e);
	return 0;
}
