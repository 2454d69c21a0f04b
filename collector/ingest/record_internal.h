/* SPDX-License-Identifier: MIT */
/* record_internal: what the files of the record parser share. A record is taken apart in three steps:
 * the prefix (who carried the line), the stamp (when, which serial), the fields (what happened). */
#pragma once

#include "seccompwatch/record.h"

/* auditd's ENRICHED format puts this byte between the kernel's text and its own translation of it. */
#define RECORD_ENRICHED 0x1d

/* Text that is being walked, left to right. */
struct record_scan {
	const char *at, *end;
};

static inline struct record_scan record_scan_of(struct span s)
{
	return (struct record_scan){s.data, s.data + s.len};
}
static inline size_t record_left(const struct record_scan *s)
{
	return (size_t)(s->end - s->at);
}
static inline struct span record_rest(const struct record_scan *s)
{
	return (struct span){s->at, record_left(s)};
}
static inline bool record_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
static inline bool record_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline void record_skip_blanks(struct record_scan *s)
{
	while (s->at < s->end && record_is_blank(*s->at))
		s->at++;
}
/* The run of bytes up to the next blank. */
static inline struct span record_word(struct record_scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && !record_is_blank(*s->at))
		s->at++;
	return (struct span){start, (size_t)(s->at - start)};
}
/* Steps over a literal, or stays. */
static inline bool record_take(struct record_scan *s, struct span literal)
{
	if (record_left(s) < literal.len || memcmp(s->at, literal.data, literal.len) != 0)
		return false;
	s->at += literal.len;
	return true;
}

/* ---- numbers ---- */
/* Steps over a run of decimal digits: false, and no step, when there is none or it exceeds max. */
bool record_decimal(struct record_scan *s, uint64_t max, uint64_t *ret);
/* The same when a number's end follows. */
bool record_take_decimal(struct record_scan *s, uint64_t max, uint64_t *ret);
/* With or without 0x. Returns the number of digits. */
size_t record_take_hex_digits(struct record_scan *s, size_t max_digits, uint64_t *ret);
bool record_take_hex(struct record_scan *s, size_t max_digits, uint64_t *ret);
bool record_at_boundary(const struct record_scan *s);
/* A name that stands for a number: letters, digits, '_' and '-'. */
struct span record_peek_name(const struct record_scan *s);
/* "unknown(1000)", "unknown-syscall(448)": what auparse writes when its tables have no name. */
bool record_take_unknown(struct record_scan *s, uint64_t max, uint64_t *ret);
static inline bool record_is_alnum(char c)
{
	return record_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- stamp ---- */
enum record_stamp_kind {
	RECORD_STAMP_NONE,        /* no "audit(", or somebody replaced its content by dots */
	RECORD_STAMP_KERNEL,      /* audit(SEC.MSEC:SERIAL) */
	RECORD_STAMP_INTERPRETED, /* audit(DATE TIME:SERIAL), as ausearch -i prints it */
};
struct record_stamp {
	enum record_stamp_kind kind;
	int64_t time;
	uint32_t serial;
};
/* Steps over "audit(…): ". -EINVAL for a stamp that is a number or a date but an impossible one. */
int record_stamp_take(struct record_scan *s, struct record_stamp *ret);

/* ---- prefix ---- */
struct record_date {
	enum {
		RECORD_DATE_NONE,
		RECORD_DATE_SYSLOG, /* a month's name in `date`, `day` */
		RECORD_DATE_ISO,
		RECORD_DATE_UNIX,   /* seconds in `date`, microseconds in `clock` */
		RECORD_DATE_CLOCK,  /* no date */
	} kind;
	struct span date, clock;
	unsigned day;
	bool is_utc;
};
/* Steps over a date as it stands at a line's start; false, and no step, when there is none. */
bool record_date_take(struct record_scan *s, struct record_date *ret);
int64_t record_date_time(const struct record_date *d, int64_t now); /* CLOCK_NONE when it says none */

enum record_tag {
	RECORD_TAG_NONE,   /* no syslog shape, or no tag in it */
	RECORD_TAG_KERNEL, /* kernel: */
	RECORD_TAG_AUDIT,  /* audit[PID]: and the daemons that forward audit records */
	RECORD_TAG_OTHER,  /* another program: what it writes is that program's text */
};
struct record_prefix {
	struct record_date date;
	enum record_tag tag;
	struct span host;
};
/* Steps over quote marks, a priority and a syslog date, host and tag, as far as they are there. */
void record_prefix_take(struct record_scan *s, struct record_prefix *ret);

/* ---- fields ---- */
enum record_field {
	RECORD_AUID,
	RECORD_UID,
	RECORD_GID,
	RECORD_SES,
	RECORD_SUBJ,
	RECORD_PPID,
	RECORD_PID,
	RECORD_COMM,
	RECORD_EXE,
	RECORD_REASON,
	RECORD_SIG,
	RECORD_ARCH,
	RECORD_SYSCALL,
	RECORD_COMPAT,
	RECORD_IP,
	RECORD_CODE,
	RECORD_FIELD_N,
};
struct record_facts {
	uint32_t seen;      /* 1 << enum record_field, of those that had a usable value */
	bool is_cut;        /* a quoted text has no end, or the text stops inside the number that matters */
	bool has_reason;    /* reason="seccomp": how type 1701 of kernels 3.5 to 3.7 says it */
	bool is_kill;       /* the code is a word that says no more than that */
};
static inline bool record_saw(const struct record_facts *facts, enum record_field f)
{
	return facts->seen & UINT32_C(1) << f;
}
/* The walk over the fields. */
struct record_walk {
	struct record_scan s;
	struct event *ev;
	struct record_facts *facts;
	enum record_field last; /* the last usable field, and where it ended */
	const char *last_end;
};
/* The texts; member is the struct event_text. */
bool record_take_comm(struct record_walk *w, void *member);
bool record_take_exe(struct record_walk *w, void *member);
bool record_take_subj(struct record_walk *w, void *member);
bool record_take_reason(struct record_walk *w, void *member);
void record_fields_parse(struct span text, struct event *ev, struct record_facts *ret);

/* ---- words of interpreted text ---- */
int record_word_signal(struct span name);                        /* its number, or -EINVAL */
int record_word_action(struct span name, uint32_t *ret_code);    /* SECCOMP_RET_…, kill-process, …; -EINVAL */
bool record_word_is_kill(struct span name);                      /* "kill": the thread or the process */
