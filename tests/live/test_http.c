/* SPDX-License-Identifier: MIT */
/* The server as a client meets it: `serve` on a database that `import` filled, spoken to in plain HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "rig.h"

#define RECORD "type=SECCOMP msg=audit(%d.000:%d): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=%d comm=\"nc\" " \
	"exe=\"/bin/nc\" sig=31 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x80000000"
#define FIRST_TIME 1700000000
#define N_EVENTS   5

static pid_t server;

static const char *text_at(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- fixtures ---------------------------------------------------------------------------------------------------- */

static void import(const struct rig *rig, int first, int n)
{
	char path[160], *output;
	FILE *f;
	int status;

	snprintf(path, sizeof(path), "%s/audit.log", rig->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	for (int i = first; i < first + n; i++)
		fprintf(f, RECORD "\n", FIRST_TIME + i, 100 + i, 1000 + i);
	fclose(f);
	output = rig_shell(rig, &status, "%P --db %D import %T/audit.log 2>&1");
	if (status != 0)
		fail_msg("import: %s", output);
	free(output);
}

static void start(struct rig *rig)
{
	static const char *const more[] = {"--listen", "127.0.0.1:0", NULL};
	char *log;

	server = rig_start(rig, "serve", more, "http://127.0.0.1:");
	log = rig_shell(rig, NULL, "sed -n 's|^http://127.0.0.1:||p' %L");
	client_port = atoi(log);
	free(log);
	assert_true(client_port > 0);
}

/* Who serves is not who runs the test: it must be able to reach the database's directory. */
static int setup(void **state)
{
	struct rig *rig;

	if (rig_setup(state) < 0)
		return -1;
	rig = *state;
	if (chmod(rig->dir, 0711) < 0)
		return -1;
	import(rig, 0, N_EVENTS);
	start(rig);
	return 0;
}

static int teardown(void **state)
{
	rig_stop(server, SIGTERM, NULL);
	return rig_teardown(state);
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void answers(void **state)
{
	static const struct {
		const char *target;
		int status;
		const char *holds; /* in the head or the body */
	} cases[] = {
		{"/api/v1/events", 200, "\"syscall\":\"socket\""},
		{"/api/v1/events?comm=nobody", 200, "{\"events\":[],\"next\":null}"},
		{"/api/v1/events?order=asc&limit=1&syscall=socket&arch=x86_64", 200, "Content-Type: application/json"},
		{"/api/v1/events?limit=0", 400, "\"field\":\"limit\""},
		{"/api/v1/events?limit=1001", 400, "\"field\":\"limit\""},
		{"/api/v1/events?limit=1&limit=2", 400, "\"field\":\"limit\""},
		{"/api/v1/events?order=up", 400, "\"field\":\"order\""},
		{"/api/v1/events?cursor=mine", 400, "\"field\":\"cursor\""},
		{"/api/v1/events?pid=-5", 400, "\"field\":\"pid\""},
		{"/api/v1/events?action=perish", 400, "\"field\":\"action\""},
		{"/api/v1/events?since=2026-02-30", 400, "\"field\":\"since\""},
		{"/api/v1/events?since=1h&until=2h", 400, "bad_parameter"},
		{"/api/v1/events?action=log&outcome=killed", 400, "bad_parameter"},
		{"/api/v1/events?colour=red", 400, "\"field\":\"colour\""},
		{"/api/v1/events?comm=%FF", 400, "bad_request"},
		{"/api/v1/summary?by=syscall,outcome", 200, "\"total\":5"},
		{"/api/v1/summary?by=syscall&limit=1", 200, "\"count\":5"},
		{"/api/v1/summary", 400, "\"field\":\"by\""},
		{"/api/v1/summary?by=colour", 400, "\"field\":\"by\""},
		{"/api/v1/summary?by=comm,exe,pid,uid,arch", 400, "\"field\":\"by\""},
		{"/api/v1/timeline", 200, "\"step_ms\":60000"},
		{"/api/v1/timeline?since=1700000000&until=1700003600&step=1h", 200, "\"killed\":5"},
		{"/api/v1/timeline?since=7d&step=1m", 400, "\"field\":\"step\""},
		{"/api/v1/timeline?step=90s", 400, "\"field\":\"step\""},
		{"/api/v1/containers", 200, "{\"containers\":[],\"next\":null}"},
		{"/api/v1/containers/none", 404, "not_found"},
		{"/api/v1/health", 200, "\"events\":5"},
		{"/api/v1/syscalls/clone3", 200, "\"fallback\":\"clone\""},
		{"/api/v1/syscalls/clone%33", 200, "\"risk\":\"high\""},
		{"/api/v1/syscalls/riscv_hwprobe", 200, "\"risk\":\"unknown\",\"risk_reason\":null"},
		{"/api/v1/syscalls/", 404, "not_found"},
		{"/api/v1/syscalls/nosuchcall", 404, "not_found"},
		{"/api/v1/syscalls/clone3/", 404, "not_found"},
		{"/metrics", 200, "\nseccompwatch_events_total{outcome=\"killed\"} 5\n"},
		{"/metrics", 200, "version=0.0.4"},
		{"/healthz", 200, "ok\n"},
		{"/openapi.json", 200, "\"openapi\""},
		{"/", 200, "Content-Type: text/html"},
		{"/?container=x", 200, "ETag: \""},
		{"/events?syscall=ptrace", 200, "Content-Type: text/html"},
		{"/", 200, "Link: </api/v1/health>; rel=preload"},
		{"/containers/a%2Fb", 200, "Content-Type: text/html"},
		{"/lab/", 404, "not_found"},
		{"/assets/none.js", 404, "not_found"},
		{"/assets/../api", 404, "not_found"},
		{"/api/v1/events/", 404, "not_found"},
		{"/nothing", 404, "not_found"},
		{"/%00", 400, "bad_request"},
		{"/%zz", 400, "bad_request"},
		{"http://localhost/healthz", 200, "ok\n"},
		{"http://evil.example/healthz", 421, "misdirected"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client_reply reply = client_ask("GET", cases[i].target, "");

		if (reply.status != cases[i].status || !(strstr(reply.head, cases[i].holds) || strstr(reply.body, cases[i].holds)))
			fail_msg("%s: %d\n%s\n%.300s", cases[i].target, reply.status, reply.head, reply.body);
		if (!strstr(reply.head, "Content-Security-Policy: default-src 'none'") ||
			!strstr(reply.head, "X-Content-Type-Options: nosniff"))
			fail_msg("%s: %s", cases[i].target, reply.head);
	}
}

static void pages_follow_the_cursor(void **state)
{
	json_t *first = client_json("/api/v1/events?limit=3", 200), *second;
	char target[512];

	assert_int_equal(json_array_size(json_object_get(first, "events")), 3);
	assert_string_equal(text_at(json_array_get(json_object_get(first, "events"), 0), "time"), "2023-11-14T22:13:24.000Z");
	assert_non_null(text_at(first, "next"));
	snprintf(target, sizeof(target), "/api/v1/events?limit=3&cursor=%s", text_at(first, "next"));
	second = client_json(target, 200);
	assert_int_equal(json_array_size(json_object_get(second, "events")), 2);
	assert_true(json_is_null(json_object_get(second, "next")));
	json_decref(first);
	json_decref(second);
}

static void methods_and_bodies(void **state)
{
	struct client_reply reply = client_ask("POST", "/api/v1/events", "Content-Length: 0\r\n");

	assert_int_equal(reply.status, 405);
	assert_non_null(strstr(reply.head, "Allow: GET, HEAD"));
	assert_int_equal(client_ask("DELETE", "/", "").status, 405);
	assert_int_equal(client_ask("GET", "/healthz", "Content-Length: 100000000\r\n").status, 413);
	assert_int_equal(client_ask("GET", "/healthz", "Transfer-Encoding: chunked\r\n").status, 413);
	assert_int_equal(client_ask("POST", "/nothing", "Content-Length: 100000000\r\n").status, 404);
	assert_int_equal(client_ask("POST", "/healthz", "Content-Length: 5\r\n").status, 405);
	/* Two ends, or none that is known. */
	assert_int_equal(client_ask("GET", "/healthz", "Content-Length: 0\r\nContent-Length: 5\r\n").status, 400);
	assert_int_equal(client_ask("GET", "/healthz", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n").status, 400);
	assert_int_equal(client_ask("GET", "/healthz", "Transfer-Encoding: gzip\r\n").status, 400);
	reply = client_ask("HEAD", "/api/v1/events", "");
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "");
	assert_null(strstr(reply.head, "Content-Length: 0"));
	assert_int_equal(client_ask("HEAD", "/api/v1/stream", "").status, 200);
}

static void bodies_are_bounded(void **state)
{
	static char body[2 << 20];
	struct client_reply reply;
	int fd = client_dial();
	char answer[4096];

	assert_int_equal(client_ask("POST", "/api/v1/mutes", "Content-Length: 2\r\n\r\n{}").status, 415);
	assert_int_equal(client_ask("POST", "/api/v1/mutes", "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}").status, 415);
	assert_int_equal(client_post("/api/v1/mutes", "application/json", "", "{").status, 400);
	assert_int_equal(client_post("/api/v1/looked", "application/json", "", "{}").status, 413);
	reply = client_ask("POST", "/api/v1/mutes", "Content-Type: application/json\r\nContent-Length: 100000000\r\n");
	assert_int_equal(reply.status, 413);
	assert_non_null(strstr(reply.body, "too_large"));
	/* In chunks nobody knows the end beforehand: too large is said at it. */
	memset(body, ' ', sizeof(body) - 1);
	client_say(fd, "POST /api/v1/mutes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n1fffff\r\n");
	client_say(fd, body);
	client_say(fd, "\r\n0\r\n\r\n");
	assert_true(client_hear(fd, "too_large", 5, answer, sizeof(answer)));
	client_say(fd, "POST /api/v1/mutes HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
		       "Transfer-Encoding: chunked\r\n\r\n8\r\n{\"syscal\r\n9\r\nl\":\"no\"} \r\n0\r\n\r\n");
	assert_true(client_hear(fd, "\"field\":\"syscall\"", 5, answer, sizeof(answer)));
	close(fd);
	/* A body that never comes is waited for, but not for ever; others are answered meanwhile. */
	assert_int_equal(client_ask("GET", "/healthz", "").status, 200);
}

static void changes_come_from_our_own_page(void **state)
{
	static const struct {
		const char *headers;
		int status;
	} cases[] = {
		{"", 200},
		{"Host: 127.0.0.1:7\r\nOrigin: http://127.0.0.1:7\r\nSec-Fetch-Site: same-origin\r\n", 200},
		{"Origin: http://evil.example\r\n", 403},
		{"Origin: null\r\n", 403},
		{"Host: localhost:1326\r\nOrigin: http://localhost:3000\r\n", 403},
		{"Sec-Fetch-Site: cross-site\r\n", 403},
		{"Host: rebound.example\r\nOrigin: http://rebound.example\r\n", 421},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client_reply reply = client_ask("POST", "/api/v1/looked", cases[i].headers);

		if (reply.status != cases[i].status)
			fail_msg("%s: %d %s", cases[i].headers, reply.status, reply.body);
	}
	assert_int_equal(client_ask("DELETE", "/api/v1/mutes/1", "Origin: http://evil.example\r\n").status, 403);
	assert_int_equal(client_ask("GET", "/api/v1/looked", "Origin: http://evil.example\r\n").status, 200);
}

static void mutes_come_and_go(void **state)
{
	struct rig *rig = *state;
	struct client_reply reply = client_post("/api/v1/mutes", "application/json", "", "{\"container\":\"web\",\"syscall\":\"mkdir\",\"note\":\"\\u00e4\"}");
	json_t *mutes, *mute;
	char target[64];

	assert_int_equal(reply.status, 201);
	assert_int_equal(client_post("/api/v1/mutes", "application/json", "", "{\"container\":\"web\",\"syscall\":\"mkdir\"}").status, 200);
	mutes = client_json("/api/v1/mutes", 200);
	assert_int_equal(json_array_size(json_object_get(mutes, "mutes")), 1);
	mute = json_array_get(json_object_get(mutes, "mutes"), 0);
	assert_string_equal(text_at(mute, "note"), "\xc3\xa4");
	snprintf(target, sizeof(target), "/api/v1/mutes/%d", (int)json_integer_value(json_object_get(mute, "id")));
	json_decref(mutes);
	/* The command and the page speak of the same. */
	mutes = rig_json(rig, "%P --db %D mute --format json");
	assert_int_equal(json_array_size(json_object_get(mutes, "mutes")), 1);
	json_decref(mutes);
	assert_int_equal(client_ask("GET", target, "").status, 405);
	assert_int_equal(client_ask("DELETE", target, "").status, 204);
	assert_int_equal(client_ask("DELETE", target, "").status, 404);
	reply = client_post("/api/v1/mutes", "application/json", "", "{\"container\":\"a\",\"image\":\"b\",\"syscall\":\"mkdir\"}");
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.body, "\"field\":\"image\""));
	/* Without the marks all else works. */
	free(rig_shell(rig, NULL, "mv %T/db/marks %T/db/away; echo x > %T/db/marks"));
	assert_int_equal(client_ask("GET", "/api/v1/mutes", "").status, 503);
	assert_int_equal(client_ask("POST", "/api/v1/looked", "").status, 503);
	assert_int_equal(client_ask("GET", "/api/v1/health", "").status, 200);
	free(rig_shell(rig, NULL, "rm %T/db/marks; mv %T/db/away %T/db/marks"));
	assert_int_equal(client_ask("GET", "/api/v1/mutes", "").status, 200);
}

static void hosts(void **state)
{
	assert_int_equal(client_ask("GET", "/healthz", "Host: 127.0.0.1:9\r\n").status, 200);
	assert_int_equal(client_ask("GET", "/healthz", "Host: [::1]\r\n").status, 200);
	assert_int_equal(client_ask("GET", "/healthz", "Host: rebound.example\r\n").status, 421);
	assert_int_equal(client_ask("GET", "/healthz", "Host: localhost\r\nHost: rebound.example\r\n").status, 421);
}

static void assets_are_validated(void **state)
{
	struct client_reply plain = client_ask("GET", "/", ""), gzip, again;
	char etag[64], header[128];

	assert_null(strstr(plain.head, "Content-Encoding"));
	gzip = client_ask("GET", "/", "Accept-Encoding: br, gzip\r\n");
	assert_non_null(strstr(gzip.head, "Content-Encoding: gzip"));
	assert_non_null(strstr(gzip.head, "Vary: Accept-Encoding"));
	assert_int_equal(sscanf(strstr(gzip.head, "ETag: "), "ETag: %63s", etag), 1);
	snprintf(header, sizeof(header), "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", etag);
	again = client_ask("GET", "/", header);
	assert_int_equal(again.status, 304);
	assert_string_equal(again.body, "");
	snprintf(header, sizeof(header), "If-None-Match: %s\r\n", etag);
	assert_int_equal(client_ask("GET", "/", header).status, 200);
}

static void profiles_are_judged(void **state)
{
	static const char json[] = "application/json";
	static const struct {
		const char *target, *type, *headers, *body;
		int status;
		const char *holds;
	} cases[] = {
		{"check", json, "", "{\"profile\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}", 200, "\"id\":\"silent\""},
		{"check", json, "", "{\"profile\":\"{\\n\\\"defaultAction\\\":\\\"allow\\\"}\"}", 422, "\"line\":2"},
		{"check", json, "Origin: http://evil.example\r\n", "{}", 403, "foreign_origin"},
		{"check", "text/plain", "", "{}", 415, "unsupported_type"},
		{"check?x=1", json, "", "{}", 400, "\"field\":\"x\""},
		{"check", json, "", "", 400, "bad_json"},
		{"decide", json, "", "{\"profile\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"},\"syscall\":\"mkdir\",\"arch\":\"x86_64\"}", 200,
			"\"errno\":\"EPERM\""},
		{"diff", json, "", "{\"from\":{\"defaultAction\":\"SCMP_ACT_LOG\"},\"to\":{\"defaultAction\":\"SCMP_ACT_ALLOW\"}}", 200,
			"\"from\":\"SCMP_ACT_LOG\",\"to\":\"SCMP_ACT_ALLOW\""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client_reply reply;
		char target[64];

		snprintf(target, sizeof(target), "/api/v1/profile/%s", cases[i].target);
		reply = client_post(target, cases[i].type, cases[i].headers, cases[i].body);
		if (reply.status != cases[i].status || !strstr(reply.body, cases[i].holds))
			fail_msg("%s: %d %.400s", target, reply.status, reply.body);
	}
	assert_int_equal(client_ask("GET", "/api/v1/profile/check", "").status, 405);
}

/* 200,000 rules are refused, and rules that libseccomp takes ages for end at the child's limits; others are answered
 * meanwhile. */
static void costly_profiles_are_bounded(void **state)
{
	char *body = malloc(1 << 20);
	size_t len = (size_t)sprintf(body, "{\"profile\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\","
		"\"SCMP_ARCH_X86\",\"SCMP_ARCH_X32\",\"SCMP_ARCH_AARCH64\",\"SCMP_ARCH_ARM\",\"SCMP_ARCH_RISCV64\"],\"syscalls\":[");
	struct client_reply reply;
	double start = rig_now();

	assert_non_null(body);
	for (int i = 0; i < 6000; i++)
		len += (size_t)sprintf(body + len, "%s{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":%d,\"value\":%d,"
			"\"op\":\"SCMP_CMP_EQ\"},{\"index\":%d,\"value\":%d,\"op\":\"SCMP_CMP_EQ\"}]}", i ? "," : "", i % 6, i * 7919 % 97,
			(i + 1) % 6, i % 89);
	sprintf(body + len, "]}}");
	reply = client_post("/api/v1/profile/check", "application/json", "", body);
	assert_int_equal(reply.status, 422);
	assert_true(rig_now() - start < 9);
	len = (size_t)sprintf(body, "{\"profile\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{}");
	for (int i = 0; i < 200000; i++)
		len += (size_t)sprintf(body + len, ",{}");
	sprintf(body + len, "]}}");
	reply = client_post("/api/v1/profile/check", "application/json", "", body);
	assert_int_equal(reply.status, 422);
	assert_non_null(strstr(reply.body, "200001 rules"));
	memset(body, '[', 10000);
	body[10000] = '\0';
	assert_int_equal(client_post("/api/v1/profile/check", "application/json", "", body).status, 400);
	free(body);
}

static void connections_are_kept(void **state)
{
	char buffer[8192];
	int fd = client_dial();

	/* Both at once, then one more. */
	client_say(fd, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_hear(fd, "there is nothing at /nothing", 2, buffer, sizeof(buffer)));
	assert_non_null(strstr(buffer, "ok\n"));
	client_say(fd, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_hear(fd, "ok\n", 2, buffer, sizeof(buffer)));
	close(fd);
}

static void garbage_is_refused(void **state)
{
	static const char *const cases[] = {"\r\n\r\nnonsense\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
		"GET / HTTP/1.1\r\n: x\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"};
	char buffer[8192];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int fd = client_dial();

		client_say(fd, cases[i]);
		shutdown(fd, SHUT_WR);
		if (!client_hear(fd, NULL, 3, buffer, sizeof(buffer)) || strstr(buffer, " 200 "))
			fail_msg("%zu: %.200s", i, buffer);
		close(fd);
	}
	assert_int_equal(client_ask("GET", "/healthz", "").status, 200);
}

static void slow_clients_are_cut(void **state)
{
	static const char request[] = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n";
	double start_time = rig_now();
	char buffer[64];
	int fd = client_dial();

	for (size_t i = 0; i < sizeof(request) - 1 && rig_now() < start_time + 15; i++)
		if (send(fd, request + i, 1, MSG_NOSIGNAL) != 1 || client_hear(fd, NULL, 1, buffer, sizeof(buffer)))
			break;
	assert_true(rig_now() - start_time > 8);
	assert_true(rig_now() - start_time < 13);
	close(fd);
}

static void streams_tell_what_is_new(void **state)
{
	char buffer[65536];
	int fd = client_dial();

	client_say(fd, "GET /api/v1/stream?syscall=socket HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_hear(fd, "event: health", 2, buffer, sizeof(buffer)));
	assert_non_null(strstr(buffer, "text/event-stream"));
	assert_null(strstr(buffer, "event: violation"));
	import(*state, N_EVENTS, 1);
	assert_true(client_hear(fd, "\"pid\":1005", 1, buffer, sizeof(buffer)));
	assert_non_null(strstr(buffer, "event: violation\ndata: {"));
	close(fd);
	/* Whoever comes back with an id gets what came after it. */
	fd = client_dial();
	client_say(fd, "GET /api/v1/stream?since=0 HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n");
	assert_true(client_hear(fd, "event: health", 2, buffer, sizeof(buffer)));
	assert_non_null(strstr(buffer, "\"pid\":1005"));
	assert_null(strstr(buffer, "\"pid\":1004"));
	close(fd);
	assert_int_equal(client_ask("GET", "/api/v1/stream", "Last-Event-ID: x\r\n").status, 400);
	assert_int_equal(client_ask("GET", "/api/v1/stream?until=1h", "").status, 400);
}

/* An answer that is kept for others is not kept beyond the next commit. */
static void counts_are_never_old(void **state)
{
	for (int i = 0; i < 5; i++) {
		json_t *before = client_json("/api/v1/summary?by=syscall", 200), *again, *after;
		json_int_t total = json_integer_value(json_object_get(before, "total"));

		again = client_json("/api/v1/summary?by=syscall", 200);
		assert_true(json_equal(before, again));
		import(*state, 1000 + i, 1);
		after = client_json("/api/v1/summary?by=syscall", 200);
		assert_int_equal(json_integer_value(json_object_get(after, "total")), total + 1);
		json_decref(before);
		json_decref(again);
		json_decref(after);
	}
}

static void the_database_may_go_and_come(void **state)
{
	struct rig *rig = *state;
	json_t *error;
	int status = 0;

	free(rig_shell(rig, &status, "mv %T/db %T/db.away"));
	assert_int_equal(status, 0);
	error = client_json("/api/v1/events", 503);
	assert_string_equal(text_at(json_object_get(error, "error"), "code"), "database_unavailable");
	json_decref(error);
	assert_int_equal(client_ask("GET", "/healthz", "").status, 503);
	assert_int_equal(client_ask("GET", "/", "").status, 200);
	assert_non_null(strstr(client_ask("GET", "/metrics", "").body, "\nseccompwatch_database_up 0\n"));
	/* Another one in its place, then the first again. */
	import(rig, 0, 2);
	sleep(2);
	assert_non_null(strstr(client_ask("GET", "/api/v1/health", "").body, "\"events\":2"));
	free(rig_shell(rig, &status, "rm -r %T/db; mv %T/db.away %T/db"));
	sleep(2);
	assert_non_null(strstr(client_ask("GET", "/api/v1/health", "").body, "\"events\":6"));
	free(rig_shell(rig, &status, "cp %D %T/keep; head -c 100 /dev/urandom > %T/junk; mv %T/junk %D"));
	assert_int_equal(client_ask("GET", "/api/v1/events", "").status, 503);
	free(rig_shell(rig, &status, "cp -p %T/keep %T/back; chgrp --reference=%T/db %T/back; chmod 640 %T/back; mv %T/back %D"));
	sleep(2);
	assert_int_equal(client_ask("GET", "/api/v1/events", "").status, 200);
}

static void root_is_left_behind(void **state)
{
	char path[64], *status;

	if (geteuid() != 0)
		return;
	snprintf(path, sizeof(path), "cat /proc/%d/status", (int)server);
	status = rig_shell(*state, NULL, path);
	assert_null(strstr(status, "\nUid:\t0"));
	assert_non_null(strstr(status, "\nGroups:\t \n"));
	assert_non_null(strstr(status, "\nCapPrm:\t0000000000000000\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	free(status);
}

static void starts_are_refused(void **state)
{
	static const struct {
		const char *command, *says;
	} cases[] = {
		{"%P --db %D serve --listen 0.0.0.0:0 2>&1", "0.0.0.0:0"},
		{"%P --db %D serve --listen nonsense 2>&1", "nonsense"},
		{"%P --db %D serve --listen unix:relative 2>&1", "relative"},
	};
	char command[128], *output;
	int status;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		output = rig_shell(*state, &status, cases[i].command);
		if ((status != 1 && status != 2) || !strstr(output, cases[i].says))
			fail_msg("%s: %d %s", cases[i].command, status, output);
		free(output);
	}
	snprintf(command, sizeof(command), "%%P --db %%D serve --listen 127.0.0.1:%d 2>&1", client_port);
	output = rig_shell(*state, &status, command);
	assert_int_equal(status, 1);
	assert_non_null(strstr(output, "in use"));
	free(output);
}

static void ends_with_its_streams(void **state)
{
	char buffer[8192];
	double took;
	int fd[20];

	for (size_t i = 0; i < 20; i++) {
		fd[i] = client_dial();
		client_say(fd[i], "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assert_true(client_hear(fd[i], "event: health", 2, buffer, sizeof(buffer)));
	}
	assert_int_equal(rig_stop(server, SIGTERM, &took), 0);
	assert_true(took < 1);
	for (size_t i = 0; i < 20; i++)
		close(fd[i]);
	start(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(pages_follow_the_cursor),
		cmocka_unit_test(methods_and_bodies),
		cmocka_unit_test(bodies_are_bounded),
		cmocka_unit_test(changes_come_from_our_own_page),
		cmocka_unit_test(mutes_come_and_go),
		cmocka_unit_test(hosts),
		cmocka_unit_test(assets_are_validated),
		cmocka_unit_test(profiles_are_judged),
		cmocka_unit_test(costly_profiles_are_bounded),
		cmocka_unit_test(connections_are_kept),
		cmocka_unit_test(garbage_is_refused),
		cmocka_unit_test(slow_clients_are_cut),
		cmocka_unit_test(streams_tell_what_is_new),
		cmocka_unit_test(the_database_may_go_and_come),
		cmocka_unit_test(root_is_left_behind),
		cmocka_unit_test(starts_are_refused),
		cmocka_unit_test(ends_with_its_streams),
		cmocka_unit_test(counts_are_never_old),
	};

	return cmocka_run_group_tests_name("http", tests, setup, teardown);
}
