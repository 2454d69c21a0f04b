/* SPDX-License-Identifier: MIT */
/* suggest as a shell would call it: exit statuses, what is written, and that a refusal names the thing and the remedy. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cmd.h"
#include "support/events_db.h"

#define WORDS_MAX 16

const struct cmd *const cmd_table[] = {&cmd_suggest, NULL};

static const struct {
	const char *name, *text;
} files[] = {
	{"good.json", "{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n  \"architectures\": [\"SCMP_ARCH_X86_64\"],\n  \"syscalls\": [\n"
		      "    {\"names\": [\"futex_waitv\", \"read\"], \"action\": \"SCMP_ACT_ALLOW\"}\n  ]\n}\n"},
	{"tutorial.json", "{\n\"defaultAction\": \"allow\"}"},
	{"empty.json", ""},
	{"cut.json", "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"sysc"},
	{"errno.json", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":5000}]}"},
};

static const struct {
	const char *command; /* %D: the directory */
	int status;
	const char *out, *err; /* parts of them; NULL: it says nothing there */
} cases[] = {
	{"", CMD_USAGE, NULL, "name a container (--container), a profile (--profile) or a systemd unit (--unit)"},
	{"web", CMD_USAGE, NULL, "unexpected argument \"web\""},
	{"--container web,db --format json", CMD_USAGE, NULL, "one container at a time"},
	{"--container nope", CMD_FAILED, NULL, "nope"},
	{"--container bare", CMD_FAILED, NULL, "was started without a seccomp profile"},
	{"--container gone", CMD_FAILED, NULL, "say which it was with --profile FILE"},
	{"--container web", CMD_DONE, "decided by   /defaultAction: no rule in force names mkdir", NULL},
	{"--container web --format json", CMD_DONE, "\"source\": \"container web\"", NULL},
	{"--container web --format patch", CMD_DONE, "[{\"op\": \"add\", \"path\": \"/syscalls/0/names/1\", \"value\": \"mkdir\"}]\n",
		"runc itself needs"},
	{"--container web --format diff", CMD_DONE, "--- a/web.json\n+++ b/web.json\n@@ -7,6 +7,7 @@\n", "runc itself needs"},
	{"--container web --format profile", CMD_DONE, "        \"mkdir\",\n        \"read\"\n", "runc itself needs"},
	{"--container web --runtime runc-1.1.5 --caps none --kernel 5.4 --host-arch x86_64", CMD_DONE, "mkdir", NULL},
	{"--profile %D/good.json", CMD_DONE, "Allow mkdir", NULL},
	{"--profile %D/good.json --runtime docker", CMD_DONE, "Allow mkdir", NULL},
	{"--profile %D/good.json --runtime podman", CMD_DONE, "Nothing that was recorded was denied by it", "no event matches"},
	{"--profile %D/good.json --container gone --format diff", CMD_DONE, "+++ b/good.json", "runc itself needs"},
	{"--profile %D/good.json --syscall clone3 --allow clone3,bpf --format patch", CMD_DONE, "\"clone3\"", "runc itself needs"},
	{"--profile %D/missing.json", CMD_FAILED, NULL, "No such file"},
	{"--profile %D", CMD_FAILED, NULL, "not a regular file"},
	{"--profile %D/fifo", CMD_FAILED, NULL, "not a regular file"},
	{"--profile %D/tutorial.json", CMD_FAILED, NULL, "tutorial.json:2: /defaultAction: \"allow\" is no action; did you mean SCMP_ACT_ALLOW"},
	{"--profile %D/empty.json", CMD_FAILED, NULL, "empty"},
	{"--profile %D/cut.json", CMD_FAILED, NULL, "not JSON"},
	{"--profile %D/errno.json", CMD_FAILED, NULL, "errno 5000: libseccomp takes none above 4095"},
	{"--unit some.service", CMD_DONE, "SystemCallFilter=getppid", NULL},
	{"--unit some.service --format diff", CMD_USAGE, NULL, "a systemd unit has no profile to change"},
	{"--profile %D/good.json --format yaml", CMD_USAGE, NULL, "text, json, patch, diff or profile"},
	{"--profile %D/good.json --runtime runk", CMD_USAGE, NULL, "runk"},
	{"--profile %D/good.json --caps CAP_NONSENSE", CMD_USAGE, NULL, "capabilities, ALL, none or default"},
	{"--profile %D/good.json --limit 0", CMD_USAGE, NULL, "a number from 1"},
	{"--profile %D/good.json --host-arch z80", CMD_USAGE, NULL, "an architecture"},
	{"--profile %D/good.json --kernel new", CMD_USAGE, NULL, "a version such as 6.1"},
};

static void fill(struct events_db *f)
{
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO profile VALUES (1, 'abc', '{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
			     "\"syscalls\":[{\"names\":[\"futex_waitv\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}')");
	events_db_run(f->db, "INSERT INTO container (id, host, runtime, cid, name, spec, profile, seq) VALUES (1, 1, 1, 'aaaa', 'web', 1, 1, 1), "
			     "(2, 1, 1, 'bbbb', 'bare', 1, NULL, 1), (3, 1, 1, 'cccc', 'gone', 0, NULL, 1)");
	events_db_signature(f, 1, 1, "1, NULL, 4, 327680, 3221225534, 83, 0, 'app', '/bin/app'");
	events_db_signature(f, 2, 1, "2, NULL, 4, 327680, 3221225534, 435, 0, 'app', '/bin/app'");
	events_db_signature(f, 3, 1, "3, NULL, 4, 327680, 3221225534, 83, 0, 'app', '/bin/\x1b[31mapp'");
	events_db_signature(f, 4, 1, "NULL, 'some.service', 1, 2147483648, 3221225534, 110, 0, 'app', '/bin/app'");
	for (int i = 0; i < 4; i++)
		events_db_row(f, EVENTS_T0 + i * 1000, i + 1, 100 + i, 1, 0);
	events_db_commit(f);
}

static void write_files(const char *dir)
{
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		f = fopen(path, "we");
		assert_non_null(f);
		fputs(files[i].text, f);
		fclose(f);
	}
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
}

/* ---- one call ----------------------------------------------------------------------------------------------------- */

static int redirect(int fd, const char *dir, const char *name)
{
	char path[128];
	int saved = dup(fd), file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(saved >= 0 && file >= 0 && dup2(file, fd) == fd);
	close(file);
	return saved;
}

static void restore(int fd, int saved)
{
	dup2(saved, fd);
	close(saved);
}

static void slurp(const char *dir, const char *name, char *ret, size_t size)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "re");
	assert_non_null(f);
	ret[fread(ret, 1, size - 1, f)] = '\0';
	fclose(f);
}

static int call(const struct events_db *f, const char *command)
{
	CLEANUP_TEXT struct text full = TEXT_EMPTY;
	char *argv[WORDS_MAX] = {(char *)"suggest"};
	struct cmd_line line = {.cmd = &cmd_suggest, .argc = 1, .argv = argv};
	int out = redirect(STDOUT_FILENO, f->dir, "out"), err = redirect(STDERR_FILENO, f->dir, "err"), status;

	for (const char *p = command; *p; p++) {
		if (p[0] == '%' && p[1] == 'D') {
			text_add_str(&full, f->dir);
			p++;
		} else {
			text_add_char(&full, *p);
		}
	}
	for (char *word = full.data ? strtok(full.data, " ") : NULL; word; word = strtok(NULL, " "))
		argv[line.argc++] = word;
	argv[line.argc++] = (char *)"--db";
	argv[line.argc++] = (char *)f->path;
	status = cmd_suggest.run(&line);
	fflush(NULL);
	restore(STDOUT_FILENO, out);
	restore(STDERR_FILENO, err);
	free(line.db);
	free(line.db_config);
	free(line.config);
	return status;
}

static void check(const char *command, const char *what, const char *got, const char *wanted)
{
	if (wanted ? !strstr(got, wanted) : got[0] != '\0')
		fail_msg("suggest %s: %s: \"%s\", not \"%s\"", command, what, got, wanted ? wanted : "");
	/* Names are anybody's: none reaches a terminal as it is. */
	assert_null(strchr(got, '\x1b'));
}

static void answers(void **state)
{
	struct events_db *f = *state;

	fill(f);
	write_files(f->dir);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[65536], err[8192];
		int status = call(f, cases[i].command);

		slurp(f->dir, "out", out, sizeof(out));
		slurp(f->dir, "err", err, sizeof(err));
		if (status != cases[i].status)
			fail_msg("suggest %s: exit status %d: %s", cases[i].command, status, err);
		check(cases[i].command, "output", out, cases[i].out);
		check(cases[i].command, "messages", err, cases[i].err);
	}
}

static int teardown(void **state)
{
	static const char *const more[] = {"fifo", "out", "err"};
	const struct events_db *f = *state;
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, files[i].name);
		unlink(path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(more); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, more[i]);
		unlink(path);
	}
	return events_db_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers, events_db_setup, teardown),
	};

	return cmocka_run_group_tests_name("suggest_cmd", tests, NULL, NULL);
}
