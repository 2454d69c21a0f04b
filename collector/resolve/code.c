/* SPDX-License-Identifier: MIT */
#include "seccompwatch/code.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>

#include "proc.h"
#include "seccompwatch/clock.h"
#include "symbols.h"

#define SLACK_MS    20 /* record stamps and start times are coarse */
#define ANSWERS_MAX 256

/* The same place in the same file is asked about by process after process. */
struct answer {
	uint64_t hash; /* 0: free */
	char symbol[CODE_SYMBOL_MAX];
};

struct code {
	int proc_fd;
	long ticks;
	struct answer answers[ANSWERS_MAX];
};

int code_new(struct code **ret)
{
	struct code *c = calloc(1, sizeof(*c));
	int r = c ? proc_open("/proc", &c->proc_fd) : -ENOMEM;

	if (r < 0) {
		free(c);
		return r;
	}
	c->ticks = MAX(sysconf(_SC_CLK_TCK), 1);
	*ret = c;
	return 0;
}

void code_free(struct code *c)
{
	if (!c)
		return;
	close(c->proc_fd);
	free(c);
}

/* ---- is it still the one? ------------------------------------------------------------------------------------------ */

static int64_t since_boot_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool began_by(const struct code *c, const struct proc_stat *stat, int64_t time)
{
	int64_t boot = clock_now() - since_boot_ms();

	return boot + (int64_t)(stat->start * 1000 / (uint64_t)c->ticks) <= time + SLACK_MS;
}

/* The kernel writes the record's path from the process's root, and ours from as far up as it can see. */
static bool runs(const struct code *c, const struct code_question *q)
{
	char link[32], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "%d/exe", q->pid);
	n = readlinkat(c->proc_fd, link, path, sizeof(path));
	return n > 0 && q->exe.len > 0 && (size_t)n >= q->exe.len &&
	       memcmp(path + (size_t)n - q->exe.len, q->exe.data, q->exe.len) == 0;
}

/* ---- the file -------------------------------------------------------------------------------------------------------- */

/* Whose server may never answer. */
static bool is_local(int fd)
{
	static const uint32_t remote[] = {FUSE_SUPER_MAGIC, NFS_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC, V9FS_MAGIC,
		CEPH_SUPER_MAGIC, AFS_FS_MAGIC, CODA_SUPER_MAGIC};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(remote); i++)
		if ((uint32_t)fs.f_type == remote[i])
			return false;
	return true;
}

/* The mapped file itself, whatever has its name by now: needs CAP_CHECKPOINT_RESTORE, which root has. */
static int open_mapped(const struct code *c, int32_t pid, const struct proc_mapping *m)
{
	char link[96];
	int fd;

	snprintf(link, sizeof(link), "%d/map_files/%" PRIx64 "-%" PRIx64, pid, m->from, m->until);
	fd = openat(c->proc_fd, link, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* By its name below the process's root. */
static int open_named(const struct code *c, int32_t pid, const struct proc_mapping *m)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
	CLEANUP_CLOSE int root = -1;
	char link[32];
	int fd;

	snprintf(link, sizeof(link), "%d/root", pid);
	root = openat(c->proc_fd, link, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = root < 0 ? -1 : (int)syscall(SYS_openat2, root, m->path, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

/* Nothing is opened for reading before it is known to be a plain file: opening a device or a pipe does things. */
static int open_file(const struct code *c, int32_t pid, const struct proc_mapping *m, struct stat *ret)
{
	CLEANUP_CLOSE int path = open_mapped(c, pid, m);
	char link[48];
	int fd;

	if (path < 0)
		path = open_named(c, pid, m);
	if (path < 0)
		return path;
	if (fstat(path, ret) < 0 || !S_ISREG(ret->st_mode) || ret->st_ino != m->inode || !is_local(path))
		return -EINVAL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	fd = open(link, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

static void find_symbol(struct code *c, int32_t pid, const struct proc_mapping *m, struct code_place *ret)
{
	struct stat st = {0};
	CLEANUP_CLOSE int fd = m->inode ? open_file(c, pid, m, &st) : -1;
	uint64_t key[] = {st.st_dev, st.st_ino, (uint64_t)st.st_size, (uint64_t)st.st_ctim.tv_sec,
		(uint64_t)st.st_ctim.tv_nsec, m->offset};
	uint64_t hash = base_hash(key, sizeof(key));
	struct answer *a = &c->answers[hash % ANSWERS_MAX];

	if (fd < 0)
		return;
	if (a->hash != hash) {
		*a = (struct answer){.hash = hash};
		if (symbols_find(fd, m->offset, a->symbol, sizeof(a->symbol)) < 0)
			a->symbol[0] = '\0';
	}
	memcpy(ret->symbol, a->symbol, sizeof(ret->symbol));
}

int code_find(struct code *c, const struct code_question *q, struct code_place *ret)
{
	struct proc_stat before, after;
	struct code_place place = {0};
	struct proc_mapping m;
	int r = proc_read_stat(c->proc_fd, q->pid, &before);

	if (r < 0 || !began_by(c, &before, q->time) || !runs(c, q))
		return -ESRCH;
	r = proc_find_mapping(c->proc_fd, q->pid, q->address, &m);
	if (r < 0)
		return r;
	find_symbol(c, q->pid, &m, &place);
	/* The number may have passed to another process in between, or the process to another program. */
	if (proc_read_stat(c->proc_fd, q->pid, &after) < 0 || after.start != before.start || !runs(c, q))
		return -ESRCH;
	snprintf(place.module, sizeof(place.module), "%s", m.path);
	place.offset = m.offset;
	*ret = place;
	return 0;
}
