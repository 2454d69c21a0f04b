/* SPDX-License-Identifier: MIT */
/* fuzz_cgroup: any bytes as a /proc/PID/cgroup, and as one path of it. */
#include "fuzz.h"

#include "seccompwatch/cgroup.h"

static bool is_text(const char *field, size_t size)
{
	return memchr(field, '\0', size) != NULL;
}

static void check(const struct cgroup_identity *id)
{
	must(id->runtime < EVENT_RUNTIME_N);
	must(is_text(id->id, sizeof(id->id)) && is_text(id->pod_uid, sizeof(id->pod_uid)));
	must(is_text(id->unit, sizeof(id->unit)) && is_text(id->outer, sizeof(id->outer)));
	must((id->runtime == EVENT_RUNTIME_NONE) == !id->id[0]);
	must(!id->outer[0] || id->id[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cgroup_identity id;
	int r;

	cgroup_identify_path(fuzz_span(data, size), &id);
	check(&id);
	r = cgroup_identify(fuzz_span(data, size), &id);
	must(r == 0 || r == CGROUP_E_EXITING);
	if (r == 0)
		check(&id);
	return 0;
}
