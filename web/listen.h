/* SPDX-License-Identifier: MIT */
/* listen: where the server can be reached: addresses, sockets, and the names it answers to. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "seccompwatch/text.h"

struct listen_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un local;
	} addr;
	socklen_t len;
};

/* Pure. -EINVAL: no address; *why says it. */
int listen_parse(const char *where, struct listen_address *ret, struct text *why);
bool listen_is_path(const struct listen_address *a);
/* Whether only this machine can reach it. */
bool listen_is_local(const struct listen_address *a);
/* Whether binding needs root: a port below 1024, or a path. */
bool listen_needs_root(const struct listen_address *a);
/* A bound socket that does not listen yet. A path gets that group ((gid_t)-1: the process's) and mode. */
int listen_bind(const struct listen_address *a, gid_t group, mode_t mode, int *ret_fd, struct text *why);
/* What a browser takes, as bound: "http://127.0.0.1:1326", "https://…" or "unix:PATH". */
void listen_url(int fd, bool is_secure, struct text *ret);

/* Whether a Host header can be a browser's that was not lured here by a name that an attacker points at this
 * machine (DNS rebinding): localhost and loopback addresses, with any port (tunnels change it). */
bool listen_is_own_host(const char *host);
