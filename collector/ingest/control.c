/* SPDX-License-Identifier: MIT */
#include "seccompwatch/control.h"

#include <libaudit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "seccompwatch/clock.h"

#define SECCOMP_RECORD 1326

struct answer {
	struct nlmsghdr header;
	char data[8970];
};

int control_open(void)
{
	int fd = audit_open();

	return fd < 0 ? -errno : fd;
}

static int ask(int fd, uint16_t type)
{
	struct nlmsghdr question = {.nlmsg_len = NLMSG_LENGTH(0), .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST};
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t n = sendto(fd, &question, sizeof(question), MSG_DONTWAIT, (struct sockaddr *)&kernel, sizeof(kernel));

	return n < 0 ? -errno : 0;
}

/* The next answer of the kernel's: its length without the header, or negative errno (also the kernel's own). */
static int take(int fd, struct answer *ret)
{
	struct sockaddr_nl from = {0};
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(fd, ret, sizeof(*ret), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	int error;

	if (n < 0)
		return -errno;
	if (from.nl_pid != 0 || n < NLMSG_HDRLEN)
		return -EAGAIN;
	n -= NLMSG_HDRLEN;
	if (ret->header.nlmsg_type == NLMSG_ERROR && (size_t)n >= sizeof(error)) {
		memcpy(&error, ret->data, sizeof(error));
		return error < 0 ? error : -EAGAIN;
	}
	return (int)n;
}

static int wait_and_take(int fd, int64_t deadline, struct answer *ret)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int r;

	while ((r = take(fd, ret)) == -EAGAIN) {
		int64_t left = deadline - clock_monotonic();

		if (left <= 0)
			return -ETIMEDOUT;
		(void)poll(&poll_fd, 1, (int)left);
	}
	return r;
}

int control_ask_status(int fd)
{
	return ask(fd, AUDIT_GET);
}

static int read_status(const struct answer *answer, int len, struct control_status *ret)
{
	struct audit_status status = {0};

	if (answer->header.nlmsg_type != AUDIT_GET || (size_t)len < offsetof(struct audit_status, backlog) + 4)
		return -EAGAIN;
	memcpy(&status, answer->data, MIN((size_t)len, sizeof(status)));
	*ret = (struct control_status){
		.enabled = status.enabled,
		.pid = status.pid,
		.rate_limit = status.rate_limit,
		.backlog_limit = status.backlog_limit,
		.backlog = status.backlog,
		.lost = status.lost,
	};
	return 0;
}

int control_take_status(int fd, struct control_status *ret)
{
	struct answer answer;
	int r = take(fd, &answer);

	return r < 0 ? r : read_status(&answer, r, ret);
}

int control_status(int timeout_ms, struct control_status *ret)
{
	CLEANUP_CLOSE int fd = control_open();
	int64_t deadline = clock_monotonic() + timeout_ms;
	struct answer answer;
	int r = fd < 0 ? fd : ask(fd, AUDIT_GET);

	while (r >= 0) {
		r = wait_and_take(fd, deadline, &answer);
		if (r >= 0 && read_status(&answer, r, ret) == 0)
			return 0;
	}
	return r;
}

static bool type_matches(uint32_t op, uint32_t value)
{
	switch (op & (AUDIT_NEGATE | AUDIT_OPERATORS)) {
	case AUDIT_EQUAL:
		return value == SECCOMP_RECORD;
	case AUDIT_NOT_EQUAL:
		return value != SECCOMP_RECORD;
	case AUDIT_LESS_THAN:
		return SECCOMP_RECORD < value;
	case AUDIT_LESS_THAN_OR_EQUAL:
		return SECCOMP_RECORD <= value;
	case AUDIT_GREATER_THAN:
		return SECCOMP_RECORD > value;
	case AUDIT_GREATER_THAN_OR_EQUAL:
		return SECCOMP_RECORD >= value;
	default:
		return false;
	}
}

bool control_rule_excludes(const struct audit_rule_data *rule)
{
	if (rule->flags != AUDIT_FILTER_EXCLUDE || rule->field_count > AUDIT_MAX_FIELDS)
		return false;
	for (uint32_t i = 0; i < rule->field_count; i++)
		if (rule->fields[i] == AUDIT_MSGTYPE && !type_matches(rule->fieldflags[i], rule->values[i]))
			return false;
	return true;
}

int control_find_exclusion(int timeout_ms, bool *ret_excluded)
{
	CLEANUP_CLOSE int fd = control_open();
	int64_t deadline = clock_monotonic() + timeout_ms;
	struct answer answer;
	bool excluded = false;
	int r = fd < 0 ? fd : ask(fd, AUDIT_LIST_RULES);

	while (r >= 0) {
		r = wait_and_take(fd, deadline, &answer);
		if (r < 0)
			break;
		if (answer.header.nlmsg_type == NLMSG_DONE) {
			*ret_excluded = excluded;
			return 0;
		}
		if (answer.header.nlmsg_type == AUDIT_LIST_RULES && (size_t)r >= sizeof(struct audit_rule_data))
			excluded |= control_rule_excludes((const struct audit_rule_data *)(const void *)answer.data);
	}
	return r;
}
