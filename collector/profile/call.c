/* SPDX-License-Identifier: MIT */
/* Syscalls by name, and the machine that an architecture's programs run on. */
#include <linux/audit.h>
#include <seccomp.h>
#include <stdio.h>

#include "seccompwatch/names.h"
#include "seccompwatch/profile.h"

/* The 64-bit architecture whose kernel runs the 32-bit one's programs. */
static const struct {
	uint32_t arch, host;
} hosts[] = {
	{SCMP_ARCH_X86, SCMP_ARCH_X86_64}, {SCMP_ARCH_X32, SCMP_ARCH_X86_64}, {SCMP_ARCH_ARM, SCMP_ARCH_AARCH64},
	{SCMP_ARCH_S390, SCMP_ARCH_S390X}, {SCMP_ARCH_PPC, SCMP_ARCH_PPC64}, {SCMP_ARCH_PARISC, SCMP_ARCH_PARISC64},
	{SCMP_ARCH_MIPS, SCMP_ARCH_MIPS64}, {SCMP_ARCH_MIPS64N32, SCMP_ARCH_MIPS64},
	{SCMP_ARCH_MIPSEL, SCMP_ARCH_MIPSEL64}, {SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_MIPSEL64},
};

const struct profile_arch *profile_arch_host(const struct profile_arch *arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
		if (hosts[i].arch == arch->token)
			return profile_arch_find(hosts[i].host);
	return arch;
}

/* libseccomp first: its numbers are what filters hold. Our own table knows newer names. */
int profile_call_number(const struct profile_arch *arch, struct span name, uint32_t *ret)
{
	CLEANUP_TEXT struct text copy = TEXT_EMPTY;
	int64_t number;
	uint64_t value;
	int known;

	if (!text_to_u64(name, UINT32_MAX, &value) ||
		(span_starts(name, SPAN("0x")) && !text_to_u64_hex(name, UINT32_MAX, &value))) {
		*ret = (uint32_t)value;
		return 0;
	}
	text_add(&copy, name);
	if (copy.failed)
		return -ENOMEM;
	known = arch->token && copy.len ? seccomp_syscall_resolve_name_arch(arch->token, copy.data) : -1;
	if (known >= 0) {
		*ret = (uint32_t)known;
		return 0;
	}
	if (arch->token == SCMP_ARCH_X32 || names_syscall_number(arch->audit, name, &number) || number < 0)
		return -ENOENT;
	*ret = (uint32_t)number;
	return 0;
}

const char *profile_call_name(const struct bpf_call *call)
{
	return names_syscall(call->arch, call->nr);
}

bool profile_call_expressible(const struct profile_arch *arch, const char *name)
{
	return arch->token && seccomp_syscall_resolve_name_arch(arch->token, name) >= 0;
}

const char *profile_compiler(char ret[static 32])
{
	const struct scmp_version *v = seccomp_version();

	snprintf(ret, 32, "libseccomp %u.%u.%u", v->major, v->minor, v->micro);
	return ret;
}
