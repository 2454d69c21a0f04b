/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/clock.h"
#include "seccompwatch/log.h"
#include "seccompwatch/names.h"

void profile_changes_free(struct profile_changes *c)
{
	free(c->items);
}

int profile_changes_add(void *changes, const struct profile_change *change)
{
	struct profile_changes *c = changes;

	if (c->n == c->room) {
		size_t room = c->room ? 2 * c->room : 256;
		struct profile_change *items = reallocarray(c->items, room, sizeof(*items));
		if (!items)
			return -ENOMEM;
		c->items = items;
		c->room = room;
	}
	c->items[c->n++] = *change;
	return 0;
}

/* ---- JSON ---- */

json_t *profile_changes_json(const struct profile_changes *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(list, render_profile_change_json(&c->items[i]));
	return list;
}

/* ---- text: one paragraph for each architecture and kind of change ---- */

static int compare_changes(const void *left, const void *right)
{
	const struct profile_change *a = left, *b = right;
	const uint64_t ka[] = {a->call.arch, a->call.nr >= 0x40000000, a->from, a->to, a->call.nr};
	const uint64_t kb[] = {b->call.arch, b->call.nr >= 0x40000000, b->from, b->to, b->call.nr};

	for (size_t i = 0; i < ARRAY_SIZE(ka); i++)
		if (ka[i] != kb[i])
			return ka[i] < kb[i] ? -1 : 1;
	return 0;
}

static bool is_same_kind(const struct profile_change *a, const struct profile_change *b)
{
	return a->call.arch == b->call.arch && (a->call.nr >= 0x40000000) == (b->call.nr >= 0x40000000) &&
		a->from == b->from && a->to == b->to;
}

static void add_args(struct text *t, const struct profile_change *change)
{
	bool first = true;

	text_add_char(t, '(');
	for (unsigned i = 0; i < 6; i++) {
		if (!(change->used & 1u << i))
			continue;
		text_printf(t, "%sarg%u=0x%" PRIx64, first ? "" : ", ", i, change->call.args[i]);
		first = false;
	}
	text_add_char(t, ')');
}

/* Numbers that nobody has a name for come in runs: how far this one goes. */
static size_t run_length(const struct profile_change *changes, size_t n)
{
	size_t i = 1;

	if (profile_call_name(&changes[0].call) || changes[0].used)
		return 1;
	while (i < n && is_same_kind(&changes[0], &changes[i]) && changes[i].call.nr == changes[0].call.nr + i &&
		!changes[i].used && !profile_call_name(&changes[i].call))
		i++;
	return i;
}

static size_t add_item(struct text *t, const struct profile_change *changes, size_t n)
{
	const char *name = profile_call_name(&changes[0].call);
	size_t run = run_length(changes, n);

	if (name)
		text_add_str(t, name);
	else if (run > 1)
		text_printf(t, "%" PRIu32 "–%" PRIu32, changes[0].call.nr, changes[run - 1].call.nr);
	else
		text_printf(t, "%" PRIu32, changes[0].call.nr);
	if (changes[0].used)
		add_args(t, &changes[0]);
	return run;
}

/* Some calls stand for very many: a few of each syscall are shown. */
#define SHOWN_MAX 4

static size_t add_kind(struct text *t, const struct profile_change *changes, size_t n)
{
	const char *arch = names_arch(changes[0].call.arch, changes[0].call.nr);
	uint32_t nr = UINT32_MAX;
	size_t i = 0, of_this = 0;

	text_printf(t, "%s: ", arch ? arch : "unknown");
	render_action_add(changes[0].from, t);
	text_add_str(t, " → ");
	render_action_add(changes[0].to, t);
	text_add_str(t, "\n ");
	while (i < n && is_same_kind(&changes[0], &changes[i])) {
		of_this = changes[i].call.nr == nr ? of_this + 1 : 1;
		nr = changes[i].call.nr;
		if (of_this > SHOWN_MAX) {
			text_add_str(t, of_this == SHOWN_MAX + 1 ? " …" : "");
			i++;
			continue;
		}
		text_add_char(t, ' ');
		i += add_item(t, &changes[i], n - i);
	}
	text_add_char(t, '\n');
	return i;
}

void profile_changes_add_text(struct profile_changes *c, struct text *to)
{
	if (c->n == 0)
		text_add_str(to, "no decision differs\n");
	else
		qsort(c->items, c->n, sizeof(*c->items), compare_changes);
	for (size_t i = 0; i < c->n;)
		i += add_kind(to, &c->items[i], c->n - i);
}

int profile_diff_run(const struct profile_cmd *c)
{
	CLEANUP(profile_subject_free) struct profile_subject from = {0}, to = {0};
	CLEANUP(profile_changes_free) struct profile_changes changes = {0};
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	uint64_t start, compiled;
	int status = profile_subject_load(c, c->operands[0], &from);

	if (status == CMD_DONE)
		status = profile_subject_load(c, c->operands[1], &to);
	start = clock_monotonic_us();
	if (status == CMD_DONE)
		status = profile_subject_compile(c, NULL, &from);
	if (status == CMD_DONE)
		status = profile_subject_compile(c, NULL, &to);
	if (status != CMD_DONE)
		return status;
	compiled = clock_monotonic_us();
	if (profile_diff(from.filter, to.filter, profile_changes_add, &changes)) {
		log_error("out of memory");
		return CMD_FAILED;
	}
	log_debug("compiled both in %.1f ms, compared in %.1f ms", (double)(compiled - start) / 1e3,
		(double)(clock_monotonic_us() - compiled) / 1e3);
	if (c->output == PROFILE_OUTPUT_JSON)
		return profile_print_json(json_pack("{s:o}", "changed", profile_changes_json(&changes)));
	profile_changes_add_text(&changes, &text);
	return profile_print_text(&text);
}
