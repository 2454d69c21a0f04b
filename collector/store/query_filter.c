/* SPDX-License-Identifier: MIT */
/* What the user may ask for, checked before anything is read. */
#include <pwd.h>
#include <stdio.h>

#include "query_internal.h"
#include "seccompwatch/names.h"

static const char *const field_names[] = {
	[QUERY_CONTAINER] = "container",
	[QUERY_RUNTIME] = "runtime",
	[QUERY_UNIT] = "unit",
	[QUERY_SYSCALL] = "syscall",
	[QUERY_ARCH] = "arch",
	[QUERY_ACTION] = "action",
	[QUERY_OUTCOME] = "outcome",
	[QUERY_EXE] = "exe",
	[QUERY_COMM] = "comm",
	[QUERY_PID] = "pid",
	[QUERY_UID] = "uid",
	[QUERY_HOST] = "host",
	[QUERY_TEXT] = "text",
	[QUERY_HOUR] = "hour",
	[QUERY_DAY] = "day",
};
_Static_assert(ARRAY_SIZE(field_names) == QUERY_FIELD_N, "a name for each field");

const char *query_field_name(enum query_field f)
{
	return (unsigned)f < QUERY_FIELD_N ? field_names[f] : NULL;
}

int query_field_from_name(struct span name)
{
	for (size_t i = 0; i < QUERY_FIELD_N; i++)
		if (span_equal(span_from(field_names[i]), name))
			return (int)i;
	return -EINVAL;
}

void query_filter_free(struct query_filter *f)
{
	for (size_t i = 0; i < QUERY_FIELD_FILTERS; i++) {
		for (size_t k = 0; k < f->fields[i].n; k++)
			free(f->fields[i].values[k]);
		free(f->fields[i].values);
	}
	*f = QUERY_FILTER_ANY;
}

/* Each takes a value as the user wrote it and appends the form that is compared; -EINVAL for what cannot be one. */
typedef int (*canonical_fn)(struct span value, struct text *ret);

static int canonical_text(struct span value, struct text *ret)
{
	text_add(ret, value);
	return 0;
}

/* Stored texts are escaped. Raw bytes and escapes both find them: \x2c is how to write a comma. */
static int canonical_escaped(struct span value, struct text *ret)
{
	CLEANUP_TEXT struct text raw = TEXT_EMPTY;
	int r = text_add_unescaped(&raw, value);

	if (r == 0)
		text_add_escaped(ret, text_span(&raw));
	return r;
}

/* What people paste is a stored text as they saw it, or the bytes themselves. */
static int canonical_words(struct span value, struct text *ret)
{
	if (canonical_escaped(value, ret) == -EINVAL) {
		text_reset(ret);
		text_add_escaped(ret, value);
	}
	return 0;
}

static int canonical_runtime(struct span value, struct text *ret)
{
	text_add(ret, value);
	return event_runtime_from_name(value) < 0 ? -EINVAL : 0;
}

static int canonical_action(struct span value, struct text *ret)
{
	text_add(ret, value);
	return event_action_from_name(value) < 0 ? -EINVAL : 0;
}

static int canonical_outcome(struct span value, struct text *ret)
{
	text_add(ret, value);
	return event_outcome_from_name(value) < 0 ? -EINVAL : 0;
}

static int canonical_arch(struct span value, struct text *ret)
{
	uint64_t number;
	uint32_t arch;

	if (span_equal(value, SPAN("x32"))) {
		text_add(ret, value);
	} else if (names_arch_from_name(value, &arch) == 0 && names_arch(arch, 0)) {
		text_add_str(ret, names_arch(arch, 0));
	} else if (span_starts(value, SPAN("0x")) && text_to_u64_hex(value, UINT32_MAX, &number) == 0) {
		const char *name = names_arch((uint32_t)number, 0);

		if (name)
			text_add_str(ret, name);
		else
			text_printf(ret, "0x%" PRIx64, number);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int canonical_number(struct span value, uint64_t max, struct text *ret)
{
	uint64_t number;

	if (text_to_u64(value, max, &number) < 0)
		return -EINVAL;
	text_printf(ret, "%" PRIu64, number);
	return 0;
}

static int canonical_pid(struct span value, struct text *ret)
{
	return canonical_number(value, INT32_MAX, ret);
}

static int canonical_uid(struct span value, struct text *ret)
{
	CLEANUP_FREE char *name = strndup(value.data, value.len);
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (!name)
		return -ENOMEM;
	if (canonical_number(value, UINT32_MAX - 1, ret) == 0)
		return 0;
	if (getpwnam_r(name, &entry, buffer, sizeof(buffer), &found) != 0 || !found)
		return -EINVAL;
	text_printf(ret, "%u", found->pw_uid);
	return 0;
}

static const struct {
	canonical_fn canonical;
	const char *wants;
} rules[QUERY_FIELD_FILTERS] = {
	[QUERY_CONTAINER] = {canonical_text, "a container's name or the head of its id"},
	[QUERY_RUNTIME] = {canonical_runtime,
		"one of docker containerd cri-o podman lxc nspawn libvirt garden ecs nomad unknown"},
	[QUERY_UNIT] = {canonical_text, "a systemd unit"},
	[QUERY_SYSCALL] = {canonical_text, "a system call's name or number"},
	[QUERY_ARCH] = {canonical_arch, "an architecture such as x86_64, x86, x32, aarch64, arm"},
	[QUERY_ACTION] = {canonical_action, "one of kill_process kill_thread trap errno user_notif trace log unknown"},
	[QUERY_OUTCOME] = {canonical_outcome, "one of killed signalled denied notified traced executed unknown"},
	[QUERY_EXE] = {canonical_escaped, "a path; \\xNN stands for a byte, \\\\ for a backslash"},
	[QUERY_COMM] = {canonical_escaped, "a name; \\xNN stands for a byte, \\\\ for a backslash"},
	[QUERY_PID] = {canonical_pid, "a process id"},
	[QUERY_UID] = {canonical_uid, "a user id, or a user's name on this machine"},
	[QUERY_HOST] = {canonical_text, "a host's name"},
	[QUERY_TEXT] = {canonical_words, "words to look for"},
};

static int add_value(struct query_filter *f, enum query_field field, struct span value, struct text *why)
{
	struct query_values *list = &f->fields[field];
	struct text canonical = TEXT_EMPTY;
	char **values, *copy;
	int r = value.len > 0 && !memchr(value.data, 0, value.len) ? rules[field].canonical(value, &canonical) : -EINVAL;

	copy = text_take(&canonical);
	if (r == -EINVAL)
		text_printf(why, "\"%.*s\" is no %s: it must be %s", (int)MIN(value.len, (size_t)200), value.data,
			field_names[field], rules[field].wants);
	values = r == 0 && copy ? realloc(list->values, (list->n + 1) * sizeof(*values)) : NULL;
	if (!values) {
		free(copy);
		return r < 0 ? r : -ENOMEM;
	}
	list->values = values;
	list->values[list->n++] = copy;
	return 0;
}

int query_filter_add(struct query_filter *f, enum query_field field, struct span values, struct text *why)
{
	int r = 0;

	if ((unsigned)field >= QUERY_FIELD_FILTERS)
		return -EINVAL;
	for (bool more = true; r == 0 && more;) {
		const char *comma = values.len ? memchr(values.data, ',', values.len) : NULL;
		size_t n = comma ? (size_t)(comma - values.data) : values.len;

		r = add_value(f, field, (struct span){values.data ? values.data : "", n}, why);
		values = span_from_offset(values, n + 1);
		more = comma != NULL;
	}
	return r;
}

int query_filter_time(struct query_filter *f, bool until, struct span value, int64_t now, struct text *why)
{
	int64_t time;

	if (clock_parse_point(value, now, &time) < 0) {
		text_printf(why,
			"\"%.*s\" is no time: it must be a date such as 2026-11-23T11:12:00Z, seconds since 1970, or an age such "
			"as 90s 15m 2h 7d",
			(int)MIN(value.len, (size_t)200), value.data ? value.data : "");
		return -EINVAL;
	}
	*(until ? &f->until : &f->since) = MAX(time, (int64_t)0);
	return 0;
}

/* Whether any action asked for has any outcome asked for. */
static bool outcomes_agree(const struct query_values *actions, const struct query_values *outcomes)
{
	for (size_t a = 0; a < actions->n; a++)
		for (size_t o = 0; o < outcomes->n; o++) {
			int action = event_action_from_name(span_from(actions->values[a]));
			int outcome = event_outcome_from_name(span_from(outcomes->values[o]));

			if (action >= 0 && (int)event_outcome_of((enum event_action)action) == outcome)
				return true;
		}
	return actions->n == 0 || outcomes->n == 0;
}

int query_filter_check(const struct query_filter *f, struct text *why)
{
	const struct query_values *actions = &f->fields[QUERY_ACTION], *outcomes = &f->fields[QUERY_OUTCOME];
	char since[CLOCK_TEXT_MAX], until[CLOCK_TEXT_MAX];

	if (f->since != CLOCK_NONE && f->until != CLOCK_NONE && f->since >= f->until) {
		clock_format(f->since, since);
		clock_format(f->until, until);
		text_printf(why, "since (%s) is not before until (%s)", since, until);
		return -EINVAL;
	}
	if (!outcomes_agree(actions, outcomes)) {
		int action = event_action_from_name(span_from(actions->values[0]));

		text_printf(why, "action %s never has the outcome %s: it means %s", actions->values[0], outcomes->values[0],
			event_outcome_name(event_outcome_of((enum event_action)action)));
		return -EINVAL;
	}
	return 0;
}
