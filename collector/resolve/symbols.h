/* SPDX-License-Identifier: MIT */
/* symbols: the name of the function at a place in an ELF file. The file is a monitored process's, and hostile: it may
 * be anything, and change or shrink while it is read. So it is read in small pieces into a fixed buffer, never mapped,
 * nothing in it says how much is allocated (nothing is), and how much is looked at is bounded.
 * Source: elf(5), System V ABI, chapter 4. */
#pragma once

#include "seccompwatch/base.h"

/* `offset` is in the file. The function that covers the instruction before it, which is the one that made the call;
 * where several do, the name a person would use. A name that does not fit is cut; its bytes are raw.
 * -ENOENT: none; -ENOEXEC: no ELF file of this machine's byte order; or read's error. */
int symbols_find(int fd, uint64_t offset, char *ret, size_t size);
