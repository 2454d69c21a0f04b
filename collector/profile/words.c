/* SPDX-License-Identifier: MIT */
/* The words of profiles, as the OCI runtime-spec (config-linux.md), moby/profiles, containers/common and libseccomp's
 * seccomp.h spell them. */
#include "words.h"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <strings.h>

#define MAX_ERRNO 4095 /* include/linux/err.h; seccomp caps to it */

static const struct word actions[] = {
	{"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
	{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)},
	{"SCMP_ACT_TRACE", SCMP_ACT_TRACE(0)},
	{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
	{"SCMP_ACT_LOG", SCMP_ACT_LOG},
	{"SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY},
	{0},
};

/* libcontainer/configs/config.go: type Action int. */
static const uint32_t libcontainer_actions[] = {
	0, SCMP_ACT_KILL_THREAD, SCMP_ACT_ERRNO(0), SCMP_ACT_TRAP, SCMP_ACT_ALLOW, SCMP_ACT_TRACE(0), SCMP_ACT_LOG,
	SCMP_ACT_NOTIFY, SCMP_ACT_KILL_THREAD, SCMP_ACT_KILL_PROCESS,
};

static const struct word ops[] = {
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
	{0},
};

/* libcontainer/configs/config.go: type Operator int. */
static const int libcontainer_ops[] = {
	0, SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_GT, SCMP_CMP_GE, SCMP_CMP_LT, SCMP_CMP_LE, SCMP_CMP_MASKED_EQ,
};

const struct word words_flags[] = {
	{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
	{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
	{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
	{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 1u << 5},
	{0},
};

static const char *const format_names[PROFILE_FORMAT_N] = {
	[PROFILE_FORMAT_DOCKER] = "docker",
	[PROFILE_FORMAT_OCI] = "oci",
	[PROFILE_FORMAT_OCI_CONFIG] = "oci-config",
	[PROFILE_FORMAT_KUBERNETES] = "kubernetes",
	[PROFILE_FORMAT_KUBESCAPE] = "kubescape",
	[PROFILE_FORMAT_LIBCONTAINER] = "libcontainer",
};

const char *profile_format_name(enum profile_format format)
{
	return (unsigned)format < PROFILE_FORMAT_N ? format_names[format] : NULL;
}

const struct word *words_find(const struct word *table, struct span name)
{
	for (; table->name; table++)
		if (span_equal(span_from(table->name), name))
			return table;
	return NULL;
}

const char *profile_action_name(uint32_t action)
{
	/* KILL is the old name of KILL_THREAD: answer with the one that says what happens. */
	for (const struct word *w = actions + 1; w->name; w++)
		if (w->value == (action & SECCOMP_RET_ACTION_FULL))
			return w->name;
	return NULL;
}

int profile_action_from_name(struct span name, uint32_t *ret)
{
	const struct word *w = words_find(actions, name);

	if (!w)
		return -EINVAL;
	*ret = w->value;
	return 0;
}

/* A number is libcontainer's own (1 to 9), or the kernel's SECCOMP_RET_… value. */
int words_action_from_number(uint64_t number, uint32_t *ret, int32_t *ret_error)
{
	if (number > 0 && number < ARRAY_SIZE(libcontainer_actions)) {
		*ret = libcontainer_actions[number];
		return 0;
	}
	if (number > UINT32_MAX || number == 0 || !profile_action_name((uint32_t)number))
		return -EINVAL;
	if (!profile_action_has_errno((uint32_t)number) && number & SECCOMP_RET_DATA)
		return -EINVAL;
	*ret = (uint32_t)number & SECCOMP_RET_ACTION_FULL;
	if (profile_action_has_errno(*ret))
		*ret_error = (int32_t)(number & SECCOMP_RET_DATA);
	return 0;
}

bool profile_action_has_errno(uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRACE;
}

int profile_action_errno(uint32_t action)
{
	if ((action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO)
		return 0;
	return MIN((int)(action & SECCOMP_RET_DATA), MAX_ERRNO);
}

bool profile_action_executes(uint32_t action)
{
	action &= SECCOMP_RET_ACTION_FULL;
	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

const char *profile_op_name(int op)
{
	for (const struct word *w = ops; w->name; w++)
		if (w->value == (uint32_t)op)
			return w->name;
	return NULL;
}

int profile_op_from_name(struct span name)
{
	const struct word *w = words_find(ops, name);

	return w ? (int)w->value : -EINVAL;
}

int words_op_from_number(uint64_t number)
{
	return number > 0 && number < ARRAY_SIZE(libcontainer_ops) ? libcontainer_ops[number] : -EINVAL;
}

/* ---- errno ---- */

int words_errno(struct span name)
{
	for (int i = 1; i < 200; i++) {
		const char *known = strerrorname_np(i);
		if (known && span_equal(span_from(known), name))
			return i;
	}
	return -ENOENT;
}

const char *words_errno_name(int error)
{
	return strerrorname_np(error);
}

/* ---- did you mean ---- */

#define CLOSE_MAX 40

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c == '-' ? '_' : c;
}

static bool starts_like(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len > n && strncasecmp(s.data, prefix, n) == 0;
}

/* Levenshtein's distance, letters' case apart. */
static size_t distance(struct span a, struct span b)
{
	size_t row[CLOSE_MAX + 1];

	if (a.len > CLOSE_MAX || b.len > CLOSE_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t above = row[j], change = diagonal + (upper(a.data[i - 1]) != upper(b.data[j - 1]));
			row[j] = MIN(MIN(above, row[j - 1]) + 1, change);
			diagonal = above;
		}
	}
	return row[b.len];
}

/* What people write instead: tutorials, other tools, iptables. */
static const struct {
	const char *said, *meant;
} synonyms[] = {
	{"DENY", "SCMP_ACT_ERRNO"},
	{"BLOCK", "SCMP_ACT_ERRNO"},
	{"REJECT", "SCMP_ACT_ERRNO"},
	{"EPERM", "SCMP_ACT_ERRNO"},
	{"PERMIT", "SCMP_ACT_ALLOW"},
	{"ACCEPT", "SCMP_ACT_ALLOW"},
	{"AUDIT", "SCMP_ACT_LOG"},
	{"USER_NOTIF", "SCMP_ACT_NOTIFY"},
	{"ARM64", "SCMP_ARCH_AARCH64"},
	{"AMD64", "SCMP_ARCH_X86_64"},
	{"X64", "SCMP_ARCH_X86_64"},
	{"I386", "SCMP_ARCH_X86"},
	{"I686", "SCMP_ARCH_X86"},
	{"386", "SCMP_ARCH_X86"},
};

static const char *synonym(struct span given, const char *prefix)
{
	for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++)
		if (distance(given, span_from(synonyms[i].said)) == 0 &&
			span_starts(span_from(synonyms[i].meant), span_from(prefix)))
			return synonyms[i].meant;
	return NULL;
}

/* The word of the table that was most likely meant; NULL when none is near. */
const char *words_closest(const char *const *names, size_t n, const char *prefix, struct span given)
{
	const char *best = NULL;
	size_t least = SIZE_MAX, skip = strlen(prefix);

	if (starts_like(given, prefix))
		given = span_from_offset(given, skip);
	best = synonym(given, prefix);
	if (best)
		return best;
	for (size_t i = 0; i < n; i++) {
		size_t d = distance(given, span_from(names[i] + skip));
		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	/* Two letters changed places are two changes. */
	return least <= (given.len < 5 ? 1 : MAX((size_t)2, given.len / 3)) ? best : NULL;
}

static const char *closest_word(const struct word *table, const char *prefix, struct span given)
{
	const char *names[32];
	size_t n = 0;

	for (; table->name && n < ARRAY_SIZE(names); table++)
		names[n++] = table->name;
	return words_closest(names, n, prefix, given);
}

const char *words_closest_action(struct span given)
{
	return closest_word(actions, "SCMP_ACT_", given);
}

/* C's own spellings are what people think of first. */
const char *words_closest_op(struct span given)
{
	static const struct word signs[] = {
		{"==", SCMP_CMP_EQ}, {"=", SCMP_CMP_EQ}, {"!=", SCMP_CMP_NE}, {"<", SCMP_CMP_LT},
		{"<=", SCMP_CMP_LE}, {">", SCMP_CMP_GT}, {">=", SCMP_CMP_GE}, {"&", SCMP_CMP_MASKED_EQ}, {0},
	};
	const struct word *sign = words_find(signs, given);

	return sign ? profile_op_name((int)sign->value) : closest_word(ops, "SCMP_CMP_", given);
}

const char *words_closest_flag(struct span given)
{
	return closest_word(words_flags, "SECCOMP_FILTER_FLAG_", given);
}
