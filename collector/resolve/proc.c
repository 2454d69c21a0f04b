/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include <fcntl.h>
#include <stdio.h>

int proc_open(const char *path, int *ret_fd)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

/* One read: the kernel writes these files as a whole when the buffer takes them. */
static int read_file(int proc_fd, int pid, const char *name, char *buffer, size_t size, size_t *ret_len)
{
	char path[32];
	CLEANUP_CLOSE int fd = -1;
	ssize_t n;

	if (pid <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	n = read(fd, buffer, size);
	if (n < 0)
		return -errno;
	*ret_len = (size_t)n;
	return 0;
}

int proc_read_cgroup(int proc_fd, int pid, char buffer[static PROC_CGROUP_MAX], size_t *ret_len)
{
	size_t len;
	int r = read_file(proc_fd, pid, "cgroup", buffer, PROC_CGROUP_MAX, &len);

	if (r < 0)
		return r;
	/* A path that was cut would be another cgroup's. */
	while (len == PROC_CGROUP_MAX || (len > 0 && buffer[len - 1] != '\n'))
		len--;
	*ret_len = len;
	return 0;
}

int proc_parse_start(struct span stat, uint64_t *ret_ticks)
{
	size_t at = stat.len, end;

	/* comm, the second field, may hold anything: the last ')' ends it, for only numbers follow. */
	while (at > 0 && stat.data[at - 1] != ')')
		at--;
	if (at == 0)
		return -EINVAL;
	for (int field = 2; field < 22; field++) {
		while (at < stat.len && stat.data[at] != ' ')
			at++;
		if (at++ >= stat.len)
			return -EINVAL;
	}
	for (end = at; end < stat.len && stat.data[end] != ' ' && stat.data[end] != '\n'; end++)
		;
	return text_to_u64((struct span){stat.data + at, end - at}, UINT64_MAX, ret_ticks);
}

int proc_read_start(int proc_fd, int pid, uint64_t *ret_ticks)
{
	char buffer[1024];
	size_t len;
	int r = read_file(proc_fd, pid, "stat", buffer, sizeof(buffer), &len);

	return r < 0 ? r : proc_parse_start((struct span){buffer, len}, ret_ticks);
}
