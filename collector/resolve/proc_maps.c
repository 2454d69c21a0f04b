/* SPDX-License-Identifier: MIT */
/* Which file a process's address lies in: proc_pid_maps(5). The path comes last on a line and may hold anything but
 * a newline; what stands before it are numbers and fixed words, so a line is taken apart from the left. */
#include <fcntl.h>
#include <stdio.h>

#include "proc.h"

#define MAPS_MAX (4u << 20)

static struct span next_word(struct span *rest)
{
	size_t from = 0, n = 0;

	while (from < rest->len && rest->data[from] == ' ')
		from++;
	*rest = span_from_offset(*rest, from);
	while (n < rest->len && rest->data[n] != ' ')
		n++;
	*rest = span_from_offset(*rest, n);
	return (struct span){rest->data - n, n};
}

int proc_parse_mapping(struct span line, uint64_t address, struct span *ret_path, uint64_t *ret_offset)
{
	struct span range = next_word(&line), offset;
	const char *dash = range.len ? memchr(range.data, '-', range.len) : NULL;
	uint64_t from, until, file_offset;

	if (!dash || text_to_u64_hex((struct span){range.data, (size_t)(dash - range.data)}, UINT64_MAX, &from) < 0 ||
		text_to_u64_hex(span_from_offset(range, (size_t)(dash + 1 - range.data)), UINT64_MAX, &until) < 0)
		return 0;
	if (address < from || address >= until)
		return 0;
	next_word(&line); /* permissions */
	offset = next_word(&line);
	next_word(&line); /* device */
	next_word(&line); /* inode */
	while (line.len > 0 && line.data[0] == ' ')
		line = span_from_offset(line, 1);
	if (line.len == 0 || text_to_u64_hex(offset, UINT64_MAX, &file_offset) < 0)
		return 0;
	*ret_path = line;
	*ret_offset = address - from + file_offset;
	return 1;
}

/* Looks through whole lines; returns how much of the text is left over. */
static size_t look(struct span text, uint64_t address, struct span *ret_path, uint64_t *ret_offset)
{
	const char *end;

	while (ret_path->len == 0 && (end = text.len ? memchr(text.data, '\n', text.len) : NULL)) {
		proc_parse_mapping((struct span){text.data, (size_t)(end - text.data)}, address, ret_path, ret_offset);
		text = span_from_offset(text, (size_t)(end + 1 - text.data));
	}
	return text.len;
}

int proc_find_mapping(int proc_fd, int pid, uint64_t address, char *ret_path, size_t size, uint64_t *ret_offset)
{
	char name[32], buffer[16384];
	CLEANUP_CLOSE int fd = -1;
	size_t kept = 0, total = 0;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/maps", pid);
	fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (total < MAPS_MAX && kept < sizeof(buffer) && (n = read(fd, buffer + kept, sizeof(buffer) - kept)) > 0) {
		struct span text = {buffer, kept + (size_t)n}, path = {0};

		total += (size_t)n;
		kept = look(text, address, &path, ret_offset);
		if (path.len > 0) {
			snprintf(ret_path, size, "%.*s", (int)MIN(path.len, size - 1), path.data);
			return 0;
		}
		memmove(buffer, buffer + text.len - kept, kept);
	}
	return -ENOENT;
}
