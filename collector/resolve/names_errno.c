/* SPDX-License-Identifier: MIT */
#include "seccompwatch/names.h"

#define ERRNO_MAX 4095 /* MAX_ERRNO of the kernel */

/* include/linux/errno.h: what a SYSCALL record's exit= can show although no program ever sees it; and the second
 * names that include/uapi/asm-generic/errno.h gives to numbers. */
static const struct {
	int number;
	const char *name;
	bool second; /* known by this name, shown by another */
} extra[] = {
	{512, "ERESTARTSYS", false},
	{513, "ERESTARTNOINTR", false},
	{514, "ERESTARTNOHAND", false},
	{515, "ENOIOCTLCMD", false},
	{516, "ERESTART_RESTARTBLOCK", false},
	{517, "EPROBE_DEFER", false},
	{518, "EOPENSTALE", false},
	{519, "ENOPARAM", false},
	{524, "ENOTSUPP", false},
	{EWOULDBLOCK, "EWOULDBLOCK", true},
	{EDEADLOCK, "EDEADLOCK", true},
	{ENOTSUP, "ENOTSUP", true},
};

const char *names_errno(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		if (extra[i].number == error && !extra[i].second)
			return extra[i].name;
	return error > 0 && error <= ERRNO_MAX ? strerrorname_np(error) : NULL;
}

int names_errno_number(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(extra); i++)
		if (span_equal(name, span_from(extra[i].name)))
			return extra[i].number;
	for (int error = 1; error < 512; error++) {
		const char *known = strerrorname_np(error);

		if (known && span_equal(name, span_from(known)))
			return error;
	}
	return -ENOENT;
}
