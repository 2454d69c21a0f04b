/* SPDX-License-Identifier: MIT */
/* JSON of one line as a file for people. Only blanks are added: numbers beyond what a library holds, and strings, stay as
 * they are, and so places and hashes of values do too. */
#include "suggest_internal.h"

struct indenting {
	struct span json;
	size_t at;
	unsigned depth;
	struct text *to;
};

static void new_line(struct indenting *n)
{
	text_printf(n->to, "\n%*s", (int)(2 * MIN(n->depth, 64u)), "");
}

static void copy_string(struct indenting *n)
{
	size_t start = n->at++;

	while (n->at < n->json.len && n->json.data[n->at] != '"')
		n->at += n->json.data[n->at] == '\\' ? 2 : 1;
	n->at = MIN(n->at + 1, n->json.len);
	text_add(n->to, (struct span){n->json.data + start, n->at - start});
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char next(const struct indenting *n)
{
	size_t at = n->at;

	while (at < n->json.len && is_blank(n->json.data[at]))
		at++;
	return at < n->json.len ? n->json.data[at] : '\0';
}

static void punctuate(struct indenting *n, char c)
{
	bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';

	n->at++;
	if (closes && n->depth) {
		n->depth--;
		new_line(n);
	}
	text_add_char(n->to, c);
	if (opens && (next(n) == '}' || next(n) == ']')) {
		text_add_char(n->to, next(n));
		while (is_blank(n->json.data[n->at]))
			n->at++;
		n->at++;
	} else if (opens) {
		n->depth++;
		new_line(n);
	}
	if (c == ',')
		new_line(n);
	if (c == ':')
		text_add_char(n->to, ' ');
}

int suggest_indent(struct span json, struct text *ret)
{
	struct indenting n = {.json = json, .to = ret};

	while (n.at < json.len) {
		char c = json.data[n.at];

		if (c == '"')
			copy_string(&n);
		else if (is_blank(c))
			n.at++;
		else if (strchr("{}[],:", c))
			punctuate(&n, c);
		else
			text_add_char(ret, json.data[n.at++]);
	}
	text_add_char(ret, '\n');
	return ret->failed ? -ENOMEM : 0;
}
