/* SPDX-License-Identifier: MIT */
/* Random profiles, the same for the same seed: few syscalls and few values, so that rules meet. */
#pragma once

#include "profile_calls.h"

static inline const char *random_action(struct calls_random *r)
{
	static const char *const actions[] = {
		"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRAP", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS",
	};

	return actions[calls_next(r) % ARRAY_SIZE(actions)];
}

static inline void random_arg(struct calls_random *r, struct text *t)
{
	static const char *const ops[] = {"NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"};
	static const uint64_t values[] = {0, 1, 5, 8, 40, 0xffffffff, 0x100000000, 0x100000005, 0x7e020000, UINT64_MAX,
		UINT64_C(1) << 63, 0xffffffff00000000};

	text_printf(t, "{\"index\":%u,\"op\":\"SCMP_CMP_%s\",\"value\":%llu,\"valueTwo\":%llu}", (unsigned)(calls_next(r) % 3),
		ops[calls_next(r) % ARRAY_SIZE(ops)], (unsigned long long)values[calls_next(r) % ARRAY_SIZE(values)],
		(unsigned long long)values[calls_next(r) % ARRAY_SIZE(values)]);
}

enum random_kind {
	RANDOM_APART,      /* each syscall in one rule only */
	RANDOM_ONE_ACTION, /* rules meet, but all have the same action */
	RANDOM_MIXED,      /* rules contradict each other */
};

static const char *const random_names[] = {"read", "socket", "clone", "personality", "semop", "ioctl", "mkdir", "accept4",
	"clone3", "arch_prctl", "futex_waitv", "open", "nosuchcall", "sendmsg", "shmget", "socketcall"};

static inline void random_rule(struct calls_random *r, struct text *t, const char *one_action, unsigned apart)
{
	unsigned n = (unsigned)(calls_next(r) % 4), size = ARRAY_SIZE(random_names);
	const char *action = one_action ? one_action : random_action(r);
	uint64_t first = calls_next(r), second = calls_next(r);

	text_printf(t, "{\"names\":[\"%s\",\"%s\"],", random_names[apart ? 2 * apart - 2 : first % size],
		random_names[apart ? MIN(2 * apart - 1, size - 2) : second % size]);
	/* Two conditions on one argument make two rules of one. */
	n = apart ? MIN(n, 1u) : n;
	if (!one_action && calls_next(r) % 2)
		text_printf(t, "\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":%u,\"args\":[", (unsigned)(calls_next(r) % 5));
	else
		text_printf(t, "\"action\":\"%s\",\"args\":[", action);
	for (unsigned i = 0; i < n; i++) {
		text_add_str(t, i ? "," : "");
		random_arg(r, t);
	}
	text_add_str(t, "]}");
}

static inline void random_profile(uint64_t seed, enum random_kind kind, struct text *ret)
{
	struct calls_random r = {.state = (seed + 1) * 0x9e3779b97f4a7c15u};
	const char *action = kind == RANDOM_ONE_ACTION ? random_action(&r) : NULL;
	unsigned n = 1 + (unsigned)(calls_next(&r) % 8);

	text_add_str(ret, "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":7,\"architectures\":[\"SCMP_ARCH_X86_64\"");
	if (calls_next(&r) % 2)
		text_add_str(ret, ",\"SCMP_ARCH_X86\"");
	if (calls_next(&r) % 3 == 0)
		text_add_str(ret, ",\"SCMP_ARCH_X32\"");
	text_add_str(ret, "],\"syscalls\":[");
	for (unsigned i = 0; i < n; i++) {
		text_add_str(ret, i ? "," : "");
		random_rule(&r, ret, action, kind == RANDOM_APART ? i + 1 : 0);
	}
	text_add_str(ret, "]}");
}
