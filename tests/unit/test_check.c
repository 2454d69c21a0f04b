/* SPDX-License-Identifier: MIT */
#include "seccompwatch/check.h"

#include <libaudit.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "seccompwatch/control.h"

struct actions_case {
	const char *avail, *logged, *missing;
};

static const struct actions_case actions[] = {
	{"kill_process kill_thread trap errno user_notif trace log allow",
		"kill_process kill_thread trap errno user_notif trace log", ""},
	{"kill_process kill_thread trap errno log allow", "kill_process log", "kill_thread trap errno"},
	{"kill_process log allow", "", "kill_process log"},
	{"kill_process log allow", "log kill_process something_new", ""},
	{"trap allow", "trapped", "trap"},
	{"", "", ""},
	{"  log   allow ", "log", ""},
};

static void test_missing_actions(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		CLEANUP_TEXT struct text missing = TEXT_EMPTY;

		check_missing_actions(span_from(actions[i].avail), span_from(actions[i].logged), &missing);
		assert_string_equal(missing.len ? missing.data : "", actions[i].missing);
	}
}

#define RULE_FIELDS 3

struct rule_case {
	const char *name;
	uint32_t list, n;
	uint32_t fields[RULE_FIELDS], ops[RULE_FIELDS], values[RULE_FIELDS];
	bool excludes;
};

static const struct rule_case rules[] = {
	{"-a always,exclude -F msgtype=SECCOMP", AUDIT_FILTER_EXCLUDE, 1, {AUDIT_MSGTYPE}, {AUDIT_EQUAL}, {1326}, true},
	{"-a always,exclude -F msgtype=CWD", AUDIT_FILTER_EXCLUDE, 1, {AUDIT_MSGTYPE}, {AUDIT_EQUAL}, {1307}, false},
	{"-a always,exclude -F msgtype!=CWD", AUDIT_FILTER_EXCLUDE, 1, {AUDIT_MSGTYPE}, {AUDIT_NOT_EQUAL}, {1307}, true},
	{"-a always,exclude -F msgtype!=SECCOMP", AUDIT_FILTER_EXCLUDE, 1, {AUDIT_MSGTYPE}, {AUDIT_NOT_EQUAL}, {1326},
		false},
	{"a range with it", AUDIT_FILTER_EXCLUDE, 2, {AUDIT_MSGTYPE, AUDIT_MSGTYPE},
		{AUDIT_GREATER_THAN_OR_EQUAL, AUDIT_LESS_THAN_OR_EQUAL}, {1300, 1326}, true},
	{"a range that ends before it", AUDIT_FILTER_EXCLUDE, 2, {AUDIT_MSGTYPE, AUDIT_MSGTYPE},
		{AUDIT_GREATER_THAN, AUDIT_LESS_THAN}, {1300, 1326}, false},
	{"of one user", AUDIT_FILTER_EXCLUDE, 2, {AUDIT_MSGTYPE, AUDIT_UID}, {AUDIT_EQUAL, AUDIT_EQUAL}, {1326, 33}, true},
	{"of one user, every type", AUDIT_FILTER_EXCLUDE, 1, {AUDIT_UID}, {AUDIT_EQUAL}, {33}, true},
	{"another list", AUDIT_FILTER_EXIT, 1, {AUDIT_MSGTYPE}, {AUDIT_EQUAL}, {1326}, false},
	{"more fields than there can be", AUDIT_FILTER_EXCLUDE, 65, {AUDIT_MSGTYPE}, {AUDIT_EQUAL}, {1326}, false},
};

static void test_rules(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule_case *c = &rules[i];
		struct audit_rule_data rule = {.flags = c->list, .action = AUDIT_ALWAYS, .field_count = c->n};

		for (size_t f = 0; f < RULE_FIELDS; f++) {
			rule.fields[f] = c->fields[f];
			rule.fieldflags[f] = c->ops[f];
			rule.values[f] = c->values[f];
		}
		if (control_rule_excludes(&rule) != c->excludes)
			fail_msg("%s", c->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_actions),
		cmocka_unit_test(test_rules),
	};
	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
