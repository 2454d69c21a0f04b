/* SPDX-License-Identifier: MIT */
/* import: the command as a user calls it, from files to what the database then says. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "cmd.h"
#include "seccompwatch/query.h"

const struct cmd *const cmd_table[] = {&cmd_import, NULL};

#define FIELDS(pid) \
	"auid=0 uid=0 gid=0 ses=1 pid=" pid " comm=\"a\" exe=\"/a\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x7f " \
	"code=0x80000000"
#define AUDIT(stamp, pid)  "type=SECCOMP msg=audit(" stamp "): " FIELDS(pid) "\n"
#define KERNEL(stamp, pid) "kernel: audit: type=1326 audit(" stamp "): " FIELDS(pid) "\n"
#define SAID(pid)          "audit[" pid "]: SECCOMP " FIELDS(pid) "\n"

static char dir[] = "/tmp/seccompwatch-import-XXXXXX";
static char db[64];

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Lets descriptor `to` go to a file; returns what it was. */
static int redirect(int to, const char *name)
{
	char path[128];
	int kept = dup(to), fd;

	fflush(NULL);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(kept >= 0 && fd >= 0);
	dup2(fd, to);
	close(fd);
	return kept;
}

static void restore(int to, int kept)
{
	fflush(NULL);
	dup2(kept, to);
	close(kept);
}

static void slurp(const char *name, char *ret, size_t size)
{
	char path[128];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = read(fd, ret, size - 1);
	ret[n > 0 ? n : 0] = '\0';
	close(fd);
}

static char out[4096], err[8192];

/* `words` are arguments separated by blanks; @x is a file of the test's directory. */
static int import(const char *words)
{
	static char argv_text[16][128];
	char *argv[17] = {(char *)"import", (char *)"--db", db}, copy[1024], *at = copy, *word;
	struct cmd_line line = {.cmd = &cmd_import, .argc = 3, .argv = argv};
	int kept_out, kept_err, status;

	snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&at, " "))) {
		bool is_file = word[0] == '@';

		assert_true(line.argc < 16);
		snprintf(argv_text[line.argc], sizeof(argv_text[0]), "%s%s%s", is_file ? dir : "", is_file ? "/" : "",
			word + is_file);
		argv[line.argc] = argv_text[line.argc];
		line.argc++;
	}
	kept_out = redirect(STDOUT_FILENO, "stdout");
	kept_err = redirect(STDERR_FILENO, "stderr");
	status = cmd_import.run(&line);
	restore(STDOUT_FILENO, kept_out);
	restore(STDERR_FILENO, kept_err);
	free(line.db);
	free(line.db_config);
	free(line.config);
	slurp("stdout", out, sizeof(out));
	slurp("stderr", err, sizeof(err));
	return status;
}

/* ---- what the database says ---- */

struct stored {
	uint64_t events, rows;
	char hosts[256]; /* one blank before each */
	uint64_t malformed;
};

static int see_row(void *data, const struct query_row *row)
{
	struct stored *s = data;
	size_t len = strlen(s->hosts);

	s->rows++;
	s->events += row->count;
	snprintf(s->hosts + len, sizeof(s->hosts) - len, " %s", row->signature->host);
	return 0;
}

static struct stored stored(void)
{
	const struct query_page page = {.ascending = true};
	struct query_filter all = QUERY_FILTER_ANY;
	CLEANUP(query_close_p) struct query *q = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query_status status;
	struct stored s = {0};

	if (query_open(&q, db, &why) != 0)
		fail_msg("%s", why.data);
	assert_true(query_refresh(q) >= 0);
	assert_int_equal(query_events(q, &all, &page, see_row, &s, NULL), 0);
	assert_int_equal(query_status(q, &status), 0);
	s.malformed = status.malformed;
	return s;
}

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/seccompwatch-import-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(db, sizeof(db), "%s/db/events.db", dir);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	return system(command);
}

/* ---- tests ---- */

static void test_twice(void **state)
{
	put("a", AUDIT("1728657531.241:911", "5") AUDIT("1728657532.241:912", "6") "type=CWD msg=audit(1.000:1): cwd=x\n");
	assert_int_equal(import("@a"), CMD_DONE);
	assert_string_equal(out, "3 read, 2 stored, 0 duplicate, 0 malformed, 1 other\n");
	assert_string_equal(err, "");
	assert_int_equal(import("@a"), CMD_DONE);
	assert_string_equal(out, "3 read, 0 stored, 2 duplicate, 0 malformed, 1 other\n");
	assert_int_equal(stored().events, 2);
	assert_int_equal(import("@a @a"), CMD_DONE);
	assert_string_equal(out, "6 read, 0 stored, 4 duplicate, 0 malformed, 2 other\n");
}

/* Rotated files overlap and come in the order of a shell's pattern. */
static void test_any_order(void **state)
{
	put("log", AUDIT("1728657533.000:3", "5") AUDIT("1728657534.000:4", "6"));
	put("log.1", AUDIT("1728657531.000:1", "5") AUDIT("1728657532.000:2", "6") AUDIT("1728657533.000:3", "5"));
	assert_int_equal(import("@log @log.1"), CMD_DONE);
	assert_string_equal(out, "5 read, 4 stored, 1 duplicate, 0 malformed, 0 other\n");
	assert_int_equal(stored().events, 4);
}

/* A storm within a second is one row, whatever is imported again of it. */
static void test_coalesced(void **state)
{
	put("a", AUDIT("1728657531.100:1", "5") AUDIT("1728657531.200:2", "5") AUDIT("1728657531.300:3", "5"));
	put("b", AUDIT("1728657531.200:2", "5") AUDIT("1728657531.400:4", "5"));
	assert_int_equal(import("@a"), CMD_DONE);
	assert_int_equal(import("@b"), CMD_DONE);
	assert_string_equal(out, "2 read, 1 stored, 1 duplicate, 0 malformed, 0 other\n");
	assert_int_equal(stored().events, 4);
	assert_int_equal(stored().rows, 1);
}

/* What has no stamp has no serial: told apart by its place among its like. */
static void test_unstamped(void **state)
{
	put("j", "Jul 24 09:10:45 web1 " SAID("5") "Jul 24 09:10:45 web1 " SAID("5") "Jul 24 09:10:46 web1 " SAID("6")
		"Jul 24 09:10:47 web1 " KERNEL("1753348246.500:77", "6"));
	assert_int_equal(import("@j"), CMD_DONE);
	assert_string_equal(out, "4 read, 3 stored, 1 duplicate, 0 malformed, 0 other\n");
	assert_int_equal(import("@j"), CMD_DONE);
	assert_string_equal(out, "4 read, 0 stored, 4 duplicate, 0 malformed, 0 other\n");
	assert_int_equal(stored().events, 3);
}

static void test_no_time_at_all(void **state)
{
	put("a", SAID("5") SAID("6"));
	assert_int_equal(import("@a"), CMD_DONE);
	assert_string_equal(out, "2 read, 2 stored, 0 duplicate, 0 malformed, 0 other\n");
	assert_int_equal(import("@a"), CMD_DONE);
	assert_string_equal(out, "2 read, 0 stored, 2 duplicate, 0 malformed, 0 other\n");
}

static void test_other_files_go_on(void **state)
{
	put("a", AUDIT("1728657531.241:911", "5"));
	assert_int_equal(import("@ @missing @a"), CMD_FAILED);
	assert_string_equal(out, "1 read, 1 stored, 0 duplicate, 0 malformed, 0 other\n");
	assert_non_null(strstr(err, "is a directory"));
	assert_non_null(strstr(err, "/missing: No such file or directory"));
	put("empty", "");
	assert_int_equal(import("@empty"), CMD_DONE);
	assert_string_equal(out, "0 read, 0 stored, 0 duplicate, 0 malformed, 0 other\n");
}

static void test_malformed(void **state)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	for (int i = 0; i < 20; i++)
		text_add_str(&text, "type=SECCOMP msg=audit(1728657531.000:1): pid=1 comm=\"\033[31m\n");
	text_add_str(&text, AUDIT("1728657531.241:911", "5") "type=SECCOMP msg=audit(1728657531.300:912): pid=1 "
			    "comm=\"a\" sig=31 arch=c000003e syscall=nosuchcall code=0x0\n");
	put("a", text.data);
	assert_int_equal(import("@a"), CMD_DONE);
	assert_string_equal(out, "22 read, 1 stored, 0 duplicate, 21 malformed, 0 other\n");
	assert_non_null(strstr(err, "/a:1: cut off: type=SECCOMP"));
	assert_non_null(strstr(err, "/a:5: "));
	assert_null(strstr(err, "/a:6: "));
	assert_null(strchr(err, '\033'));
	assert_int_equal(stored().malformed, 21);
	/* the second time nothing is new, the loss neither */
	assert_int_equal(import("@a"), CMD_DONE);
	assert_int_equal(stored().malformed, 21);
}

static void test_hosts(void **state)
{
	put("one", "Jul 24 09:10:45 webA " KERNEL("1753348245.500:1", "5"));
	put("two", "Jul 24 09:10:45 webA " KERNEL("1753348345.500:1", "5") "Jul 24 09:10:46 webB " KERNEL("1753348346.500:2", "6"));
	put("node", "node=webC " AUDIT("1753348445.500:1", "5"));
	assert_int_equal(import("@two @node"), CMD_DONE);
	assert_string_equal(stored().hosts, " webA webB webC");
	assert_int_equal(import("--host webD @one"), CMD_DONE);
	assert_string_equal(stored().hosts, " webD webA webB webC");
	/* the user's word goes before the prefix, the record's before the user's */
	put("three", "Jul 24 09:10:45 webA " KERNEL("1753349345.500:1", "5") "Jul 24 09:10:46 webB " KERNEL("1753349346.500:2", "6"));
	put("node2", "node=webC " AUDIT("1753349445.500:1", "5"));
	assert_int_equal(import("--host webE @three @node2"), CMD_DONE);
	assert_string_equal(stored().hosts, " webD webA webB webC webE webE webC");
}

static void test_usage(void **state)
{
	static const char *const wrong[] = {"--host", "--no-such-option x", "--host  x", "--"};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(import(wrong[i]), CMD_USAGE);
		assert_string_equal(out, "");
		assert_string_not_equal(err, "");
	}
}

static void test_impossible_database(void **state)
{
	put("a", AUDIT("1728657531.241:911", "5"));
	assert_int_equal(import("@a"), CMD_DONE);
	snprintf(db, sizeof(db), "/dev/null/events.db");
	assert_int_equal(import("@a"), CMD_FAILED);
	assert_string_equal(out, "");
	assert_non_null(strstr(err, "/dev/null"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_coalesced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unstamped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_time_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_files_go_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_malformed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hosts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_usage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_impossible_database, setup, teardown),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
