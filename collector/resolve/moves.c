/* SPDX-License-Identifier: MIT */
#include "moves.h"

#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>

#include "seccompwatch/text.h"

#define EVENTS_MAX 4096  /* bytes of events read at once */
#define LIST_MAX   16384 /* bytes of a cgroup.procs */

struct moves {
	int fd;
};

static bool is_cgroup(const struct mntent *m)
{
	return strcmp(m->mnt_type, "cgroup") == 0 || strcmp(m->mnt_type, "cgroup2") == 0;
}

/* Marks are of file systems: a second mount of one, in whatever namespace, is covered. */
static int mark_all(int fd)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent m;
	char line[4096];
	int r = 0, n = 0;

	if (!mounts)
		return -errno;
	while (r == 0 && getmntent_r(mounts, &m, line, sizeof(line)))
		if (is_cgroup(&m)) {
			n++;
			if (fanotify_mark(fd, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, FAN_MODIFY, AT_FDCWD, m.mnt_dir) < 0)
				r = -errno;
		}
	endmntent(mounts);
	return r == 0 && n == 0 ? -ENOENT : r;
}

int moves_open(struct moves **ret)
{
	int fd = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct moves *m;
	int r;

	if (fd < 0)
		return -errno;
	r = mark_all(fd);
	m = r < 0 ? NULL : malloc(sizeof(*m));
	if (!m) {
		close(fd);
		return r < 0 ? r : -ENOMEM;
	}
	m->fd = fd;
	*ret = m;
	return 0;
}

void moves_close(struct moves *m)
{
	if (!m)
		return;
	close(m->fd);
	free(m);
}

int moves_fd(const struct moves *m)
{
	return m->fd;
}

/* Whether the file is one that moves processes or threads: cgroup.procs, cgroup.threads, v1's tasks. */
static bool is_member_list(int fd)
{
	static const char *const names[] = {"cgroup.procs", "cgroup.threads", "tasks"};
	char link[32], path[PATH_MAX];
	const char *name;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return true; /* not known: look */
	path[n] = '\0';
	name = strrchr(path, '/');
	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strcmp(name + 1, names[i]) == 0)
			return true;
	return false;
}

/* The numbers in a list, added after the first `n`; -EOVERFLOW when they are too many. */
static int add_pids(struct span list, int32_t *ret, int n)
{
	while (list.len > 0) {
		const char *newline = memchr(list.data, '\n', list.len);
		size_t len = newline ? (size_t)(newline - list.data) : list.len;
		uint64_t pid;

		if (n == MOVES_BATCH)
			return -EOVERFLOW;
		if (text_to_u64((struct span){list.data, len}, INT32_MAX, &pid) == 0)
			ret[n++] = (int32_t)pid;
		list = span_from_offset(list, len + 1);
	}
	return n;
}

/* A cgroup that is gone has no members: -ENODEV is no failure. */
static int read_members(int fd, int32_t *ret, int n)
{
	char list[LIST_MAX];
	ssize_t len = pread(fd, list, sizeof(list), 0);

	if (len < 0)
		return errno == ENODEV ? n : -EOVERFLOW;
	return len == sizeof(list) ? -EOVERFLOW : add_pids((struct span){list, (size_t)len}, ret, n);
}

int moves_read(struct moves *m, int32_t ret[static MOVES_BATCH], bool *ret_moved)
{
	char buffer[EVENTS_MAX] __attribute__((aligned(__alignof__(struct fanotify_event_metadata))));
	const struct fanotify_event_metadata *e = (const void *)buffer;
	ssize_t len = read(m->fd, buffer, sizeof(buffer));
	int n = 0;

	if (len < 0)
		return errno == EAGAIN ? -EAGAIN : -EOVERFLOW;
	for (; FAN_EVENT_OK(e, len); e = FAN_EVENT_NEXT(e, len)) {
		if (e->mask & FAN_Q_OVERFLOW || e->vers != FANOTIFY_METADATA_VERSION)
			n = -EOVERFLOW;
		if (e->fd < 0)
			continue;
		if (is_member_list(e->fd)) {
			*ret_moved = true;
			n = n < 0 ? n : read_members(e->fd, ret, n);
		}
		close(e->fd);
	}
	return n;
}
