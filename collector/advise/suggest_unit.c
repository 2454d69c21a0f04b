/* SPDX-License-Identifier: MIT */
/* A systemd unit's filter is made of SystemCallFilter= lines. Which ones is not known here, so there is nothing to prove;
 * but one more line has the same meaning whether the unit lists what is allowed or what is denied: the first line says
 * which, later ones put names on the list or take them off (systemd.exec(5)). */
#include <linux/seccomp.h>

#include "suggest_internal.h"

static int add_line(struct suggest_item *item, enum suggest_kind kind, struct text *title, struct text *line)
{
	int r = suggest_add_option(item, kind, text_take(title), strdup("[]"), NULL);

	if (r == 0 && line->len)
		item->options[item->n_options - 1].line = text_take(line);
	text_free(line);
	return r ? r : line->failed ? -ENOMEM : 0;
}

static int offer_enosys(struct suggest_case *c)
{
	struct text title = TEXT_EMPTY, line = TEXT_EMPTY;

	text_printf(&title, "Answer ENOSYS, so that programs fall back to %s; for units that list what is denied (~): those "
		"that list what is allowed have one errno for all else, SystemCallErrorNumber=", c->known->fallback);
	text_printf(&line, "SystemCallFilter=~%s:ENOSYS", c->item->syscall);
	return add_line(c->item, SUGGEST_ENOSYS, &title, &line);
}

static int offer_allow(struct suggest_case *c)
{
	const char *group = knowledge_systemd_group(span_from(c->item->syscall), 0);
	struct text title = TEXT_EMPTY, line = TEXT_EMPTY;

	text_printf(&title, "Allow %s", c->item->syscall);
	if (group)
		text_printf(&title, " alone; its group would be SystemCallFilter=%s", group);
	text_printf(&line, "SystemCallFilter=%s", c->item->syscall);
	return add_line(c->item, SUGGEST_ALLOW, &title, &line);
}

/* systemd's word for the architectures that are not the machine's own. */
static int offer_arch(struct suggest_case *c)
{
	struct text title = TEXT_EMPTY, line = TEXT_EMPTY;

	text_printf(&title, "Permit programs of %s, if SystemCallArchitectures= is what kills them", c->item->arch);
	text_printf(&line, "SystemCallArchitectures=native %s", strcmp(c->arch->name, "SCMP_ARCH_X86_64") == 0 ? "x86-64" :
		c->item->arch);
	return add_line(c->item, SUGGEST_ARCHITECTURE, &title, &line);
}

int suggest_offer_lines(const struct suggest_request *request, struct suggest_case *c)
{
	struct suggest_item *item = c->item;
	bool high = c->known && c->known->risk != KNOWLEDGE_RISK_LOW && c->known->risk != KNOWLEDGE_RISK_MEDIUM;
	int r = suggest_add_option(item, SUGGEST_KEEP, strdup("Keep it denied"), strdup("[]"), NULL);

	for (size_t i = 0; item->syscall && i < request->n_allow; i++)
		high &= strcmp(request->allow[i], item->syscall) != 0;
	item->reason = strdup(item->mode == EVENT_MODE_STRICT
		? "the program has put itself into seccomp's strict mode, which no unit has a part in"
		: "a systemd unit's filter is made of its SystemCallFilter= and SystemCallArchitectures= lines, or of those of "
		  "options such as ProtectKernelModules=, and is not known here; the program may also bring its own");
	if (!item->reason)
		return -ENOMEM;
	if (item->mode == EVENT_MODE_STRICT)
		return r;
	if (r == 0 && item->syscall && c->known && c->known->fallback)
		r = offer_enosys(c);
	if (r == 0 && item->syscall)
		r = offer_allow(c);
	if (r == 0 && c->arch && profile_arch_host(c->arch) != c->arch)
		r = offer_arch(c);
	item->recommended = suggest_find_option(item, SUGGEST_ENOSYS) ? SUGGEST_ENOSYS :
			    c->known && !high && item->syscall ? SUGGEST_ALLOW : SUGGEST_KEEP;
	return r;
}
