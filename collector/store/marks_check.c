/* SPDX-License-Identifier: MIT */
/* What can be muted, and what a mute covers. Pure. */
#include "seccompwatch/marks.h"
#include "seccompwatch/names.h"

static const char *const scope_names[] = {
	[MARKS_EVERYWHERE] = "everywhere",
	[MARKS_CONTAINER] = "container",
	[MARKS_IMAGE] = "image",
	[MARKS_UNIT] = "unit",
};

const char *marks_scope_name(enum marks_scope scope)
{
	return (size_t)scope < ARRAY_SIZE(scope_names) ? scope_names[scope] : "?";
}

void marks_mute_free(struct marks_mute *mute)
{
	free(mute->subject);
	free(mute->syscall);
	free(mute->arch);
	free(mute->action);
	free(mute->note);
	free(mute->author);
	*mute = (struct marks_mute){0};
}

void marks_free(struct marks *m)
{
	for (size_t i = 0; i < m->n; i++)
		marks_mute_free(&m->mutes[i]);
	free(m->mutes);
	*m = MARKS_EMPTY;
}

/* ---- what a mute covers -------------------------------------------------------------------------------------- */

static bool is(const char *wanted, const char *given)
{
	return wanted && given && strcmp(wanted, given) == 0;
}

static bool covers_subject(const struct marks_mute *mute, const struct marks_kind *kind)
{
	switch (mute->scope) {
	case MARKS_EVERYWHERE:
		return true;
	case MARKS_CONTAINER:
		return is(mute->subject, kind->container) || is(mute->subject, kind->container_id);
	case MARKS_IMAGE:
		return is(mute->subject, kind->image);
	case MARKS_UNIT:
		return is(mute->subject, kind->unit);
	}
	return false;
}

const struct marks_mute *marks_find(const struct marks *m, const struct marks_kind *kind)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct marks_mute *mute = &m->mutes[i];

		if (is(mute->syscall, kind->syscall) && (!mute->arch || is(mute->arch, kind->arch)) &&
			(!mute->action || is(mute->action, kind->action)) && covers_subject(mute, kind))
			return mute;
	}
	return NULL;
}

/* ---- what can be one ----------------------------------------------------------------------------------------- */

static bool is_line(const char *s, size_t max)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < ' ' || s[i] == 0x7f)
			return false;
	return len <= max && text_is_utf8((struct span){s, len});
}

static bool is_arch(const char *arch)
{
	uint32_t value;

	return strcmp(arch, "x32") == 0 || (names_arch_from_name(span_from(arch), &value) == 0 &&
		names_arch(value, 0) && strcmp(names_arch(value, 0), arch) == 0);
}

/* A name that no architecture has would silently cover nothing. */
static bool is_syscall(const char *name, const char *arch)
{
	static const char *const arches[] = {"x86_64", "x86", "aarch64", "arm", "riscv64", "s390x", "ppc64le", "mips"};
	uint32_t value;
	int64_t number;

	if (arch)
		return names_arch_from_name(span_from(arch), &value) == 0 &&
			names_syscall_number(value, span_from(name), &number) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (is_syscall(name, arches[i]))
			return true;
	return false;
}

static int refuse(const char *field, const char **ret_field)
{
	*ret_field = field;
	return -EINVAL;
}

static int check_names(const struct marks_mute *mute, const char **ret_field, struct text *why)
{
	if (mute->arch && !is_arch(mute->arch)) {
		text_printf(why, "\"%.64s\" is no architecture such as x86_64, x86, x32, aarch64, arm", mute->arch);
		return refuse("arch", ret_field);
	}
	if (!mute->syscall || !is_syscall(mute->syscall, mute->arch)) {
		text_printf(why, "\"%.64s\" is no system call's name or number", mute->syscall ? mute->syscall : "");
		return refuse("syscall", ret_field);
	}
	if (mute->action && event_action_from_name(span_from(mute->action)) < 0) {
		text_printf(why, "\"%.64s\" is none of kill_process kill_thread trap errno user_notif trace log unknown",
			mute->action);
		return refuse("action", ret_field);
	}
	return 0;
}

int marks_check(const struct marks_mute *mute, const char **ret_field, struct text *why)
{
	if (mute->scope != MARKS_EVERYWHERE &&
		(!mute->subject || *mute->subject == '\0' || !is_line(mute->subject, MARKS_SUBJECT_MAX))) {
		text_printf(why, "the %s's name is empty, longer than %d bytes, or has control characters",
			marks_scope_name(mute->scope), MARKS_SUBJECT_MAX);
		return refuse(marks_scope_name(mute->scope), ret_field);
	}
	if (mute->note && !is_line(mute->note, MARKS_NOTE_MAX)) {
		text_printf(why, "the note is longer than %d bytes, or not one line of text", MARKS_NOTE_MAX);
		return refuse("note", ret_field);
	}
	return check_names(mute, ret_field, why);
}
