/* SPDX-License-Identifier: MIT */
#include "seccompwatch/users.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PASSWD_MAX (1u << 20)

/* ---- texts ----------------------------------------------------------------------------------------------------------- */

/* The part of *rest before `end` (or all of it); moves *rest behind it. */
static struct span next_until(struct span *rest, char end)
{
	const char *at = rest->len ? memchr(rest->data, end, rest->len) : NULL;
	struct span part = {rest->data, at ? (size_t)(at - rest->data) : rest->len};

	*rest = span_from_offset(*rest, part.len + (at != NULL));
	return part;
}

static struct span next_word(struct span *line)
{
	while (line->len > 0 && line->data[0] == ' ')
		*line = span_from_offset(*line, 1);
	return next_until(line, ' ');
}

static int parse_extent(struct span line, struct users_extent *ret)
{
	uint64_t numbers[3];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (text_to_u64(next_word(&line), UINT32_MAX, &numbers[i]) < 0)
			return -EINVAL;
	*ret = (struct users_extent){(uint32_t)numbers[0], (uint32_t)numbers[1], (uint32_t)numbers[2]};
	return 0;
}

int users_parse_map(struct span text, struct users_map *ret)
{
	struct users_map map = {0};

	while (text.len > 0 && map.n < USERS_EXTENTS_MAX) {
		int r = parse_extent(next_until(&text, '\n'), &map.extents[map.n]);

		if (r < 0)
			return r;
		map.n++;
	}
	if (map.n == 0)
		return -EINVAL;
	*ret = map;
	return 0;
}

bool users_inside(const struct users_map *map, uint32_t uid, uint32_t *ret)
{
	for (size_t i = 0; i < map->n; i++) {
		const struct users_extent *e = &map->extents[i];

		if (uid < e->outside || uid - e->outside >= e->count)
			continue;
		*ret = e->inside + (uid - e->outside);
		return true;
	}
	return false;
}

bool users_map_is_identity(const struct users_map *map)
{
	const struct users_extent *e = &map->extents[0];

	return map->n == 1 && e->inside == e->outside;
}

/* name:password:uid:… */
static int parse_entry(struct span line, struct users_entry *ret)
{
	struct span name = next_until(&line, ':'), uid;
	uint64_t number;

	next_until(&line, ':');
	uid = next_until(&line, ':');
	if (name.len == 0 || name.len >= USERS_NAME_MAX || name.data[0] == '#' || memchr(name.data, '\0', name.len) ||
		text_to_u64(uid, UINT32_MAX, &number) < 0)
		return -EINVAL;
	ret->uid = (uint32_t)number;
	memcpy(ret->name, name.data, name.len);
	ret->name[name.len] = '\0';
	return 0;
}

void users_parse_names(struct span text, struct users_names *ret)
{
	ret->n = 0;
	while (text.len > 0 && ret->n < USERS_NAMES_MAX)
		if (parse_entry(next_until(&text, '\n'), &ret->entries[ret->n]) == 0)
			ret->n++;
}

const char *users_find(const struct users_names *names, uint32_t uid)
{
	for (size_t i = 0; i < names->n; i++)
		if (names->entries[i].uid == uid)
			return names->entries[i].name;
	return NULL;
}

/* ---- files ----------------------------------------------------------------------------------------------------------- */

static int read_file(int fd, size_t max, struct text *ret)
{
	char buffer[4096];
	ssize_t n;

	while (ret->len < max && (n = read(fd, buffer, MIN(sizeof(buffer), max - ret->len))) > 0)
		text_add(ret, (struct span){buffer, (size_t)n});
	return ret->failed ? -ENOMEM : 0;
}

/* Links in it end below `root`, whatever they say; a pipe or a device is not opened for reading. */
static int open_below(int root, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	CLEANUP_CLOSE int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	struct stat st;
	char link[48];
	int file;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return -EINVAL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	file = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return file < 0 ? -errno : file;
}

static int read_below(int root, const char *path, size_t max, struct text *ret)
{
	CLEANUP_CLOSE int fd = open_below(root, path);

	return fd < 0 ? fd : read_file(fd, max, ret);
}

int users_host_name(const char *root, uint32_t uid, char ret[static USERS_NAME_MAX])
{
	CLEANUP_CLOSE int dir = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct users_entry entry;
	struct span rest;
	int r = dir < 0 ? -errno : read_below(dir, "etc/passwd", PASSWD_MAX, &text);

	if (r < 0)
		return r;
	rest = text_span(&text);
	while (rest.len > 0)
		if (parse_entry(next_until(&rest, '\n'), &entry) == 0 && entry.uid == uid) {
			memcpy(ret, entry.name, USERS_NAME_MAX);
			return 0;
		}
	return -ENOENT;
}

static void read_names(int root, struct users_container *ret)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	if (read_below(root, "etc/passwd", PASSWD_MAX, &text) < 0)
		return;
	users_parse_names(text_span(&text), &ret->names);
	ret->has_names = true;
}

static void read_map(int process, struct users_container *ret)
{
	CLEANUP_CLOSE int fd = openat(process, "uid_map", O_RDONLY | O_CLOEXEC);
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	ret->has_map = fd >= 0 && read_file(fd, 65536, &text) == 0 && users_parse_map(text_span(&text), &ret->map) == 0;
}

/* A runtime's process is in the container's cgroup before it is in the container's root. */
static bool is_our_root(int root)
{
	struct stat ours, theirs;

	return stat("/", &ours) < 0 || fstat(root, &theirs) < 0 ||
	       (ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
}

int users_read_process(int32_t pid, struct users_container *ret)
{
	CLEANUP_CLOSE int process = -1, root = -1;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", pid);
	process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	root = process < 0 ? -1 : openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || is_our_root(root))
		return -ESRCH;
	read_map(process, ret);
	read_names(root, ret);
	return ret->has_map || ret->has_names ? 0 : -ESRCH;
}

int users_read_root(const char *folder, struct users_container *ret)
{
	CLEANUP_CLOSE int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return -errno;
	read_names(root, ret);
	return ret->has_names ? 0 : -ENOENT;
}
