/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#define UNIX_PREFIX     "unix:"
#define FIRST_FREE_PORT 1024

static int parse_path(const char *path, struct listen_address *ret, struct text *why)
{
	struct sockaddr_un *local = &ret->addr.local;

	if (*path != '/' || strlen(path) >= sizeof(local->sun_path)) {
		text_printf(why, "\"%s\" is not an absolute path of at most %zu bytes", path, sizeof(local->sun_path) - 1);
		return -EINVAL;
	}
	local->sun_family = AF_UNIX;
	memcpy(local->sun_path, path, strlen(path) + 1);
	ret->len = sizeof(*local);
	return 0;
}

/* "127.0.0.1", "[::1]" or "localhost". */
static int parse_host(struct span host, struct listen_address *ret)
{
	char text[INET6_ADDRSTRLEN];
	bool v6 = host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';

	if (v6)
		host = (struct span){host.data + 1, host.len - 2};
	if (span_equal(host, SPAN("localhost")))
		host = SPAN("127.0.0.1");
	if (host.len >= sizeof(text))
		return -EINVAL;
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	ret->addr.any.sa_family = v6 ? AF_INET6 : AF_INET;
	ret->len = v6 ? sizeof(ret->addr.v6) : sizeof(ret->addr.v4);
	if (inet_pton(ret->addr.any.sa_family, text, v6 ? (void *)&ret->addr.v6.sin6_addr : &ret->addr.v4.sin_addr) != 1)
		return -EINVAL;
	return 0;
}

bool listen_is_path(const struct listen_address *a)
{
	return a->addr.any.sa_family == AF_UNIX;
}

bool listen_is_local(const struct listen_address *a)
{
	if (a->addr.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->addr.v6.sin6_addr);
	return a->addr.any.sa_family == AF_UNIX || ntohl(a->addr.v4.sin_addr.s_addr) >> 24 == 127;
}

static int parse_inet(const char *where, struct listen_address *ret, struct text *why)
{
	const char *colon = strrchr(where, ':');
	uint64_t port;

	if (!colon || parse_host((struct span){where, (size_t)(colon - where)}, ret) < 0 ||
		text_to_u64(span_from(colon + 1), 65535, &port) < 0) {
		text_printf(why, "\"%s\" is not ADDRESS:PORT, [IPV6]:PORT or " UNIX_PREFIX "PATH", where);
		return -EINVAL;
	}
	if (ret->addr.any.sa_family == AF_INET6)
		ret->addr.v6.sin6_port = htons((uint16_t)port);
	else
		ret->addr.v4.sin_port = htons((uint16_t)port);
	return 0;
}

int listen_parse(const char *where, struct listen_address *ret, struct text *why)
{
	struct listen_address address = {0};
	int r;

	if (strncmp(where, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0)
		r = parse_path(where + strlen(UNIX_PREFIX), &address, why);
	else
		r = parse_inet(where, &address, why);
	if (r == 0)
		*ret = address;
	return r;
}

static unsigned port_of(const struct listen_address *a)
{
	return ntohs(a->addr.any.sa_family == AF_INET6 ? a->addr.v6.sin6_port : a->addr.v4.sin_port);
}

bool listen_needs_root(const struct listen_address *a)
{
	return a->addr.any.sa_family == AF_UNIX || (port_of(a) > 0 && port_of(a) < FIRST_FREE_PORT);
}

/* A socket file that nobody listens on any more is in the way of a new one: a daemon that left root cannot
 * remove its own. */
static void remove_stale(const struct sockaddr_un *local)
{
	CLEANUP_CLOSE int fd = -1;
	struct stat st;

	if (lstat(local->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)local, sizeof(*local)) < 0 && errno == ECONNREFUSED)
		unlink(local->sun_path);
}

static int bind_path(int fd, const struct listen_address *a, gid_t group, mode_t mode)
{
	const char *path = a->addr.local.sun_path;
	mode_t mask;
	int r;

	remove_stale(&a->addr.local);
	mask = umask(0177);
	r = bind(fd, &a->addr.any, a->len) < 0 ? -errno : 0;
	umask(mask);
	if (r < 0)
		return r;
	/* Never wider than its group: the mode grows only after the group is right. */
	if (group != (gid_t)-1 && lchown(path, (uid_t)-1, group) < 0)
		return -errno;
	return chmod(path, mode) < 0 ? -errno : 0;
}

static int bind_inet(int fd, const struct listen_address *a)
{
	const int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		return -errno;
	if (a->addr.any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return -errno;
	return bind(fd, &a->addr.any, a->len) < 0 ? -errno : 0;
}

static void explain(const struct listen_address *a, int error, struct text *why)
{
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->addr.any.sa_family == AF_UNIX) {
		text_printf(why, "cannot listen on %s: %s", a->addr.local.sun_path, strerror(-error));
		return;
	}
	if (a->addr.any.sa_family == AF_INET6)
		inet_ntop(AF_INET6, &a->addr.v6.sin6_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET, &a->addr.v4.sin_addr, host, sizeof(host));
	text_printf(why, "cannot listen on %s port %u: %s%s", host, port_of(a), strerror(-error),
		error == -EADDRINUSE ? " (is seccompwatch running already? --listen takes another port)" : "");
}

int listen_bind(const struct listen_address *a, gid_t group, mode_t mode, int *ret_fd, struct text *why)
{
	int fd = socket(a->addr.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = fd < 0 ? -errno : 0;

	if (r == 0)
		r = a->addr.any.sa_family == AF_UNIX ? bind_path(fd, a, group, mode) : bind_inet(fd, a);
	if (r == 0) {
		*ret_fd = fd;
		return 0;
	}
	explain(a, r, why);
	if (fd >= 0)
		close(fd);
	return r;
}

void listen_url(int fd, bool is_secure, struct text *ret)
{
	struct listen_address a = {.len = sizeof(a.addr)};
	const char *scheme = is_secure ? "https" : "http";
	char host[INET6_ADDRSTRLEN] = "?";

	if (getsockname(fd, &a.addr.any, &a.len) < 0)
		return;
	if (a.addr.any.sa_family == AF_UNIX)
		text_printf(ret, UNIX_PREFIX "%s", a.addr.local.sun_path);
	else if (a.addr.any.sa_family == AF_INET6)
		text_printf(ret, "%s://[%s]:%u", scheme, inet_ntop(AF_INET6, &a.addr.v6.sin6_addr, host, sizeof(host)),
			port_of(&a));
	else
		text_printf(ret, "%s://%s:%u", scheme, inet_ntop(AF_INET, &a.addr.v4.sin_addr, host, sizeof(host)),
			port_of(&a));
}

/* The part before ":PORT"; false when what follows is no port. */
static bool split_port(const char *host, struct span *ret)
{
	const char *end = *host == '[' ? strchr(host, ']') : strchrnul(host, ':');
	uint64_t port;

	if (!end)
		return false;
	end += *end == ']';
	*ret = (struct span){host, (size_t)(end - host)};
	return *end == '\0' || (*end == ':' && (end[1] == '\0' || text_to_u64(span_from(end + 1), 65535, &port) == 0));
}

bool listen_is_own_host(const char *host)
{
	struct listen_address a = {0};
	struct span name;

	if (!split_port(host, &name))
		return false;
	if (name.len == strlen("localhost") && strncasecmp(name.data, "localhost", name.len) == 0)
		return true;
	return parse_host(name, &a) == 0 && listen_is_local(&a);
}
