/* SPDX-License-Identifier: MIT */
/* Calls that stand for all others. A filter can tell two values of an argument apart only at the values its conditions
 * name, so one value on each side of each of these, and for masks one that fits and one that does not, are enough; the
 * combinations over the arguments are tried all. */
#include "filter.h"

#define NUMBERS_MIN  512  /* of every architecture, named by a rule or not */
#define VALUES_MAX   48   /* of one argument */
#define COMBOS_MAX   4096 /* of one syscall; beyond it a sample is taken */
#define X32_BIT      0x40000000u

struct values {
	uint64_t items[VALUES_MAX];
	size_t n;
};

/* One syscall's conditions, from all filters. */
struct shape {
	struct values args[6];
	unsigned used;
};

static void add(struct values *v, uint64_t value, bool wide)
{
	value = wide ? value : (uint32_t)value;
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i] == value)
			return;
	if (v->n < VALUES_MAX)
		v->items[v->n++] = value;
}

static void add_mask(struct values *v, uint64_t mask, uint64_t wanted, bool wide)
{
	size_t n = v->n;

	add(v, wanted & mask, wide);
	add(v, (wanted & mask) ^ (mask & -mask), wide);
	/* What other conditions ask for, with this one's bits set right and wrong. */
	for (size_t i = 0; i < n; i++) {
		add(v, (v->items[i] & ~mask) | (wanted & mask), wide);
		add(v, ((v->items[i] & ~mask) | (wanted & mask)) ^ (mask & -mask), wide);
	}
}

static void add_condition(struct shape *s, const struct scmp_arg_cmp *c, bool wide)
{
	struct values *v = &s->args[c->arg];

	s->used |= 1u << c->arg;
	add(v, 0, wide);
	add(v, UINT64_MAX, wide);
	if (c->op == SCMP_CMP_MASKED_EQ) {
		add_mask(v, c->datum_a, c->datum_b, wide);
		return;
	}
	add(v, c->datum_a, wide);
	add(v, c->datum_a - 1, wide);
	add(v, c->datum_a + 1, wide);
	/* the same low half, another high one */
	add(v, c->datum_a ^ UINT64_C(1) << 32, wide);
}

static void add_entry(struct shape *s, const struct filter_step *step, const struct filter_entry *e, bool wide)
{
	if (e->sub_call >= 0)
		add_condition(s, &(struct scmp_arg_cmp){.arg = 0, .op = SCMP_CMP_EQ, .datum_a = (uint64_t)e->sub_call}, wide);
	for (unsigned i = 0; i < step->n_args; i++)
		if (e->sub_call < 0 || step->args[i].arg != 0)
			add_condition(s, &step->args[i], wide);
}

static const struct filter_arch *find_arch(const struct profile_filter *f, const struct profile_arch *arch)
{
	for (size_t i = 0; i < f->n_archs; i++)
		if (f->archs[i].arch == arch)
			return &f->archs[i];
	return NULL;
}

/* ---- walking one syscall ---- */

static uint64_t mix(uint64_t n)
{
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
}

static void set_args(const struct shape *s, uint64_t combination, bool sampled, struct bpf_call *call)
{
	uint64_t rest = sampled ? mix(combination) : combination;

	for (unsigned i = 0; i < 6; i++) {
		if (s->args[i].n == 0)
			continue;
		call->args[i] = s->args[i].items[rest % s->args[i].n];
		rest /= s->args[i].n;
	}
}

static int walk_shape(const struct shape *s, struct bpf_call *call, profile_call_fn fn, void *data)
{
	uint64_t combinations = 1;
	bool sampled;
	int k = 0;

	for (unsigned i = 0; i < 6; i++)
		combinations *= MAX(s->args[i].n, (size_t)1);
	sampled = combinations > COMBOS_MAX;
	for (uint64_t i = 0; !k && i < MIN(combinations, (uint64_t)COMBOS_MAX); i++) {
		set_args(s, i, sampled, call);
		k = fn(data, call, s->used);
	}
	return k;
}

/* ---- walking an architecture ---- */

struct cursor {
	const struct profile_filter *filter;
	const struct filter_arch *arch; /* NULL: the filter lacks it */
	size_t at;
};

static void gather(struct cursor *c, uint32_t nr, bool wide, struct shape *s)
{
	for (; c->arch && c->at < c->arch->n_entries && (uint32_t)c->arch->entries[c->at].nr <= nr; c->at++) {
		const struct filter_entry *e = &c->arch->entries[c->at];
		if ((uint32_t)e->nr == nr)
			add_entry(s, &c->filter->steps[e->step], e, wide);
	}
}

static uint32_t first_number(const struct profile_arch *arch)
{
	switch (arch->token) {
	case SCMP_ARCH_X32:
		return X32_BIT;
	case SCMP_ARCH_MIPS:
	case SCMP_ARCH_MIPSEL:
		return 4000;
	case SCMP_ARCH_MIPS64:
	case SCMP_ARCH_MIPSEL64:
		return 5000;
	case SCMP_ARCH_MIPS64N32:
	case SCMP_ARCH_MIPSEL64N32:
		return 6000;
	default:
		return 0;
	}
}

/* Numbers below the last one of any rule are tried one by one; a few rules have numbers far away (ARM's private ones),
 * and these are tried alone. */
static int walk_number(struct cursor *cursors, size_t n, const struct profile_arch *arch, uint32_t nr, profile_call_fn fn,
	void *data)
{
	struct bpf_call call = {.arch = arch->audit, .nr = nr};
	struct shape shape = {0};

	for (size_t i = 0; i < n; i++)
		gather(&cursors[i], nr, arch->wide, &shape);
	return walk_shape(&shape, &call, fn, data);
}

static uint32_t next_entry(const struct cursor *cursors, size_t n)
{
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < n; i++)
		if (cursors[i].arch && cursors[i].at < cursors[i].arch->n_entries)
			next = MIN(next, (uint32_t)cursors[i].arch->entries[cursors[i].at].nr);
	return next;
}

static int walk_arch(const struct profile_filter *const *filters, size_t n, const struct profile_arch *arch,
	profile_call_fn fn, void *data)
{
	uint32_t first = first_number(arch), next;
	struct cursor cursors[2] = {{0}};
	int k = 0;

	for (size_t i = 0; i < n; i++)
		cursors[i] = (struct cursor){.filter = filters[i], .arch = find_arch(filters[i], arch)};
	for (uint32_t nr = first; !k && nr < first + NUMBERS_MIN; nr++)
		k = walk_number(cursors, n, arch, nr, fn, data);
	while (!k && (next = next_entry(cursors, n)) != UINT32_MAX)
		k = walk_number(cursors, n, arch, next, fn, data);
	return k;
}

int profile_each_call(const struct profile_filter *const *filters, size_t n, profile_call_fn fn, void *data)
{
	int k = 0;

	if (n > 2)
		return -EINVAL;
	for (size_t i = 0; !k && i < n; i++) {
		for (size_t j = 0; !k && j < filters[i]->n_archs; j++) {
			const struct profile_arch *arch = filters[i]->archs[j].arch;
			if (i == 0 || !find_arch(filters[0], arch))
				k = walk_arch(filters, n, arch, fn, data);
		}
	}
	return k;
}
