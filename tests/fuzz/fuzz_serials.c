/* SPDX-License-Identifier: MIT */
/* fuzz_serials: any bytes as a stored set of serials, and as serials to make a set of. What is taken is written as it was
 * read. */
#include "fuzz.h"

#include "store/serials.h"

#define MAX_SERIALS 100000

static void check_stored(const struct serials *s)
{
	CLEANUP_FREE unsigned char *stored = malloc(serials_room(s) + 1);
	CLEANUP_SERIALS struct serials again = SERIALS_EMPTY;
	size_t len = serials_encode(s, stored);

	must(len <= serials_room(s));
	must(serials_decode(stored, len, MAX_SERIALS, &again) == 0);
	must(serials_count(&again) == serials_count(s) && serials_common(&again, s) == serials_count(s));
}

static void check_added(const uint8_t *data, size_t size)
{
	CLEANUP_SERIALS struct serials s = SERIALS_EMPTY, without = SERIALS_EMPTY;
	uint64_t n = 0;

	for (size_t i = 0; i + 2 <= size && n < 64; i += 2) {
		uint32_t serial = UINT32_MAX - 100 + (uint32_t)(data[i] << 8 | data[i + 1]);
		int r = serials_add(&s, serial);

		must(r == 0 || r == SERIALS_E_KNOWN);
		n += r == 0;
		must(serials_has(&s, serial) && serials_count(&s) == n);
	}
	if (n == 0)
		return;
	must(serials_has(&s, serials_first(&s)));
	must(serials_subtract(&s, &s, &without) == 0 && serials_count(&without) == 0);
	check_stored(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_SERIALS struct serials s = SERIALS_EMPTY;
	int r = serials_decode(data, size, MAX_SERIALS, &s);

	must(r == 0 || r == -EBADMSG);
	if (r == 0 && s.n > 0)
		check_stored(&s);
	check_added(data, size);
	return 0;
}
