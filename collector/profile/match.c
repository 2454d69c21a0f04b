/* SPDX-License-Identifier: MIT */
/* Which rules match a call, from the rules themselves. libseccomp 2.5 (src/db.c) joins them like this:
 *   - a rule without conditions replaces earlier ones with conditions; after it nothing counts
 *   - rules with conditions are alternatives; where several with different actions match, the order in which its tree
 *     is sorted decides, which is not the order of the rules: the BPF is asked
 *   - a MASKED_EQ whose mask is 0 is no condition; a 32-bit architecture looks at the low 32 bits of everything
 *   - on x86, mips, ppc and s390 the calls behind socketcall and ipc are added twice: once under their own number, and
 *     once as that call with argument 0 set, whose other conditions stay as they are (src/syscalls.c abi_rule_add) */
#include "filter.h"

#include <linux/audit.h>

/* linux/net.h and linux/ipc.h. */
static const struct {
	const char *name;
	bool ipc;
	uint8_t number;
} sub_calls[] = {
	{"socket", false, 1}, {"bind", false, 2}, {"connect", false, 3}, {"listen", false, 4}, {"accept", false, 5},
	{"getsockname", false, 6}, {"getpeername", false, 7}, {"socketpair", false, 8}, {"send", false, 9},
	{"recv", false, 10}, {"sendto", false, 11}, {"recvfrom", false, 12}, {"shutdown", false, 13},
	{"setsockopt", false, 14}, {"getsockopt", false, 15}, {"sendmsg", false, 16}, {"recvmsg", false, 17},
	{"accept4", false, 18}, {"recvmmsg", false, 19}, {"sendmmsg", false, 20}, {"semop", true, 1},
	{"semget", true, 2}, {"semctl", true, 3}, {"semtimedop", true, 4}, {"msgsnd", true, 11}, {"msgrcv", true, 12},
	{"msgget", true, 13}, {"msgctl", true, 14}, {"shmat", true, 21}, {"shmdt", true, 22}, {"shmget", true, 23},
	{"shmctl", true, 24},
};

/* ---- the table ---- */

/* The numbers that the calls behind socketcall and ipc have of their own. */
struct mux {
	bool exists;
	int socketcall, ipc;
	int direct[ARRAY_SIZE(sub_calls)]; /* -1: none */
};

static bool has_mux(uint32_t token)
{
	static const uint32_t tokens[] = {SCMP_ARCH_X86, SCMP_ARCH_S390, SCMP_ARCH_S390X, SCMP_ARCH_PPC, SCMP_ARCH_PPC64,
		SCMP_ARCH_PPC64LE, SCMP_ARCH_MIPS, SCMP_ARCH_MIPSEL};

	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		if (tokens[i] == token)
			return true;
	return false;
}

static int find_sub_call(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(sub_calls); i++)
		if (strcmp(sub_calls[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void note_direct(struct mux *m, uint32_t token, int nr)
{
	CLEANUP_FREE char *name = seccomp_syscall_resolve_num_arch(token, nr);
	int i = name ? find_sub_call(name) : -1;

	if (i >= 0)
		m->direct[i] = nr;
}

static void find_mux(struct mux *m, uint32_t token)
{
	int first = token == SCMP_ARCH_MIPS || token == SCMP_ARCH_MIPSEL ? 4000 : 0;

	m->exists = has_mux(token);
	memset(m->direct, 0xff, sizeof(m->direct));
	if (!m->exists)
		return;
	m->socketcall = seccomp_syscall_resolve_name_arch(token, "socketcall");
	m->ipc = seccomp_syscall_resolve_name_arch(token, "ipc");
	for (int nr = first; nr < first + 512; nr++)
		note_direct(m, token, nr);
}

static void add_entry(struct filter_arch *a, int nr, size_t step, int sub_call)
{
	if (nr >= 0)
		a->entries[a->n_entries++] = (struct filter_entry){nr, (uint32_t)step, sub_call};
}

static void add_step(struct filter_arch *a, const struct mux *mux, const struct filter_step *s, size_t index)
{
	int sub = mux->exists ? find_sub_call(s->name) : -1;

	if (sub < 0) {
		add_entry(a, seccomp_syscall_resolve_name_arch(a->arch->token, s->name), index, -1);
		return;
	}
	add_entry(a, sub_calls[sub].ipc ? mux->ipc : mux->socketcall, index, sub_calls[sub].number);
	add_entry(a, mux->direct[sub], index, -1);
}

static int compare_entries(const void *left, const void *right)
{
	const struct filter_entry *a = left, *b = right;

	if (a->nr != b->nr)
		return a->nr < b->nr ? -1 : 1;
	return a->step < b->step ? -1 : a->step > b->step;
}

int filter_index(struct profile_filter *f)
{
	for (size_t i = 0; i < f->n_archs; i++) {
		struct filter_arch *a = &f->archs[i];
		struct mux mux;

		a->entries = calloc(2 * f->n_steps + 1, sizeof(*a->entries));
		if (!a->entries)
			return -ENOMEM;
		find_mux(&mux, a->arch->token);
		for (size_t j = 0; j < f->n_steps; j++)
			add_step(a, &mux, &f->steps[j], j);
		qsort(a->entries, a->n_entries, sizeof(*a->entries), compare_entries);
	}
	return 0;
}

/* ---- matching ---- */

static bool holds(const struct scmp_arg_cmp *c, uint64_t value, bool wide)
{
	uint64_t bits = wide ? UINT64_MAX : UINT32_MAX, a = c->datum_a & bits, b = c->datum_b & bits;

	value &= bits;
	switch (c->op) {
	case SCMP_CMP_NE:
		return value != a;
	case SCMP_CMP_LT:
		return value < a;
	case SCMP_CMP_LE:
		return value <= a;
	case SCMP_CMP_EQ:
		return value == a;
	case SCMP_CMP_GE:
		return value >= a;
	case SCMP_CMP_GT:
		return value > a;
	default:
		return (value & a) == (b & a);
	}
}

static bool is_condition(const struct scmp_arg_cmp *c, bool wide)
{
	return c->op != SCMP_CMP_MASKED_EQ || (wide ? c->datum_a : c->datum_a & UINT32_MAX) != 0;
}

/* On a multiplexed call argument 0 is the sub-call's number and nothing else. */
static bool skips(const struct filter_entry *e, const struct scmp_arg_cmp *c)
{
	return e->sub_call >= 0 && c->arg == 0;
}

static bool is_unconditional(const struct filter_step *s, const struct filter_entry *e, bool wide)
{
	if (e->sub_call >= 0)
		return false;
	for (unsigned i = 0; i < s->n_args; i++)
		if (is_condition(&s->args[i], wide))
			return false;
	return true;
}

static bool matches(const struct filter_step *s, const struct filter_entry *e, const struct bpf_call *call, bool wide)
{
	if (e->sub_call >= 0 && (uint32_t)call->args[0] != (uint32_t)e->sub_call)
		return false;
	if (e->sub_call >= 0 && wide && call->args[0] >> 32)
		return false;
	for (unsigned i = 0; i < s->n_args; i++)
		if (!skips(e, &s->args[i]) && is_condition(&s->args[i], wide) &&
			!holds(&s->args[i], call->args[s->args[i].arg], wide))
			return false;
	return true;
}

static const struct filter_arch *find_arch(const struct profile_filter *f, const struct bpf_call *call)
{
	const struct profile_arch *arch = profile_arch_of_call(call->arch, call->nr), *x32 = profile_arch_find(SCMP_ARCH_X32);
	const struct filter_arch *last = NULL;

	for (size_t i = 0; i < f->n_archs; i++) {
		if (f->archs[i].arch == arch)
			return &f->archs[i];
		if (f->archs[i].arch == x32 && call->arch == AUDIT_ARCH_X86_64 && call->nr == UINT32_MAX)
			last = &f->archs[i];
	}
	return last;
}

static size_t first_entry(const struct filter_arch *a, uint32_t nr)
{
	size_t low = 0, high = a->n_entries;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((uint32_t)a->entries[middle].nr < nr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void settle(struct filter_match *ret, const struct filter_step *s, const struct filter_entry *e)
{
	ret->matched = true;
	ret->rule = s->rule;
	ret->sub_call = e->sub_call >= 0;
}

static void consider(struct filter_match *ret, const struct profile_filter *f, const struct filter_entry *e,
	uint32_t wanted)
{
	const struct filter_step *s = &f->steps[e->step];
	uint32_t before;

	if (!ret->matched) {
		settle(ret, s, e);
		return;
	}
	before = f->rules->uses[ret->rule].action;
	if (s->action == before)
		return;
	ret->contested = true;
	if (before != wanted && s->action == wanted)
		settle(ret, s, e);
}

void filter_find(const struct profile_filter *f, const struct bpf_call *call, uint32_t wanted, struct filter_match *ret)
{
	const struct filter_arch *a = find_arch(f, call);
	size_t first, i;

	*ret = (struct filter_match){.covered = a != NULL, .first_rule = SIZE_MAX, .rule = SIZE_MAX};
	if (!a || call->nr > INT32_MAX)
		return;
	first = first_entry(a, call->nr);
	for (i = first; i < a->n_entries && (uint32_t)a->entries[i].nr == call->nr; i++) {
		const struct filter_entry *e = &a->entries[i];
		ret->named = true;
		if (ret->first_rule == SIZE_MAX)
			ret->first_rule = f->steps[e->step].rule;
		if (is_unconditional(&f->steps[e->step], e, a->arch->wide)) {
			ret->contested = false;
			settle(ret, &f->steps[e->step], e);
			return;
		}
		if (matches(&f->steps[e->step], e, call, a->arch->wide))
			consider(ret, f, e, wanted);
	}
}
