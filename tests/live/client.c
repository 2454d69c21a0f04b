/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

int client_port;

int client_dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)client_port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

void client_say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}


bool client_hear(int fd, const char *until, double seconds, char *ret, size_t size)
{
	double end = rig_now() + seconds;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t len = 0;
	ssize_t n = 1;

	ret[0] = '\0';
	while (n > 0 && rig_now() < end && !(until && strstr(ret, until))) {
		if (poll(&p, 1, 50) <= 0)
			continue;
		n = recv(fd, ret + len, size - len - 1, 0);
		len += n > 0 ? (size_t)n : 0;
		ret[len] = '\0';
	}
	return until ? strstr(ret, until) != NULL : n <= 0;
}

static struct client_reply hear_reply(int fd, const char *method, const char *target)
{
	static char buffer[1 << 20];
	struct client_reply reply = {0};
	char *body;

	if (!client_hear(fd, NULL, 10, buffer, sizeof(buffer)))
		fail_msg("%s %s: no end of the answer", method, target);
	close(fd);
	body = strstr(buffer, "\r\n\r\n");
	if (!body || sscanf(buffer, "HTTP/1.1 %d", &reply.status) != 1)
		fail_msg("%s %s: %.100s", method, target, buffer);
	snprintf(reply.head, sizeof(reply.head), "%.*s", (int)(body + 2 - buffer), buffer);
	reply.body = body + 4;
	return reply;
}

struct client_reply client_ask(const char *method, const char *target, const char *headers)
{
	char request[8192];
	int fd = client_dial();

	snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\nConnection: close\r\n%s%s\r\n", method, target,
		strstr(headers, "Host:") ? "" : "Host: localhost\r\n", headers);
	client_say(fd, request);
	return hear_reply(fd, method, target);
}

struct client_reply client_post(const char *target, const char *type, const char *headers, const char *body)
{
	char head[1024];
	int fd = client_dial();

	snprintf(head, sizeof(head), "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: %s\r\n"
		"Content-Length: %zu\r\n%s\r\n", target, type, strlen(body), headers);
	client_say(fd, head);
	client_say(fd, body);
	return hear_reply(fd, "POST", target);
}

json_t *client_json(const char *target, int status)
{
	struct client_reply reply = client_ask("GET", target, "");
	json_t *document = json_loads(reply.body, 0, NULL);

	if (reply.status != status || !document)
		fail_msg("%s: %d %.200s", target, reply.status, reply.body);
	return document;
}
