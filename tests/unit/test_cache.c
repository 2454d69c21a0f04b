/* SPDX-License-Identifier: MIT */
/* Answers that are kept: only to the same question, only while nothing has changed, and never more than a few. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "../../web/cache.h"

static const struct cache_state now = {1, 7, 100000};

static void ask(struct request *req, const char *target)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	*req = (struct request){0};
	assert_int_equal(request_parse(req, target, &why), 0);
}

static void put(struct cache *c, const char *target, const struct cache_state *state, const char *body)
{
	struct answer ans = {.status = 200, .type = "application/json"};
	struct request req;

	ask(&req, target);
	text_add_str(&ans.body, body);
	cache_put(c, &req, state, &ans);
	answer_free(&ans);
	request_free(&req);
}

/* The body, or "" when there is none. */
static const char *get(const struct cache *c, const char *target, const struct cache_state *state)
{
	static char body[256];
	struct answer ans = {0};
	struct request req;

	ask(&req, target);
	body[0] = '\0';
	if (cache_get(c, &req, state, &ans)) {
		assert_int_equal(ans.status, 200);
		assert_string_equal(ans.type, "application/json");
		snprintf(body, sizeof(body), "%s", ans.body.data);
	}
	answer_free(&ans);
	request_free(&req);
	return body;
}

static void test_same_question(void **state)
{
	static const struct {
		const char *target;
		bool same;
	} cases[] = {
		{"/api/v1/summary?by=comm&since=24h", true}, {"/api/v1/summary?by=comm&since=%324h", true},
		{"/api/v1/summary?by=comm&since=25h", false}, {"/api/v1/summary?by=comm", false},
		{"/api/v1/summary?since=24h&by=comm", false}, {"/api/v1/timeline?by=comm&since=24h", false},
		{"/api/v1/summary?by=comm&since=24h&limit=1", false}, {"/api/v1/summary?bycomm=&since=24h", false},
	};
	CLEANUP(cache_free_p) struct cache *c = NULL;

	assert_int_equal(cache_new(&c), 0);
	put(c, "/api/v1/summary?by=comm&since=24h", &now, "{1}");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if ((strcmp(get(c, cases[i].target, &now), "{1}") == 0) != cases[i].same)
			fail_msg("%s", cases[i].target);
}

static void test_same_state(void **state)
{
	static const struct {
		struct cache_state state;
		bool fresh;
	} cases[] = {
		{{1, 7, 100000}, true}, {{1, 7, 100000 + CACHE_AGE_MS - 1}, true}, {{1, 7, 100000 + CACHE_AGE_MS}, false},
		{{1, 7, 99999}, false}, {{1, 8, 100000}, false}, {{1, 6, 100000}, false}, {{2, 7, 100000}, false},
	};
	CLEANUP(cache_free_p) struct cache *c = NULL;

	assert_int_equal(cache_new(&c), 0);
	put(c, "/x", &now, "{1}");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if ((*get(c, "/x", &cases[i].state) != '\0') != cases[i].fresh)
			fail_msg("%zu", i);
	put(c, "/x", &(struct cache_state){1, 8, 100000}, "{2}");
	assert_string_equal(get(c, "/x", &(struct cache_state){1, 8, 100000}), "{2}");
	assert_string_equal(get(c, "/x", &now), "");
}

static void test_bounded(void **state)
{
	CLEANUP(cache_free_p) struct cache *c = NULL;
	char target[32];

	assert_int_equal(cache_new(&c), 0);
	for (int i = 0; i < 10 * CACHE_PLACES; i++) {
		const struct cache_state then = {1, 7, now.now + i};

		snprintf(target, sizeof(target), "/x?n=%d", i);
		put(c, target, &then, target);
		assert_string_equal(get(c, target, &then), target);
		if (i >= CACHE_PLACES) { /* the oldest went */
			snprintf(target, sizeof(target), "/x?n=%d", i - CACHE_PLACES);
			assert_string_equal(get(c, target, &then), "");
		}
	}
}

static void test_what_is_not_kept(void **state)
{
	CLEANUP(cache_free_p) struct cache *c = NULL;
	struct answer error = {0}, large = {.status = 200, .type = "application/json"}, empty = {.status = 200};
	struct request req;

	assert_int_equal(cache_new(&c), 0);
	ask(&req, "/x");
	answer_error(&error, 400, "x", NULL, "x");
	cache_put(c, &req, &now, &error);
	for (size_t i = 0; i <= CACHE_BODY_MAX; i++)
		text_add_char(&large.body, 'x');
	cache_put(c, &req, &now, &large);
	cache_put(c, &req, &now, &empty);
	assert_string_equal(get(c, "/x", &now), "");
	answer_free(&error);
	answer_free(&large);
	request_free(&req);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_question),
		cmocka_unit_test(test_same_state),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_what_is_not_kept),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
