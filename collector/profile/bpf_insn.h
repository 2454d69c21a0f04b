/* SPDX-License-Identifier: MIT */
/* bpf_insn: the translated form that bpf_check makes and bpf runs. */
#pragma once

#include "seccompwatch/bpf.h"

/* The dense twin of the classic opcodes that seccomp accepts. */
enum op {
	OP_LOAD, /* word k of the data */
	OP_LOAD_K,
	OP_LOAD_X_K,
	OP_LOAD_M,
	OP_LOAD_X_M,
	OP_STORE,
	OP_STORE_X,
	OP_ADD_K,
	OP_ADD_X,
	OP_SUB_K,
	OP_SUB_X,
	OP_MUL_K,
	OP_MUL_X,
	OP_DIV_K,
	OP_DIV_X,
	OP_AND_K,
	OP_AND_X,
	OP_OR_K,
	OP_OR_X,
	OP_XOR_K,
	OP_XOR_X,
	OP_LSH_K,
	OP_LSH_X,
	OP_RSH_K,
	OP_RSH_X,
	OP_NEG,
	OP_TAX,
	OP_TXA,
	OP_JA,
	OP_JEQ_K,
	OP_JEQ_X,
	OP_JGT_K,
	OP_JGT_X,
	OP_JGE_K,
	OP_JGE_X,
	OP_JSET_K,
	OP_JSET_X,
	OP_RET_K,
	OP_RET_A,
};

struct insn {
	uint8_t op, jt, jf;
	uint32_t k;
};

struct bpf_program {
	size_t n;
	struct sock_filter *source;
	struct insn insns[];
};

/* Checks and translates p->source (p->n instructions, 1 to BPF_MAXINSNS) into p->insns. NULL when it is sound, else
 * what is wrong with instruction *ret_at. */
const char *bpf_check(struct bpf_program *p, size_t *ret_at);
