/* SPDX-License-Identifier: MIT */
/* From what a user calls a container to its id, by the files that engines leave: for containers that nobody recorded. */
#include <dirent.h>
#include <string.h>

#include "container_internal.h"

#define ENTRIES_MAX 4096 /* of one folder */

struct search {
	struct span word;
	container_match_fn fn;
	void *data;
};

/* What is done with each entry of a folder; non-zero ends. */
typedef int (*entry_fn)(const struct search *s, const char *folder, const char *entry);

static int each_entry(const struct search *s, const char *folder, entry_fn fn)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0, n = 0;

	if (!dir)
		return 0;
	while (r == 0 && n++ < ENTRIES_MAX && (entry = readdir(dir)))
		if (container_is_id(entry->d_name))
			r = fn(s, folder, entry->d_name);
	closedir(dir);
	return r;
}

static int consider(const struct search *s, enum event_runtime runtime, const char *cid, const char *name)
{
	bool is_it = span_starts(span_from(cid), s->word) || (name && span_equal(span_from(name), s->word));

	return is_it && container_is_id(cid) ? s->fn(s->data, runtime, cid, name) : 0;
}

static int from_docker(const struct search *s, const char *folder, const char *entry)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	CLEANUP_TEXT struct text relative = TEXT_EMPTY;
	CLEANUP_JSON json_t *config = NULL;

	text_printf(&relative, "%s/config.v2.json", entry);
	if (relative.failed || container_file_json(folder, relative.data, &config) < 0 ||
		container_from_docker(config, &info) < 0)
		return 0;
	return consider(s, EVENT_RUNTIME_DOCKER, entry, info.name);
}

static int from_storage(const struct search *s, const char *folder, const char *entry)
{
	CLEANUP_TEXT struct text relative = TEXT_EMPTY;
	CLEANUP_JSON json_t *list = NULL;
	const json_t *item;
	size_t i;
	int r = 0;

	text_printf(&relative, "%s/containers.json", entry);
	if (relative.failed || container_file_json(folder, relative.data, &list) < 0)
		return 0;
	json_array_foreach(list, i, item)
	{
		CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
		const char *cid = container_member(item, "id");

		if (r == 0 && cid && container_from_storage(list, cid, &info) == 0)
			r = consider(s, EVENT_RUNTIME_PODMAN, cid, info.name);
	}
	return r;
}

static int from_task(const struct search *s, const char *folder, const char *entry)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	CLEANUP_TEXT struct text relative = TEXT_EMPTY;
	CLEANUP_JSON json_t *spec = NULL;
	const char *namespace = strrchr(folder, '/');

	/* Docker's own have names of its own, and were looked at. */
	if (namespace && strcmp(namespace, "/moby") == 0)
		return 0;
	text_printf(&relative, "%s/config.json", entry);
	if (relative.failed || container_file_json(folder, relative.data, &spec) < 0 || container_from_spec(spec, &info) < 0)
		return 0;
	return consider(s, EVENT_RUNTIME_CONTAINERD, entry, info.name);
}

static int from_namespace(const struct search *s, const char *folder, const char *entry)
{
	CLEANUP_TEXT struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/%s", folder, entry);
	return path.failed ? -ENOMEM : each_entry(s, path.data, from_task);
}

static const struct {
	const char *folder;
	entry_fn fn;
} sources[] = {
	{"/var/lib/docker/containers", from_docker},
	{"/var/lib/containers/storage", from_storage},
	{"/run/containers/storage", from_storage},
	{"/run/containerd/io.containerd.runtime.v2.task", from_namespace},
	{"/run/k3s/containerd/io.containerd.runtime.v2.task", from_namespace},
};

int container_search(const char *root, struct span word, container_match_fn fn, void *data)
{
	struct search s = {word, fn, data};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sources) && r == 0 && word.len > 0; i++) {
		CLEANUP_TEXT struct text folder = TEXT_EMPTY;

		text_printf(&folder, "%s%s", root, sources[i].folder);
		r = folder.failed ? -ENOMEM : each_entry(&s, folder.data, sources[i].fn);
	}
	return r;
}
