/* SPDX-License-Identifier: MIT */
/* Forensics without the live host: another machine's audit.log is imported, and the story of a process, a program or a
 * window of time told from it, by the commands that a user types. */
#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "cmd.h"

const struct cmd *const cmd_table[] = {&cmd_import, &cmd_explain, NULL};

#define RECORD(stamp, pid, comm, exe, call, code)                                                                          \
	"type=SECCOMP msg=audit(" stamp "): auid=1000 uid=33 gid=33 ses=1 pid=" pid " comm=\"" comm "\" exe=\"" exe        \
	"\" sig=31 arch=c000003e syscall=" call " compat=0 ip=0x7f code=" code "\n"

/* 2023-11-14 22:13:20 and on; pid 700 comes twice, an hour apart. */
static const char log_text[] =
	RECORD("1700000000.100:1", "700", "nginx", "/usr/sbin/nginx", "41", "0x7ffc0000")
	RECORD("1700000001.200:2", "700", "nginx", "/usr/sbin/nginx", "41", "0x80000000")
	RECORD("1700000060.000:3", "701", "php-fpm", "/usr/sbin/php-fpm8.2", "59", "0x50000")
	RECORD("1700003600.000:4", "700", "cron", "/usr/sbin/cron", "101", "0x7ffc0000");

static char dir[] = "/tmp/seccompwatch-forensics-XXXXXX";
static char out[65536];

static void path_of(char ret[static 128], const char *name)
{
	snprintf(ret, 128, "%s/%s", dir, name);
}

/* Both outputs go to files meanwhile. */
static int run(const struct cmd *cmd, const char *words)
{
	char db[128], file[128], copy[512], *at = copy, *word, *argv[16] = {(char *)cmd->name, (char *)"--db", db};
	struct cmd_line line = {.cmd = cmd, .argc = 3, .argv = argv};
	int kept[2] = {dup(1), dup(2)}, status, fd;
	ssize_t n;

	path_of(db, "events.db");
	path_of(file, "out");
	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&at, " ")) && line.argc < 15)
		argv[line.argc++] = word;
	fflush(NULL);
	fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	dup2(fd, 1);
	dup2(fd, 2);
	status = cmd->run(&line);
	fflush(NULL);
	dup2(kept[0], 1);
	dup2(kept[1], 2);
	close(kept[0]);
	close(kept[1]);
	n = pread(fd, out, sizeof(out) - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	close(fd);
	free(line.db);
	free(line.db_config);
	free(line.config);
	return status;
}

static const struct {
	const char *words;
	const char *says[6];
	const char *silent; /* what must not be in it */
} stories[] = {
	{"--pid 700 --until 2023-11-14T23:00:00Z",
		{"nginx (/usr/sbin/nginx, pid 700) on web7 was killed by seccomp when it called socket", "SCMP_ACT_KILL_PROCESS",
			"logged, and executed", "uid 33", "what it holds was imported", "a log says nothing of containers"}, "cron"},
	{"--pid 700 --since 2023-11-14T23:00:00Z",
		{"Nothing was killed or denied; 1 call was logged and executed", "cron (/usr/sbin/cron, pid 700) called ptrace"},
		"nginx"},
	{"--exe /usr/sbin/php-fpm8.2",
		{"Nothing was killed; 1 call was not let through, most often execve (1)", "php-fpm (/usr/sbin/php-fpm8.2, pid 701)"},
		"nginx"},
	{"--since 2023-11-14T22:13:00Z --until 2023-11-14T22:14:00Z --host web7",
		{"nginx (/usr/sbin/nginx, pid 700) on web7 was killed"}, "php-fpm"},
	{"--pid 4711", {"No violation was recorded for pid 4711"}, "killed"},
	{"--host elsewhere", {"No violation was recorded"}, "nginx"},
};

static void tells_stories(void **state)
{
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		assert_int_equal(run(&cmd_explain, stories[i].words), CMD_DONE);
		for (size_t j = 0; j < 6 && stories[i].says[j]; j++)
			if (!strstr(out, stories[i].says[j]))
				fail_msg("%s: no \"%s\" in: %s", stories[i].words, stories[i].says[j], out);
		if (strstr(out, stories[i].silent))
			fail_msg("%s: \"%s\" in: %s", stories[i].words, stories[i].silent, out);
	}
}

/* Who has a number here does not have it there. */
static void says_nothing_of_our_users(void **state)
{
	json_t *story, *event;

	assert_int_equal(run(&cmd_explain, "--exe /usr/sbin/nginx --format json"), CMD_DONE);
	story = json_loads(out, 0, NULL);
	assert_non_null(story);
	event = json_object_get(json_array_get(json_object_get(story, "steps"), 0), "event");
	assert_int_equal(json_integer_value(json_object_get(event, "uid")), 33);
	assert_true(json_is_null(json_object_get(event, "user")));
	assert_true(json_is_null(json_object_get(story, "container")));
	json_decref(story);
}

static int set_up(void **state)
{
	char path[128], words[256];
	FILE *f;

	setenv("TZ", "UTC", 1);
	tzset();
	if (!mkdtemp(dir))
		return -1;
	path_of(path, "audit.log");
	f = fopen(path, "we");
	if (!f || fputs(log_text, f) < 0 || fclose(f) != 0)
		return -1;
	snprintf(words, sizeof(words), "--host web7 %s", path);
	return run(&cmd_import, words) == CMD_DONE ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_stories),
		cmocka_unit_test(says_nothing_of_our_users),
	};

	return cmocka_run_group_tests_name("forensics", tests, set_up, tear_down);
}
