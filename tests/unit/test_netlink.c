/* SPDX-License-Identifier: MIT */
#include "seccompwatch/netlink.h"

#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define TEXT "audit(1.000:7): auid=0"

struct unwrap_case {
	const char *name;
	size_t received; /* bytes, the header counted */
	uint32_t nlmsg_len;
	uint32_t sender;
	bool ok;
	size_t payload;
};

#define WHOLE (NLMSG_HDRLEN + sizeof(TEXT) - 1)

static const struct unwrap_case unwraps[] = {
	{"multicast: the length counts the header", WHOLE, WHOLE, 0, true, sizeof(TEXT) - 1},
	{"unicast: it does not", WHOLE, sizeof(TEXT) - 1, 0, true, sizeof(TEXT) - 1},
	{"a length beyond what came", WHOLE, 100000, 0, true, sizeof(TEXT) - 1},
	{"the largest length", WHOLE, UINT32_MAX, 0, true, sizeof(TEXT) - 1},
	{"a length of nothing", WHOLE, 0, 0, true, 0},
	{"padding is no text", WHOLE + 3, WHOLE + 3, 0, true, sizeof(TEXT) - 1},
	{"only a header", NLMSG_HDRLEN, NLMSG_HDRLEN, 0, true, 0},
	{"less than a header", NLMSG_HDRLEN - 1, NLMSG_HDRLEN, 0, false, 0},
	{"nothing", 0, 0, 0, false, 0},
	{"from another process", WHOLE, WHOLE, 4711, false, 0},
};

static void test_unwrap(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(unwraps); i++) {
		const struct unwrap_case *c = &unwraps[i];
		struct nlmsghdr header = {.nlmsg_len = c->nlmsg_len, .nlmsg_type = 1326};
		struct netlink_message m;
		char data[256] = {0};

		memcpy(data, &header, sizeof(header));
		memcpy(data + NLMSG_HDRLEN, TEXT, sizeof(TEXT) - 1);
		if (netlink_unwrap(data, c->received, c->sender, &m) != c->ok)
			fail_msg("%s: taken or refused wrongly", c->name);
		if (!c->ok)
			continue;
		assert_int_equal(m.type, 1326);
		if (m.payload.len != c->payload || memcmp(m.payload.data, TEXT, c->payload) != 0)
			fail_msg("%s: payload of %zu bytes", c->name, m.payload.len);
	}
}

struct explain_case {
	int error;
	const char *cmdline;
	const char *names; /* must be said */
};

static const struct explain_case explains[] = {
	{-EPERM, "quiet", "CAP_AUDIT_READ"},
	{-EACCES, "quiet", "CAP_AUDIT_READ"},
	{-EPROTONOSUPPORT, "quiet audit=0\n", "audit=0"},
	{-EPROTONOSUPPORT, "audit=off quiet", "audit=0"},
	{-EPROTONOSUPPORT, "audit=0 audit=1", "CONFIG_AUDIT"},
	{-EPROTONOSUPPORT, "quiet xaudit=0", "CONFIG_AUDIT"},
	{-EINVAL, "", "CONFIG_AUDIT"},
	{-ENOPROTOOPT, "", "3.16"},
	{-EMFILE, "", "Too many open files"},
};

static void test_explain(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(explains); i++) {
		const struct explain_case *c = &explains[i];
		CLEANUP_TEXT struct text why = TEXT_EMPTY;

		netlink_explain(c->error, span_from(c->cmdline), &why);
		if (!why.data || !strstr(why.data, c->names))
			fail_msg("%d under \"%s\" says: %s", c->error, c->cmdline, why.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unwrap),
		cmocka_unit_test(test_explain),
	};
	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
