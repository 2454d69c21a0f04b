/* SPDX-License-Identifier: MIT */
#include "bpf_insn.h"

#include <linux/seccomp.h>
#include <string.h>

static const struct {
	uint16_t code;
	uint8_t op;
} codes[] = {
	{BPF_LD | BPF_W | BPF_ABS, OP_LOAD},
	{BPF_LD | BPF_W | BPF_LEN, OP_LOAD_K},
	{BPF_LDX | BPF_W | BPF_LEN, OP_LOAD_X_K},
	{BPF_LD | BPF_IMM, OP_LOAD_K},
	{BPF_LDX | BPF_IMM, OP_LOAD_X_K},
	{BPF_LD | BPF_MEM, OP_LOAD_M},
	{BPF_LDX | BPF_MEM, OP_LOAD_X_M},
	{BPF_ST, OP_STORE},
	{BPF_STX, OP_STORE_X},
	{BPF_ALU | BPF_ADD | BPF_K, OP_ADD_K},
	{BPF_ALU | BPF_ADD | BPF_X, OP_ADD_X},
	{BPF_ALU | BPF_SUB | BPF_K, OP_SUB_K},
	{BPF_ALU | BPF_SUB | BPF_X, OP_SUB_X},
	{BPF_ALU | BPF_MUL | BPF_K, OP_MUL_K},
	{BPF_ALU | BPF_MUL | BPF_X, OP_MUL_X},
	{BPF_ALU | BPF_DIV | BPF_K, OP_DIV_K},
	{BPF_ALU | BPF_DIV | BPF_X, OP_DIV_X},
	{BPF_ALU | BPF_AND | BPF_K, OP_AND_K},
	{BPF_ALU | BPF_AND | BPF_X, OP_AND_X},
	{BPF_ALU | BPF_OR | BPF_K, OP_OR_K},
	{BPF_ALU | BPF_OR | BPF_X, OP_OR_X},
	{BPF_ALU | BPF_XOR | BPF_K, OP_XOR_K},
	{BPF_ALU | BPF_XOR | BPF_X, OP_XOR_X},
	{BPF_ALU | BPF_LSH | BPF_K, OP_LSH_K},
	{BPF_ALU | BPF_LSH | BPF_X, OP_LSH_X},
	{BPF_ALU | BPF_RSH | BPF_K, OP_RSH_K},
	{BPF_ALU | BPF_RSH | BPF_X, OP_RSH_X},
	{BPF_ALU | BPF_NEG, OP_NEG},
	{BPF_MISC | BPF_TAX, OP_TAX},
	{BPF_MISC | BPF_TXA, OP_TXA},
	{BPF_JMP | BPF_JA, OP_JA},
	{BPF_JMP | BPF_JEQ | BPF_K, OP_JEQ_K},
	{BPF_JMP | BPF_JEQ | BPF_X, OP_JEQ_X},
	{BPF_JMP | BPF_JGT | BPF_K, OP_JGT_K},
	{BPF_JMP | BPF_JGT | BPF_X, OP_JGT_X},
	{BPF_JMP | BPF_JGE | BPF_K, OP_JGE_K},
	{BPF_JMP | BPF_JGE | BPF_X, OP_JGE_X},
	{BPF_JMP | BPF_JSET | BPF_K, OP_JSET_K},
	{BPF_JMP | BPF_JSET | BPF_X, OP_JSET_X},
	{BPF_RET | BPF_K, OP_RET_K},
	{BPF_RET | BPF_A, OP_RET_A},
};

static int find_op(uint16_t code)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].code == code)
			return codes[i].op;
	return -EINVAL;
}

static const char *check_jump(const struct sock_filter *f, int op, size_t left)
{
	if (op == OP_JA)
		return f->k < left ? NULL : "jumps past the end";
	if (f->jt >= left || f->jf >= left)
		return "jumps past the end";
	return NULL;
}

/* left: the instructions after this one. NULL when it is fine. */
static const char *check_insn(const struct sock_filter *f, int op, size_t left)
{
	switch (op) {
	case OP_LOAD:
		if (f->k >= sizeof(struct seccomp_data))
			return "loads past struct seccomp_data";
		return f->k % 4 ? "loads from an offset that is no multiple of 4" : NULL;
	case OP_LOAD_M:
	case OP_LOAD_X_M:
	case OP_STORE:
	case OP_STORE_X:
		return f->k < BPF_MEMWORDS ? NULL : "has no such scratch word";
	case OP_DIV_K:
		return f->k ? NULL : "divides by zero";
	case OP_LSH_K:
	case OP_RSH_K:
		return f->k < 32 ? NULL : "shifts by 32 bits or more";
	case OP_JA:
	case OP_JEQ_K ... OP_JSET_X:
		return check_jump(f, op, left);
	default:
		return NULL;
	}
}

static struct insn translate(const struct sock_filter *f, int op)
{
	struct insn in = {.op = (uint8_t)op, .jt = f->jt, .jf = f->jf, .k = f->k};

	if (op == OP_LOAD)
		in.k = f->k / 4;
	else if (BPF_MODE(f->code) == BPF_LEN && (op == OP_LOAD_K || op == OP_LOAD_X_K))
		in.k = sizeof(struct seccomp_data);
	return in;
}

/* Joins what is known to be written on every way that leads to `target`. */
static void meet(uint16_t *known, size_t target, uint16_t written)
{
	known[target] &= written;
}

/* Scratch words must be written before they are read on every path; jumps only go forward, so one pass with the
 * intersection at each target tells. known[i] starts as "everything" for places nobody has reached. */
static const char *check_scratch(const struct bpf_program *p, uint16_t *known, size_t *ret_at)
{
	uint16_t written = 0;

	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		*ret_at = i;
		written &= known[i];
		switch (in->op) {
		case OP_STORE:
		case OP_STORE_X:
			written |= (uint16_t)(1u << in->k);
			break;
		case OP_LOAD_M:
		case OP_LOAD_X_M:
			if (!(written & 1u << in->k))
				return "reads a scratch word that may not have been written";
			break;
		case OP_JA:
			meet(known, i + 1 + in->k, written);
			written = UINT16_MAX;
			break;
		case OP_JEQ_K ... OP_JSET_X:
			meet(known, i + 1 + in->jt, written);
			meet(known, i + 1 + in->jf, written);
			written = UINT16_MAX;
			break;
		}
	}
	return NULL;
}

const char *bpf_check(struct bpf_program *p, size_t *ret_at)
{
	uint16_t known[BPF_MAXINSNS];

	for (size_t i = 0; i < p->n; i++) {
		const struct sock_filter *f = &p->source[i];
		int op = find_op(f->code);
		const char *why = op < 0 ? "is no instruction that seccomp allows" : check_insn(f, op, p->n - i - 1);

		*ret_at = i;
		if (why)
			return why;
		p->insns[i] = translate(f, op);
	}
	if (p->insns[p->n - 1].op != OP_RET_K && p->insns[p->n - 1].op != OP_RET_A)
		return "is the last one, but no return";
	memset(known, 0xff, sizeof(known));
	return check_scratch(p, known, ret_at);
}
