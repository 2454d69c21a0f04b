/* SPDX-License-Identifier: MIT */
/* suggest: what to do about denied calls, the smallest proven change first. */
#include <stdio.h>
#include <string.h>

#include "filters.h"
#include "profile.h"
#include "seccompwatch/log.h"
#include "seccompwatch/suggest.h"

#define ALLOW_MAX 64

enum {
	SUGGEST_PROFILE,
	SUGGEST_NAME,
	SUGGEST_ALLOWED,
	SUGGEST_ALL,
	SUGGEST_FORMAT,
	SUGGEST_FILE,
	SUGGEST_ITEMS,
	SUGGEST_RUNTIME,
	SUGGEST_HOST_ARCH,
	SUGGEST_CAPS,
	SUGGEST_KERNEL,
};

static const struct option_row suggest_options[] = {
	{"profile", 0, SUGGEST_PROFILE, "FILE", "the profile (default: the one that the container was started with)", NULL},
	{"name", 0, SUGGEST_NAME, "NAME", "which profile, where the file holds several", NULL},
	{"allow", 0, SUGGEST_ALLOWED, "NAME,…", "these calls may be allowed, whatever their risk", NULL},
	{"all", 0, SUGGEST_ALL, NULL, "what is muted as known noise too", NULL},
	{"format", 0, SUGGEST_FORMAT, "FORMAT",
		"text (default), json, patch (RFC 6902), diff (unified), or profile (the whole file, changed)",
		"text json patch diff profile"},
	{"output", 'o', SUGGEST_FILE, "FILE", "write to FILE, which appears when it is whole", NULL},
	{"limit", 0, SUGGEST_ITEMS, "N", "at most N calls, the most frequent (default: 200)", NULL},
	{"runtime", 0, SUGGEST_RUNTIME, "NAME",
		"of containers of that runtime; or the model that the profile is compiled for: runc (default), runc-VERSION, crun "
		"or plain",
		"runc crun plain docker containerd cri-o podman lxc nspawn libvirt garden ecs nomad unknown"},
	{"host-arch", 0, SUGGEST_HOST_ARCH, "ARCH", "the machine the container runs on (default: the one of its events)", NULL},
	{"caps", 0, SUGGEST_CAPS, "CAP,…",
		"the container's capabilities: names, ALL, none, default (Docker's fourteen); where they are known, the container's own",
		NULL},
	{"kernel", 0, SUGGEST_KERNEL, "X.Y", "the kernel's version (default: the running one)", NULL},
	{0},
};

enum output {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_PATCH,
	OUTPUT_DIFF,
	OUTPUT_PROFILE,
};

struct command {
	const struct cmd_line *line;
	struct filters filters;
	struct query *query;
	char *file, *name;
	char *allow[ALLOW_MAX];
	size_t n_allow;
	enum output output;
	int model; /* -1: not given */
	const char **caps;
	const struct query_container *container;
	struct profile *profile;
	char *sha256;
	struct marks marks;
	char source[256];
	struct suggest_request request;
};

static void command_free(struct command *c)
{
	for (size_t i = 0; i < c->n_allow; i++)
		free(c->allow[i]);
	profile_free(c->profile);
	marks_free(&c->marks);
	query_close(c->query);
	filters_free(&c->filters);
	free(c->file);
	free(c->name);
	free(c->caps);
	free(c->sha256);
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

static int keep(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	return *field ? 0 : -ENOMEM;
}

static int refuse(struct text *why, const struct option_row *row, const char *value, const char *wanted)
{
	text_printf(why, "--%s takes %s, not \"%s\"", row->name, wanted, value);
	return -EINVAL;
}

static int take_allow(struct command *c, const char *value, struct text *why)
{
	while (*value) {
		size_t n = strcspn(value, ",");

		if (c->n_allow == ALLOW_MAX) {
			text_printf(why, "--allow takes at most %d calls", ALLOW_MAX);
			return -EINVAL;
		}
		c->allow[c->n_allow] = strndup(value, n);
		if (!c->allow[c->n_allow++])
			return -ENOMEM;
		value += n + (value[n] == ',');
	}
	return 0;
}

static int take_format(struct command *c, const struct option_row *row, const char *value, struct text *why)
{
	static const char *const words[] = {"text", "json", "patch", "diff", "profile"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], value) == 0) {
			c->output = (enum output)i;
			return 0;
		}
	}
	return refuse(why, row, value, "text, json, patch, diff or profile");
}

/* A model's name, or a filter as other commands have it. */
static int take_runtime(struct command *c, const struct option_row *row, const char *value, struct text *why)
{
	int model = profile_model_from_name(span_from(value));

	if (model < 0)
		return query_filter_add(&c->filters.filter, QUERY_RUNTIME, span_from(value), why);
	c->model = model;
	return 0;
}

static int take_host(struct command *c, const struct option_row *row, const char *value, struct text *why)
{
	struct profile_host *host = &c->request.host;
	uint64_t limit;
	int r;

	switch (row->id) {
	case SUGGEST_HOST_ARCH:
		host->arch = profile_arch_from_name(span_from(value));
		return host->arch ? 0 : refuse(why, row, value, "an architecture");
	case SUGGEST_CAPS:
		free(c->caps);
		c->caps = NULL;
		r = profile_parse_caps(span_from(value), &c->caps, &host->n_caps);
		return r == -EINVAL ? refuse(why, row, value, "capabilities, ALL, none or default") : r;
	case SUGGEST_KERNEL:
		r = profile_parse_kernel(span_from(value), &host->kernel);
		return r ? refuse(why, row, value, "a version such as 6.1") : 0;
	default:
		if (text_to_u64(span_from(value), 100000, &limit) || limit == 0)
			return refuse(why, row, value, "a number from 1 to 100000");
		c->request.limit = (size_t)limit;
		return 0;
	}
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct command *c = data;

	switch (row->id) {
	case SUGGEST_PROFILE:
		return keep(&c->file, value);
	case SUGGEST_NAME:
		return keep(&c->name, value);
	case SUGGEST_ALLOWED:
		return take_allow(c, value, why);
	case SUGGEST_ALL:
		c->request.all = true;
		return 0;
	case SUGGEST_FORMAT:
		return take_format(c, row, value, why);
	case SUGGEST_FILE:
		return keep(&c->filters.output, value);
	case SUGGEST_RUNTIME:
		return take_runtime(c, row, value, why);
	case SUGGEST_ITEMS:
	case SUGGEST_HOST_ARCH:
	case SUGGEST_CAPS:
	case SUGGEST_KERNEL:
		return take_host(c, row, value, why);
	default:
		return filters_take(&c->filters, row, value, why);
	}
}

/* ---- which profile ---------------------------------------------------------------------------------------------- */

static int fail(const char *fmt, ...) PRINTF(1, 2);
static int fail(const char *fmt, ...)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	va_list args;

	va_start(args, fmt);
	text_vprintf(&t, fmt, args);
	va_end(args);
	log_error("suggest: %s", t.data ? t.data : "out of memory");
	return CMD_FAILED;
}

static int find_container(struct command *c)
{
	const struct query_values *names = &c->filters.filter.fields[QUERY_CONTAINER];
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	int r;

	if (names->n == 0)
		return CMD_DONE;
	if (names->n > 1 && !c->file)
		return cmd_usage(c->line, "one container at a time, or its profile with --profile");
	if (names->n > 1)
		return CMD_DONE;
	r = query_find_container(c->query, span_from(names->values[0]), &c->container, &why);
	if (r == 0)
		return CMD_DONE;
	if (r == -ENOENT)
		filters_explain_nothing(c->query);
	log_error("suggest: %s", why.len ? why.data : strerror(-r));
	return r == -EINVAL ? CMD_USAGE : CMD_FAILED;
}

static int load_file(struct command *c)
{
	struct profile_cmd how = {.line = c->line, .name = c->name};
	struct profile_subject subject = {0};
	int status = profile_subject_load(&how, c->file, &subject);

	c->profile = TAKE(subject.profile);
	profile_subject_free(&subject);
	snprintf(c->source, sizeof(c->source), "%s", strcmp(c->file, "-") == 0 ? "standard input" : c->file);
	return status;
}

/* The captured one. */
static int load_captured(struct command *c)
{
	struct profile_problem problem = {0};
	const char *name = c->container->name ? c->container->name : c->container->id;
	int r = suggest_load(c->query, c->container, &c->profile, &c->sha256, &problem);

	snprintf(c->source, sizeof(c->source), "container %s", name);
	if (r == -ENOENT && c->container->has_spec)
		return fail("container %s was started without a seccomp profile: a filter that denied something is its program's "
			"own", name);
	if (r == -ENOENT)
		return fail("the profile of container %s is not known: it was gone before its specification could be read; say "
			"which it was with --profile FILE", name);
	if (r == PROFILE_E_REFUSED)
		profile_print_problem(c->source, &problem);
	return r < 0 ? filters_fail(c->line, c->query, r) : r ? CMD_FAILED : CMD_DONE;
}

static int find_profile(struct command *c)
{
	const struct query_values *units = &c->filters.filter.fields[QUERY_UNIT];
	int status = find_container(c);

	if (status != CMD_DONE)
		return status;
	if (c->file)
		status = load_file(c);
	else if (c->container)
		status = load_captured(c);
	else if (units->n == 1)
		snprintf(c->source, sizeof(c->source), "%s", units->values[0]);
	else
		return cmd_usage(c->line, "name a container (--container), a profile (--profile) or a systemd unit (--unit)");
	suggest_fit(c->container, &c->request);
	if (c->model >= 0)
		c->request.model = (enum profile_model)c->model;
	if (status == CMD_DONE && !c->profile && c->output > OUTPUT_JSON)
		return cmd_usage(c->line, "a systemd unit has no profile to change: --format text or json");
	return status;
}

/* Advice is worth having where the user's marks cannot be read. */
static int read_marks(struct command *c)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *db = cmd_db_path(c->line);
	int r = db ? marks_read(db, &c->marks, &why) : -ENOMEM;

	if (r < 0 && r != -ENOMEM)
		log_warning("suggest: mutes are passed over: %s", why.len ? why.data : strerror(-r));
	c->request.marks = &c->marks;
	return r == -ENOMEM ? r : 0;
}

static int resolve(struct command *c)
{
	struct suggest_request *request = &c->request;
	int status, r = 0;

	status = filters_open(c->line, &c->filters, &c->query);
	if (status == CMD_DONE)
		status = find_profile(c);
	if (status == CMD_DONE && !c->caps)
		r = suggest_caps(c->container, &c->caps, &request->host.n_caps);
	if (status == CMD_DONE && r == 0)
		r = read_marks(c);
	request->container = c->container;
	request->unit = c->filters.filter.fields[QUERY_UNIT].n == 1 ? c->filters.filter.fields[QUERY_UNIT].values[0] : NULL;
	request->host.caps = c->caps;
	request->filter = &c->filters.filter;
	request->profile = c->profile;
	request->source = c->source;
	request->sha256 = c->sha256;
	request->allow = (const char *const *)c->allow;
	request->n_allow = c->n_allow;
	return r < 0 ? filters_fail(c->line, c->query, r) : status;
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

static int add_json(const struct suggest *s, struct text *t)
{
	json_t *json = render_suggest_json(s);
	char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	text_add_str(t, text ? text : "");
	text_add_char(t, '\n');
	json_decref(json);
	free(text);
	return text ? 0 : -ENOMEM;
}

static int write_out(const struct command *c, const struct suggest *s)
{
	CLEANUP(render_output_free) struct render_output out = RENDER_OUTPUT_EMPTY;
	CLEANUP_TEXT struct text t = TEXT_EMPTY, why = TEXT_EMPTY;
	int r = 0;

	text_add_str(&t, "");
	if (c->output == OUTPUT_TEXT)
		render_suggest_add_text(s, &t);
	else if (c->output == OUTPUT_JSON)
		r = add_json(s, &t);
	else if (c->output == OUTPUT_PATCH)
		text_printf(&t, "%s\n", s->patch);
	else
		text_add_str(&t, c->output == OUTPUT_DIFF ? s->diff : s->patched);
	if (r < 0 || t.failed)
		return -ENOMEM;
	r = render_output_open(&out, c->filters.output, false, &why);
	if (r == 0 && t.len && fwrite(t.data, 1, t.len, out.file) != t.len)
		r = -EIO;
	if (r == 0)
		r = render_output_close(&out, &why);
	if (r < 0 && why.len)
		log_error("suggest: %s", why.data);
	return r;
}

/* What a file of changes alone would not say. */
static void warn(const struct command *c, const struct suggest *s)
{
	log_debug("suggest: %llu filters compiled in %.1f ms, all of it in %.1f ms", (unsigned long long)s->compiles,
		(double)s->compile_us / 1e3, (double)s->total_us / 1e3);
	if (c->output == OUTPUT_TEXT || c->output == OUTPUT_JSON)
		return;
	if (s->caution)
		log_warning("suggest: %s", s->caution);
	if (s->n_left_out)
		log_warning("suggest: %llu calls were not looked into", (unsigned long long)s->n_left_out);
	if (s->n_items == 0)
		log_info("suggest: nothing that was recorded was denied by this profile");
}

static int run(struct cmd_line *line)
{
	CLEANUP(command_free) struct command c = {.line = line, .model = -1, .marks = MARKS_EMPTY};
	CLEANUP_SUGGEST struct suggest s = SUGGEST_EMPTY;
	struct profile_problem problem = {0};
	int status = CMD_DONE, r;

	filters_init(&c.filters);
	if (cmd_parse(line, take, &c, &status) < 0)
		return status;
	status = resolve(&c);
	if (status != CMD_DONE)
		return status;
	r = suggest_make(c.query, &c.request, &s, &problem);
	if (r == PROFILE_E_REFUSED) {
		profile_print_problem(c.source, &problem);
		return CMD_FAILED;
	}
	if (r == 0 && s.n_items == 0)
		filters_explain_nothing(c.query);
	if (r == 0)
		r = write_out(&c, &s);
	if (r == 0)
		warn(&c, &s);
	return r < 0 ? filters_fail(line, c.query, r) : CMD_DONE;
}

static const struct option_row *const tables[] = {suggest_options, filters_options, NULL};

const struct cmd cmd_suggest = {
	.name = "suggest",
	.summary = "what to do about denied calls, the smallest proven change first",
	.text = "With --container: of the profile that the container was started with, or of --profile FILE, if that is what it "
		"was started from. With --profile alone: of all events that the filters match. With --unit: SystemCallFilter= "
		"lines for a systemd unit.\n\n"
		"For each denied call: which rule decided, how dangerous the call is and why, and the options, smallest first: "
		"keep (it denied), enosys (libc falls back), errno (instead of a kill), allow_args (with the arguments that were "
		"seen), allow, capability (for its holders), architecture, grant_cap (the profile stays as it is). Each option is "
		"applied, compiled as the runtime does, and compared with the profile in force over every call and every "
		"combination of arguments that its rules tell apart; what changed is listed, and an option that does more or "
		"less than it says is not shown.\n\n"
		"One option is recommended. Dangerous calls are never recommended to be allowed, unless --allow names them.\n\n"
		"--format diff applies with patch -p1 or git apply where the file is; --format profile prints the whole profile "
		"with the recommended changes, every other byte as it was.",
	.options = tables,
	.run = run,
};
