/* SPDX-License-Identifier: MIT */
/* events, summary and status as a shell would call them: exit statuses, and what reaches the file. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <jansson.h>

#include "cmd.h"
#include "support/events_db.h"

#define WORDS_MAX 16

const struct cmd *const cmd_table[] = {&cmd_events, &cmd_summary, &cmd_mute, &cmd_status, &cmd_help, NULL};

static const struct cmd *find(const char *name)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		if (strcmp((*cmd)->name, name) == 0)
			return *cmd;
	fail_msg("no command %s", name);
	return NULL;
}

/* Words separated by blanks, then --db. */
static int call(const struct events_db *f, const char *command)
{
	CLEANUP_FREE char *copy = strdup(command);
	char *argv[WORDS_MAX] = {0};
	struct cmd_line line = {.argv = argv};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), stderr_kept = dup(STDERR_FILENO), status;

	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[line.argc++] = word;
	argv[line.argc++] = (char *)"--db";
	argv[line.argc++] = (char *)f->path;
	line.cmd = find(argv[0]);
	dup2(null, STDERR_FILENO); /* messages for people, of which there are many here */
	status = line.cmd->run(&line);
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	close(null);
	free(line.db);
	free(line.db_config);
	free(line.config);
	return status;
}

/* What a command writes; its messages go nowhere. */
static char *output_of(const struct events_db *f, const char *command, int expected)
{
	CLEANUP_TEXT struct text with_output = TEXT_EMPTY;
	char path[128], *data = calloc(1, 65536);
	int fd, status;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/other.db", f->dir);
	unlink(path);
	text_printf(&with_output, "%s -o %s", command, path);
	status = call(f, with_output.data);
	if (status != expected)
		fail_msg("%s: exit status %d", command, status);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, data, 65535);
	assert_true(n >= 0);
	if (fd >= 0)
		close(fd);
	return data;
}

static void test_usage(void **state)
{
	static const char *const wrong[] = {"mute --undo", "mute --note x", "mute --image a --unit b mkdir", "mute --format xml",
		"events --limit x", "events --limit -1", "events --order up", "events --format xml",
		"events --since yesterday", "events --since 2026-02-30", "events --pid x", "events --nonsense", "events operand",
		"events --action log --outcome killed", "events --since 1h --until 2h", "events --follow --format json",
		"events --follow --order desc", "events --container aaaa", "summary --by", "summary --by nonsense",
		"summary --by comm,comm", "summary --by comm,", "summary --by comm,uid,exe,pid,host", "status --limit 3",
		"status --format xml"};
	struct events_db *f = *state;

	events_db_fill(f);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (call(f, wrong[i]) != CMD_USAGE)
			fail_msg("%s is taken", wrong[i]);
}

static void test_failures(void **state)
{
	struct events_db *f = *state;

	events_db_fill(f);
	assert_int_equal(call(f, "events -o /nonexistent/file"), CMD_FAILED);
	assert_int_equal(call(f, "events -o /dev/full"), CMD_FAILED);
	assert_int_equal(call(f, "summary -o /dev/full"), CMD_FAILED);
	assert_int_equal(call(f, "status -o /dev/full"), CMD_FAILED);
	events_db_run(f->db, "PRAGMA user_version=99");
	assert_int_equal(call(f, "status"), CMD_FAILED);
}

static void test_events(void **state)
{
	static const struct {
		const char *command, *pids;
	} cases[] = {
		{"events --format jsonl", "100 101 102 103 104 "},
		{"events --format jsonl --order desc", "104 103 102 101 100 "},
		{"events --format jsonl --limit 2", "103 104 "},
		{"events --format jsonl --limit 2 --order desc", "104 103 "},
		{"events --format jsonl --limit 0", "100 101 102 103 104 "},
		{"events --format jsonl --uid 0 --syscall socket", "100 "},
		{"events --format jsonl --uid 0 --uid 1000", "100 101 102 "},
		{"events --format jsonl --until 2026-11-20T00:00:02Z", "100 101 "},
		{"events --format jsonl --container nosuch", ""},
	};
	struct events_db *f = *state;

	events_db_fill(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE char *lines = output_of(f, cases[i].command, CMD_DONE);
		CLEANUP_TEXT struct text pids = TEXT_EMPTY;

		text_add_str(&pids, "");
		for (char *line = strtok(lines, "\n"); line; line = strtok(NULL, "\n")) {
			json_t *event = json_loads(line, 0, NULL);

			text_printf(&pids, "%d ", (int)json_integer_value(json_object_get(event, "pid")));
			json_decref(event);
		}
		if (strcmp(pids.data, cases[i].pids) != 0)
			fail_msg("%s: %s", cases[i].command, pids.data);
	}
}

static void test_summary(void **state)
{
	static const struct {
		const char *command, *groups;
	} cases[] = {
		{"summary --by comm --format json", "x,32=5 -=4 a\\x0ab=3 mkdir=2 nc=1 "},
		{"summary --by comm --format json --order asc", "nc=1 mkdir=2 a\\x0ab=3 -=4 x,32=5 "},
		{"summary --by comm --format json --order desc --limit 1", "x,32=5 "},
		{"summary --format json --by pid,comm --limit 2", "x,32=5 -=4 "},
		{"summary --format json --by comm --runtime docker", "x,32=5 nc=1 "},
	};
	struct events_db *f = *state;

	events_db_fill(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_FREE char *text = output_of(f, cases[i].command, CMD_DONE);
		CLEANUP_TEXT struct text got = TEXT_EMPTY;
		json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *group;
		size_t at;

		json_array_foreach(json_object_get(document, "summary"), at, group) {
			const char *comm = json_string_value(json_object_get(group, "comm"));

			text_printf(&got, "%s=%d ", comm ? comm : "-", (int)json_integer_value(json_object_get(group, "count")));
		}
		json_decref(document);
		assert_string_equal(got.data, cases[i].groups);
	}
}

static void test_status(void **state)
{
	struct events_db *f = *state;
	CLEANUP_FREE char *table = NULL, *json = NULL;
	json_t *document;

	events_db_fill(f);
	table = output_of(f, "status", CMD_DONE);
	assert_non_null(strstr(table, "NOT RUNNING"));
	assert_non_null(strstr(table, "15 in 5 rows"));
	assert_non_null(strstr(table, "lost         nothing"));
	json = output_of(f, "status --format json", CMD_DONE);
	document = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(document, "database"), "events")), 15);
	json_decref(document);
}

/* ---- following, in a process of its own ---- */

static FILE *start_follow(const struct events_db *f, const char *command, pid_t *ret_pid)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	*ret_pid = fork();
	if (*ret_pid == 0) {
		signal(SIGPIPE, SIG_IGN);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		_exit(call(f, command));
	}
	close(fds[1]);
	return fdopen(fds[0], "r");
}

static int pid_of(const char *line)
{
	json_t *event = json_loads(line, 0, NULL);
	int pid = event ? (int)json_integer_value(json_object_get(event, "pid")) : -1;

	json_decref(event);
	return pid;
}

static int read_pid(FILE *from)
{
	char line[8192];

	alarm(20); /* a reader that never hears anything ends here */
	return fgets(line, sizeof(line), from) ? pid_of(line) : -1;
}

static int exit_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void add_event(struct events_db *f, int second, int pid)
{
	events_db_begin(f);
	events_db_row(f, EVENTS_T0 + second * 1000, 1, pid, 1, 0);
	events_db_commit(f);
}

static void test_follow(void **state)
{
	static const int ends[] = {SIGTERM, SIGINT};
	struct events_db *f = *state;

	events_db_fill(f);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		pid_t pid;
		FILE *from = start_follow(f, "events --follow --format jsonl --comm nc --limit 1", &pid);

		assert_int_equal(read_pid(from), i == 0 ? 100 : 201);
		add_event(f, 10 + 2 * (int)i, 200);
		assert_int_equal(read_pid(from), 200);
		add_event(f, 11 + 2 * (int)i, 201);
		assert_int_equal(read_pid(from), 201);
		kill(pid, ends[i]);
		assert_int_equal(exit_of(pid), CMD_DONE);
		fclose(from);
	}
}

/* `events --follow | head`: whoever stops reading ends it, even when nothing happens any more. */
static void test_follow_unread(void **state)
{
	struct events_db *f = *state;
	pid_t pid;
	FILE *from;

	events_db_fill(f);
	from = start_follow(f, "events --follow", &pid);
	alarm(20);
	assert_true(fgetc(from) != EOF);
	fclose(from);
	assert_int_equal(exit_of(pid), CMD_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_usage, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_failures, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_events, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_summary, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_status, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_follow, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_follow_unread, events_db_setup, events_db_teardown),
	};

	unsetenv("SECCOMPWATCH_DB");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
