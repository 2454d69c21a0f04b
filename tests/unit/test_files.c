/* SPDX-License-Identifier: MIT */
/* files: what comes out of an input, for every carrier and every kind of damage. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <zlib.h>

#include <cmocka.h>

#include "seccompwatch/files.h"

#define FIELDS(pid) \
	"auid=0 uid=0 gid=0 ses=1 pid=" pid " comm=\"a\" exe=\"/a\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x7f " \
	"code=0x80000000"
#define AUDIT(serial, pid) "type=SECCOMP msg=audit(1728657531.241:" serial "): " FIELDS(pid)
#define KERNEL(serial, pid) "audit: type=1326 audit(1728657531.241:" serial "): " FIELDS(pid)
#define SAID(pid)           "audit[" pid "]: SECCOMP " FIELDS(pid)

/* ---- reading a text ---- */

#define ITEMS_MAX 8192

static struct {
	struct got {
		enum files_kind kind;
		uint64_t line;
		int32_t pid;
		uint32_t serial;
		bool has_serial, has_code, is_foreign;
		enum event_source source;
		int64_t time;
		char host[64];
		char why[64];
		uint64_t args0;
	} items[ITEMS_MAX];
	size_t n;
	struct files_counts counts;
	const char *machine_id;
	int stop_with;
} got;

static int take(void *data, const struct files_item *item)
{
	struct got *g = &got.items[got.n];

	assert_true(got.n < ITEMS_MAX);
	*g = (struct got){.kind = item->kind, .line = item->line, .is_foreign = item->is_foreign};
	got.n++;
	if (item->event) {
		struct span host = event_span(item->event, item->event->prefix_host);

		g->pid = item->event->pid;
		g->serial = item->event->serial;
		g->has_serial = item->event->has_serial;
		g->has_code = item->event->has_code;
		g->source = item->event->source;
		g->time = item->event->time;
		if (event_has(item->event->prefix_host))
			snprintf(g->host, sizeof(g->host), "%.*s", (int)host.len, host.data);
	}
	if (item->amend)
		g->args0 = item->amend->args[0];
	if (item->why)
		snprintf(g->why, sizeof(g->why), "%s", item->why);
	return got.stop_with;
}

static const struct files_options *options(void)
{
	static struct files_options o;

	/* 2026-05-08T09:30:00Z */
	o = (struct files_options){.now = INT64_C(1778232600000), .machine_id = got.machine_id, .on_item = take};
	got.n = 0;
	return &o;
}

static int memory_file(const void *data, size_t len)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int read_bytes(const void *data, size_t len)
{
	return files_read_fd(memory_file(data, len), options(), &got.counts);
}

static int read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static void assert_counts(uint64_t events, uint64_t twins, uint64_t malformed, uint64_t other)
{
	assert_int_equal(got.counts.events, events);
	assert_int_equal(got.counts.twins, twins);
	assert_int_equal(got.counts.malformed, malformed);
	assert_int_equal(got.counts.other, other);
}

/* ---- plain lines ---- */

static int setup(void **state)
{
	memset(&got, 0, sizeof(got));
	return 0;
}

static void test_empty(void **state)
{
	assert_int_equal(read_text(""), 0);
	assert_counts(0, 0, 0, 0);
	assert_int_equal(read_text("\n\n \r\n"), 0);
	assert_counts(0, 0, 0, 0);
}

static void test_audit_log(void **state)
{
	assert_int_equal(read_text(AUDIT("1", "11") "\n"
						     "type=CWD msg=audit(1.000:1): cwd=\"/\"\n"
						     "type=SECCOMP msg=audit(1.000:2): pid=1\n"
						     "type=SECCOMPX msg=audit(1.000:2): pid=1\n" AUDIT("3", "13") "\r\n"
						     "\n" AUDIT("4", "14")),
		0);
	assert_counts(3, 0, 1, 2);
	assert_int_equal(got.items[0].line, 1);
	assert_int_equal(got.items[1].kind, FILES_MALFORMED);
	assert_int_equal(got.items[1].line, 3);
	assert_string_equal(got.items[1].why, "no syscall number");
	assert_int_equal(got.items[2].serial, 3);
	assert_int_equal(got.items[2].line, 5);
	assert_int_equal(got.items[3].pid, 14);
	assert_int_equal(got.items[3].line, 7);
}

static void test_companion(void **state)
{
	assert_int_equal(read_text(AUDIT("1", "11") "\n"
						     "type=SYSCALL msg=audit(1728657531.241:1): a0=7 a1=0 a2=0 a3=0 items=0 ppid=3\n"
						     "type=SYSCALL msg=audit(1728657531.242:1): a0=8 a1=0 a2=0 a3=0 items=0 ppid=3\n"
						     "type=SYSCALL msg=audit(1728657531.241:2): a0=9 a1=0 a2=0 a3=0 items=0 ppid=3\n"),
		0);
	assert_counts(1, 0, 0, 3);
	assert_int_equal(got.n, 2);
	assert_int_equal(got.items[1].kind, FILES_AMEND);
	assert_int_equal(got.items[1].args0, 7);
}

static void test_strange_bytes(void **state)
{
	static const char text[] = AUDIT("1", "11") "\n\0\0\0\n\xff\xfe\x80\n"
						      "type=SECCOMP msg=\0\n"
						      "{\"MESSAGE\":\"SECCOMP\n" AUDIT("2", "12") "\n";

	assert_int_equal(read_bytes(text, sizeof(text) - 1), 0);
	assert_counts(2, 0, 2, 2);
}

static void test_long_lines(void **state)
{
	const size_t len = 10 * 1024 * 1024;
	char *text = malloc(2 * len + 1024);
	size_t at = 0;

	assert_non_null(text);
	at += (size_t)sprintf(text, "%s\n", AUDIT("1", "11"));
	memset(text + at, 'x', len);
	at += len;
	at += (size_t)sprintf(text + at, "\ntype=SECCOMP msg=audit(1.000:1): pid=1 comm=\"");
	memset(text + at, 'y', len);
	at += len;
	at += (size_t)sprintf(text + at, "\" syscall=1 code=0x0\n%s\n", AUDIT("2", "12"));
	assert_int_equal(read_bytes(text, at), 0);
	free(text);
	assert_counts(2, 0, 1, 1);
	assert_string_equal(got.items[1].why, "longer than any record");
	assert_int_equal(got.items[1].line, 3);
	assert_int_equal(got.items[2].pid, 12);
	assert_int_equal(got.items[2].line, 4);
}

/* A record across every boundary of the reader's blocks. */
static void test_block_boundaries(void **state)
{
	const size_t lines = 3000;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	for (size_t i = 0; i < lines; i++)
		text_printf(&text, "%s\n%.*s\n", AUDIT("1", "11"), (int)(i % 83), AUDIT("2", "12"));
	assert_false(text.failed);
	assert_int_equal(read_bytes(text.data, text.len), 0);
	assert_int_equal(got.counts.events, lines);
}

static void test_callback_ends_reading(void **state)
{
	got.stop_with = -ENOSPC;
	assert_int_equal(read_text(AUDIT("1", "11") "\n" AUDIT("2", "12") "\n"), -ENOSPC);
	assert_int_equal(got.n, 1);
}

/* ---- paths ---- */

static void test_paths(void **state)
{
	assert_int_equal(files_read("/", options(), &got.counts), -EISDIR);
	assert_int_equal(files_read("/nonexistent/file", options(), &got.counts), -ENOENT);
	assert_int_equal(files_read("", options(), &got.counts), -ENOENT);
	assert_counts(0, 0, 0, 0);
}

/* ---- gzip ---- */

static size_t compress_text(const char *text, char *to, size_t room)
{
	z_stream z = {.next_in = (void *)(uintptr_t)text, .avail_in = (uInt)strlen(text), .next_out = (void *)to,
		.avail_out = (uInt)room};

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static void test_gzip(void **state)
{
	char packed[8192];
	size_t len = compress_text(AUDIT("1", "11") "\n", packed, sizeof(packed));

	assert_int_equal(read_bytes(packed, len), 0);
	assert_counts(1, 0, 0, 0);
	len += compress_text(AUDIT("2", "12") "\n", packed + len, sizeof(packed) - len);
	assert_int_equal(read_bytes(packed, len), 0);
	assert_counts(2, 0, 0, 0);
}

static void test_damaged_gzip(void **state)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	char packed[65536];
	size_t len;

	for (int i = 0; i < 2000; i++)
		text_printf(&text, "type=SECCOMP msg=audit(1728657531.241:%d): %s\n", i * 7919 % 100000, FIELDS("1"));
	len = compress_text(text.data, packed, sizeof(packed));
	/* cut off: what came before counts */
	assert_int_equal(read_bytes(packed, len / 2), -EBADMSG);
	assert_true(got.counts.events > 500);
	packed[len / 2] ^= 0x55;
	packed[len / 2 + 1] ^= 0x55;
	assert_int_equal(read_bytes(packed, len), -EBADMSG);
}

/* ---- folded records ---- */

static void test_folds(void **state)
{
	static const char *const folded[] = {
		"type=SECCOMP msg=audit(1728657531.241:5): auid=0 uid=0\ngid=0 ses=1 pid=11 comm=\"a\"\n"
		"exe=\"/a\" sig=31 arch=c000003e\nsyscall=59 compat=0 ip=0x7f code=0x80000000\n",
		"> audit: type=1326 audit(1728657531.241:5): auid=0 uid=0 gid=0\n> ses=1 subj=kernel pid=11 comm=\"a\" "
		"exe=\"/a\"\n> sig=31 arch=c000003e syscall=59 compat=0\n> ip=0x7f code=0x80000000\n",
		"Sep 11 15:09:17 web1 kernel: audit: type=1326 audit(1728657531.241:5):\n  auid=0 uid=0 gid=0 ses=1\n"
		"  pid=11 comm=\"a\" exe=\"/a\" sig=31 arch=c000003e syscall=59\n  compat=0 ip=0x7f code=0x80000000\n",
		"type=SECCOMP msg=audit(1728657531.241:5): auid=0 uid=0 gid=0 ses=1 \\\n  pid=11 comm=\"a\" exe=\"/a\" sig=31 "
		"arch=c000003e \\\n  syscall=59 compat=0 ip=0x7f code=0x80000000\n",
		"#audit: type=1326 audit(1728657531.241:5): auid=0 uid=0 gid=0 ses=1 pid=11 comm=\"a\"\n"
		"#exe=\"/a\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x7f code=0x80000000\n",
		"Oct 16 17:23:19 web1 kernel: [   27.287722] audit:  \ntype=1326 audit(1728657531.241:5): auid=0 uid=0\n"
		"pid=11 comm=\"a\" exe=\"/a\" sig=31 arch=c000003e\nsyscall=59 compat=0 ip=0x7f code=0x80000000\n",
		AUDIT("5", "11") "AUID=\"root\" UID=\"root\"\nARCH=x86_64\nSYSCALL=execve\n",
		AUDIT("5", "11") " \\\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(folded); i++) {
		assert_int_equal(read_text(folded[i]), 0);
		if (got.counts.events != 1 || got.counts.malformed || got.counts.other)
			fail_msg("%s", folded[i]);
		assert_int_equal(got.items[0].serial, 5);
		assert_int_equal(got.items[0].pid, 11);
		assert_int_equal(got.items[0].line, 1);
		assert_true(got.items[0].has_code);
	}
}

/* What is incomplete takes only lines that go on with it. */
static void test_folds_end(void **state)
{
	assert_int_equal(read_text("type=SECCOMP msg=audit(1.000:1): auid=0 pid=1\n" AUDIT("2", "12") "\n"), 0);
	assert_counts(1, 0, 1, 0);
	assert_int_equal(read_text("type=SECCOMP msg=audit(1.000:1): auid=0 pid=1\n\nsyscall=5 code=0x0\n"), 0);
	assert_counts(0, 0, 1, 1);
	assert_int_equal(read_text("audit: type=1326 … comm=\"a\" sig=31 syscall=5\ncomm=\"b\" sig=31 arch=c000003e "
				   "syscall=6 code=0x0\n"),
		0);
	assert_counts(2, 0, 0, 0);
	assert_int_equal(read_text("x audit:\nhello\n"), 0);
	assert_counts(0, 0, 0, 2);
}

/* However long it goes on, it ends. */
static void test_folds_are_bounded(void **state)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	text_add_str(&text, "type=SECCOMP msg=audit(1.000:1): auid=0\n");
	for (int i = 0; i < 100; i++)
		text_add_str(&text, "uid=0\n");
	assert_int_equal(read_bytes(text.data, text.len), 0);
	assert_int_equal(got.counts.malformed, 1);
	assert_true(got.counts.other > 80);
	text_reset(&text);
	for (int i = 0; i < 50; i++)
		text_printf(&text, "type=SECCOMP msg=audit(1.000:1): comm=\"%04000d\"\nsubj=%04000d\n", i, i);
	assert_int_equal(read_bytes(text.data, text.len), 0);
	assert_int_equal(got.counts.events, 0);
}

/* The further lines of a message are its writer's text. */
static void test_message_of_several_lines(void **state)
{
	assert_int_equal(read_text("Jul 24 09:10:45 web1 app[5]: hello\n                       " AUDIT("1", "11") "\n"
				   "                       " KERNEL("2", "12") "\n" AUDIT("3", "13") "\n  " AUDIT("4", "14") "\n"),
		0);
	assert_counts(1, 0, 0, 4);
	assert_int_equal(got.items[0].pid, 13);
	/* where no syslog is around, indented records are a page's */
	assert_int_equal(read_text("as in:\n  " AUDIT("3", "13") "\n"), 0);
	assert_counts(1, 0, 0, 1);
}

/* ---- twins ---- */

#define AT(seconds) "Jul 24 09:10:" seconds " web1 "

static void test_twins(void **state)
{
	assert_int_equal(read_text(AT("45") SAID("11") "\n" AT("46") "kernel: " KERNEL("5", "11") "\n"), 0);
	assert_counts(1, 1, 0, 0);
	assert_int_equal(got.items[0].kind, FILES_EVENT);
	assert_int_equal(got.items[0].serial, 5);
	assert_int_equal(got.items[1].kind, FILES_TWIN);
	assert_int_equal(got.items[1].line, 1);
	/* the other way round */
	assert_int_equal(read_text(AT("45") "kernel: " KERNEL("5", "11") "\n" AT("46") SAID("11") "\n"), 0);
	assert_counts(1, 1, 0, 0);
	/* a storm: each has one twin */
	assert_int_equal(read_text(AT("45") SAID("11") "\n" AT("45") SAID("11") "\n" AT("45") "kernel: " KERNEL("5", "11") "\n"), 0);
	assert_counts(2, 1, 0, 0);
}

static void test_no_twins(void **state)
{
	/* another process */
	assert_int_equal(read_text(AT("45") SAID("12") "\n" AT("46") "kernel: " KERNEL("5", "11") "\n"), 0);
	assert_counts(2, 0, 0, 0);
	/* too far apart */
	assert_int_equal(read_text(AT("45") SAID("11") "\n" AT("48") "kernel: " KERNEL("5", "11") "\n"), 0);
	assert_counts(2, 0, 0, 0);
	/* two of a kind */
	assert_int_equal(read_text(AT("45") SAID("11") "\n" AT("45") SAID("11") "\n"), 0);
	assert_counts(2, 0, 0, 0);
	assert_int_equal(read_text(AT("45") "kernel: " KERNEL("5", "11") "\n" AT("45") "kernel: " KERNEL("6", "11") "\n"), 0);
	assert_counts(2, 0, 0, 0);
	/* another machine */
	assert_int_equal(read_text(AT("45") SAID("11") "\nJul 24 09:10:45 web2 kernel: " KERNEL("5", "11") "\n"), 0);
	assert_counts(2, 0, 0, 0);
}

/* More that wait for a twin than are kept: none is lost. */
static void test_many_unstamped(void **state)
{
	CLEANUP_TEXT struct text text = TEXT_EMPTY;

	for (int i = 0; i < 3000; i++)
		text_printf(&text, "%saudit[%d]: SECCOMP pid=%d comm=\"a\" syscall=1 code=0x0\n", AT("45"), i, i);
	assert_int_equal(read_bytes(text.data, text.len), 0);
	assert_counts(3000, 0, 0, 0);
	for (int i = 0; i < 3000; i++)
		assert_int_equal(got.items[i].pid, i);
}

/* ---- hosts ---- */

static void test_hosts(void **state)
{
	assert_int_equal(read_text(AT("45") "kernel: " KERNEL("5", "11") "\n" AT("46") "cron: x\n"), 0);
	assert_string_equal(got.items[0].host, "web1");
	assert_false(got.items[0].is_foreign);
	assert_int_equal(read_text(AT("45") "kernel: " KERNEL("5", "11") "\nJul 24 09:10:46 web2 cron: x\n"), 0);
	assert_true(got.items[0].is_foreign);
	assert_int_equal(read_text(AUDIT("5", "11") "\n"), 0);
	assert_false(got.items[0].is_foreign);
}

/* The second machine stands far behind the first block. */
static void test_hosts_of_a_long_file(void **state)
{
	char path[] = "/tmp/seccompwatch-hosts-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	fprintf(f, "%s\n", AT("45") "kernel: " KERNEL("5", "11"));
	for (int i = 0; i < 20000; i++)
		fprintf(f, "%scron[%d]: nothing to see here\n", AT("46"), i);
	fprintf(f, "Jul 24 09:10:46 web2 kernel: x\n");
	fclose(f);
	assert_int_equal(files_read(path, options(), &got.counts), 0);
	unlink(path);
	assert_counts(1, 0, 0, 20001);
	assert_true(got.items[0].is_foreign);
}

/* ---- journals ---- */

#define JSON_FIELDS(pid) \
	"auid=0 uid=0 gid=0 ses=1 pid=" pid " comm=\\\"a\\\" exe=\\\"/a\\\" sig=31 arch=c000003e syscall=59 compat=0 " \
	"ip=0x7f code=0x80000000"

static void test_json(void **state)
{
	assert_int_equal(read_text("{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE\":\"1326\",\"_AUDIT_ID\":\"77\","
				   "\"MESSAGE\":\"SECCOMP " JSON_FIELDS("11") "\",\"_HOSTNAME\":\"web1\","
				   "\"_SOURCE_REALTIME_TIMESTAMP\":\"1728657531241000\","
				   "\"__REALTIME_TIMESTAMP\":\"1728657531299000\"}\n"),
		0);
	assert_counts(1, 0, 0, 0);
	assert_true(got.items[0].has_serial);
	assert_int_equal(got.items[0].serial, 77);
	assert_int_equal(got.items[0].time, INT64_C(1728657531241));
	assert_int_equal(got.items[0].source, EVENT_SOURCE_JOURNAL);
	assert_string_equal(got.items[0].host, "web1");
	assert_false(got.items[0].is_foreign);
}

static void test_json_shapes(void **state)
{
	static const struct {
		const char *line;
		uint64_t events, malformed, other;
	} cases[] = {
		{"{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"audit: type=1326 audit(1.000:2): " JSON_FIELDS("1") "\"}", 1, 0, 0},
		{"\x1e{\"MESSAGE\":\"" JSON_FIELDS("1") "\"}", 1, 0, 0},
		/* "SECCOMP pid=1 syscall=1 code=0x0" as bytes */
		{"{\"MESSAGE\":[83,69,67,67,79,77,80,32,112,105,100,61,49,32,115,121,115,99,97,108,108,61,49,32,99,111,100,101,"
		 "61,48,120,48],\"x\":\"SECCOMP\"}", 1, 0, 0},
		{"{\"MESSAGE\":[\"SECCOMP pid=1 syscall=1 code=0x0\",\"second\"]}", 1, 0, 0},
		/* a process wrote that: the transport says so */
		{"{\"_TRANSPORT\":\"syslog\",\"MESSAGE\":\"audit: type=1326 audit(1.000:2): " JSON_FIELDS("1") "\"}", 0, 0, 1},
		{"{\"_TRANSPORT\":\"journal\",\"MESSAGE\":\"SECCOMP " JSON_FIELDS("1") "\"}", 0, 0, 1},
		{"{\"_TRANSPORT\":\"audit\",\"_AUDIT_TYPE\":\"1300\",\"MESSAGE\":\"SYSCALL syscall=59\"}", 0, 0, 1},
		{"{\"MESSAGE\":null,\"x\":\"1326\"}", 0, 0, 1},
		{"{\"MESSAGE\":[1,2,300],\"x\":\"1326\"}", 0, 0, 1},
		{"{\"MESSAGE\":\"hello\"}", 0, 0, 1},
		{"{\"MESSAGE\":\"SECCOMP pid=1\"}", 0, 1, 0},
		{"{\"MESSAGE\":\"SECCOMP pid=1", 0, 1, 0},
		{"{\"SECCOMP\"}", 0, 1, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(read_text(cases[i].line), 0);
		if (got.counts.events != cases[i].events || got.counts.malformed != cases[i].malformed ||
			got.counts.other != cases[i].other)
			fail_msg("%s: %lu %lu %lu", cases[i].line, (unsigned long)got.counts.events,
				(unsigned long)got.counts.malformed, (unsigned long)got.counts.other);
	}
}

static void test_foreign_journal(void **state)
{
	static const char line[] = "{\"_MACHINE_ID\":\"0123456789abcdef0123456789abcdef\",\"MESSAGE\":\"SECCOMP pid=1 "
				   "syscall=1 code=0x0\",\"_HOSTNAME\":\"web2\"}";

	got.machine_id = "0123456789abcdef0123456789abcdef";
	assert_int_equal(read_text(line), 0);
	assert_false(got.items[0].is_foreign);
	got.machine_id = "ffffffffffffffffffffffffffffffff";
	assert_int_equal(read_text(line), 0);
	assert_true(got.items[0].is_foreign);
}

static void test_export(void **state)
{
	static const char message[] = "SECCOMP " FIELDS("11") "\n";
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	uint64_t len = sizeof(message) - 1;

	text_add_str(&text, "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1728657531299000\n_TRANSPORT=audit\n_AUDIT_TYPE=1326\n"
			    "_AUDIT_ID=77\n_SOURCE_REALTIME_TIMESTAMP=1728657531241000\n_HOSTNAME=web1\nBLOB\n");
	/* a binary field that holds what looks like the end of an entry and a record */
	text_add(&text, (struct span){"\x0a\0\0\0\0\0\0\0", 8});
	text_add_str(&text, "\n\ntype=132\nMESSAGE\n");
	text_add(&text, (struct span){(const char *)&len, sizeof(len)});
	text_add_str(&text, message);
	text_add_str(&text, "\n\n__CURSOR=s=2\n_TRANSPORT=stdout\nMESSAGE=SECCOMP " FIELDS("12") "\n\n"
			    "__CURSOR=s=3\n_TRANSPORT=kernel\nMESSAGE=" KERNEL("78", "13") "\n");
	assert_int_equal(read_bytes(text.data, text.len), 0);
	assert_counts(2, 0, 0, 1);
	assert_int_equal(got.items[0].serial, 77);
	assert_int_equal(got.items[0].time, INT64_C(1728657531241));
	assert_int_equal(got.items[0].line, 1);
	assert_int_equal(got.items[1].serial, 78);
	assert_int_equal(got.items[1].pid, 13);
}

static void test_damaged_export(void **state)
{
	static const char cut[] = "__CURSOR=s=1\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7fSECCOMP";
	static const char odd[] = "__CURSOR=s=1\nnot a field\nMESSAGE=x\n\n__CURSOR=s=2\nMESSAGE=SECCOMP pid=1 syscall=1 code=0x0\n";

	assert_int_equal(read_bytes(cut, sizeof(cut) - 1), -EBADMSG);
	assert_int_equal(read_bytes(odd, sizeof(odd) - 1), 0);
	assert_counts(1, 0, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_empty, setup),
		cmocka_unit_test_setup(test_audit_log, setup),
		cmocka_unit_test_setup(test_companion, setup),
		cmocka_unit_test_setup(test_strange_bytes, setup),
		cmocka_unit_test_setup(test_long_lines, setup),
		cmocka_unit_test_setup(test_block_boundaries, setup),
		cmocka_unit_test_setup(test_callback_ends_reading, setup),
		cmocka_unit_test_setup(test_paths, setup),
		cmocka_unit_test_setup(test_gzip, setup),
		cmocka_unit_test_setup(test_damaged_gzip, setup),
		cmocka_unit_test_setup(test_folds, setup),
		cmocka_unit_test_setup(test_folds_end, setup),
		cmocka_unit_test_setup(test_folds_are_bounded, setup),
		cmocka_unit_test_setup(test_message_of_several_lines, setup),
		cmocka_unit_test_setup(test_twins, setup),
		cmocka_unit_test_setup(test_no_twins, setup),
		cmocka_unit_test_setup(test_many_unstamped, setup),
		cmocka_unit_test_setup(test_hosts, setup),
		cmocka_unit_test_setup(test_hosts_of_a_long_file, setup),
		cmocka_unit_test_setup(test_json, setup),
		cmocka_unit_test_setup(test_json_shapes, setup),
		cmocka_unit_test_setup(test_foreign_journal, setup),
		cmocka_unit_test_setup(test_export, setup),
		cmocka_unit_test_setup(test_damaged_export, setup),
	};

	return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
