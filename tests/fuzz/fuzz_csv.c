/* SPDX-License-Identifier: MIT */
/* fuzz_csv: any text as a table. Fields lie within it, and lines only grow. */
#include "fuzz.h"

#include "resolve/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *text = strndup((const char *)data, size);
	const char *end = text + strlen(text);
	struct csv csv = CSV_START(text);
	char *fields[16];
	size_t line = 0;
	int n;

	while ((n = csv_next(&csv, fields, ARRAY_SIZE(fields))) > 0) {
		must(csv.line > line && csv.next > csv.line && (size_t)n <= ARRAY_SIZE(fields));
		line = csv.line;
		for (int i = 0; i < n; i++)
			must(fields[i] >= text && fields[i] + strlen(fields[i]) <= end);
	}
	must(n == 0 || n == -EINVAL || n == -E2BIG);
	return 0;
}
