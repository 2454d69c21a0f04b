/* SPDX-License-Identifier: MIT */
/* From a container's process to its bundle. Among the first ancestors outside the container's cgroup is its monitor:
 * containerd's shim works in the bundle's folder, conmon was told it with -b; while the container is being made, the
 * runtime that makes it stands in between, and was told too. Ancestors inside the container are the container's own processes and never
 * asked: they could stand in any folder they like. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "container_internal.h"
#include "seccompwatch/cgroup.h"

#define ANCESTORS_MAX 64
#define MONITORS_MAX  3

static int read_proc(const struct container_request *request, int32_t pid, const char *file, struct text *ret)
{
	char path[PATH_MAX], buffer[4096];
	CLEANUP_CLOSE int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/proc/%d/%s", request->root, pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	text_reset(ret);
	while (ret->len < 65536 && (n = read(fd, buffer, sizeof(buffer))) > 0)
		text_add(ret, (struct span){buffer, (size_t)n});
	return ret->failed ? -ENOMEM : 0;
}

/* The fourth field of stat; the second, comm, is chosen by the process and may hold anything but ends with the last
 * parenthesis, since all that follows are numbers and one letter. */
static int32_t parent_of(const struct container_request *request, int32_t pid)
{
	CLEANUP_TEXT struct text stat = TEXT_EMPTY;
	const char *after;
	int parent;

	if (read_proc(request, pid, "stat", &stat) < 0 || !stat.data)
		return 0;
	after = strrchr(stat.data, ')');
	if (!after || sscanf(after, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static bool is_inside(const struct container_request *request, int32_t pid)
{
	CLEANUP_TEXT struct text cgroup = TEXT_EMPTY;
	struct cgroup_identity identity;

	if (read_proc(request, pid, "cgroup", &cgroup) < 0 || cgroup_identify(text_span(&cgroup), &identity) != 0)
		return false;
	return strcmp(identity.id, request->cid) == 0;
}

bool container_holds(const char *root, const char *cid, int32_t pid)
{
	return is_inside(&(struct container_request){.root = root, .cid = cid}, pid);
}

/* The nearest ancestor outside the container; 0 when the process is not (any more) in it. */
static int32_t outsider_of(const struct container_request *request)
{
	int32_t pid = request->pid;

	if (pid <= 0 || !is_inside(request, pid))
		return 0;
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++) {
		pid = parent_of(request, pid);
		if (pid > 1 && !is_inside(request, pid))
			return pid;
	}
	return 0;
}

static bool ends_with(const char *path, const char *cid, const char *tail)
{
	char end[PATH_MAX];
	size_t len = strlen(path);
	int n = snprintf(end, sizeof(end), "/%s%s", cid, tail);

	return n > 0 && (size_t)n <= len && strcmp(path + len - (size_t)n, end) == 0;
}

/* The value of conmon's -b. */
static char *bundle_of_conmon(const struct container_request *request, const struct text *cmdline)
{
	const char *end = cmdline->data + cmdline->len;

	for (const char *word = cmdline->data; word < end; word += strlen(word) + 1) {
		const char *value = word + strlen(word) + 1;

		if (strcmp(word, "-b") == 0 && value < end && ends_with(value, request->cid, "/userdata"))
			return strdup(value);
	}
	return NULL;
}

static char *bundle_of_shim(const struct container_request *request, int32_t pid)
{
	char link[PATH_MAX], cwd[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "%s/proc/%d/cwd", request->root, pid);
	n = readlink(link, cwd, sizeof(cwd) - 1);
	if (n <= 0)
		return NULL;
	cwd[n] = '\0';
	return ends_with(cwd, request->cid, "") ? strdup(cwd) : NULL;
}

/* The runtime itself, while it makes the container: "runc … --bundle PATH … ID", where the bundle is the folder it works
 * in unless it says so. */
static char *bundle_of_runtime(const struct container_request *request, int32_t pid, const struct text *cmdline)
{
	const char *end = cmdline->data + cmdline->len, *bundle = "";
	char link[PATH_MAX], cwd[PATH_MAX], *path;
	bool is_its = false, makes = false;
	ssize_t n;

	for (const char *word = cmdline->data; word < end; word += strlen(word) + 1) {
		const char *value = word + strlen(word) + 1;

		is_its |= strcmp(word, request->cid) == 0;
		makes |= strcmp(word, "run") == 0 || strcmp(word, "create") == 0;
		if ((strcmp(word, "-b") == 0 || strcmp(word, "--bundle") == 0) && value < end)
			bundle = value;
	}
	if (!is_its || !makes)
		return NULL;
	if (bundle[0] == '/')
		return strdup(bundle);
	snprintf(link, sizeof(link), "%s/proc/%d/cwd", request->root, pid);
	n = readlink(link, cwd, sizeof(cwd) - 1);
	if (n <= 0)
		return NULL;
	cwd[n] = '\0';
	return asprintf(&path, "%s/%s", cwd, bundle) < 0 ? NULL : path;
}

static char *bundle_of_monitor(const struct container_request *request, int32_t pid)
{
	CLEANUP_TEXT struct text cmdline = TEXT_EMPTY;
	char *bundle = bundle_of_shim(request, pid);

	if (!bundle && read_proc(request, pid, "cmdline", &cmdline) == 0 && cmdline.data)
		bundle = bundle_of_conmon(request, &cmdline);
	if (!bundle && cmdline.data)
		bundle = bundle_of_runtime(request, pid, &cmdline);
	return bundle;
}

char *container_bundle_of_pid(const struct container_request *request)
{
	int32_t pid = outsider_of(request);
	char *bundle = NULL;

	for (int i = 0; i < MONITORS_MAX && pid > 1 && !bundle; i++) {
		bundle = bundle_of_monitor(request, pid);
		pid = parent_of(request, pid);
	}
	return bundle;
}
