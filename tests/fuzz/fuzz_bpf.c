/* SPDX-License-Identifier: MIT */
/* fuzz_bpf: any instructions as a filter. What is taken runs, on any call, in as many steps as it has instructions. */
#include "fuzz.h"

#include "seccompwatch/bpf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(bpf_free_p) struct bpf_program *program = NULL;
	CLEANUP_FREE struct sock_filter *insns = malloc(size + 1);
	size_t n = size / sizeof(*insns), at;
	struct bpf_call call = {.arch = 0xc000003e, .nr = (uint32_t)size, .ip = UINT64_MAX, .args = {0, 1, UINT64_MAX}};
	struct bpf_data seen;
	const char *why = NULL;
	uint64_t steps = 0;
	int r;

	memcpy(insns, data, n * sizeof(*insns));
	r = bpf_load(&program, insns, n, &why, &at);
	must(r == 0 || (r == -EINVAL && why));
	if (r)
		return 0;
	must(bpf_length(program) == n && memcmp(bpf_instructions(program), insns, n * sizeof(*insns)) == 0);
	for (int i = 0; i < 2; i++) {
		bpf_data_set(&seen, &call, i > 0);
		must(bpf_run_counted(program, &seen, &steps) == bpf_run(program, &seen));
		must(steps > 0 && steps <= n);
	}
	return 0;
}
