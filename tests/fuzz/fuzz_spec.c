/* SPDX-License-Identifier: MIT */
/* fuzz_spec: any JSON as each of the files that engines leave. */
#include "fuzz.h"

#include "resolve/container_internal.h"

#define CID "aaaabbbbccccdddd"

static void check_folder(const json_t *json)
{
	CLEANUP_FREE char *folder = container_docker_folder(json, CID);

	must(!folder || (folder[0] == '/' && folder[1]));
}

static void check(const struct container_info *info, int r)
{
	const char *const texts[] = {info->name, info->image, info->pod, info->namespace, info->pod_uid};

	must(r == 0 || r == -EINVAL || r == -ENOENT);
	must(info->runtime < EVENT_RUNTIME_N && !(info->running && info->has_state));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		must(!texts[i] || (texts[i][0] && text_is_utf8(span_from(texts[i]))));
	must(!info->profile || (info->has_spec && info->profile[0] == '{'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_JSON json_t *json = json_loadb((const char *)data, size, 0, NULL);
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	if (!json)
		return 0;
	check(&info, container_from_spec(json, &info));
	check_folder(json);
	check(&info, container_from_docker(json, &info));
	check(&info, container_from_storage(json, CID, &info));
	return 0;
}
