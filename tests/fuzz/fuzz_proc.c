/* SPDX-License-Identifier: MIT */
/* fuzz_proc: any bytes as what the kernel tells of processes: connector messages, stat, maps, mountinfo. Most of it is
 * written by the kernel, but names and paths in it are the processes' own. */
#include "fuzz.h"

#include "resolve/connector.h"
#include "resolve/proc.h"

static void check_within(struct span part, struct span whole)
{
	must(part.len == 0 || (part.data >= whole.data && part.data + part.len <= whole.data + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), path = {0};
	struct connector_event event;
	struct proc_stat stat;
	uint64_t offset;
	int r = connector_parse(text, &event);

	must(r == 0 || r == -EINVAL);
	if (r == 0)
		must(event.kind <= CONNECTOR_EXIT && (event.kind != CONNECTOR_COMM || memchr(event.comm, '\0', sizeof(event.comm))));
	r = proc_parse_stat(text, &stat);
	must(r == 0 || r == -EINVAL);
	if (r == 0)
		must(memchr(stat.comm, '\0', sizeof(stat.comm)) != NULL);
	r = proc_parse_mapping(text, 0x7f0000001000, &path, &offset);
	must(r == 0 || r == 1);
	if (r == 1)
		check_within(path, text);
	proc_is_writable_cgroup(text);
	return 0;
}
