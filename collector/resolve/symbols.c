/* SPDX-License-Identifier: MIT */
#include "symbols.h"

#include <elf.h>
#include <string.h>

#define SEGMENTS_MAX 256
#define SECTIONS_MAX 65535
#define SYMBOLS_MAX  (2u << 20) /* a large browser has a third of that */
#define ALIASES_MAX  8
#define PIECE        16384

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE ELFDATA2LSB
#else
#define NATIVE ELFDATA2MSB
#endif

/* A table of entries of one size somewhere in the file. */
struct table {
	uint64_t offset;
	uint32_t n, entry;
};

/* Both classes' entries, as the wider one has them. */
struct file {
	int fd;
	bool is_64;
	struct table segments, sections;
};

struct section {
	uint32_t type, link;
	uint64_t offset, size;
};

struct symbol {
	uint32_t name;
	uint8_t type;
	bool defined;
	uint64_t value, size;
};

/* What is known of the best symbol so far, and who else begins there. */
struct best {
	uint64_t address, value;
	bool found, covers;
	uint32_t names[ALIASES_MAX];
	size_t n;
};

/* ---- reading ------------------------------------------------------------------------------------------------------ */

static int read_at(int fd, uint64_t offset, void *ret, size_t len)
{
	size_t done = 0;
	ssize_t n;

	if (offset > INT64_MAX - len)
		return -ENOEXEC;
	while (done < len) {
		n = pread(fd, (char *)ret + done, len - done, (off_t)(offset + done));
		if (n <= 0)
			return n < 0 ? -errno : -ENOEXEC;
		done += (size_t)n;
	}
	return 0;
}

typedef bool (*entry_fn)(void *data, const struct file *f, const char *entry); /* false ends the walk */

static int each_entry(const struct file *f, const struct table *t, entry_fn fn, void *data)
{
	char piece[PIECE];
	uint32_t in_piece = t->n > 0 ? PIECE / t->entry : 0; /* an empty table may say that its entries have no size */

	for (uint32_t i = 0; i < t->n; i += in_piece) {
		uint32_t n = MIN(in_piece, t->n - i);
		int r = read_at(f->fd, t->offset + (uint64_t)i * t->entry, piece, (size_t)n * t->entry);

		if (r < 0)
			return r;
		for (uint32_t j = 0; j < n; j++)
			if (!fn(data, f, piece + (size_t)j * t->entry))
				return 0;
	}
	return 0;
}

/* Takes fields of the same name out of either class's structure. */
#define FROM(type, f, bytes, ...)                                                                                          \
	do {                                                                                                               \
		if ((f)->is_64) {                                                                                          \
			Elf64_##type e;                                                                                    \
			memcpy(&e, bytes, sizeof(e));                                                                      \
			__VA_ARGS__                                                                                            \
		} else {                                                                                                   \
			Elf32_##type e;                                                                                    \
			memcpy(&e, bytes, sizeof(e));                                                                      \
			__VA_ARGS__                                                                                            \
		}                                                                                                          \
	} while (0)

static int open_file(int fd, struct file *ret)
{
	unsigned char head[sizeof(Elf64_Ehdr)];
	struct file f = {.fd = fd};
	int r = read_at(fd, 0, head, sizeof(head));

	if (r < 0)
		return r;
	if (memcmp(head, ELFMAG, SELFMAG) != 0 || head[EI_DATA] != NATIVE ||
		(head[EI_CLASS] != ELFCLASS64 && head[EI_CLASS] != ELFCLASS32))
		return -ENOEXEC;
	f.is_64 = head[EI_CLASS] == ELFCLASS64;
	FROM(Ehdr, &f, head, {
		f.segments = (struct table){e.e_phoff, e.e_phnum, e.e_phentsize};
		f.sections = (struct table){e.e_shoff, e.e_shnum, e.e_shentsize};
	});
	if (f.segments.entry != (f.is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || f.segments.n > SEGMENTS_MAX)
		return -ENOEXEC;
	if (f.sections.n > 0 && f.sections.entry != (f.is_64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr)))
		return -ENOEXEC;
	f.sections.n = MIN(f.sections.n, (uint32_t)SECTIONS_MAX);
	*ret = f;
	return 0;
}

/* ---- from a place in the file to an address ------------------------------------------------------------------------ */

struct place {
	uint64_t offset, address;
	bool found;
};

static bool take_segment(void *data, const struct file *f, const char *entry)
{
	struct place *p = data;

	FROM(Phdr, f, entry, {
		if (e.p_type == PT_LOAD && p->offset >= e.p_offset && p->offset - e.p_offset < e.p_filesz) {
			p->address = (uint64_t)e.p_vaddr + (p->offset - e.p_offset);
			p->found = true;
		}
	});
	return !p->found;
}

/* ---- the tables of symbols ----------------------------------------------------------------------------------------- */

struct wanted {
	uint32_t type; /* a section's, or its number */
	bool by_number;
	uint32_t at;
	bool found;
	struct section section;
};

static bool take_section(void *data, const struct file *f, const char *entry)
{
	struct wanted *w = data;
	uint32_t number = w->at++;

	FROM(Shdr, f, entry, { w->section = (struct section){e.sh_type, e.sh_link, e.sh_offset, e.sh_size}; });
	w->found = w->by_number ? number == w->type : w->section.type == w->type;
	return !w->found;
}

static int find_section(const struct file *f, uint32_t type, bool by_number, struct section *ret)
{
	struct wanted w = {.type = type, .by_number = by_number};
	int r = each_entry(f, &f->sections, take_section, &w);

	if (r == 0 && !w.found)
		r = -ENOENT;
	if (r == 0)
		*ret = w.section;
	return r;
}

/* ---- the best symbol ----------------------------------------------------------------------------------------------- */

/* Hand-written code has symbols without a size: the nearest before the place, if no other covers it. */
static bool is_better(const struct best *b, const struct symbol *s, bool covers)
{
	if (!b->found || covers != b->covers)
		return !b->found || covers;
	return s->value > b->value;
}

static bool take_symbol(void *data, const struct file *f, const char *entry)
{
	struct best *b = data;
	struct symbol s = {0};
	bool covers;

	FROM(Sym, f, entry, {
		s = (struct symbol){e.st_name, e.st_info & 0xf, e.st_shndx != SHN_UNDEF, e.st_value, e.st_size};
	});
	if (!s.defined || s.name == 0 || (s.type != STT_FUNC && s.type != STT_GNU_IFUNC && s.type != STT_NOTYPE) ||
		s.value > b->address)
		return true;
	covers = b->address - s.value < s.size;
	if (!covers && s.size > 0)
		return true;
	if (is_better(b, &s, covers)) {
		b->n = 0;
		b->value = s.value;
		b->covers = covers;
		b->found = true;
	}
	if (s.value == b->value && covers == b->covers && b->n < ALIASES_MAX)
		b->names[b->n++] = s.name;
	return true;
}

static int read_name(const struct file *f, const struct section *strings, uint32_t name, char *ret, size_t size)
{
	size_t len;
	int r;

	if (name >= strings->size || strings->offset > INT64_MAX)
		return -ENOENT;
	len = (size_t)MIN(strings->size - name, (uint64_t)size - 1);
	r = read_at(f->fd, strings->offset + name, ret, len);
	if (r < 0)
		return r;
	ret[len] = '\0';
	return ret[0] ? 0 : -ENOENT;
}

static size_t underscores(const char *name)
{
	return strspn(name, "_");
}

/* Of __socket and socket, the latter. */
static int choose_name(const struct file *f, const struct section *strings, const struct best *b, char *ret, size_t size)
{
	char name[256];
	bool any = false;

	size = MIN(size, sizeof(name));
	for (size_t i = 0; i < b->n; i++) {
		if (read_name(f, strings, b->names[i], name, size) < 0 || (any && underscores(name) >= underscores(ret)))
			continue;
		memcpy(ret, name, strlen(name) + 1);
		any = true;
	}
	return any ? 0 : -ENOENT;
}

static int find_in(const struct file *f, uint32_t type, uint64_t address, char *ret, size_t size)
{
	struct section symbols = {0}, strings = {0};
	struct best best = {.address = address};
	struct table t;
	int r = find_section(f, type, false, &symbols);

	if (r == 0)
		r = find_section(f, symbols.link, true, &strings);
	if (r < 0)
		return r;
	t = (struct table){.offset = symbols.offset, .entry = f->is_64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)};
	t.n = (uint32_t)MIN(symbols.size / t.entry, (uint64_t)SYMBOLS_MAX);
	r = each_entry(f, &t, take_symbol, &best);
	return r < 0 ? r : choose_name(f, &strings, &best, ret, size);
}

int symbols_find(int fd, uint64_t offset, char *ret, size_t size)
{
	struct place place = {.offset = offset - 1};
	struct file f;
	int r = offset == 0 ? -ENOENT : open_file(fd, &f);

	if (r == 0)
		r = each_entry(&f, &f.segments, take_segment, &place);
	if (r < 0 || !place.found)
		return r < 0 ? r : -ENOENT;
	r = find_in(&f, SHT_SYMTAB, place.address, ret, size);
	return r < 0 ? find_in(&f, SHT_DYNSYM, place.address, ret, size) : r;
}
