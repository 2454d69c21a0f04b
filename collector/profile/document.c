/* SPDX-License-Identifier: MIT */
#include "document.h"

#include "candidates.h"
#include "number.h"
#include "position.h"
#include "problem.h"
#include "yaml.h"

static int settle(struct candidates *c, const char *name, struct document *d)
{
	const struct candidate *chosen = candidates_choose(c, name);

	if (!chosen)
		return PROFILE_E_REFUSED;
	d->profile = chosen->object;
	d->index = chosen->index;
	d->format = chosen->format;
	memcpy(d->base, chosen->base, sizeof(d->base));
	d->name = chosen->name ? strdup(chosen->name) : NULL;
	return chosen->name && !d->name ? -ENOMEM : 0;
}

static int load_json(struct span text, struct document *d, struct profile_problem *problem)
{
	CLEANUP_TEXT struct text widened = TEXT_EMPTY;
	char word[PROBLEM_WORD_MAX];
	json_error_t error;

	number_widen(text, &widened);
	if (widened.failed)
		return -ENOMEM;
	d->tree = json_loadb(widened.data, widened.len, JSON_REJECT_DUPLICATES, &error);
	if (d->tree)
		return 0;
	if (json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	problem_set(problem, "", "not JSON: %s", problem_word(word, span_from(error.text)));
	if (json_error_code(&error) == json_error_duplicate_key)
		problem_set(problem, "", "a key is there twice: %s", problem_word(word, span_from(error.text)));
	if (problem && error.line > 0) {
		problem->line = (unsigned)error.line;
		problem->column = (unsigned)error.column;
	}
	return PROFILE_E_REFUSED;
}

static struct span first_line(struct span text)
{
	const char *end;

	while (text.len && (text.data[0] == ' ' || text.data[0] == '\n' || text.data[0] == '\r' || text.data[0] == '\t'))
		text = span_from_offset(text, 1);
	end = text.len ? memchr(text.data, '\n', text.len) : NULL;
	return (struct span){text.data, end ? (size_t)(end - text.data) : text.len};
}

/* The first line of a file that is neither empty nor a # comment. */
static struct span first_statement(struct span text)
{
	struct span line = first_line(text);

	while (line.len && line.data[0] == '#') {
		text = span_from_offset(text, (size_t)(line.data + line.len - text.data));
		line = first_line(text);
	}
	return line;
}

static size_t word_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && ((s.data[n] >= 'a' && s.data[n] <= 'z') || (s.data[n] >= '0' && s.data[n] <= '9') ||
		s.data[n] == '_'))
		n++;
	return n;
}

/* minijail0(5): "syscall: 1", "syscall: arg0 == 1", "@include PATH". */
static bool is_minijail(struct span line)
{
	static const char *const starts[] = {"1", "arg", "return", "allow", "kill", "trap", "trace", "log", "user-notify"};
	size_t n = word_length(line);
	struct span rest = span_from_offset(line, n + 1);

	if (line.len && line.data[0] == '@')
		return true;
	if (n == 0 || n >= line.len || line.data[n] != ':')
		return false;
	while (rest.len && rest.data[0] == ' ')
		rest = span_from_offset(rest, 1);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (span_starts(rest, span_from(starts[i])))
			return true;
	return false;
}

static int refuse_text(struct span line, struct profile_problem *problem)
{
	char word[PROBLEM_WORD_MAX];

	return problem_set(problem, "", "not a profile but the text %s: was a path given where the content is wanted?",
		problem_word(word, line));
}

/* Manifests often hold other objects beside the profile. */
static bool is_other_kind(const json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));

	return kind && strcmp(kind, "SeccompProfile") != 0 && !json_object_get(object, "items");
}

static int find_yaml(struct document *d, struct candidates *c, struct span line)
{
	json_t *object;
	size_t i;
	int k = 0;

	if (json_array_size(d->tree) == 0)
		return problem_set(c->problem, "", "empty");
	json_array_foreach(d->tree, i, object) {
		if (json_is_string(object))
			return refuse_text(line, c->problem);
		if (is_other_kind(object) && json_array_size(d->tree) > 1)
			continue;
		k = candidates_find(c, object, i);
		if (k)
			return k;
	}
	return c->n ? 0 : problem_set(c->problem, "", "no SeccompProfile among the documents");
}

static int find(struct span text, struct document *d, struct candidates *c)
{
	struct span line = first_statement(text);
	int k;

	if (line.len == 0)
		return problem_set(c->problem, "", "empty");
	if (line.data[0] == '[')
		return problem_set(c->problem, "", "a JSON list, not a profile object");
	if (line.data[0] == '{') {
		k = load_json(text, d, c->problem);
		return k ? k : candidates_find(c, d->tree, 0);
	}
	if (is_minijail(line))
		return problem_set(c->problem, "", "a minijail policy (one syscall a line), not a container profile");
	d->yaml = true;
	k = yaml_load(text, &d->tree, c->problem);
	return k ? k : find_yaml(d, c, line);
}

static void add_line(struct span text, const struct document *d, struct profile_problem *problem)
{
	struct profile_place place;
	int k;

	if (!problem || problem->line || !d->tree)
		return;
	k = d->yaml ? position_yaml(text, 0, problem->pointer, &place) : position_json(text, problem->pointer, &place);
	if (k == 0) {
		problem->line = place.line;
		problem->column = place.column;
	}
}

int document_load(struct span text, const char *name, struct document *ret, struct profile_problem *problem)
{
	struct document d = {.format = PROFILE_FORMAT_OCI};
	struct candidates *c = calloc(1, sizeof(*c));
	int k;

	if (!c)
		return -ENOMEM;
	c->problem = problem;
	k = find(text, &d, c);
	if (!k)
		k = settle(c, name, &d);
	free(c);
	if (k == PROFILE_E_REFUSED)
		add_line(text, &d, problem);
	if (k)
		document_free(&d);
	else
		*ret = d;
	return k;
}

void document_free(struct document *d)
{
	json_decref(d->tree);
	free(d->name);
	*d = (struct document){0};
}
