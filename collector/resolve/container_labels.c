/* SPDX-License-Identifier: MIT */
/* Which labels are worth showing: those that say what a container is part of. What else an image's maker or a user
 * wrote there may be long, secret or nonsense. */
#include "container_internal.h"

#define VALUE_MAX 256

/* Sources: compose-spec (docs.docker.com/compose), docs.docker.com/engine/swarm, github.com/containers/podman-compose,
 * developer.hashicorp.com/nomad (docker driver), docs.aws.amazon.com/AmazonECS, kubernetes.io (well-known labels),
 * github.com/opencontainers/image-spec/annotations.md. */
static const char *const shown[] = {
	"com.docker.compose.project",
	"com.docker.compose.service",
	"io.podman.compose.project",
	"io.podman.compose.service",
	"com.docker.stack.namespace",
	"com.docker.swarm.service.name",
	"com.docker.swarm.task.name",
	"com.hashicorp.nomad.job_name",
	"com.hashicorp.nomad.task_group_name",
	"com.hashicorp.nomad.task_name",
	"com.hashicorp.nomad.namespace",
	"com.amazonaws.ecs.cluster",
	"com.amazonaws.ecs.task-definition-family",
	"com.amazonaws.ecs.container-name",
	"io.kubernetes.container.restartCount",
	"app.kubernetes.io/name",
	"app.kubernetes.io/instance",
	"app.kubernetes.io/component",
	"PODMAN_SYSTEMD_UNIT",
	"org.opencontainers.image.title",
	"org.opencontainers.image.version",
	"org.opencontainers.image.revision",
	"org.opencontainers.image.source",
};

static json_t *escaped(const char *value)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	/* Cut between characters: the escape shows a cut one as bytes. */
	text_add_escaped(&t, (struct span){value, strnlen(value, VALUE_MAX)});
	return t.failed ? NULL : json_string(t.data ? t.data : "");
}

int container_add_labels(const json_t *map, struct container_info *info)
{
	CLEANUP_JSON json_t *labels = info->labels ? json_loads(info->labels, 0, NULL) : json_object();
	char *text;

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		const char *value = container_member(map, shown[i]);

		if (value && json_object_set_new(labels, shown[i], escaped(value)) < 0)
			return -ENOMEM;
	}
	if (json_object_size(labels) == 0)
		return 0;
	text = json_dumps(labels, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
	if (!text)
		return -ENOMEM;
	free(info->labels);
	info->labels = text;
	return 0;
}
