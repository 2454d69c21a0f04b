/* SPDX-License-Identifier: MIT */
/* Architectures: the runtime-spec's names, moby's words for conditions (profiles/seccomp: goToNative), and
 * libseccomp's tokens. */
#include <linux/audit.h>
#include <seccomp.h>

#include "words.h"

#define X32_BIT 0x40000000u

#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 (258u | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#endif

/* Tokens that this libseccomp lacks are 0: such a name is understood, but cannot be compiled. */
static const struct profile_arch archs[] = {
	{"SCMP_ARCH_X86_64", "amd64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, true, false},
	{"SCMP_ARCH_X86", "x86", SCMP_ARCH_X86, AUDIT_ARCH_I386, false, false},
	{"SCMP_ARCH_X32", "x32", SCMP_ARCH_X32, AUDIT_ARCH_X86_64, false, false},
	{"SCMP_ARCH_AARCH64", "arm64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64, true, false},
	{"SCMP_ARCH_ARM", "arm", SCMP_ARCH_ARM, AUDIT_ARCH_ARM, false, false},
	{"SCMP_ARCH_PPC64LE", "ppc64le", SCMP_ARCH_PPC64LE, AUDIT_ARCH_PPC64LE, true, false},
	{"SCMP_ARCH_PPC64", "ppc64", SCMP_ARCH_PPC64, AUDIT_ARCH_PPC64, true, true},
	{"SCMP_ARCH_PPC", "ppc", SCMP_ARCH_PPC, AUDIT_ARCH_PPC, false, true},
	{"SCMP_ARCH_S390X", "s390x", SCMP_ARCH_S390X, AUDIT_ARCH_S390X, true, true},
	{"SCMP_ARCH_S390", "s390", SCMP_ARCH_S390, AUDIT_ARCH_S390, false, true},
	{"SCMP_ARCH_RISCV64", "riscv64", SCMP_ARCH_RISCV64, AUDIT_ARCH_RISCV64, true, false},
	{"SCMP_ARCH_MIPS", "mips", SCMP_ARCH_MIPS, AUDIT_ARCH_MIPS, false, true},
	{"SCMP_ARCH_MIPS64", "mips64", SCMP_ARCH_MIPS64, AUDIT_ARCH_MIPS64, true, true},
	{"SCMP_ARCH_MIPS64N32", "mips64n32", SCMP_ARCH_MIPS64N32, AUDIT_ARCH_MIPS64N32, false, true},
	{"SCMP_ARCH_MIPSEL", "mipsel", SCMP_ARCH_MIPSEL, AUDIT_ARCH_MIPSEL, false, false},
	{"SCMP_ARCH_MIPSEL64", "mipsel64", SCMP_ARCH_MIPSEL64, AUDIT_ARCH_MIPSEL64, true, false},
	{"SCMP_ARCH_MIPSEL64N32", "mipsel64n32", SCMP_ARCH_MIPSEL64N32, AUDIT_ARCH_MIPSEL64N32, false, false},
	{"SCMP_ARCH_PARISC", "parisc", SCMP_ARCH_PARISC, AUDIT_ARCH_PARISC, false, true},
	{"SCMP_ARCH_PARISC64", "parisc64", SCMP_ARCH_PARISC64, AUDIT_ARCH_PARISC64, true, true},
#ifdef SCMP_ARCH_LOONGARCH64
	{"SCMP_ARCH_LOONGARCH64", "loong64", SCMP_ARCH_LOONGARCH64, AUDIT_ARCH_LOONGARCH64, true, false},
#else
	{"SCMP_ARCH_LOONGARCH64", "loong64", 0, AUDIT_ARCH_LOONGARCH64, true, false},
#endif
};

static const struct {
	const char *name, *arch;
} spellings[] = {
	{"i386", "SCMP_ARCH_X86"}, {"i686", "SCMP_ARCH_X86"}, {"386", "SCMP_ARCH_X86"}, {"x64", "SCMP_ARCH_X86_64"},
	{"x86-64", "SCMP_ARCH_X86_64"}, {"armv7l", "SCMP_ARCH_ARM"}, {"mips64le", "SCMP_ARCH_MIPSEL64"},
	{"mipsle", "SCMP_ARCH_MIPSEL"}, {"mips3l64n32", "SCMP_ARCH_MIPSEL64N32"},
	{"loongarch64", "SCMP_ARCH_LOONGARCH64"},
};

const struct profile_arch *profile_arch_find(uint32_t token)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (token && archs[i].token == token)
			return &archs[i];
	return NULL;
}

static const struct profile_arch *find_name(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (span_equal(span_from(archs[i].name), name))
			return &archs[i];
	return NULL;
}

/* "x86_64" for SCMP_ARCH_X86_64. */
static bool is_lower_name(const char *arch, struct span name)
{
	const char *rest = arch + strlen("SCMP_ARCH_");

	if (strlen(rest) != name.len)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = rest[i] >= 'A' && rest[i] <= 'Z' ? (char)(rest[i] - 'A' + 'a') : rest[i];
		if (c != name.data[i])
			return false;
	}
	return true;
}

const struct profile_arch *profile_arch_from_name(struct span name)
{
	const struct profile_arch *found = find_name(name);

	if (!found && span_equal(name, SPAN("SCMP_ARCH_NATIVE")))
		return profile_arch_native();
	for (size_t i = 0; !found && i < ARRAY_SIZE(archs); i++)
		if (is_lower_name(archs[i].name, name) || span_equal(span_from(archs[i].engine), name))
			found = &archs[i];
	for (size_t i = 0; !found && i < ARRAY_SIZE(spellings); i++)
		if (span_equal(span_from(spellings[i].name), name))
			found = find_name(span_from(spellings[i].arch));
	return found;
}

const struct profile_arch *profile_arch_of_call(uint32_t audit_arch, uint32_t nr)
{
	if (audit_arch == AUDIT_ARCH_X86_64 && nr >= X32_BIT && nr != UINT32_MAX)
		return profile_arch_find(SCMP_ARCH_X32);
	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		if (archs[i].audit == audit_arch && archs[i].token != SCMP_ARCH_X32)
			return &archs[i];
	return NULL;
}

const struct profile_arch *profile_arch_native(void)
{
	return profile_arch_find(seccomp_arch_native());
}

const char *words_closest_arch(struct span given)
{
	const char *names[ARRAY_SIZE(archs)];

	for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
		names[i] = archs[i].name;
	return words_closest(names, ARRAY_SIZE(archs), "SCMP_ARCH_", given);
}
