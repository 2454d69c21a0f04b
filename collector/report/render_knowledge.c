/* SPDX-License-Identifier: MIT */
/* What is known of a call: {"syscall","group","risk","risk_reason","capability","fallback","since","systemd_groups"}. */
#include "seccompwatch/knowledge.h"

#include <stdio.h>

#include "seccompwatch/render.h"

#define SINCE_MAX 16

static const char *since_text(const struct knowledge *k, char ret[static SINCE_MAX])
{
	if (!k->since)
		return NULL;
	snprintf(ret, SINCE_MAX, "%u.%u", k->since >> 16, k->since & 0xffff);
	return ret;
}

json_t *render_knowledge_json(const struct knowledge *k)
{
	const char *group;
	char since[SINCE_MAX];
	json_t *groups;

	if (!k)
		return json_null();
	groups = json_array();
	for (size_t i = 0; (group = knowledge_systemd_group(span_from(k->name), i)); i++)
		json_array_append_new(groups, json_string(group));
	return json_pack("{s:s, s:s?, s:s, s:s?, s:s?, s:s?, s:s?, s:o}", "syscall", k->name, "group", k->group, "risk",
		knowledge_risk_name(k->risk), "risk_reason", k->why, "capability", k->capability, "fallback", k->fallback,
		"since", since_text(k, since), "systemd_groups", groups);
}

/* "process, high risk: WHY (CAP_SYS_ADMIN; falls back to clone; since 5.3)"; nothing when nothing is known. */
void render_knowledge_add_text(const struct knowledge *k, struct text *to)
{
	char since[SINCE_MAX];
	const struct {
		const char *before, *what;
	} facts[] = {{"", k->capability}, {"falls back to ", k->fallback}, {"since ", since_text(k, since)}};
	const char *separator = " (";

	if (k->risk == KNOWLEDGE_RISK_UNKNOWN)
		return;
	text_printf(to, "%s, %s risk: %s", k->group, knowledge_risk_name(k->risk), k->why);
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++) {
		if (!facts[i].what)
			continue;
		text_printf(to, "%s%s%s", separator, facts[i].before, facts[i].what);
		separator = "; ";
	}
	if (separator[0] == ';')
		text_add_char(to, ')');
}
