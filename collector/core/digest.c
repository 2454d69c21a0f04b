/* SPDX-License-Identifier: MIT */
/* nettle's door. */
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "seccompwatch/text.h"

static void to_hex(const uint8_t digest[static SHA256_DIGEST_SIZE], char ret[static TEXT_SHA256_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++) {
		ret[2 * i] = digits[digest[i] >> 4];
		ret[2 * i + 1] = digits[digest[i] & 15];
	}
	ret[2 * SHA256_DIGEST_SIZE] = '\0';
}

void text_sha256(struct span s, char ret[static TEXT_SHA256_MAX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, s.len, (const uint8_t *)s.data);
	sha256_digest(&context, sizeof(digest), digest);
	to_hex(digest, ret);
}

void text_hmac_sha256(struct span key, struct span s, char ret[static TEXT_SHA256_MAX])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, key.len, (const uint8_t *)key.data);
	hmac_sha256_update(&context, s.len, (const uint8_t *)s.data);
	hmac_sha256_digest(&context, sizeof(digest), digest);
	to_hex(digest, ret);
}

bool text_equal_secret(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memeql_sec(a.data, b.data, a.len));
}
