/* SPDX-License-Identifier: MIT */
/* fuzz_files: any bytes as an input of import: lines, folds, gzip, journal entries. Nothing that is read may get lost
 * on the way: what was handed out is what was counted. */
#include <sys/mman.h>

#include "fuzz.h"
#include "seccompwatch/files.h"

static int count(void *data, const struct files_item *item)
{
	struct files_counts *seen = data;

	seen->events += item->kind == FILES_EVENT;
	seen->twins += item->kind == FILES_TWIN;
	seen->malformed += item->kind == FILES_MALFORMED;
	must(item->line > 0);
	must(item->kind != FILES_MALFORMED || item->why);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct files_counts seen = {0}, counts;
	struct files_options options = {.now = INT64_C(1778232600000), .on_item = count, .data = &seen};
	int fd = memfd_create("input", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	files_read_fd(fd, &options, &counts);
	must(seen.events == counts.events && seen.twins == counts.twins && seen.malformed == counts.malformed);
	return 0;
}
