/* SPDX-License-Identifier: MIT */
/* A profile from the command line, made ready, and the ways of showing what it says. */
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/log.h"

#define TEXT_MAX (4u << 20)

void profile_subject_free(struct profile_subject *s)
{
	profile_filter_free(s->filter);
	profile_rules_free(s->rules);
	profile_free(s->profile);
}

void profile_print_problem(const char *path, const struct profile_problem *problem)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_str(&t, strcmp(path, "-") == 0 ? "standard input" : path);
	if (problem->line)
		text_printf(&t, ":%u", problem->line);
	text_add_str(&t, ": ");
	if (problem->pointer[0])
		text_printf(&t, "%s: ", problem->pointer);
	text_add_str(&t, problem->message);
	log_error("%s", t.data ? t.data : problem->message);
}

static int read_stream(FILE *file, struct text *ret)
{
	char buffer[65536];
	size_t n;

	while (ret->len <= TEXT_MAX && (n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		text_add(ret, (struct span){buffer, n});
	return ret->failed ? -ENOMEM : ferror(file) ? -EIO : ret->len > TEXT_MAX ? -EFBIG : 0;
}

int profile_read_text(const char *path, struct text *ret)
{
	FILE *file;
	int r;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, ret);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	r = read_stream(file, ret);
	fclose(file);
	return r;
}

int profile_subject_load(const struct profile_cmd *c, const char *path, struct profile_subject *ret)
{
	struct profile_load_options options = {.name = c->name};
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};
	int r;

	ret->path = path;
	if (strcmp(path, "-") == 0) {
		r = profile_read_text(path, &text);
		if (r == 0)
			r = profile_load_text(text_span(&text), &options, &ret->profile, &problem);
	} else {
		r = profile_load_file(path, &options, &ret->profile, &problem);
	}
	if (r == 0)
		return CMD_DONE;
	if (!problem.message[0])
		snprintf(problem.message, sizeof(problem.message), "%s", strerror(-r));
	profile_print_problem(path, &problem);
	return CMD_FAILED;
}

static void add_line(const struct profile *p, struct profile_problem *problem)
{
	if (!problem->line && problem->pointer[0])
		problem->line = render_profile_line(p, problem->pointer);
}

int profile_subject_compile(const struct profile_cmd *c, const struct profile_arch *arch, struct profile_subject *s)
{
	struct profile_host host = {.engine = c->engine, .caps = c->caps, .n_caps = c->n_caps, .kernel = c->kernel};
	struct profile_problem problem = {0};
	int r;

	arch = arch ? arch : c->arch;
	host.arch = c->host ? c->host : arch ? profile_arch_host(arch) : NULL;
	r = profile_resolve(s->profile, &host, &s->rules, &problem);
	if (r == 0)
		r = profile_compile(s->rules, c->model, &s->filter, &problem);
	if (r == 0)
		return CMD_DONE;
	if (!problem.message[0])
		snprintf(problem.message, sizeof(problem.message), "%s", strerror(-r));
	add_line(s->profile, &problem);
	profile_print_problem(s->path, &problem);
	return CMD_FAILED;
}

int profile_print_text(const struct text *text)
{
	if (!text->failed && (text->len == 0 || fwrite(text->data, text->len, 1, stdout) == 1) && fflush(stdout) == 0)
		return CMD_DONE;
	log_error("cannot write to standard output");
	return CMD_FAILED;
}

int profile_print_json(json_t *tree)
{
	int r = tree ? json_dumpf(tree, stdout, JSON_INDENT(2)) : -1;

	json_decref(tree);
	if (r == 0)
		r = putchar('\n') == EOF ? -1 : fflush(stdout);
	if (r < 0)
		log_error("cannot write to standard output");
	return r < 0 ? CMD_FAILED : CMD_DONE;
}
