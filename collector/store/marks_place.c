/* SPDX-License-Identifier: MIT */
#include "marks_place.h"

#include <fcntl.h>
#include <libgen.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include "place.h"
#include "seccompwatch/log.h"
#include "seccompwatch/marks.h"
#include "seccompwatch/store.h"

#define DIRECTORY_MODE 0750

static int fail(struct text *why, const char *path, const char *what)
{
	int r = -errno;

	text_printf(why, "%s: %s: %s", path, what, strerror(-r));
	return r;
}

int marks_place_names(const char *db, struct text *ret_directory, struct text *ret_file)
{
	CLEANUP_FREE char *copy = strdup(db);

	if (!copy)
		return -ENOMEM;
	text_printf(ret_directory, "%s/marks", dirname(copy));
	text_printf(ret_file, "%s/marks.db", ret_directory->data ? ret_directory->data : "");
	return ret_directory->failed || ret_file->failed ? -ENOMEM : 0;
}

int marks_guise_wear(struct marks_guise *g, const char *directory, struct text *why)
{
	struct stat st;

	if (lstat(directory, &st) < 0)
		return errno == ENOENT ? -ENOENT : fail(why, directory, "cannot be examined");
	if (!S_ISDIR(st.st_mode)) {
		text_printf(why, "%s: is not a directory", directory);
		return -ENOTDIR;
	}
	g->worn = geteuid() == 0 && st.st_uid != 0;
	if (g->worn) {
		setfsgid(st.st_gid);
		setfsuid(st.st_uid);
	}
	return 0;
}

void marks_guise_take_off(struct marks_guise *g)
{
	if (!g->worn)
		return;
	setfsuid(geteuid());
	setfsgid(getegid());
	g->worn = false;
}

/* Files of a user who served before. The directory is root's while they change hands, so that nobody can put a link
 * to another file in their place. */
static int hand_over_file(int directory, const char *name, uid_t uid, gid_t gid)
{
	CLEANUP_CLOSE int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return 0;
	return fchown(fd, uid, gid) < 0 ? -errno : 0;
}

static int hand_over(int directory, uid_t uid, gid_t gid)
{
	static const char *const names[] = {"marks.db", "marks.db-journal"};
	int r = fchown(directory, 0, 0) < 0 || fchmod(directory, 0700) < 0 ? -errno : 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++)
		r = hand_over_file(directory, names[i], uid, gid);
	if (r == 0 && (fchown(directory, uid, gid) < 0 || fchmod(directory, DIRECTORY_MODE) < 0))
		r = -errno;
	return r;
}

static int own(const char *directory, struct text *why)
{
	CLEANUP_CLOSE int fd = -1;
	struct stat st;
	uid_t uid;
	gid_t gid;

	if (geteuid() != 0)
		return 0;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(why, directory, "cannot be opened");
	if (store_user(&uid) < 0 || store_group(&gid) < 0) {
		text_printf(why, "%s: there is no user " STORE_USER " or nobody to own it", directory);
		return -ENOENT;
	}
	if (st.st_uid == uid && st.st_gid == gid)
		return 0;
	return hand_over(fd, uid, gid) < 0 ? fail(why, directory, "cannot be given to the server's user") : 0;
}

int marks_prepare(const char *db, struct text *why)
{
	CLEANUP_TEXT struct text directory = TEXT_EMPTY, file = TEXT_EMPTY;
	int r = marks_place_names(db, &directory, &file);

	if (r == 0)
		r = place_prepare_directory(db, why);
	if (r < 0)
		return r;
	if (mkdir(directory.data, DIRECTORY_MODE) < 0 && errno != EEXIST)
		return fail(why, directory.data, "cannot make the directory");
	return own(directory.data, why);
}
