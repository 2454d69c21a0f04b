/* SPDX-License-Identifier: MIT */
/* record_amend: what the SYSCALL record (type 1300) of the same event adds.
 * kernel/auditsc.c, audit_log_exit(): arch= syscall= [per=] success= exit= a0= a1= a2= a3= items= ppid= pid=…;
 * nothing before ppid= is written by a process, and the walk ends there. */
#include "record_internal.h"

#define TYPE_SYSCALL 1300

static bool take_head(struct record_scan *s)
{
	record_take(s, SPAN("audit: "));
	if (record_take(s, SPAN("node="))) {
		record_word(s);
		record_skip_blanks(s);
	}
	if (!record_take(s, SPAN("type=SYSCALL ")) && !record_take(s, SPAN("type=1300 ")))
		return false;
	record_take(s, SPAN("msg="));
	return true;
}

static bool take_hex_word(struct record_scan *s, uint64_t *ret)
{
	return text_to_u64_hex(record_word(s), UINT64_MAX, ret) == 0;
}

/* a0= to a3=, each expected after the one before. */
static void take_argument(struct record_scan *s, struct record_amend *ret)
{
	unsigned n = (unsigned)(s->at[1] - '0');
	uint64_t value;

	s->at += strlen("a0=");
	if (n == ret->n_args && take_hex_word(s, &value)) {
		ret->args[n] = value;
		ret->n_args++;
	}
}

static void take_exit(struct record_scan *s, struct record_amend *ret)
{
	int64_t value;

	if (text_to_i64(record_word(s), &value) == 0 && value < 0 && value >= -4095)
		ret->error = (int16_t)-value;
}

static void take_ppid(struct record_scan *s, struct record_amend *ret)
{
	uint64_t value;

	if (text_to_u64(record_word(s), INT32_MAX, &value) == 0)
		ret->ppid = (int32_t)value;
}

static bool at_argument(const struct record_scan *s)
{
	return record_left(s) > 3 && s->at[0] == 'a' && s->at[1] >= '0' && s->at[1] <= '3' && s->at[2] == '=';
}

static void take_fields(struct record_scan *s, struct record_amend *ret)
{
	while (record_left(s) > 0) {
		if (at_argument(s))
			take_argument(s, ret);
		else if (record_take(s, SPAN("exit=")))
			take_exit(s, ret);
		else if (record_take(s, SPAN("ppid=")))
			break;
		else
			record_word(s);
		record_skip_blanks(s);
	}
	take_ppid(s, ret);
	if (ret->n_args != ARRAY_SIZE(ret->args))
		ret->n_args = 0;
}

int record_parse_amend(struct span line, uint16_t type, struct record_amend *ret)
{
	struct record_scan s = record_scan_of(line);
	struct record_amend amend = {.ppid = EVENT_NO_PID};
	struct record_stamp stamp;

	if (type ? type != TYPE_SYSCALL : !take_head(&s))
		return RECORD_E_OTHER;
	if (record_stamp_take(&s, &stamp) || stamp.kind == RECORD_STAMP_NONE)
		return RECORD_E_OTHER;
	amend.time = stamp.time;
	amend.serial = stamp.serial;
	record_skip_blanks(&s);
	take_fields(&s, &amend);
	*ret = amend;
	return 0;
}
