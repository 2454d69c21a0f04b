/* SPDX-License-Identifier: MIT */
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "seccompwatch/bpf.h"

#define STMT(code, k)         (struct sock_filter) BPF_STMT(code, k)
#define JUMP(code, k, jt, jf) (struct sock_filter) BPF_JUMP(code, k, jt, jf)
#define RET(k)                STMT(BPF_RET | BPF_K, k)
#define LD(off)               STMT(BPF_LD | BPF_W | BPF_ABS, off)
#define RET_A                 STMT(BPF_RET | BPF_A, 0)

#define INSNS_MAX 12

static size_t count(const struct sock_filter *insns)
{
	size_t n = INSNS_MAX;

	while (n > 0 && insns[n - 1].code == 0 && insns[n - 1].k == 0 && insns[n - 1].jt == 0)
		n--;
	return n;
}

/* ---- what a kernel refuses ---- */

static const struct {
	struct sock_filter insns[INSNS_MAX];
	const char *why; /* NULL: taken */
	size_t at;
} programs[] = {
	{{RET(0)}, NULL, 0},
	{{RET_A}, NULL, 0},
	{{LD(0)}, "no return", 0},
	{{{0}}, "missing", 0},
	{{LD(64), RET(0)}, "past struct seccomp_data", 0},
	{{LD(60), RET(0)}, NULL, 0},
	{{LD(0xfffffffc), RET(0)}, "past struct seccomp_data", 0},
	{{LD(2), RET(0)}, "multiple of 4", 0},
	{{STMT(BPF_LD | BPF_H | BPF_ABS, 0), RET(0)}, "no instruction", 0},
	{{STMT(BPF_LD | BPF_W | BPF_IND, 0), RET(0)}, "no instruction", 0},
	{{STMT(BPF_LDX | BPF_B | BPF_MSH, 0), RET(0)}, "no instruction", 0},
	{{STMT(BPF_RET | BPF_X, 0)}, "no instruction", 0},
	{{STMT(BPF_ALU | BPF_MOD | BPF_K, 3), RET(0)}, "no instruction", 0},
	{{STMT(0xffff, 0), RET(0)}, "no instruction", 0},
	{{JUMP(BPF_JMP | BPF_JA, 0, 0, 0), RET(0)}, NULL, 0},
	{{JUMP(BPF_JMP | BPF_JA, 1, 0, 0), RET(0)}, "past the end", 0},
	{{JUMP(BPF_JMP | BPF_JA, UINT32_MAX, 0, 0), RET(0)}, "past the end", 0},
	{{RET(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1), RET(0)}, "past the end", 1},
	{{RET(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 255, 0), RET(0)}, "past the end", 1},
	{{JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 0)}, "past the end", 0},
	{{STMT(BPF_ALU | BPF_DIV | BPF_K, 0), RET(0)}, "divides by zero", 0},
	{{STMT(BPF_ALU | BPF_LSH | BPF_K, 32), RET(0)}, "32 bits", 0},
	{{STMT(BPF_ALU | BPF_RSH | BPF_K, 31), RET(0)}, NULL, 0},
	{{STMT(BPF_ST, 16), RET(0)}, "no such scratch word", 0},
	{{STMT(BPF_ST, 15), STMT(BPF_LD | BPF_MEM, 15), RET(0)}, NULL, 0},
	{{STMT(BPF_LD | BPF_MEM, 3), RET(0)}, "may not have been written", 0},
	{{STMT(BPF_STX, 2), STMT(BPF_LDX | BPF_MEM, 2), RET(0)}, NULL, 0},
	/* written on one way only */
	{{LD(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 1), STMT(BPF_ST, 1), STMT(BPF_LD | BPF_MEM, 1), RET_A},
		"may not have been written", 3},
	/* written on both */
	{{LD(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2), STMT(BPF_ST, 1), JUMP(BPF_JMP | BPF_JA, 1, 0, 0), STMT(BPF_ST, 1),
		 STMT(BPF_LD | BPF_MEM, 1), RET_A}, NULL, 0},
	/* what follows a jump is reached by other ways only */
	{{STMT(BPF_ST, 0), JUMP(BPF_JMP | BPF_JA, 1, 0, 0), RET(1), STMT(BPF_LD | BPF_MEM, 0), RET_A}, NULL, 0},
};

static void refuses_what_a_kernel_refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
		const char *why = NULL;
		size_t at = 0;
		int k = bpf_load(&p, programs[i].insns, count(programs[i].insns), &why, &at);

		if ((k == 0) != !programs[i].why || (k && (!strstr(why, programs[i].why) || at != programs[i].at)))
			fail_msg("program %zu: %d, %s at %zu", i, k, why ? why : "taken", at);
	}
}

static void limits_the_length(void **state)
{
	CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
	static struct sock_filter insns[BPF_MAXINSNS + 1];
	const char *why;

	for (size_t i = 0; i < ARRAY_SIZE(insns); i++)
		insns[i] = RET(7);
	assert_int_equal(bpf_load(&p, insns, BPF_MAXINSNS + 1, &why, NULL), -EINVAL);
	assert_non_null(strstr(why, "4096"));
	assert_int_equal(bpf_load(&p, insns, BPF_MAXINSNS, NULL, NULL), 0);
	assert_int_equal(bpf_length(p), BPF_MAXINSNS);
	assert_int_equal(bpf_instructions(p)[9].k, 7);
}

/* ---- running ---- */

static const struct bpf_call sample = {
	.arch = AUDIT_ARCH_X86_64, .nr = 41, .ip = 0x1122334455667788,
	.args = {0x100000002, 3, 0xffffffffffffffff, 4, 5, 0xaaaaaaaabbbbbbbb},
};

static const struct {
	struct sock_filter insns[INSNS_MAX];
	uint32_t result;
} runs[] = {
	{{LD(0), RET_A}, 41},
	{{LD(4), RET_A}, AUDIT_ARCH_X86_64},
	{{LD(8), RET_A}, 0x55667788},
	{{LD(12), RET_A}, 0x11223344},
	{{LD(16), RET_A}, 2},
	{{LD(20), RET_A}, 1},
	{{LD(56), RET_A}, 0xbbbbbbbb},
	{{LD(60), RET_A}, 0xaaaaaaaa},
	{{RET_A}, 0},
	{{STMT(BPF_LD | BPF_W | BPF_LEN, 0), RET_A}, 64},
	{{STMT(BPF_LDX | BPF_W | BPF_LEN, 0), STMT(BPF_MISC | BPF_TXA, 0), RET_A}, 64},
	{{STMT(BPF_LD | BPF_IMM, 9), RET_A}, 9},
	{{LD(0), STMT(BPF_ALU | BPF_ADD | BPF_K, UINT32_MAX), RET_A}, 40},
	{{LD(0), STMT(BPF_ALU | BPF_SUB | BPF_K, 42), RET_A}, UINT32_MAX},
	{{LD(0), STMT(BPF_ALU | BPF_MUL | BPF_K, 0x10000000), RET_A}, 0x90000000},
	{{LD(0), STMT(BPF_ALU | BPF_DIV | BPF_K, 7), RET_A}, 5},
	{{LD(0), STMT(BPF_ALU | BPF_AND | BPF_K, 8), RET_A}, 8},
	{{LD(0), STMT(BPF_ALU | BPF_OR | BPF_K, 6), RET_A}, 47},
	{{LD(0), STMT(BPF_ALU | BPF_XOR | BPF_K, 1), RET_A}, 40},
	{{LD(0), STMT(BPF_ALU | BPF_LSH | BPF_K, 31), RET_A}, 0x80000000},
	{{LD(0), STMT(BPF_ALU | BPF_RSH | BPF_K, 3), RET_A}, 5},
	{{LD(0), STMT(BPF_ALU | BPF_NEG, 0), RET_A}, (uint32_t)-41},
	{{STMT(BPF_LDX | BPF_IMM, 5), LD(0), STMT(BPF_ALU | BPF_ADD | BPF_X, 0), RET_A}, 46},
	{{STMT(BPF_LDX | BPF_IMM, 5), LD(0), STMT(BPF_ALU | BPF_SUB | BPF_X, 0), RET_A}, 36},
	{{STMT(BPF_LDX | BPF_IMM, 5), LD(0), STMT(BPF_ALU | BPF_MUL | BPF_X, 0), RET_A}, 205},
	{{STMT(BPF_LDX | BPF_IMM, 5), LD(0), STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET_A}, 8},
	{{STMT(BPF_LDX | BPF_IMM, 0), LD(0), STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET(3)}, 0},
	{{STMT(BPF_LDX | BPF_IMM, 9), LD(0), STMT(BPF_ALU | BPF_AND | BPF_X, 0), RET_A}, 9},
	{{STMT(BPF_LDX | BPF_IMM, 6), LD(0), STMT(BPF_ALU | BPF_OR | BPF_X, 0), RET_A}, 47},
	{{STMT(BPF_LDX | BPF_IMM, 1), LD(0), STMT(BPF_ALU | BPF_XOR | BPF_X, 0), RET_A}, 40},
	{{STMT(BPF_LDX | BPF_IMM, 33), LD(0), STMT(BPF_ALU | BPF_LSH | BPF_X, 0), RET_A}, 82},
	{{STMT(BPF_LDX | BPF_IMM, 35), LD(0), STMT(BPF_ALU | BPF_RSH | BPF_X, 0), RET_A}, 5},
	{{LD(0), STMT(BPF_ST, 4), STMT(BPF_LDX | BPF_MEM, 4), STMT(BPF_STX, 5), STMT(BPF_LD | BPF_IMM, 0),
		 STMT(BPF_LD | BPF_MEM, 5), RET_A}, 41},
	{{LD(0), STMT(BPF_MISC | BPF_TAX, 0), STMT(BPF_LD | BPF_IMM, 1), STMT(BPF_MISC | BPF_TXA, 0), RET_A}, 41},
	{{LD(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 41, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), JUMP(BPF_JMP | BPF_JEQ | BPF_K, 40, 1, 0), RET(1), RET(2)}, 1},
	{{LD(28), JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x7fffffff, 1, 0), RET(1), RET(2)}, 1},
	{{LD(32), JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x7fffffff, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), JUMP(BPF_JMP | BPF_JGE | BPF_K, 41, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), JUMP(BPF_JMP | BPF_JGT | BPF_K, 41, 1, 0), RET(1), RET(2)}, 1},
	{{LD(0), JUMP(BPF_JMP | BPF_JSET | BPF_K, 6, 1, 0), RET(1), RET(2)}, 1},
	{{LD(0), JUMP(BPF_JMP | BPF_JSET | BPF_K, 9, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), STMT(BPF_LDX | BPF_IMM, 41), JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), STMT(BPF_LDX | BPF_IMM, 40), JUMP(BPF_JMP | BPF_JGT | BPF_X, 0, 1, 0), RET(1), RET(2)}, 2},
	{{LD(0), STMT(BPF_LDX | BPF_IMM, 42), JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 1, 0), RET(1), RET(2)}, 1},
	{{LD(0), STMT(BPF_LDX | BPF_IMM, 8), JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 1, 0), RET(1), RET(2)}, 2},
	{{JUMP(BPF_JMP | BPF_JA, 1, 0, 0), RET(1), RET(2)}, 2},
};

static void runs_every_instruction(void **state)
{
	struct bpf_data data;

	bpf_data_set(&data, &sample, false);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
		const char *why = NULL;
		uint64_t steps = 0;

		if (bpf_load(&p, runs[i].insns, count(runs[i].insns), &why, NULL))
			fail_msg("run %zu: %s", i, why);
		if (bpf_run(p, &data) != runs[i].result)
			fail_msg("run %zu: 0x%x", i, bpf_run(p, &data));
		assert_int_equal(bpf_run_counted(p, &data, &steps), runs[i].result);
		assert_true(steps > 0 && steps <= bpf_length(p));
	}
}

static void lays_out_both_byte_orders(void **state)
{
	struct bpf_data little, big;

	bpf_data_set(&little, &sample, false);
	bpf_data_set(&big, &sample, true);
	assert_int_equal(little.words[0], big.words[0]);
	assert_int_equal(little.words[4], 2);
	assert_int_equal(big.words[4], 1);
	assert_int_equal(big.words[5], 2);
	assert_int_equal(big.words[2], 0x11223344);
}

/* A long chain of comparisons, as libseccomp lays them out. */
static void is_fast(void **state)
{
	CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
	static struct sock_filter insns[402];
	struct timespec before, after;
	uint64_t steps, total = 0;
	struct bpf_data data;
	double seconds;

	insns[0] = LD(0);
	for (unsigned i = 1; i <= 200; i++)
		insns[i] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1000 + i, (uint8_t)(201 - i), 0);
	insns[201] = RET(1);
	insns[202] = RET(2);
	assert_int_equal(bpf_load(&p, insns, 203, NULL, NULL), 0);
	bpf_data_set(&data, &sample, false);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (unsigned i = 0; i < 200000; i++) {
		data.words[0] = i & 511;
		bpf_run_counted(p, &data, &steps);
		total += steps;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	print_message("%.0f million instructions a second\n", (double)total / seconds / 1e6);
	/* The promise is 250 of an optimised build; a sanitizer's takes a tenth of that, and a busy machine half. */
	assert_true((double)total / seconds > 5e6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_a_kernel_refuses),
		cmocka_unit_test(limits_the_length),
		cmocka_unit_test(runs_every_instruction),
		cmocka_unit_test(lays_out_both_byte_orders),
		cmocka_unit_test(is_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
