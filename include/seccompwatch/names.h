/* SPDX-License-Identifier: MIT */
/* names: AUDIT_ARCH values, syscall numbers and their names, both ways.
 * libseccomp answers for what it knows; schema/syscalls.csv (embedded at build) for what it does not. */
#pragma once

#include "event.h"

/* libseccomp's token in lower case without SCMP_ARCH_, for the record's own arch; "x32" when the number has
 * bit 30 set under x86_64; NULL when unknown. Static strings. */
const char *names_arch(uint32_t audit_arch, int64_t syscall);
/* The reverse (also accepts i386, amd64, arm64 and other usual spellings): -EINVAL. x32 gives x86_64's value. */
int names_arch_from_name(struct span name, uint32_t *ret_audit_arch);

/* The syscall's name on that arch, NULL when unknown; static strings. */
const char *names_syscall(uint32_t audit_arch, int64_t syscall);
/* The number of a name on that arch: -ENOENT. A decimal number is taken as itself. */
int names_syscall_number(uint32_t audit_arch, struct span name, int64_t *ret);

/* errno: "EPERM", NULL when unknown; and the reverse, -ENOENT. */
const char *names_errno(int error);
int names_errno_number(struct span name);

/* Turns arch_name and syscall_name of interpreted text into numbers, where they are known. */
void names_complete(struct event *ev);
