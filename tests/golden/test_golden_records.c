/* SPDX-License-Identifier: MIT */
/* Records of our own, captured from kernels while tests/live/violate ran, in the forms a host gives them:
 *
 *   audit_enriched, audit_raw   auditd 3.0.9, log_format ENRICHED and RAW, on 6.18 (x86_64, no LSM, no 32-bit entry)
 *   ausearch_interpreted        ausearch -i of audit_raw (LC_ALL=C, UTC)
 *   dmesg_iso                   dmesg --time-format iso on the same host
 *   dmesg_6_1, kmsg_6_1         Debian's 6.1 cloud kernel with AppArmor, in QEMU: dmesg and /dev/kmsg
 *
 * What each record must say is known from what the program did, not from the record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "live/violate.h"
#include "seccompwatch/files.h"
#include "seccompwatch/names.h"

static const struct truth {
	const char *comm, *arch, *syscall;
	uint32_t code;
	enum event_action action;
	enum event_mode mode;
	int sig, compat;
} truths[] = {
	{"v-log", "x86_64", "personality", 0x7ffc0000, EVENT_ACTION_LOG, EVENT_MODE_FILTER, 0, 0},
	{"v-errno", "x86_64", "mkdirat", 0x50000, EVENT_ACTION_ERRNO, EVENT_MODE_FILTER, 0, 0},
	{"v-trap", "x86_64", "keyctl", 0x30000, EVENT_ACTION_TRAP, EVENT_MODE_FILTER, 0, 0},
	{"v-trace", "x86_64", "unshare", 0x7ff00000, EVENT_ACTION_TRACE, EVENT_MODE_FILTER, 0, 0},
	{"v-user_notif", "x86_64", "mount", 0x7fc00000, EVENT_ACTION_USER_NOTIF, EVENT_MODE_FILTER, 0, 0},
	{"v-kill_thread", "x86_64", "bpf", 0, EVENT_ACTION_KILL_THREAD, EVENT_MODE_FILTER, 31, 0},
	{"v-kill_process", "x86_64", "socket", 0x80000000, EVENT_ACTION_KILL_PROCESS, EVENT_MODE_FILTER, 31, 0},
	{"v-strict", "x86_64", "getpid", 0, EVENT_ACTION_KILL_THREAD, EVENT_MODE_STRICT, 9, 0},
	{"v-unknown", "x86_64", "acct", 0x12340000, EVENT_ACTION_UNKNOWN, EVENT_MODE_FILTER, 31, 0},
	{"v-i386", "x86", "mkdirat", 0x7ffc0000, EVENT_ACTION_LOG, EVENT_MODE_FILTER, 0, 1},
	{"v-x32", "x32", "getpid", 0x7ffc0000, EVENT_ACTION_LOG, EVENT_MODE_FILTER, 0, 0},
	/* the hostile one; the kernel cuts the name it gave itself */
	{NULL, "x86_64", "personality", 0x7ffc0000, EVENT_ACTION_LOG, EVENT_MODE_FILTER, 0, 0},
};

static const struct file {
	const char *name;
	unsigned events;
	enum event_source source;
	const char *exe;
	const char *subj;
	bool is_interpreted;
} files[] = {
	{"audit_enriched", 11, EVENT_SOURCE_AUDIT_LOG, "/usr/local/bin/violate", NULL, false},
	{"audit_raw", 11, EVENT_SOURCE_AUDIT_LOG, "/usr/local/bin/violate", NULL, false},
	{"ausearch_interpreted", 11, EVENT_SOURCE_AUDIT_LOG, "/usr/local/bin/violate", NULL, true},
	{"dmesg_iso", 10, EVENT_SOURCE_KMSG, "/usr/local/bin/violate", NULL, false},
	{"dmesg_6_1", 12, EVENT_SOURCE_KMSG, "/usr/bin/violate", "unconfined", false},
	{"kmsg_6_1", 12, EVENT_SOURCE_KMSG, "/usr/bin/violate", "unconfined", false},
};

struct seen {
	const struct file *file;
	uint32_t kinds; /* 1 << row of truths */
};

static bool is_text(const struct event *ev, struct event_text text, const char *want)
{
	return span_equal(event_span(ev, text), span_from(want));
}

static size_t truth_of(const struct event *ev)
{
	size_t i = 0;

	while (truths[i].comm && !is_text(ev, ev->comm, truths[i].comm))
		i++;
	return i;
}

/* Its comm and exe begin, or end, as the program chose them; ausearch shows control bytes as octal. */
static void check_hostile(const struct event *ev, bool is_interpreted)
{
	const size_t comm = strcspn(VIOLATE_HOSTILE_COMM, "\033");
	const char *exe_tail = strchr(VIOLATE_HOSTILE_FILE, '\n') + 1;
	struct span exe = event_span(ev, ev->exe);

	assert_true(ev->comm.len >= comm);
	assert_memory_equal(event_span(ev, ev->comm).data, VIOLATE_HOSTILE_COMM, comm);
	assert_true(span_starts(exe, SPAN("/tmp/violate-")));
	assert_true(exe.len > strlen(exe_tail));
	assert_memory_equal(exe.data + exe.len - strlen(exe_tail), exe_tail, strlen(exe_tail));
	if (!is_interpreted)
		assert_non_null(memmem(exe.data, exe.len, VIOLATE_HOSTILE_FILE, strlen(VIOLATE_HOSTILE_FILE)));
}

/* ausearch 3.0 has one word for both kills; the signal still tells strict mode. */
static void check_action(const struct event *ev, const struct truth *t, bool is_interpreted)
{
	bool is_vague = is_interpreted && (t->code == 0 || t->code == 0x80000000);

	assert_int_equal(ev->has_code, !is_vague);
	if (!is_vague)
		assert_true(ev->code == t->code);
	if (!is_vague || t->mode == EVENT_MODE_STRICT)
		assert_int_equal(ev->action, t->action);
	assert_int_equal(event_outcome_of(ev->action), event_outcome_of(t->action));
	assert_int_equal(ev->mode, t->mode);
}

static void check_event(const struct event *ev, const struct truth *t, const struct file *f)
{
	assert_string_equal(names_arch(ev->arch, ev->syscall), t->arch);
	assert_string_equal(names_syscall(ev->arch, ev->syscall), t->syscall);
	check_action(ev, t, f->is_interpreted);
	assert_int_equal(ev->sig, t->sig);
	assert_int_equal(ev->compat, t->compat);
	assert_int_equal(ev->uid, 0);
	assert_int_equal(ev->gid, 0);
	assert_true(ev->auid == EVENT_UNSET && ev->ses == EVENT_UNSET);
	assert_true(ev->pid > 0 && ev->has_ip && ev->has_serial);
	assert_int_equal(ev->time_source, EVENT_TIME_AUDIT);
	assert_int_equal(ev->source, f->source);
	assert_int_equal(event_has(ev->subj), f->subj != NULL);
	if (f->subj)
		assert_true(is_text(ev, ev->subj, f->subj));
	if (!t->comm)
		check_hostile(ev, f->is_interpreted);
	else
		assert_true(is_text(ev, ev->exe, f->exe));
}

static int on_item(void *data, const struct files_item *item)
{
	struct seen *seen = data;
	size_t at;

	assert_int_equal(item->kind, FILES_EVENT);
	names_complete(item->event);
	at = truth_of(item->event);
	assert_false(seen->kinds & 1u << at);
	seen->kinds |= 1u << at;
	check_event(item->event, &truths[at], seen->file);
	return 0;
}

static void test_file(void **state)
{
	struct seen seen = {.file = *state};
	struct files_options options = {.now = INT64_C(1795500000000), .on_item = on_item, .data = &seen};
	struct files_counts counts;
	char path[128];

	snprintf(path, sizeof(path), "tests/golden/%s.txt", seen.file->name);
	assert_int_equal(files_read(path, &options, &counts), 0);
	assert_int_equal(counts.events, seen.file->events);
	assert_int_equal(counts.malformed, 0);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(files)];

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		tests[i] = (struct CMUnitTest){files[i].name, test_file, NULL, NULL, (void *)(uintptr_t)&files[i]};
	return cmocka_run_group_tests_name("golden records", tests, NULL, NULL);
}
