/* SPDX-License-Identifier: MIT */
/* bpf: classic BPF as seccomp runs it, in user space: checked once when loaded, then run without a check.
 * The rules are those of kernel/seccomp.c seccomp_check_filter() and net/core/filter.c bpf_check_classic():
 * what the kernel would refuse, bpf_load refuses. */
#pragma once

#include <linux/filter.h>

#include "base.h"

struct bpf_program;

/* struct seccomp_data as the filter sees it: 32-bit words in the byte order of the machine the filter is for.
 * Word 0 is the number, 1 the architecture, 2–3 the instruction pointer, 4–15 the six arguments. */
#define BPF_WORDS 16
struct bpf_data {
	uint32_t words[BPF_WORDS];
};
struct bpf_call {
	uint32_t arch; /* AUDIT_ARCH_… */
	uint32_t nr;
	uint64_t ip;
	uint64_t args[6];
};
void bpf_data_set(struct bpf_data *ret, const struct bpf_call *call, bool big_endian);

/* Copies the instructions. -EINVAL with the reason in *ret_why (a static string) and the instruction's index in
 * *ret_at; both may be NULL. -ENOMEM. */
int bpf_load(struct bpf_program **ret, const struct sock_filter *insns, size_t n, const char **ret_why, size_t *ret_at);
void bpf_free(struct bpf_program *p);
DEFINE_CLEANUP(struct bpf_program *, bpf_free)

/* The filter's return value (SECCOMP_RET_…). */
uint32_t bpf_run(const struct bpf_program *p, const struct bpf_data *data);
/* The same, and how many instructions it took. */
uint32_t bpf_run_counted(const struct bpf_program *p, const struct bpf_data *data, uint64_t *ret_steps);

size_t bpf_length(const struct bpf_program *p);
/* The instructions as they were loaded, for listing and for loading into a kernel. */
const struct sock_filter *bpf_instructions(const struct bpf_program *p);

/* ---- every way through it ---- */

enum bpf_test {
	BPF_TEST_EQ,
	BPF_TEST_NE,
	BPF_TEST_GT,
	BPF_TEST_LE,
	BPF_TEST_GE,
	BPF_TEST_LT,
	BPF_TEST_SET,   /* any bit of value */
	BPF_TEST_CLEAR, /* none */
};

/* (word & mask) test value */
struct bpf_condition {
	uint8_t word; /* of struct bpf_data: not 0, not 1 */
	enum bpf_test test;
	uint32_t mask, value;
};

struct bpf_path {
	const struct bpf_condition *conditions; /* all of them hold */
	size_t n;
	uint32_t verdict;
	bool vague; /* something else than these conditions decided too: an arithmetic nobody writes */
};
typedef int (*bpf_path_fn)(void *data, const struct bpf_path *path);
/* Each way that a call of that number can take; those whose conditions contradict each other are left out. -E2BIG:
 * more than is worth showing; a non-zero result of fn ends it and is returned. */
int bpf_paths(const struct bpf_program *p, uint32_t arch, uint32_t nr, bpf_path_fn fn, void *data);
