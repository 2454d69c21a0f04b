/* SPDX-License-Identifier: MIT */
/* record_date: the dates that syslog, journalctl and rsyslog put before a line.
 * Recognising one is cheap and done for every line; working out its time (local zones, a year that syslog does
 * not write) is not, and is done for records alone. */
#include <stdio.h>

#include "record_internal.h"

/* ---- shapes: '0' stands for a digit ---- */

static bool has_shape(struct span s, const char *shape)
{
	size_t len = strlen(shape);

	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (shape[i] == '0' ? !record_is_digit(s.data[i]) : s.data[i] != shape[i])
			return false;
	return true;
}

static bool is_clock(struct span s)
{
	return has_shape(s, "00:00:00") && (s.len == 8 || (s.data[8] != '\0' && strchr(".,+-Z", s.data[8])));
}

/* "Jul  6 15:37:40" */
static bool take_syslog(struct record_scan *s, struct record_date *ret)
{
	struct record_scan try = *s;
	uint64_t day;

	ret->date = record_word(&try);
	if (ret->date.len < 3 || ret->date.len > 6 || record_is_digit(ret->date.data[0]))
		return false;
	record_skip_blanks(&try);
	if (!record_decimal(&try, 31, &day) || try.at == try.end || !record_is_blank(*try.at))
		return false;
	record_skip_blanks(&try);
	ret->clock = record_word(&try);
	if (!is_clock(ret->clock))
		return false;
	ret->kind = RECORD_DATE_SYSLOG;
	ret->day = (unsigned)day;
	*s = try;
	return true;
}

/* "2025-08-25T07:54:39.281965+00:00", "Mon 2025-08-25 07:54:39 UTC" */
static bool take_iso(struct record_scan *s, struct record_date *ret)
{
	struct record_scan try = *s;

	ret->date = record_word(&try);
	if (ret->date.len == 3 && !record_is_digit(ret->date.data[0])) {
		record_skip_blanks(&try);
		ret->date = record_word(&try);
	}
	if (!has_shape(ret->date, "0000-00-00"))
		return false;
	ret->clock = span_from_offset(ret->date, strlen("0000-00-00T"));
	if (ret->date.len == strlen("0000-00-00")) {
		record_skip_blanks(&try);
		ret->clock = record_word(&try);
	}
	if (!is_clock(ret->clock))
		return false;
	ret->kind = RECORD_DATE_ISO;
	ret->date.len = strlen("0000-00-00");
	*s = try;
	record_skip_blanks(&try);
	ret->is_utc = record_take(&try, SPAN("UTC "));
	if (ret->is_utc)
		*s = try;
	return true;
}

/* "1756108479.281965" */
static bool take_unix(struct record_scan *s, struct record_date *ret)
{
	struct record_scan try = *s;
	struct span word = record_word(&try);
	const char *dot = word.len ? memchr(word.data, '.', word.len) : NULL;

	if (!dot || dot - word.data < 9 || dot - word.data > 10)
		return false;
	ret->date = (struct span){word.data, (size_t)(dot - word.data)};
	ret->clock = (struct span){dot + 1, word.len - ret->date.len - 1};
	if (ret->clock.len != 6 || !has_shape(ret->date, "000000000") || !has_shape(ret->clock, "000000"))
		return false;
	ret->kind = RECORD_DATE_UNIX;
	*s = try;
	return true;
}

/* "14:02:39": a pager with the date cut off. */
static bool take_clock(struct record_scan *s, struct record_date *ret)
{
	struct record_scan try = *s;

	if (!is_clock(record_word(&try)))
		return false;
	ret->kind = RECORD_DATE_CLOCK;
	*s = try;
	return true;
}

bool record_date_take(struct record_scan *s, struct record_date *ret)
{
	*ret = (struct record_date){.kind = RECORD_DATE_NONE};
	return take_syslog(s, ret) || take_iso(s, ret) || take_unix(s, ret) || take_clock(s, ret);
}

/* ---- times ---- */

/* English as syslog writes it, and the German names that differ (journalctl obeys the locale). An unknown name
 * costs the text's time, never the record. */
static const struct {
	const char *name;
	int month;
} months[] = {
	{"Jan", 1}, {"Feb", 2}, {"Mar", 3}, {"Apr", 4}, {"May", 5}, {"Jun", 6}, {"Jul", 7}, {"Aug", 8},
	{"Sep", 9}, {"Oct", 10}, {"Nov", 11}, {"Dec", 12}, {"Mär", 3}, {"Mai", 5}, {"Okt", 10}, {"Dez", 12},
};

static int month_of(struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(months); i++)
		if (span_equal(name, span_from(months[i].name)))
			return months[i].month;
	return 0;
}

static int64_t parse_iso(const char *date, struct span clock, bool is_utc)
{
	char text[64];
	int64_t time;

	snprintf(text, sizeof(text), "%.10sT%.*s%s", date, (int)MIN(clock.len, (size_t)40), clock.data,
		is_utc ? "Z" : "");
	if (clock_parse_rfc3339(span_from(text), &time) < 0 || time < 0 || time > CLOCK_MAX)
		return CLOCK_NONE;
	return time;
}

/* The newest year that does not put the line into the future (a day is left for zones and clocks that are
 * wrong); some years back for the 29th of February. */
static int64_t time_without_year(const struct record_date *d, int64_t now)
{
	const int64_t a_day = 24 * 60 * 60 * 1000;
	int month = month_of(d->date);
	struct tm latest;
	time_t limit = (now + a_day) / 1000;

	if (month == 0 || d->day == 0 || !gmtime_r(&limit, &latest))
		return CLOCK_NONE;
	for (int year = latest.tm_year + 1900, oldest = year - 8; year > oldest; year--) {
		char date[32];
		int64_t time;

		if (year == latest.tm_year + 1900 &&
			(month > latest.tm_mon + 1 || (month == latest.tm_mon + 1 && (int)d->day > latest.tm_mday)))
			continue;
		snprintf(date, sizeof(date), "%04d-%02d-%02u", year, month, d->day);
		time = parse_iso(date, d->clock, false);
		if (time != CLOCK_NONE)
			return time;
	}
	return CLOCK_NONE;
}

static int64_t time_of_unix(const struct record_date *d)
{
	uint64_t sec, micro;

	if (text_to_u64(d->date, CLOCK_MAX / 1000 - 1, &sec) || text_to_u64(d->clock, 999999, &micro))
		return CLOCK_NONE;
	return (int64_t)(sec * 1000 + micro / 1000);
}

int64_t record_date_time(const struct record_date *d, int64_t now)
{
	switch (d->kind) {
	case RECORD_DATE_SYSLOG:
		return time_without_year(d, now);
	case RECORD_DATE_ISO:
		return parse_iso(d->date.data, d->clock, d->is_utc);
	case RECORD_DATE_UNIX:
		return time_of_unix(d);
	case RECORD_DATE_CLOCK:
	case RECORD_DATE_NONE:
		break;
	}
	return CLOCK_NONE;
}
