/* SPDX-License-Identifier: MIT */
/* What a container may be given: capabilities (uapi/linux/capability.h), kernel versions. */
#include <strings.h>

#include "seccompwatch/profile.h"

static const char *const caps[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID",
	"CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST",
	"CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};

/* moby/moby oci/caps/defaults.go. */
static const char *const docker_caps[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
	"CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
	"CAP_AUDIT_WRITE",
};

const char *const *profile_default_caps(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(docker_caps);
	return docker_caps;
}

static const char *find_cap(struct span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		const char *bare = caps[i] + strlen("CAP_");
		if ((strlen(caps[i]) == word.len && strncasecmp(caps[i], word.data, word.len) == 0) ||
			(strlen(bare) == word.len && strncasecmp(bare, word.data, word.len) == 0))
			return caps[i];
	}
	return NULL;
}

static struct span next_word(struct span *text)
{
	const char *comma = text->len ? memchr(text->data, ',', text->len) : NULL;
	struct span word = {text->data, comma ? (size_t)(comma - text->data) : text->len};

	*text = span_from_offset(*text, word.len + (comma != NULL));
	return word;
}

static void add_all(const char **list, size_t *n, const char *const *more, size_t n_more)
{
	for (size_t i = 0; i < n_more; i++) {
		bool there = false;
		for (size_t j = 0; j < *n; j++)
			there |= list[j] == more[i] || strcmp(list[j], more[i]) == 0;
		if (!there)
			list[(*n)++] = more[i];
	}
}

static bool is_word(struct span word, const char *name)
{
	return strlen(name) == word.len && strncasecmp(name, word.data, word.len) == 0;
}

int profile_parse_caps(struct span text, const char ***ret, size_t *ret_n)
{
	CLEANUP_FREE const char **list = calloc(ARRAY_SIZE(caps) + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return -ENOMEM;
	while (text.len > 0) {
		struct span word = next_word(&text);
		const char *cap = find_cap(word);
		if (is_word(word, "ALL"))
			add_all(list, &n, caps, ARRAY_SIZE(caps));
		else if (is_word(word, "default"))
			add_all(list, &n, docker_caps, ARRAY_SIZE(docker_caps));
		else if (cap)
			add_all(list, &n, &cap, 1);
		else if (!is_word(word, "none"))
			return -EINVAL;
	}
	*ret = TAKE(list);
	*ret_n = n;
	return 0;
}

static bool take_number(struct span *s, uint32_t *ret)
{
	size_t n = 0;
	uint64_t value;

	while (n < s->len && s->data[n] >= '0' && s->data[n] <= '9')
		n++;
	if (text_to_u64((struct span){s->data, n}, 0xffff, &value))
		return false;
	*s = span_from_offset(*s, n);
	*ret = (uint32_t)value;
	return true;
}

int profile_parse_kernel(struct span text, uint32_t *ret)
{
	uint32_t major, minor;

	if (!take_number(&text, &major) || text.len == 0 || text.data[0] != '.')
		return -EINVAL;
	text = span_from_offset(text, 1);
	if (!take_number(&text, &minor))
		return -EINVAL;
	*ret = major << 16 | minor;
	return *ret ? 0 : -EINVAL;
}
