/* SPDX-License-Identifier: MIT */
/* The filter that runc puts before libseccomp's: numbers above the highest one that the profile names answer ENOSYS, so
 * that programs fall back from syscalls that nobody could have thought of. After opencontainers/runc
 * libcontainer/seccomp/patchbpf/enosys_linux.go; the layout of the instructions is our own, what they decide is not:
 *   - none when the default action is ALLOW, LOG or TRACE
 *   - only for the listed architectures; since 1.1.15 and 1.2.0-rc.1 also for the native one (pull request 4219)
 *   - none for an architecture of which the profile names no syscall, or only number 0
 *   - setup, number 0, on s390 and s390x: the kernel shows it for any number it does not know */
#include "filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#define X32_BIT 0x40000000u

static const struct sock_filter enosys = BPF_STMT(BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS));

static bool is_runc(enum profile_model model)
{
	return model == PROFILE_MODEL_RUNC || model == PROFILE_MODEL_RUNC_FIRST;
}

static bool is_listed(const struct profile_filter *f, const struct profile_arch *arch)
{
	if (f->model == PROFILE_MODEL_RUNC && arch == f->rules->native)
		return true;
	for (size_t i = 0; i < f->rules->n_archs; i++)
		if (f->rules->archs[i] == arch)
			return true;
	return false;
}

static uint32_t find_last(const struct profile_filter *f, const struct profile_arch *arch)
{
	const struct profile *p = f->rules->profile;
	int last = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		if (f->rules->uses[i].use != PROFILE_USE_ACTIVE)
			continue;
		for (size_t j = 0; j < p->rules[i].names.n; j++) {
			int nr = seccomp_syscall_resolve_name_arch(arch->token, p->rules[i].names.items[j]);
			last = MAX(last, nr);
		}
	}
	return (uint32_t)last;
}

void filter_find_stub(struct profile_filter *f)
{
	uint32_t action = f->rules->default_action & SECCOMP_RET_ACTION_FULL;

	if (!is_runc(f->model) || profile_action_executes(action) || action == SECCOMP_RET_TRACE)
		return;
	for (size_t i = 0; i < f->n_archs; i++) {
		struct filter_arch *a = &f->archs[i];
		a->last = is_listed(f, a->arch) ? find_last(f, a->arch) : 0;
		a->has_stub = a->last > 0;
	}
}

static bool has_setup(const struct profile_arch *arch)
{
	return arch->token == SCMP_ARCH_S390 || arch->token == SCMP_ARCH_S390X;
}

static const struct filter_arch *find_arch(const struct profile_filter *f, uint32_t token)
{
	for (size_t i = 0; i < f->n_archs; i++)
		if (f->archs[i].arch->token == token && f->archs[i].has_stub)
			return &f->archs[i];
	return NULL;
}

/* ---- the decision ---- */

const struct filter_arch *filter_stub_answers(const struct profile_filter *f, const struct bpf_call *call)
{
	for (size_t i = 0; i < f->n_archs; i++) {
		const struct filter_arch *a = &f->archs[i];
		if (!a->has_stub || a->arch->audit != call->arch)
			continue;
		if (call->arch == AUDIT_ARCH_X86_64 && (a->arch->token == SCMP_ARCH_X32) != !!(call->nr & X32_BIT))
			continue;
		if (call->nr > a->last || (call->nr == 0 && has_setup(a->arch)))
			return a;
	}
	return NULL;
}

/* ---- the instructions ---- */

static size_t put(struct sock_filter *ret, const struct sock_filter *insns, size_t n)
{
	memcpy(ret, insns, n * sizeof(*insns));
	return n;
}

/* Each block ends where the next begins, with the accumulator free; another architecture jumps over it. */
static size_t emit_arch(const struct filter_arch *a, struct sock_filter *ret)
{
	const struct sock_filter plain[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a->arch->audit, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, a->last, 0, 1),
		enosys,
	};
	const struct sock_filter setup[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, a->arch->audit, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, a->last, 0, 1),
		enosys,
	};

	return has_setup(a->arch) ? put(ret, setup, ARRAY_SIZE(setup)) : put(ret, plain, ARRAY_SIZE(plain));
}

/* x86_64 and x32 share an audit architecture; one that has no stub lets everything through. */
static size_t emit_x86_64(const struct filter_arch *wide, const struct filter_arch *x32, struct sock_filter *ret)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, X32_BIT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, wide ? wide->last : UINT32_MAX, 1, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, x32 ? x32->last : UINT32_MAX, 0, 1),
		enosys,
	};

	return wide || x32 ? put(ret, insns, ARRAY_SIZE(insns)) : 0;
}

size_t filter_stub(const struct profile_filter *f, struct sock_filter *ret)
{
	size_t n = emit_x86_64(find_arch(f, SCMP_ARCH_X86_64), find_arch(f, SCMP_ARCH_X32), ret);

	for (size_t i = 0; i < f->n_archs; i++)
		if (f->archs[i].has_stub && f->archs[i].arch->audit != AUDIT_ARCH_X86_64)
			n += emit_arch(&f->archs[i], ret + n);
	return n;
}
