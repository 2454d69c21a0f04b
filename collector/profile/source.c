/* SPDX-License-Identifier: MIT */
/* Profiles from files, and places in them. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "position.h"
#include "problem.h"

#define BYTES_MAX (4u << 20)

static int refuse_file(struct profile_problem *problem, int error, const char *what)
{
	problem_set(problem, "", "%s", what ? what : strerror(error));
	return -error;
}

/* Opened without blocking: a FIFO would wait for a writer for ever. */
static int open_regular(const char *path, size_t max, size_t *ret_size, struct profile_problem *problem)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return refuse_file(problem, errno, NULL);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return refuse_file(problem, EINVAL, "not a regular file");
	}
	if ((uint64_t)st.st_size > max) {
		close(fd);
		problem_set(problem, "", "%lld bytes: more than the %zu that are read", (long long)st.st_size, max);
		return -EFBIG;
	}
	*ret_size = (size_t)st.st_size;
	return fd;
}

static int read_all(int fd, char *data, size_t size, size_t *ret_len)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, data + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return 0;
}

int profile_load_file(const char *path, const struct profile_load_options *options, struct profile **ret,
	struct profile_problem *problem)
{
	size_t max = options && options->max_bytes ? options->max_bytes : BYTES_MAX, size = 0, len = 0;
	CLEANUP_CLOSE int fd = open_regular(path, max, &size, problem);
	CLEANUP_FREE char *data = NULL;
	int k;

	if (fd < 0)
		return fd;
	data = malloc(size + 1);
	if (!data)
		return -ENOMEM;
	k = read_all(fd, data, size, &len);
	if (k)
		return refuse_file(problem, -k, NULL);
	return profile_load_text((struct span){data, len}, options, ret, problem);
}

void profile_rule_pointer(const struct profile *p, size_t rule, char ret[static PROFILE_POINTER_MAX])
{
	snprintf(ret, PROFILE_POINTER_MAX, "%.200s/%s/%zu", p->base, p->rules_key, rule);
}

int profile_locate(const struct profile *p, const char *pointer, struct profile_place *ret)
{
	struct span text = {p->text, p->text_len};

	return p->yaml ? position_yaml(text, p->document, pointer, ret) : position_json(text, pointer, ret);
}
