/* SPDX-License-Identifier: MIT */
/* files_fold: records that somebody wrapped: by a mailer ("> " before each line), in a page (indented), in a
 * shell comment ("#"), with backslashes. A line goes on with the record before it when that record is
 * incomplete and the line begins with a field that may still come. Both bounds (bytes, lines) are small, so that
 * damaged input costs no more than it is long. */
#include "files_internal.h"
#include "record_internal.h"

#define LINES_MAX 16

enum key_place {
	KEY_BEFORE, /* up to the syscall number */
	KEY_AFTER,  /* behind it */
	KEY_TRAILER,
};

static const struct {
	struct span key;
	enum key_place place;
} keys[] = {
	{SPAN("auid="), KEY_BEFORE},  {SPAN("uid="), KEY_BEFORE},     {SPAN("gid="), KEY_BEFORE},
	{SPAN("ses="), KEY_BEFORE},   {SPAN("subj="), KEY_BEFORE},    {SPAN("pid="), KEY_BEFORE},
	{SPAN("comm="), KEY_BEFORE},  {SPAN("exe="), KEY_BEFORE},     {SPAN("reason="), KEY_BEFORE},
	{SPAN("sig="), KEY_BEFORE},   {SPAN("arch="), KEY_BEFORE},    {SPAN("syscall="), KEY_BEFORE},
	{SPAN("compat="), KEY_AFTER}, {SPAN("ip="), KEY_AFTER},       {SPAN("code="), KEY_AFTER},
	{SPAN("AUID="), KEY_TRAILER}, {SPAN("UID="), KEY_TRAILER},    {SPAN("GID="), KEY_TRAILER},
	{SPAN("ARCH="), KEY_TRAILER}, {SPAN("SYSCALL="), KEY_TRAILER},
};

static int place_of(struct span line)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (span_starts(line, keys[i].key))
			return (int)keys[i].place;
	return -1;
}

/* Without quote and comment marks in front, and blanks at the end. */
static struct span bare_line(struct span line)
{
	while (line.len && (record_is_blank(line.data[0]) || memchr(">#|*", line.data[0], 4)))
		line = span_from_offset(line, 1);
	while (line.len && record_is_blank(line.data[line.len - 1]))
		line.len--;
	return line;
}

static bool ends_with(struct span text, struct span end)
{
	return text.len >= end.len && memcmp(text.data + text.len - end.len, end.data, end.len) == 0;
}

static bool is_continued(struct span text)
{
	return ends_with(text, SPAN(" \\"));
}

/* "… kernel: [   27.287722] audit:", the record on the next line */
static bool is_lonely_head(struct span text)
{
	return ends_with(text, SPAN(" audit:")) || span_equal(text, SPAN("audit:"));
}

bool files_fold_wants_more(struct span text, int outcome, const struct event *ev)
{
	if (text.len >= FILES_RECORD_MAX / 2)
		return false;
	text = bare_line(text);
	if (outcome == RECORD_E_OTHER)
		return is_lonely_head(text);
	return outcome == RECORD_E_MALFORMED || !ev->has_code || is_continued(text);
}

static bool add(struct files_fold *f, struct span text)
{
	if (text.len + 1 > sizeof(f->text) - f->len)
		return false;
	if (f->len > 0)
		f->text[f->len++] = ' ';
	memcpy(f->text + f->len, text.data, text.len);
	f->len += text.len;
	return true;
}

void files_fold_begin(struct files_fold *f, struct span line, uint64_t number)
{
	f->len = 0;
	f->line = number;
	f->lines = 1;
	while (line.len && record_is_blank(line.data[line.len - 1]))
		line.len--;
	add(f, line); /* files_fold_wants_more() refused what does not fit */
}

static bool goes_on(const struct files_fold *f, struct span line)
{
	struct span pending = files_fold_text(f);
	int place = place_of(line);

	if (is_lonely_head(pending))
		return span_starts(line, SPAN("type=1326 ")) || span_starts(line, SPAN("type=1701 "));
	if (is_continued(pending))
		return line.len > 0;
	return f->is_event ? place >= KEY_AFTER : place >= KEY_BEFORE;
}

bool files_fold_append(struct files_fold *f, struct span line)
{
	line = bare_line(line);
	if (f->lines >= LINES_MAX || !goes_on(f, line))
		return false;
	if (is_continued(files_fold_text(f)))
		f->len -= strlen(" \\");
	f->lines++;
	return add(f, line);
}

bool files_fold_is_trailer(struct span line)
{
	return place_of(bare_line(line)) == KEY_TRAILER;
}
