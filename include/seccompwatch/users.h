/* SPDX-License-Identifier: MIT */
/* users: whose number a uid is, on the host and in a container. A container may have numbers of its own
 * (user_namespaces(7)) and always has names of its own. Names come from passwd files alone: no name service is asked,
 * which could wait for a network. A container's file is hostile: bounded, a plain file below the container's root. */
#pragma once

#include "text.h"

#define USERS_NAME_MAX    33 /* useradd(8) takes 32 bytes */
#define USERS_NAMES_MAX   64
#define USERS_EXTENTS_MAX 16

/* /proc/PID/uid_map, as far as it fits. n 0: not known. */
struct users_map {
	size_t n;
	struct users_extent {
		uint32_t inside, outside, count;
	} extents[USERS_EXTENTS_MAX];
};
int users_parse_map(struct span text, struct users_map *ret); /* pure; -EINVAL: no map */
/* Whether the map has the host's `uid`, and as what. */
bool users_inside(const struct users_map *map, uint32_t uid, uint32_t *ret);
bool users_map_is_identity(const struct users_map *map);

struct users_names {
	size_t n;
	struct users_entry {
		uint32_t uid;
		char name[USERS_NAME_MAX]; /* raw bytes */
	} entries[USERS_NAMES_MAX];
};
/* Pure: the lines of a passwd(5), as far as they fit; what is no such line is passed over. */
void users_parse_names(struct span text, struct users_names *ret);
const char *users_find(const struct users_names *names, uint32_t uid); /* NULL: none */

/* The name in a passwd file of any length; `root` is put before "/etc/passwd". -ENOENT: none. */
int users_host_name(const char *root, uint32_t uid, char ret[static USERS_NAME_MAX]);

/* What a container says of its users. */
struct users_container {
	bool has_map, has_names;
	struct users_map map;
	struct users_names names;
};
/* From a process that is surely the container's: it runs below another root than ours. -ESRCH: it is gone or its root
 * is still ours. */
int users_read_process(int32_t pid, struct users_container *ret);
/* From the folder that is (or will be) the container's root; only the names. */
int users_read_root(const char *folder, struct users_container *ret);
