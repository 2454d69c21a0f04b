/* SPDX-License-Identifier: MIT */
/* A profile learnt from records: over containers and runs, with what it cannot know, and proven. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>

#include "seccompwatch/learn.h"
#include "support/events_db.h"

/* libseccomp 2.5.4 itself loses memory when it joins some rules (src/db.c _db_tree_add). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp.so";
}

#define LOGGING \
	"{\"defaultAction\":\"SCMP_ACT_LOG\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":[" \
	"{\"names\":[\"getuid\",\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},{\"names\":[\"personality\",\"read\"],\"action\":" \
	"\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":18446744073709551615,\"op\":\"SCMP_CMP_EQ\"}]}]}"
#define X86_64 "3221225534"
#define I386   "1073741827"

/* Containers: 1 and 2 log by default, 3 permits by default, 4 has no known profile. */
static struct events_db *fill(void **state, const char *const *signatures, size_t n)
{
	struct events_db *f;

	assert_int_equal(events_db_setup(state), 0);
	f = *state;
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO profile VALUES (1, 'a', '%s'), (2, 'b', '{\"defaultAction\":\"SCMP_ACT_ALLOW\"}')", LOGGING);
	events_db_run(f->db, "INSERT INTO container (id, host, runtime, cid, name, spec, seq, profile) VALUES "
		"(1, 1, 1, 'aaaa', 'web', 1, 1, 1), (2, 1, 1, 'bbbb', 'web2', 1, 1, 1), (3, 1, 1, 'cccc', 'open', 1, 1, 2), "
		"(4, 1, 1, 'dddd', 'unknown', 0, 1, NULL)");
	for (size_t i = 0; i < n; i++) {
		events_db_signature(f, (int)i + 1, 1, signatures[i]);
		events_db_row(f, EVENTS_T0 + (int64_t)i * EVENTS_MINUTE, (int)i + 1, 100, 2, 0);
	}
	events_db_commit(f);
	return f;
}

#define SIG(container, action, code, arch, nr) container ", NULL, " action ", " code ", " arch ", " nr ", 0, 'app', '/app'"
#define LOG(container, arch, nr) SIG(container, "7", "2147221504", arch, nr)

static int make(const struct events_db *f, const char *containers, struct learn *l, struct text *why)
{
	struct query_filter filter = QUERY_FILTER_ANY;
	struct query *q = events_db_reader(f);
	int r;

	if (containers)
		events_db_filter(&filter, "container", containers);
	r = learn_make(q, &filter, PROFILE_MODEL_RUNC, l, why);
	/* Names of containers belong to the reader. */
	l->n_containers = r == 0 ? l->n_containers : 0;
	query_filter_free(&filter);
	query_close(q);
	return r;
}

static uint32_t ask(const struct profile *p, const char *name, uint64_t arg)
{
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	struct bpf_call call = {.arch = AUDIT_ARCH_X86_64, .args = {arg}};
	struct profile_host host = {.arch = profile_arch_from_name(SPAN("x86_64"))};
	struct profile_verdict v;

	assert_int_equal(profile_resolve(p, &host, &rules, NULL), 0);
	assert_int_equal(profile_compile(rules, PROFILE_MODEL_RUNC, &filter, NULL), 0);
	assert_int_equal(profile_call_number(host.arch, span_from(name), &call.nr), 0);
	profile_decide(filter, &call, &v);
	return v.action;
}

static bool warns(const struct learn *l, const char *part)
{
	for (size_t i = 0; i < l->n_cautions; i++)
		if (strstr(l->cautions[i], part))
			return true;
	return false;
}

static void learns_from_several(void **state)
{
	static const char *const signatures[] = {
		LOG("1", X86_64, "83"), LOG("2", X86_64, "84"), LOG("1", I386, "102"), LOG("2", X86_64, "257"),
		SIG("1", "4", "327680", X86_64, "101"),
	};
	CLEANUP_LEARN struct learn l = LEARN_EMPTY;
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct events_db *f = fill(state, signatures, ARRAY_SIZE(signatures));

	if (make(f, "web,web2", &l, &why))
		fail_msg("%s", why.data);
	assert_int_equal(profile_load_text(span_from(l.profile), NULL, &p, NULL), 0);
	assert_int_equal(p->n_notes, 0);
	/* recorded, kept, needed by runc; kept on its condition; denied; denied so that libc falls back */
	assert_int_equal(ask(p, "mkdir", 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "rmdir", 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "getuid", 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "execve", 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "rt_sigreturn", 0), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "personality", UINT64_MAX), SCMP_ACT_ALLOW);
	assert_int_equal(ask(p, "personality", 8), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(p, "ptrace", 0), SCMP_ACT_ERRNO(1));
	assert_int_equal(ask(p, "openat2", 0), SCMP_ACT_ERRNO(38));
	assert_true(l.proven);
	assert_int_equal(l.n_unpermitted, 0);
	assert_int_equal(l.n_calls, 4);
	assert_int_equal(l.events, 8);
	assert_int_equal(l.denied, 2);
	assert_int_equal(l.n_containers, 2);
	assert_int_equal(l.n_kept, 3); /* getuid, read; personality */
	assert_true(l.first == EVENTS_T0 && l.newest == EVENTS_T0 + 3 * EVENTS_MINUTE);
	assert_true(warns(&l, "still growing"));
	assert_true(warns(&l, "2 violations were not logged but denied"));
	assert_true(warns(&l, "without a record"));
	assert_true(warns(&l, "x86_64") || warns(&l, "x86 and others"));
	events_db_teardown(state);
}

static void says_what_it_cannot_permit(void **state)
{
	static const char *const signatures[] = {LOG("4", X86_64, "83"), LOG("4", X86_64, "462"), LOG("4", X86_64, "3999")};
	CLEANUP_LEARN struct learn l = LEARN_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct events_db *f = fill(state, signatures, ARRAY_SIZE(signatures));

	assert_int_equal(make(f, NULL, &l, &why), 0);
	assert_false(l.proven);
	assert_true(warns(&l, "has no word for it"));
	assert_true(warns(&l, "number 3999 (x86_64)"));
	assert_true(warns(&l, "of 1 containers the profile in force is not known"));
	assert_true(l.calls[0].permitted);
	assert_false(l.calls[2].permitted);
	assert_int_equal(l.n_unpermitted, seccomp_syscall_resolve_name("mseal") == __NR_SCMP_ERROR ? 2 : 1);
	events_db_teardown(state);
}

static void refuses_what_teaches_nothing(void **state)
{
	static const char *const open[] = {LOG("3", X86_64, "83")};
	static const char *const denied[] = {SIG("1", "4", "327680", X86_64, "101")};
	CLEANUP_LEARN struct learn l = LEARN_EMPTY;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct events_db *f = fill(state, open, ARRAY_SIZE(open));

	assert_int_equal(make(f, NULL, &l, &why), -ENODATA);
	assert_non_null(strstr(why.data, "container open ran under a profile that permits by default"));
	events_db_teardown(state);
	text_reset(&why);
	f = fill(state, denied, ARRAY_SIZE(denied));
	assert_int_equal(make(f, NULL, &l, &why), -ENODATA);
	assert_non_null(strstr(why.data, "nothing was recorded under SCMP_ACT_LOG"));
	events_db_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_from_several),
		cmocka_unit_test(says_what_it_cannot_permit),
		cmocka_unit_test(refuses_what_teaches_nothing),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
