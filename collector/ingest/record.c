/* SPDX-License-Identifier: MIT */
/* record: finds the record in a line, and decides what is an event.
 *
 * Where a record may begin. Log files hold text that other programs and their users wrote, so a record is not
 * searched for: the line is walked word by word, and the first thing that looks like a record's head decides,
 * in three places only:
 *   type=…        at the line's start, or after a door: "audit:", "kernel:" or the "]" of a printk time
 *   SECCOMP …     right behind journald's "audit[PID]: " (or any tag with a pid), or at the line's start
 *   auid=… pid=…  bare fields, only at the line's start or behind one word with a colon, and only when enough
 *                 fields follow that nothing else can be meant
 * In a syslog line of another program (its tag says so) only the first word of the message counts. */
#include <linux/seccomp.h>
#include <signal.h>

#include "record_internal.h"

enum head_kind {
	HEAD_NONE,    /* no audit record, or one of another type */
	HEAD_SECCOMP, /* says that it is a SECCOMP record */
	HEAD_ABEND,   /* type 1701: one only with reason="seccomp" */
	HEAD_BARE,    /* fields without a type */
};

struct head {
	enum head_kind kind;
	enum event_source source; /* what the spelling says; EVENT_SOURCE_N: nothing */
	struct span node;         /* auditd's name_format, before the type */
};

static int refuse(int outcome, const char *why, const char **ret_why)
{
	if (ret_why)
		*ret_why = why;
	return outcome;
}

/* ---- heads ---- */

static enum head_kind kind_of_type(struct span type)
{
	static const struct {
		struct span name;
		enum head_kind kind;
	} types[] = {
		{SPAN("SECCOMP"), HEAD_SECCOMP},
		{SPAN("1326"), HEAD_SECCOMP},
		{SPAN("ANOM_ABEND"), HEAD_ABEND},
		{SPAN("1701"), HEAD_ABEND},
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (span_equal(type, types[i].name))
			return types[i].kind;
	return HEAD_NONE;
}

/* After "type=". */
static void take_typed(struct record_scan *s, struct head *ret)
{
	ret->kind = kind_of_type(record_word(s));
	if (ret->kind == HEAD_NONE)
		return;
	record_skip_blanks(s);
	ret->source = record_take(s, SPAN("msg=")) ? EVENT_SOURCE_AUDIT_LOG : EVENT_SOURCE_KMSG;
}

/* journald's "SECCOMP auid=…", and how it spells a type it does not know. */
static bool take_word(struct record_scan *s, struct head *ret)
{
	if (!record_take(s, SPAN("SECCOMP ")) && !record_take(s, SPAN("<audit-1326> ")))
		return false;
	ret->kind = HEAD_SECCOMP;
	ret->source = EVENT_SOURCE_JOURNAL;
	return true;
}

static bool is_bare(const struct record_scan *s)
{
	static const struct span keys[] = {SPAN("auid="), SPAN("uid="), SPAN("pid="), SPAN("comm=")};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (span_starts(record_rest(s), keys[i]))
			return true;
	return false;
}

static bool is_door(struct span word)
{
	return span_equal(word, SPAN("audit:")) || span_equal(word, SPAN("kernel:")) ||
	       span_equal(word, SPAN("-")) || word.data[word.len - 1] == ']' ||
	       (word.len > 2 && word.data[word.len - 1] == ':' && word.data[word.len - 2] == ']') ||
	       span_starts(word, SPAN("node="));
}

/* "audit[346709]:" */
static bool is_tag_with_pid(struct span word)
{
	return word.len > 3 && word.data[word.len - 1] == ':' && word.data[word.len - 2] == ']' &&
	       memchr(word.data, '[', word.len) != NULL && word.data[0] != '[';
}

/* Whether a record's head stands here, behind `before` (empty: at the start), the `nth` word. */
static bool take_head(struct record_scan *s, struct span before, unsigned nth, struct head *ret)
{
	bool first = nth == 0;

	if ((first || is_door(before)) && record_take(s, SPAN("type="))) {
		take_typed(s, ret);
		return true;
	}
	if ((first || is_tag_with_pid(before)) && take_word(s, ret))
		return true;
	if ((first || (nth == 1 && before.data[before.len - 1] == ':')) && is_bare(s)) {
		ret->kind = HEAD_BARE;
		return true;
	}
	return false;
}

#define HEAD_WORDS_MAX 64

static void find_head(struct record_scan *s, const struct record_prefix *prefix, struct head *ret)
{
	struct span before = {0};
	unsigned words = prefix->tag == RECORD_TAG_OTHER ? 1 : HEAD_WORDS_MAX;

	for (unsigned nth = 0; nth < words && s->at < s->end; nth++) {
		if (take_head(s, before, nth, ret))
			return;
		before = record_word(s);
		record_skip_blanks(s);
		if (nth == 0 && span_starts(before, SPAN("node="))) {
			ret->node = span_from_offset(before, strlen("node="));
			words++;
		}
	}
}

/* ---- decisions ---- */

/* Says who did it: without a stamp a record needs that to be more than a mention of the type. */
static bool has_process(const struct record_facts *facts)
{
	return record_saw(facts, RECORD_PID) || record_saw(facts, RECORD_COMM) || record_saw(facts, RECORD_EXE);
}

static bool is_unmistakable(const struct record_facts *facts)
{
	return has_process(facts) && record_saw(facts, RECORD_SIG) && record_saw(facts, RECORD_ARCH) &&
	       record_saw(facts, RECORD_SYSCALL) && record_saw(facts, RECORD_CODE);
}

/* A kill of which the text does not say whether the thread or the process died: unknown is what kills too. Strict
 * mode kills the thread (kernel/seccomp.c: __secure_computing_strict). */
static enum event_action action_of_kill(const struct event *ev)
{
	return ev->mode == EVENT_MODE_STRICT ? EVENT_ACTION_KILL_THREAD : EVENT_ACTION_UNKNOWN;
}

static void set_action(struct event *ev, const struct record_facts *facts)
{
	ev->mode = ev->sig == SIGKILL ? EVENT_MODE_STRICT : EVENT_MODE_FILTER;
	if (facts->is_kill)
		ev->action = action_of_kill(ev);
	else
		ev->action = ev->has_code ? event_action_from_code(ev->code) : EVENT_ACTION_NONE;
	/* Kernels 3.5 to 3.7 left the errno in the value. */
	if (ev->action == EVENT_ACTION_ERRNO)
		ev->error = (int16_t)(ev->code & SECCOMP_RET_DATA & INT16_MAX);
}

static int decide(enum head_kind kind, const struct record_facts *facts, struct event *ev, const char **ret_why)
{
	if (kind == HEAD_ABEND && !facts->has_reason)
		return refuse(RECORD_E_OTHER, "a crash that is no seccomp violation", ret_why);
	if (kind == HEAD_BARE && !is_unmistakable(facts))
		return refuse(RECORD_E_OTHER, "not an audit record", ret_why);
	if (facts->is_cut)
		return refuse(RECORD_E_MALFORMED, "cut off", ret_why);
	if (!record_saw(facts, RECORD_SYSCALL))
		return refuse(RECORD_E_MALFORMED, "no syscall number", ret_why);
	if (!ev->has_serial && !has_process(facts))
		return refuse(RECORD_E_MALFORMED, "neither a stamp nor a process", ret_why);
	if (ev->has_code && (ev->code & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW)
		return refuse(RECORD_E_OTHER, "an allowed call is no violation", ret_why);
	set_action(ev, facts);
	return 0;
}

static void set_stamp(struct event *ev, const struct record_stamp *stamp)
{
	if (stamp->kind == RECORD_STAMP_NONE)
		return;
	ev->time = stamp->time;
	ev->serial = stamp->serial;
	ev->has_serial = true;
	ev->time_source = EVENT_TIME_AUDIT;
	ev->interpreted = stamp->kind == RECORD_STAMP_INTERPRETED;
}

static void set_time(struct event *ev, const struct record_context *context)
{
	if (context->line_time != CLOCK_NONE)
		ev->text_time = context->line_time;
	if (ev->has_serial)
		return;
	ev->time_source = ev->text_time == CLOCK_NONE ? EVENT_TIME_UNKNOWN : EVENT_TIME_TEXT;
	ev->time = ev->text_time == CLOCK_NONE ? context->now : ev->text_time;
}

/* The journal hands out the kernel's spelling too. */
static void set_source(struct event *ev, const struct head *head, const struct record_context *context)
{
	bool says = head->source != EVENT_SOURCE_N &&
		    !(head->source == EVENT_SOURCE_KMSG && context->source == EVENT_SOURCE_JOURNAL);

	ev->source = says ? head->source : context->source;
}

/* The stamp and the fields, behind the head. */
static int parse_body(struct record_scan *s, enum head_kind kind, struct event *ev, const char **ret_why)
{
	struct record_facts facts;
	struct record_stamp stamp;

	if (record_stamp_take(s, &stamp))
		return refuse(kind == HEAD_SECCOMP ? RECORD_E_MALFORMED : RECORD_E_OTHER, "an impossible stamp", ret_why);
	set_stamp(ev, &stamp);
	record_fields_parse(record_rest(s), ev, &facts);
	return decide(kind, &facts, ev, ret_why);
}

static struct span trim(struct span line)
{
	while (line.len && (record_is_blank(line.data[line.len - 1]) || line.data[line.len - 1] == '\0'))
		line.len--;
	return line;
}

int record_parse(struct span line, const struct record_context *context, struct event *ev, const char **ret_why)
{
	struct record_scan s = record_scan_of(trim(line));
	struct record_prefix prefix = {.tag = RECORD_TAG_NONE};
	struct head head = {.kind = HEAD_NONE, .source = EVENT_SOURCE_N};
	int r;

	event_reset(ev);
	if (record_take(&s, SPAN("type="))) {
		take_typed(&s, &head);
	} else {
		record_prefix_take(&s, &prefix);
		find_head(&s, &prefix, &head);
	}
	if (head.kind == HEAD_NONE)
		return refuse(RECORD_E_OTHER, "not a SECCOMP record", ret_why);
	r = parse_body(&s, head.kind, ev, ret_why);
	if (r != 0)
		return r;
	ev->text_time = record_date_time(&prefix.date, context->now);
	if (head.node.len)
		event_set(ev, &ev->node, head.node);
	if (prefix.host.len)
		event_set(ev, &ev->prefix_host, prefix.host);
	set_time(ev, context);
	set_source(ev, &head, context);
	return 0;
}

int record_parse_netlink(struct span payload, struct event *ev, const char **ret_why)
{
	struct record_scan s = record_scan_of(trim(payload));
	int r;

	event_reset(ev);
	r = parse_body(&s, HEAD_SECCOMP, ev, ret_why);
	if (r == 0 && !ev->has_serial)
		return refuse(RECORD_E_MALFORMED, "no stamp", ret_why);
	return r;
}
