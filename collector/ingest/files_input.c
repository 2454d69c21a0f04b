/* SPDX-License-Identifier: MIT */
/* files_input: bytes → lines. zlib's gz layer passes plain data through and joins gzip members. */
#include <sys/stat.h>
#include <zlib.h>

#include "files_internal.h"

/* Longer lines are cut here; journal entries as JSON are the longest that can matter. */
#define BUFFER_SIZE (256 * 1024)

struct files_input {
	gzFile gz;
	uint64_t total;
	bool is_end;
	bool skipping; /* the rest of a long line */
	int error;
	size_t start, end;
	char buffer[BUFFER_SIZE];
};

static uint64_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

int files_input_open(int fd, struct files_input **ret)
{
	struct files_input *in = malloc(sizeof(*in));

	if (!in) {
		close(fd);
		return -ENOMEM;
	}
	memset(in, 0, offsetof(struct files_input, buffer));
	in->total = size_of(fd);
	in->gz = gzdopen(fd, "rb");
	if (!in->gz) {
		close(fd);
		free(in);
		return -ENOMEM;
	}
	gzbuffer(in->gz, BUFFER_SIZE / 2);
	*ret = in;
	return 0;
}

void files_input_close(struct files_input *in)
{
	if (!in)
		return;
	if (in->gz)
		gzclose_r(in->gz);
	free(in);
}

static int read_error(gzFile gz)
{
	int code;

	gzerror(gz, &code);
	if (code == Z_ERRNO)
		return errno ? -errno : -EIO;
	return code == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

/* Moves what is left to the buffer's head and reads behind it. False: no room, the end, or an error. */
static bool fill(struct files_input *in)
{
	int n;

	if (in->is_end || in->end - in->start == BUFFER_SIZE)
		return false;
	memmove(in->buffer, in->buffer + in->start, in->end - in->start);
	in->end -= in->start;
	in->start = 0;
	errno = 0;
	n = gzread(in->gz, in->buffer + in->end, (unsigned)(BUFFER_SIZE - in->end));
	if (n <= 0 || (size_t)n < BUFFER_SIZE - in->end) {
		int code;

		/* A cut-off gzip file is told only here; what it gave is used. */
		gzerror(in->gz, &code);
		if (n < 0 || code != Z_OK)
			in->error = read_error(in->gz);
		in->is_end = n <= 0;
	}
	in->end += n > 0 ? (size_t)n : 0;
	return n > 0;
}

static bool take_line(struct files_input *in, struct files_line *ret)
{
	const char *start = in->buffer + in->start;
	const char *newline = memchr(start, '\n', in->end - in->start);
	size_t len = newline ? (size_t)(newline - start) : in->end - in->start;

	if (!newline && !in->is_end && len < BUFFER_SIZE)
		return false;
	in->start += len + (newline != NULL);
	ret->is_long = !newline && !in->is_end;
	in->skipping = ret->is_long;
	if (len > 0 && start[len - 1] == '\r')
		len--;
	ret->text = (struct span){start, len};
	return true;
}

static bool skip_rest(struct files_input *in)
{
	const char *start = in->buffer + in->start;
	const char *newline = memchr(start, '\n', in->end - in->start);

	in->start = newline ? (size_t)(newline + 1 - in->buffer) : in->end;
	in->skipping = !newline;
	return newline != NULL;
}

int files_input_line(struct files_input *in, struct files_line *ret)
{
	while (in->skipping)
		if (!skip_rest(in) && !fill(in))
			in->skipping = false;
	while (in->start == in->end || !take_line(in, ret)) {
		if (!fill(in) && in->is_end && in->start == in->end)
			return in->error;
	}
	return 1;
}

int files_input_bytes(struct files_input *in, uint64_t len, char *ret, size_t room)
{
	size_t kept = 0;

	while (len > 0) {
		size_t n = in->end - in->start;

		if (n == 0) {
			if (!fill(in))
				return in->error ? in->error : -EBADMSG;
			continue;
		}
		n = (size_t)MIN((uint64_t)n, len);
		memcpy(ret + kept, in->buffer + in->start, MIN(n, room - kept));
		kept += MIN(n, room - kept);
		in->start += n;
		len -= n;
	}
	return 0;
}

struct span files_input_peek(struct files_input *in)
{
	while (in->end - in->start < BUFFER_SIZE && fill(in))
		continue;
	return (struct span){in->buffer + in->start, in->end - in->start};
}

uint64_t files_input_done(const struct files_input *in)
{
	z_off_t at = gzoffset(in->gz);

	return at > 0 ? (uint64_t)at : 0;
}

uint64_t files_input_total(const struct files_input *in)
{
	return in->total;
}
