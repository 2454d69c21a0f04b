/* SPDX-License-Identifier: MIT */
/* What stands between the network and the handlers: targets, headers, addresses, hosts, outboxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../web/answer.h"
#include "../../web/listen.h"
#include "../../web/outbox.h"
#include "../../web/params.h"
#include "../../web/request.h"
#include "../../web/timeline.h"

static void test_targets(void **state)
{
	static const struct {
		const char *target;
		int r;
		const char *path, *name, *value; /* of the last parameter */
		size_t n;
	} cases[] = {
		{"/", 0, "/", NULL, NULL, 0},
		{"/api/v1/events?limit=5", 0, "/api/v1/events", "limit", "5", 1},
		{"/a%2Fb?x=1&y=%20+z", 0, "/a/b", "y", "  z", 2},
		{"/a+b", 0, "/a+b", NULL, NULL, 0},
		{"/?&&a&", 0, "/", "a", "", 1},
		{"/?a=b=c", 0, "/", "a", "b=c", 1},
		{"/?a%3Db=c", 0, "/", "a=b", "c", 1},
		{"/?a=%26b", 0, "/", "a", "&b", 1},
		{"/?c=%C3%A9", 0, "/", "c", "\xc3\xa9", 1},
		{"http://localhost:1326/x?a=1", 0, "/x", "a", "1", 1},
		{"", -EINVAL, NULL, NULL, NULL, 0},
		{"*", -EINVAL, NULL, NULL, NULL, 0},
		{"x", -EINVAL, NULL, NULL, NULL, 0},
		{"/%", -EINVAL, NULL, NULL, NULL, 0},
		{"/%4", -EINVAL, NULL, NULL, NULL, 0},
		{"/%zz", -EINVAL, NULL, NULL, NULL, 0},
		{"/%00", -EINVAL, NULL, NULL, NULL, 0},
		{"/?a=%00", -EINVAL, NULL, NULL, NULL, 0},
		{"/?a=%ff", -EINVAL, NULL, NULL, NULL, 0},
		{"/?%ed%a0%80=1", -EINVAL, NULL, NULL, NULL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct request req = {0};
		int r = request_parse(&req, cases[i].target, &why);

		if (r != cases[i].r)
			fail_msg("%s: %d", cases[i].target, r);
		if (r == 0) {
			assert_string_equal(req.path, cases[i].path);
			assert_int_equal(req.n_params, cases[i].n);
		} else {
			assert_true(why.len > 0);
		}
		if (cases[i].name) {
			assert_string_equal(req.params[req.n_params - 1].name, cases[i].name);
			assert_string_equal(req.params[req.n_params - 1].value, cases[i].value);
		}
		request_free(&req);
	}
}

static void test_too_many_parameters(void **state)
{
	CLEANUP_TEXT struct text target = TEXT_EMPTY, why = TEXT_EMPTY;
	struct request req = {0};

	text_add_str(&target, "/?");
	for (int i = 0; i <= REQUEST_PARAMS_MAX; i++)
		text_printf(&target, "p%d=1&", i);
	assert_int_equal(request_parse(&req, target.data, &why), -E2BIG);
	request_free(&req);
}

static void test_authority(void **state)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct request req = {0};

	assert_int_equal(request_parse(&req, "http://evil.example:1/p", &why), 0);
	assert_string_equal(req.authority, "evil.example:1");
	assert_string_equal(req.path, "/p");
	request_free(&req);
}

static void test_accepts_gzip(void **state)
{
	static const struct {
		const char *header;
		bool accepted;
	} cases[] = {
		{NULL, false}, {"", false}, {"gzip", true}, {"deflate, GZIP", true}, {"gzip;q=0", false},
		{"gzip; q=0.000", false}, {"gzip;q=0.001", true}, {"*", true}, {"*;q=0", false},
		{"*, gzip;q=0", false}, {"gzip, *;q=0", true}, {"gzipx", false}, {"x-gzip", false}, {" , gzip ,", true},
		{"identity", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (request_accepts_gzip(cases[i].header) != cases[i].accepted)
			fail_msg("%s", cases[i].header ? cases[i].header : "(none)");
}

static void test_accepts(void **state)
{
	static const struct {
		const char *header;
		bool accepted; /* text/plain; version=0.0.4 */
	} cases[] = {
		{NULL, true}, {"", true}, {"*/*", true}, {"text/*", true}, {"TEXT/PLAIN", true}, {"text/plain;q=0", false},
		{"text/html", false}, {"text/html, */*;q=0.1", true}, {"text/*;q=0, */*", false}, {"*/*;q=0, text/plain", true},
		{"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true},
		{"text/plain; version=9; q=0.000", false}, {"text/plain; q=0.001", true}, {"textplain", false}, {"text/", false},
		{"text/plainer", false}, {"*", false}, {";q=1", false}, {"image/avif,image/webp,*/*;q=0.8", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (request_accepts(cases[i].header, "text/plain; version=0.0.4") != cases[i].accepted)
			fail_msg("%s", cases[i].header ? cases[i].header : "(none)");
}

static void test_has_etag(void **state)
{
	static const struct {
		const char *header;
		bool has;
	} cases[] = {
		{NULL, false}, {"\"a\"", true}, {"W/\"a\"", true}, {"\"b\", \"a\"", true}, {"*", true}, {"a", false},
		{"\"b\"", false}, {"\"a", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (request_has_etag(cases[i].header, "\"a\"") != cases[i].has)
			fail_msg("%s", cases[i].header ? cases[i].header : "(none)");
}

static void test_methods(void **state)
{
	static const char *const known[] = {"GET", "HEAD", "POST", "DELETE"};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		enum request_method method = request_method_from_name(known[i]);

		assert_string_equal(request_method_name(method), known[i]);
		assert_int_equal(request_is_read(method), i < 2);
	}
	assert_int_equal(request_method_from_name("get"), REQUEST_OTHER);
	assert_int_equal(request_method_from_name("OPTIONS"), REQUEST_OTHER);
	assert_false(request_is_read(REQUEST_OTHER));
}

static void test_foreign_pages(void **state)
{
	static const struct {
		const char *site, *origin, *host;
		bool foreign;
	} cases[] = {
		{NULL, NULL, "localhost:1326", false},
		{NULL, "http://localhost:1326", "localhost:1326", false},
		{"same-origin", "http://LOCALHOST:1326", "localhost:1326", false},
		{"same-origin", "https://localhost", "localhost", false},
		{"none", NULL, "localhost", false},
		{NULL, "http://localhost:1326", "localhost:1327", true},
		{NULL, "http://localhost", "localhost:1326", true},
		{NULL, "http://127.0.0.1:1326", "localhost:1326", true},
		{NULL, "http://evil.example", "localhost", true},
		{NULL, "http://localhost.evil.example", "localhost", true},
		{NULL, "null", "localhost", true},
		{NULL, "", "localhost", true},
		{NULL, "://", "", false},
		{NULL, "http://localhost", NULL, true},
		{"cross-site", NULL, "localhost", true},
		{"same-site", "http://localhost", "localhost", true},
		{"", NULL, "localhost", true},
		{"cross-site", "http://localhost", "localhost", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request req = {.fetch_site = cases[i].site, .origin = cases[i].origin, .host = cases[i].host};

		if (request_is_foreign(&req) != cases[i].foreign)
			fail_msg("%zu: %s", i, cases[i].origin ? cases[i].origin : "(none)");
	}
}

static void test_media_types(void **state)
{
	static const struct {
		const char *type;
		bool has;
	} cases[] = {
		{"application/json", true}, {"Application/JSON; charset=utf-8", true}, {"application/json;x", true},
		{"text/plain", true}, {"text/plai", false}, {"text/plain2", false}, {"application/json,text/plain", false},
		{"json", false}, {"application/json text/plain", true}, {"", false}, {";", false}, {" ", false}, {NULL, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (request_has_type(cases[i].type, "application/json text/plain") != cases[i].has)
			fail_msg("\"%s\"", cases[i].type ? cases[i].type : "(none)");
	assert_false(request_has_type("text/plain", ""));
}

static void test_addresses(void **state)
{
	static const struct {
		const char *where;
		int r;
		bool needs_root, others;
	} cases[] = {
		{"127.0.0.1:1326", 0, false}, {"127.0.0.1:0", 0, false}, {"127.9.9.9:80", 0, true},
		{"localhost:8080", 0, false}, {"[::1]:1326", 0, false}, {"unix:/run/x.sock", 0, true},
		{"0.0.0.0:1326", 0, false, true}, {"[::]:1326", 0, false, true}, {"192.0.2.1:443", 0, true, true},
		{"[::ffff:127.0.0.1]:1326", 0, false, true}, {"127.0.0.1", -EINVAL, false}, {":1326", -EINVAL, false},
		{"127.0.0.1:", -EINVAL, false}, {"127.0.0.1:65536", -EINVAL, false}, {"127.0.0.1:-1", -EINVAL, false},
		{"127.0.0.1:1x", -EINVAL, false}, {"::1:1326", -EINVAL, false}, {"[::1:1326", -EINVAL, false},
		{"127.1:1326", -EINVAL, false}, {"example.org:1326", -EINVAL, false}, {"unix:relative", -EINVAL, false},
		{"unix:", -EINVAL, false}, {"", -EINVAL, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text why = TEXT_EMPTY;
		struct listen_address a;
		int r = listen_parse(cases[i].where, &a, &why);

		if (r != cases[i].r || (r < 0) != (why.len > 0))
			fail_msg("\"%s\": %d %s", cases[i].where, r, why.data ? why.data : "");
		if (r == 0 && (listen_needs_root(&a) != cases[i].needs_root || listen_is_local(&a) == cases[i].others))
			fail_msg("\"%s\"", cases[i].where);
	}
}

static void test_socket_path_length(void **state)
{
	CLEANUP_TEXT struct text where = TEXT_EMPTY, why = TEXT_EMPTY;
	struct listen_address a;

	text_add_str(&where, "unix:/");
	for (int i = 0; i < 107; i++)
		text_add_char(&where, 'x');
	assert_int_equal(listen_parse(where.data, &a, &why), -EINVAL);
	where.data[where.len - 1] = '\0';
	assert_int_equal(listen_parse(where.data, &a, &why), 0);
}

static void test_hosts(void **state)
{
	static const struct {
		const char *host;
		bool own;
	} cases[] = {
		{"localhost", true}, {"LOCALHOST:9", true}, {"127.0.0.1:1326", true}, {"127.0.0.1", true},
		{"127.0.0.1:", true}, {"127.5.5.5", true}, {"[::1]:1326", true}, {"[::1]", true},
		{"evil.example", false}, {"localhost.evil.example", false}, {"127.0.0.1.evil.example", false},
		{"192.0.2.1", false}, {"0.0.0.0", false}, {"[::]", false}, {"", false}, {":1326", false},
		{"localhost:x", false}, {"localhost:99999", false}, {"localhost@evil", false}, {"[::1", false},
		{"127.0.0.1, evil.example", false}, {" localhost", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (listen_is_own_host(cases[i].host) != cases[i].own)
			fail_msg("\"%s\"", cases[i].host);
}

static struct outbox_text *text_of(const char *s)
{
	struct text t = TEXT_EMPTY;

	text_add_str(&t, s);
	return outbox_text_new(&t);
}

static void test_outbox_order(void **state)
{
	struct outbox_text *one = text_of("hello "), *two = text_of("world");
	struct outbox box = {0};
	char got[32] = "";
	size_t len = 0, n;

	assert_int_equal(outbox_put(&box, one), 0);
	assert_int_equal(outbox_put(&box, two), 0);
	outbox_text_unref(one);
	outbox_text_unref(two);
	assert_int_equal(box.bytes, 11);
	while ((n = outbox_take(&box, got + len, 4)) > 0)
		len += n;
	assert_string_equal(got, "hello world");
	assert_int_equal(box.bytes, 0);
	assert_int_equal(box.n, 0);
}

static void test_outbox_bounds(void **state)
{
	struct outbox_text *small = text_of("x");
	struct text t = TEXT_EMPTY;
	struct outbox_text *large;
	struct outbox box = {0};

	for (size_t i = 0; i < OUTBOX_TEXTS; i++)
		assert_int_equal(outbox_put(&box, small), 0);
	assert_int_equal(outbox_put(&box, small), -ENOBUFS);
	outbox_clear(&box);
	for (size_t i = 0; i <= OUTBOX_BYTES; i++)
		text_add_char(&t, 'y');
	large = outbox_text_new(&t);
	assert_int_equal(outbox_put(&box, large), 0);
	assert_int_equal(outbox_put(&box, small), -ENOBUFS);
	outbox_clear(&box);
	assert_int_equal(outbox_put(&box, small), 0);
	assert_int_equal(outbox_put(&box, large), -ENOBUFS);
	outbox_clear(&box);
	outbox_text_unref(small);
	outbox_text_unref(large);
}

static void test_error_document(void **state)
{
	struct answer ans = {0};
	json_t *document, *error;

	answer_list_begin(&ans, "events");
	snprintf(ans.etag, sizeof(ans.etag), "\"x\"");
	answer_error(&ans, 400, "bad_parameter", "limit", "limit: \"%s\"", "\"\n\\<");
	assert_int_equal(ans.status, 400);
	assert_string_equal(ans.etag, "");
	document = json_loads(ans.body.data, 0, NULL);
	error = json_object_get(document, "error");
	assert_string_equal(json_string_value(json_object_get(error, "code")), "bad_parameter");
	assert_string_equal(json_string_value(json_object_get(error, "field")), "limit");
	assert_string_equal(json_string_value(json_object_get(error, "message")), "limit: \"\"\n\\<\"");
	json_decref(document);
	answer_error(&ans, 503, "database_unavailable", NULL, "cannot read %s", "/tmp/\xff");
	document = json_loads(ans.body.data, 0, NULL);
	assert_non_null(document);
	assert_true(json_is_null(json_object_get(json_object_get(document, "error"), "field")));
	json_decref(document);
	answer_free(&ans);
}

static void test_lists(void **state)
{
	struct answer ans = {0};

	answer_list_begin(&ans, "events");
	assert_int_equal(answer_list_add(&ans, json_integer(1)), 0);
	assert_int_equal(answer_list_add(&ans, json_string("a\"[")), 0);
	assert_int_equal(answer_list_add(&ans, json_null()), 0);
	answer_list_end(&ans);
	answer_list_field(&ans, "next", json_null());
	answer_list_close(&ans);
	assert_string_equal(ans.body.data, "{\"events\":[1,\"a\\\"[\",null],\"next\":null}\n");
	assert_int_equal(answer_list_add(&ans, NULL), -ENOMEM);
	answer_free(&ans);
}

#define NOW INT64_C(1700000000000)

/* Reads the parameters of a target; the field that is named when they are refused, "" for none. */
static int read_params(const char *target, unsigned accepted, struct params *ret, char field[static 64])
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	static struct request req;
	struct answer ans = {0};
	int r;

	request_free(&req);
	assert_int_equal(request_parse(&req, target, &why), 0);
	*ret = PARAMS_EMPTY;
	r = params_read(&req, accepted, NOW, ret, &ans);
	field[0] = '\0';
	if (r < 0) {
		json_t *document = json_loads(ans.body.data, 0, NULL);
		const char *named = json_string_value(json_object_get(json_object_get(document, "error"), "field"));

		assert_int_equal(ans.status, 400);
		snprintf(field, 64, "%s", named ? named : "");
		json_decref(document);
	}
	answer_free(&ans);
	return r;
}

static void test_params_refused(void **state)
{
	enum {
		EVENTS = PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT | PARAMS_ORDER | PARAMS_CURSOR,
	};
	static const struct {
		const char *target, *field;
		unsigned accepted;
	} cases[] = {
		{"/?limit=0", "limit", EVENTS}, {"/?limit=1001", "limit", EVENTS}, {"/?limit=", "limit", EVENTS},
		{"/?limit=-1", "limit", EVENTS}, {"/?limit=18446744073709551617", "limit", EVENTS},
		{"/?limit=1", "limit", PARAMS_TIME}, {"/?limit=1&limit=2", "limit", EVENTS}, {"/?order=", "order", EVENTS},
		{"/?since=tomorrow", "since", EVENTS}, {"/?since=1&since=2", "since", EVENTS}, {"/?since=2&until=1", "", EVENTS},
		{"/?pid=x", "pid", EVENTS}, {"/?outcome=sad", "outcome", EVENTS}, {"/?hour=1", "hour", EVENTS},
		{"/?x=1", "x", EVENTS}, {"/?=1", "", EVENTS}, {"/?comm=a", "comm", PARAMS_LIMIT}, {"/?by=", "by", PARAMS_BY},
		{"/?by=comm,comm", "by", PARAMS_BY}, {"/?by=comm,", "by", PARAMS_BY}, {"/?step=0m", "step", PARAMS_STEP},
		{"/?step=5", "step", PARAMS_STEP}, {"/?since=1h", "since", PARAMS_SEQ}, {"/?since=-1", "since", PARAMS_SEQ},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_PARAMS struct params p;
		char field[64];
		int r = read_params(cases[i].target, cases[i].accepted, &p, field);

		if (r != -EINVAL || strcmp(field, cases[i].field) != 0)
			fail_msg("%s: %d, field \"%s\"", cases[i].target, r, field);
	}
}

static void test_params_read(void **state)
{
	CLEANUP_PARAMS struct params p, q, s;
	char field[64];

	assert_int_equal(read_params("/?since=1h&until=1700000000&limit=7&limit=7&order=asc&comm=a,b&comm=c&cursor=x",
				 PARAMS_FILTERS | PARAMS_TIME | PARAMS_LIMIT | PARAMS_ORDER | PARAMS_CURSOR, &p, field),
		0);
	assert_int_equal(p.filter.since, NOW - 3600000);
	assert_int_equal(p.filter.until, NOW);
	assert_int_equal(p.limit, 7);
	assert_true(p.ascending);
	assert_int_equal(p.filter.fields[QUERY_COMM].n, 3);
	assert_string_equal(p.cursor, "x");
	assert_int_equal(read_params("/?by=hour,container", PARAMS_BY, &q, field), 0);
	assert_int_equal(q.n_by, 2);
	assert_int_equal(q.by[0], QUERY_HOUR);
	assert_int_equal(q.limit, PARAMS_LIMIT_DEFAULT);
	assert_int_equal(read_params("/?since=12&comm=a", PARAMS_SEQ | PARAMS_FILTERS, &s, field), 0);
	assert_true(s.has_seq);
	assert_int_equal(s.seq, 12);
	assert_int_equal(s.filter.since, CLOCK_NONE);
}

static void test_timeline_plans(void **state)
{
	static const struct {
		const char *target;
		int r;
		int64_t since, step;
		size_t buckets;
	} cases[] = {
		/* 1700000000 is 22:13:20. */
		{"/", 0, 1699996380000, 60000, 61},
		{"/?since=1d&step=1h", 0, 1699912800000, 3600000, 25},
		{"/?since=1d", 0, 1699912800000, 900000, 97},
		{"/?since=30d", 0, 1697328000000, 86400000, 31},
		{"/?since=1699999980&until=1700000040", 0, 1699999980000, 60000, 1},
		{"/?since=1699999980&until=1700000041", 0, 1699999980000, 60000, 2},
		{"/?since=365d&step=1m", -EINVAL, 0, 0, 0},
		{"/?step=90s", -EINVAL, 0, 0, 0},
		{"/?step=61m", -EINVAL, 0, 0, 0},
		{"/?since=1700000100", -EINVAL, 0, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_PARAMS struct params p;
		struct timeline_plan plan = {0};
		struct answer ans = {0};
		char field[64];
		int r;

		assert_int_equal(read_params(cases[i].target, PARAMS_TIME | PARAMS_STEP, &p, field), 0);
		r = timeline_plan(&p, NOW, &plan, &ans);
		if (r != cases[i].r || plan.since != cases[i].since || plan.step != cases[i].step ||
			(r == 0 && plan.buckets != cases[i].buckets))
			fail_msg("%s: %d, %lld by %lld, %zu buckets", cases[i].target, r, (long long)plan.since,
				(long long)plan.step, plan.buckets);
		answer_free(&ans);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_too_many_parameters),
		cmocka_unit_test(test_authority),
		cmocka_unit_test(test_accepts_gzip),
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_has_etag),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_foreign_pages),
		cmocka_unit_test(test_media_types),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_socket_path_length),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_outbox_order),
		cmocka_unit_test(test_outbox_bounds),
		cmocka_unit_test(test_error_document),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_params_refused),
		cmocka_unit_test(test_params_read),
		cmocka_unit_test(test_timeline_plans),
	};

	return cmocka_run_group_tests_name("web", tests, NULL, NULL);
}
