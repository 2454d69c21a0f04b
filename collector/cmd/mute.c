/* SPDX-License-Identifier: MIT */
/* mute: what the user calls known noise. */
#include <pwd.h>
#include <stdio.h>

#include "cmd.h"
#include "seccompwatch/log.h"
#include "seccompwatch/render.h"

enum {
	MUTE_SUBJECT, /* + enum marks_scope */
	MUTE_ARCH = MUTE_SUBJECT + MARKS_UNIT + 1,
	MUTE_ACTION,
	MUTE_NOTE,
	MUTE_UNDO,
	MUTE_FORMAT,
};

static const struct option_row mute_options[] = {
	{"container", 0, MUTE_SUBJECT + MARKS_CONTAINER, "NAME", "only in containers of that name, or in the one of that id", NULL},
	{"image", 0, MUTE_SUBJECT + MARKS_IMAGE, "IMAGE", "only in containers of that image", NULL},
	{"unit", 0, MUTE_SUBJECT + MARKS_UNIT, "UNIT", "only in that systemd unit", NULL},
	{"arch", 0, MUTE_ARCH, "ARCH", "only calls of that architecture", NULL},
	{"action", 0, MUTE_ACTION, "ACTION", "only what was answered with that action",
		"kill_process kill_thread trap errno user_notif trace log unknown"},
	{"note", 0, MUTE_NOTE, "TEXT", "why, for whoever reads the list", NULL},
	{"undo", 0, MUTE_UNDO, NULL, "unmute: the arguments are numbers from the list", NULL},
	{"format", 0, MUTE_FORMAT, "FORMAT", "of the list: table or json (default: table)", "table json"},
	{0},
};

struct mute {
	struct marks_mute what; /* but for its syscall */
	bool undo, json;
};

static void mute_free(struct mute *m)
{
	marks_mute_free(&m->what);
}

static int keep(char **field, const char *value)
{
	char *copy = strdup(value);

	free(*field);
	*field = copy;
	return copy ? 0 : -ENOMEM;
}

static int take_subject(struct mute *m, enum marks_scope scope, const char *value, struct text *why)
{
	if (m->what.scope != MARKS_EVERYWHERE && m->what.scope != scope) {
		text_printf(why, "--%s and --%s: one at a time", marks_scope_name(m->what.scope), marks_scope_name(scope));
		return -EINVAL;
	}
	m->what.scope = scope;
	return keep(&m->what.subject, value);
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct mute *m = data;

	switch (row->id) {
	case MUTE_ARCH:
		return keep(&m->what.arch, value);
	case MUTE_ACTION:
		return keep(&m->what.action, value);
	case MUTE_NOTE:
		return keep(&m->what.note, value);
	case MUTE_UNDO:
		m->undo = true;
		return 0;
	case MUTE_FORMAT:
		m->json = strcmp(value, "json") == 0;
		if (!m->json && strcmp(value, "table") != 0) {
			text_printf(why, "--format takes table or json, not \"%s\"", value);
			return -EINVAL;
		}
		return 0;
	default:
		return take_subject(m, (enum marks_scope)(row->id - MUTE_SUBJECT), value, why);
	}
}

static int fail(int error, const struct text *why)
{
	log_error("mute: %s", why->len > 0 ? why->data : strerror(-error));
	return CMD_FAILED;
}

static int list(const char *db, bool json)
{
	CLEANUP_TEXT struct text out = TEXT_EMPTY, why = TEXT_EMPTY;
	CLEANUP_MARKS struct marks marks = MARKS_EMPTY;
	CLEANUP_FREE char *dump = NULL;
	int r = marks_read(db, &marks, &why);

	if (r < 0)
		return fail(r, &why);
	if (json) {
		json_t *document = json_pack("{s:o}", "mutes", render_mutes_json(&marks));

		dump = document ? json_dumps(document, JSON_INDENT(2)) : NULL;
		json_decref(document);
		text_printf(&out, "%s\n", dump ? dump : "");
		out.failed = out.failed || !dump;
	} else {
		render_mutes_add_text(&marks, &out);
	}
	if (out.failed)
		return fail(-ENOMEM, &why);
	if (marks.n == 0)
		log_info("nothing is muted");
	return fputs(out.data ? out.data : "", stdout) < 0 || fflush(stdout) != 0 ? CMD_FAILED : CMD_DONE;
}

/* Whoever became root is named too. */
static const char *author(void)
{
	const char *before = getenv("SUDO_USER");
	struct passwd *user = getpwuid(geteuid());

	if (geteuid() == 0 && before && *before && strlen(before) <= 64)
		return before;
	return user ? user->pw_name : "?";
}

static int mute_one(const char *db, struct mute *m, const char *syscall)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY, words = TEXT_EMPTY;
	int64_t id;
	int r = keep(&m->what.syscall, syscall);

	if (r == 0)
		r = marks_mute(db, &m->what, &id, &why);
	if (r < 0)
		return fail(r, &why);
	render_mute_add_words(&m->what, &words);
	log_info("%s: %s (mute --undo %lld takes it back)", r == MARKS_E_KNOWN ? "is muted already" : "muted",
		words.data ? words.data : "", (long long)id);
	return CMD_DONE;
}

static int unmute_one(const char *db, const char *number)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	uint64_t id;
	int r = text_to_u64(span_from(number), INT64_MAX, &id);

	if (r < 0)
		text_printf(&why, "--undo takes numbers from the list, not \"%.64s\"", number);
	else
		r = marks_unmute(db, (int64_t)id, &why);
	if (r < 0)
		return fail(r, &why);
	log_info("%s is not muted any more", number);
	return CMD_DONE;
}

static bool has_details(const struct marks_mute *what)
{
	return what->subject || what->arch || what->action || what->note;
}

static int run(struct cmd_line *line)
{
	CLEANUP(mute_free) struct mute m = {0};
	CLEANUP_FREE char *db = NULL;
	int status = CMD_DONE;

	if (cmd_parse(line, take, &m, &status) < 0)
		return status;
	if (m.undo && (line->n_operands == 0 || has_details(&m.what)))
		return cmd_usage(line, "--undo takes the numbers that the list shows, and nothing else");
	if (!m.undo && line->n_operands == 0 && has_details(&m.what))
		return cmd_usage(line, "which system call?");
	db = cmd_db_path(line);
	if (!db || keep(&m.what.author, author()) < 0)
		return CMD_FAILED;
	m.what.time = clock_now();
	if (line->n_operands == 0)
		return list(db, m.json);
	for (size_t i = 0; i < line->n_operands && status == CMD_DONE; i++)
		status = m.undo ? unmute_one(db, line->operands[i]) : mute_one(db, &m, line->operands[i]);
	return status;
}

static const struct option_row *const tables[] = {mute_options, NULL};

const struct cmd cmd_mute = {
	.name = "mute",
	.operands = "[SYSCALL…|NUMBER…]",
	.summary = "known noise: propose nothing for it, until it is unmuted",
	.text = "Without arguments lists what is muted. With system calls mutes their violations: everywhere, or in one "
		"container, image or unit; on every architecture and for every action, or for one. Muted violations are "
		"stored, counted and shown like others; `suggest` leaves them out.\n\n"
		"--undo with numbers from the list unmutes. The marks lie in marks/marks.db beside the database, in a directory "
		"that belongs to the user of `serve`: whoever may write there may mute.",
	.options = tables,
	.run = run,
};
