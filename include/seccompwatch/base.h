/* SPDX-License-Identifier: MIT */
/* base: the few words every file uses. Knows nothing of seccomp.
 *
 * The error contract of the whole program, written down once:
 *   0          success (or a documented non-negative count)
 *   negative   -errno: give up and pass it on
 *   positive   MODULE_E_…: an outcome that this one function documents and its caller must handle
 * Output parameters are named ret_x and are untouched on failure. Modules return; only commands and
 * the server print. Objects have an empty value and a destructor that takes NULL and half-built ones. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a)       (sizeof(a) / sizeof((a)[0]))
#define PRINTF(fmt, args)   __attribute__((format(printf, fmt, args)))
#define UNUSED              __attribute__((unused))
#define FALLTHROUGH         __attribute__((fallthrough))
#define CLEANUP(destructor) __attribute__((cleanup(destructor)))
#define MIN(a, b)           ((a) < (b) ? (a) : (b))
#define MAX(a, b)           ((a) > (b) ? (a) : (b))

/* Declares destroy_x_p(T *p) for CLEANUP(destroy_x_p) T p = NULL. */
#define DEFINE_CLEANUP(type, destroy)                                                                        \
	static inline void destroy##_p(type *p)                                                              \
	{                                                                                                    \
		if (*p)                                                                                      \
			destroy(*p);                                                                         \
	}

static inline void base_free_p(void *p)
{
	free(*(void **)p);
}

static inline void base_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define CLEANUP_FREE  CLEANUP(base_free_p)
#define CLEANUP_CLOSE CLEANUP(base_close_p)

/* Moves a pointer out of a variable that would otherwise be freed: ownership moves as the last act. */
#define TAKE(p)                                                                                              \
	({                                                                                                   \
		__typeof__(p) taken_ = (p);                                                                  \
		(p) = NULL;                                                                                  \
		taken_;                                                                                      \
	})

/* A keyed 64-bit hash for tables whose keys an attacker chooses; not for storage (seeded per process). */
uint64_t base_hash(const void *data, size_t len);
