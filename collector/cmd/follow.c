/* SPDX-License-Identifier: MIT */
#include "follow.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

int follow_start(struct follow *f, int to)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	f->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	f->to = to;
	return f->signals < 0 ? -errno : 0;
}

void follow_stop(struct follow *f)
{
	if (f->signals >= 0)
		close(f->signals);
	*f = FOLLOW_EMPTY;
}

int follow_wait(const struct follow *f, int ms)
{
	struct pollfd fds[] = {{.fd = f->signals, .events = POLLIN}, {.fd = f->to}};
	int n = poll(fds, ARRAY_SIZE(fds), ms);

	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	/* A pipe whose reader has gone says so without being written to. */
	return fds[0].revents == 0 && (fds[1].revents & POLLERR) == 0;
}
