/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "container_internal.h"

/* Non-blocking, so that a FIFO put in a file's place cannot hold us. */
static int open_beneath(const char *base, const char *relative)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	CLEANUP_CLOSE int dir = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd;

	if (dir < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, dir, relative, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

bool container_file_exists(const char *base, const char *relative)
{
	CLEANUP_CLOSE int fd = open_beneath(base, relative);

	return fd >= 0;
}

static int read_all(int fd, struct text *ret)
{
	char buffer[16384];
	ssize_t n;

	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		text_add(ret, (struct span){buffer, (size_t)n});
		/* The file may grow after fstat looked at it. */
		if (ret->len > CONTAINER_FILE_MAX)
			return -EFBIG;
	}
	if (n < 0)
		return -errno;
	return ret->failed ? -ENOMEM : 0;
}

int container_file_json(const char *base, const char *relative, json_t **ret)
{
	CLEANUP_TEXT struct text content = TEXT_EMPTY;
	CLEANUP_CLOSE int fd = open_beneath(base, relative);
	struct stat st;
	json_t *json;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size > CONTAINER_FILE_MAX)
		return -EFBIG;
	r = read_all(fd, &content);
	if (r < 0)
		return r;
	json = json_loadb(content.data ? content.data : "", content.len, 0, NULL);
	if (!json)
		return -EINVAL;
	*ret = json;
	return 0;
}

const char *container_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

int container_set(char **field, const char *value)
{
	char *copy;

	if (!value || !*value)
		return 0;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

void container_info_free(struct container_info *info)
{
	free(info->name);
	free(info->image);
	free(info->pod);
	free(info->namespace);
	free(info->pod_uid);
	free(info->profile);
	free(info->folder);
	free(info->labels);
	free(info->caps);
	free(info->root);
	*info = CONTAINER_INFO_EMPTY;
}
