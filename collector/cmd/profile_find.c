/* SPDX-License-Identifier: MIT */
#include "profile_find.h"

#include <dirent.h>
#include <stdio.h>

static int read_proc(int32_t pid, const char *name, struct text *ret)
{
	char path[64], buffer[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (ret->len < 65536 && (n = fread(buffer, 1, sizeof(buffer), f)) > 0)
		text_add(ret, (struct span){buffer, n});
	fclose(f);
	return ret->failed ? -ENOMEM : 0;
}

int profile_find_container(int32_t pid, char ret[static CGROUP_ID_MAX])
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct cgroup_identity id;

	if (read_proc(pid, "cgroup", &text) < 0 || cgroup_identify(text_span(&text), &id) != 0 || !id.id[0])
		return -ENOENT;
	memcpy(ret, id.id, CGROUP_ID_MAX);
	return 0;
}

/* The last number behind NSpid: is the process's own view of itself. */
static bool is_first(int32_t pid)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	const char *line;
	size_t len;

	if (read_proc(pid, "status", &text) < 0)
		return false;
	line = text.data ? strstr(text.data, "\nNSpid:") : NULL;
	if (!line)
		return false;
	len = strcspn(line + 1, "\n");
	return len > 2 && line[len] == '1' && line[len - 1] == '\t';
}

int profile_find_process(const char *container, int32_t *ret)
{
	DIR *dir = opendir("/proc");
	int32_t found = 0;
	struct dirent *entry;
	bool first = false;

	if (!dir)
		return -errno;
	while (!first && (entry = readdir(dir))) {
		char id[CGROUP_ID_MAX];
		uint64_t pid;

		if (text_to_u64(span_from(entry->d_name), INT32_MAX, &pid) || profile_find_container((int32_t)pid, id) ||
			strcmp(id, container) != 0)
			continue;
		first = is_first((int32_t)pid);
		if (first || found == 0)
			found = (int32_t)pid;
	}
	closedir(dir);
	if (found == 0)
		return -ENOENT;
	*ret = found;
	return 0;
}
