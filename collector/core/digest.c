/* SPDX-License-Identifier: MIT */
/* nettle's door. */
#include <nettle/sha2.h>

#include "seccompwatch/text.h"

void text_sha256(struct span s, char ret[static TEXT_SHA256_MAX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, s.len, (const uint8_t *)s.data);
	sha256_digest(&context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 15];
	}
	ret[2 * sizeof(digest)] = '\0';
}
