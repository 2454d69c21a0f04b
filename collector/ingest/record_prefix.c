/* SPDX-License-Identifier: MIT */
/* record_prefix: what stands before a record in text that syslog, journalctl or dmesg wrote.
 *
 *   <5>Jul  6 15:37:40 host kernel: [369128.669452] audit: type=1326 …     syslog, journalctl -o short
 *   2025-08-25T07:54:39.281965+00:00 host audit[77]: SECCOMP auid=…         rsyslog, journalctl -o short-iso
 *   Mon 2025-08-25 07:54:39 UTC host kernel: …                             journalctl -o short-full
 *   1756108479.281965 host kernel: …                                       journalctl -o short-unix
 *   6,1234,5678,-;audit: type=1326 …                                       /dev/kmsg
 * The date is in local time where it does not say otherwise, and without a year in syslog's own form. */
#include <stdio.h>

#include "record_internal.h"

/* ---- dates ---- */

struct clock_text {
	char data[48];
	size_t len;
};

static void add(struct clock_text *t, struct span s)
{
	size_t n = MIN(s.len, sizeof(t->data) - t->len);

	memcpy(t->data + t->len, s.data, n);
	t->len += n;
}

static bool is_clock(struct span s)
{
	static const char shape[] = "00:00:00";

	if (s.len < 8)
		return false;
	for (size_t i = 0; i < 8; i++)
		if (shape[i] == ':' ? s.data[i] != ':' : !record_is_digit(s.data[i]))
			return false;
	return s.len == 8 || s.data[8] == '.' || s.data[8] == ',' || s.data[8] == '+' || s.data[8] == '-' ||
	       s.data[8] == 'Z';
}

static bool is_date(struct span s)
{
	static const char shape[] = "0000-00-00";

	if (s.len < 10)
		return false;
	for (size_t i = 0; i < 10; i++)
		if (shape[i] == '-' ? s.data[i] != '-' : !record_is_digit(s.data[i]))
			return false;
	return true;
}

/* The first three letters; English as syslog writes it, and the German ones that differ (journalctl obeys the
 * locale). An unknown name costs the text's time, never the record. */
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

static int64_t parse_iso(const struct clock_text *t)
{
	int64_t time;

	return clock_parse_rfc3339((struct span){t->data, t->len}, &time) == 0 ? time : CLOCK_NONE;
}

static int year_of(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(ms, text);
	return (int)strtol(text, NULL, 10);
}

/* The newest year that does not put the line into the future; four back, for the 29th of February. */
static int64_t time_without_year(int month, uint64_t day, struct span clock, int64_t now)
{
	const int64_t a_day = 24 * 60 * 60 * 1000;
	int year = year_of(now) + 1;

	for (int back = 0; back <= 5; back++) {
		struct clock_text t = {.len = 0};
		int64_t time;

		t.len = (size_t)snprintf(t.data, sizeof(t.data), "%04d-%02d-%02uT", year - back, month, (unsigned)day);
		add(&t, clock);
		time = parse_iso(&t);
		if (time != CLOCK_NONE && time <= now + a_day)
			return time;
	}
	return CLOCK_NONE;
}

/* "Jul  6 15:37:40" */
static bool take_syslog_date(struct record_scan *s, int64_t now, int64_t *ret)
{
	struct record_scan try = *s;
	struct span name = record_word(&try), clock;
	uint64_t day;
	int month;

	if (name.len < 3 || name.len > 6 || record_is_digit(name.data[0]))
		return false;
	record_skip_blanks(&try);
	if (!record_decimal(&try, 31, &day) || try.at == try.end || !record_is_blank(*try.at))
		return false;
	record_skip_blanks(&try);
	clock = record_word(&try);
	if (!is_clock(clock))
		return false;
	month = month_of(name);
	*ret = month && day ? time_without_year(month, day, clock, now) : CLOCK_NONE;
	*s = try;
	return true;
}

/* "2025-08-25T07:54:39.281965+00:00", "Mon 2025-08-25 07:54:39 UTC" */
static bool take_iso_date(struct record_scan *s, int64_t *ret)
{
	struct record_scan try = *s, zone;
	struct clock_text t = {.len = 0};
	struct span date = record_word(&try), clock;

	if (date.len == 3 && !record_is_digit(date.data[0])) {
		record_skip_blanks(&try);
		date = record_word(&try);
	}
	if (!is_date(date))
		return false;
	clock = span_from_offset(date, 11);
	if (date.len == 10) {
		record_skip_blanks(&try);
		clock = record_word(&try);
	}
	if (!is_clock(clock))
		return false;
	add(&t, (struct span){date.data, 10});
	add(&t, SPAN("T"));
	add(&t, clock);
	zone = try;
	record_skip_blanks(&zone);
	if (date.len == 10 && record_take(&zone, SPAN("UTC "))) {
		add(&t, SPAN("Z"));
		try = zone;
	}
	*ret = parse_iso(&t);
	*s = try;
	return true;
}

/* "1756108479.281965" */
static bool take_unix_date(struct record_scan *s, int64_t *ret)
{
	struct record_scan try = *s;
	uint64_t sec, micro;
	const char *start;

	if (!record_decimal(&try, CLOCK_MAX / 1000 - 1, &sec) || try.at - s->at < 9 || !record_take(&try, SPAN(".")))
		return false;
	start = try.at;
	if (!record_decimal(&try, 999999, &micro) || try.at - start != 6 || try.at == try.end ||
		!record_is_blank(*try.at))
		return false;
	*ret = (int64_t)(sec * 1000 + micro / 1000);
	*s = try;
	return true;
}

/* "14:02:39": a journal pager with the date cut off. */
static bool take_clock(struct record_scan *s)
{
	struct record_scan try = *s;

	if (!is_clock(record_word(&try)))
		return false;
	*s = try;
	return true;
}

static bool take_date(struct record_scan *s, int64_t now, int64_t *ret)
{
	*ret = CLOCK_NONE;
	return take_syslog_date(s, now, ret) || take_iso_date(s, ret) || take_unix_date(s, ret) || take_clock(s);
}

/* ---- host and tag ---- */

/* "name:" or "name[123]:" */
static bool is_tag(struct span word)
{
	return word.len > 1 && word.data[word.len - 1] == ':';
}

static struct span tag_name(struct span tag)
{
	const char *bracket = memchr(tag.data, '[', tag.len);

	return (struct span){tag.data, bracket ? (size_t)(bracket - tag.data) : tag.len - 1};
}

static enum record_tag classify(struct span tag)
{
	static const struct {
		const char *name;
		enum record_tag tag;
	} known[] = {
		{"kernel", RECORD_TAG_KERNEL},
		{"kern", RECORD_TAG_KERNEL},
		{"audit", RECORD_TAG_AUDIT},
		{"auditd", RECORD_TAG_AUDIT},
		{"audispd", RECORD_TAG_AUDIT},
		{"audisp-syslog", RECORD_TAG_AUDIT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (span_equal(tag_name(tag), span_from(known[i].name)))
			return known[i].tag;
	return RECORD_TAG_OTHER;
}

/* Some syslogs write the severity where others write the host. */
static bool is_severity(struct span word)
{
	static const char *const names[] = {
		"EMERG", "ALERT", "CRIT", "ERR", "ERROR", "WARNING", "WARN", "NOTICE", "INFO", "DEBUG"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (span_equal(word, span_from(names[i])))
			return true;
	return false;
}

static void take_host_and_tag(struct record_scan *s, struct record_prefix *ret)
{
	struct record_scan try = *s;
	struct span word;

	record_skip_blanks(&try);
	word = record_word(&try);
	if (!is_tag(word)) {
		if (!is_severity(word))
			ret->host = word;
		*s = try;
		record_skip_blanks(&try);
		word = record_word(&try);
	}
	if (!is_tag(word))
		return;
	ret->tag = classify(word);
	/* "audit:" is the kernel's own word before type=, not syslog's. */
	if (span_equal(word, SPAN("audit:")))
		return;
	*s = try;
}

/* ---- what comes before all that ---- */

static void take_marks(struct record_scan *s)
{
	while (s->at < s->end && (record_is_blank(*s->at) || strchr(">#|*", *s->at)) && *s->at != '\0')
		s->at++;
}

/* "<5>" */
static void take_priority(struct record_scan *s)
{
	struct record_scan try = *s;
	uint64_t n;

	if (record_take(&try, SPAN("<")) && record_decimal(&try, 191, &n) && record_take(&try, SPAN(">")))
		*s = try;
}

/* "6,1234,5678,-;" */
static void take_kmsg(struct record_scan *s)
{
	struct record_scan try = *s;
	const char *semicolon;
	uint64_t n;

	for (int i = 0; i < 3; i++)
		if (!record_decimal(&try, UINT64_MAX, &n) || !record_take(&try, SPAN(",")))
			return;
	semicolon = memchr(try.at, ';', record_left(&try));
	if (semicolon)
		s->at = semicolon + 1;
}

void record_prefix_take(struct record_scan *s, int64_t now, struct record_prefix *ret)
{
	*ret = (struct record_prefix){.time = CLOCK_NONE};
	take_marks(s);
	take_priority(s);
	take_kmsg(s);
	ret->is_syslog = take_date(s, now, &ret->time);
	if (ret->is_syslog)
		take_host_and_tag(s, ret);
	record_skip_blanks(s);
}
