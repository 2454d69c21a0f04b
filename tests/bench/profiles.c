/* SPDX-License-Identifier: MIT */
/* profiles: what `profile diff` costs beside what libseccomp alone needs to compile the same two profiles (function beside
 * function, and whole process beside a process that does only that), and how many instructions a second the interpreter
 * runs. Times are CPU times of the quickest of ROUNDS runs of each, in turn.
 *
 *   profiles SECCOMPWATCH [FROM TO [ROUNDS]]     (default: moby's defaults of 20.10 and 28.3 from $CORPUS) */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "profile/filter.h"

#define ROUNDS      15
#define RATIO_MAX   3.0
#define BILLION     1e9
#define PER_SECOND  250e6
#define RUN_SECONDS 0.5

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

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "profiles: %s: %s\n", what, why);
	exit(1);
}

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / BILLION;
}

static void make(const char *path, struct subject *ret)
{
	struct profile_host host = {0};
	struct profile_problem problem = {0};

	host.caps = profile_default_caps(&host.n_caps);
	if (profile_load_file(path, NULL, &ret->profile, &problem) || profile_resolve(ret->profile, &host, &ret->rules, &problem) ||
		profile_compile(ret->rules, PROFILE_MODEL_RUNC, &ret->filter, &problem))
		fail(path, problem.message);
}

/* ---- libseccomp alone: the calls that a runtime makes of it ---- */

static void compile_alone(const struct profile_filter *f)
{
	scmp_filter_ctx ctx = seccomp_init(f->rules->default_action);
	CLEANUP_CLOSE int fd = memfd_create("bpf", MFD_CLOEXEC);

	if (!ctx || fd < 0)
		fail("libseccomp", "no context");
	for (size_t i = 0; i < f->n_archs; i++)
		seccomp_arch_add(ctx, f->archs[i].arch->token);
	for (size_t i = 0; i < f->n_steps; i++) {
		const struct filter_step *s = &f->steps[i];
		/* as runtimes do: by name */
		int nr = seccomp_syscall_resolve_name(s->name);
		if (seccomp_rule_add_array(ctx, s->action, nr, s->n_args, s->args))
			fail("libseccomp", s->name);
	}
	if (seccomp_export_bpf(ctx, fd))
		fail("libseccomp", "export");
	seccomp_release(ctx);
}

/* As a process: nothing is compiled but by libseccomp itself. */
static void compile_both_alone(const char *const paths[2])
{
	for (int i = 0; i < 2; i++) {
		CLEANUP(subject_free) struct subject s = {0};
		struct profile_problem problem = {0};
		struct profile_filter *f = calloc(1, sizeof(*f));
		struct profile_host host = {0};

		host.caps = profile_default_caps(&host.n_caps);
		if (!f || profile_load_file(paths[i], NULL, &s.profile, &problem) ||
			profile_resolve(s.profile, &host, &s.rules, &problem))
			fail(paths[i], problem.message);
		s.filter = f;
		f->rules = s.rules;
		f->model = PROFILE_MODEL_RUNC;
		for (size_t j = 0; j < s.rules->n_archs; j++)
			f->archs[f->n_archs++].arch = s.rules->archs[j];
		if (filter_expand(f, &problem))
			fail(paths[i], problem.message);
		compile_alone(f);
	}
}

/* ---- the whole command, in this process and as one of its own ---- */

static int count(void *data, const struct profile_change *change)
{
	++*(size_t *)data;
	return 0;
}

static size_t diff(const char *const paths[2])
{
	CLEANUP(subject_free) struct subject from = {0}, to = {0};
	size_t n = 0;

	make(paths[0], &from);
	make(paths[1], &to);
	if (profile_diff(from.filter, to.filter, count, &n))
		fail("diff", "out of memory");
	return n;
}

static double run_command(const char *const *argv)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stdout))
			execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) < 0 || status != 0)
		fail(argv[0], "failed");
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool compare(const char *program, const char *const paths[2], int rounds)
{
	CLEANUP(subject_free) struct subject from = {0}, to = {0};
	const char *const command[] = {program, "profile", "diff", paths[0], paths[1], NULL};
	const char *const process[] = {"/proc/self/exe", "--alone", paths[0], paths[1], NULL};
	double alone = 1e9, library = 1e9, whole = 1e9, process_alone = 1e9;
	size_t changes = 0, archs;

	make(paths[0], &from);
	make(paths[1], &to);
	archs = from.filter->n_archs;
	for (int i = 0; i < rounds; i++) {
		double start = cpu_now(), middle;

		compile_alone(from.filter);
		compile_alone(to.filter);
		middle = cpu_now();
		alone = MIN(alone, middle - start);
		changes = diff(paths);
		library = MIN(library, cpu_now() - middle);
		process_alone = MIN(process_alone, run_command(process));
		whole = MIN(whole, run_command(command));
	}
	printf("profile diff of two defaults: %zu rules, %zu architectures, %zu decisions differ\n",
		to.profile->n_rules, archs, changes);
	printf("  libseccomp compiles both           %7.2f ms CPU\n", alone * 1e3);
	printf("  load, compile both and compare     %7.2f ms CPU   %.2f ×  (at most %.0f)\n", library * 1e3, library / alone, RATIO_MAX);
	printf("  a process in which it does         %7.2f ms CPU\n", process_alone * 1e3);
	printf("  seccompwatch profile diff          %7.2f ms CPU   %.2f ×  (at most %.0f)\n", whole * 1e3, whole / process_alone,
		RATIO_MAX);
	return library / alone <= RATIO_MAX && whole / process_alone <= RATIO_MAX;
}

/* ---- the interpreter ---- */

struct calls {
	struct bpf_data *data;
	size_t n, room;
	bool big_endian;
};

static int keep(void *data, const struct bpf_call *call, unsigned used)
{
	struct calls *c = data;

	if (c->n == c->room) {
		c->room = c->room * 2 + 1024;
		c->data = realloc(c->data, c->room * sizeof(*c->data));
		if (!c->data)
			fail("calls", "out of memory");
	}
	bpf_data_set(&c->data[c->n++], call, c->big_endian);
	return 0;
}

static bool interpret(const char *path)
{
	CLEANUP(subject_free) struct subject s = {0};
	const struct profile_filter *filters[1];
	const struct bpf_program *program;
	struct calls calls = {0};
	uint64_t steps = 0, one, turns = 0;
	volatile uint32_t sink = 0;
	double start, rate;

	make(path, &s);
	filters[0] = s.filter;
	program = profile_filter_program(s.filter);
	if (profile_each_call(filters, 1, keep, &calls))
		fail("calls", "out of memory");
	for (size_t i = 0; i < calls.n; i++) {
		sink += bpf_run_counted(program, &calls.data[i], &one);
		steps += one;
	}
	start = cpu_now();
	while (cpu_now() - start < RUN_SECONDS) {
		for (size_t i = 0; i < calls.n; i++)
			sink += bpf_run(program, &calls.data[i]);
		turns++;
	}
	rate = (double)(steps * turns) / (cpu_now() - start);
	printf("interpreter: %zu instructions, %zu calls, %.0f instructions a call: %.0f million instructions a second  (at least "
		"%.0f)\n", bpf_length(program), calls.n, (double)steps / (double)calls.n, rate / 1e6, PER_SECOND / 1e6);
	free(calls.data);
	return rate >= PER_SECOND;
}

int main(int argc, char **argv)
{
	const char *corpus = getenv("CORPUS") ? getenv("CORPUS") : "../shared/corpus", *paths[2];
	char from[512], to[512];
	bool good;

	if (argc == 4 && strcmp(argv[1], "--alone") == 0) {
		compile_both_alone((const char *const *)&argv[2]);
		return 0;
	}
	if (argc < 2)
		fail("usage", "profiles SECCOMPWATCH [FROM TO [ROUNDS]]");
	snprintf(from, sizeof(from), "%s/profiles/moby-default-v20.10.27.json", corpus);
	snprintf(to, sizeof(to), "%s/profiles/moby-default-v28.3.3.json", corpus);
	paths[0] = argc > 3 ? argv[2] : from;
	paths[1] = argc > 3 ? argv[3] : to;
	good = compare(argv[1], paths, argc > 4 ? atoi(argv[4]) : ROUNDS);
	good = interpret(paths[1]) && good;
	return good ? 0 : 1;
}
