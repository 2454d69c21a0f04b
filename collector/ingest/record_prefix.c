/* SPDX-License-Identifier: MIT */
/* record_prefix: what stands before a record in text that syslog, journalctl or dmesg wrote.
 *
 *   <5>Jul  6 15:37:40 host kernel: [369128.669452] audit: type=1326 …     syslog, journalctl -o short
 *   2025-08-25T07:54:39.281965+00:00 host audit[77]: SECCOMP auid=…         rsyslog, journalctl -o short-iso
 *   Mon 2025-08-25 07:54:39 UTC host kernel: …                             journalctl -o short-full
 *   1756108479.281965 host kernel: …                                       journalctl -o short-unix
 *   6,1234,5678,-;audit: type=1326 …                                       /dev/kmsg
 * The date is in local time where it does not say otherwise, and without a year in syslog's own form. */
#include "record_internal.h"

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

void record_prefix_take(struct record_scan *s, struct record_prefix *ret)
{
	*ret = (struct record_prefix){.tag = RECORD_TAG_NONE};
	take_marks(s);
	take_priority(s);
	take_kmsg(s);
	if (record_date_take(s, &ret->date))
		take_host_and_tag(s, ret);
	record_skip_blanks(s);
}
