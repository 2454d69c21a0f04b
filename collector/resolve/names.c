/* SPDX-License-Identifier: MIT */
/* Our dated table answers before libseccomp does: it was made from the kernel's headers, which win where the two
 * disagree. libseccomp adds the architectures the table has no column for. Its answers are malloc'd, so each
 * architecture's names are asked for once and kept. */
#include "seccompwatch/names.h"

#include <linux/audit.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdatomic.h>
#include <strings.h>

#include "syscalls.h"

#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 0xc0000102u
#endif
#define X32_BIT INT64_C(0x40000000)

/* Numbers an architecture counts from its base; ARM's private calls alone are farther away. */
#define DENSE 1024

struct arch {
	uint32_t audit; /* libseccomp's token value: the record's arch, but for x32 */
	const char *name;
	enum syscalls_abi abi;
	int64_t base;
};

static const struct arch arches[] = {
	{AUDIT_ARCH_X86_64, "x86_64", SYSCALLS_ABI_X86_64, 0},
	{AUDIT_ARCH_I386, "x86", SYSCALLS_ABI_I386, 0},
	{SCMP_ARCH_X32, "x32", SYSCALLS_ABI_X32, X32_BIT},
	{AUDIT_ARCH_AARCH64, "aarch64", SYSCALLS_ABI_AARCH64, 0},
	{AUDIT_ARCH_ARM, "arm", SYSCALLS_ABI_ARM, 0},
	{AUDIT_ARCH_RISCV64, "riscv64", SYSCALLS_ABI_RISCV64, 0},
	{AUDIT_ARCH_PPC64LE, "ppc64le", SYSCALLS_ABI_PPC64LE, 0},
	{AUDIT_ARCH_S390X, "s390x", SYSCALLS_ABI_S390X, 0},
	{AUDIT_ARCH_LOONGARCH64, "loongarch64", SYSCALLS_ABI_LOONGARCH64, 0},
	{AUDIT_ARCH_PPC64, "ppc64", SYSCALLS_ABI_PPC64LE, 0},
	{AUDIT_ARCH_PPC, "ppc", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_S390, "s390", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_MIPS, "mips", SYSCALLS_ABI_NONE, 4000},
	{AUDIT_ARCH_MIPSEL, "mipsel", SYSCALLS_ABI_NONE, 4000},
	{AUDIT_ARCH_MIPS64, "mips64", SYSCALLS_ABI_NONE, 5000},
	{AUDIT_ARCH_MIPSEL64, "mipsel64", SYSCALLS_ABI_NONE, 5000},
	{AUDIT_ARCH_MIPS64N32, "mips64n32", SYSCALLS_ABI_NONE, 6000},
	{AUDIT_ARCH_MIPSEL64N32, "mipsel64n32", SYSCALLS_ABI_NONE, 6000},
	{AUDIT_ARCH_PARISC, "parisc", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_PARISC64, "parisc64", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_M68K, "m68k", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_SHEL, "sh", SYSCALLS_ABI_NONE, 0},
	{AUDIT_ARCH_SH, "sheb", SYSCALLS_ABI_NONE, 0},
};

/* Spellings of uname -m, Debian, Go and auparse beside libseccomp's own. */
static const struct {
	const char *alias, *name;
} aliases[] = {
	{"amd64", "x86_64"},        {"x86-64", "x86_64"},      {"i386", "x86"},
	{"i486", "x86"},            {"i586", "x86"},           {"i686", "x86"},
	{"386", "x86"},             {"x86_32", "x86"},         {"arm64", "aarch64"},
	{"armhf", "arm"},           {"armel", "arm"},          {"armeb", "arm"},
	{"armv5tel", "arm"},        {"armv6l", "arm"},         {"armv7l", "arm"},
	{"armv8l", "arm"},          {"ppc64el", "ppc64le"},    {"powerpc64le", "ppc64le"},
	{"powerpc64", "ppc64"},     {"powerpc", "ppc"},        {"loong64", "loongarch64"},
	{"hppa", "parisc"},         {"hppa64", "parisc64"},    {"mips64el", "mipsel64"},
	{"mips64le", "mipsel64"},   {"mipsle", "mipsel"},      {"sh4", "sh"},
};

struct numbers {
	const char *name[DENSE];
};
static _Atomic(struct numbers *) caches[ARRAY_SIZE(arches)];
static pthread_mutex_t build_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct arch *find_arch(uint32_t audit_arch, int64_t syscall)
{
	if (audit_arch == AUDIT_ARCH_X86_64 && syscall >= X32_BIT && syscall < 2 * X32_BIT)
		audit_arch = SCMP_ARCH_X32;
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (arches[i].audit == audit_arch)
			return &arches[i];
	return NULL;
}

static const struct arch *find_token(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		if (strlen(arches[i].name) == name.len && strncasecmp(arches[i].name, name.data, name.len) == 0)
			return &arches[i];
	return NULL;
}

static const struct arch *find_spelling(struct span name)
{
	const struct arch *arch = name.len ? find_token(name) : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(aliases) && name.len && !arch; i++)
		if (strlen(aliases[i].alias) == name.len && strncasecmp(aliases[i].alias, name.data, name.len) == 0)
			arch = find_token(span_from(aliases[i].name));
	return arch;
}

const char *names_arch(uint32_t audit_arch, int64_t syscall)
{
	const struct arch *arch = find_arch(audit_arch, syscall);

	return arch ? arch->name : NULL;
}

int names_arch_from_name(struct span name, uint32_t *ret_audit_arch)
{
	const struct arch *arch = find_spelling(name);
	uint64_t v;

	if (arch) {
		*ret_audit_arch = arch->audit == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : arch->audit;
		return 0;
	}
	if (!span_starts(name, SPAN("0x")) || text_to_u64_hex(name, UINT32_MAX, &v) < 0)
		return -EINVAL;
	*ret_audit_arch = (uint32_t)v;
	return 0;
}

/* Where our table has the name too, its copy is used, so that only names new to us are kept from libseccomp. */
static const char *ask_libseccomp(const struct arch *arch, int64_t number)
{
	char *answer = seccomp_syscall_resolve_num_arch(arch->audit, (int)number);
	const struct syscalls_row *row = syscalls_by_name(span_from(answer));

	if (!row)
		return answer;
	free(answer);
	return row->name;
}

static struct numbers *build(const struct arch *arch)
{
	struct numbers *n = calloc(1, sizeof(*n));
	size_t n_rows;
	const struct syscalls_row *rows = syscalls_rows(&n_rows);

	if (!n)
		return NULL;
	for (size_t i = 0; i < n_rows && arch->abi != SYSCALLS_ABI_NONE; i++)
		if (rows[i].number[arch->abi] >= 0 && rows[i].number[arch->abi] < DENSE)
			n->name[rows[i].number[arch->abi]] = rows[i].name;
	for (int i = 0; i < DENSE; i++)
		if (!n->name[i])
			n->name[i] = ask_libseccomp(arch, arch->base + i);
	return n;
}

static const struct numbers *numbers_of(const struct arch *arch)
{
	_Atomic(struct numbers *) *cache = &caches[arch - arches];
	struct numbers *n = atomic_load_explicit(cache, memory_order_acquire);

	if (n)
		return n;
	pthread_mutex_lock(&build_lock);
	n = atomic_load_explicit(cache, memory_order_relaxed);
	if (!n) {
		n = build(arch);
		atomic_store_explicit(cache, n, memory_order_release);
	}
	pthread_mutex_unlock(&build_lock);
	return n;
}

const char *names_syscall(uint32_t audit_arch, int64_t syscall)
{
	const struct arch *arch = find_arch(audit_arch, syscall);
	const struct syscalls_row *row;
	const struct numbers *numbers;

	if (!arch || syscall < arch->base)
		return NULL;
	syscall -= arch->base;
	if (syscall < DENSE) {
		numbers = numbers_of(arch);
		return numbers ? numbers->name[syscall] : NULL;
	}
	row = syscalls_by_number(arch->abi, syscall);
	return row ? row->name : NULL;
}

/* libseccomp gives negative numbers of its own to names that an architecture lacks: no number of the kernel's. */
static int number_from_libseccomp(const struct arch *arch, struct span name, int64_t *ret)
{
	CLEANUP_FREE char *copy = strndup(name.data, name.len);
	int number;

	if (!copy)
		return -ENOMEM;
	number = seccomp_syscall_resolve_name_arch(arch->audit, copy);
	if (number < 0)
		return -ENOENT;
	*ret = number;
	return 0;
}

static int number_on(const struct arch *arch, struct span name, int64_t *ret)
{
	const struct syscalls_row *row = syscalls_by_name(name);

	if (text_to_i64(name, ret) == 0)
		return 0;
	if (!arch || name.len == 0)
		return -ENOENT;
	if (!row || arch->abi == SYSCALLS_ABI_NONE || row->number[arch->abi] < 0)
		return number_from_libseccomp(arch, name, ret);
	*ret = arch->base + row->number[arch->abi];
	return 0;
}

int names_syscall_number(uint32_t audit_arch, struct span name, int64_t *ret)
{
	return number_on(find_arch(audit_arch, 0), name, ret);
}

void names_complete(struct event *ev)
{
	struct span arch_name = event_span(ev, ev->arch_name);
	const struct arch *arch = find_spelling(arch_name);
	uint32_t value;
	int64_t number;

	if (!ev->has_arch && names_arch_from_name(arch_name, &value) == 0) {
		ev->arch = value;
		ev->has_arch = true;
	}
	if (!arch && ev->has_arch)
		arch = find_arch(ev->arch, 0);
	if (ev->syscall == EVENT_NO_SYSCALL && event_has(ev->syscall_name) &&
		number_on(arch, event_span(ev, ev->syscall_name), &number) == 0)
		ev->syscall = number;
}
