/* SPDX-License-Identifier: MIT */
/* Calls that are worth trying on a profile: every number of every architecture, and for the syscalls whose rules look at
 * arguments vectors made of those rules' own values and their neighbours. */
#pragma once

#include <linux/audit.h>
#include <seccomp.h>

#include "seccompwatch/profile.h"

/* libseccomp 2.5.4 itself loses memory when it joins some rules (src/db.c _db_tree_add). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

/* xorshift64*: the same calls on every run. */
struct calls_random {
	uint64_t state;
};

static inline uint64_t calls_next(struct calls_random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * UINT64_C(2685821657736338717);
}

/* Values that lie on both sides of everything a condition can ask. */
static inline uint64_t calls_value(struct calls_random *r, const struct profile_arg *arg)
{
	uint64_t bit = UINT64_C(1) << (calls_next(r) & 63), v = arg->value, w = arg->value_two;
	const uint64_t values[] = {
		0, UINT64_MAX, v, v - 1, v + 1, w, w - 1, w + 1, v | w, v & w, ~v, w & v, (w & v) | (calls_next(r) & ~v), v ^ bit,
		w ^ bit, v + (UINT64_C(1) << 32), v & UINT32_MAX, v << 32, v >> 32, calls_next(r), bit,
	};

	return values[calls_next(r) % ARRAY_SIZE(values)];
}

typedef void (*calls_fn)(void *data, const struct bpf_call *call);

static inline void calls_plain(uint32_t audit_arch, uint32_t first, uint32_t last, calls_fn fn, void *data)
{
	for (uint32_t nr = first; nr < last; nr++) {
		struct bpf_call call = {.arch = audit_arch, .nr = nr};
		fn(data, &call);
	}
}

/* Two rules of the same syscall mix their values: overlaps are where compilers go wrong. */
static inline void calls_of_rule(const struct profile *p, size_t rule, const struct profile_arch *arch, unsigned n,
	calls_fn fn, void *data)
{
	struct calls_random r = {.state = 0x9e3779b97f4a7c15u + rule};

	for (size_t i = 0; i < p->rules[rule].names.n; i++) {
		int nr = arch->token ? seccomp_syscall_resolve_name_arch(arch->token, p->rules[rule].names.items[i]) : -1;
		for (unsigned k = 0; nr >= 0 && k < n; k++) {
			struct bpf_call call = {.arch = arch->audit, .nr = (uint32_t)nr};
			for (size_t j = 0; j < p->rules[rule].n_args; j++)
				call.args[p->rules[rule].args[j].index] = calls_value(&r, &p->rules[rule].args[j]);
			if (k % 4 == 3) {
				const struct profile_rule *other = &p->rules[calls_next(&r) % p->n_rules];
				for (size_t j = 0; j < other->n_args; j++)
					call.args[other->args[j].index] = calls_value(&r, &other->args[j]);
			}
			fn(data, &call);
		}
	}
}

/* socketcall and ipc on 32-bit x86, the numbers at the edges, and an architecture that nobody lists. */
static inline void calls_odd(calls_fn fn, void *data)
{
	static const uint32_t nrs[] = {0x40000000, 0x400001ff, 0x40000220, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
	static const uint32_t archs[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, AUDIT_ARCH_S390X, 0};

	for (size_t a = 0; a < ARRAY_SIZE(archs); a++) {
		for (size_t i = 0; i < ARRAY_SIZE(nrs); i++) {
			struct bpf_call call = {.arch = archs[a], .nr = nrs[i]};
			fn(data, &call);
		}
	}
	for (uint64_t sub = 0; sub < 30; sub++) {
		struct bpf_call call = {.arch = AUDIT_ARCH_I386, .nr = 102, .args = {sub, 40, 40, 0, 40, 0}};
		fn(data, &call);
		call.nr = 117;
		fn(data, &call);
	}
}

static inline void calls_all(const struct profile *p, const struct profile_arch *const *archs, size_t n_archs, unsigned n,
	calls_fn fn, void *data)
{
	for (size_t i = 0; i < n_archs; i++) {
		uint32_t base = archs[i]->token == SCMP_ARCH_X32 ? 0x40000000 : archs[i]->token == SCMP_ARCH_MIPS ||
			archs[i]->token == SCMP_ARCH_MIPSEL ? 4000 : 0;
		calls_plain(archs[i]->audit, base, base + 600, fn, data);
		for (size_t rule = 0; rule < p->n_rules; rule++)
			if (p->rules[rule].n_args)
				calls_of_rule(p, rule, archs[i], n, fn, data);
	}
	calls_odd(fn, data);
}
