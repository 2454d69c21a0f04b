/* SPDX-License-Identifier: MIT */
/* fuzz_bpf: any instructions as a filter. What is taken runs, on any call, in no more steps than it has instructions, and
 * takes one of the ways that bpf_paths tells. */
#include "fuzz.h"

#include "seccompwatch/bpf.h"

#define ARCH 0xc000003eu
#define NR   41

struct way {
	const struct bpf_data *seen;
	uint32_t verdict;
};

static bool holds(const struct bpf_condition *c, const struct bpf_data *seen)
{
	uint32_t v;

	must(c->word > 1 && c->word < BPF_WORDS);
	v = seen->words[c->word] & c->mask;
	switch (c->test) {
	case BPF_TEST_EQ:
		return v == c->value;
	case BPF_TEST_NE:
		return v != c->value;
	case BPF_TEST_GT:
		return v > c->value;
	case BPF_TEST_LE:
		return v <= c->value;
	case BPF_TEST_GE:
		return v >= c->value;
	case BPF_TEST_LT:
		return v < c->value;
	case BPF_TEST_SET:
		return (v & c->value) != 0;
	case BPF_TEST_CLEAR:
		return (v & c->value) == 0;
	}
	abort();
}

static int check_way(void *data, const struct bpf_path *path)
{
	const struct way *w = data;
	bool taken = !path->vague;

	for (size_t i = 0; i < path->n; i++)
		taken = holds(&path->conditions[i], w->seen) && taken;
	must(!taken || path->verdict == w->verdict);
	return 0;
}

static void check_calls(const struct bpf_program *program, size_t n)
{
	static const struct bpf_call calls[] = {
		{.arch = ARCH, .nr = NR},
		{.arch = ARCH, .nr = NR, .ip = UINT64_MAX, .args = {2, 1, UINT64_MAX, UINT32_MAX, 1ull << 32, 7}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct bpf_data seen;
		struct way way = {.seen = &seen};
		uint64_t steps = 0;
		int r;

		bpf_data_set(&seen, &calls[i], false);
		way.verdict = bpf_run_counted(program, &seen, &steps);
		must(bpf_run(program, &seen) == way.verdict && steps > 0 && steps <= n);
		r = bpf_paths(program, ARCH, NR, check_way, &way);
		must(r == 0 || r == -E2BIG || r == -ENOMEM);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(bpf_free_p) struct bpf_program *program = NULL;
	CLEANUP_FREE struct sock_filter *insns = malloc(size + 1);
	size_t n = size / sizeof(*insns);
	const char *why = NULL;
	int r;

	memcpy(insns, data, n * sizeof(*insns));
	r = bpf_load(&program, insns, n, &why, NULL);
	must(r == 0 || (r == -EINVAL && why));
	if (r)
		return 0;
	must(bpf_length(program) == n && memcmp(bpf_instructions(program), insns, n * sizeof(*insns)) == 0);
	check_calls(program, n);
	return 0;
}
