/* SPDX-License-Identifier: MIT */
#include "seccompwatch/clock.h"

#include <stdio.h>

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int64_t clock_now(void)
{
	return (int64_t)(nanoseconds(CLOCK_REALTIME) / 1000000);
}

int64_t clock_monotonic(void)
{
	return (int64_t)(nanoseconds(CLOCK_MONOTONIC) / 1000000);
}

uint64_t clock_monotonic_us(void)
{
	return nanoseconds(CLOCK_MONOTONIC) / 1000;
}

/* Rounds down also before 1970. */
static time_t seconds_of(int64_t ms)
{
	return (time_t)(ms / 1000 - (ms % 1000 < 0));
}

void clock_format(int64_t ms, char ret[static CLOCK_TEXT_MAX])
{
	time_t seconds = seconds_of(ms);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&seconds, &tm) || (n = strftime(ret, CLOCK_TEXT_MAX, "%FT%T", &tm)) == 0) {
		snprintf(ret, CLOCK_TEXT_MAX, "0000-00-00T00:00:00.000Z");
		return;
	}
	snprintf(ret + n, CLOCK_TEXT_MAX - n, ".%03dZ", (int)(ms - (int64_t)seconds * 1000));
}

void clock_format_local(int64_t ms, char ret[static CLOCK_TEXT_MAX])
{
	time_t seconds = seconds_of(ms);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || strftime(ret, CLOCK_TEXT_MAX, "%F %T", &tm) == 0)
		snprintf(ret, CLOCK_TEXT_MAX, "?");
}

/* Takes exactly `width` digits off the head. */
static bool take_digits(struct span *s, size_t width, int *ret)
{
	uint64_t value;

	if (s->len < width || text_to_u64((struct span){s->data, width}, 9999, &value) < 0)
		return false;
	*ret = (int)value;
	*s = span_from_offset(*s, width);
	return true;
}

static bool take_char(struct span *s, const char *any)
{
	if (s->len == 0 || s->data[0] == '\0' || !strchr(any, s->data[0]))
		return false;
	*s = span_from_offset(*s, 1);
	return true;
}

static bool take_date(struct span *s, struct tm *tm)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int year, month, day;
	bool leap;

	if (!take_digits(s, 4, &year) || !take_char(s, "-") || !take_digits(s, 2, &month) || !take_char(s, "-") ||
		!take_digits(s, 2, &day))
		return false;
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1] + (month == 2 && leap))
		return false;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return true;
}

static bool take_time(struct span *s, struct tm *tm, int *ret_ms)
{
	if (!take_digits(s, 2, &tm->tm_hour) || !take_char(s, ":") || !take_digits(s, 2, &tm->tm_min))
		return false;
	if (take_char(s, ":") && !take_digits(s, 2, &tm->tm_sec))
		return false;
	if (tm->tm_hour > 23 || tm->tm_min > 59 || tm->tm_sec > 60)
		return false;
	if (!take_char(s, ".,"))
		return true;
	if (s->len == 0 || s->data[0] < '0' || s->data[0] > '9')
		return false;
	for (int scale = 100; s->len > 0 && s->data[0] >= '0' && s->data[0] <= '9'; scale /= 10) {
		*ret_ms += (s->data[0] - '0') * scale;
		*s = span_from_offset(*s, 1);
	}
	return true;
}

/* "Z", "+hh:mm", "+hhmm" or nothing (local). */
static bool take_zone(struct span *s, bool *ret_local, int *ret_offset)
{
	int sign, hours, minutes = 0;

	*ret_local = s->len == 0;
	*ret_offset = 0;
	if (*ret_local || take_char(s, "Zz"))
		return s->len == 0;
	sign = s->data[0] == '-' ? -1 : 1;
	if (!take_char(s, "+-") || !take_digits(s, 2, &hours))
		return false;
	take_char(s, ":");
	if (s->len > 0 && !take_digits(s, 2, &minutes))
		return false;
	*ret_offset = sign * (hours * 60 + minutes) * 60;
	return s->len == 0 && hours < 24 && minutes < 60;
}

int clock_parse_rfc3339(struct span s, int64_t *ret)
{
	struct tm tm = {.tm_isdst = -1};
	int offset, ms = 0;
	bool local;
	time_t t;

	if (!take_date(&s, &tm))
		return -EINVAL;
	if (take_char(&s, "Tt ") && !take_time(&s, &tm, &ms))
		return -EINVAL;
	if (!take_zone(&s, &local, &offset))
		return -EINVAL;
	t = local ? mktime(&tm) : timegm(&tm) - offset;
	*ret = (int64_t)t * 1000 + ms;
	return 0;
}

int clock_parse_span(struct span s, int64_t *ret)
{
	static const struct {
		struct span unit;
		int64_t ms;
	} units[] = {{SPAN("ms"), 1}, {SPAN("s"), 1000}, {SPAN("m"), 60000}, {SPAN("h"), 3600000}, {SPAN("d"), 86400000},
		{SPAN("w"), 604800000}};
	size_t digits = 0;
	uint64_t value;

	while (digits < s.len && s.data[digits] >= '0' && s.data[digits] <= '9')
		digits++;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!span_equal(span_from_offset(s, digits), units[i].unit))
			continue;
		if (text_to_u64((struct span){s.data, digits}, (uint64_t)(CLOCK_MAX / units[i].ms), &value) < 0)
			return -EINVAL;
		*ret = (int64_t)value * units[i].ms;
		return 0;
	}
	return -EINVAL;
}

int clock_parse_point(struct span s, int64_t now, int64_t *ret)
{
	int64_t age;
	uint64_t seconds;

	if (text_to_u64(s, CLOCK_MAX / 1000, &seconds) == 0) {
		*ret = (int64_t)seconds * 1000;
		return 0;
	}
	if (clock_parse_span(s, &age) == 0) {
		*ret = now - age;
		return 0;
	}
	return clock_parse_rfc3339(s, ret);
}
