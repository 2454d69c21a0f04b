/* SPDX-License-Identifier: MIT */
/* The changes that suggestions are made of. */
#include <stdio.h>

#include "number.h"
#include "patch.h"
#include "words.h"

static const struct profile_rule *rule_at(const struct profile_patch *patch, size_t i)
{
	return i < patch->now->n_rules ? &patch->now->rules[i] : NULL;
}

static int refuse_rule(size_t rule, struct profile_problem *problem)
{
	return problem_set(problem, "", "there is no rule %zu", rule);
}

/* Where a new last item belongs: in JSON with a line for each, before the last, because a comma behind that one would be
 * a line changed more. */
static size_t last_place(const struct profile_patch *patch, const char *list, size_t n)
{
	const struct profile *p = patch->now;
	char pointer[PROFILE_POINTER_MAX];
	struct profile_place place;

	snprintf(pointer, sizeof(pointer), "%.200s%s", p->base, list);
	if (n == 0 || p->yaml || profile_locate(p, pointer, &place))
		return n;
	return memchr(p->text + place.start, '\n', place.end - place.start) ? n - 1 : n;
}

/* ---- names ---- */

static size_t find_name(const struct profile_strings *names, const char *name)
{
	size_t i = 0;

	while (i < names->n && strcmp(names->items[i], name) != 0)
		i++;
	return i;
}

static size_t sorted_place(const struct profile_strings *names, const char *name)
{
	for (size_t i = 1; i < names->n; i++)
		if (strcmp(names->items[i - 1], names->items[i]) > 0)
			return names->n;
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->items[i], name) > 0)
			return i;
	return names->n;
}

/* The old form has one name: another name is another rule. */
static int copy_rule(struct profile_patch *patch, size_t rule, const char *name, struct profile_problem *problem)
{
	char pointer[64];
	json_t *copy;

	snprintf(pointer, sizeof(pointer), "/syscalls/%zu", rule);
	copy = json_deep_copy(patch_value(patch, pointer));
	if (copy && json_object_set_new(copy, "name", json_string(name))) {
		json_decref(copy);
		copy = NULL;
	}
	return patch_insert(patch, "/syscalls", rule, copy, problem);
}

int profile_patch_add_name(struct profile_patch *patch, size_t rule, const char *name, struct profile_problem *problem)
{
	const struct profile_rule *r = rule_at(patch, rule);
	char list[64];
	size_t at;

	if (!r)
		return refuse_rule(rule, problem);
	if (find_name(&r->names, name) < r->names.n)
		return 0;
	if (r->single)
		return copy_rule(patch, rule, name, problem);
	snprintf(list, sizeof(list), "/syscalls/%zu/names", rule);
	at = sorted_place(&r->names, name);
	if (at == r->names.n)
		at = last_place(patch, list, at);
	return patch_insert(patch, list, at, json_string(name), problem);
}

int profile_patch_remove_name(struct profile_patch *patch, size_t rule, const char *name, struct profile_problem *problem)
{
	const struct profile_rule *r = rule_at(patch, rule);
	char list[64], segment[24];
	size_t at;

	if (!r)
		return refuse_rule(rule, problem);
	at = find_name(&r->names, name);
	if (at == r->names.n)
		return 0;
	if (r->names.n == 1)
		return profile_patch_remove_rule(patch, rule, problem);
	snprintf(list, sizeof(list), "/syscalls/%zu/names", rule);
	snprintf(segment, sizeof(segment), "%zu", at);
	return patch_remove(patch, list, segment, problem);
}

/* ---- rules ---- */

int profile_patch_remove_rule(struct profile_patch *patch, size_t rule, struct profile_problem *problem)
{
	char segment[24];

	if (!rule_at(patch, rule))
		return refuse_rule(rule, problem);
	snprintf(segment, sizeof(segment), "%zu", rule);
	return patch_remove(patch, "/syscalls", segment, problem);
}

/* As the file's dialect writes it. */
static json_t *errno_value(const struct profile *p, int32_t error)
{
	char digits[16];

	if (p->format != PROFILE_FORMAT_KUBERNETES)
		return json_integer(error);
	snprintf(digits, sizeof(digits), "%d", error);
	return json_string(digits);
}

static json_t *strings(const struct profile_strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < list->n; i++)
		json_array_append_new(array, json_string(list->items[i]));
	return array;
}

static json_t *wide_number(uint64_t n)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	return number_from_text(span_from(digits));
}

static json_t *arg_value(const struct profile_arg *arg)
{
	json_t *object = json_object();

	json_object_set_new(object, "index", json_integer(arg->index));
	json_object_set_new(object, "value", wide_number(arg->value));
	if (arg->value_two || arg->op == profile_op_from_name(SPAN("SCMP_CMP_MASKED_EQ")))
		json_object_set_new(object, "valueTwo", wide_number(arg->value_two));
	json_object_set_new(object, "op", json_string(profile_op_name(arg->op)));
	return object;
}

static json_t *args_value(const struct profile_rule *rule)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < rule->n_args; i++)
		json_array_append_new(array, arg_value(&rule->args[i]));
	return array;
}

static bool is_condition(const struct profile_condition *c)
{
	return c->caps.n || c->arches.n || c->min_kernel;
}

static void set_condition(json_t *rule, const char *key, const struct profile_condition *c)
{
	json_t *object;
	char version[32];

	if (!is_condition(c))
		return;
	object = json_object();
	if (c->caps.n)
		json_object_set_new(object, "caps", strings(&c->caps));
	if (c->arches.n)
		json_object_set_new(object, "arches", strings(&c->arches));
	snprintf(version, sizeof(version), "%u.%u", c->min_kernel >> 16, c->min_kernel & 0xffff);
	if (c->min_kernel)
		json_object_set_new(object, "minKernel", json_string(version));
	json_object_set_new(rule, key, object);
}

/* Which of the two stands first in the rules that are there. */
static bool begins_with_action(const struct profile_patch *patch)
{
	void *first = json_object_iter((json_t *)patch_value(patch, "/syscalls/0"));

	return first && strcmp(json_object_iter_key(first), "action") == 0;
}

static json_t *rule_value(const struct profile_patch *patch, const struct profile_rule *rule, bool single)
{
	json_t *object = json_object(), *action = json_string(profile_action_name(rule->action));
	bool first = begins_with_action(patch);

	if (first)
		json_object_set(object, "action", action);
	if (single && rule->names.n == 1)
		json_object_set_new(object, "name", json_string(rule->names.items[0]));
	else
		json_object_set_new(object, "names", strings(&rule->names));
	if (!first)
		json_object_set(object, "action", action);
	json_decref(action);
	if (rule->error >= 0 && profile_action_has_errno(rule->action))
		json_object_set_new(object, "errnoRet", errno_value(patch->now, rule->error));
	if (rule->n_args)
		json_object_set_new(object, "args", args_value(rule));
	if (rule->comment)
		json_object_set_new(object, "comment", json_string(rule->comment));
	set_condition(object, "includes", &rule->includes);
	set_condition(object, "excludes", &rule->excludes);
	return object;
}

static bool takes_conditions(const struct profile *p)
{
	return p->format == PROFILE_FORMAT_DOCKER || p->format == PROFILE_FORMAT_OCI;
}

/* The member is there, but null. */
static bool is_null(const struct profile_patch *patch, const char *pointer)
{
	return json_is_null(patch_value(patch, pointer));
}

/* A list with one value where there is none yet. */
static int start_list(struct profile_patch *patch, const char *object, const char *key, const char *after, json_t *value,
	struct profile_problem *problem)
{
	json_t *list = value ? json_pack("[o]", value) : NULL;
	char pointer[64];

	snprintf(pointer, sizeof(pointer), "%s/%s", object, key);
	if (is_null(patch, pointer))
		return patch_replace(patch, pointer, list, problem);
	return patch_member(patch, object, key, after, list, problem);
}

int profile_patch_add_rule(struct profile_patch *patch, size_t before, const struct profile_rule *rule,
	struct profile_problem *problem)
{
	const struct profile *p = patch->now;
	json_t *value;

	if (before > p->n_rules)
		return refuse_rule(before, problem);
	if ((is_condition(&rule->includes) || is_condition(&rule->excludes)) && !takes_conditions(p))
		return problem_set(problem, "", "conditions are for profiles of Docker and Podman; this one is %s",
			profile_format_name(p->format));
	value = rule_value(patch, rule, p->n_rules && p->rules[MIN(before, p->n_rules - 1)].single);
	if (!json_is_array(patch_value(patch, "/syscalls")))
		return start_list(patch, "", "syscalls", "architectures", value, problem);
	return patch_insert(patch, "/syscalls", before, value, problem);
}

/* ---- actions ---- */

struct action_place {
	char object[48];
	const char *action, *error, *error_name;
};

static struct action_place action_place(size_t rule)
{
	struct action_place place = {"", "defaultAction", "defaultErrnoRet", "defaultErrno"};

	if (rule == PROFILE_PATCH_DEFAULT)
		return place;
	place = (struct action_place){"", "action", "errnoRet", "errno"};
	snprintf(place.object, sizeof(place.object), "/syscalls/%zu", rule);
	return place;
}

static int drop_member(struct profile_patch *patch, const char *object, const char *key, struct profile_problem *problem)
{
	char pointer[PROFILE_POINTER_MAX];

	snprintf(pointer, sizeof(pointer), "%.64s/%s", object, key);
	return patch_value(patch, pointer) ? patch_remove(patch, object, key, problem) : 0;
}

/* Replaces a member that is there, and steals value. *there, when it was. */
static int renew_member(struct profile_patch *patch, const char *object, const char *key, json_t *value, bool *there,
	struct profile_problem *problem)
{
	char pointer[PROFILE_POINTER_MAX];
	const json_t *old;

	snprintf(pointer, sizeof(pointer), "%.64s/%s", object, key);
	old = patch_value(patch, pointer);
	*there |= old != NULL;
	if (value && (!old || json_equal(old, value))) {
		json_decref(value);
		return 0;
	}
	return patch_replace(patch, pointer, value, problem);
}

static int set_error(struct profile_patch *patch, const struct action_place *at, int32_t error, struct profile_problem *problem)
{
	const char *name = words_errno_name(error);
	bool there = false;
	int k;

	if (name)
		k = renew_member(patch, at->object, at->error_name, json_string(name), &there, problem);
	else
		k = drop_member(patch, at->object, at->error_name, problem);
	if (!k)
		k = renew_member(patch, at->object, at->error, errno_value(patch->now, error), &there, problem);
	/* EPERM is what all runtimes take when nothing is said. */
	if (!k && !there && error != EPERM)
		k = patch_member(patch, at->object, at->error, at->action, errno_value(patch->now, error), problem);
	return k;
}

static int drop_errors(struct profile_patch *patch, const struct action_place *at, struct profile_problem *problem)
{
	int k = drop_member(patch, at->object, at->error, problem);

	return k ? k : drop_member(patch, at->object, at->error_name, problem);
}

int profile_patch_set_action(struct profile_patch *patch, size_t rule, uint32_t action, struct profile_problem *problem)
{
	const char *name = profile_action_name(action);
	struct action_place at = action_place(rule);
	bool there = false;
	int k;

	if (rule != PROFILE_PATCH_DEFAULT && !rule_at(patch, rule))
		return refuse_rule(rule, problem);
	if (!name)
		return problem_set(problem, "", "no action has the value 0x%x", action);
	patch_begin(patch);
	k = renew_member(patch, at.object, at.action, json_string(name), &there, problem);
	if (!k && !there)
		k = problem_set(problem, at.object, "has its action in an unusual spelling, which is not changed");
	if (!k)
		k = profile_action_has_errno(action) ? set_error(patch, &at, (int32_t)(action & 0xffff), problem)
						     : drop_errors(patch, &at, problem);
	return patch_end(patch, k);
}

/* ---- architectures and flags ---- */

static int insert_last(struct profile_patch *patch, const char *list, const char *word, struct profile_problem *problem)
{
	size_t n = json_array_size(patch_value(patch, list));

	return patch_insert(patch, list, last_place(patch, list, n), json_string(word), problem);
}

static bool has_arch(const struct profile_arch *const *archs, size_t n, const struct profile_arch *arch)
{
	for (size_t i = 0; i < n; i++)
		if (archs[i] == arch)
			return true;
	return false;
}

static int add_sub_arch(struct profile_patch *patch, size_t entry, const struct profile_arch *arch,
	struct profile_problem *problem)
{
	const struct profile_sub_archs *map = &patch->now->arch_map[entry];
	char object[48], list[80];

	if (map->arch == arch || has_arch(map->subs, map->n_subs, arch))
		return 0;
	snprintf(object, sizeof(object), "/archMap/%zu", entry);
	snprintf(list, sizeof(list), "%s/subArchitectures", object);
	if (json_is_array(patch_value(patch, list)))
		return insert_last(patch, list, arch->name, problem);
	return start_list(patch, object, "subArchitectures", "architecture", json_string(arch->name), problem);
}

static int add_map_arch(struct profile_patch *patch, const struct profile_arch *arch, struct profile_problem *problem)
{
	const struct profile *p = patch->now;
	const struct profile_arch *host = profile_arch_host(arch);
	json_t *entry;

	for (size_t i = 0; i < p->n_arch_map; i++)
		if (p->arch_map[i].arch == host)
			return add_sub_arch(patch, i, arch, problem);
	entry = json_pack("{s:s, s:[]}", "architecture", host->name, "subArchitectures");
	if (entry && arch != host)
		json_array_append_new(json_object_get(entry, "subArchitectures"), json_string(arch->name));
	return patch_insert(patch, "/archMap", p->n_arch_map, entry, problem);
}

static json_t *both(const struct profile_arch *host, const struct profile_arch *arch)
{
	return host == arch ? json_pack("[s]", arch->name) : json_pack("[s, s]", host->name, arch->name);
}

int profile_patch_add_arch(struct profile_patch *patch, const struct profile_arch *arch, struct profile_problem *problem)
{
	const struct profile *p = patch->now;
	json_t *list;

	if (p->n_arch_map)
		return add_map_arch(patch, arch, problem);
	if (has_arch(p->archs, p->n_archs, arch))
		return 0;
	if (p->n_archs)
		return insert_last(patch, "/architectures", arch->name, problem);
	list = both(profile_arch_host(arch), arch);
	if (patch_value(patch, "/architectures"))
		return patch_replace(patch, "/architectures", list, problem);
	return patch_member(patch, "", "architectures", "defaultAction", list, problem);
}

int profile_patch_add_flag(struct profile_patch *patch, const char *flag, struct profile_problem *problem)
{
	const struct profile_strings *flags = &patch->now->flags;

	if (find_name(flags, flag) < flags->n)
		return 0;
	if (flags->n)
		return patch_insert(patch, "/flags", 0, json_string(flag), problem);
	if (patch_value(patch, "/flags"))
		return patch_replace(patch, "/flags", json_pack("[s]", flag), problem);
	return patch_member(patch, "", "flags", NULL, json_pack("[s]", flag), problem);
}
