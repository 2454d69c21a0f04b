/* SPDX-License-Identifier: MIT */
/* Who gets in: tokens, sessions, TLS and socket files, as curl meets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client.h"
#include "rig.h"

#define TOKEN "a-token-that-nobody-guesses"

static pid_t server;

static void sh(const struct rig *rig, const char *command)
{
	int status;
	char *output = rig_shell(rig, &status, command);

	if (status != 0)
		fail_msg("%s: %d %s", command, status, output);
	free(output);
}

/* What curl prints for "$U" (the address), with the status at its end. */
static void expect(const struct rig *rig, const char *command, const char *const *holds)
{
	char whole[1024], *output;

	snprintf(whole, sizeof(whole),
		"U=https://localhost:%d; T=%s; c() { curl -s --cacert %%T/cert.pem -m 10 -w '\\n%%{http_code}' \"$@\"; }; %s",
		client_port, TOKEN, command);
	output = rig_shell(rig, NULL, whole);
	for (; *holds; holds++)
		if (**holds == '!' ? strstr(output, *holds + 1) != NULL : strstr(output, *holds) == NULL)
			fail_msg("%s: no \"%s\" in %s", command, *holds, output);
	free(output);
}
#define EXPECT(rig, command, ...) expect(rig, command, (const char *const[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
	static char where[160], token[160], cert[160], key[160];
	const char *const more[] = {"--listen=127.0.0.1:0", where, token, cert, key, "--socket-mode=600", NULL};
	struct rig *rig;
	char *log;

	if (rig_setup(state) < 0)
		return -1;
	rig = *state;
	if (chmod(rig->dir, 0711) < 0)
		return -1;
	sh(rig, "umask 077; echo " TOKEN " > %T/token; : > %T/audit.log; %P --db %D import %T/audit.log 2>&1");
	sh(rig, "umask 077; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout %T/key.pem"
		" -out %T/cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>&1");
	snprintf(where, sizeof(where), "--listen=unix:%s/socket", rig->dir);
	snprintf(token, sizeof(token), "--token-file=%s/token", rig->dir);
	snprintf(cert, sizeof(cert), "--tls-cert=%s/cert.pem", rig->dir);
	snprintf(key, sizeof(key), "--tls-key=%s/key.pem", rig->dir);
	server = rig_start(rig, "serve", more, "unix:");
	log = rig_shell(rig, NULL, "sed -n 's|^https://127.0.0.1:||p' %L");
	client_port = atoi(log);
	free(log);
	return client_port > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	if (server > 0)
		rig_stop(server, SIGTERM, NULL);
	return rig_teardown(state);
}

static void programs_bring_the_token(void **state)
{
	const struct rig *rig = *state;

	EXPECT(rig, "c $U/healthz", "\n200");
	EXPECT(rig, "c -i $U/api/v1/events", "\n401", "WWW-Authenticate: Bearer", "\"unauthorized\"");
	EXPECT(rig, "c $U/metrics", "\n401");
	EXPECT(rig, "c $U/api/v1/stream", "\n401");
	EXPECT(rig, "c -XDELETE $U/api/v1/mutes/1", "\n401");
	EXPECT(rig, "c -H \"Authorization: Bearer $T\" $U/api/v1/events", "\n200", "\"events\":[]");
	EXPECT(rig, "c -H \"Authorization: Bearer ${T}x\" $U/api/v1/events", "\n401");
	/* A name of any kind will do: whoever was lured here has no token. */
	EXPECT(rig, "c -H 'Host: a.name.of.ours' -H \"Authorization: Bearer $T\" $U/api/v1/events", "\n200");
	EXPECT(rig, "c -H 'Host: a.name.of.ours' $U/api/v1/events", "\n401");
}

static void people_log_in(void **state)
{
	const struct rig *rig = *state;

	EXPECT(rig, "c -i $U/", "\n303", "Location: /login");
	EXPECT(rig, "c -i $U/login", "\n200", "<form method=\"post\"", "script-src 'self'");
	EXPECT(rig, "c $U/assets/style.css", "\n200");
	EXPECT(rig, "c -d token=wrong $U/login", "\n401", "role=\"alert\"", "!wrong\"");
	EXPECT(rig, "c -H 'Origin: https://evil.example' -d token=$T $U/login", "\n403");
	EXPECT(rig, "c -i -c %T/jar -d token=$T $U/login", "\n303", "Set-Cookie: __Host-seccompwatch=",
		"; HttpOnly; SameSite=Strict; Secure");
	EXPECT(rig, "c -b %T/jar $U/", "\n200", "<!doctype html>");
	EXPECT(rig, "c -b %T/jar $U/api/v1/health", "\n200");
	EXPECT(rig, "c -b %T/jar -XPOST -H 'Origin: https://evil.example' $U/api/v1/looked", "\n403");
	EXPECT(rig, "c -b %T/jar -XPOST -H \"Origin: $U\" $U/api/v1/looked", "\n200");
	EXPECT(rig, "c -i -b %T/jar -XPOST $U/logout", "\n303", "Max-Age=0");
	EXPECT(rig, "c -b %T/jar $U/api/v1/health", "\n401");
}

static void socket_files_need_none(void **state)
{
	const struct rig *rig = *state;
	char *mode = rig_shell(rig, NULL, "stat -c %a %T/socket");

	assert_string_equal(mode, "600\n");
	free(mode);
	EXPECT(rig, "c --unix-socket %T/socket http://anything/api/v1/events", "\n200");
}

static void streams_go_over_tls(void **state)
{
	const struct rig *rig = *state;

	EXPECT(rig,
		"c -N -m 4 -H \"Authorization: Bearer $T\" $U/api/v1/stream > %T/stream & sleep 1;"
		"echo 'type=SECCOMP msg=audit(1700000000.000:7): auid=1 uid=0 gid=0 ses=1 pid=77 comm=\"nc\" exe=\"/bin/nc\""
		" sig=31 arch=c000003e syscall=41 compat=0 ip=0x7f code=0x80000000' > %T/audit.log;"
		"%P --db %D import %T/audit.log 2>/dev/null; sleep 1; cat %T/stream; wait",
		"event: health", "event: violation", "\"pid\":77");
}

static void guesses_are_slowed_down(void **state)
{
	const struct rig *rig = *state;

	EXPECT(rig, "for i in 1 2 3 4 5 6 7 8 9 10 11; do c -o /dev/null -d token=guess $U/login; done", "\n429");
	EXPECT(rig, "c -i -H \"Authorization: Bearer $T\" $U/metrics", "\n429", "Retry-After: ", "too_many_tries");
	EXPECT(rig, "c -i -d token=$T $U/login", "\n429", "Retry-After: ", "Too many wrong tokens");
	EXPECT(rig, "c --unix-socket %T/socket http://anything/metrics", "\n200");
}

static void plain_text_is_no_tls(void **state)
{
	char buffer[256];
	int fd = client_dial();

	client_say(fd, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
	assert_true(client_hear(fd, NULL, 12, buffer, sizeof(buffer)));
	assert_null(strstr(buffer, "200"));
}

static void starts_are_refused(void **state)
{
	static const struct {
		const char *options, *says;
	} cases[] = {
		{"--listen 0.0.0.0:0", "--token-file"},
		{"--listen [::]:0", "--token-file"},
		{"--listen 127.0.0.1:0 --token-file %T/none", "No such file"},
		{"--listen 127.0.0.1:0 --token-file %T/cert.pem", "without blanks"},
		{"--listen 127.0.0.1:0 --tls-cert %T/cert.pem", "go together"},
		{"--listen 127.0.0.1:0 --tls-cert %T/cert.pem --tls-key %T/other.pem", "do not match"},
		{"--listen 127.0.0.1:0 --tls-cert %T/none --tls-key %T/key.pem", "No such file"},
		{"--listen unix:%T/s --socket-mode 8", "octal"},
		{"--listen unix:%T/s --socket-group no-such-group", "no-such-group"},
	};

	sh(*state, "umask 077; openssl genpkey -algorithm RSA -out %T/other.pem 2>&1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char command[256], *output;
		int status;

		snprintf(command, sizeof(command), "timeout 5 %%P --db %%D serve %s 2>&1", cases[i].options);
		output = rig_shell(*state, &status, command);
		if ((status != 1 && status != 2) || !strstr(output, cases[i].says))
			fail_msg("%s: %d %s", command, status, output);
		free(output);
	}
}

/* With a token other machines may ask; without TLS that is warned of. */
static void others_may_ask_with_a_token(void **state)
{
	const struct rig *rig = *state;
	char *output = rig_shell(rig, NULL,
		"timeout -s TERM 2 %P --db %D serve --listen 0.0.0.0:0 --token-file %T/token 2>&1");

	assert_non_null(strstr(output, "without TLS"));
	assert_non_null(strstr(output, "http://0.0.0.0:"));
	free(output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_bring_the_token),
		cmocka_unit_test(people_log_in),
		cmocka_unit_test(socket_files_need_none),
		cmocka_unit_test(streams_go_over_tls),
		cmocka_unit_test(plain_text_is_no_tls),
		cmocka_unit_test(starts_are_refused),
		cmocka_unit_test(others_may_ask_with_a_token),
		cmocka_unit_test(guesses_are_slowed_down),
	};

	return cmocka_run_group_tests_name("access", tests, setup, teardown);
}
