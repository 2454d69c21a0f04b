/* SPDX-License-Identifier: MIT */
/* record: every text form of a record, what each may lack, and what a hostile process may put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "seccompwatch/record.h"

#define STAMP "audit(1728657531.241:911): "
#define WHO   "auid=4294967295 uid=1000 gid=100 ses=4294967295 "
#define TAIL  "sig=31 arch=c000003e syscall=59 compat=0 ip=0x7f2461d1f050 code=0x80000000"

/* 2026-05-08T09:30:00Z */
static const struct record_context context = {
	.now = INT64_C(1778232600000), .line_time = CLOCK_NONE, .source = EVENT_SOURCE_AUDIT_LOG};

static struct event ev;

static int parse(const char *line)
{
	return record_parse(span_from(line), &context, &ev, NULL);
}

static void assert_text(struct event_text text, const char *want)
{
	assert_int_equal(event_has(text), want != NULL);
	if (!want)
		return;
	assert_int_equal(text.len, strlen(want));
	assert_memory_equal(event_span(&ev, text).data, want, text.len);
}

/* ---- the whole record ---- */

static void test_every_field(void **state)
{
	assert_int_equal(0, parse("type=SECCOMP msg=audit(1728657531.241:911): auid=1 uid=2 gid=3 ses=4 "
				  "subj=unconfined_u:unconfined_r:unconfined_t:s0 pid=40463 comm=\"el\" exe=\"/opt/e\" " TAIL));
	assert_int_equal(ev.time, INT64_C(1728657531241));
	assert_int_equal(ev.time_source, EVENT_TIME_AUDIT);
	assert_true(ev.has_serial);
	assert_int_equal(ev.serial, 911);
	assert_int_equal(ev.source, EVENT_SOURCE_AUDIT_LOG);
	assert_int_equal(ev.auid, 1);
	assert_int_equal(ev.uid, 2);
	assert_int_equal(ev.gid, 3);
	assert_int_equal(ev.ses, 4);
	assert_text(ev.subj, "unconfined_u:unconfined_r:unconfined_t:s0");
	assert_int_equal(ev.pid, 40463);
	assert_text(ev.comm, "el");
	assert_text(ev.exe, "/opt/e");
	assert_int_equal(ev.sig, 31);
	assert_true(ev.has_arch);
	assert_int_equal(ev.arch, 0xc000003e);
	assert_int_equal(ev.syscall, 59);
	assert_int_equal(ev.compat, 0);
	assert_true(ev.has_ip);
	assert_true(ev.ip == UINT64_C(0x7f2461d1f050));
	assert_true(ev.has_code);
	assert_true(ev.code == 0x80000000);
	assert_int_equal(ev.action, EVENT_ACTION_KILL_PROCESS);
	assert_int_equal(ev.mode, EVENT_MODE_FILTER);
	assert_false(ev.interpreted);
	assert_int_equal(ev.ppid, EVENT_NO_PID);
}

static void test_absent_fields_are_absent(void **state)
{
	assert_int_equal(0, parse("type=1326 " STAMP "syscall=-1"));
	assert_int_equal(ev.syscall, -1);
	assert_true(ev.uid == EVENT_UNSET && ev.gid == EVENT_UNSET && ev.auid == EVENT_UNSET && ev.ses == EVENT_UNSET);
	assert_int_equal(ev.pid, EVENT_NO_PID);
	assert_false(ev.has_arch || ev.has_code || ev.has_ip);
	assert_int_equal(ev.sig, -1);
	assert_int_equal(ev.compat, -1);
	assert_int_equal(ev.action, EVENT_ACTION_NONE);
	assert_text(ev.comm, NULL);
	assert_text(ev.exe, NULL);
	assert_text(ev.subj, NULL);
}

static void test_netlink_payload(void **state)
{
	static const char payload[] = STAMP WHO "pid=7 comm=\"sh\" exe=\"/bin/dash\" " TAIL;
	struct span with_nul = {payload, sizeof(payload)};

	assert_int_equal(0, record_parse_netlink(with_nul, &ev, NULL));
	assert_int_equal(ev.source, EVENT_SOURCE_NETLINK);
	assert_int_equal(ev.serial, 911);
	assert_int_equal(ev.pid, 7);
	assert_int_equal(RECORD_E_MALFORMED, record_parse_netlink(SPAN("auid=1 pid=7 syscall=1"), &ev, NULL));
	assert_int_equal(RECORD_E_MALFORMED, record_parse_netlink(SPAN("audit(1.000:1): pid=7"), &ev, NULL));
	assert_int_equal(RECORD_E_MALFORMED, record_parse_netlink(SPAN(""), &ev, NULL));
}

static void test_stamp(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t time;
		uint32_t serial;
	} cases[] = {
		{"audit(1728657531.241:911): x", 0, INT64_C(1728657531241), 911},
		{"audit(114.040:4294967295): ", 0, 114040, UINT32_MAX},
		{"audit(6914317446.261:390):", 0, INT64_C(6914317446261), 390},
		{"audit(0.000:0): ", 0, 0, 0},
		{"audit(1.001:4294967296): ", -EINVAL, 0, 0},
		{"audit(99999999999.000:1): ", -EINVAL, 0, 0},
		{"audit(18446744073709551616.000:1): ", -EINVAL, 0, 0},
		{"audit(-1.000:1): ", -EINVAL, 0, 0},
		{"audit(1.000:): ", -EINVAL, 0, 0},
		{"audit(1.000:1", -EINVAL, 0, 0},
		{"audit(", -EINVAL, 0, 0},
		{"", -EINVAL, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t time = 0;
		uint32_t serial = 0;
		struct span rest;

		assert_int_equal(cases[i].r, record_parse_stamp(span_from(cases[i].text), &time, &serial, &rest));
		assert_true(time == cases[i].time && serial == cases[i].serial);
	}
}

/* ---- outcomes ---- */

static void test_outcomes(void **state)
{
	static const struct {
		const char *line;
		int outcome;
	} cases[] = {
		{"type=SECCOMP msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" " TAIL, 0},
		{"node=web1 type=SECCOMP msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" " TAIL, 0},
		{"type=SECCOMP msg=audit(...): pid=1 comm=\"a\" " TAIL, 0},
		{"audit: type=1326 … comm=\"a\" sig=31 syscall=5", 0},
		{"comm=\"a\" sig=31 arch=c000003e syscall=5 code=0x0", 0},
		/* other */
		{"", RECORD_E_OTHER},
		{"hello", RECORD_E_OTHER},
		{"type=SYSCALL msg=" STAMP "arch=c000003e syscall=59 success=yes exit=0", RECORD_E_OTHER},
		{"type=13260 " STAMP "pid=1 " TAIL, RECORD_E_OTHER},
		{"type=1400 " STAMP "apparmor=\"DENIED\" comm=\"x\" name=\"type=1326 audit(1.0:1): pid=1 syscall=1\"", RECORD_E_OTHER},
		{"type=USER_LOGIN msg=" STAMP "acct=\"type=SECCOMP msg=audit(1.000:1): pid=1 syscall=1\"", RECORD_E_OTHER},
		{"type=ANOM_ABEND msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" sig=31 res=1", RECORD_E_OTHER},
		{"type=1701 " STAMP "pid=1 comm=\"a\" reason=\"memory violation\" sig=11 syscall=3", RECORD_E_OTHER},
		{"audit: seccomp action=kill pid=1 comm=\"a\" sig=31 syscall=257 arch=c000003e", RECORD_E_OTHER},
		{"auid=0 uid=0 pid=1 comm=\"a\" sig=31 syscall=257", RECORD_E_OTHER},
		{"type=SECCOMP msg=" STAMP "pid=1 comm=\"a\" sig=0 syscall=2 code=0x7fff0000", RECORD_E_OTHER},
		/* another program's text in a syslog file */
		{"Jul  6 15:37:40 h sshd[9]: Invalid user audit: type=1326 " STAMP "pid=1 syscall=1 from", RECORD_E_OTHER},
		{"Jul  6 15:37:40 h app: x SECCOMP auid=0 pid=1 syscall=1", RECORD_E_OTHER},
		/* malformed */
		{"type=SECCOMP", RECORD_E_MALFORMED},
		{"type=1326 syscall=1", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=" STAMP, RECORD_E_MALFORMED},
		{"type=SECCOMP msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/us", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" sig=31 arch=c000003e syscall=5", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=" STAMP "pid=1 comm=\"a\" sig=31 syscall=", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=" STAMP "pid=1 comm=\"a\" sig=31 syscall=x", RECORD_E_OTHER - 1},
		{"type=SECCOMP msg=" STAMP "pid=1 comm=\"a\" sig=31 syscall=99999999999999999999 code=0x0", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=audit(1.0:99999999999): pid=1 syscall=1", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=audit(99999999999999999999.0:1): pid=1 syscall=1", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=audit(13/13/2026 00:00:00.000:1): pid=1 syscall=1", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=audit(02/03/5026 00:00:00.000:1): pid=1 syscall=1", RECORD_E_MALFORMED},
		{"type=SECCOMP msg=audit(02/03/1926 00:00:00.000:1): pid=1 syscall=1", RECORD_E_MALFORMED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = NULL;
		int r = record_parse(span_from(cases[i].line), &context, &ev, &why);

		if (r != cases[i].outcome)
			fail_msg("%s: %d, not %d (%s)", cases[i].line, r, cases[i].outcome, why ? why : "");
		if (r != 0)
			assert_non_null(why);
	}
}

/* A number that is none is absent; it never takes the rest of the record with it. */
static void test_wrong_numbers(void **state)
{
	assert_int_equal(0, parse("type=1326 " STAMP "auid4294967295 uid=invalid gid=-1 ses= pid=99999999999 comm=\"a\" "
				  "exe=\"/a\" sig=3x arch=c000003e99 syscall=7 compat=2 ip=0x7f... code=0x123456789"));
	assert_true(ev.uid == EVENT_UNSET && ev.gid == EVENT_UNSET && ev.ses == EVENT_UNSET);
	assert_int_equal(ev.pid, EVENT_NO_PID);
	assert_text(ev.comm, "a");
	assert_int_equal(ev.sig, -1);
	assert_false(ev.has_arch || ev.has_ip || ev.has_code);
	assert_int_equal(ev.compat, -1);
	assert_int_equal(ev.syscall, 7);
}

static void test_cut_inside_ip(void **state)
{
	assert_int_equal(0, parse("type=1326 " STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" sig=31 arch=c000003e syscall=5 "
				  "compat=0 ip=0x7f24"));
	assert_false(ev.has_ip);
}

/* ---- codes ---- */

static void test_codes(void **state)
{
	static const struct {
		const char *tail;
		enum event_action action;
		uint32_t code;
		int error;
		enum event_mode mode;
	} cases[] = {
		{"sig=31 syscall=1 code=0x80000000", EVENT_ACTION_KILL_PROCESS, 0x80000000, 0, EVENT_MODE_FILTER},
		{"sig=31 syscall=1 code=0x0", EVENT_ACTION_KILL_THREAD, 0, 0, EVENT_MODE_FILTER},
		{"sig=9 syscall=1 code=0x0", EVENT_ACTION_KILL_THREAD, 0, 0, EVENT_MODE_STRICT},
		{"sig=0 syscall=1 code=0x30000", EVENT_ACTION_TRAP, 0x30000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x50000", EVENT_ACTION_ERRNO, 0x50000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x50026", EVENT_ACTION_ERRNO, 0x50026, 38, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x7fc00000", EVENT_ACTION_USER_NOTIF, 0x7fc00000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x7ff00000", EVENT_ACTION_TRACE, 0x7ff00000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x7ffc0000", EVENT_ACTION_LOG, 0x7ffc0000, 0, EVENT_MODE_FILTER},
		{"sig=31 syscall=1 code=0xffff0000", EVENT_ACTION_UNKNOWN, 0xffff0000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x7ffc0000AUID=\"unset\"", EVENT_ACTION_LOG, 0x7ffc0000, 0, EVENT_MODE_FILTER},
		{"sig=31 syscall=1 code=0x0AUID=\"unset\"", EVENT_ACTION_KILL_THREAD, 0, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=0x50000\x1d" "AUID=\"u\" SYSCALL=x", EVENT_ACTION_ERRNO, 0x50000, 0, EVENT_MODE_FILTER},
		{"sig=0 syscall=1 code=SECCOMP_RET_ERRNO", EVENT_ACTION_ERRNO, 0x50000, 0, EVENT_MODE_FILTER},
		{"sig=SIGSYS syscall=1 code=kill-process", EVENT_ACTION_KILL_PROCESS, 0x80000000, 0, EVENT_MODE_FILTER},
		{"sig=SIG0 syscall=1 code=user-notify", EVENT_ACTION_USER_NOTIF, 0x7fc00000, 0, EVENT_MODE_FILTER},
		{"sig=SIGSYS syscall=1 code=unknown-seccomp-code(0x12340000)", EVENT_ACTION_UNKNOWN, 0x12340000, 0,
			EVENT_MODE_FILTER},
	};
	char line[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(line, sizeof(line), "type=1326 " STAMP "pid=1 comm=\"a\" %s", cases[i].tail);
		assert_int_equal(0, parse(line));
		assert_true(ev.has_code);
		assert_int_equal(ev.action, cases[i].action);
		assert_true(ev.code == cases[i].code);
		assert_int_equal(ev.error, cases[i].error);
		assert_int_equal(ev.mode, cases[i].mode);
	}
}

/* What ausearch 3.0 writes for both kills says neither. */
static void test_code_kill(void **state)
{
	assert_int_equal(0, parse("type=1326 " STAMP "pid=1 sig=SIGSYS syscall=read code=kill"));
	assert_false(ev.has_code);
	assert_int_equal(ev.action, EVENT_ACTION_UNKNOWN);
	assert_int_equal(event_outcome_of(ev.action), EVENT_OUTCOME_KILLED);
	assert_int_equal(0, parse("type=1326 " STAMP "pid=1 sig=SIGKILL syscall=read code=kill"));
	assert_int_equal(ev.action, EVENT_ACTION_KILL_THREAD);
	assert_int_equal(ev.mode, EVENT_MODE_STRICT);
}

/* ---- texts ---- */

static void test_names(void **state)
{
	static const struct {
		const char *fields;
		const char *comm, *exe, *subj;
	} cases[] = {
		{"comm=\"sh\" exe=\"/bin/dash\"", "sh", "/bin/dash", NULL},
		{"comm=6D7920617070 exe=2F6F70742F6D79206170702F62696E", "my app", "/opt/my app/bin", NULL},
		{"comm=22 exe=0A", "\"", "\n", NULL},
		{"comm=\"\" exe=(null)", "", NULL, NULL},
		/* a process may well be called that */
		{"comm=\"(null)\" exe=\"/\"", "(null)", "/", NULL},
		{"comm=6D7 exe=sh", "6D7", "sh", NULL},
		{"comm=cafe exe=BEEF", "cafe", "\xbe\xef", NULL},
		{"subj==docker-default (enforce) comm=\"a\" exe=\"b\"", "a", "b", "docker-default"},
	};
	char line[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(line, sizeof(line), "type=1326 " STAMP WHO "%s " TAIL, cases[i].fields);
		assert_int_equal(0, parse(line));
		assert_text(ev.comm, cases[i].comm);
		assert_text(ev.exe, cases[i].exe);
		assert_text(ev.subj, cases[i].subj);
	}
}

static void test_subj(void **state)
{
	static const struct {
		const char *subj, *want;
		int ppid;
	} cases[] = {
		{"docker-default", "docker-default", EVENT_NO_PID},
		{"=docker-default (enforce)", "docker-default (enforce)", EVENT_NO_PID},
		{"=a//null-/bin/sleep (complain)", "a//null-/bin/sleep (complain)", EVENT_NO_PID},
		{"system_u:system_r:container_t:s0:c83,c152", "system_u:system_r:container_t:s0:c83,c152", EVENT_NO_PID},
		{"?", "?", EVENT_NO_PID},
		{"(null)", NULL, EVENT_NO_PID},
		{"", NULL, EVENT_NO_PID},
		/* some syslogs add it */
		{"u:r:cros_browser:s0 ppid=4843", "u:r:cros_browser:s0", 4843},
		/* a label that holds blanks may hold fields */
		{"x pid=1 comm=\"root\" exe=\"/sbin/init\" sig=0 syscall=1 code=0x7ffc0000",
			"x pid=1 comm=\"root\" exe=\"/sbin/init\" sig=0 syscall=1 code=0x7ffc0000", EVENT_NO_PID},
		{"x\" pid=1 comm=\"", "x\" pid=1 comm=\"", EVENT_NO_PID},
		{"x ppid=1", "x ppid=1", EVENT_NO_PID},
		{":ns:x ppid=1", ":ns:x ppid=1", EVENT_NO_PID},
	};
	char line[512];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(line, sizeof(line), "type=1326 " STAMP WHO "subj=%s pid=77 comm=\"a\" exe=\"/a\" " TAIL,
			cases[i].subj);
		assert_int_equal(0, parse(line));
		assert_text(ev.subj, cases[i].want);
		assert_int_equal(ev.ppid, cases[i].ppid);
		assert_int_equal(ev.pid, 77);
		assert_text(ev.comm, "a");
		assert_text(ev.exe, "/a");
		assert_int_equal(ev.syscall, 59);
		assert_true(ev.code == 0x80000000);
	}
}

/* What a process calls itself, as the kernel would write it, never changes another field. */
static void test_hostile_names(void **state)
{
	static const char *const names[] = {
		"x sig=0", "\" sig=0 x=\"", "a\" exe=\"/bin/su", "syscall=1", "x\nsyscall=1", "pid=1", " pid=1 ",
		"x\x1d" "code=0x0", "type=1326", "'\"`*", "\\\"", "\xff\xfe", "exe=/bin/su", "AUID=\"root\"",
	};
	char line[1024], hex[64];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		for (size_t b = 0; b <= strlen(names[i]); b++)
			snprintf(hex + 2 * b, 3, "%02X", (unsigned char)names[i][b]);
		hex[2 * strlen(names[i])] = '\0';
		snprintf(line, sizeof(line), "type=SECCOMP msg=" STAMP WHO "subj=unconfined pid=9 comm=%s exe=%s " TAIL, hex,
			hex);
		assert_int_equal(0, parse(line));
		assert_text(ev.subj, "unconfined");
		assert_int_equal(ev.pid, 9);
		assert_text(ev.comm, names[i]);
		assert_text(ev.exe, names[i]);
		assert_int_equal(ev.sig, 31);
		assert_int_equal(ev.syscall, 59);
		assert_true(ev.code == 0x80000000);
	}
}

/* ---- interpreted text ---- */

static void test_interpreted(void **state)
{
	int64_t want;

	assert_int_equal(0, parse("type=SECCOMP msg=audit(08/05/2026 11:52:07.114:3319) : auid=unset uid=unknown(10001) "
				  "gid=nginx ses=unset pid=52140 comm=sh exe=/bin/busybox sig=SIGSYS arch=x86_64 "
				  "syscall=ptrace compat=0 ip=0x7f1a2b3c4d5e code=kill-process"));
	assert_true(ev.interpreted);
	assert_int_equal(0, clock_parse_rfc3339(SPAN("2026-08-05T11:52:07.114"), &want));
	assert_true(ev.time == want);
	assert_int_equal(ev.serial, 3319);
	assert_int_equal(ev.uid, 10001);
	assert_true(ev.gid == EVENT_UNSET && ev.auid == EVENT_UNSET);
	assert_text(ev.comm, "sh");
	assert_text(ev.exe, "/bin/busybox");
	assert_text(ev.arch_name, "x86_64");
	assert_text(ev.syscall_name, "ptrace");
	assert_int_equal(ev.sig, 31);
	assert_true(ev.syscall == EVENT_NO_SYSCALL);
}

static void test_interpreted_dates(void **state)
{
	static const struct {
		const char *date, *iso;
	} cases[] = {
		{"08/05/2026 11:52:07.114", "2026-08-05T11:52:07.114"},
		{"08/05/26 11:52:07.114", "2026-08-05T11:52:07.114"},
		{"28/05/2026 11:52:07.114", "2026-05-28T11:52:07.114"},
		{"05.08.2026 11:52:07.114", "2026-08-05T11:52:07.114"},
		{"2026-08-05 11:52:07.114", "2026-08-05T11:52:07.114"},
	};
	char line[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t want;

		snprintf(line, sizeof(line), "type=SECCOMP msg=audit(%s:7) : pid=1 syscall=read", cases[i].date);
		assert_int_equal(0, clock_parse_rfc3339(span_from(cases[i].iso), &want));
		assert_int_equal(0, parse(line));
		assert_true(ev.time == want);
	}
}

/* ausearch -i decodes comm and exe and does not quote them. */
static void test_hostile_interpreted(void **state)
{
	static const struct {
		const char *comm, *exe, *want_comm, *want_exe;
	} cases[] = {
		{"my app", "/opt/my app", "my app", "/opt/my app"},
		{"x sig=SIGKILL", "/a", "x sig=SIGKILL", "/a"},
		{"x", "/a sig=SIGKILL arch=i386 syscall=read compat=0 ip=0x0 code=log",
			"x", "/a sig=SIGKILL arch=i386 syscall=read compat=0 ip=0x0 code=log"},
		{"pid=1 uid=0", "/a pid=1 comm=b", "pid=1 uid=0", "/a pid=1 comm=b"},
		/* where comm ends is the process' choice; its exe never reads as another program's whole path */
		{"x exe=/bin/su", "/a", "x", "/bin/su exe=/a"},
	};
	char line[1024];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(line, sizeof(line), "type=SECCOMP msg=audit(08/05/2026 11:52:07.114:3319) : auid=unset uid=root "
			"gid=root ses=unset subj=unconfined pid=9 comm=%s exe=%s sig=SIGSYS arch=x86_64 syscall=ptrace "
			"compat=0 ip=0x7f1a code=kill-process", cases[i].comm, cases[i].exe);
		assert_int_equal(0, parse(line));
		assert_text(ev.comm, cases[i].want_comm);
		assert_text(ev.exe, cases[i].want_exe);
		assert_text(ev.subj, "unconfined");
		assert_int_equal(ev.uid, 0);
		assert_int_equal(ev.pid, 9);
		assert_int_equal(ev.sig, 31);
		assert_text(ev.syscall_name, "ptrace");
		assert_true(ev.code == 0x80000000);
	}
}

/* ---- prefixes ---- */

#define RECORD "audit: type=1326 " STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" " TAIL
#define SAID   "SECCOMP " WHO "pid=1 comm=\"a\" exe=\"/a\" " TAIL

static void test_prefixes(void **state)
{
	static const struct {
		const char *line, *host, *text_time;
		enum event_source source;
	} cases[] = {
		{RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"[  369.669452] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"[  +1,261094] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"[mer. 22 oct. 16:59:18 2025] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"[  161.141077][   T26] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"<5>[  161.141077] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"6,1234,5678,-;" RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"kernel: " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"> " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"#" RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"[   92.39] general protection fault: 0000 [#1] [ 387.81] " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"14:02:39 kernel: " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
		{"Jul  6 15:37:40 web1 kernel: [36.6] " RECORD, "web1", "2025-07-06T15:37:40", EVENT_SOURCE_KMSG},
		{"<5>Jan 15 16:27:18.25 web1 kernel: [36.6][  T55] " RECORD, "web1", "2026-01-15T16:27:18.25", EVENT_SOURCE_KMSG},
		{"Feb 29 00:00:00 web1 kernel: " RECORD, "web1", "2024-02-29T00:00:00", EVENT_SOURCE_KMSG},
		{"May  8 02:00:00 web1 audit[1]: " SAID, "web1", "2026-05-08T02:00:00", EVENT_SOURCE_JOURNAL},
		{"Mär 04 19:57:53 web1 audit[1]: " SAID, "web1", "2026-03-04T19:57:53", EVENT_SOURCE_JOURNAL},
		{"août 04 19:57:53 web1 audit[1]: " SAID, "web1", NULL, EVENT_SOURCE_JOURNAL},
		{"Jul 19 10:54:26 audit[1]: " SAID, NULL, "2025-07-19T10:54:26", EVENT_SOURCE_JOURNAL},
		{"audit[1]: " SAID, NULL, NULL, EVENT_SOURCE_JOURNAL},
		{SAID, NULL, NULL, EVENT_SOURCE_JOURNAL},
		{"2025-08-25T07:54:39.281965+00:00 web1 kernel: " RECORD, "web1", "2025-08-25T07:54:39.281Z", EVENT_SOURCE_KMSG},
		{"2025-08-25T07:54:39+0200 web1 audit[1]: " SAID, "web1", "2025-08-25T05:54:39Z", EVENT_SOURCE_JOURNAL},
		{"2020-06-21T23:17:27.098+00:00 INFO test[1]: " SAID, NULL, "2020-06-21T23:17:27.098Z", EVENT_SOURCE_JOURNAL},
		{"Mon 2025-08-25 07:54:39 UTC web1 kernel: " RECORD, "web1", "2025-08-25T07:54:39Z", EVENT_SOURCE_KMSG},
		{"Mon 2025-08-25 07:54:39.123456 CEST web1 kernel: " RECORD, "CEST", "2025-08-25T07:54:39.123", EVENT_SOURCE_KMSG},
		{"1756108479.281965 web1 kernel: " RECORD, "web1", "2025-08-25T07:54:39.281Z", EVENT_SOURCE_KMSG},
		{"2025-08-25T07:54:39Z web1 audisp-syslog: type=SECCOMP msg=" STAMP WHO "pid=1 comm=\"a\" exe=\"/a\" " TAIL,
			"web1", "2025-08-25T07:54:39Z", EVENT_SOURCE_AUDIT_LOG},
		{"10.5.0.3: kern:  notice: [2022-07-28T11:49:44.873619063Z]: " RECORD, NULL, NULL, EVENT_SOURCE_KMSG},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t want = CLOCK_NONE;

		if (parse(cases[i].line) != 0)
			fail_msg("not a record: %s", cases[i].line);
		if (cases[i].text_time)
			assert_int_equal(0, clock_parse_rfc3339(span_from(cases[i].text_time), &want));
		if (ev.text_time != want)
			fail_msg("%s: %lld", cases[i].line, (long long)ev.text_time);
		assert_text(ev.prefix_host, cases[i].host);
		assert_int_equal(ev.source, cases[i].source);
		assert_int_equal(ev.pid, 1);
		assert_int_equal(ev.syscall, 59);
	}
}

static void test_time_without_stamp(void **state)
{
	struct record_context carried = context;

	assert_int_equal(0, parse("2025-08-25T07:54:39+00:00 web1 audit[1]: " SAID));
	assert_int_equal(ev.time_source, EVENT_TIME_TEXT);
	assert_true(ev.time == ev.text_time);
	assert_int_equal(0, parse(SAID));
	assert_int_equal(ev.time_source, EVENT_TIME_UNKNOWN);
	assert_true(ev.time == context.now);
	carried.line_time = 12345;
	assert_int_equal(0, record_parse(SPAN(SAID), &carried, &ev, NULL));
	assert_int_equal(ev.time_source, EVENT_TIME_TEXT);
	assert_true(ev.time == 12345);
}

/* ---- damage ---- */

static void test_hand_damaged(void **state)
{
	assert_int_equal(0, parse("type=SECCOMP msg=" STAMP WHO "pid=4 comm=\"a\" exe=\"/a\" sig=31 arch=c000003e "
				  "**syscall=296** compat=0 ip=0x7f code=0x0AUID=\"user\" ARCH=x86_64 **SYSCALL=pwritev**"));
	assert_int_equal(ev.syscall, 296);
	assert_int_equal(ev.action, EVENT_ACTION_KILL_THREAD);
	assert_int_equal(0, parse("Log: auid=1000 uid=1000 gid=1000 ses=2 pid=9794 comm=\"e\" exe=\"/e\" sig=0 "
				  "arch=c000003e 330(pkey_alloc) compat=0 ip=0x79 code=0x50000"));
	assert_int_equal(ev.syscall, 330);
	assert_int_equal(0, parse("[10.430885] audit: type=1326 " STAMP "auid-4294967295 uid=0 gid=0 ses=4 pid=1516 "
				  "conn=\"cupsd\" exe=\"/c\" sig=0 arch=c000003e syscall=93 compat=0 ip=0x7f code=0x50000"));
	assert_text(ev.comm, NULL);
	assert_text(ev.exe, "/c");
	assert_int_equal(0, parse("audit: type=1326 " STAMP WHO "pid=4 comm=\"a\" sig=31 arch=aarch64 syscall=165 code=0x0"));
	assert_text(ev.arch_name, "aarch64");
	assert_int_equal(ev.syscall, 165);
}

static void test_kernel_3_5(void **state)
{
	assert_int_equal(0, parse("[ 4534.257684] type=1701 " STAMP WHO "pid=7495 comm=\"chrome\" reason=\"seccomp\" sig=0 "
				  "syscall=2 compat=0 ip=0x7f5fd088aeb0 code=0x50002"));
	assert_int_equal(ev.action, EVENT_ACTION_ERRNO);
	assert_int_equal(ev.error, 2);
	assert_false(ev.has_arch);
	assert_text(ev.exe, NULL);
}

static void test_node(void **state)
{
	assert_int_equal(0, parse("node=web1.example type=SECCOMP msg=" STAMP WHO "pid=4 comm=\"a\" exe=\"/a\" " TAIL));
	assert_text(ev.node, "web1.example");
}

/* ---- companions ---- */

static void test_amend(void **state)
{
	static const char line[] =
		"type=SYSCALL msg=audit(1728657531.241:911): arch=c000003e syscall=41 success=no exit=-1 a0=2 a1=80001 a2=0 "
		"a3=7ffd items=0 ppid=812 pid=40463 auid=0 comm=\"a3=9 ppid=1\" exe=\"/a\"";
	struct record_amend amend;

	assert_int_equal(0, record_parse_amend(SPAN(line), 0, &amend));
	assert_true(amend.time == INT64_C(1728657531241));
	assert_int_equal(amend.serial, 911);
	assert_int_equal(amend.ppid, 812);
	assert_int_equal(amend.n_args, 4);
	assert_true(amend.args[0] == 2 && amend.args[1] == 0x80001 && amend.args[2] == 0 && amend.args[3] == 0x7ffd);
	assert_int_equal(amend.error, 1);
	assert_int_equal(0, record_parse_amend(SPAN("audit(1.000:2): arch=c000003e syscall=1 success=yes exit=5 a0=1"), 1300, &amend));
	assert_int_equal(amend.n_args, 0);
	assert_int_equal(amend.error, 0);
	assert_int_equal(amend.ppid, EVENT_NO_PID);
	assert_int_equal(RECORD_E_OTHER, record_parse_amend(SPAN("audit(1.000:2): proctitle=00"), 1327, &amend));
	assert_int_equal(RECORD_E_OTHER, record_parse_amend(SPAN("type=CWD msg=audit(1.000:2): cwd=\"/\""), 0, &amend));
	assert_int_equal(RECORD_E_OTHER, record_parse_amend(SPAN("type=SYSCALL msg=audit(x): a0=1"), 0, &amend));
	assert_int_equal(RECORD_E_OTHER, record_parse_amend(SPAN(""), 0, &amend));
}

/* Every cut of a record is parsed without a fault, and never as an event with another syscall. */
static void test_every_cut(void **state)
{
	static const char line[] = "Jul  6 15:37:40 h kernel: [1.2] audit: type=1326 " STAMP WHO
				   "subj==a (enforce) pid=9 comm=6D79 exe=\"/a\" " TAIL;
	char copy[sizeof(line)];

	for (size_t len = 0; len < sizeof(line); len++) {
		memcpy(copy, line, len);
		if (record_parse((struct span){copy, len}, &context, &ev, NULL) == 0)
			assert_int_equal(ev.syscall, 59);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_absent_fields_are_absent),
		cmocka_unit_test(test_netlink_payload),
		cmocka_unit_test(test_stamp),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_wrong_numbers),
		cmocka_unit_test(test_cut_inside_ip),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_code_kill),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_subj),
		cmocka_unit_test(test_hostile_names),
		cmocka_unit_test(test_interpreted),
		cmocka_unit_test(test_interpreted_dates),
		cmocka_unit_test(test_hostile_interpreted),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_time_without_stamp),
		cmocka_unit_test(test_hand_damaged),
		cmocka_unit_test(test_kernel_3_5),
		cmocka_unit_test(test_node),
		cmocka_unit_test(test_amend),
		cmocka_unit_test(test_every_cut),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
