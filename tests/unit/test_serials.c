/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/serials.h"

#define N 8

static const struct {
	const char *title;
	uint32_t in[N];
	size_t n, ranges, encoded;
} rows[] = {
	{"nothing", {0}, 0, 0, 0},
	{"one", {7}, 1, 1, 1},
	{"zero", {0}, 1, 1, 1},
	{"in a row", {1, 2, 3, 4}, 4, 1, 3},
	{"backwards", {4, 3, 2, 1}, 4, 1, 3},
	{"a hole is filled", {1, 3, 2}, 3, 1, 3},
	{"every second one", {1, 3, 5, 7, 9}, 5, 5, 3},
	{"the last and the first of all", {UINT32_MAX, 0}, 2, 2, 6},
	{"up to the last", {UINT32_MAX - 1, UINT32_MAX}, 2, 1, 6},
	{"shuffled", {50, 10, 30, 11, 29, 51}, 6, 3, 6},
};

static void fill(struct serials *s, const uint32_t *in, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(serials_add(s, in[i]), 0);
}

static void test_table(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		CLEANUP_SERIALS struct serials s = SERIALS_EMPTY, back = SERIALS_EMPTY;
		unsigned char stored[256];
		size_t len;

		fill(&s, rows[i].in, rows[i].n);
		if (s.n != rows[i].ranges || serials_count(&s) != rows[i].n)
			fail_msg("%s: %u ranges, %llu serials", rows[i].title, s.n, (unsigned long long)serials_count(&s));
		for (size_t j = 0; j < rows[i].n; j++) {
			assert_true(serials_has(&s, rows[i].in[j]));
			assert_int_equal(serials_add(&s, rows[i].in[j]), SERIALS_E_KNOWN);
		}
		assert_true(serials_room(&s) <= sizeof(stored));
		len = serials_encode(&s, stored);
		if (len != rows[i].encoded)
			fail_msg("%s: %zu bytes", rows[i].title, len);
		assert_int_equal(serials_decode(stored, len, 8, &back), 0);
		assert_int_equal(serials_count(&back), rows[i].n);
		assert_int_equal(serials_common(&back, &s), rows[i].n);
	}
}

/* A model small enough to be obviously right: a bit for each of 64 serials. */
static void from_bits(uint64_t bits, struct serials *ret)
{
	for (uint32_t i = 0; i < 64; i++)
		if (bits >> i & 1)
			assert_int_equal(serials_add(ret, i), 0);
}

static uint64_t to_bits(const struct serials *s)
{
	uint64_t bits = 0;

	for (uint32_t i = 0; i < s->n; i++)
		for (uint32_t j = serials_ranges(s)[i].first; j <= serials_ranges(s)[i].last; j++)
			bits |= UINT64_C(1) << j;
	return bits;
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void test_against_bits(void **state)
{
	uint64_t seed = 88172645463325252u;

	for (int i = 0; i < 20000; i++) {
		CLEANUP_SERIALS struct serials a = SERIALS_EMPTY, b = SERIALS_EMPTY, rest = SERIALS_EMPTY, back = SERIALS_EMPTY;
		uint64_t x = next_random(&seed), y = next_random(&seed);
		unsigned char stored[2048];

		if (i % 3 == 0)
			x &= next_random(&seed) & next_random(&seed);
		if (i % 4 == 0)
			y |= next_random(&seed) | next_random(&seed);
		from_bits(x, &a);
		from_bits(y, &b);
		assert_int_equal(serials_common(&a, &b), __builtin_popcountll(x & y));
		assert_int_equal(serials_subtract(&a, &b, &rest), 0);
		assert_int_equal(to_bits(&rest), x & ~y);
		assert_int_equal(serials_decode(stored, serials_encode(&a, stored), 64, &back), 0);
		assert_int_equal(to_bits(&back), x);
		assert_int_equal(serials_merge(&a, &b), 0);
		assert_int_equal(to_bits(&a), x | y);
	}
}

static void test_storm_is_small(void **state)
{
	CLEANUP_SERIALS struct serials s = SERIALS_EMPTY, t = SERIALS_EMPTY;
	unsigned char stored[64];

	for (uint32_t i = 0; i < 200000; i++)
		assert_int_equal(serials_add(&s, 4000000000u + i), 0);
	assert_int_equal(s.n, 1);
	assert_true(serials_encode(&s, stored) <= 9);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(serials_add(&t, 1000 + i * 2), 0);
	assert_true(serials_room(&t) >= serials_encode(&t, (unsigned char[512]){0}));
	assert_true(serials_encode(&t, (unsigned char[512]){0}) <= 5);
}

static const struct {
	const char *title;
	const char *bytes;
	size_t len;
} damaged[] = {
	{"cut in a number", "\x80", 1},
	{"a first that is no serial", "\xff\xff\xff\xff\x1f", 5},
	{"a step of nothing", "\x01\x00", 2},
	{"past the last serial", "\xff\xff\xff\xff\x0f\x02", 6},
	{"a run with no length", "\x01\x03", 2},
	{"more than the row counts", "\x01\x03\x90\x4e", 4},
	{"a number without end", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11},
};

static void test_damaged(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		CLEANUP_SERIALS struct serials s = SERIALS_EMPTY;

		if (serials_decode((const unsigned char *)damaged[i].bytes, damaged[i].len, 100, &s) != -EBADMSG)
			fail_msg("%s: taken", damaged[i].title);
		assert_int_equal(s.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_against_bits),
		cmocka_unit_test(test_storm_is_small),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
