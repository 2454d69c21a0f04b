/* SPDX-License-Identifier: MIT */
#include "lab.h"

#include "seccompwatch/render.h"

/* What the request says, and what becomes of it. */
struct lab {
	struct answer *ans;
	json_t *root;
	struct profile_host host;
	enum profile_model model;
	const struct profile_arch *arch; /* of the call; NULL: the host's */
	const char *name;
	const char **caps;
	struct bpf_call call;
	enum profile_instrument how;
};

struct subject {
	struct profile *profile;
	struct profile_rules *rules;
	struct profile_filter *filter;
};

static void subject_free(struct subject *s)
{
	profile_filter_free(s->filter);
	profile_rules_free(s->rules);
	profile_free(s->profile);
}

static void lab_free(struct lab *lab)
{
	json_decref(lab->root);
	free(lab->caps);
}

/* ---- fields ---- */

static int refuse(struct lab *lab, const char *field, const char *what)
{
	answer_error(lab->ans, 400, "bad_field", field, "%s must be %s", field, what);
	return -EINVAL;
}

static int take_name(struct lab *lab, const char *value)
{
	lab->name = value;
	return 0;
}

static int take_arch(struct lab *lab, const char *value)
{
	lab->arch = profile_arch_from_name(span_from(value));
	return lab->arch ? 0 : -EINVAL;
}

static int take_host_arch(struct lab *lab, const char *value)
{
	lab->host.arch = profile_arch_from_name(span_from(value));
	return lab->host.arch ? 0 : -EINVAL;
}

static int take_caps(struct lab *lab, const char *value)
{
	int r;

	free(lab->caps);
	lab->caps = NULL;
	r = profile_parse_caps(span_from(value), &lab->caps, &lab->host.n_caps);
	lab->host.caps = lab->caps;
	return r;
}

static int take_kernel(struct lab *lab, const char *value)
{
	return profile_parse_kernel(span_from(value), &lab->host.kernel);
}

static int take_runtime(struct lab *lab, const char *value)
{
	int model = profile_model_from_name(span_from(value));

	lab->model = model < 0 ? lab->model : (enum profile_model)model;
	return model < 0 ? model : 0;
}

static int take_engine(struct lab *lab, const char *value)
{
	int engine = profile_engine_from_name(span_from(value));

	lab->host.engine = engine < 0 ? lab->host.engine : (enum profile_engine)engine;
	return engine < 0 ? engine : 0;
}

static int take_how(struct lab *lab, const char *value)
{
	lab->how = strcmp(value, "log") == 0 ? PROFILE_INSTRUMENT_LOG : PROFILE_INSTRUMENT_FLAG;
	return strcmp(value, "log") == 0 || strcmp(value, "flag") == 0 ? 0 : -EINVAL;
}

#define ALL        ((1u << LAB_N) - 1)
#define DECIDE     (1u << LAB_DECIDE)
#define INSTRUMENT (1u << LAB_INSTRUMENT)
#define ONE        (DECIDE | INSTRUMENT | 1u << LAB_CHECK)
#define TWO        (1u << LAB_DIFF)

static const struct field {
	const char *key;
	unsigned questions;
	int (*take)(struct lab *lab, const char *value); /* NULL: read where it is used */
	const char *wanted;
} fields[] = {
	{"profile", ONE, NULL, NULL},
	{"from", TWO, NULL, NULL},
	{"to", TWO, NULL, NULL},
	{"syscall", DECIDE, NULL, NULL},
	{"args", DECIDE, NULL, NULL},
	{"arch", DECIDE, take_arch, "an architecture, such as \"x86_64\""},
	{"how", INSTRUMENT, take_how, "\"flag\" or \"log\""},
	{"name", ALL, take_name, "a text"},
	{"host_arch", ALL, take_host_arch, "an architecture, such as \"x86_64\""},
	{"caps", ALL, take_caps, "names of capabilities with commas between them, \"ALL\", \"none\" or \"default\""},
	{"kernel", ALL, take_kernel, "a version, such as \"6.1\""},
	{"runtime", ALL, take_runtime, "\"runc\", \"runc-VERSION\", \"crun\" or \"plain\""},
	{"engine", ALL, take_engine, "\"any\", \"moby\" or \"podman\""},
};

static const struct field *find_field(enum lab_question question, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i].questions & 1u << question && strcmp(fields[i].key, key) == 0)
			return &fields[i];
	return NULL;
}

static int read_field(struct lab *lab, const struct field *field, const json_t *value)
{
	int r;

	if (!field->take)
		return 0;
	if (!json_is_string(value))
		return refuse(lab, field->key, field->wanted);
	r = field->take(lab, json_string_value(value));
	return r == -EINVAL ? refuse(lab, field->key, field->wanted) : r;
}

static int read_fields(struct lab *lab, enum lab_question question)
{
	const char *key;
	json_t *value;
	int r = 0;

	json_object_foreach(lab->root, key, value) {
		const struct field *field = find_field(question, key);
		if (!field) {
			answer_error(lab->ans, 400, "bad_field", key, "%.64s is nothing that can be said here", key);
			return -EINVAL;
		}
		r = json_is_null(value) ? 0 : read_field(lab, field, value);
		if (r)
			return r;
	}
	return lab->caps ? 0 : take_caps(lab, "default");
}

static int parse(struct lab *lab, enum lab_question question, struct span body)
{
	json_error_t error;

	lab->root = json_loadb(body.data ? body.data : "", body.len, JSON_REJECT_DUPLICATES, &error);
	if (!lab->root)
		answer_error(lab->ans, 400, "bad_json", NULL, "line %d, column %d: %s", error.line, error.column, error.text);
	else if (!json_is_object(lab->root))
		answer_error(lab->ans, 400, "bad_json", NULL, "not an object");
	return json_is_object(lab->root) ? read_fields(lab, question) : -EINVAL;
}

/* ---- the call ---- */

static int read_arg(const json_t *value, uint64_t *ret)
{
	struct span text = {json_string_value(value), json_string_length(value)};
	int64_t negative;

	if (json_is_integer(value)) {
		*ret = (uint64_t)json_integer_value(value);
		return 0;
	}
	if (!json_is_string(value))
		return -EINVAL;
	if (span_starts(text, SPAN("0x")))
		return text_to_u64_hex(text, UINT64_MAX, ret);
	if (text_to_u64(text, UINT64_MAX, ret) == 0)
		return 0;
	if (text_to_i64(text, &negative))
		return -EINVAL;
	*ret = (uint64_t)negative;
	return 0;
}

static int read_args(struct lab *lab)
{
	const json_t *args = json_object_get(lab->root, "args"), *item;
	size_t i;

	if (!args || json_is_null(args))
		return 0;
	if (!json_is_array(args) || json_array_size(args) > 6)
		return refuse(lab, "args", "a list of up to six numbers");
	json_array_foreach(args, i, item)
		if (read_arg(item, &lab->call.args[i]))
			return refuse(lab, "args", "a list of up to six numbers, or texts such as \"0x10\"");
	return 0;
}

static int read_call(struct lab *lab)
{
	const json_t *syscall = json_object_get(lab->root, "syscall");
	const struct profile_arch *arch = lab->arch ? lab->arch : lab->host.arch ? lab->host.arch : profile_arch_native();
	char number[24];

	lab->call.arch = arch->audit;
	if (lab->arch && !lab->host.arch)
		lab->host.arch = profile_arch_host(lab->arch);
	snprintf(number, sizeof(number), "%lld", json_integer_value(syscall));
	if (!json_is_string(syscall) && !json_is_integer(syscall))
		return refuse(lab, "syscall", "the name or number of a system call");
	if (profile_call_number(arch, span_from(json_is_string(syscall) ? json_string_value(syscall) : number), &lab->call.nr)) {
		answer_error(lab->ans, 400, "bad_field", "syscall", "%s has no such system call", arch->name);
		return -EINVAL;
	}
	return read_args(lab);
}

/* ---- profiles ---- */

static int refuse_profile(struct lab *lab, const char *field, const struct profile *p, const struct profile_problem *problem)
{
	unsigned line = problem->line;

	if (!line && p && problem->pointer[0])
		line = render_profile_line(p, problem->pointer);
	lab->ans->status = 422;
	answer_json(lab->ans, json_pack("{s:{s:s, s:s, s:s, s:s, s:o, s:o}}", "error", "code", "profile_refused", "message",
		problem->message, "field", field, "pointer", problem->pointer, "line",
		line ? json_integer(line) : json_null(), "column", problem->column ? json_integer(problem->column) : json_null()));
	return -EINVAL;
}

static int fail(struct lab *lab, const char *field, const struct profile *p, int r, const struct profile_problem *problem)
{
	if (r == PROFILE_E_REFUSED)
		return refuse_profile(lab, field, p, problem);
	if (r < 0)
		answer_failure(lab->ans, -ENOMEM);
	return r;
}

static bool has_lines(const struct lab *lab, const char *field)
{
	return json_is_string(json_object_get(lab->root, field));
}

/* A text is the profile's file as it is; an object is its JSON, which then has no lines of its own. */
static int load(struct lab *lab, const char *field, struct subject *ret)
{
	struct profile_load_options options = {.name = lab->name};
	const json_t *value = json_object_get(lab->root, field);
	struct span text = {json_string_value(value), json_string_length(value)};
	struct profile_problem problem = {0};
	CLEANUP_FREE char *dump = NULL;
	int r;

	if (json_is_object(value)) {
		dump = json_dumps(value, JSON_COMPACT);
		text = span_from(dump);
	} else if (!json_is_string(value)) {
		return refuse(lab, field, "a profile: its text, or an object");
	}
	r = text.data ? profile_load_text(text, &options, &ret->profile, &problem) : -ENOMEM;
	if (json_is_object(value))
		problem.line = problem.column = 0;
	return fail(lab, field, NULL, r, &problem);
}

static int compile(struct lab *lab, const char *field, struct subject *s)
{
	struct profile_problem problem = {0};
	int r = load(lab, field, s);

	if (r)
		return r;
	r = profile_resolve(s->profile, &lab->host, &s->rules, &problem);
	if (!r)
		r = profile_compile(s->rules, lab->model, &s->filter, &problem);
	return fail(lab, field, has_lines(lab, field) ? s->profile : NULL, r, &problem);
}

/* ---- the questions ---- */

/* profile NULL: it came as an object, whose lines mean nothing. */
struct findings {
	struct answer *ans;
	const struct profile *profile;
};

static int add_finding(void *data, const struct profile_finding *finding)
{
	struct findings *f = data;

	return answer_list_add(f->ans, render_finding_json(f->profile, finding));
}

static int check(struct lab *lab)
{
	CLEANUP(subject_free) struct subject s = {0};
	struct findings findings = {.ans = lab->ans};
	int r = compile(lab, "profile", &s);

	if (r)
		return r;
	findings.profile = has_lines(lab, "profile") ? s.profile : NULL;
	answer_list_begin(lab->ans, "warnings");
	r = profile_check(s.filter, add_finding, &findings);
	answer_list_end(lab->ans);
	answer_list_field(lab->ans, "format", json_string(profile_format_name(s.profile->format)));
	answer_list_field(lab->ans, "rules", json_integer((json_int_t)s.profile->n_rules));
	answer_list_field(lab->ans, "instructions", json_integer((json_int_t)bpf_length(profile_filter_program(s.filter))));
	answer_list_close(lab->ans);
	return r;
}

static int decide(struct lab *lab)
{
	CLEANUP(subject_free) struct subject s = {0};
	struct profile_verdict v;
	json_t *answer, *verdict;
	int r = read_call(lab);

	if (!r)
		r = compile(lab, "profile", &s);
	if (r)
		return r;
	profile_decide(s.filter, &lab->call, &v);
	answer = render_call_json(&lab->call);
	verdict = render_verdict_json(has_lines(lab, "profile") ? s.profile : NULL, s.filter, &lab->call, &v);
	if (answer && (!verdict || json_object_update_missing(answer, verdict) ||
		json_object_set_new(answer, "runtime", json_string(profile_model_name(lab->model))) ||
		json_object_set_new(answer, "about",
			render_knowledge_json(knowledge_of(span_from(profile_call_name(&lab->call)))))))
		lab->ans->body.failed = true;
	json_decref(verdict);
	answer_json(lab->ans, answer);
	return 0;
}

#define CHANGES_MAX 20000 /* some 3 MB of them; what is beyond is counted */

struct changes {
	struct answer *ans;
	size_t n;
};

static int add_change(void *data, const struct profile_change *change)
{
	struct changes *c = data;

	return c->n++ < CHANGES_MAX ? answer_list_add(c->ans, render_profile_change_json(change)) : 0;
}

static int diff(struct lab *lab)
{
	CLEANUP(subject_free) struct subject from = {0}, to = {0};
	struct changes changes = {.ans = lab->ans};
	int r = compile(lab, "from", &from);

	if (!r)
		r = compile(lab, "to", &to);
	if (r)
		return r;
	answer_list_begin(lab->ans, "changed");
	r = profile_diff(from.filter, to.filter, add_change, &changes);
	answer_list_end(lab->ans);
	answer_list_field(lab->ans, "total", json_integer((json_int_t)changes.n));
	answer_list_close(lab->ans);
	return r;
}

static int instrument(struct lab *lab)
{
	CLEANUP(subject_free) struct subject s = {0};
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};
	int r = compile(lab, "profile", &s);

	if (r)
		return r;
	r = profile_instrument(s.profile, lab->how, &text, &problem);
	if (r)
		return fail(lab, "profile", s.profile, r, &problem);
	answer_json(lab->ans, json_pack("{s:s%, s:s}", "profile", text.data ? text.data : "", text.len, "format",
		profile_format_name(s.profile->format)));
	return 0;
}

void lab_answer(enum lab_question question, struct span body, struct answer *ans)
{
	static int (*const questions[LAB_N])(struct lab *lab) = {
		[LAB_CHECK] = check,
		[LAB_DECIDE] = decide,
		[LAB_DIFF] = diff,
		[LAB_INSTRUMENT] = instrument,
	};
	CLEANUP(lab_free) struct lab lab = {.ans = ans};
	int r = parse(&lab, question, body);

	if (!r)
		r = questions[question](&lab);
	if (r && ans->status < 400)
		answer_failure(ans, -ENOMEM);
	if (ans->body.failed)
		answer_failure(ans, -ENOMEM);
}
