/* SPDX-License-Identifier: MIT */
/* record_words: the words that interpreted text has in place of numbers. */
#include <linux/seccomp.h>
#include <signal.h>

#include "record_internal.h"

int record_word_signal(struct span name)
{
	if (!span_starts(name, SPAN("SIG")))
		return -EINVAL;
	name = span_from_offset(name, 3);
	if (span_equal(name, SPAN("0")))
		return 0;
	for (int i = 1; i < NSIG; i++) {
		const char *abbrev = sigabbrev_np(i);

		if (abbrev && span_equal(name, span_from(abbrev)))
			return i;
	}
	return -EINVAL;
}

/* auparse writes kill-process, libseccomp SCMP_ACT_KILL_PROCESS, the kernel SECCOMP_RET_KILL_PROCESS. Plain "kill"
 * is not here: auparse 3.0 looks its names up without the code's highest bit and writes it for both kills. */
static const struct {
	const char *name;
	uint32_t code;
} actions[] = {
	{"kill_process", SECCOMP_RET_KILL_PROCESS},
	{"kill_thread", SECCOMP_RET_KILL_THREAD},
	{"trap", SECCOMP_RET_TRAP},
	{"errno", SECCOMP_RET_ERRNO},
	{"user_notif", SECCOMP_RET_USER_NOTIF},
	{"user_notify", SECCOMP_RET_USER_NOTIF},
	{"notify", SECCOMP_RET_USER_NOTIF},
	{"trace", SECCOMP_RET_TRACE},
	{"log", SECCOMP_RET_LOG},
	{"allow", SECCOMP_RET_ALLOW},
};

static bool same_word(struct span s, const char *name)
{
	for (size_t i = 0; i < s.len; i++, name++) {
		char c = s.data[i] >= 'A' && s.data[i] <= 'Z' ? (char)(s.data[i] | 0x20) : s.data[i];

		if ((c == '-' ? '_' : c) != *name)
			return false;
	}
	return *name == '\0';
}

static struct span without_prefix(struct span name)
{
	static const struct span prefixes[] = {SPAN("SECCOMP_RET_"), SPAN("SCMP_ACT_")};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (span_starts(name, prefixes[i]))
			return span_from_offset(name, prefixes[i].len);
	return name;
}

bool record_word_is_kill(struct span name)
{
	return same_word(without_prefix(name), "kill");
}

int record_word_action(struct span name, uint32_t *ret_code)
{
	name = without_prefix(name);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		if (same_word(name, actions[i].name)) {
			*ret_code = actions[i].code;
			return 0;
		}
	}
	return -EINVAL;
}
