/* SPDX-License-Identifier: MIT */
/* What the JSON files say. Pure: JSON in, container_info out. */
#include <string.h>

#include "container_internal.h"

/* Annotations that name things; the first that is present wins for its field. */
enum field {
	FIELD_NAME,
	FIELD_IMAGE,
	FIELD_POD,
	FIELD_NAMESPACE,
	FIELD_POD_UID,
};

static const struct {
	const char *annotation;
	enum field field;
} annotations[] = {
	{"io.kubernetes.cri.container-name", FIELD_NAME},
	{"io.kubernetes.container.name", FIELD_NAME},
	{"nerdctl/name", FIELD_NAME},
	{"io.kubernetes.cri.image-name", FIELD_IMAGE},
	{"io.kubernetes.cri-o.ImageName", FIELD_IMAGE},
	{"io.kubernetes.cri-o.Image", FIELD_IMAGE},
	{"io.kubernetes.cri.sandbox-name", FIELD_POD},
	{"io.kubernetes.pod.name", FIELD_POD},
	{"io.kubernetes.cri.sandbox-namespace", FIELD_NAMESPACE},
	{"io.kubernetes.pod.namespace", FIELD_NAMESPACE},
	{"nerdctl/namespace", FIELD_NAMESPACE},
	{"io.kubernetes.cri.sandbox-uid", FIELD_POD_UID},
	{"io.kubernetes.pod.uid", FIELD_POD_UID},
};

static char **field_of(struct container_info *info, enum field field)
{
	switch (field) {
	case FIELD_NAME:
		return &info->name;
	case FIELD_IMAGE:
		return &info->image;
	case FIELD_POD:
		return &info->pod;
	case FIELD_NAMESPACE:
		return &info->namespace;
	case FIELD_POD_UID:
		return &info->pod_uid;
	}
	return NULL;
}

static int from_annotations(const json_t *map, struct container_info *info)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(annotations) && r == 0; i++) {
		char **field = field_of(info, annotations[i].field);

		if (!*field)
			r = container_set(field, container_member(map, annotations[i].annotation));
	}
	return r;
}

static bool read_number(const json_t *object, const char *key, uint32_t *ret)
{
	json_int_t value = json_integer_value(json_object_get(object, key));

	*ret = (uint32_t)value;
	return json_is_integer(json_object_get(object, key)) && value >= 0 && value <= UINT32_MAX;
}

static bool has_user_namespace(const json_t *spec)
{
	const json_t *namespaces = json_object_get(json_object_get(spec, "linux"), "namespaces"), *namespace;
	size_t i;

	json_array_foreach(namespaces, i, namespace)
	{
		const char *type = container_member(namespace, "type");

		if (type && strcmp(type, "user") == 0)
			return true;
	}
	return false;
}

/* A container without a user namespace has the numbers of whoever made it; one that joins another's says nothing. */
static void from_users(const json_t *spec, struct container_info *info)
{
	const json_t *mapping, *mappings = json_object_get(json_object_get(spec, "linux"), "uidMappings");
	struct users_map map = {0};
	size_t i;

	json_array_foreach(mappings, i, mapping)
	{
		struct users_extent *e = &map.extents[map.n];

		if (map.n == USERS_EXTENTS_MAX || !read_number(mapping, "containerID", &e->inside) ||
			!read_number(mapping, "hostID", &e->outside) || !read_number(mapping, "size", &e->count))
			return;
		map.n++;
	}
	if (map.n == 0 && !has_user_namespace(spec))
		map = (struct users_map){1, {{0, 0, UINT32_MAX}}};
	info->users = map;
}

static bool is_cap(const char *name)
{
	return name && strncmp(name, "CAP_", 4) == 0 && strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == strlen(name) &&
	       strlen(name) < 40;
}

static int read_caps(const json_t *spec, struct container_info *info)
{
	const json_t *sets = json_object_get(json_object_get(spec, "process"), "capabilities"), *cap;
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	size_t i;

	json_array_foreach(json_object_get(sets, "bounding"), i, cap)
	{
		const char *name = json_string_value(cap);

		if (is_cap(name) && i < 128)
			text_printf(&t, "%s%s", t.len ? "," : "", name);
	}
	if (t.len == 0)
		text_add_str(&t, "none");
	free(info->caps);
	info->caps = text_take(&t);
	return info->caps ? 0 : -ENOMEM;
}

int container_from_spec(const json_t *spec, struct container_info *info)
{
	const json_t *seccomp = json_object_get(json_object_get(spec, "linux"), "seccomp");
	int r;

	if (!json_is_object(spec))
		return -EINVAL;
	free(info->profile);
	info->profile = NULL;
	if (json_is_object(seccomp)) {
		info->profile = json_dumps(seccomp, JSON_COMPACT);
		if (!info->profile)
			return -ENOMEM;
	}
	info->has_spec = true;
	from_users(spec, info);
	r = container_set(&info->root, container_member(json_object_get(spec, "root"), "path"));
	if (r == 0)
		r = read_caps(spec, info);
	if (r == 0)
		r = container_add_labels(json_object_get(spec, "annotations"), info);
	return r < 0 ? r : from_annotations(json_object_get(spec, "annotations"), info);
}

/* "/a/containers" of "/a/containers/CID/hostname", NULL when the path is not of that form. */
static char *folder_above(const char *path, const char *cid)
{
	const char *file = path ? strrchr(path, '/') : NULL;
	size_t id = strlen(cid), end = file ? (size_t)(file - path) : 0;

	if (end < id + 2 || path[0] != '/' || path[end - id - 1] != '/' || memcmp(path + end - id, cid, id) != 0)
		return NULL;
	return strndup(path, end - id - 1);
}

char *container_docker_folder(const json_t *spec, const char *cid)
{
	const json_t *mounts = json_object_get(spec, "mounts"), *mount;
	size_t i;

	json_array_foreach(mounts, i, mount)
	{
		const char *destination = container_member(mount, "destination");
		char *folder;

		if (!destination || (strcmp(destination, "/etc/hostname") != 0 && strcmp(destination, "/etc/hosts") != 0))
			continue;
		folder = folder_above(container_member(mount, "source"), cid);
		if (folder)
			return folder;
	}
	return NULL;
}

/* Docker calls a Kubernetes container k8s_NAME_POD_NAMESPACE_UID_ATTEMPT, but also keeps labels. */
static int from_docker_labels(const json_t *labels, struct container_info *info)
{
	int r = container_set(&info->pod, container_member(labels, "io.kubernetes.pod.name"));

	if (r == 0)
		r = container_set(&info->namespace, container_member(labels, "io.kubernetes.pod.namespace"));
	if (r == 0)
		r = container_set(&info->pod_uid, container_member(labels, "io.kubernetes.pod.uid"));
	return r;
}

/* Go's zero time stands for "never": a container that was only created says it exited with 0. */
static bool has_finished(const json_t *state)
{
	const char *finished = container_member(state, "FinishedAt");

	return finished && strncmp(finished, "0001-", 5) != 0;
}

int container_from_docker(const json_t *config, struct container_info *info)
{
	const json_t *state = json_object_get(config, "State"), *settings = json_object_get(config, "Config");
	const char *name = container_member(config, "Name");
	int r;

	if (!json_is_object(config))
		return -EINVAL;
	info->runtime = EVENT_RUNTIME_DOCKER;
	r = container_set(&info->name, name && name[0] == '/' ? name + 1 : name);
	if (r == 0)
		r = container_set(&info->image, container_member(settings, "Image"));
	if (r == 0)
		r = from_docker_labels(json_object_get(settings, "Labels"), info);
	if (r == 0)
		r = container_add_labels(json_object_get(settings, "Labels"), info);
	if (!json_is_object(state))
		return r;
	info->running = json_is_true(json_object_get(state, "Running"));
	info->has_state = !info->running && has_finished(state);
	info->oom_killed = json_is_true(json_object_get(state, "OOMKilled"));
	info->exit_code = (int)json_integer_value(json_object_get(state, "ExitCode"));
	info->restarts = (int)json_integer_value(json_object_get(config, "RestartCount"));
	return r;
}

/* containers.json keeps the engine's own words as JSON inside a string. */
static int from_metadata(const char *text, struct container_info *info)
{
	CLEANUP_JSON json_t *metadata = text ? json_loads(text, 0, NULL) : NULL;
	int r = container_set(&info->image, container_member(metadata, "image-name"));

	return r == 0 ? container_set(&info->name, container_member(metadata, "name")) : r;
}

int container_from_storage(const json_t *list, const char *cid, struct container_info *info)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		const char *id = container_member(entry, "id");
		const char *name = json_string_value(json_array_get(json_object_get(entry, "names"), 0));
		int r;

		if (!id || strcmp(id, cid) != 0)
			continue;
		r = from_metadata(container_member(entry, "metadata"), info);
		return r == 0 && !info->name ? container_set(&info->name, name) : r;
	}
	return -ENOENT;
}
