/* SPDX-License-Identifier: MIT */
#include "seccompwatch/netlink.h"

#include <fcntl.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#define BUFFER_SIZE 9216 /* MAX_AUDIT_MESSAGE_LENGTH is 8970, the header 16 */

struct netlink {
	int fd;
	size_t granted;
	struct sockaddr_nl from[NETLINK_BATCH];
	struct iovec iov[NETLINK_BATCH];
	struct mmsghdr headers[NETLINK_BATCH];
	char buffers[NETLINK_BATCH][BUFFER_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

bool netlink_in_initial_namespace(void)
{
	/* net/core/sysctl_net_core.c registers this one for init_net alone; the numbers of /proc/self/ns/net
	 * differ from kernel to kernel. */
	return access("/proc/sys/net/core/dev_weight", F_OK) == 0 ||
		access("/proc/sys/net/core", F_OK) != 0;
}

bool netlink_pids_are_ours(void)
{
	char name[64] = "";

	/* The number is fixed: include/linux/proc_ns.h PROC_PID_INIT_INO. */
	return readlink("/proc/self/ns/pid", name, sizeof(name) - 1) > 0 && strcmp(name, "pid:[4026531836]") == 0;
}

bool netlink_booted_without_audit(struct span cmdline)
{
	bool off = false;
	size_t from = 0;

	for (size_t i = 0; i <= cmdline.len; i++) {
		if (i < cmdline.len && cmdline.data[i] != ' ' && cmdline.data[i] != '\n')
			continue;
		struct span word = {cmdline.data + from, i - from};
		from = i + 1;
		if (span_starts(word, SPAN("audit=")))
			off = span_equal(word, SPAN("audit=0")) || span_equal(word, SPAN("audit=off"));
	}
	return off;
}

void netlink_explain(int error, struct span cmdline, struct text *why)
{
	switch (error < 0 ? -error : error) {
	case EPERM:
	case EACCES:
	case ECONNREFUSED:
		text_add_str(why, "reading the kernel's audit records needs the capability CAP_AUDIT_READ in the "
				  "initial user namespace: run as root, or in a container with "
				  "--cap-add AUDIT_READ and no user namespace");
		break;
	case EPROTONOSUPPORT:
	case EINVAL:
	case EAFNOSUPPORT:
		if (netlink_booted_without_audit(cmdline))
			text_add_str(why, "the kernel was booted with audit=0: remove it from the kernel's command "
					  "line and boot again");
		else
			text_add_str(why, "this kernel was built without audit (CONFIG_AUDIT, CONFIG_AUDITSYSCALL)");
		break;
	case ENOPROTOOPT:
		text_add_str(why, "this kernel has no audit multicast group: 3.16 or newer is needed");
		break;
	default:
		text_printf(why, "cannot open the audit socket: %s", strerror(error < 0 ? -error : error));
	}
}

static int give_up(int error, struct text *why)
{
	char cmdline[4096];
	CLEANUP_CLOSE int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, cmdline, sizeof(cmdline));

	netlink_explain(error, (struct span){cmdline, n < 0 ? 0 : (size_t)n}, why);
	return error;
}

static size_t set_receive_buffer(int fd, size_t bytes)
{
	int want = (int)MIN(bytes, (size_t)INT32_MAX / 2), got = 0;
	socklen_t len = sizeof(got);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof(want)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &want, sizeof(want));
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &len) < 0 || got < 0)
		return 0;
	return (size_t)got / 2; /* the kernel doubles what it is told: socket(7) */
}

static int join(int fd)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	int group = AUDIT_NLGRP_READLOG;

	/* Unbound, the join would succeed and nothing would ever arrive. */
	if (bind(fd, (struct sockaddr *)&self, sizeof(self)) < 0)
		return -errno;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

static void prepare(struct netlink *n)
{
	for (size_t i = 0; i < NETLINK_BATCH; i++) {
		n->iov[i] = (struct iovec){n->buffers[i], BUFFER_SIZE};
		n->headers[i].msg_hdr = (struct msghdr){
			.msg_name = &n->from[i],
			.msg_namelen = sizeof(n->from[i]),
			.msg_iov = &n->iov[i],
			.msg_iovlen = 1,
		};
	}
}

static int open_socket(struct netlink *n, const struct netlink_options *options, struct text *why)
{
	int r;

	n->fd = audit_open();
	if (n->fd < 0)
		return give_up(-errno, why);
	r = join(n->fd);
	if (r < 0)
		return give_up(r, why);
	if (!netlink_in_initial_namespace()) {
		text_add_str(why, "this is not the initial network namespace, and the kernel sends audit records "
				  "nowhere else: run on the host, or in a container with --network host");
		return -ENONET;
	}
	n->granted = set_receive_buffer(n->fd,
		options->receive_buffer ? options->receive_buffer : NETLINK_RECEIVE_BUFFER);
	return 0;
}

int netlink_open(struct netlink **ret, const struct netlink_options *options, struct text *why)
{
	struct netlink *n = calloc(1, sizeof(*n));
	int r = n ? open_socket(n, options, why) : -ENOMEM;

	if (r < 0) {
		netlink_close(n);
		return r;
	}
	prepare(n);
	*ret = n;
	return 0;
}

void netlink_close(struct netlink *n)
{
	if (!n)
		return;
	if (n->fd >= 0)
		close(n->fd);
	free(n);
}

int netlink_fd(const struct netlink *n)
{
	return n->fd;
}

size_t netlink_receive_buffer(const struct netlink *n)
{
	return n->granted;
}

int netlink_receive(struct netlink *n)
{
	int got = recvmmsg(n->fd, n->headers, NETLINK_BATCH, MSG_DONTWAIT, NULL);

	if (got >= 0)
		return got;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

bool netlink_unwrap(const char *data, size_t len, uint32_t sender, struct netlink_message *ret)
{
	struct nlmsghdr header;
	size_t text;

	if (sender != 0 || len < NLMSG_HDRLEN)
		return false;
	memcpy(&header, data, sizeof(header));
	/* The multicast copy's length counts the header, the one auditd gets does not. */
	text = MIN(len - NLMSG_HDRLEN, (size_t)header.nlmsg_len);
	while (text > 0 && data[NLMSG_HDRLEN + text - 1] == '\0')
		text--;
	*ret = (struct netlink_message){
		.type = header.nlmsg_type,
		.payload = {data + NLMSG_HDRLEN, text},
	};
	return true;
}

bool netlink_message(const struct netlink *n, size_t i, struct netlink_message *ret)
{
	const struct mmsghdr *h = &n->headers[i];

	if (!netlink_unwrap(n->buffers[i], h->msg_len, n->from[i].nl_pid, ret))
		return false;
	ret->cut = h->msg_hdr.msg_flags & MSG_TRUNC;
	return true;
}
