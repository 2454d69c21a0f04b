/* SPDX-License-Identifier: MIT */
#include "place.h"

#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "seccompwatch/log.h"
#include "seccompwatch/store.h"

#define USER_FALLBACK  "nobody"
#define FILE_MODE      0640
#define DIRECTORY_MODE 0750
/* Between what systemd gives to homes (up to 60513) and to dynamic users (from 61184): see its UIDS-GIDS. */
#define GROUP_FIRST 61000
#define GROUP_LAST  61183

int store_group(gid_t *ret)
{
	struct group *group = getgrnam(STORE_USER);

	if (group) {
		*ret = group->gr_gid;
		return 0;
	}
	for (gid_t gid = GROUP_FIRST; gid <= GROUP_LAST; gid++) {
		if (!getgrgid(gid)) {
			*ret = gid;
			return 0;
		}
	}
	return -ENOENT;
}

int store_user(uid_t *ret)
{
	struct passwd *user = getpwnam(STORE_USER);

	if (!user)
		user = getpwnam(USER_FALLBACK);
	if (!user || user->pw_uid == 0)
		return -ENOENT;
	*ret = user->pw_uid;
	return 0;
}

static int fail(struct text *why, const char *path, const char *what)
{
	int r = -errno;

	text_printf(why, "%s: %s: %s", path, what, strerror(-r));
	return r;
}

/* Only root's own files change hands; everybody else keeps their group. */
static int own(int fd, mode_t mode)
{
	struct stat st;
	gid_t gid;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (geteuid() == 0 && st.st_uid == 0 && store_group(&gid) == 0 && st.st_gid != gid && fchown(fd, 0, gid) < 0)
		return -errno;
	if (st.st_uid == geteuid() && (st.st_mode & 07777) != mode && fchmod(fd, mode) < 0)
		return -errno;
	return 0;
}

/* XDG's base directories are made on demand (0700); nobody else's parents are, for a wrong letter in --db should
 * not grow a tree. */
static int make_parents(char *directory)
{
	for (char *slash = strchr(directory + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(directory, 0700) < 0 && errno != EEXIST) {
			*slash = '/';
			return -errno;
		}
		*slash = '/';
	}
	return 0;
}

static int make_directory(char *directory, struct text *why)
{
	CLEANUP_CLOSE int fd = -1;

	if (geteuid() != 0 && make_parents(directory) < 0)
		return fail(why, directory, "cannot make the directory");
	if (mkdir(directory, DIRECTORY_MODE) < 0) {
		if (errno == ENOENT) {
			text_printf(why, "%s: its parent directory does not exist; make it first, or name another --db",
				directory);
			return -ENOENT;
		}
		return fail(why, directory, "cannot make the directory");
	}
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || own(fd, DIRECTORY_MODE) < 0 ? fail(why, directory, "cannot set its group and mode") : 0;
}

/* Top-level directories and home directories are other people's business. */
static bool is_shared(const char *directory)
{
	CLEANUP_FREE char *real = realpath(directory, NULL);
	struct passwd *user = getpwuid(geteuid());

	return !real || strrchr(real, '/') == real || (user && strcmp(real, user->pw_dir) == 0);
}

/* A private directory of root's (mktemp -d) would keep serve's user out of it. */
static int admit_group(const char *directory)
{
	CLEANUP_CLOSE int fd = -1;
	struct stat st;
	gid_t gid;

	if (geteuid() != 0 || is_shared(directory) || store_group(&gid) < 0)
		return 0;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != 0 || (st.st_mode & 07777) != 0700)
		return 0;
	if (fchown(fd, 0, gid) < 0 || fchmod(fd, 0710) < 0)
		return -errno;
	log_info("%s: mode 0700 became 0710, group %u, so that the unprivileged server can read the database",
		directory, (unsigned)gid);
	return 0;
}

int place_prepare_directory(const char *path, struct text *why)
{
	CLEANUP_FREE char *copy = strdup(path);
	const char *directory;
	struct stat st;

	if (!copy)
		return -ENOMEM;
	directory = dirname(copy);
	if (stat(directory, &st) < 0)
		return errno == ENOENT ? make_directory(copy, why) : fail(why, directory, "cannot be entered");
	if (!S_ISDIR(st.st_mode)) {
		text_printf(why, "%s: is not a directory", directory);
		return -ENOTDIR;
	}
	if (admit_group(directory) < 0)
		return fail(why, directory, "cannot set its group and mode");
	return 0;
}

/* -wal and -shm take owner and mode from the database itself when SQLite makes them. */
static int prepare_companion(const char *path, const char *suffix)
{
	char name[PATH_MAX];
	CLEANUP_CLOSE int fd = -1;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return own(fd, FILE_MODE);
}

static int prepare_file(const char *path, struct text *why)
{
	CLEANUP_CLOSE int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, FILE_MODE);
	struct stat st;

	if (fd < 0 && errno == EISDIR) {
		text_printf(why, "%s: is a directory; --db takes the file's name", path);
		return -EISDIR;
	}
	if (fd < 0)
		return fail(why, path, "cannot be opened for writing");
	if (fstat(fd, &st) < 0)
		return fail(why, path, "cannot be examined");
	if (!S_ISREG(st.st_mode)) {
		text_printf(why, "%s: is not a regular file", path);
		return -EINVAL;
	}
	if (own(fd, FILE_MODE) < 0 || prepare_companion(path, "-wal") < 0 || prepare_companion(path, "-shm") < 0)
		return fail(why, path, "cannot set its group and mode");
	return 0;
}

int place_prepare(const char *path, struct text *why)
{
	int r = place_prepare_directory(path, why);

	return r < 0 ? r : prepare_file(path, why);
}

static int refuse(int fd, const char *path, struct text *why)
{
	char pid[16] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	n = MAX(n, (ssize_t)0);
	pid[strcspn(pid, "\n")] = '\0';
	text_printf(why, "%s: another collector%s%s writes to it; stop it first, or name another --db", path,
		n > 0 ? ", pid " : "", pid);
	return -EBUSY;
}

int place_lock(const char *path, struct text *why)
{
	char name[PATH_MAX], pid[16];
	CLEANUP_CLOSE int fd = -1;
	int len;

	if (snprintf(name, sizeof(name), "%s.lock", path) >= (int)sizeof(name)) {
		text_printf(why, "%s: the name is too long", path);
		return -ENAMETOOLONG;
	}
	/* Nobody else may open it: whoever can could hold it, and keep the collector from starting. */
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(why, name, "cannot be opened");
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? refuse(fd, path, why) : fail(why, name, "cannot be locked");
	len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)len, 0) != len)
		log_debug("%s: the pid could not be written", name);
	len = fd;
	fd = -1; /* the caller owns it now */
	return len;
}
