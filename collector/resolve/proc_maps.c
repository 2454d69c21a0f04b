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

bool proc_parse_mapping(struct span line, uint64_t address, struct proc_mapping *ret)
{
	struct span range = next_word(&line), offset, inode;
	const char *dash = range.len ? memchr(range.data, '-', range.len) : NULL;
	struct proc_mapping m = {0};

	if (!dash || text_to_u64_hex((struct span){range.data, (size_t)(dash - range.data)}, UINT64_MAX, &m.from) < 0 ||
		text_to_u64_hex(span_from_offset(range, (size_t)(dash + 1 - range.data)), UINT64_MAX, &m.until) < 0)
		return false;
	if (address < m.from || address >= m.until)
		return false;
	next_word(&line); /* permissions */
	offset = next_word(&line);
	next_word(&line); /* device */
	inode = next_word(&line);
	while (line.len > 0 && line.data[0] == ' ')
		line = span_from_offset(line, 1);
	if (line.len == 0 || text_to_u64_hex(offset, UINT64_MAX, &m.offset) < 0 ||
		text_to_u64(inode, UINT64_MAX, &m.inode) < 0)
		return false;
	m.offset += address - m.from;
	snprintf(m.path, sizeof(m.path), "%.*s", (int)MIN(line.len, sizeof(m.path) - 1), line.data);
	*ret = m;
	return true;
}

/* Looks through whole lines; returns how much of the text is left over. */
static size_t look(struct span text, uint64_t address, struct proc_mapping *ret, bool *ret_found)
{
	const char *end;

	while (!*ret_found && (end = text.len ? memchr(text.data, '\n', text.len) : NULL)) {
		*ret_found = proc_parse_mapping((struct span){text.data, (size_t)(end - text.data)}, address, ret);
		text = span_from_offset(text, (size_t)(end + 1 - text.data));
	}
	return text.len;
}

int proc_find_mapping(int proc_fd, int pid, uint64_t address, struct proc_mapping *ret)
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
		struct span text = {buffer, kept + (size_t)n};
		bool found = false;

		total += (size_t)n;
		kept = look(text, address, ret, &found);
		if (found)
			return 0;
		memmove(buffer, buffer + text.len - kept, kept);
	}
	return -ENOENT;
}
