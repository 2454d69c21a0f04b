/* SPDX-License-Identifier: MIT */
/* libseccomp's door: rules → BPF. */
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/mman.h>

#include "filter.h"

#define INSNS_MAX BPF_MAXINSNS

static const struct {
	const char *name;
	enum profile_model model;
} models[] = {
	{"runc", PROFILE_MODEL_RUNC},
	{"crun", PROFILE_MODEL_CRUN},
	{"plain", PROFILE_MODEL_PLAIN},
};

static const char *const model_names[PROFILE_MODEL_N] = {
	[PROFILE_MODEL_RUNC] = "runc",
	[PROFILE_MODEL_RUNC_FIRST] = "runc before 1.1.15",
	[PROFILE_MODEL_CRUN] = "crun",
	[PROFILE_MODEL_PLAIN] = "plain",
};

const char *profile_model_name(enum profile_model model)
{
	return (unsigned)model < PROFILE_MODEL_N ? model_names[model] : NULL;
}

/* "1.1.5", "1.2.0-rc.1", "1.0.0-rc93+dev", "1.1.5+ds1". */
static int model_from_runc(const char *version)
{
	unsigned major, minor, patch = 0, rc = 0;
	int n = sscanf(version, "%3u.%3u.%5u-rc%5u", &major, &minor, &patch, &rc);

	if (n < 2)
		return -EINVAL;
	if (n < 4 && sscanf(version, "%3u.%3u.%5u-rc.%5u", &major, &minor, &patch, &rc) < 4)
		rc = UINT16_MAX;
	if (major > 1 || (major == 1 && minor > 1) || (major == 1 && minor == 1 && patch >= 15))
		return PROFILE_MODEL_RUNC;
	if (major == 1 && (minor == 1 || patch > 0 || rc >= 93))
		return PROFILE_MODEL_RUNC_FIRST;
	return PROFILE_MODEL_PLAIN;
}

int profile_model_from_name(struct span name)
{
	char version[32];

	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (span_equal(span_from(models[i].name), name))
			return models[i].model;
	if (!span_starts(name, SPAN("runc-")) || name.len >= sizeof(version))
		return -EINVAL;
	name = span_from_offset(name, 5);
	memcpy(version, name.data, name.len);
	version[name.len] = '\0';
	return model_from_runc(version);
}

/* ---- libseccomp ---- */

static void release(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

static int refuse_arch(const struct profile_arch *arch, const char *why, struct profile_problem *problem)
{
	return problem_set(problem, "", "%s %s", arch->name, why);
}

static int add_arch(scmp_filter_ctx ctx, const struct profile_arch *arch, const struct profile_filter *f,
	struct profile_problem *problem)
{
	int k;

	if (!arch->token)
		return refuse_arch(arch, "is unknown to this machine's libseccomp", problem);
	if (arch->big_endian != f->rules->native->big_endian)
		return refuse_arch(arch, "has the other byte order than the machine, and libseccomp refuses to mix them",
			problem);
	k = seccomp_arch_add(ctx, arch->token);
	return k == -EEXIST ? 0 : k;
}

/* The context starts with this machine's architecture; for another machine's profile it goes. */
static int start(scmp_filter_ctx ctx, const struct profile_filter *f, struct profile_problem *problem)
{
	uint32_t here = seccomp_arch_native(), native = f->rules->native->token;
	int k = 0;

	if (!native)
		return refuse_arch(f->rules->native, "is unknown to this machine's libseccomp", problem);
	if (native != here)
		k = seccomp_arch_remove(ctx, here);
	for (size_t i = 0; !k && i < f->n_archs; i++)
		k = add_arch(ctx, f->archs[i].arch, f, problem);
	return k;
}

#define ERRNO_MAX 4095

static bool has_bad_errno(uint32_t action)
{
	return profile_action_has_errno(action) && (action & SECCOMP_RET_DATA) > ERRNO_MAX;
}

static int refuse_errno(const char *pointer, uint32_t action, struct profile_problem *problem)
{
	return problem_set(problem, pointer, "errno %u: libseccomp takes none above %d, and so no container starts",
		action & SECCOMP_RET_DATA, ERRNO_MAX);
}

static int refuse_step(const struct profile_filter *f, const struct filter_step *s, int error,
	struct profile_problem *problem)
{
	char pointer[PROFILE_POINTER_MAX], word[PROBLEM_WORD_MAX];

	if (error == -ENOMEM)
		return error;
	profile_rule_pointer(f->rules->profile, s->rule, pointer);
	problem_word(word, span_from(s->name));
	if (has_bad_errno(s->action))
		return refuse_errno(pointer, s->action, problem);
	if (error == -EEXIST)
		return problem_set(problem, pointer, "the rule for %s contradicts an earlier one: libseccomp refuses it, and so "
			"no container starts", word);
	return problem_set(problem, pointer, "libseccomp refuses the rule for %s: %s", word, strerror(-error));
}

static int add_steps(scmp_filter_ctx ctx, const struct profile_filter *f, struct profile_problem *problem)
{
	for (size_t i = 0; i < f->n_steps; i++) {
		const struct filter_step *s = &f->steps[i];
		int k = seccomp_rule_add_array(ctx, s->action, s->nr, s->n_args, s->args);
		if (k)
			return refuse_step(f, s, k, problem);
	}
	return 0;
}

static bool is_used_action(const struct profile_filter *f, uint32_t action)
{
	if (action == f->rules->default_action || action == SCMP_ACT_KILL_THREAD)
		return true;
	for (size_t i = 0; i < f->n_steps; i++)
		if (f->steps[i].action == action)
			return true;
	return false;
}

/* For the other byte order. Where a jump was too long for its eight bits, libseccomp 2.5 copies the return it leads to
 * and turns that one's value twice (gen_bpf.c _gen_bpf_build_jmp_ret). */
static void swap(const struct profile_filter *f, struct sock_filter *insns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t k = insns[i].k;
		insns[i].code = __builtin_bswap16(insns[i].code);
		if (insns[i].code != (BPF_RET | BPF_K) || !is_used_action(f, k))
			insns[i].k = __builtin_bswap32(k);
	}
}

static bool is_big_endian_here(void)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
}

/* libseccomp 2.5 exports to a descriptor only. */
static int export(scmp_filter_ctx ctx, const struct profile_filter *f, struct sock_filter *ret, size_t max, size_t *ret_n)
{
	CLEANUP_CLOSE int fd = memfd_create("bpf", MFD_CLOEXEC);
	ssize_t size;
	int k;

	if (fd < 0)
		return -errno;
	k = seccomp_export_bpf(ctx, fd);
	if (k)
		return k;
	size = pread(fd, ret, (max + 1) * sizeof(*ret), 0);
	if (size < 0)
		return -errno;
	*ret_n = (size_t)size / sizeof(*ret);
	if (f->rules->native->big_endian != is_big_endian_here())
		swap(f, ret, *ret_n);
	return 0;
}

static int generate(const struct profile_filter *f, struct sock_filter *ret, size_t max, size_t *ret_n,
	struct profile_problem *problem)
{
	CLEANUP(release) scmp_filter_ctx ctx = seccomp_init(f->rules->default_action);
	int k;

	if (!ctx && has_bad_errno(f->rules->default_action))
		return refuse_errno("/defaultErrnoRet", f->rules->default_action, problem);
	if (!ctx)
		return problem_set(problem, "/defaultAction", "libseccomp refuses the default action");
	k = start(ctx, f, problem);
	if (!k)
		k = add_steps(ctx, f, problem);
	return k ? k : export(ctx, f, ret, max, ret_n);
}

static int refuse_size(size_t needed, struct profile_problem *problem)
{
	if (needed)
		return problem_set(problem, "", "too large: its conditions alone need %zu instructions, and a kernel takes %d",
			needed, INSNS_MAX);
	return problem_set(problem, "", "too large: the filter needs more than the %d instructions that a kernel takes",
		INSNS_MAX);
}

static int assemble(struct profile_filter *f, struct profile_problem *problem)
{
	struct sock_filter *insns = calloc(INSNS_MAX + FILTER_STUB_MAX + 1, sizeof(*insns));
	const char *why = NULL;
	size_t stub, n = 0, at;
	int k;

	if (!insns)
		return -ENOMEM;
	stub = filter_stub(f, insns);
	k = generate(f, insns + stub, INSNS_MAX, &n, problem);
	if (!k)
		k = bpf_load(&f->program, insns, stub + n, &why, &at);
	free(insns);
	if (why)
		return refuse_size(0, problem);
	return k;
}

/* ---- the whole ---- */

static void set_archs(struct profile_filter *f)
{
	f->archs[f->n_archs++].arch = f->rules->native;
	for (size_t i = 0; i < f->rules->n_archs; i++)
		if (f->rules->archs[i] != f->rules->native)
			f->archs[f->n_archs++].arch = f->rules->archs[i];
}

/* What is said of the profile's own members is meant from the file's root. */
static int rebase(const struct profile *p, int k, struct profile_problem *problem)
{
	char pointer[PROFILE_POINTER_MAX];

	if (k == PROFILE_E_REFUSED && problem && strncmp(problem->pointer, "/default", strlen("/default")) == 0) {
		snprintf(pointer, sizeof(pointer), "%.200s%.50s", p->base, problem->pointer);
		memcpy(problem->pointer, pointer, sizeof(pointer));
	}
	return k;
}

static int prepare(struct profile_filter *f, struct profile_problem *problem)
{
	size_t needed = 0;
	int k = filter_expand(f, problem);

	if (!k)
		k = filter_bound(f, &needed);
	if (!k && needed > INSNS_MAX)
		k = refuse_size(needed, problem);
	return k;
}

int profile_compile(const struct profile_rules *rules, enum profile_model model, struct profile_filter **ret,
	struct profile_problem *problem)
{
	CLEANUP(profile_filter_free_p) struct profile_filter *f = calloc(1, sizeof(*f));
	int k;

	if (!f)
		return -ENOMEM;
	f->rules = rules;
	f->model = model;
	set_archs(f);
	/* What the running kernel lacks, libseccomp would refuse to compile. */
	seccomp_api_set(6);
	k = prepare(f, problem);
	if (k)
		return rebase(rules->profile, k, problem);
	filter_find_stub(f);
	k = rebase(rules->profile, assemble(f, problem), problem);
	if (!k)
		k = filter_index(f);
	if (k)
		return k;
	*ret = TAKE(f);
	return 0;
}

void profile_filter_free(struct profile_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_archs; i++)
		free(f->archs[i].entries);
	free(f->steps);
	free(f->unknown);
	bpf_free(f->program);
	free(f);
}

const struct bpf_program *profile_filter_program(const struct profile_filter *f)
{
	return f->program;
}

const char *profile_filter_unknown_name(const struct profile_filter *f, size_t i, size_t *ret_rule)
{
	if (i >= f->n_unknown)
		return NULL;
	if (ret_rule)
		*ret_rule = f->unknown[i].rule;
	return f->unknown[i].name;
}
