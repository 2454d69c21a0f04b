/* SPDX-License-Identifier: MIT */
/* The profile object itself; its rules are rule.c's. Fields: opencontainers/runtime-spec config-linux.md, moby/profiles
 * seccomp/seccomp.go, containers/common pkg/seccomp/types.go, the security profiles operator's
 * seccompprofile_types.go, opencontainers/runc libcontainer/configs/config.go. */

#include <stdio.h>

#include "document.h"
#include "position.h"
#include "rule.h"
#include "words.h"

#define BYTES_MAX  (4u << 20)
#define RULES_MAX  65536
#define BUDGET     (1u << 17) /* a name costs 1, a name in a rule with arguments 17 */

static int read_default_action(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;

	return rule_read_action(r, value, &p->default_action, &p->default_error);
}

static int read_default_errno_ret(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;

	return p->default_error_by_name ? 0 : rule_read_errno(r, value, &p->default_error);
}

static int read_default_errno(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;
	int32_t error = -1;
	int k = rule_read_errno_name(r, value, &error);

	if (k || error < 0)
		return k;
	rule_mark_docker(r);
	p->default_error_by_name = true;
	p->default_error = error;
	return 0;
}

static int find_arch(struct reader *r, const json_t *value, const struct profile_arch **ret)
{
	char word[PROBLEM_WORD_MAX];
	const char *name, *near;
	int k = fields_string(r, value, &name);

	if (k)
		return k;
	if (span_starts(span_from(name), SPAN("SCMP_ARCH_")) || r->p->format == PROFILE_FORMAT_LIBCONTAINER)
		*ret = profile_arch_from_name(span_from(name));
	if (*ret)
		return 0;
	near = words_closest_arch(span_from(name));
	return near ? fields_refuse(r, "%s is no architecture; did you mean %s?", problem_word(word, span_from(name)), near)
		    : fields_refuse(r, "%s is no architecture", problem_word(word, span_from(name)));
}

static int read_arch(struct reader *r, const json_t *item, size_t i, void *target)
{
	struct profile *p = target;
	const struct profile_arch *arch = NULL;
	int k = find_arch(r, item, &arch);

	if (k)
		return k;
	for (size_t j = 0; j < p->n_archs; j++)
		if (p->archs[j] == arch)
			return 0;
	p->archs[p->n_archs++] = arch;
	return 0;
}

static int read_architectures(struct reader *r, const json_t *value, void *target)
{
	return fields_each(r, value, read_arch, target);
}

static int read_map_arch(struct reader *r, const json_t *value, void *target)
{
	return find_arch(r, value, &((struct profile_sub_archs *)target)->arch);
}

static int read_sub_arch(struct reader *r, const json_t *item, size_t i, void *target)
{
	struct profile_sub_archs *map = target;
	const struct profile_arch *arch = NULL;
	int k = find_arch(r, item, &arch);

	if (!k && map->n_subs < PROFILE_ARCHS_MAX)
		map->subs[map->n_subs++] = arch;
	return k;
}

static int read_map_subs(struct reader *r, const json_t *value, void *target)
{
	return fields_each(r, value, read_sub_arch, target);
}

static int read_map_item(struct reader *r, const json_t *item, size_t i, void *target)
{
	static const struct field fields[] = {{"architecture", read_map_arch}, {"subArchitectures", read_map_subs}};
	struct profile *p = target;
	int k;

	p->n_arch_map = i + 1;
	k = fields_read(r, item, fields, ARRAY_SIZE(fields), &p->arch_map[i]);
	if (!k && !p->arch_map[i].arch)
		return fields_refuse(r, "has no architecture");
	return k;
}

static int read_arch_map(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;

	if (!json_is_array(value) || json_array_size(value) > 256)
		return fields_refuse(r, "must be a list of architectures");
	if (p->arch_map)
		return fields_refuse(r, "is there twice, in different spellings");
	if (json_array_size(value) > 0)
		rule_mark_docker(r);
	p->arch_map = calloc(json_array_size(value) + 1, sizeof(*p->arch_map));
	return p->arch_map ? fields_each(r, value, read_map_item, p) : -ENOMEM;
}

static int check_flag(struct reader *r, const json_t *item, size_t i, void *target)
{
	char word[PROBLEM_WORD_MAX];
	const char *near;

	if (!json_is_string(item) || words_find(words_flags, fields_span(item)))
		return 0;
	near = words_closest_flag(fields_span(item));
	fields_note(r, "%s is a flag no runtime is known to take%s%s", problem_word(word, fields_span(item)),
		near ? "; did you mean " : "", near ? near : "");
	return 0;
}

static int read_flags(struct reader *r, const json_t *value, void *target)
{
	int k = fields_strings(r, value, &((struct profile *)target)->flags);

	return k ? k : fields_each(r, value, check_flag, NULL);
}

static int read_listener_path(struct reader *r, const json_t *value, void *target)
{
	return fields_string(r, value, &((struct profile *)target)->listener_path);
}

static int read_listener_metadata(struct reader *r, const json_t *value, void *target)
{
	return fields_string(r, value, &((struct profile *)target)->listener_metadata);
}

static int read_base_profile(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;
	char word[PROBLEM_WORD_MAX];
	const char *name;
	int k = fields_string(r, value, &name);

	if (k || *name == '\0')
		return k;
	free(p->base_name);
	p->base_name = strdup(name);
	if (!p->base_name)
		return -ENOMEM;
	fields_note(r, "the operator adds the rules of %s, which are not in this file: what follows is without them",
		problem_word(word, span_from(name)));
	return 0;
}

static int read_syscalls(struct reader *r, const json_t *value, void *target)
{
	struct profile *p = target;

	if (!json_is_array(value))
		return fields_refuse(r, "must be a list of rules");
	if (json_array_size(value) > RULES_MAX)
		return fields_refuse(r, "%zu rules: no kernel takes a filter of more than 4096 instructions",
			json_array_size(value));
	if (p->rules)
		return fields_refuse(r, "is there twice, in different spellings");
	snprintf(p->rules_key, sizeof(p->rules_key), "%s", strrchr(r->path.data, '/') + 1);
	p->rules = calloc(json_array_size(value) + 1, sizeof(*p->rules));
	return p->rules ? fields_each(r, value, rule_read, p) : -ENOMEM;
}

static const struct field profile_fields[] = {
	{"defaultAction", read_default_action},
	{"default_action", read_default_action},
	{"defaultErrnoRet", read_default_errno_ret},
	{"default_errno_ret", read_default_errno_ret},
	{"defaultErrno", read_default_errno},
	{"architectures", read_architectures},
	{"archMap", read_arch_map},
	{"flags", read_flags},
	{"listenerPath", read_listener_path},
	{"listener_path", read_listener_path},
	{"listenerMetadata", read_listener_metadata},
	{"listener_metadata", read_listener_metadata},
	{"baseProfileName", read_base_profile},
	{"syscalls", read_syscalls},
};

/* ---- the whole ---- */

/* A profile wrapped in something else (a test's fixture, an API answer) is worth a hint. */
static int refuse_no_action(struct reader *r, const json_t *object)
{
	char word[PROBLEM_WORD_MAX];
	const char *key;
	json_t *value;

	if (json_object_size(object) == 0)
		return fields_refuse(r, "an empty profile has no defaultAction: Docker takes it for \"no seccomp\"");
	json_object_foreach((json_t *)object, key, value)
		if (json_object_get(value, "defaultAction"))
			return fields_refuse(r, "has no defaultAction, so it is not a profile; its member %s looks like one",
				problem_word(word, span_from(key)));
	return fields_refuse(r, "has no defaultAction, so it is not a profile");
}

static bool is_filled(const json_t *object, const char *key)
{
	return json_array_size(json_object_get(object, key)) > 0;
}

static int read_profile(struct reader *r, const json_t *object)
{
	struct profile *p = r->p;
	int k;

	if (json_object_get(object, "default_action") && !json_object_get(object, "defaultAction"))
		p->format = PROFILE_FORMAT_LIBCONTAINER;
	else if (!json_object_get(object, "defaultAction") && !json_object_get(object, "syscalls"))
		return refuse_no_action(r, object);
	if (is_filled(object, "architectures") && is_filled(object, "archMap"))
		return fields_refuse(r, "has both architectures and archMap; use one of them");
	p->default_action = UINT32_MAX;
	k = fields_read(r, object, profile_fields, ARRAY_SIZE(profile_fields), p);
	if (k)
		return k;
	if (p->default_action == UINT32_MAX)
		return refuse_no_action(r, object);
	if (p->default_error >= 0 && !profile_action_has_errno(p->default_action))
		fields_note_at(r, "defaultErrnoRet", "is there, but %s takes no errno: crun refuses such a profile",
			profile_action_name(p->default_action));
	if (p->listener_metadata && !p->listener_path)
		fields_note_at(r, "listenerMetadata", "is of no use without listenerPath");
	return 0;
}

static void add_line(const struct profile *p, struct profile_problem *problem)
{
	struct profile_place place;

	if (problem && !problem->line && profile_locate(p, problem->pointer, &place) == 0) {
		problem->line = place.line;
		problem->column = place.column;
	}
}

static void escape_pointer(struct profile_problem *problem)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_escaped(&t, span_from(problem->pointer));
	if (t.len)
		snprintf(problem->pointer, sizeof(problem->pointer), "%s", t.data);
}

static int fill(struct profile *p, struct document *d, struct profile_problem *problem)
{
	CLEANUP_TEXT struct text path = TEXT_EMPTY;
	struct reader r = {.p = p, .problem = problem, .budget = BUDGET};
	int k;

	p->format = d->format;
	p->yaml = d->yaml;
	p->document = d->index;
	memcpy(p->base, d->base, sizeof(p->base));
	p->name = TAKE(d->name);
	p->default_error = -1;
	snprintf(p->rules_key, sizeof(p->rules_key), "syscalls");
	p->tree = json_incref(d->tree);
	text_add_str(&path, d->base);
	r.path = path;
	k = r.path.failed ? -ENOMEM : read_profile(&r, d->profile);
	path = r.path;
	if (k == PROFILE_E_REFUSED) {
		add_line(p, problem);
		escape_pointer(problem);
	}
	/* A YAML text is read anew for each place. */
	for (size_t i = 0; i < p->n_notes; i++) {
		if (!p->yaml || i < 8)
			add_line(p, &p->notes[i]);
		escape_pointer(&p->notes[i]);
	}
	return k;
}

int profile_load_text(struct span text, const struct profile_load_options *options, struct profile **ret,
	struct profile_problem *problem)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	size_t max = options && options->max_bytes ? options->max_bytes : BYTES_MAX;
	struct profile_problem ignored;
	struct document d = {0};
	int k;

	problem = problem ? problem : &ignored;
	if (text.len > max)
		return problem_set(problem, "", "%zu bytes: more than the %zu that are read", text.len, max);
	p = calloc(1, sizeof(*p));
	if (!p || !(p->text = malloc(text.len + 1)))
		return -ENOMEM;
	if (text.len)
		memcpy(p->text, text.data, text.len);
	p->text[p->text_len = text.len] = '\0';
	k = document_load(text, options ? options->name : NULL, &d, problem);
	if (k)
		return k;
	k = fill(p, &d, problem);
	document_free(&d);
	if (k)
		return k;
	*ret = TAKE(p);
	return 0;
}

static void rule_free(struct profile_rule *rule)
{
	free(rule->names.items);
	free(rule->args);
	free(rule->includes.caps.items);
	free(rule->includes.arches.items);
	free(rule->excludes.caps.items);
	free(rule->excludes.arches.items);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n_rules; i++)
		rule_free(&p->rules[i]);
	free(p->rules);
	free(p->arch_map);
	free(p->flags.items);
	free(p->notes);
	free(p->name);
	free(p->base_name);
	free(p->text);
	json_decref(p->tree);
	free(p);
}
