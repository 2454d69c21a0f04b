/* SPDX-License-Identifier: MIT */
#include "connector.h"

#include <arpa/inet.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/socket.h>

/* Only pids stand in a message that wakes: a short queue may overflow without loss. */
#define WAKE_BUFFER  (64u << 10)
#define QUEUE_BUFFER (4u << 20)
#define MESSAGE_MAX  256

/* Where things are in a message: two headers, then struct proc_event. */
#define EVENT_AT (NLMSG_HDRLEN + sizeof(struct cn_msg))
#define WHAT_AT  (EVENT_AT + offsetof(struct proc_event, what))
#define DATA_AT  (EVENT_AT + offsetof(struct proc_event, event_data))

struct connector {
	int wake, queue;
	struct mmsghdr headers[CONNECTOR_BATCH];
	struct iovec vectors[CONNECTOR_BATCH];
	struct sockaddr_nl senders[CONNECTOR_BATCH];
	char messages[CONNECTOR_BATCH][MESSAGE_MAX];
};

static int say(int fd, enum proc_cn_mcast_op op)
{
	char message[NLMSG_HDRLEN + sizeof(struct cn_msg) + sizeof(op)];
	struct nlmsghdr header = {.nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_DONE};
	struct cn_msg cn = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(op)};

	memcpy(message, &header, sizeof(header));
	memcpy(message + NLMSG_HDRLEN, &cn, sizeof(cn));
	memcpy(message + NLMSG_HDRLEN + sizeof(cn), &op, sizeof(op));
	if (send(fd, message, sizeof(message), 0) >= 0)
		return 0;
	return errno == ECONNREFUSED ? -EOPNOTSUPP : -errno; /* another network namespace */
}

/* The kernel answers before send() returns, or, where it does not hear us at all, never. */
static int answer(int fd)
{
	char buffer[MESSAGE_MAX];
	struct proc_event event;
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		if ((size_t)n < EVENT_AT + sizeof(event))
			continue;
		memcpy(&event, buffer + EVENT_AT, sizeof(event));
		if (event.what == PROC_EVENT_NONE)
			return -(int)event.event_data.ack.err;
	}
	return -EOPNOTSUPP;
}

#define LOAD(at)             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(at))
#define JUMP_IF(value, t, f) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(value), t, f)
#define RETURN(value)        BPF_STMT(BPF_RET | BPF_K, value)

/* Drops what is of a thread, whose two ids differ: the third and fourth word of a fork's data, the first and second
 * of the others'. What wakes are execs and new names alone. */
static int attach_filter(int fd, bool wakes)
{
	uint8_t fork = wakes ? 11 : 7, exit = wakes ? 8 : 0; /* to the refusal, or on */
	struct sock_filter code[] = {
		LOAD(WHAT_AT),
		JUMP_IF(PROC_EVENT_FORK, fork, 0),
		JUMP_IF(PROC_EVENT_EXEC, 2, 0),
		JUMP_IF(PROC_EVENT_COMM, 1, 0),
		JUMP_IF(PROC_EVENT_EXIT, exit, 8),
		LOAD(DATA_AT),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		LOAD(DATA_AT + 4),
		BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
		LOAD(DATA_AT + 8),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		LOAD(DATA_AT + 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0),
		RETURN(0),
		RETURN(UINT32_MAX),
	};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno : 0;
}

static int set_buffer(int fd, size_t size)
{
	int wanted = (int)MIN(size, (size_t)INT32_MAX / 2);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0 &&
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted)) < 0)
		return -errno;
	return 0;
}

static int set_up(int fd, size_t buffer, bool wakes)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int r = set_buffer(fd, buffer);

	if (r == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	if (r == 0)
		r = say(fd, PROC_CN_MCAST_LISTEN);
	if (r == 0)
		r = answer(fd);
	if (r == 0)
		r = attach_filter(fd, wakes);
	return r;
}

static int open_socket(int *ret_fd, size_t buffer, bool wakes)
{
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR), r;

	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EOPNOTSUPP : -errno;
	r = set_up(fd, buffer, wakes);
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

static void explain(int r, struct text *why)
{
	if (r == -EPERM)
		text_add_str(why, "process events need CAP_NET_ADMIN");
	else if (r == -EOPNOTSUPP)
		text_add_str(why, "process events are told in the initial namespaces only, by kernels that have "
				  "CONFIG_PROC_EVENTS");
	else if (r < 0)
		text_printf(why, "process events: %s", strerror(-r));
}

int connector_open(size_t receive_buffer, struct connector **ret, struct text *why)
{
	CLEANUP(connector_close_p) struct connector *c = calloc(1, sizeof(*c));
	int r = -ENOMEM;

	if (c) {
		c->wake = c->queue = -1;
		r = open_socket(&c->queue, receive_buffer ? receive_buffer : QUEUE_BUFFER, false);
	}
	if (r == 0)
		r = open_socket(&c->wake, WAKE_BUFFER, true);
	explain(r, why);
	if (r < 0)
		return r;
	for (size_t i = 0; i < CONNECTOR_BATCH; i++) {
		c->vectors[i] = (struct iovec){c->messages[i], MESSAGE_MAX};
		c->headers[i].msg_hdr = (struct msghdr){
			.msg_iov = &c->vectors[i], .msg_iovlen = 1, .msg_name = &c->senders[i]};
	}
	*ret = TAKE(c);
	return 0;
}

/* Older kernels count listeners and go on telling nobody unless each says good-bye. */
static void close_socket(int fd)
{
	if (fd < 0)
		return;
	(void)say(fd, PROC_CN_MCAST_IGNORE);
	close(fd);
}

void connector_close(struct connector *c)
{
	if (!c)
		return;
	close_socket(c->wake);
	close_socket(c->queue);
	free(c);
}

int connector_wake_fd(const struct connector *c)
{
	return c->wake;
}

int connector_queue_fd(const struct connector *c)
{
	return c->queue;
}

void connector_clear_wake(struct connector *c)
{
	char byte[CONNECTOR_BATCH];
	struct iovec vectors[CONNECTOR_BATCH];
	struct mmsghdr headers[CONNECTOR_BATCH] = {0};
	int n;

	for (size_t i = 0; i < CONNECTOR_BATCH; i++) {
		vectors[i] = (struct iovec){&byte[i], 1};
		headers[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
	}
	do
		n = recvmmsg(c->wake, headers, CONNECTOR_BATCH, MSG_DONTWAIT, NULL);
	while (n == CONNECTOR_BATCH || (n < 0 && errno == ENOBUFS));
}

/* ---- messages --------------------------------------------------------------------------------------------------- */

static int from_fork(const struct proc_event *e, struct connector_event *ret)
{
	ret->kind = CONNECTOR_FORK;
	ret->pid = e->event_data.fork.child_tgid;
	ret->parent = e->event_data.fork.parent_tgid;
	return e->event_data.fork.child_pid == ret->pid ? 0 : -EINVAL;
}

static int from_exec(const struct proc_event *e, struct connector_event *ret)
{
	ret->kind = CONNECTOR_EXEC;
	ret->pid = e->event_data.exec.process_tgid;
	return e->event_data.exec.process_pid == ret->pid ? 0 : -EINVAL;
}

static int from_comm(const struct proc_event *e, struct connector_event *ret)
{
	ret->kind = CONNECTOR_COMM;
	ret->pid = e->event_data.comm.process_tgid;
	memcpy(ret->comm, e->event_data.comm.comm, sizeof(ret->comm));
	ret->comm[sizeof(ret->comm) - 1] = '\0';
	return e->event_data.comm.process_pid == ret->pid ? 0 : -EINVAL;
}

static int from_exit(const struct proc_event *e, struct connector_event *ret)
{
	ret->kind = CONNECTOR_EXIT;
	ret->pid = e->event_data.exit.process_tgid;
	ret->code = (int32_t)e->event_data.exit.exit_code;
	return e->event_data.exit.process_pid == ret->pid ? 0 : -EINVAL;
}

int connector_parse(struct span message, struct connector_event *ret)
{
	struct proc_event e = {0};
	struct cn_msg cn;

	if (message.len < DATA_AT)
		return -EINVAL;
	memcpy(&cn, message.data + NLMSG_HDRLEN, sizeof(cn));
	memcpy(&e, message.data + EVENT_AT, MIN(message.len - EVENT_AT, sizeof(e)));
	if (cn.id.idx != CN_IDX_PROC || cn.id.val != CN_VAL_PROC || cn.len > message.len - NLMSG_HDRLEN - sizeof(cn) ||
		cn.len < sizeof(e) - sizeof(e.event_data))
		return -EINVAL;
	*ret = (struct connector_event){.time = (int64_t)e.timestamp_ns};
	switch (e.what) {
	case PROC_EVENT_FORK:
		return from_fork(&e, ret);
	case PROC_EVENT_EXEC:
		return from_exec(&e, ret);
	case PROC_EVENT_COMM:
		return from_comm(&e, ret);
	case PROC_EVENT_EXIT:
		return from_exit(&e, ret);
	default:
		return -EINVAL;
	}
}

int connector_read(struct connector *c, struct connector_event ret[static CONNECTOR_BATCH])
{
	int n, found = 0;

	for (size_t i = 0; i < CONNECTOR_BATCH; i++)
		c->headers[i].msg_hdr.msg_namelen = sizeof(c->senders[i]);
	n = recvmmsg(c->queue, c->headers, CONNECTOR_BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++)
		if (c->senders[i].nl_pid == 0 &&
			connector_parse((struct span){c->messages[i], c->headers[i].msg_len}, &ret[found]) == 0)
			found++;
	return found;
}
