/* SPDX-License-Identifier: MIT */
#include "seccompwatch/render.h"

json_t *render_mute_json(const struct marks_mute *mute)
{
	char time[CLOCK_TEXT_MAX];
	const char *subjects[] = {
		[MARKS_EVERYWHERE] = NULL,
		[MARKS_CONTAINER] = mute->scope == MARKS_CONTAINER ? mute->subject : NULL,
		[MARKS_IMAGE] = mute->scope == MARKS_IMAGE ? mute->subject : NULL,
		[MARKS_UNIT] = mute->scope == MARKS_UNIT ? mute->subject : NULL,
	};

	clock_format(mute->time, time);
	return json_pack("{s:I, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s, s:s?}", "id", (json_int_t)mute->id, "container",
		subjects[MARKS_CONTAINER], "image", subjects[MARKS_IMAGE], "unit", subjects[MARKS_UNIT], "syscall",
		mute->syscall, "arch", mute->arch, "action", mute->action, "note", mute->note, "time", time, "by", mute->author);
}

json_t *render_mutes_json(const struct marks *marks)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < marks->n; i++)
		if (json_array_append_new(list, render_mute_json(&marks->mutes[i])) < 0) {
			json_decref(list);
			list = NULL;
		}
	return list;
}

/* "mkdir on x86_64, action errno, in container web" */
void render_mute_add_words(const struct marks_mute *mute, struct text *to)
{
	text_add_terminal(to, span_from(mute->syscall));
	if (mute->arch)
		text_printf(to, " on %s", mute->arch);
	if (mute->action)
		text_printf(to, ", action %s", mute->action);
	if (mute->scope == MARKS_EVERYWHERE) {
		text_add_str(to, ", everywhere");
		return;
	}
	text_printf(to, ", in %s ", marks_scope_name(mute->scope));
	text_add_terminal(to, span_from(mute->subject));
}

void render_mutes_add_text(const struct marks *marks, struct text *to)
{
	for (size_t i = 0; i < marks->n; i++) {
		const struct marks_mute *mute = &marks->mutes[i];
		char time[CLOCK_TEXT_MAX];

		clock_format_local(mute->time, time);
		text_printf(to, "%4lld  %s  ", (long long)mute->id, time);
		render_mute_add_words(mute, to);
		text_add_str(to, "  (by ");
		text_add_terminal(to, span_from(mute->author));
		text_add_char(to, ')');
		if (mute->note) {
			text_add_str(to, ": ");
			text_add_terminal(to, span_from(mute->note));
		}
		text_add_char(to, '\n');
	}
}
