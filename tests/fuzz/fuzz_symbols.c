/* SPDX-License-Identifier: MIT */
/* fuzz_symbols: any bytes as the ELF file of a monitored process. */
#include <sys/mman.h>

#include "fuzz.h"

#include "resolve/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t offsets[] = {0, 1, 0x40, 0x80, 0x1000, UINT64_MAX};
	CLEANUP_CLOSE int fd = memfd_create("elf", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		char name[64];
		int r;

		memset(name, 'x', sizeof(name));
		r = symbols_find(fd, offsets[i], name, sizeof(name));
		must(r <= 0 && (r < 0 || (memchr(name, '\0', sizeof(name)) && name[0])));
	}
	return 0;
}
