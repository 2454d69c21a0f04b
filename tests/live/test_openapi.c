/* SPDX-License-Identifier: MIT */
/* openapi.json is true: all that it describes is asked of the running program and compared with what comes back, and
 * all that the program knows is described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../web/routes.h"
#include "client.h"
#include "rig.h"
#include "schema.h"

static pid_t server;
static json_t *document;

/* ---- a database with one of each --------------------------------------------------------------------------------- */

static const char records[] =
	"type=SECCOMP msg=audit(1700000000.000:1): auid=1000 uid=0 gid=0 ses=1 subj=unconfined pid=1000 comm=\"nc\" "
	"exe=\"/bin/nc\" sig=31 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x80000000\n"
	"type=SECCOMP msg=audit(1700000001.000:2): auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1001 comm=\"sh\" "
	"exe=(null) sig=0 arch=40000003 syscall=39 compat=1 ip=0x7f code=0x50000\n"
	"type=SECCOMP msg=audit(1700000005.000:9): auid=4294967295 uid=33 gid=33 ses=4294967295 pid=1001 comm=\"x\" "
	"exe=\"/x\" sig=0 arch=c0001234 syscall=9999 compat=0 ip=0x7f code=0x7ffc0000\n"
	"node=elsewhere type=SECCOMP msg=audit(1700000006.000:10): auid=0 uid=0 gid=0 ses=2 pid=5 comm=\"nc\" "
	"exe=\"/bin/nc\" sig=0 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x30000\n";

static const char sql[] =
	"INSERT INTO profile VALUES (1, '0000000000000000000000000000000000000000000000000000000000000000',"
	" '{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"syscalls\":[{\"names\":"
	"[\"socket\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}');"
	"INSERT INTO container (id, host, runtime, cid, name, image, spec, profile, exit_code, seq) VALUES (1, 1, 1,"
	" '4bd1c7a0d8e0f7b7a1e39cbd3fbb3b5f66e4a4a3d90c0e1ff1f7c70c9a5e1d2c', 'web', 'nginx:1', 1, 1, 159, 1);"
	"UPDATE signature SET container = 1 WHERE comm = 'nc' AND action <> 3;"
	"INSERT INTO loss (host, kind, first, last, count, seq) VALUES (1, 'gap', 1700000002000, 1700000004000, 3, 1);";

static void fill(const struct rig *rig)
{
	char path[160], *output, *error = NULL;
	sqlite3 *db;
	FILE *f;
	int status;

	snprintf(path, sizeof(path), "%s/audit.log", rig->dir);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs(records, f);
	fclose(f);
	output = rig_shell(rig, &status, "%P --db %D import %T/audit.log 2>&1");
	if (status != 0)
		fail_msg("import: %s", output);
	free(output);
	assert_int_equal(sqlite3_open(rig->db, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

static int setup(void **state)
{
	static const char *const more[] = {"--listen", "127.0.0.1:0", NULL};
	struct rig *rig;
	char *log;

	if (rig_setup(state) < 0)
		return -1;
	rig = *state;
	if (chmod(rig->dir, 0711) < 0)
		return -1;
	fill(rig);
	server = rig_start(rig, "serve", more, "http://127.0.0.1:");
	log = rig_shell(rig, NULL, "sed -n 's|^http://127.0.0.1:||p' %L");
	client_port = atoi(log);
	free(log);
	document = client_json("/openapi.json", 200);
	return 0;
}

static int teardown(void **state)
{
	json_decref(document);
	if (server > 0)
		rig_stop(server, SIGTERM, NULL);
	return rig_teardown(state);
}

/* ---- an answer and its description ----------------------------------------------------------------------------- */

struct operation {
	const char *path, *method; /* as described */
	json_t *node, *item;
};

/* Without its parameters. "" when there is none. */
static void media_type(const struct client_reply *reply, char ret[static 64])
{
	const char *line = strcasestr(reply->head, "\r\nContent-Type: ");

	ret[0] = '\0';
	if (line)
		sscanf(line, "\r\nContent-%*[^:]: %63[^;\r]", ret);
}

static void compare_body(const struct operation *op, const char *asked, const struct client_reply *reply, json_t *described)
{
	json_t *contents = json_object_get(described, "content"), *content, *schema, *body;
	struct schema_fault fault = {0};
	char type[64];

	media_type(reply, type);
	content = json_object_get(contents, type);
	if (!content && (contents || *reply->body) && reply->status != 200 && reply->status != 304)
		fail_msg("%s %s: %d answers with \"%s\", which is not described", op->method, asked, reply->status, type);
	if (contents && !content)
		fail_msg("%s %s: %d answers with \"%s\", which is not described", op->method, asked, reply->status, type);
	schema = json_object_get(content, "schema");
	if (strcmp(type, "application/json") != 0 || !schema)
		return;
	body = json_loads(reply->body, JSON_DECODE_ANY, NULL);
	if (!body)
		fail_msg("%s %s: no JSON: %.200s", op->method, asked, reply->body);
	if (!schema_matches(document, schema, body, &fault))
		fail_msg("%s %s: %d: %s %s\n%.2000s", op->method, asked, reply->status, fault.at, fault.what, reply->body);
	json_decref(body);
}

/* The reply has a status that is described, and what comes with it is as described. */
static void compare(const struct operation *op, const char *asked, const struct client_reply *reply)
{
	char status[16];
	json_t *described;

	snprintf(status, sizeof(status), "%d", reply->status);
	described = schema_follow(document, json_object_get(json_object_get(op->node, "responses"), status));
	if (!described)
		fail_msg("%s %s: %s is not described\n%.300s", op->method, asked, status, reply->body);
	compare_body(op, asked, reply, described);
}

static const char *field_of(const struct client_reply *reply, char ret[static 64])
{
	json_t *body = json_loads(reply->body, 0, NULL);
	const char *field = json_string_value(json_object_get(json_object_get(body, "error"), "field"));

	snprintf(ret, 64, "%s", field ? field : "");
	json_decref(body);
	return ret;
}

/* ---- parameters -------------------------------------------------------------------------------------------------- */

/* What may stand for each, and what may not (NULL: any text may). */
static const struct value {
	const char *name, *good, *bad;
} values[] = {
	{"container", "web", ""}, {"runtime", "docker", "lorry"}, {"unit", "x.service", ""}, {"syscall", "socket", ""},
	{"arch", "x86_64", "z80"}, {"action", "kill_process", "perish"}, {"outcome", "killed", "sad"},
	{"exe", "/bin/nc", "%5Cxz"}, {"comm", "nc", "%5Cxz"}, {"pid", "1000", "x"}, {"uid", "0", "-1"}, {"host", "elsewhere", ""},
	{"since", "2023-11-14", "tomorrow"}, {"until", "2023-11-16", "never"}, {"limit", "1", "0"}, {"order", "asc", "up"},
	{"cursor", NULL, "mine"}, {"by", "syscall,outcome", "colour"}, {"step", "1h", "90s"}, {"v", "0", NULL},
	{"format", "json", "xml"}, {"allow", "mkdir", NULL}, {"all", "1", "2"}, {"text", "nc", NULL},
	/* of paths */
	{"id", "web", NULL}, {"name", "mkdir", NULL},
};

static const struct value *value_of(const char *name)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (strcmp(values[i].name, name) == 0)
			return &values[i];
	fail_msg("parameter \"%s\": this test has no value for it", name);
	return NULL;
}

static const char *text_of(json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

static bool is_integer(json_t *parameter)
{
	return strcmp(text_of(json_object_get(parameter, "schema"), "type"), "integer") == 0;
}

static const char *good_value(const struct operation *op, json_t *parameter)
{
	static char cursor[512];
	const char *name = text_of(parameter, "name");

	if (strcmp(name, "cursor") == 0) {
		json_t *page = client_json("/api/v1/events?limit=1", 200);

		snprintf(cursor, sizeof(cursor), "%s", text_of(page, "next"));
		assert_true(*cursor != '\0');
		json_decref(page);
		return cursor;
	}
	if (strcmp(op->path, "/assets/{name}") == 0 && strcmp(name, "name") == 0)
		return "style.css";
	if (is_integer(parameter) && strcmp(name, "since") == 0)
		return "0";
	if (is_integer(parameter) && strcmp(name, "id") == 0)
		return "1";
	return value_of(name)->good;
}

#define PARAMETERS_MAX 40

/* Those of the path and of the operation. */
static size_t parameters_of(const struct operation *op, json_t *ret[static PARAMETERS_MAX])
{
	json_t *lists[] = {json_object_get(op->item, "parameters"), json_object_get(op->node, "parameters")}, *one;
	size_t n = 0, i;

	for (size_t k = 0; k < 2; k++)
		json_array_foreach(lists[k], i, one)
		{
			ret[n] = schema_follow(document, one);
			assert_non_null(ret[n]);
			assert_true(++n < PARAMETERS_MAX);
		}
	return n;
}

static bool is_in(json_t *parameter, const char *where)
{
	return strcmp(text_of(parameter, "in"), where) == 0;
}

/* The path with its {parameters} filled in, and the query that is required. */
static void fill_in(const struct operation *op, char *ret, size_t size)
{
	json_t *parameters[PARAMETERS_MAX];
	size_t n = parameters_of(op, parameters), len = 0;
	bool first = true;

	for (const char *p = op->path; *p && len + 1 < size;) {
		char name[64];
		const char *value = NULL;

		if (sscanf(p, "{%63[^}]}", name) != 1) {
			ret[len++] = *p++;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			if (is_in(parameters[i], "path") && strcmp(text_of(parameters[i], "name"), name) == 0)
				value = good_value(op, parameters[i]);
		if (!value)
			fail_msg("%s: {%s} is not described", op->path, name);
		len += (size_t)snprintf(ret + len, size - len, "%s", value);
		p += strlen(name) + 2;
	}
	ret[len] = '\0';
	for (size_t i = 0; i < n; i++)
		if (is_in(parameters[i], "query") && json_is_true(json_object_get(parameters[i], "required"))) {
			len += (size_t)snprintf(ret + len, size - len, "%c%s=%s", first ? '?' : '&', text_of(parameters[i], "name"),
				good_value(op, parameters[i]));
			first = false;
		}
}

/* The same with one parameter more; a required one has its value already. */
static bool with_parameter(const struct operation *op, json_t *parameter, const char *value, char *ret, size_t size)
{
	const char *name = text_of(parameter, "name");
	char *query, needle[80];
	size_t len;

	fill_in(op, ret, size);
	snprintf(needle, sizeof(needle), "%s=", name);
	query = strchr(ret, '?');
	if (query && strncmp(query + 1, needle, strlen(needle)) == 0)
		*query = '\0';
	query = strchr(ret, '?');
	len = strlen(ret);
	return snprintf(ret + len, size - len, "%c%s=%s", query ? '&' : '?', name, value) < (int)(size - len);
}

/* ---- each operation ---------------------------------------------------------------------------------------------- */

static void for_each(void (*ask)(const struct operation *op))
{
	struct operation op;

	json_object_foreach(json_object_get(document, "paths"), op.path, op.item)
		json_object_foreach(op.item, op.method, op.node)
			if (strcmp(op.method, "parameters") != 0)
				ask(&op);
}

static bool is_get(const struct operation *op)
{
	return strcmp(op->method, "get") == 0;
}

static bool is_stream(const struct operation *op)
{
	json_t *ok = json_object_get(json_object_get(op->node, "responses"), "200");

	return json_object_get(json_object_get(schema_follow(document, ok), "content"), "text/event-stream");
}

static void get_it(const struct operation *op)
{
	struct client_reply reply;
	char target[512];

	if (!is_get(op))
		return;
	fill_in(op, target, sizeof(target));
	reply = client_ask("HEAD", target, "");
	if (reply.status != 200 && reply.status != 303)
		fail_msg("HEAD %s: %d %s", target, reply.status, reply.head);
	if (is_stream(op))
		return;
	reply = client_ask("GET", target, "");
	if (reply.status != 200 && reply.status != 303)
		fail_msg("GET %s: %d %.300s", target, reply.status, reply.body);
	compare(op, target, &reply);
}

static void get_in_another_form(const struct operation *op)
{
	struct client_reply reply;
	char target[512];

	fill_in(op, target, sizeof(target));
	if (!is_get(op) || !json_object_get(json_object_get(op->node, "responses"), "406"))
		return;
	reply = client_ask("GET", target, "Accept: model/vrml, */*;q=0\r\n");
	assert_int_equal(reply.status, 406);
	compare(op, target, &reply);
}

static void forms_that_are_not_here_are_refused(void **state)
{
	for_each(get_in_another_form);
}

static void each_get_answers_as_described(void **state)
{
	for_each(get_it);
}

static void try_parameter(const struct operation *op, json_t *parameter)
{
	const char *name = text_of(parameter, "name"), *bad = value_of(name)->bad;
	const char *method = is_stream(op) ? "HEAD" : "GET";
	struct client_reply reply;
	char target[1024], field[64];

	assert_true(with_parameter(op, parameter, good_value(op, parameter), target, sizeof(target)));
	reply = client_ask(method, target, "");
	if (reply.status != 200)
		fail_msg("%s %s: %d %.300s", method, target, reply.status, reply.body);
	compare(op, target, &reply);
	if (is_integer(parameter) && strcmp(name, "since") == 0)
		bad = "x";
	if (!bad)
		return;
	assert_true(with_parameter(op, parameter, bad, target, sizeof(target)));
	reply = client_ask("GET", target, "");
	if (reply.status != 400 || strcmp(field_of(&reply, field), name) != 0)
		fail_msg("GET %s: %d %.300s", target, reply.status, reply.body);
	compare(op, target, &reply);
}

static void try_enumeration(const struct operation *op, json_t *parameter)
{
	struct client_reply reply;
	char target[1024];
	json_t *value;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(parameter, "schema"), "enum"), i, value)
	{
		assert_true(with_parameter(op, parameter, json_string_value(value), target, sizeof(target)));
		reply = client_ask("GET", target, "");
		if (reply.status != 200)
			fail_msg("GET %s: %d %.300s", target, reply.status, reply.body);
		compare(op, target, &reply);
	}
}

static void try_parameters(const struct operation *op)
{
	json_t *parameters[PARAMETERS_MAX];
	size_t n = parameters_of(op, parameters);

	for (size_t i = 0; i < n && is_get(op); i++)
		if (is_in(parameters[i], "query")) {
			try_parameter(op, parameters[i]);
			try_enumeration(op, parameters[i]);
		}
}

static void each_parameter_is_taken_and_checked(void **state)
{
	for_each(try_parameters);
}

/* The page's own addresses are its script's business. */
static bool is_page(const struct operation *op)
{
	json_t *ok = json_object_get(json_object_get(op->node, "responses"), "200");

	return json_object_get(json_object_get(ok, "content"), "text/html") && strcmp(op->path, "/login") != 0;
}

static void ask_nonsense(const struct operation *op)
{
	struct client_reply reply;
	char target[512], field[64];
	size_t len;

	if (!is_get(op) || is_page(op))
		return;
	fill_in(op, target, sizeof(target));
	len = strlen(target);
	snprintf(target + len, sizeof(target) - len, "%cnonsense=1", strchr(target, '?') ? '&' : '?');
	reply = client_ask("GET", target, "");
	if (reply.status != 400 || strcmp(field_of(&reply, field), "nonsense") != 0)
		fail_msg("GET %s: %d %.300s", target, reply.status, reply.body);
	compare(op, target, &reply);
}

static void what_is_not_described_is_refused(void **state)
{
	for_each(ask_nonsense);
}

/* ---- methods ----------------------------------------------------------------------------------------------------- */

static const char *const methods[] = {"get", "head", "post", "delete", "put", "patch", "options", "trace"};

static bool has_method(json_t *item, const char *method)
{
	return json_object_get(item, strcmp(method, "head") == 0 ? "get" : method);
}

static void expect_405(const char *target, const char *method, json_t *item)
{
	char upper[16] = "", allow[64] = "";
	struct client_reply reply;

	for (size_t i = 0; method[i]; i++)
		upper[i] = (char)(method[i] - 32);
	for (size_t i = 0; i < 4; i++)
		if (has_method(item, methods[i])) {
			char one[16] = "";

			for (size_t k = 0; methods[i][k]; k++)
				one[k] = (char)(methods[i][k] - 32);
			snprintf(allow + strlen(allow), sizeof(allow) - strlen(allow), "%s%s", *allow ? ", " : "\r\nAllow: ", one);
		}
	strcat(allow, "\r\n");
	reply = client_ask(upper, target, "");
	if (reply.status != 405 || !strstr(reply.head, allow))
		fail_msg("%s %s: %d, wanted%s got %s", upper, target, reply.status, allow, reply.head);
}

static void other_methods_are_refused(void **state)
{
	json_t *item;
	const char *path;

	json_object_foreach(json_object_get(document, "paths"), path, item)
	{
		struct operation op = {path, "", json_object_iter_value(json_object_iter(item)), item};
		char target[512];

		fill_in(&op, target, sizeof(target));
		for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
			if (!has_method(item, methods[i]))
				expect_405(target, methods[i], item);
	}
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static json_t *body_of(const struct operation *op)
{
	return json_object_get(json_object_get(json_object_get(op->node, "requestBody"), "content"), "application/json");
}

static void post_example(const struct operation *op)
{
	json_t *content = body_of(op), *example = json_object_get(content, "example");
	struct schema_fault fault = {0};
	struct client_reply reply;
	char *text;

	if (!content)
		return;
	if (!example)
		fail_msg("%s: its body has no example", op->path);
	if (!schema_matches(document, json_object_get(content, "schema"), example, &fault))
		fail_msg("%s: its example: %s %s", op->path, fault.at, fault.what);
	text = json_dumps(example, JSON_ENCODE_ANY);
	for (int i = 0; i < 2; i++) { /* a second time it may be known already */
		reply = client_post(op->path, "application/json", "", text);
		if (reply.status / 100 != 2)
			fail_msg("POST %s: %d %.300s", op->path, reply.status, reply.body);
		compare(op, op->path, &reply);
	}
	free(text);
}

static void post_nonsense(const struct operation *op)
{
	static const struct {
		const char *type, *headers, *body;
		int status;
	} cases[] = {
		{"application/json", "", "{", 400},
		{"application/json", "", "[]", 400},
		{"application/json", "", "{}", 400},
		{"application/json", "", "{\"nonsense\":1}", 400},
		{"application/json", "", "{\"nonsense\":1,\"nonsense\":1}", 400},
		{"text/plain", "", "{}", 415},
		{"application/json", "Origin: http://evil.example\r\n", "{}", 403},
		{"application/json", "Sec-Fetch-Site: cross-site\r\n", "{}", 403},
	};

	if (!body_of(op))
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct client_reply reply = client_post(op->path, cases[i].type, cases[i].headers, cases[i].body);

		if (reply.status != cases[i].status)
			fail_msg("POST %s %s: %d %.300s", op->path, cases[i].body, reply.status, reply.body);
		compare(op, op->path, &reply);
	}
}

static void post_too_much(const struct operation *op)
{
	struct client_reply reply;
	char headers[128];

	if (!body_of(op))
		return;
	snprintf(headers, sizeof(headers), "Content-Type: application/json\r\nContent-Length: 100000000\r\n");
	reply = client_ask("POST", op->path, headers);
	assert_int_equal(reply.status, 413);
	compare(op, op->path, &reply);
}

static void each_body_is_taken_and_checked(void **state)
{
	for_each(post_example);
	for_each(post_nonsense);
	for_each(post_too_much);
}

/* What has no body, but changes something. */
static void plain_changes_are_as_described(void **state)
{
	json_t *paths = json_object_get(document, "paths");
	struct operation look = {"/api/v1/looked", "post", NULL, json_object_get(paths, "/api/v1/looked")};
	struct operation unmute = {"/api/v1/mutes/{id}", "delete", NULL, json_object_get(paths, "/api/v1/mutes/{id}")};
	struct operation leave = {"/logout", "post", NULL, json_object_get(paths, "/logout")};
	struct client_reply reply = client_ask("POST", "/api/v1/looked", "");

	look.node = json_object_get(look.item, "post");
	compare(&look, look.path, &reply);
	reply = client_ask("POST", "/logout", "");
	leave.node = json_object_get(leave.item, "post");
	compare(&leave, leave.path, &reply);
	unmute.node = json_object_get(unmute.item, "delete");
	reply = client_ask("DELETE", "/api/v1/mutes/999", "");
	assert_int_equal(reply.status, 404);
	compare(&unmute, unmute.path, &reply);
	reply = client_ask("DELETE", "/api/v1/mutes/1", "");
	assert_int_equal(reply.status, 204);
	compare(&unmute, unmute.path, &reply);
}

/* ---- the live stream --------------------------------------------------------------------------------------------- */

static void check_message(const char *buffer, const char *event, const char *schema)
{
	char mark[64];
	const char *data;
	struct schema_fault fault = {0};
	json_t *value;

	snprintf(mark, sizeof(mark), "event: %s\ndata: ", event);
	data = strstr(buffer, mark);
	assert_non_null(data);
	value = json_loads(data + strlen(mark), JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(value);
	if (!schema_matches(document, schema_resolve(document, schema), value, &fault))
		fail_msg("%s: %s %s", event, fault.at, fault.what);
	json_decref(value);
}

static void the_stream_says_what_is_described(void **state)
{
	static char buffer[1 << 17];
	int fd = client_dial();

	client_say(fd, "GET /api/v1/stream?since=0 HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 0\r\n\r\n");
	assert_true(client_hear(fd, "\"now\":", 3, buffer, sizeof(buffer)));
	client_hear(fd, NULL, 0.3, buffer + strlen(buffer), sizeof(buffer) - strlen(buffer));
	close(fd);
	check_message(buffer, "health", "#/components/schemas/Health");
	check_message(buffer, "violation", "#/components/schemas/Event");
}

/* ---- the other way round ----------------------------------------------------------------------------------------- */

/* "/a/" takes "/a/{x}" and what is below. */
static bool describes(const char *path, const char *route)
{
	size_t len = strlen(route);

	if (len > 1 && route[len - 1] == '/')
		return strncmp(path, route, len) == 0 && path[len] == '{';
	return strcmp(path, route) == 0;
}

static bool is_described(const char *route, const char *method)
{
	const char *path;
	json_t *item;

	json_object_foreach(json_object_get(document, "paths"), path, item)
		if (describes(path, route) && has_method(item, method))
			return true;
	return false;
}

static void each_route_is_described(void **state)
{
	for (size_t i = 0; routes_path(i); i++)
		for (enum request_method m = REQUEST_GET; m < REQUEST_OTHER; m++)
			if (routes_takes(i, m) && !is_described(routes_path(i), methods[m]))
				fail_msg("%s %s is not described", methods[m], routes_path(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_route_is_described),
		cmocka_unit_test(each_get_answers_as_described),
		cmocka_unit_test(forms_that_are_not_here_are_refused),
		cmocka_unit_test(each_parameter_is_taken_and_checked),
		cmocka_unit_test(what_is_not_described_is_refused),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(each_body_is_taken_and_checked),
		cmocka_unit_test(plain_changes_are_as_described),
		cmocka_unit_test(the_stream_says_what_is_described),
	};

	return cmocka_run_group_tests_name("openapi", tests, setup, teardown);
}
