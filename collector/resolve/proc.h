/* SPDX-License-Identifier: MIT */
/* proc: what is read of /proc, by way of a descriptor of it. Bounded; nothing stays open. -ENOENT, -ESRCH: there is
 * no such process (any more). */
#pragma once

#include "seccompwatch/text.h"

/* v1 on a node of a nested cluster: a dozen hierarchies with paths of some 400 bytes. */
#define PROC_CGROUP_MAX 16384

int proc_open(const char *path, int *ret_fd);
/* PID/cgroup as it is, whole lines only. */
int proc_read_cgroup(int proc_fd, int pid, char buffer[static PROC_CGROUP_MAX], size_t *ret_len);

struct proc_stat {
	int32_t parent;
	uint64_t start; /* CLOCK_BOOTTIME, in clock ticks */
	int threads;
	char comm[16];
};
int proc_read_stat(int proc_fd, int pid, struct proc_stat *ret);

/* PID/cmdline with blanks between the arguments, at most `size` bytes with the NUL. */
int proc_read_command(int proc_fd, int pid, char *buffer, size_t size);
/* Its number in its own pid namespace: 1 for the first there; 0: that is the namespace of `proc_fd`; or an error. */
int proc_namespace_pid(int proc_fd, int pid);
/* The inode of the process's mount namespace; 0 when it cannot be seen. */
uint64_t proc_mount_ns(int proc_fd, int pid);
/* Whether no cgroup file system is writable in the process's mount namespace, so that neither it nor its children
 * can go to another cgroup. False when that cannot be seen. */
bool proc_is_sealed(int proc_fd, int pid);
/* PID/maps: what is mapped at `address`; -ENOENT: no file. A list longer than 4 MiB is cut. */
#define PROC_PATH_MAX 320
struct proc_mapping {
	uint64_t from, until, inode;
	uint64_t offset;          /* of the address, in the file */
	char path[PROC_PATH_MAX]; /* as the process sees it; cut when longer */
};
int proc_find_mapping(int proc_fd, int pid, uint64_t address, struct proc_mapping *ret);
/* Pure: a line of PID/maps: whether it holds `address` and has a file. */
bool proc_parse_mapping(struct span line, uint64_t address, struct proc_mapping *ret);
/* Calls fn for each process. */
int proc_each(int proc_fd, void (*fn)(void *data, int32_t pid), void *data);

/* Pure: PID/stat; -EINVAL. */
int proc_parse_stat(struct span stat, struct proc_stat *ret);
/* Pure: PID/status, the same. */
int proc_parse_namespace_pid(struct span status);
/* Pure: a line of PID/mountinfo. */
bool proc_is_writable_cgroup(struct span line);
