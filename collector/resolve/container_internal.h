/* SPDX-License-Identifier: MIT */
#pragma once

#include <jansson.h>

#include "seccompwatch/container.h"

/* Reads base/relative: base may be reached through links (an administrator's /var/lib/docker may be one), relative
 * may not leave base and holds no link. At most CONTAINER_FILE_MAX bytes of a regular file.
 * -ENOENT, -ELOOP, -EXDEV, -EFBIG, -EINVAL (not regular, or no JSON), … */
#define CONTAINER_FILE_MAX (8u << 20)
int container_file_json(const char *base, const char *relative, json_t **ret);

/* Whether base/relative is there, by the same rules. */
bool container_file_exists(const char *base, const char *relative);

static inline void container_json_p(json_t **json)
{
	json_decref(*json);
}
#define CLEANUP_JSON CLEANUP(container_json_p)

/* Whether the word can be an id, and so a folder's name. */
bool container_is_id(const char *word);

/* A string member, NULL when absent or of another type; borrowed. */
const char *container_member(const json_t *object, const char *key);
/* Replaces *field by a copy of value (when it is not NULL or empty); -ENOMEM. */
int container_set(char **field, const char *value);

/* The OCI spec → profile, and the names that Kubernetes' runtimes and nerdctl leave as annotations. */
int container_from_spec(const json_t *spec, struct container_info *info);
/* "/…/containers" when the spec binds files of …/containers/CID/ (Docker does): where config.v2.json is. free(). */
char *container_docker_folder(const json_t *spec, const char *cid);
/* Docker's config.v2.json. */
int container_from_docker(const json_t *config, struct container_info *info);
/* The entry of containers/storage's containers.json (Podman, CRI-O). */
int container_from_storage(const json_t *list, const char *cid, struct container_info *info);

/* Adds what is worth showing of a map of labels or annotations to info->labels. */
int container_add_labels(const json_t *map, struct container_info *info);

/* The folder of config.json as the container's monitor (containerd's shim, conmon) knows it, found from one of the
 * container's processes. NULL when not found; free(). */
char *container_bundle_of_pid(const struct container_request *request);
