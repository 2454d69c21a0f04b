/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sys/stat.h>

#include "seccompwatch/render.h"

/* A name of our own beside the file: the rename that ends it must not cross file systems. */
static int open_temporary(struct render_output *o)
{
	struct text name = TEXT_EMPTY;
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	text_printf(&name, "%s.XXXXXX", o->path);
	o->temporary = text_take(&name);
	if (!o->temporary)
		return -ENOMEM;
	fd = mkostemp(o->temporary, O_CLOEXEC);
	if (fd < 0) {
		int error = errno;

		free(TAKE(o->temporary));
		return -error;
	}
	fchmod(fd, 0666 & ~mask);
	return fd;
}

static int open_path(struct render_output *o, bool in_place)
{
	struct stat st;
	int fd;

	if (!*o->path)
		return -ENOENT;
	if (!in_place && (stat(o->path, &st) < 0 ? errno == ENOENT : S_ISREG(st.st_mode)))
		return open_temporary(o);
	fd = open(o->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return fd < 0 ? -errno : fd;
}

static int say(const struct render_output *o, int error, struct text *why)
{
	text_printf(why, "cannot write %s: %s", o->path ? o->path : "standard output", strerror(-error));
	return error;
}

int render_output_open(struct render_output *o, const char *path, bool in_place, struct text *why)
{
	int fd;

	*o = (struct render_output){.file = path ? NULL : stdout};
	if (!path)
		return 0;
	o->path = strdup(path);
	fd = o->path ? open_path(o, in_place) : -ENOMEM;
	if (fd >= 0 && !(o->file = fdopen(fd, "w"))) {
		close(fd);
		fd = -ENOMEM;
	}
	return fd < 0 ? say(o, fd, why) : 0;
}

/* The name must not stand before the bytes do. */
static int finish(struct render_output *o)
{
	FILE *file = TAKE(o->file);
	int error = 0;

	if (fflush(file) != 0 || ferror(file))
		error = -errno;
	if (file == stdout)
		return error;
	if (error == 0 && o->temporary && fsync(fileno(file)) < 0)
		error = -errno;
	if (fclose(file) != 0 && error == 0)
		error = -errno;
	if (error == 0 && o->temporary && rename(o->temporary, o->path) < 0)
		error = -errno;
	if (error == 0)
		free(TAKE(o->temporary));
	return error;
}

int render_output_close(struct render_output *o, struct text *why)
{
	int error = finish(o);

	return error < 0 ? say(o, error, why) : 0;
}

void render_output_free(struct render_output *o)
{
	if (o->file && o->file != stdout)
		fclose(o->file);
	if (o->temporary)
		unlink(o->temporary);
	free(o->temporary);
	free(o->path);
	*o = RENDER_OUTPUT_EMPTY;
}
