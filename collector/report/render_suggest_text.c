/* SPDX-License-Identifier: MIT */
/* Suggestions for people: a paragraph for each denied call, and the change that all of them come to. */
#include <inttypes.h>

#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

#define SHOWN_CHANGES 6
#define SHOWN_EXES    3

static void add_terminal(struct text *to, const char *s)
{
	text_add_terminal(to, span_from(s));
}

/* ---- evidence ---- */

static void add_times(struct text *to, const struct suggest_item *item)
{
	char first[CLOCK_TEXT_MAX], last[CLOCK_TEXT_MAX];

	clock_format_local(item->first, first);
	clock_format_local(item->last, last);
	if (strcmp(first, last) == 0)
		text_printf(to, "%" PRIu64 " × at %s", item->count, first);
	else
		text_printf(to, "%" PRIu64 " × from %s to %s", item->count, first, last);
}

static void add_exes(struct text *to, const struct suggest_item *item)
{
	size_t more = item->n_exes > SHOWN_EXES ? item->n_exes - SHOWN_EXES + item->n_more_exes : item->n_more_exes;

	for (size_t i = 0; i < item->n_exes && i < SHOWN_EXES; i++) {
		text_add_str(to, i ? ", " : " by ");
		add_terminal(to, item->exes[i].path);
	}
	if (more)
		text_printf(to, " and %zu more", more);
}

static void add_head(struct text *to, const struct suggest_item *item)
{
	if (item->syscall)
		add_terminal(to, item->syscall);
	else
		text_printf(to, "call %" PRIu32, item->call.nr);
	text_printf(to, " (%s, %s%s)\n", item->arch, event_action_name(item->action) ? event_action_name(item->action) :
		"no code", item->muted ? ", muted" : "");
	text_add_str(to, "  seen         ");
	add_times(to, item);
	add_exes(to, item);
	text_add_char(to, '\n');
}

static void add_args(struct text *to, const struct bpf_call *call, unsigned used)
{
	bool first = true;

	text_add_char(to, '(');
	for (unsigned i = 0; i < 6; i++) {
		if (!(used & 1u << i))
			continue;
		text_printf(to, "%sarg%u=0x%" PRIx64, first ? "" : ", ", i, call->args[i]);
		first = false;
	}
	text_add_char(to, ')');
}

static void add_evidence(struct text *to, const struct suggest_item *item)
{
	if (item->knowing != SUGGEST_UNKNOWN && item->used && item->n_asked) {
		text_printf(to, "  arguments    %s: ", suggest_knowing_name(item->knowing));
		for (size_t i = 0; i < item->n_asked && i < SHOWN_EXES; i++) {
			text_add_str(to, i ? ", " : "");
			add_args(to, &item->asked[i], item->used);
		}
		text_printf(to, "%s\n", item->n_asked > SHOWN_EXES || item->n_more_asked ? " …" : "");
	}
	text_add_str(to, "  decided by   ");
	text_add_str(to, item->decided_by[0] ? item->decided_by : "-");
	text_add_str(to, ": ");
	add_terminal(to, item->reason);
	text_printf(to, "\n  risk         %s: %s\n", item->risk, item->risk_reason);
}

/* ---- changes ---- */

static void add_action(struct text *to, uint32_t action)
{
	const char *name = profile_action_name(action), *error = names_errno(profile_action_errno(action));

	if (!name)
		text_printf(to, "0x%" PRIx32, action);
	else
		text_add_str(to, strncmp(name, "SCMP_ACT_", 9) == 0 ? name + 9 : name);
	if (profile_action_errno(action))
		text_printf(to, " %s", error ? error : "of no name");
}

static void add_change(struct text *to, const struct suggest_change *c)
{
	const struct bpf_call *call = &c->change.call;
	const char *name = profile_call_name(call), *arch = names_arch(call->arch, call->nr);

	text_printf(to, "      %s %s ", c->asked ? "asked" : "also ", arch ? arch : "unknown");
	if (name)
		text_add_str(to, name);
	else
		text_printf(to, "%" PRIu32, call->nr);
	if (c->change.used)
		add_args(to, call, c->change.used);
	text_add_str(to, ": ");
	add_action(to, c->change.from);
	text_add_str(to, " → ");
	add_action(to, c->change.to);
	text_add_char(to, '\n');
}

static void add_changes(struct text *to, const struct suggest_change *changes, size_t n)
{
	size_t shown = n <= SHOWN_CHANGES ? n : SHOWN_CHANGES - 1;

	for (size_t i = 0; i < shown; i++)
		add_change(to, &changes[i]);
	if (shown < n)
		text_printf(to, "      … and %zu more; --format json lists them all\n", n - shown);
}

static void add_option(struct text *to, const struct suggest_item *item, const struct suggest_option *o)
{
	text_printf(to, "  %s %-11s ", o->kind == item->recommended ? "→" : " ", suggest_kind_name(o->kind));
	add_terminal(to, o->title);
	text_add_char(to, '\n');
	if (o->line)
		text_printf(to, "      %s\n", o->line);
	add_changes(to, o->changed, o->n_changed);
}

/* ---- the whole ---- */

/* A tab is what the profile's author wrote; everything else is shown as it must be on a terminal. */
static void add_line(struct text *to, struct span line)
{
	while (line.len) {
		const char *tab = memchr(line.data, '\t', line.len);
		size_t n = tab ? (size_t)(tab - line.data) : line.len;

		text_add_terminal(to, (struct span){line.data, n});
		if (tab)
			text_add_char(to, '\t');
		line = span_from_offset(line, n + (tab != NULL));
	}
	text_add_char(to, '\n');
}

static void add_diff(struct text *to, const struct suggest *s)
{
	const char *line = s->diff;

	text_add_str(to, "The recommended changes together (--format diff, patch, or profile for the whole file):\n\n");
	while (*line) {
		size_t n = strcspn(line, "\n");

		add_line(to, (struct span){line, n});
		line += n + (line[n] == '\n');
	}
}

static void add_foot(struct text *to, const struct suggest *s)
{
	if (s->caution) {
		text_add_str(to, "Mind: ");
		add_terminal(to, s->caution);
		text_add_char(to, '\n');
	}
	if (s->n_muted)
		text_printf(to, "%" PRIu64 " muted as known noise; --all shows them too.\n", s->n_muted);
	if (s->n_left_out)
		text_printf(to, "%" PRIu64 " more were not looked into; --syscall asks for some of them, --limit for more.\n",
			s->n_left_out);
	if (s->n_executed)
		text_printf(to, "%" PRIu64 " events were logged and executed, as the profile has it; --profile FILE asks what another one "
			"would do.\n", s->n_executed);
	if (s->n_undecidable)
		text_printf(to, "%" PRIu64 " events say no syscall or no architecture, so nothing can be said about them.\n",
			s->n_undecidable);
}

void render_suggest_add_text(const struct suggest *s, struct text *to)
{
	text_add_str(to, s->text ? "Profile: " : "Unit: ");
	add_terminal(to, s->source);
	if (s->text)
		text_printf(to, " (%s, sha256 %.12s)", s->format, s->sha256);
	text_add_str(to, "\n\n");
	for (size_t i = 0; i < s->n_items; i++) {
		const struct suggest_item *item = &s->items[i];

		add_head(to, item);
		add_evidence(to, item);
		for (size_t k = 0; k < item->n_options; k++)
			add_option(to, item, &item->options[k]);
		text_add_char(to, '\n');
	}
	if (s->n_items == 0)
		text_add_str(to, "Nothing that was recorded was denied by it.\n");
	if (s->diff && *s->diff)
		add_diff(to, s);
	add_foot(to, s);
}
