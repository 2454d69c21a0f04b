/* SPDX-License-Identifier: MIT */
#include "seccompwatch/oom.h"

#include <fcntl.h>

#include "seccompwatch/clock.h"

#define RECORDS_MAX 65536 /* the log's usual size holds a tenth */

static bool skip(struct span *s, struct span head)
{
	if (!span_starts(*s, head))
		return false;
	*s = span_from_offset(*s, head.len);
	return true;
}

/* The number at its head, and what follows it. */
static bool take_number(struct span *s, uint64_t *ret)
{
	size_t n = 0;

	while (n < s->len && s->data[n] >= '0' && s->data[n] <= '9')
		n++;
	if (n == 0 || text_to_u64((struct span){s->data, n}, UINT64_MAX, ret) < 0)
		return false;
	*s = span_from_offset(*s, n);
	return true;
}

/* "PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT" (Documentation/ABI/testing/dev-kmsg); facility 0 is the kernel's own. */
static bool parse_head(struct span *record, uint64_t *ret_us)
{
	uint64_t priority, sequence;
	const char *text;

	if (!take_number(record, &priority) || !skip(record, SPAN(",")) || !take_number(record, &sequence) ||
		!skip(record, SPAN(",")) || !take_number(record, ret_us) || priority > 7)
		return false;
	text = record->len ? memchr(record->data, ';', record->len) : NULL;
	if (!text)
		return false;
	*record = span_from_offset(*record, (size_t)(text + 1 - record->data));
	return true;
}

/* mm/oom_kill.c, __oom_kill_process: "%s: Killed process %d (%s) …", of which the first is one of two. */
static int32_t parse_text(struct span text)
{
	uint64_t pid;

	if (!skip(&text, SPAN("Memory cgroup out of memory")) && !skip(&text, SPAN("Out of memory")))
		return 0;
	if (!skip(&text, SPAN(": Killed process ")) || !take_number(&text, &pid) || pid > INT32_MAX)
		return 0;
	return (int32_t)pid;
}

int32_t oom_parse(struct span record)
{
	uint64_t us;

	return parse_head(&record, &us) ? parse_text(record) : 0;
}

/* The log's clock is not kept right as ours are: it may be off by 100 ppm of the time since boot. */
static bool is_since(struct span record, int64_t since)
{
	int64_t up = clock_monotonic();
	uint64_t us = 0;

	return parse_head(&record, &us) && clock_now() - up + (int64_t)(us / 1000) >= since - 1000 - up / 10000;
}

int oom_was_killed(int32_t pid, int64_t since)
{
	CLEANUP_CLOSE int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192];
	ssize_t n;

	if (fd < 0)
		return -errno;
	for (int i = 0; i < RECORDS_MAX; i++) {
		n = read(fd, record, sizeof(record));
		if (n < 0 && errno == EPIPE) /* it was overwritten meanwhile: the next is there */
			continue;
		if (n <= 0)
			break;
		if (oom_parse((struct span){record, (size_t)n}) == pid &&
			is_since((struct span){record, (size_t)n}, since))
			return 1;
	}
	return 0;
}
