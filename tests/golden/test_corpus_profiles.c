/* SPDX-License-Identifier: MIT */
/* Every profile of the corpus is accepted or refused for the right reason; on each accepted one the compiled filter and
 * the rules agree about every call, for several hosts and every runtime. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "profile_calls.h"

struct expected {
	const char *file;
	const char *pointer; /* NULL: accepted */
	const char *message; /* a part of it; for accepted ones the part of a note, NULL: no note at all */
	const char *name;    /* which of several */
};

static const struct expected expectations[] = {
	{"bpf-hook-block-mkdir.json", NULL, NULL, NULL},
	{"broken-moby-24537-empty-name.json", "/syscalls/0", "has no names", NULL},
	{"broken-moby-arch-and-archmap.json", "", "both architectures and archMap", NULL},
	{"broken-moby-name-and-names.json", "/syscalls/0/names", "stands beside name", NULL},
	{"broken-nomad-10060-file-uri.txt", "", "was a path given", NULL},
	{"broken-nomad-10060-path-not-json.txt", "", "was a path given", NULL},
	{"firecracker-", "", "Firecracker", NULL},
	{"minijail-", "", "minijail", NULL},
	{"kguardian-", "", "its member \"expected\" looks like one", NULL},
	{"kubescape-", NULL, NULL, NULL},
	{"odd-kguardian-1497-empty-names-", NULL, "is empty: the rule does nothing", NULL},
	{"spo-seccompprofile.yaml", "", "4 profiles in one file (\"profile-block-all\", ", NULL},
	{"spo-seccompprofile.yaml", "", "no profile is named \"other\"", "other"},
	{"spo-seccompprofile.yaml", NULL, NULL, "profile-complain-block-high-risk"},
	{"spo-seccompprofile-allowed-syscalls-validation.yaml", "", "4 profiles in one file", NULL},
	{"spo-seccompprofile-allowed-syscalls-validation.yaml", NULL, NULL, "profile-denied-syscalls"},
	{"", NULL, NULL, NULL}, /* all others */
};

static char corpus[512];

static const char *path_of(const char *file)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", corpus, file);
	return path;
}

static bool is_about(const struct expected *e, const char *file)
{
	size_t n = strlen(e->file);
	bool exact = n > 0 && e->file[n - 1] != '-';

	return exact ? strcmp(e->file, file) == 0 : strncmp(e->file, file, n) == 0;
}

/* ---- accepted or refused ---- */

static void check_refused(const struct expected *e, const char *file, int k, const struct profile_problem *problem)
{
	if (k != PROFILE_E_REFUSED || strcmp(problem->pointer, e->pointer) != 0 || !strstr(problem->message, e->message))
		fail_msg("%s: %d at \"%s\": %s", file, k, problem->pointer, problem->message);
	if (problem->line == 0 && *e->pointer)
		fail_msg("%s: no line for %s", file, e->pointer);
}

static void check_accepted(const struct expected *e, const char *file, int k, const struct profile *p,
	const struct profile_problem *problem)
{
	if (k)
		fail_msg("%s: %d at \"%s\" (line %u): %s", file, k, problem->pointer, problem->line, problem->message);
	if (!e->message && p->n_notes)
		fail_msg("%s: %s: %s", file, p->notes[0].pointer, p->notes[0].message);
	if (e->message && (p->n_notes != 1 || !strstr(p->notes[0].message, e->message) || p->notes[0].line == 0))
		fail_msg("%s: %zu notes, %s", file, p->n_notes, p->n_notes ? p->notes[0].message : "");
}

static void check_file(const struct expected *e, const char *file)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_load_options options = {.name = e->name};
	struct profile_problem problem = {0};
	int k = profile_load_file(path_of(file), &options, &p, &problem);

	if (e->pointer)
		check_refused(e, file, k, &problem);
	else
		check_accepted(e, file, k, p, &problem);
}

typedef size_t (*file_fn)(const char *file);

static size_t for_each_file(file_fn fn)
{
	DIR *dir = opendir(corpus);
	struct dirent *entry;
	size_t n = 0;

	if (!dir) {
		print_message("no corpus at %s: nothing is checked\n", corpus);
		skip();
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "index.txt") != 0)
			n += fn(entry->d_name);
	closedir(dir);
	return n;
}

static size_t load_one(const char *file)
{
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++) {
		const struct expected *e = &expectations[i];
		if (!is_about(e, file) || (*e->file == '\0' && found))
			continue;
		check_file(e, file);
		found++;
	}
	return 1;
}

static void accepts_and_refuses(void **state)
{
	assert_true(for_each_file(load_one) >= 60);
}

/* ---- the filter and the rules agree ---- */

struct agreement {
	const struct profile_filter *filter;
	const char *file;
	size_t calls, by[PROFILE_BY_NOTHING + 1];
};

static void agree(void *data, const struct bpf_call *call)
{
	struct agreement *a = data;
	struct profile_verdict v;

	profile_decide(a->filter, call, &v);
	a->calls++;
	a->by[v.by]++;
	if (v.by == PROFILE_BY_NOTHING)
		fail_msg("%s: arch %x number %u args %llx %llx %llx: the filter says %x", a->file, call->arch, call->nr,
			(unsigned long long)call->args[0], (unsigned long long)call->args[1],
			(unsigned long long)call->args[2], v.action);
	if (v.contested)
		fail_msg("%s: number %u is contested", a->file, call->nr);
}

static const struct {
	const char *arch, *caps;
	uint32_t kernel;
} hosts[] = {
	{"x86_64", "default", 6 << 16 | 1}, {"x86_64", "ALL", 6 << 16 | 1}, {"x86_64", "none", 4 << 16 | 4},
	{"aarch64", "default", 5 << 16 | 4}, {"s390x", "default", 6 << 16 | 1}, {"ppc64le", "SYS_ADMIN,SYS_PTRACE", 6 << 16},
};

static size_t totals[PROFILE_BY_NOTHING + 1];

/* Architectures of both byte orders, and moby's own fixture with errno 12345. */
static bool is_refused_rightly(const char *file, const struct profile_problem *problem)
{
	if (strcmp(file, "moby-fixture-example.json") == 0)
		return strstr(problem->message, "errno 12345") && strcmp(problem->pointer, "/syscalls/3") == 0;
	return strstr(problem->message, "byte order");
}

static void agree_on_host(const struct profile *p, const char *file, size_t host, enum profile_model model)
{
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	CLEANUP_FREE const char **caps = NULL;
	struct profile_host h = {.kernel = hosts[host].kernel};
	const struct profile_arch *archs[PROFILE_ARCHS_MAX + 1];
	struct profile_problem problem = {0};
	struct agreement a = {.file = file};
	size_t n = 0;

	h.arch = profile_arch_from_name(span_from(hosts[host].arch));
	assert_int_equal(profile_parse_caps(span_from(hosts[host].caps), &caps, &h.n_caps), 0);
	h.caps = caps;
	assert_int_equal(profile_resolve(p, &h, &rules, &problem), 0);
	if (profile_compile(rules, model, &filter, &problem)) {
		if (!is_refused_rightly(file, &problem))
			fail_msg("%s on %s: %s: %s", file, hosts[host].arch, problem.pointer, problem.message);
		return;
	}
	archs[n++] = rules->native;
	for (size_t i = 0; i < rules->n_archs; i++)
		archs[n++] = rules->archs[i];
	a.filter = filter;
	calls_all(p, archs, n, 40, agree, &a);
	for (size_t i = 0; i < ARRAY_SIZE(totals); i++)
		totals[i] += a.by[i];
}

static size_t agree_on(const char *file)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	struct profile_load_options options = {0};

	if (strcmp(file, "spo-seccompprofile.yaml") == 0)
		options.name = "profile-complain-block-high-risk";
	if (profile_load_file(path_of(file), &options, &p, NULL))
		return 0;
	for (size_t host = 0; host < ARRAY_SIZE(hosts); host++)
		agree_on_host(p, file, host, PROFILE_MODEL_RUNC);
	for (int model = PROFILE_MODEL_RUNC + 1; model < PROFILE_MODEL_N; model++)
		agree_on_host(p, file, 0, (enum profile_model)model);
	return 1;
}

static void filter_and_rules_agree(void **state)
{
	size_t files = for_each_file(agree_on);

	print_message("%zu profiles: %zu calls decided by a rule, %zu by the default, %zu by the stub, %zu by architecture\n",
		files, totals[PROFILE_BY_RULE], totals[PROFILE_BY_DEFAULT], totals[PROFILE_BY_STUB], totals[PROFILE_BY_ARCH]);
	assert_true(files >= 50);
	assert_true(totals[PROFILE_BY_RULE] && totals[PROFILE_BY_DEFAULT] && totals[PROFILE_BY_STUB] && totals[PROFILE_BY_ARCH]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_and_refuses),
		cmocka_unit_test(filter_and_rules_agree),
	};
	const char *root = getenv("CORPUS");

	snprintf(corpus, sizeof(corpus), "%s/profiles", root ? root : "../shared/corpus");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
