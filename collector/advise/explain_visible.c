/* SPDX-License-Identifier: MIT */
/* What could have been seen: an answer of "nothing" is worth only as much as this. */
#include <jansson.h>

#include "explain_internal.h"

static bool has_log_flag(const json_t *profile)
{
	const json_t *flag;
	size_t i;

	json_array_foreach(json_object_get(profile, "flags"), i, flag)
	{
		const char *name = json_string_value(flag);

		if (name && strcmp(name, "SECCOMP_FILTER_FLAG_LOG") == 0)
			return true;
	}
	return false;
}

/* Kernel: only kills and LOG are recorded without the filter's LOG flag (kernel/seccomp.c, seccomp_log). */
static bool is_silent(const char *action)
{
	static const char *const silent[] = {"SCMP_ACT_ERRNO", "SCMP_ACT_TRAP", "SCMP_ACT_TRACE", "SCMP_ACT_NOTIFY"};

	for (size_t i = 0; action && i < ARRAY_SIZE(silent); i++)
		if (strcmp(action, silent[i]) == 0)
			return true;
	return false;
}

static const char *silent_action(const json_t *profile)
{
	const char *fallback = json_string_value(json_object_get(profile, "defaultAction"));
	const json_t *rule;
	size_t i;

	if (is_silent(fallback))
		return fallback;
	json_array_foreach(json_object_get(profile, "syscalls"), i, rule)
	{
		const char *action = json_string_value(json_object_get(rule, "action"));

		if (is_silent(action))
			return action;
	}
	return NULL;
}

bool explain_hides_denials(const char *text)
{
	json_t *profile = json_loads(text, 0, NULL);
	bool hides = silent_action(profile) && !has_log_flag(profile);

	json_decref(profile);
	return hides;
}

static void add_profile_visibility(struct text *t, const char *text)
{
	json_t *profile = json_loads(text, 0, NULL);
	const char *action = silent_action(profile);

	if (action && !has_log_flag(profile))
		text_printf(t, " The profile answers with %s and does not set SECCOMP_FILTER_FLAG_LOG, so those answers leave "
			       "no record: only kills and logged calls can be seen.", action);
	json_decref(profile);
}

/* Whether the whole of its life could be seen. */
static void add_watched(struct text *t, const struct explain_facts *facts)
{
	const struct query_container *c = facts->request->container;

	if (!facts->status.processes.watching && facts->status.processes.told)
		text_add_str(t, " Processes are asked of /proc alone: what was gone before it could be asked is recorded without "
				"its container.");
	if (facts->request->unseen)
		text_add_str(t, " No collector saw this container: it ran while none did, so a violation of it left nothing here.");
	else if (c && c->started != CLOCK_NONE)
		text_add_str(t, c->ended != CLOCK_NONE ? " This container was watched from its start to its end."
						       : " This container has been watched from its start.");
}

char *explain_visible_sentence(const struct explain_facts *facts)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	const struct query_status *status = &facts->status;
	char when[CLOCK_TEXT_MAX];

	if (status->running && status->since != CLOCK_NONE) {
		clock_format(status->since, when);
		text_printf(&t, "A collector has been watching since %s.", when);
	} else if (status->alive != CLOCK_NONE) {
		clock_format(status->alive, when);
		text_printf(&t, "No collector is running; the last one was seen at %s.", when);
	} else {
		text_add_str(&t, "No collector has ever run on this database; what it holds was imported.");
	}
	add_watched(&t, facts);
	if (facts->profile)
		add_profile_visibility(&t, facts->profile);
	return text_take(&t);
}

static bool is_unattributed(const struct explain_facts *facts)
{
	bool any = false;

	for (size_t i = 0; i < facts->n_rows; i++)
		any |= facts->rows[i].signature->attribution != EVENT_ATTRIBUTION_NONE;
	return facts->n_rows > 0 && !any;
}

char *explain_profile_sentence(const struct explain_facts *facts)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	json_t *profile = facts->profile ? json_loads(facts->profile, 0, NULL) : NULL;
	const char *action = json_string_value(json_object_get(profile, "defaultAction"));
	size_t rules = json_array_size(json_object_get(profile, "syscalls"));

	if (action)
		text_printf(&t, "A profile with %zu %s and %s as its default was in force.", rules,
			rules == 1 ? "rule" : "rules", action);
	else if (!facts->container && is_unattributed(facts))
		text_add_str(&t, "Whose process it was is not recorded, so which profile was in force is not known: a log says "
				 "nothing of containers.");
	else if (!facts->container)
		text_add_str(&t, "The process belongs to no container that is known, so its filter is its own or its service "
				 "manager's.");
	else if (facts->container->has_spec && !facts->profile)
		text_add_str(&t, "The container was started without a seccomp profile: a filter that decided is the program's "
				 "own.");
	else
		text_add_str(&t, "The profile in force is not known: the container was gone before its specification could be "
				 "read.");
	json_decref(profile);
	return text_take(&t);
}
