/* SPDX-License-Identifier: MIT */
/* fuzz: what each fuzzer has. A fuzzer looks for memory errors, and for results that break what their callers trust. */
#pragma once

#include <stdio.h>

#include "seccompwatch/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(ok) ((ok) ? (void)0 : fuzz_fail(#ok, __FILE__, __LINE__))

static inline void fuzz_fail(const char *what, const char *file, int line)
{
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
	return (struct span){(const char *)data, size};
}
