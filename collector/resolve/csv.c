/* SPDX-License-Identifier: MIT */
#include "csv.h"

#include <string.h>

static void skip_comments(struct csv *c)
{
	while (*c->at == '#' || *c->at == '\n' || *c->at == '\r') {
		c->at += strcspn(c->at, "\n");
		if (*c->at == '\n') {
			c->at++;
			c->next++;
		}
	}
}

/* A quoted field only shrinks, so that it can be written over itself. */
static int quoted(struct csv *c)
{
	char *to = c->at++;
	bool closed = false;

	for (; *c->at && !closed; c->at++) {
		closed = *c->at == '"' && c->at[1] != '"';
		if (*c->at == '"' && !closed)
			c->at++;
		c->next += *c->at == '\n';
		if (!closed)
			*to++ = *c->at;
	}
	*to = '\0';
	return closed && strchr(",\r\n", *c->at) ? 0 : -EINVAL;
}

/* Reads one field; returns the byte that ended it (',' or '\n', 0 at the end of the text). */
static int field(struct csv *c, char **ret)
{
	char *start = c->at, end;
	int r;

	if (*start == '"') {
		r = quoted(c);
		if (r < 0)
			return r;
	} else {
		c->at += strcspn(c->at, ",\r\n");
	}
	end = *c->at;
	if (end == '\r' && c->at[1] == '\n') {
		*c->at++ = '\0';
		end = '\n';
	}
	if (end)
		*c->at++ = '\0';
	*ret = start;
	return end;
}

int csv_next(struct csv *c, char **ret_fields, size_t max)
{
	size_t n = 0;
	int end = ',';

	skip_comments(c);
	if (!*c->at)
		return 0;
	c->line = c->next;
	while (end == ',') {
		if (n == max)
			return -E2BIG;
		end = field(c, &ret_fields[n++]);
		if (end < 0)
			return end;
	}
	c->next++;
	return (int)n;
}
