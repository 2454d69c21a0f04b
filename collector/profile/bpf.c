/* SPDX-License-Identifier: MIT */
#include "seccompwatch/bpf.h"

#include <string.h>

#include "bpf_insn.h"

void bpf_data_set(struct bpf_data *ret, const struct bpf_call *call, bool big_endian)
{
	uint32_t *w = ret->words;
	unsigned low = big_endian, high = !big_endian;

	w[0] = call->nr;
	w[1] = call->arch;
	w[2 + low] = (uint32_t)call->ip;
	w[2 + high] = (uint32_t)(call->ip >> 32);
	for (unsigned i = 0; i < 6; i++) {
		w[4 + 2 * i + low] = (uint32_t)call->args[i];
		w[4 + 2 * i + high] = (uint32_t)(call->args[i] >> 32);
	}
}

int bpf_load(struct bpf_program **ret, const struct sock_filter *insns, size_t n, const char **ret_why, size_t *ret_at)
{
	CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
	const char *why = NULL;
	size_t at = 0;

	if (n == 0 || n > BPF_MAXINSNS) {
		why = n ? "is beyond the 4096 instructions that a kernel takes" : "is missing";
		at = n ? BPF_MAXINSNS : 0;
	} else {
		p = calloc(1, sizeof(*p) + n * sizeof(p->insns[0]));
		if (!p || !(p->source = malloc(n * sizeof(*insns))))
			return -ENOMEM;
		p->n = n;
		memcpy(p->source, insns, n * sizeof(*insns));
		why = bpf_check(p, &at);
	}
	if (why) {
		if (ret_why)
			*ret_why = why;
		if (ret_at)
			*ret_at = at;
		return -EINVAL;
	}
	*ret = TAKE(p);
	return 0;
}

void bpf_free(struct bpf_program *p)
{
	if (!p)
		return;
	free(p->source);
	free(p);
}

size_t bpf_length(const struct bpf_program *p)
{
	return p->n;
}

const struct sock_filter *bpf_instructions(const struct bpf_program *p)
{
	return p->source;
}

struct machine {
	uint32_t a, x;
	uint32_t mem[BPF_MEMWORDS];
};

static bool compare(uint8_t op, uint32_t a, uint32_t v)
{
	switch (op) {
	case OP_JGT_X:
		return a > v;
	case OP_JGE_X:
		return a >= v;
	case OP_JSET_X:
		return a & v;
	default:
		return a == v;
	}
}

/* Shifts by X take its low five bits, as the kernel's own code does. Division by a zero X is the caller's. */
static uint32_t calculate(uint8_t op, uint32_t a, uint32_t v)
{
	switch (op) {
	case OP_ADD_K:
	case OP_ADD_X:
		return a + v;
	case OP_SUB_K:
	case OP_SUB_X:
		return a - v;
	case OP_MUL_K:
	case OP_MUL_X:
		return a * v;
	case OP_DIV_K:
	case OP_DIV_X:
		return a / v;
	case OP_OR_K:
	case OP_OR_X:
		return a | v;
	case OP_XOR_K:
	case OP_XOR_X:
		return a ^ v;
	case OP_LSH_K:
	case OP_LSH_X:
		return a << (v & 31);
	case OP_RSH_K:
	case OP_RSH_X:
		return a >> (v & 31);
	case OP_AND_X:
		return a & v;
	default:
		return -a;
	}
}

/* The instructions that libseccomp seldom or never emits. False: the program ends with 0 (a division by zero). */
static bool run_rare(struct machine *m, const struct insn *in)
{
	switch (in->op) {
	case OP_LOAD_X_K:
		m->x = in->k;
		break;
	case OP_LOAD_M:
		m->a = m->mem[in->k];
		break;
	case OP_LOAD_X_M:
		m->x = m->mem[in->k];
		break;
	case OP_STORE:
		m->mem[in->k] = m->a;
		break;
	case OP_STORE_X:
		m->mem[in->k] = m->x;
		break;
	case OP_TAX:
		m->x = m->a;
		break;
	case OP_TXA:
		m->a = m->x;
		break;
	case OP_DIV_X:
		if (m->x == 0)
			return false;
		FALLTHROUGH;
	case OP_ADD_X:
	case OP_SUB_X:
	case OP_MUL_X:
	case OP_AND_X:
	case OP_OR_X:
	case OP_XOR_X:
	case OP_LSH_X:
	case OP_RSH_X:
		m->a = calculate(in->op, m->a, m->x);
		break;
	default:
		m->a = calculate(in->op, m->a, in->k);
	}
	return true;
}

/* The accumulator lives in a variable of its own so that it stays in a register; only rare instructions need the
 * whole machine. */
static inline __attribute__((always_inline)) uint32_t run(const struct bpf_program *p, const uint32_t *words,
	uint64_t *steps)
{
	struct machine m = {0};
	const struct insn *in = p->insns;
	uint32_t a = 0;

	for (;; in++) {
		if (steps)
			(*steps)++;
		switch (in->op) {
		case OP_LOAD:
			a = words[in->k];
			break;
		case OP_JEQ_K:
			/* Chains of these are most of a filter: predicted to go on, they run twice as fast. */
			if (__builtin_expect(a == in->k, 0))
				in += in->jt;
			else
				in += in->jf;
			break;
		case OP_JGT_K:
			in += a > in->k ? in->jt : in->jf;
			break;
		case OP_JGE_K:
			in += a >= in->k ? in->jt : in->jf;
			break;
		case OP_JSET_K:
			in += a & in->k ? in->jt : in->jf;
			break;
		case OP_JA:
			in += in->k;
			break;
		case OP_AND_K:
			a &= in->k;
			break;
		case OP_LOAD_K:
			a = in->k;
			break;
		case OP_RET_K:
			return in->k;
		case OP_RET_A:
			return a;
		case OP_JEQ_X:
		case OP_JGT_X:
		case OP_JGE_X:
		case OP_JSET_X:
			in += compare(in->op, a, m.x) ? in->jt : in->jf;
			break;
		default:
			m.a = a;
			if (!run_rare(&m, in))
				return 0;
			a = m.a;
		}
	}
}

uint32_t bpf_run(const struct bpf_program *p, const struct bpf_data *data)
{
	return run(p, data->words, NULL);
}

uint32_t bpf_run_counted(const struct bpf_program *p, const struct bpf_data *data, uint64_t *ret_steps)
{
	uint64_t steps = 0;
	uint32_t verdict = run(p, data->words, &steps);

	*ret_steps = steps;
	return verdict;
}
