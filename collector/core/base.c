/* SPDX-License-Identifier: MIT */
#include "seccompwatch/base.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static uint64_t seed;

static void seed_once(void)
{
	/* Without entropy the tables still work; only their resistance to chosen keys is less. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint64_t)(uintptr_t)&seed ^ (uint64_t)getpid();
	seed |= 1;
}

/* A 64×64→128 bit multiplication folded to 64 bits: every input bit reaches every output bit. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load(const unsigned char *p, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, p, len);
	return word;
}

uint64_t base_hash(const void *data, size_t len)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const unsigned char *p = data;
	size_t left = len;
	uint64_t h;

	pthread_once(&once, seed_once);
	h = seed ^ len;
	for (; left >= 8; left -= 8, p += 8)
		h = mix(h ^ load(p, 8), 0x9e3779b97f4a7c15u ^ seed);
	if (left > 0)
		h = mix(h ^ load(p, left), 0xc2b2ae3d27d4eb4fu ^ seed);
	return mix(h, 0xd6e8feb86659fd93u);
}
