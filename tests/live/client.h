/* SPDX-License-Identifier: MIT */
/* client: just enough HTTP to say what a polite program never would. Every failure fails the test that called. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Where on the loopback the server listens. */
extern int client_port;

int client_dial(void);
void client_say(int fd, const char *text);
/* Reads until `until` was seen (NULL: the end), or `seconds` are over: whether it was. */
bool client_hear(int fd, const char *until, double seconds, char *ret, size_t size);

struct client_reply {
	int status;
	char head[4096];
	char *body; /* until the next question */
};
/* One request on a connection of its own; `headers` are whole lines, and bring their own Host or get localhost. */
struct client_reply client_ask(const char *method, const char *target, const char *headers);
/* What GET answers, with that status. */
json_t *client_json(const char *target, int status);
/* POSTs a body of that media type. */
struct client_reply client_post(const char *target, const char *type, const char *headers, const char *body);
