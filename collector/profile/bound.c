/* SPDX-License-Identifier: MIT */
/* Whether a filter can fit the kernel at all, told before libseccomp spends its time on it, which grows faster than the
 * square of the conditions. A lower bound: libseccomp 2.5 (src/gen_bpf.c) shares equal blocks of instructions, within a
 * syscall and between syscalls, but each value that conditions compare with needs a jump of its own. */
#include "filter.h"

/* EQ and NE, GE and LT, GT and LE are one jump with its ways exchanged. Only the low halves count: a 32-bit architecture
 * sees no others, and equal ones are shared. */
static uint64_t jump_of(const struct scmp_arg_cmp *c)
{
	static const uint8_t kinds[] = {
		[SCMP_CMP_NE] = 1, [SCMP_CMP_EQ] = 1, [SCMP_CMP_GE] = 2, [SCMP_CMP_LT] = 2, [SCMP_CMP_GT] = 3, [SCMP_CMP_LE] = 3,
		[SCMP_CMP_MASKED_EQ] = 1,
	};
	uint64_t value = c->op == SCMP_CMP_MASKED_EQ ? c->datum_b & c->datum_a : c->datum_a;

	return (uint64_t)kinds[c->op] << 32 | (uint32_t)value;
}

static bool is_no_condition(const struct scmp_arg_cmp *c)
{
	return c->op == SCMP_CMP_MASKED_EQ && (uint32_t)c->datum_a == 0;
}

/* What a rule without conditions replaces needs no jumps. */
static bool is_replacing(const struct filter_step *s)
{
	bool none = s->n_args == 0;

	for (unsigned i = 0; i < s->n_args; i++)
		none |= is_no_condition(&s->args[i]);
	return none;
}

static int compare_numbers(const void *left, const void *right)
{
	const int32_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static int compare_jumps(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static size_t list_jumps(const struct profile_filter *f, const int32_t *replaced, size_t n_replaced, uint64_t *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_steps; i++) {
		const struct filter_step *s = &f->steps[i];
		if (bsearch(&s->nr, replaced, n_replaced, sizeof(*replaced), compare_numbers))
			continue;
		for (unsigned j = 0; j < s->n_args; j++)
			ret[n++] = jump_of(&s->args[j]);
	}
	return n;
}

int filter_bound(const struct profile_filter *f, size_t *ret)
{
	CLEANUP_FREE int32_t *replaced = malloc((f->n_steps + 1) * sizeof(*replaced));
	CLEANUP_FREE uint64_t *jumps = malloc((f->n_steps + 1) * 6 * sizeof(*jumps));
	size_t n_replaced = 0, n, distinct = 0;

	if (!replaced || !jumps)
		return -ENOMEM;
	for (size_t i = 0; i < f->n_steps; i++)
		if (is_replacing(&f->steps[i]))
			replaced[n_replaced++] = f->steps[i].nr;
	qsort(replaced, n_replaced, sizeof(*replaced), compare_numbers);
	n = list_jumps(f, replaced, n_replaced, jumps);
	qsort(jumps, n, sizeof(*jumps), compare_jumps);
	for (size_t i = 0; i < n; i++)
		distinct += i == 0 || jumps[i] != jumps[i - 1];
	*ret = distinct;
	return 0;
}
