/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>

#include "amend_text.h"

#define SUFFIX_MAX 96

void amend_free(struct amend *a)
{
	text_free(&a->text);
	text_free(&a->ops);
}

static int begin(struct amending *m, const struct profile *p, struct amend *a)
{
	*m = (struct amending){.p = p, .a = a};
	return p->format == PROFILE_FORMAT_LIBCONTAINER ? PROFILE_E_REFUSED : 0;
}

/* -ENOENT of a place: the text spells it otherwise. */
static int end(struct amending *m)
{
	int k = amending_end(m);

	return k == -ENOENT || k == -EINVAL ? PROFILE_E_REFUSED : k;
}

/* ---- names ---- */

static size_t place_of_name(struct amending *m, const struct profile_strings *names, const char *suffix, const char *name)
{
	size_t tail = amending_tail(m, suffix, names->n);

	for (size_t i = 0; i < tail; i++)
		if (strcmp(names->items[i], name) > 0)
			return i;
	return tail;
}

int amend_add_name(const struct profile *p, size_t rule, const char *name, struct amend *a)
{
	char suffix[SUFFIX_MAX], json[128];
	struct amending m;
	int k = begin(&m, p, a);

	if (k || p->rules[rule].single || p->rules[rule].names.n == 0)
		return PROFILE_E_REFUSED;
	snprintf(suffix, sizeof(suffix), "/syscalls/%zu/names", rule);
	snprintf(json, sizeof(json), "\"%.100s\"", name);
	amending_insert(&m, suffix, p->rules[rule].names.n, place_of_name(&m, &p->rules[rule].names, suffix, name),
		(struct amend_value){json, name});
	return end(&m);
}

int amend_remove_name(const struct profile *p, size_t rule, size_t index, struct amend *a)
{
	char suffix[SUFFIX_MAX];
	struct amending m;
	int k = begin(&m, p, a);

	if (k || p->rules[rule].single || p->rules[rule].names.n < 2)
		return PROFILE_E_REFUSED;
	snprintf(suffix, sizeof(suffix), "/syscalls/%zu/names", rule);
	amending_remove(&m, suffix, p->rules[rule].names.n, index);
	return end(&m);
}

/* ---- actions ---- */

static void set_errno(struct amending *m, const char *rule, int32_t before, int error)
{
	char suffix[SUFFIX_MAX], value[16];

	snprintf(value, sizeof(value), "%d", error);
	snprintf(suffix, sizeof(suffix), "%.70s/errnoRet", rule);
	if (before >= 0 && before != error)
		amending_replace(m, suffix, (struct amend_value){value, NULL});
	else if (before < 0 && error != EPERM)
		amending_add_member(m, rule, "action", "errnoRet", (struct amend_value){value, NULL});
}

int amend_set_action(const struct profile *p, size_t rule, uint32_t action, struct amend *a)
{
	const struct profile_rule *r = &p->rules[rule];
	const char *name = profile_action_name(action);
	char suffix[SUFFIX_MAX], object[SUFFIX_MAX], json[64];
	struct amending m;
	int k = begin(&m, p, a);

	if (k || r->error_by_name)
		return PROFILE_E_REFUSED;
	snprintf(object, sizeof(object), "/syscalls/%zu", rule);
	snprintf(suffix, sizeof(suffix), "/syscalls/%zu/action", rule);
	snprintf(json, sizeof(json), "\"%s\"", name);
	if (strcmp(name, profile_action_name(r->action)) != 0)
		amending_replace(&m, suffix, (struct amend_value){json, name});
	if (profile_action_has_errno(action))
		set_errno(&m, object, r->error, profile_action_errno(action));
	else if (r->error >= 0)
		amending_remove_member(&m, object, "errnoRet");
	return end(&m);
}

/* ---- rules ---- */

/* One line, in the words of each language: YAML's needs no quotes. */
static void describe_rule(const struct amend_rule *rule, bool json, struct text *t)
{
	const char *q = json ? "\"" : "";
	int error = profile_action_errno(rule->action);

	text_printf(t, "{%snames%s: [%s%s%s], %saction%s: %s%s%s", q, q, q, rule->name, q, q, q, q,
		profile_action_name(rule->action), q);
	if (error && error != EPERM)
		text_printf(t, ", %serrnoRet%s: %d", q, q, error);
	for (size_t i = 0; i < rule->n_args; i++)
		text_printf(t, "%s{%sindex%s: %u, %svalue%s: %" PRIu64 ", %sop%s: %sSCMP_CMP_EQ%s}", i ? ", " :
			json ? ", \"args\": [" : ", args: [", q, q, rule->args[i].index, q, q, rule->args[i].value, q, q, q, q);
	text_add_str(t, rule->n_args ? "]" : "");
	if (rule->cap)
		text_printf(t, ", %sincludes%s: {%scaps%s: [%s%s%s]}", q, q, q, q, q, rule->cap, q);
	text_add_char(t, '}');
}

int amend_add_rule(const struct profile *p, const struct amend_rule *rule, size_t before, struct amend *a)
{
	CLEANUP_TEXT struct text json = TEXT_EMPTY, yaml = TEXT_EMPTY;
	struct amending m;
	int k = begin(&m, p, a);

	if (k)
		return k;
	describe_rule(rule, true, &json);
	describe_rule(rule, false, &yaml);
	if (json.failed || yaml.failed)
		return -ENOMEM;
	amending_insert(&m, "/syscalls", p->n_rules,
		before < p->n_rules ? before : amending_tail(&m, "/syscalls", p->n_rules),
		(struct amend_value){json.data, yaml.data});
	return end(&m);
}

/* ---- architectures ---- */

static const struct profile_sub_archs *find_map(const struct profile *p, const struct profile_arch *native, size_t *ret)
{
	for (size_t i = 0; i < p->n_arch_map; i++) {
		if (p->arch_map[i].arch == native) {
			*ret = i;
			return &p->arch_map[i];
		}
	}
	return NULL;
}

static void list_both(struct amending *m, const struct profile_arch *native, const struct profile_arch *arch)
{
	char json[128], yaml[128];

	snprintf(json, sizeof(json), "[\"%s\", \"%s\"]", native->name, arch->name);
	snprintf(yaml, sizeof(yaml), "[%s, %s]", native->name, arch->name);
	amending_replace(m, "/architectures", (struct amend_value){json, yaml});
}

int amend_add_arch(const struct profile *p, const struct profile_arch *native, const struct profile_arch *arch,
	struct amend *a)
{
	const struct profile_sub_archs *map;
	char suffix[SUFFIX_MAX] = "/architectures", json[64];
	size_t at = 0, n = p->n_archs;
	struct amending m;
	int k = begin(&m, p, a);

	if (k)
		return k;
	snprintf(json, sizeof(json), "\"%s\"", arch->name);
	map = find_map(p, native, &at);
	if (n == 0 && p->n_arch_map > 0) {
		if (!map)
			return PROFILE_E_REFUSED;
		snprintf(suffix, sizeof(suffix), "/archMap/%zu/subArchitectures", at);
		n = map->n_subs;
	}
	if (n == 0 && !map)
		list_both(&m, native, arch);
	else
		amending_insert(&m, suffix, n, amending_tail(&m, suffix, n), (struct amend_value){json, arch->name});
	return end(&m);
}
