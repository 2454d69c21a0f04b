/* SPDX-License-Identifier: MIT */
/* Who may ask: the token, sessions made from it, and how often one may guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "../../web/access.h"
#include "../../web/throttle.h"
#include "../../web/tls.h"

#define TOKEN "0123456789abcdef"
#define NOW   INT64_C(1700000000000)
#define HOUR  INT64_C(3600000)

static struct access *make(const char *token)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct access *a = NULL;

	if (access_new_from(&a, span_from(token), &why) < 0)
		fail_msg("%s: %s", token, why.data);
	return a;
}

static void test_tokens(void **state)
{
	static const struct {
		const char *token;
		int r;
	} cases[] = {
		{TOKEN, 0}, {"0123456789abcde", -EINVAL}, {"", -EINVAL}, {"0123456789 abcdef", -EINVAL},
		{"0123456789abcde\xff", -EINVAL}, {"0123456789abcde\x7f", -EINVAL}, {"!\"#$%&'()*+,-./:;", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		CLEANUP(access_free_p) struct access *a = NULL;

		if (access_new_from(&a, span_from(cases[i].token), &why) != cases[i].r || (cases[i].r < 0) != (why.len > 0))
			fail_msg("\"%s\": %s", cases[i].token, why.data ? why.data : "");
	}
}

static void test_bearers(void **state)
{
	static const struct {
		const char *authorization;
		enum access_verdict verdict;
	} cases[] = {
		{NULL, ACCESS_DENIED}, {"Bearer " TOKEN, ACCESS_GRANTED}, {"bearer   " TOKEN, ACCESS_GRANTED},
		{"Bearer " TOKEN "0", ACCESS_DENIED}, {"Bearer 0123456789abcde", ACCESS_DENIED}, {TOKEN, ACCESS_DENIED},
		{"Basic " TOKEN, ACCESS_DENIED}, {"Bearer ", ACCESS_DENIED}, {"Bearer", ACCESS_DENIED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(access_free_p) struct access *a = make(TOKEN);
		struct request req = {.authorization = cases[i].authorization};

		if (access_check(a, &req, NOW) != cases[i].verdict)
			fail_msg("%s", cases[i].authorization);
		req.is_trusted = true;
		assert_int_equal(access_check(a, &req, NOW), ACCESS_GRANTED);
		assert_int_equal(access_check(NULL, &req, NOW), ACCESS_GRANTED);
	}
}

/* The cookie as a browser sends it back. */
static void returned(const struct text *set_cookie, char to[static 512])
{
	snprintf(to, 512, "other=1; %.*s; more=2", (int)strcspn(set_cookie->data, ";"), set_cookie->data);
}

static void test_sessions(void **state)
{
	CLEANUP(access_free_p) struct access *a = make(TOKEN), *restarted = make(TOKEN), *renewed = make("fedcba9876543210");
	CLEANUP_TEXT struct text cookie = TEXT_EMPTY, secure = TEXT_EMPTY, gone = TEXT_EMPTY;
	char sent[512];
	struct request req = {.cookie = sent};

	assert_int_equal(access_begin_session(a, false, NOW, &cookie), 0);
	assert_non_null(strstr(cookie.data, "; HttpOnly; SameSite=Strict"));
	assert_null(strstr(cookie.data, "Secure"));
	returned(&cookie, sent);
	assert_int_equal(access_check(a, &req, NOW), ACCESS_GRANTED);
	assert_int_equal(access_check(restarted, &req, NOW + 11 * HOUR), ACCESS_GRANTED);
	assert_int_equal(access_check(renewed, &req, NOW), ACCESS_DENIED);
	assert_int_equal(access_check(a, &req, NOW + 12 * HOUR), ACCESS_DENIED);
	assert_int_equal(access_check(a, &req, NOW - HOUR), ACCESS_DENIED);
	/* One that was set over TLS has another name. */
	req.is_secure = true;
	assert_int_equal(access_check(a, &req, NOW), ACCESS_DENIED);
	assert_int_equal(access_begin_session(a, true, NOW, &secure), 0);
	assert_non_null(strstr(secure.data, "; Secure"));
	returned(&secure, sent);
	assert_int_equal(access_check(a, &req, NOW), ACCESS_GRANTED);
	access_end_session(a, &req, NOW, &gone);
	assert_non_null(strstr(gone.data, "Max-Age=0"));
	assert_int_equal(access_check(a, &req, NOW), ACCESS_DENIED);
}

static void test_forged_sessions(void **state)
{
	CLEANUP(access_free_p) struct access *a = make(TOKEN);
	CLEANUP_TEXT struct text cookie = TEXT_EMPTY;
	static const char *const junk[] = {"seccompwatch=", "seccompwatch=-", "seccompwatch=--", "seccompwatch=1-2-3", "=",
		";;;", "seccompwatch", "xseccompwatch=1-2-3", "seccompwatch=9999999999999999999999-0-0"};
	char sent[512];
	struct request req = {.cookie = sent};

	assert_int_equal(access_begin_session(a, false, NOW, &cookie), 0);
	returned(&cookie, sent);
	for (size_t i = strlen("other=1; "), end = strlen(sent) - strlen("; more=2"); i < end; i++) {
		char kept = sent[i];

		sent[i] = kept == '1' ? '2' : '1';
		if (access_check(a, &req, NOW) != ACCESS_DENIED)
			fail_msg("%s", sent);
		sent[i] = kept;
	}
	assert_int_equal(access_check(a, &req, NOW), ACCESS_GRANTED);
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		req.cookie = junk[i];
		assert_int_equal(access_check(a, &req, NOW), ACCESS_DENIED);
	}
}

static void test_guessing(void **state)
{
	CLEANUP(access_free_p) struct access *a = make(TOKEN);
	struct request wrong = {.authorization = "Bearer wrong", .peer = 7}, right = {.authorization = "Bearer " TOKEN, .peer = 7};

	for (int i = 0; i < THROTTLE_TRIES; i++)
		assert_int_equal(access_check(a, &wrong, NOW), ACCESS_DENIED);
	assert_int_equal(access_check(a, &wrong, NOW), ACCESS_THROTTLED);
	assert_int_equal(access_check(a, &right, NOW), ACCESS_THROTTLED);
	assert_int_equal(access_wait(a, 7, NOW), THROTTLE_REFILL_MS / 1000);
	right.peer = 8;
	assert_int_equal(access_check(a, &right, NOW), ACCESS_GRANTED);
	right.peer = 7;
	assert_int_equal(access_check(a, &right, NOW + THROTTLE_REFILL_MS), ACCESS_GRANTED);
	/* Who brings nothing uses up nothing. */
	for (int i = 0; i < 100; i++)
		assert_int_equal(access_check(a, &(struct request){.peer = 9}, NOW), ACCESS_DENIED);
	assert_int_equal(access_wait(a, 9, NOW), 0);
}

static void test_throttle_is_bounded(void **state)
{
	struct throttle *t = calloc(1, sizeof(*t));

	for (uint64_t who = 1; who < 100000; who++)
		throttle_count(t, who, NOW);
	for (int i = 0; i < THROTTLE_TRIES; i++)
		throttle_count(t, 5, NOW + 1);
	assert_true(throttle_wait(t, 5, NOW + 1) > 0);
	assert_int_equal(throttle_wait(t, 5, NOW + 1 + (int64_t)THROTTLE_TRIES * THROTTLE_REFILL_MS), 0);
	assert_int_equal(throttle_wait(t, 5, NOW - HOUR), 0); /* the clock was set back */
	free(t);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static void put(const char *path, const char *bytes, mode_t mode)
{
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, bytes, strlen(bytes)), strlen(bytes));
	assert_int_equal(fchmod(fd, mode), 0);
}

static void test_token_files(void **state)
{
	static const struct {
		const char *bytes;
		mode_t mode;
		int r;
		const char *says;
	} cases[] = {
		{TOKEN "\n", 0600, 0, NULL}, {TOKEN, 0640, 0, NULL}, {TOKEN "\r\nsecond line\n", 0400, 0, NULL},
		{TOKEN "\n", 0644, -EPERM, "chmod 600"}, {TOKEN "\n", 0660, -EPERM, "chmod 600"},
		{"short\n", 0600, -EINVAL, "16 to 1024"}, {"", 0600, -EINVAL, "16 to 1024"},
		{"\n" TOKEN "\n", 0600, -EINVAL, "16 to 1024"},
	};
	char path[] = "/tmp/test_access_XXXXXX";

	close(mkstemp(path));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(access_free_p) struct access *a = NULL;
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct request req = {.authorization = "Bearer " TOKEN};
		int r;

		put(path, cases[i].bytes, cases[i].mode);
		r = access_new(&a, path, &why);
		if (r != cases[i].r || (r < 0 && !strstr(why.data, cases[i].says)))
			fail_msg("case %zu: %d %s", i, r, why.data ? why.data : "");
		if (r == 0)
			assert_int_equal(access_check(a, &req, NOW), ACCESS_GRANTED);
	}
	unlink(path);
}

static void test_tls_files(void **state)
{
	static const char cert[] = "-----BEGIN CERTIFICATE-----\n", key[] = "-----BEGIN PRIVATE KEY-----\n";
	static const struct {
		const char *cert, *key;
		mode_t mode; /* the key's */
		int r;
		const char *says;
	} cases[] = {
		{cert, key, 0600, 0, NULL}, {cert, key, 0640, 0, NULL}, {cert, key, 0644, -EPERM, "chmod 600"},
		{key, key, 0600, -EINVAL, "BEGIN CERTIFICATE"}, {cert, cert, 0600, -EINVAL, "PRIVATE KEY"}, {"", key, 0600, -EINVAL, "PEM"},
		{cert, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n", 0600, -EINVAL, "passphrase"},
	};
	char cert_path[] = "/tmp/test_access_XXXXXX", key_path[] = "/tmp/test_access_XXXXXX";

	close(mkstemp(cert_path));
	close(mkstemp(key_path));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct tls tls = {0};
		int r;

		put(cert_path, cases[i].cert, 0644);
		put(key_path, cases[i].key, cases[i].mode);
		r = tls_load(&tls, cert_path, key_path, &why);
		if (r != cases[i].r || (r < 0 && !strstr(why.data, cases[i].says)))
			fail_msg("case %zu: %d %s", i, r, why.data ? why.data : "");
		tls_free(&tls);
	}
	unlink(cert_path);
	unlink(key_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_bearers),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_forged_sessions),
		cmocka_unit_test(test_guessing),
		cmocka_unit_test(test_throttle_is_bounded),
		cmocka_unit_test(test_token_files),
		cmocka_unit_test(test_tls_files),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
