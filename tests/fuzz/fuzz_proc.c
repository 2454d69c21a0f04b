/* SPDX-License-Identifier: MIT */
/* fuzz_proc: any bytes as what the kernel tells of processes: connector messages, stat, status, maps, mountinfo, uid_map,
 * the log's word of a lack of memory; and as a container's passwd. Names and paths in them are the processes' own. */
#include "fuzz.h"

#include "resolve/connector.h"
#include "resolve/proc.h"
#include "seccompwatch/oom.h"
#include "seccompwatch/users.h"

static void check_connector(struct span text)
{
	struct connector_event event;
	int r = connector_parse(text, &event);

	must(r == 0 || r == -EINVAL);
	if (r == 0)
		must(event.kind <= CONNECTOR_EXIT && (event.kind != CONNECTOR_COMM || memchr(event.comm, '\0', sizeof(event.comm))));
}

static void check_proc(struct span text)
{
	struct proc_mapping mapping;
	struct proc_stat stat;
	int r = proc_parse_stat(text, &stat);

	must(r == 0 || r == -EINVAL);
	if (r == 0)
		must(memchr(stat.comm, '\0', sizeof(stat.comm)) != NULL);
	if (proc_parse_mapping(text, 0x7f0000001000, &mapping))
		must(mapping.from < mapping.until && memchr(mapping.path, '\0', sizeof(mapping.path)));
	proc_parse_namespace_pid(text);
	proc_is_writable_cgroup(text);
	must(oom_parse(text) >= 0);
}

static void check_users(struct span text)
{
	struct users_map map = {0};
	struct users_names names = {0};
	uint32_t inside;
	int r = users_parse_map(text, &map);

	must(r == 0 || r == -EINVAL);
	must(map.n <= USERS_EXTENTS_MAX);
	users_inside(&map, 1000, &inside);
	users_map_is_identity(&map);
	users_parse_names(text, &names);
	must(names.n <= USERS_NAMES_MAX);
	for (size_t i = 0; i < names.n; i++)
		must(memchr(names.entries[i].name, '\0', USERS_NAME_MAX) && users_find(&names, names.entries[i].uid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);

	check_connector(text);
	check_proc(text);
	check_users(text);
	return 0;
}
