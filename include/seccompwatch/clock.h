/* SPDX-License-Identifier: MIT */
/* clock: times are int64_t milliseconds since the epoch, UTC. */
#pragma once

#include <time.h>

#include "text.h"

#define CLOCK_NONE INT64_MIN
/* Stored times fit 43 bits (year 2248): what the kernel stamps beyond is not a date. */
#define CLOCK_MAX ((INT64_C(1) << 43) - 1)

int64_t clock_now(void);           /* CLOCK_REALTIME */
int64_t clock_monotonic(void);     /* CLOCK_MONOTONIC, milliseconds */
uint64_t clock_monotonic_us(void); /* for measuring */

/* RFC 3339, UTC, milliseconds: 2026-11-23T11:12:00.123Z. */
#define CLOCK_TEXT_MAX 32
void clock_format(int64_t ms, char ret[static CLOCK_TEXT_MAX]);
/* For people, local time: 2026-11-23 11:12:00. */
void clock_format_local(int64_t ms, char ret[static CLOCK_TEXT_MAX]);

/* RFC 3339 (date alone, "T" or a blank between, fraction optional, Z or an offset, local when neither):
 * -EINVAL for what is no date (2026-02-30, 25:00). */
int clock_parse_rfc3339(struct span s, int64_t *ret);
/* What --since and --until take: RFC 3339, epoch seconds, or an age (90s 15m 2h 7d 4w) before `now`. */
int clock_parse_point(struct span s, int64_t now, int64_t *ret);
/* An amount of time with a unit (90s 15m 2h 7d 4w; ms too): milliseconds. */
int clock_parse_span(struct span s, int64_t *ret);
