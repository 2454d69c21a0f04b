/* SPDX-License-Identifier: MIT */
/* record_stamp: "audit(SEC.MSEC:SERIAL): ", and what ausearch -i makes of it. */
#include <stdio.h>

#include "record_internal.h"

/* The kernel prints three digits (kernel/audit.c, audit_get_stamp's callers); copies may have fewer. */
static int64_t take_milliseconds(struct record_scan *s)
{
	int64_t ms = 0;
	int digits = 0;

	for (; s->at < s->end && record_is_digit(*s->at); s->at++, digits++)
		if (digits < 3)
			ms = ms * 10 + (*s->at - '0');
	for (; digits < 3; digits++)
		ms *= 10;
	return ms;
}

static int take_serial(struct record_scan *s, uint32_t *ret)
{
	uint64_t serial;

	if (!record_take(s, SPAN(":")) || !record_decimal(s, UINT32_MAX, &serial) || !record_take(s, SPAN(")")))
		return -EINVAL;
	*ret = (uint32_t)serial;
	return 0;
}

static int take_kernel(struct record_scan *s, struct record_stamp *ret)
{
	uint64_t sec;
	int64_t ms = 0;
	uint32_t serial;

	if (!record_decimal(s, CLOCK_MAX / 1000 - 1, &sec))
		return -EINVAL;
	if (record_take(s, SPAN(".")))
		ms = take_milliseconds(s);
	if (take_serial(s, &serial))
		return -EINVAL;
	*ret = (struct record_stamp){RECORD_STAMP_KERNEL, (int64_t)sec * 1000 + ms, serial};
	return 0;
}

/* The order of day and month follows the locale of whoever ran ausearch. Dots: day first (de, pl, …);
 * slashes: month first (en_US and C), unless that cannot be; a year in front: ISO. */
struct date {
	unsigned year, month, day;
};

static int order_date(const uint64_t n[3], char separator, struct date *ret)
{
	struct date d = {(unsigned)n[2], (unsigned)n[0], (unsigned)n[1]};

	if (n[0] > 31)
		d = (struct date){(unsigned)n[0], (unsigned)n[1], (unsigned)n[2]};
	else if (separator == '.' || n[0] > 12)
		d = (struct date){(unsigned)n[2], (unsigned)n[1], (unsigned)n[0]};
	if (d.year < 100)
		d.year += 2000;
	*ret = d;
	return d.month <= 12 && d.day <= 31 && d.year <= 9999 ? 0 : -EINVAL;
}

static int take_date(struct record_scan *s, struct date *ret)
{
	uint64_t n[3];
	char separator;

	if (!record_decimal(s, 9999, &n[0]) || !record_left(s))
		return -EINVAL;
	separator = *s->at;
	if (separator != '/' && separator != '.' && separator != '-')
		return -EINVAL;
	for (int i = 1; i < 3; i++) {
		if (!record_take(s, (struct span){&separator, 1}) || !record_decimal(s, 9999, &n[i]))
			return -EINVAL;
	}
	return order_date(n, separator, ret);
}

/* Local time: ausearch prints that of the machine it ran on. */
static int take_interpreted(struct record_scan *s, struct record_stamp *ret)
{
	struct date d;
	struct span clock;
	char iso[32];
	int64_t time;
	uint32_t serial;

	if (take_date(s, &d))
		return -EINVAL;
	record_skip_blanks(s);
	clock = (struct span){s->at, 8};
	if (record_left(s) < clock.len)
		return -EINVAL;
	s->at += clock.len;
	snprintf(iso, sizeof(iso), "%04u-%02u-%02uT%.8s", d.year, d.month, d.day, clock.data);
	if (clock_parse_rfc3339(span_from(iso), &time) < 0)
		return -EINVAL;
	if (record_take(s, SPAN(".")))
		time += take_milliseconds(s);
	if (take_serial(s, &serial) || time < 0 || time > CLOCK_MAX)
		return -EINVAL;
	*ret = (struct record_stamp){RECORD_STAMP_INTERPRETED, time, serial};
	return 0;
}

/* "audit(...)": a person took the stamp out. */
static int take_elided(struct record_scan *s, struct record_stamp *ret)
{
	const char *close = memchr(s->at, ')', record_left(s));

	if (!close)
		return -EINVAL;
	s->at = close + 1;
	ret->kind = RECORD_STAMP_NONE;
	return 0;
}

static int take_inside(struct record_scan *s, struct record_stamp *ret)
{
	struct record_scan start = *s;

	if (s->at == s->end || !record_is_digit(*s->at))
		return take_elided(s, ret);
	if (take_kernel(s, ret) == 0)
		return 0;
	*s = start;
	return take_interpreted(s, ret);
}

int record_stamp_take(struct record_scan *s, struct record_stamp *ret)
{
	*ret = (struct record_stamp){.kind = RECORD_STAMP_NONE, .time = CLOCK_NONE};
	if (!record_take(s, SPAN("audit(")))
		return 0;
	if (take_inside(s, ret))
		return -EINVAL;
	record_skip_blanks(s);
	record_take(s, SPAN(":"));
	return 0;
}

int record_parse_stamp(struct span payload, int64_t *ret_time, uint32_t *ret_serial, struct span *ret_rest)
{
	struct record_scan s = record_scan_of(payload);
	struct record_stamp stamp;

	if (!record_take(&s, SPAN("audit(")) || take_kernel(&s, &stamp) || !record_take(&s, SPAN(":")))
		return -EINVAL;
	record_skip_blanks(&s);
	*ret_time = stamp.time;
	*ret_serial = stamp.serial;
	if (ret_rest)
		*ret_rest = record_rest(&s);
	return 0;
}
