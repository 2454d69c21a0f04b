/* SPDX-License-Identifier: MIT */
/* A profile against a table of what its author expects: for his CI. */
#include <stdio.h>

#include "profile.h"
#include "profile_table.h"
#include "seccompwatch/log.h"

#define VARIANTS_MAX 64

/* The profile on one kind of machine, for one set of capabilities. */
struct variant {
	const struct profile_arch *host; /* NULL: this machine's */
	const char *caps;                /* NULL: the command line's */
	uint32_t kernel;
	const char **list;
	struct profile_rules *rules;
	struct profile_filter *filter;
};

struct result {
	const struct variant *variant;
	struct bpf_call call;
	struct profile_verdict verdict;
	bool fits;
};

struct test {
	const struct profile_cmd *c;
	struct profile_subject subject;
	struct profile_table table;
	struct variant variants[VARIANTS_MAX];
	size_t n_variants;
	struct result *results; /* one a line */
	size_t n_failed;
};

static void test_free(struct test *t)
{
	for (size_t i = 0; i < t->n_variants; i++) {
		profile_filter_free(t->variants[i].filter);
		profile_rules_free(t->variants[i].rules);
		free(t->variants[i].list);
	}
	free(t->results);
	profile_table_free(&t->table);
	profile_subject_free(&t->subject);
}

static void complain(const struct test *t, unsigned line, const char *what)
{
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	text_add_terminal(&shown, span_from(what));
	log_error("%s:%u: %s", t->c->operands[1], line, shown.data ? shown.data : "");
}

/* ---- the machines ---- */

static bool is_same(const struct variant *v, const struct variant *wanted)
{
	return v->host == wanted->host && v->kernel == wanted->kernel &&
		(v->caps && wanted->caps ? strcmp(v->caps, wanted->caps) == 0 : v->caps == wanted->caps);
}

static int compile(struct test *t, struct variant *v)
{
	struct profile_host host = {.engine = t->c->engine, .caps = t->c->caps, .n_caps = t->c->n_caps, .kernel = v->kernel,
		.arch = v->host};
	struct profile_problem problem = {0};
	int r = 0;

	if (v->caps) {
		r = profile_parse_caps(span_from(v->caps), &v->list, &host.n_caps);
		host.caps = v->list;
	}
	if (!r)
		r = profile_resolve(t->subject.profile, &host, &v->rules, &problem);
	if (!r)
		r = profile_compile(v->rules, t->c->model, &v->filter, &problem);
	if (!r)
		return CMD_DONE;
	if (!problem.message[0])
		snprintf(problem.message, sizeof(problem.message), "%s", strerror(-r));
	if (!problem.line)
		problem.line = render_profile_line(t->subject.profile, problem.pointer);
	profile_print_problem(t->subject.path, &problem);
	return CMD_FAILED;
}

static const struct variant *find_variant(struct test *t, const struct profile_table_line *line)
{
	const struct profile_arch *arch = line->arch ? line->arch : t->c->arch;
	struct variant wanted = {.caps = line->caps, .kernel = line->kernel ? line->kernel : t->c->kernel,
		.host = t->c->host ? t->c->host : arch ? profile_arch_host(arch) : NULL};

	for (size_t i = 0; i < t->n_variants; i++)
		if (is_same(&t->variants[i], &wanted))
			return &t->variants[i];
	if (t->n_variants == VARIANTS_MAX) {
		complain(t, line->line, "more than 64 different machines in one table");
		return NULL;
	}
	t->variants[t->n_variants] = wanted;
	return compile(t, &t->variants[t->n_variants++]) == CMD_DONE ? &t->variants[t->n_variants - 1] : NULL;
}

/* ---- the calls ---- */

static int judge(struct test *t, size_t i)
{
	const struct profile_table_line *line = &t->table.lines[i];
	const struct profile_arch *arch = line->arch ? line->arch : t->c->arch ? t->c->arch : t->c->host;
	struct result *r = &t->results[i];

	arch = arch ? arch : profile_arch_native();
	r->call = (struct bpf_call){.arch = arch->audit};
	memcpy(r->call.args, line->args, sizeof(r->call.args));
	if (profile_call_number(arch, span_from(line->syscall), &r->call.nr)) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		text_printf(&why, "%s has no syscall \"%s\"", arch->name, line->syscall);
		complain(t, line->line, why.data ? why.data : line->syscall);
		return CMD_FAILED;
	}
	r->variant = find_variant(t, line);
	if (!r->variant)
		return CMD_FAILED;
	profile_decide(r->variant->filter, &r->call, &r->verdict);
	r->fits = profile_table_fits(line, r->verdict.action);
	t->n_failed += !r->fits;
	return CMD_DONE;
}

static int judge_all(struct test *t)
{
	int status = CMD_DONE;

	t->results = calloc(t->table.n + 1, sizeof(*t->results));
	if (!t->results)
		return CMD_FAILED;
	for (size_t i = 0; status == CMD_DONE && i < t->table.n; i++)
		status = judge(t, i);
	return status;
}

/* ---- telling ---- */

/* "expected EPERM, but it is SCMP_ACT_ALLOW: rule … " */
static void add_failure(const struct test *t, size_t i, struct text *to)
{
	const struct result *r = &t->results[i];

	text_add_str(to, "expected ");
	profile_table_add_expected(&t->table.lines[i], to);
	text_add_str(to, ", but it is ");
	render_action_add(r->verdict.action, to);
	text_add_str(to, ": ");
	profile_explain(r->variant->filter, &r->call, &r->verdict, to);
}

static void tell_text(const struct test *t, struct text *to)
{
	for (size_t i = 0; i < t->table.n; i++) {
		CLEANUP_TEXT struct text line = TEXT_EMPTY;

		if (t->results[i].fits)
			continue;
		text_printf(&line, "%s:%u: %s: ", t->c->operands[1], t->table.lines[i].line, t->table.lines[i].call);
		add_failure(t, i, &line);
		text_add_terminal(to, text_span(&line));
		text_add_char(to, '\n');
	}
	text_printf(to, "%zu of %zu calls are decided as expected\n", t->table.n - t->n_failed, t->table.n);
}

static json_t *result_json(const struct test *t, size_t i)
{
	const struct profile_table_line *line = &t->table.lines[i];
	const struct result *r = &t->results[i];
	CLEANUP_TEXT struct text expected = TEXT_EMPTY, written = TEXT_EMPTY;
	json_t *tree = render_call_json(&r->call), *verdict, *mine;

	profile_table_add_expected(line, &expected);
	text_add_escaped(&written, span_from(line->call));
	verdict = render_verdict_json(t->subject.profile, r->variant->filter, &r->call, &r->verdict);
	mine = json_pack("{s:i, s:s, s:s, s:b}", "table_line", (int)line->line, "call", written.data ? written.data : "",
		"expected", expected.data ? expected.data : "", "passed", r->fits);
	json_object_update_missing(tree, verdict);
	json_object_update_missing(tree, mine);
	json_decref(verdict);
	json_decref(mine);
	return tree;
}

static json_t *tell_json(const struct test *t)
{
	json_t *results = json_array();

	for (size_t i = 0; i < t->table.n; i++)
		json_array_append_new(results, result_json(t, i));
	return json_pack("{s:I, s:I, s:o}", "passed", (json_int_t)(t->table.n - t->n_failed), "failed", (json_int_t)t->n_failed,
		"results", results);
}

static void add_xml(struct text *to, const char *s)
{
	CLEANUP_TEXT struct text clean = TEXT_EMPTY;

	text_add_escaped(&clean, span_from(s));
	text_add_html(to, text_span(&clean));
}

/* As testing tools read it: a suite, a case a call. */
static void tell_junit(const struct test *t, struct text *to)
{
	text_add_str(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
	add_xml(to, t->c->operands[1]);
	text_printf(to, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", t->table.n, t->n_failed);
	for (size_t i = 0; i < t->table.n; i++) {
		CLEANUP_TEXT struct text failure = TEXT_EMPTY;

		text_add_str(to, "  <testcase classname=\"");
		add_xml(to, t->subject.path);
		text_add_str(to, "\" name=\"");
		add_xml(to, t->table.lines[i].text);
		text_printf(to, "\" line=\"%u\"", t->table.lines[i].line);
		if (t->results[i].fits) {
			text_add_str(to, "/>\n");
			continue;
		}
		add_failure(t, i, &failure);
		text_add_str(to, "><failure message=\"");
		add_xml(to, failure.data ? failure.data : "");
		text_add_str(to, "\"/></testcase>\n");
	}
	text_add_str(to, "</testsuite>\n");
}

static int tell(const struct test *t)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	int status;

	if (t->c->output == PROFILE_OUTPUT_JSON) {
		status = profile_print_json(tell_json(t));
	} else {
		if (t->c->output == PROFILE_OUTPUT_JUNIT)
			tell_junit(t, &text);
		else
			tell_text(t, &text);
		status = text.failed ? CMD_FAILED : profile_print_text(&text);
	}
	return status == CMD_DONE && t->n_failed ? CMD_FAILED : status;
}

static int read_table(struct test *t)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY, why = TEXT_EMPTY;
	const char *path = t->c->operands[1];
	unsigned line = 0;
	int r;

	if (strcmp(path, "-") == 0 && strcmp(t->c->operands[0], "-") == 0)
		return cmd_usage(t->c->line, "standard input is either the profile or the table");
	r = profile_read_text(path, &text);
	if (r < 0) {
		log_error("%s: %s", path, strerror(-r));
		return CMD_FAILED;
	}
	r = profile_table_read(text_span(&text), &t->table, &line, &why);
	if (r < 0)
		complain(t, line, why.data ? why.data : strerror(-r));
	return r < 0 ? CMD_FAILED : CMD_DONE;
}

int profile_test_run(const struct profile_cmd *c)
{
	CLEANUP(test_free) struct test t = {.c = c};
	int status = read_table(&t);

	if (status == CMD_DONE)
		status = profile_subject_load(c, c->operands[0], &t.subject);
	if (status == CMD_DONE)
		status = judge_all(&t);
	return status == CMD_DONE ? tell(&t) : status;
}
