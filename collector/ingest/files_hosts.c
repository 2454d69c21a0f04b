/* SPDX-License-Identifier: MIT */
#include <fcntl.h>

#include "files_internal.h"
#include "record_internal.h"

void files_hosts_add(struct files_hosts *h, struct span host)
{
	if (host.len == 0 || host.len > sizeof(h->first))
		return;
	if (h->first_len == 0) {
		memcpy(h->first, host.data, host.len);
		h->first_len = host.len;
	} else if (!span_equal(host, (struct span){h->first, h->first_len})) {
		h->is_mixed = true;
	}
}

bool files_hosts_is_syslog(struct span line)
{
	struct record_scan s = record_scan_of(line);
	struct record_prefix prefix;

	record_prefix_take(&s, &prefix);
	return prefix.tag != RECORD_TAG_NONE;
}

static void see_line(struct files_hosts *h, struct span line)
{
	struct record_scan s = record_scan_of(line);
	struct record_prefix prefix;

	record_prefix_take(&s, &prefix);
	if (prefix.tag != RECORD_TAG_NONE)
		files_hosts_add(h, prefix.host);
}

static void see_lines(struct files_hosts *h, struct span text)
{
	while (text.len > 0 && !h->is_mixed) {
		const char *newline = memchr(text.data, '\n', text.len);
		size_t len = newline ? (size_t)(newline - text.data) : text.len;

		/* The last one may be cut. */
		if (newline)
			see_line(h, (struct span){text.data, len});
		text = span_from_offset(text, len + 1);
	}
}

/* On a descriptor of its own: the reading has not begun. */
static void scan(struct files_hosts *h, const char *path)
{
	CLEANUP(files_input_close_p) struct files_input *in = NULL;
	struct files_line line;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0 || files_input_open(fd, &in) < 0)
		return;
	while (!h->is_mixed && files_input_line(in, &line) == 1)
		see_line(h, line.text);
}

void files_hosts_look_ahead(struct files_hosts *h, struct files_input *in, const char *path)
{
	see_lines(h, files_input_peek(in));
	if (path && h->first_len > 0 && !h->is_mixed)
		scan(h, path);
}
