/* SPDX-License-Identifier: MIT */
#include "proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define MOUNTS_MAX (64u << 10)

int proc_open(const char *path, int *ret_fd)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int open_file(int proc_fd, int pid, const char *name)
{
	char path[32];
	int fd;

	if (pid <= 0)
		return -ESRCH;
	snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

/* One read: the kernel writes these files as a whole when the buffer takes them. */
static int read_file(int proc_fd, int pid, const char *name, char *buffer, size_t size, size_t *ret_len)
{
	CLEANUP_CLOSE int fd = open_file(proc_fd, pid, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, buffer, size);
	if (n < 0)
		return -errno;
	*ret_len = (size_t)n;
	return 0;
}

int proc_read_cgroup(int proc_fd, int pid, char buffer[static PROC_CGROUP_MAX], size_t *ret_len)
{
	size_t len = 0;
	int r = read_file(proc_fd, pid, "cgroup", buffer, PROC_CGROUP_MAX, &len);

	if (r < 0)
		return r;
	/* A path that was cut would be another cgroup's. */
	while (len == PROC_CGROUP_MAX || (len > 0 && buffer[len - 1] != '\n'))
		len--;
	*ret_len = len;
	return 0;
}

/* The next field, blanks apart; moves *s behind it. */
static struct span next_field(struct span *s)
{
	size_t start = 0, end;
	struct span field;

	while (start < s->len && s->data[start] == ' ')
		start++;
	for (end = start; end < s->len && s->data[end] != ' ' && s->data[end] != '\n'; end++)
		;
	field = (struct span){s->data + start, end - start};
	*s = span_from_offset(*s, end);
	return field;
}

static void copy_comm(struct span stat, size_t end, char ret[static 16])
{
	size_t start = 0, len;

	while (start < end && stat.data[start] != '(')
		start++;
	len = start + 1 < end ? MIN(end - start - 2, 15u) : 0;
	memcpy(ret, stat.data + start + 1, len);
	ret[len] = '\0';
}

int proc_parse_stat(struct span stat, struct proc_stat *ret)
{
	struct span rest, field;
	uint64_t parent = 0, start = 0, threads = 0;
	size_t at = stat.len;
	int r = 0;

	/* comm, the second field, may hold anything: the last ')' ends it, for only numbers follow. */
	while (at > 0 && stat.data[at - 1] != ')')
		at--;
	if (at == 0)
		return -EINVAL;
	rest = span_from_offset(stat, at);
	for (int i = 3; i <= 22 && r == 0; i++) {
		field = next_field(&rest);
		if (i == 4)
			r = text_to_u64(field, INT32_MAX, &parent);
		else if (i == 20)
			r = text_to_u64(field, INT32_MAX, &threads);
		else if (i == 22)
			r = text_to_u64(field, UINT64_MAX, &start);
	}
	if (r < 0)
		return -EINVAL;
	ret->parent = (int32_t)parent;
	ret->start = start;
	ret->threads = (int)threads;
	copy_comm(stat, at, ret->comm);
	return 0;
}

int proc_read_stat(int proc_fd, int pid, struct proc_stat *ret)
{
	char buffer[1024];
	size_t len = 0;
	int r = read_file(proc_fd, pid, "stat", buffer, sizeof(buffer), &len);

	return r < 0 ? r : proc_parse_stat((struct span){buffer, len}, ret);
}

int proc_read_command(int proc_fd, int pid, char *buffer, size_t size)
{
	size_t len = 0;
	int r = read_file(proc_fd, pid, "cmdline", buffer, size - 1, &len);

	if (r < 0)
		return r;
	while (len > 0 && buffer[len - 1] == '\0')
		len--;
	buffer[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (buffer[i] == '\0')
			buffer[i] = ' ';
	return 0;
}

/* "NSpid:\t4711\t1\n": a number for each namespace, the innermost last. */
int proc_parse_namespace_pid(struct span status)
{
	uint64_t pid = 0;
	int n = 0;

	while (status.len > 0) {
		const char *newline = memchr(status.data, '\n', status.len);
		struct span line = {status.data, newline ? (size_t)(newline - status.data) : status.len};

		status = span_from_offset(status, line.len + 1);
		if (!span_starts(line, SPAN("NSpid:")))
			continue;
		line = span_from_offset(line, 6);
		while (line.len > 0) {
			size_t start = 0, end;

			while (start < line.len && line.data[start] == '\t')
				start++;
			for (end = start; end < line.len && line.data[end] != '\t'; end++)
				;
			if (text_to_u64((struct span){line.data + start, end - start}, INT32_MAX, &pid) == 0)
				n++;
			line = span_from_offset(line, end);
		}
		break;
	}
	return n > 1 ? (int)pid : 0;
}

int proc_namespace_pid(int proc_fd, int pid)
{
	char buffer[4096];
	size_t len = 0;
	int r = read_file(proc_fd, pid, "status", buffer, sizeof(buffer), &len);

	return r < 0 ? r : proc_parse_namespace_pid((struct span){buffer, len});
}

uint64_t proc_mount_ns(int proc_fd, int pid)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "%d/ns/mnt", pid);
	return fstatat(proc_fd, path, &st, 0) < 0 ? 0 : st.st_ino;
}

bool proc_is_writable_cgroup(struct span line)
{
	struct span options, field;

	for (int i = 1; i < 6; i++)
		next_field(&line);
	options = next_field(&line);
	do
		field = next_field(&line);
	while (field.len > 0 && !span_equal(field, SPAN("-")));
	field = next_field(&line);
	return (span_equal(field, SPAN("cgroup")) || span_equal(field, SPAN("cgroup2"))) &&
		(span_equal(options, SPAN("rw")) || span_starts(options, SPAN("rw,")));
}

static bool has_writable_cgroup(struct span mounts)
{
	while (mounts.len > 0) {
		const char *newline = memchr(mounts.data, '\n', mounts.len);
		size_t len = newline ? (size_t)(newline - mounts.data) : mounts.len;

		if (proc_is_writable_cgroup((struct span){mounts.data, len}))
			return true;
		mounts = span_from_offset(mounts, len + 1);
	}
	return false;
}

bool proc_is_sealed(int proc_fd, int pid)
{
	CLEANUP_CLOSE int fd = open_file(proc_fd, pid, "mountinfo");
	CLEANUP_FREE char *buffer = fd >= 0 ? malloc(MOUNTS_MAX) : NULL;
	size_t len = 0;
	ssize_t n = buffer ? 1 : -1;

	while (n > 0 && len < MOUNTS_MAX) {
		n = read(fd, buffer + len, MOUNTS_MAX - len);
		len += n > 0 ? (size_t)n : 0;
	}
	return n == 0 && len > 0 && !has_writable_cgroup((struct span){buffer, len});
}

int proc_each(int proc_fd, void (*fn)(void *data, int32_t pid), void *data)
{
	int fd = openat(proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	uint64_t pid;

	if (!dir) {
		int r = -errno;

		if (fd >= 0)
			close(fd);
		return r;
	}
	while ((entry = readdir(dir)))
		if (text_to_u64(span_from(entry->d_name), INT32_MAX, &pid) == 0)
			fn(data, (int32_t)pid);
	closedir(dir);
	return 0;
}
