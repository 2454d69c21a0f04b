/* SPDX-License-Identifier: MIT */
/* fuzz_table: any text as a table of calls and what a profile should answer. */
#include "fuzz.h"

#include "cmd/profile_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(profile_table_free) struct profile_table table = PROFILE_TABLE_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	unsigned line = 0;
	int r = profile_table_read(fuzz_span(data, size), &table, &line, &why);

	must(r == 0 || (r == -EINVAL && line > 0 && why.len > 0 && text_is_utf8(text_span(&why))));
	must(table.n <= PROFILE_TABLE_LINES_MAX);
	for (size_t i = 0; r == 0 && i < table.n; i++) {
		CLEANUP_TEXT struct text expected = TEXT_EMPTY;

		must(table.lines[i].line > (i > 0 ? table.lines[i - 1].line : 0) && table.lines[i].syscall);
		profile_table_add_expected(&table.lines[i], &expected);
		must(expected.len > 0);
		profile_table_fits(&table.lines[i], 0);
	}
	return 0;
}
