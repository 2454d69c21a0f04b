/* SPDX-License-Identifier: MIT */
/* One element of `syscalls`. */
#include "rule.h"

#include <seccomp.h>

#include "number.h"
#include "words.h"

#define ERRNO_WORD_MAX 65535

/* What a member fills, and which have been seen. */
struct rule_target {
	struct profile_rule *rule;
	bool names, name, action, error_name;
};

struct arg_target {
	struct profile_arg *arg;
	bool index, value, value_two, op;
};

/* ---- words ---- */

int rule_read_action(struct reader *r, const json_t *value, uint32_t *ret, int32_t *ret_error)
{
	char word[PROBLEM_WORD_MAX];
	const char *near;
	uint64_t number;

	if (json_is_string(value) && profile_action_from_name(fields_span(value), ret) == 0)
		return 0;
	if (json_is_string(value)) {
		near = words_closest_action(fields_span(value));
		return near ? fields_refuse(r, "%s is no action; did you mean %s?", problem_word(word, fields_span(value)), near)
			    : fields_refuse(r, "%s is no action", problem_word(word, fields_span(value)));
	}
	if (number_read(value, &number) || words_action_from_number(number, ret, ret_error))
		return fields_refuse(r, "must be an action, such as \"SCMP_ACT_ALLOW\"");
	if (r->p->format != PROFILE_FORMAT_LIBCONTAINER)
		fields_note(r, "a number instead of %s: only runc's own state files have these, Docker and Podman refuse it",
			profile_action_name(*ret));
	return 0;
}

/* Podman's defaultErrno and errno: a name or a decimal number, in a text. */
int rule_read_errno_name(struct reader *r, const json_t *value, int32_t *ret)
{
	char word[PROBLEM_WORD_MAX];
	uint64_t number;
	const char *name;
	int k = fields_string(r, value, &name);

	if (k || *name == '\0')
		return k;
	if (!text_to_u64(span_from(name), ERRNO_WORD_MAX, &number)) {
		*ret = (int32_t)number;
		return 0;
	}
	k = words_errno(span_from(name));
	if (k < 0)
		return fields_refuse(r, "%s is no errno", problem_word(word, span_from(name)));
	*ret = k;
	return 0;
}

int rule_read_errno(struct reader *r, const json_t *value, int32_t *ret)
{
	uint64_t number;
	int k;

	/* The operator's own field is a text. */
	if (json_is_string(value) && r->p->format == PROFILE_FORMAT_KUBERNETES)
		return rule_read_errno_name(r, value, ret);
	if (json_is_string(value))
		return fields_refuse(r, "must be a number; a name belongs to \"errno\", which only Podman and CRI-O read");
	k = fields_number(r, value, ERRNO_WORD_MAX, &number);
	if (k)
		return k;
	*ret = (int32_t)number;
	return 0;
}

/* ---- arguments ---- */

static int read_index(struct reader *r, const json_t *value, void *target)
{
	struct arg_target *t = target;
	uint64_t index;
	int k = fields_number(r, value, UINT32_MAX, &index);

	if (k)
		return k;
	if (index > 5)
		return fields_refuse(r, "argument %llu: a syscall has six, 0 to 5", (unsigned long long)index);
	t->arg->index = (unsigned)index;
	t->index = true;
	return 0;
}

static int read_value(struct reader *r, const json_t *value, void *target)
{
	struct arg_target *t = target;

	t->value = true;
	return fields_number(r, value, UINT64_MAX, &t->arg->value);
}

static int read_value_two(struct reader *r, const json_t *value, void *target)
{
	struct arg_target *t = target;

	t->value_two = true;
	return fields_number(r, value, UINT64_MAX, &t->arg->value_two);
}

static int read_op(struct reader *r, const json_t *value, void *target)
{
	struct arg_target *t = target;
	char word[PROBLEM_WORD_MAX];
	const char *near;
	uint64_t number;

	t->op = true;
	if (json_is_string(value)) {
		t->arg->op = profile_op_from_name(fields_span(value));
		if (t->arg->op >= 0)
			return 0;
		near = words_closest_op(fields_span(value));
		return near ? fields_refuse(r, "%s is no operator; did you mean %s?",
				      problem_word(word, fields_span(value)), near)
			    : fields_refuse(r, "%s is no operator", problem_word(word, fields_span(value)));
	}
	if (number_read(value, &number) || words_op_from_number(number) < 0)
		return fields_refuse(r, "must be an operator, such as \"SCMP_CMP_EQ\"");
	t->arg->op = words_op_from_number(number);
	return 0;
}

static int read_arg(struct reader *r, const json_t *item, size_t i, void *target)
{
	static const struct field fields[] = {
		{"index", read_index}, {"value", read_value}, {"valueTwo", read_value_two}, {"value_two", read_value_two},
		{"op", read_op},
	};
	struct profile_rule *rule = target;
	struct arg_target t = {.arg = &rule->args[i]};
	int k = fields_read(r, item, fields, ARRAY_SIZE(fields), &t);

	if (k)
		return k;
	if (!t.op)
		return fields_refuse(r, "has no op: which comparison is meant?");
	if (!t.index)
		fields_note(r, "has no index: that means argument 0");
	if (!t.value)
		fields_note(r, "has no value: that means 0");
	if (t.arg->value_two && t.arg->op != SCMP_CMP_MASKED_EQ)
		fields_note(r, "has a valueTwo, which only SCMP_CMP_MASKED_EQ looks at");
	rule->n_args = i + 1;
	return 0;
}

static int read_args(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;

	if (!json_is_array(value))
		return fields_refuse(r, "must be a list");
	if (t->rule->args)
		return fields_refuse(r, "is there twice, in different spellings");
	t->rule->args = calloc(json_array_size(value) + 1, sizeof(*t->rule->args));
	if (!t->rule->args)
		return -ENOMEM;
	return fields_each(r, value, read_arg, t->rule);
}

/* ---- conditions ---- */

static int read_caps(struct reader *r, const json_t *value, void *target)
{
	return fields_strings(r, value, &((struct profile_condition *)target)->caps);
}

static int read_arches(struct reader *r, const json_t *value, void *target)
{
	return fields_strings(r, value, &((struct profile_condition *)target)->arches);
}

static int read_min_kernel(struct reader *r, const json_t *value, void *target)
{
	struct profile_condition *c = target;
	char word[PROBLEM_WORD_MAX];
	const char *text;
	int k = fields_string(r, value, &text);

	if (k || *text == '\0')
		return k;
	if (profile_parse_kernel(span_from(text), &c->min_kernel) || strspn(text, "0123456789.") != strlen(text))
		return fields_refuse(r, "%s is no kernel version: two numbers, such as \"4.8\"",
			problem_word(word, span_from(text)));
	return 0;
}

static int read_condition(struct reader *r, const json_t *value, struct profile_condition *c)
{
	static const struct field fields[] = {
		{"caps", read_caps}, {"arches", read_arches}, {"minKernel", read_min_kernel},
	};

	return fields_read(r, value, fields, ARRAY_SIZE(fields), c);
}

static int read_includes(struct reader *r, const json_t *value, void *target)
{
	rule_mark_docker(r);
	return read_condition(r, value, &((struct rule_target *)target)->rule->includes);
}

static int read_excludes(struct reader *r, const json_t *value, void *target)
{
	rule_mark_docker(r);
	return read_condition(r, value, &((struct rule_target *)target)->rule->excludes);
}

/* ---- the rule ---- */

void rule_mark_docker(struct reader *r)
{
	if (r->p->format == PROFILE_FORMAT_OCI)
		r->p->format = PROFILE_FORMAT_DOCKER;
}

static int read_names(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;

	t->names = true;
	if (t->name && json_array_size(value) == 0)
		return 0;
	if (t->name)
		return fields_refuse(r, "stands beside name; use names alone");
	return fields_strings(r, value, &t->rule->names);
}

static int read_name(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;
	struct profile_strings *names = &t->rule->names;
	const char *name;
	int k = fields_string(r, value, &name);

	if (k || *name == '\0')
		return k;
	if (t->name || names->n > 0)
		return fields_refuse(r, "stands beside names; use names alone");
	rule_mark_docker(r);
	t->name = t->rule->single = true;
	if (!names->items)
		names->items = calloc(1, sizeof(*names->items));
	if (!names->items)
		return -ENOMEM;
	names->items[0] = name;
	names->n = 1;
	return 0;
}

static int read_action(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;

	t->action = true;
	return rule_read_action(r, value, &t->rule->action, &t->rule->error);
}

static int read_errno_ret(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;

	return t->error_name ? 0 : rule_read_errno(r, value, &t->rule->error);
}

/* It comes before errnoRet whichever stands first in the text. */
static int read_errno_name(struct reader *r, const json_t *value, void *target)
{
	struct rule_target *t = target;
	int32_t error = -1;
	int k = rule_read_errno_name(r, value, &error);

	if (k || error < 0)
		return k;
	rule_mark_docker(r);
	t->error_name = true;
	t->rule->error_by_name = t->rule->error != error;
	t->rule->error = error;
	return 0;
}

static int read_comment(struct reader *r, const json_t *value, void *target)
{
	rule_mark_docker(r);
	return fields_string(r, value, &((struct rule_target *)target)->rule->comment);
}

static int check_rule(struct reader *r, const struct rule_target *t)
{
	const struct profile_rule *rule = t->rule;

	if (!t->name && !t->names)
		return fields_refuse(r, "has no names: which syscalls is it for?");
	for (size_t i = 0; i < rule->names.n; i++)
		if (rule->names.items[i][0] == '\0')
			return fields_refuse(r, "has an empty name, and runtimes refuse to start with one");
	if (!t->action)
		return fields_refuse(r, "has no action");
	if (rule->names.n == 0)
		fields_note_at(r, "names", "is empty: the rule does nothing");
	if (rule->error >= 0 && !profile_action_has_errno(rule->action))
		fields_note(r, "has an errno, but %s takes none: crun refuses such a profile, runc passes it over",
			profile_action_name(rule->action));
	return 0;
}

/* A rule with arguments costs libseccomp more than its length: each name counts for each condition. */
static int charge(struct reader *r, const struct profile_rule *rule)
{
	uint64_t cost = rule->names.n * (rule->n_args ? 16 : 0);

	if (cost > r->budget)
		return fields_refuse(r, "too many rules with arguments: no kernel takes a filter of more than 4096 instructions");
	r->budget -= cost;
	return 0;
}

int rule_read(struct reader *r, const json_t *item, size_t i, void *target)
{
	static const struct field fields[] = {
		{"names", read_names}, {"name", read_name}, {"action", read_action}, {"errnoRet", read_errno_ret},
		{"errno", read_errno_name}, {"args", read_args}, {"comment", read_comment}, {"includes", read_includes},
		{"excludes", read_excludes},
	};
	struct profile *p = target;
	struct rule_target t = {.rule = &p->rules[i]};
	int k;

	t.rule->error = -1;
	p->n_rules = i + 1;
	k = fields_read(r, item, fields, ARRAY_SIZE(fields), &t);
	if (!k)
		k = check_rule(r, &t);
	return k ? k : charge(r, t.rule);
}
