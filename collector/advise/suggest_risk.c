/* SPDX-License-Identifier: MIT */
/* How dangerous it is to permit a call: what is known of it, unless its arguments say more. */
#include "suggest_internal.h"

/* clone is harmless but for these flags; whoever has no record of them must think of them. */
static bool may_make_namespaces(const struct suggest_case *c)
{
	const struct suggest_item *item = c->item;

	if (!item->syscall || strcmp(item->syscall, "clone") != 0 || !(item->used & 1))
		return false;
	for (size_t i = 0; i < item->n_asked; i++)
		if (item->asked[i].args[0] & SUGGEST_NAMESPACES)
			return true;
	return item->n_more_asked > 0;
}

/* Values of one argument with which a call that can do harm does none. Sources: moby's default profile for personality;
 * the protocol families that every libc opens. */
static const struct {
	const char *syscall;
	unsigned arg;
	uint64_t values[6];
	size_t n;
	const char *why;
} harmless[] = {
	{"personality", 0, {0, 0x8, 0x20000, 0x20008, 0xffffffff}, 5,
		"with these values it only asks, or changes how uname answers: moby's default profile allows them to everybody"},
	{"socket", 0, {1, 2, 10, 16}, 4,
		"these protocol families (unix, inet, inet6, netlink) are what every libc opens"},
};

static bool is_harmless_value(size_t row, uint64_t value)
{
	for (size_t i = 0; i < harmless[row].n; i++)
		if (harmless[row].values[i] == value)
			return true;
	return false;
}

/* NULL: there is more to it than is known to be harmless. */
static const char *why_harmless(const struct suggest_item *item)
{
	if (item->knowing == SUGGEST_UNKNOWN || !item->syscall || item->n_more_asked || item->n_asked == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		bool all = strcmp(harmless[i].syscall, item->syscall) == 0 && (item->used & 1u << harmless[i].arg);

		for (size_t k = 0; k < item->n_asked && all; k++)
			all = is_harmless_value(i, item->asked[k].args[harmless[i].arg]);
		if (all)
			return harmless[i].why;
	}
	return NULL;
}

void suggest_set_risk(struct suggest_case *c)
{
	struct suggest_item *item = c->item;
	enum knowledge_risk risk = c->known ? c->known->risk : KNOWLEDGE_RISK_UNKNOWN;

	item->risk_reason = c->known && c->known->why ? c->known->why : "nothing is known of this call, so the worst is assumed";
	if (may_make_namespaces(c)) {
		risk = KNOWLEDGE_RISK_HIGH;
		item->risk_reason = "it can create namespaces, in which a process has capabilities that the host's kernel code "
				    "was not written to give everybody";
	}
	c->harmless = why_harmless(item) != NULL;
	if (c->harmless) {
		risk = KNOWLEDGE_RISK_LOW;
		item->risk_reason = why_harmless(item);
	}
	item->risk = knowledge_risk_name(risk == KNOWLEDGE_RISK_UNKNOWN ? KNOWLEDGE_RISK_HIGH : risk);
}

