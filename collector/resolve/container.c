/* SPDX-License-Identifier: MIT */
#include "seccompwatch/container.h"

#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "container_internal.h"

#define DOCKER_CONTAINERS "/var/lib/docker/containers"

/* Where an engine keeps the applied OCI spec. %N is any folder's name there (a containerd namespace, a storage
 * driver's folder), %I the container's id, %H the rootless owner's home, %U the owner's uid. */
static const struct place {
	const char *base, *relative;
	enum event_runtime runtime;
} places[] = {
	{"/run/containerd/io.containerd.runtime.v2.task", "moby/%I/config.json", EVENT_RUNTIME_DOCKER},
	{"/run/docker/containerd/daemon/io.containerd.runtime.v2.task", "moby/%I/config.json", EVENT_RUNTIME_DOCKER},
	{"/run/user/%U/docker/containerd/daemon/io.containerd.runtime.v2.task", "moby/%I/config.json", EVENT_RUNTIME_DOCKER},
	{"/run/containerd/io.containerd.runtime.v2.task", "%N/%I/config.json", EVENT_RUNTIME_CONTAINERD},
	{"/run/k3s/containerd/io.containerd.runtime.v2.task", "%N/%I/config.json", EVENT_RUNTIME_CONTAINERD},
	{"/run/containers/storage", "%N/%I/userdata/config.json", EVENT_RUNTIME_CRIO},
	{"/var/lib/containers/storage", "%N/%I/userdata/config.json", EVENT_RUNTIME_PODMAN},
	{"%H/.local/share/containers/storage", "%N/%I/userdata/config.json", EVENT_RUNTIME_PODMAN},
};

/* What is looked for, and what was found on the way. */
struct lookup {
	const struct container_request *request;
	struct container_info *info;
	json_t *spec;
	char *folder; /* of the spec: the bundle */
	bool is_rootless; /* it is not surely root's */
};

static void lookup_free(struct lookup *lookup)
{
	json_decref(lookup->spec);
	free(lookup->folder);
}

bool container_is_id(const char *cid)
{
	size_t n = strspn(cid, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

	return n > 0 && n < 256 && cid[n] == '\0' && cid[0] != '.';
}

static int home_of(uint32_t owner, struct text *ret)
{
	char buffer[4096];
	struct passwd pw, *found = NULL;

	if (owner == EVENT_UNSET || getpwuid_r((uid_t)owner, &pw, buffer, sizeof(buffer), &found) != 0 || !found)
		return -ENOENT;
	text_add_str(ret, pw.pw_dir);
	return 0;
}

/* Fills a template in; -ENOENT when it needs what the request does not have. */
static int expand(const struct container_request *request, const char *template, const char *name, struct text *ret)
{
	for (const char *p = template; *p; p++) {
		if (*p != '%') {
			text_add_char(ret, *p);
			continue;
		}
		p++;
		if (*p == 'I')
			text_add_str(ret, request->cid);
		else if (*p == 'N')
			text_add_str(ret, name);
		else if (*p == 'U' && request->owner != EVENT_UNSET)
			text_printf(ret, "%u", request->owner);
		else if (*p != 'H' || home_of(request->owner, ret) < 0)
			return -ENOENT;
	}
	return ret->failed ? -ENOMEM : 0;
}

static int read_spec_at(struct lookup *lookup, const char *base, const char *relative)
{
	CLEANUP_TEXT struct text folder = TEXT_EMPTY;
	int r = container_file_json(base, relative, &lookup->spec);

	if (r < 0)
		return r;
	text_printf(&folder, "%s/%.*s", base, (int)(strrchr(relative, '/') - relative), relative);
	lookup->folder = text_take(&folder);
	return lookup->folder ? 0 : -ENOMEM;
}

/* The folders a %N may stand for. Few: a namespace or a storage driver each. */
static int try_each_name(struct lookup *lookup, const char *base, const char *template)
{
	struct dirent *entry;
	DIR *dir = opendir(base);
	int r = -ENOENT, tries = 0;

	if (!dir)
		return -errno;
	while (r < 0 && r != -ENOMEM && tries < 256 && (entry = readdir(dir))) {
		CLEANUP_TEXT struct text relative = TEXT_EMPTY;

		if (entry->d_name[0] == '.')
			continue;
		tries++;
		r = expand(lookup->request, template, entry->d_name, &relative);
		if (r == 0)
			r = read_spec_at(lookup, base, relative.data);
	}
	closedir(dir);
	return r;
}

static int try_place(struct lookup *lookup, const struct place *place)
{
	CLEANUP_TEXT struct text base = TEXT_EMPTY, relative = TEXT_EMPTY;
	int r;

	text_add_str(&base, lookup->request->root);
	r = expand(lookup->request, place->base, "", &base);
	if (r < 0)
		return r;
	if (strncmp(place->relative, "%N", 2) == 0)
		return try_each_name(lookup, base.data, place->relative);
	r = expand(lookup->request, place->relative, "", &relative);
	return r < 0 ? r : read_spec_at(lookup, base.data, relative.data);
}

static bool matches(enum event_runtime asked, enum event_runtime place)
{
	return asked == place || asked == EVENT_RUNTIME_UNKNOWN || asked == EVENT_RUNTIME_NONE;
}

static int find_in_places(struct lookup *lookup)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int r;

		if (!matches(lookup->request->runtime, places[i].runtime))
			continue;
		r = try_place(lookup, &places[i]);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		lookup->info->runtime = places[i].runtime;
		lookup->is_rootless = strstr(places[i].base, "%H") || strstr(places[i].base, "%U");
		return 0;
	}
	return -ENOENT;
}

/* A rootless engine's files are its user's. */
static bool is_roots(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0;
}

/* Engines with folders of their own choosing: the monitor knows. */
static int find_by_pid(struct lookup *lookup)
{
	CLEANUP_FREE char *bundle = container_bundle_of_pid(lookup->request);
	CLEANUP_TEXT struct text base = TEXT_EMPTY;
	int r;

	if (!bundle)
		return -ENOENT;
	text_printf(&base, "%s%s", lookup->request->root, bundle);
	lookup->is_rootless = !base.failed && !is_roots(base.data);
	r = base.failed ? -ENOMEM : container_file_json(base.data, "config.json", &lookup->spec);
	if (r == 0)
		lookup->folder = text_take(&base);
	return r;
}

/* A container started with runc alone: its state names the bundle. */
static int find_by_runc(struct lookup *lookup)
{
	CLEANUP_JSON json_t *state = NULL;
	CLEANUP_TEXT struct text base = TEXT_EMPTY, relative = TEXT_EMPTY;
	const json_t *label;
	size_t i;

	text_printf(&base, "%s/run/runc", lookup->request->root);
	text_printf(&relative, "%s/state.json", lookup->request->cid);
	if (base.failed || relative.failed || container_file_json(base.data, relative.data, &state) < 0)
		return -ENOENT;
	json_array_foreach(json_object_get(json_object_get(state, "config"), "labels"), i, label)
	{
		const char *value = json_string_value(label);

		if (!value || strncmp(value, "bundle=/", 8) != 0)
			continue;
		text_reset(&base);
		text_printf(&base, "%s%s", lookup->request->root, value + 7);
		if (base.failed || !(lookup->folder = strdup(base.data)))
			return -ENOMEM;
		return container_file_json(base.data, "config.json", &lookup->spec);
	}
	return -ENOENT;
}

static int read_docker(struct lookup *lookup)
{
	CLEANUP_FREE char *told = container_docker_folder(lookup->spec, lookup->request->cid);
	const char *folder = told ? told : lookup->request->folder ? lookup->request->folder : DOCKER_CONTAINERS;
	CLEANUP_TEXT struct text base = TEXT_EMPTY, relative = TEXT_EMPTY;
	CLEANUP_JSON json_t *config = NULL;
	int r;

	text_printf(&base, "%s%s", lookup->request->root, folder);
	text_printf(&relative, "%s/config.v2.json", lookup->request->cid);
	if (base.failed || relative.failed)
		return -ENOMEM;
	r = container_file_json(base.data, relative.data, &config);
	if (r == 0)
		r = container_set(&lookup->info->folder, folder);
	return r < 0 ? r : container_from_docker(config, lookup->info);
}

/* …/overlay-containers/ID/userdata → …/overlay-containers/containers.json */
static int read_storage(struct lookup *lookup)
{
	CLEANUP_JSON json_t *list = NULL;
	CLEANUP_TEXT struct text base = TEXT_EMPTY;
	size_t id = strlen(lookup->request->cid), tail = sizeof("/userdata") - 1;
	size_t len = lookup->folder ? strlen(lookup->folder) : 0;
	int r;

	if (len < id + tail + 2 || strcmp(lookup->folder + len - tail, "/userdata") != 0)
		return -ENOENT;
	text_add(&base, (struct span){lookup->folder, len - tail - id - 1});
	r = base.failed ? -ENOMEM : container_file_json(base.data, "containers.json", &list);
	if (r == 0)
		r = container_from_storage(list, lookup->request->cid, lookup->info);
	if (r == 0 && lookup->request->runtime == EVENT_RUNTIME_UNKNOWN)
		lookup->info->runtime = EVENT_RUNTIME_PODMAN;
	/* conmon leaves an empty file when the kernel tells it of a lack of memory. */
	lookup->info->oom_killed = container_file_exists(lookup->folder, "oom");
	return r;
}

/* Where the name is the id (LXC, nspawn, libvirt), there is nothing to look up. */
static int read_names(struct lookup *lookup)
{
	enum event_runtime runtime = lookup->request->runtime;
	int r = read_docker(lookup);

	if (r == -ENOENT || r == -EINVAL)
		r = read_storage(lookup);
	if (r == -ENOMEM)
		return r;
	if (runtime == EVENT_RUNTIME_LXC || runtime == EVENT_RUNTIME_NSPAWN || runtime == EVENT_RUNTIME_LIBVIRT)
		return container_set(&lookup->info->name, lookup->request->cid);
	return 0;
}

static int find_spec(struct lookup *lookup)
{
	int r = find_in_places(lookup);

	if (r == -ENOENT)
		r = find_by_pid(lookup);
	if (r < 0 && r != -ENOMEM)
		r = find_by_runc(lookup);
	return r;
}

/* A root beside config.json is named from there. Who made a rootless container's specification counted users from
 * within a namespace of his own. */
static int complete_root(struct lookup *lookup)
{
	struct container_info *info = lookup->info;
	CLEANUP_TEXT struct text path = TEXT_EMPTY;

	if (lookup->is_rootless)
		info->users.n = 0;
	if (!info->root)
		return 0;
	if (info->root[0] == '/')
		text_printf(&path, "%s%s", lookup->request->root, info->root);
	else
		text_printf(&path, "%s/%s", lookup->folder, info->root);
	free(info->root);
	info->root = text_take(&path);
	return info->root ? 0 : -ENOMEM;
}

int container_read(const struct container_request *request, struct container_info *ret)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	CLEANUP(lookup_free) struct lookup lookup = {.request = request, .info = &info};
	int r;

	if (!container_is_id(request->cid))
		return -EINVAL;
	info.runtime = request->runtime;
	r = find_spec(&lookup);
	if (r == 0)
		r = container_from_spec(lookup.spec, &info);
	if (r == 0)
		r = complete_root(&lookup);
	if (r == -ENOMEM)
		return r;
	r = read_names(&lookup);
	if (r < 0)
		return r;
	if (!info.has_spec && !info.name)
		return -ENOENT;
	*ret = info;
	info = CONTAINER_INFO_EMPTY;
	return 0;
}
