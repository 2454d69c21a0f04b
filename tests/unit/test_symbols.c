/* SPDX-License-Identifier: MIT */
/* Names of functions at places in ELF files: in this very program, and in files that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "resolve/symbols.h"
#include "seccompwatch/clock.h"
#include "seccompwatch/code.h"

__attribute__((noinline)) void a_function_to_find(void);
void a_function_to_find(void)
{
	__asm__ volatile("nop; nop; nop; nop");
}

static int self_fd(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct code_question question(const void *address, char exe[static 4096])
{
	ssize_t n = readlink("/proc/self/exe", exe, 4096);

	assert_true(n > 0);
	return (struct code_question){getpid(), clock_now(), (uint64_t)(uintptr_t)address, {exe, (size_t)n}};
}

static void finds_its_own_functions(void **state)
{
	CLEANUP(code_free_p) struct code *c = NULL;
	struct code_place place;
	char exe[4096], other[64];
	struct code_question q = question((const char *)a_function_to_find + 3, exe);
	CLEANUP_CLOSE int fd = self_fd();

	assert_int_equal(code_new(&c), 0);
	for (int i = 0; i < 2; i++) { /* the second from memory */
		assert_int_equal(code_find(c, &q, &place), 0);
		assert_string_equal(place.symbol, "a_function_to_find");
		assert_string_equal(place.module, exe);
	}
	assert_int_equal(symbols_find(fd, place.offset, other, sizeof(other)), 0);
	assert_string_equal(other, "a_function_to_find");
	assert_int_equal(symbols_find(fd, place.offset, other, 5), 0);
	assert_string_equal(other, "a_fu");
}

/* Of a library that is stripped, what it exports; and of its aliases the one people know. */
static void finds_what_libraries_export(void **state)
{
	CLEANUP(code_free_p) struct code *c = NULL;
	struct code_place place;
	char exe[4096];
	struct code_question q = question(NULL, exe);

	/* By way of the linker's table: here its name stands for a stub of ours. */
	q.address = (uint64_t)(uintptr_t)dlsym(RTLD_DEFAULT, "getppid") + 4;
	assert_int_equal(code_new(&c), 0);
	assert_int_equal(code_find(c, &q, &place), 0);
	assert_string_equal(place.symbol, "getppid");
	assert_non_null(strstr(place.module, "libc"));
}

static void says_nothing_of_others(void **state)
{
	CLEANUP(code_free_p) struct code *c = NULL;
	struct code_place place;
	char exe[4096];
	struct code_question q = question((const char *)a_function_to_find + 3, exe), changed = q;
	int status;
	pid_t child;

	assert_int_equal(code_new(&c), 0);
	changed.time -= 86400 * 1000; /* before this process began: another had its pid */
	assert_int_equal(code_find(c, &changed, &place), -ESRCH);
	changed = q;
	changed.exe = SPAN("/bin/other"); /* it runs something else by now */
	assert_int_equal(code_find(c, &changed, &place), -ESRCH);
	changed = q;
	changed.address = 8;
	assert_int_equal(code_find(c, &changed, &place), -ENOENT);
	changed = q;
	changed.address = (uint64_t)(uintptr_t)&status; /* the stack is no file */
	assert_true(code_find(c, &changed, &place) < 0 || place.symbol[0] == '\0');
	child = fork();
	if (child == 0)
		_exit(0);
	waitpid(child, &status, 0);
	changed = q;
	changed.pid = child;
	assert_int_equal(code_find(c, &changed, &place), -ESRCH);
}

/* ---- files that lie ---------------------------------------------------------------------------------------------- */

#define TEXT_AT 0x1000u

struct image {
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	Elf64_Shdr sections[3];
	Elf64_Sym symbols[4];
	char strings[64];
};

static struct image good(void)
{
	struct image i = {.strings = "\0__alias\0alias\0bare\0next"};

	memcpy(i.head.e_ident, ELFMAG, SELFMAG);
	i.head.e_ident[EI_CLASS] = ELFCLASS64;
	i.head.e_ident[EI_DATA] = ELFDATA2LSB;
	i.head.e_phoff = offsetof(struct image, segment);
	i.head.e_phentsize = sizeof(Elf64_Phdr);
	i.head.e_phnum = 1;
	i.head.e_shoff = offsetof(struct image, sections);
	i.head.e_shentsize = sizeof(Elf64_Shdr);
	i.head.e_shnum = 3;
	i.segment = (Elf64_Phdr){.p_type = PT_LOAD, .p_offset = 0, .p_vaddr = TEXT_AT, .p_filesz = 0x10000};
	i.sections[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB, .sh_link = 2, .sh_offset = offsetof(struct image, symbols),
		.sh_size = sizeof(i.symbols), .sh_entsize = sizeof(Elf64_Sym)};
	i.sections[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB, .sh_offset = offsetof(struct image, strings), .sh_size = 64};
	i.symbols[0] = (Elf64_Sym){.st_name = 1, .st_info = STT_FUNC, .st_shndx = 1, .st_value = TEXT_AT + 0x100, .st_size = 16};
	i.symbols[1] = (Elf64_Sym){.st_name = 9, .st_info = STT_FUNC, .st_shndx = 1, .st_value = TEXT_AT + 0x100, .st_size = 16};
	i.symbols[2] = (Elf64_Sym){.st_name = 15, .st_info = STT_NOTYPE, .st_shndx = 1, .st_value = TEXT_AT + 0x200};
	i.symbols[3] = (Elf64_Sym){.st_name = 20, .st_info = STT_FUNC, .st_shndx = 1, .st_value = TEXT_AT + 0x300, .st_size = 8};
	return i;
}

static int find_in(const struct image *i, size_t len, uint64_t offset, char *ret)
{
	CLEANUP_CLOSE int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, i, len) == (ssize_t)len);
	return symbols_find(fd, offset, ret, 32);
}

static void chooses_well(void **state)
{
	static const struct {
		uint64_t offset;
		const char *name; /* NULL: none */
	} cases[] = {
		{0x108, "alias"}, /* not __alias */
		{0x110, "alias"}, /* the call is its last instruction, the address already behind it */
		{0x101, "alias"},
		{0x200, NULL},    /* between two that have sizes */
		{0x250, "bare"},  /* hand-written code has none */
		{0x304, "next"},
		{0x400, "bare"},
		{0x20000, NULL},  /* no segment */
		{0, NULL},
	};
	const struct image i = good();

	for (size_t n = 0; n < ARRAY_SIZE(cases); n++) {
		char name[32] = "";
		int r = find_in(&i, sizeof(i), cases[n].offset, name);

		if (cases[n].name ? r != 0 || strcmp(name, cases[n].name) != 0 : r == 0)
			fail_msg("0x%lx: %d %s", (unsigned long)cases[n].offset, r, name);
	}
}

#define LIE(field, value)                                                                                    \
	do {                                                                                                 \
		struct image i = good();                                                                     \
		i.field = (value);                                                                           \
		if (find_in(&i, sizeof(i), 0x108, name) == 0)                                                \
			fail_msg(#field " = " #value " was believed: %s", name);                             \
	} while (0)

static void survives_lies(void **state)
{
	const struct image whole = good();
	char name[32];

	LIE(head.e_ident[EI_CLASS], 7);
	LIE(head.e_ident[EI_DATA], ELFDATA2MSB);
	LIE(head.e_phoff, UINT64_MAX);
	LIE(head.e_phentsize, 1);
	LIE(head.e_phnum, 65535);
	LIE(head.e_shoff, UINT64_MAX - 8);
	LIE(head.e_shentsize, 0);
	LIE(head.e_shnum, 0);
	LIE(head.e_shnum, i.head.e_shentsize = 0); /* as tools leave it that cut the sections off */
	LIE(head.e_phnum, i.head.e_shnum = i.head.e_shentsize = 0);
	LIE(head.e_shnum, 65535);
	LIE(segment.p_filesz, 1);
	LIE(sections[1].sh_link, UINT32_MAX);
	LIE(sections[1].sh_offset, UINT64_MAX);
	LIE(sections[1].sh_size, UINT64_MAX); /* runs into the end of the file */
	LIE(sections[2].sh_offset, UINT64_MAX);
	LIE(sections[2].sh_size, 1);
	LIE(symbols[0].st_value, UINT64_MAX - (i.symbols[1].st_value = UINT64_MAX, 0));
	for (size_t len = 0; len < sizeof(whole); len++)
		if (len < offsetof(struct image, strings) + 9)
			assert_int_not_equal(find_in(&whole, len, 0x108, name), 0);
}

/* The file shrinks to nothing while it is read, again and again: no signal, no nonsense. */
static void survives_truncation(void **state)
{
	CLEANUP_CLOSE int fd = memfd_create("elf", MFD_CLOEXEC);
	const struct image i = good();
	char name[32];
	pid_t child;

	assert_true(fd >= 0);
	child = fork();
	if (child == 0)
		for (;;)
			if (ftruncate(fd, 0) < 0 || pwrite(fd, &i, sizeof(i), 0) < 0)
				_exit(1);
	for (int n = 0; n < 20000; n++)
		if (symbols_find(fd, 0x108, name, sizeof(name)) == 0)
			assert_true(strcmp(name, "alias") == 0 || strcmp(name, "__alias") == 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_its_own_functions),
		cmocka_unit_test(finds_what_libraries_export),
		cmocka_unit_test(says_nothing_of_others),
		cmocka_unit_test(chooses_well),
		cmocka_unit_test(survives_lies),
		cmocka_unit_test(survives_truncation),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
