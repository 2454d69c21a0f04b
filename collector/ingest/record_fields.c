/* SPDX-License-Identifier: MIT */
/* record_fields: "auid=… uid=… … code=…" → struct event.
 *
 * Why nothing can be forged. The kernel writes the fields in one order (kernel/auditsc.c: audit_seccomp,
 * audit_log_task), quotes comm and exe, and writes them as hex when they hold a blank, a quote or a control
 * byte; so a quoted text ends at the next quote, and no blank-separated word of a record comes from the process.
 * Two texts do hold blanks, and each is ended by what must follow it:
 *   subj   a security label, raw. pid= comes next and nothing after that holds a blank, so it ends before the
 *          last " pid=".
 *   comm, exe in interpreted text (ausearch -i decodes the hex and does not quote): they end before the last
 *          " sig=", after which only numbers and names from tables follow; comm ends before the first " exe=".
 * A field counts once, the first time. Hand-damaged records lack fields or have them in another order; so a
 * word that is no known field is stepped over, and the expected order is only where the search begins. */
#include "record_internal.h"

typedef bool (*take_fn)(struct record_walk *w, void *member);

struct field {
	const char *key;
	size_t len;
	size_t member;
	take_fn take;
};

/* ---- values ---- */

static bool take_id(struct record_walk *w, void *member)
{
	uint32_t *id = member;
	struct span name;
	uint64_t n;

	if (record_take_decimal(&w->s, UINT32_MAX, &n) || record_take_unknown(&w->s, UINT32_MAX, &n)) {
		*id = (uint32_t)n;
		return true;
	}
	name = record_word(&w->s);
	if (span_equal(name, SPAN("root"))) {
		*id = 0;
		return true;
	}
	w->ev->interpreted |= span_equal(name, SPAN("unset"));
	return false;
}

static bool take_pid(struct record_walk *w, void *member)
{
	uint64_t n;

	if (!record_take_decimal(&w->s, INT32_MAX, &n))
		return false;
	*(int32_t *)member = (int32_t)n;
	return true;
}

static bool take_sig(struct record_walk *w, void *member)
{
	int16_t *sig = member;
	struct span name;
	uint64_t n;
	int known;

	if (record_take_decimal(&w->s, INT16_MAX, &n)) {
		*sig = (int16_t)n;
		return true;
	}
	name = record_peek_name(&w->s);
	known = record_word_signal(name);
	if (known < 0)
		return false;
	w->s.at += name.len;
	*sig = (int16_t)known;
	return true;
}

static bool take_arch(struct record_walk *w, void *member)
{
	struct span name;
	uint64_t n;

	if (record_take_hex(&w->s, 8, &n)) {
		w->ev->arch = (uint32_t)n;
		w->ev->has_arch = true;
		return true;
	}
	name = record_peek_name(&w->s);
	if (name.len == 0)
		return false;
	w->s.at += name.len;
	w->ev->interpreted = true;
	return event_set(w->ev, member, name) == 0;
}

static bool take_syscall_number(struct record_scan *s, int64_t *ret)
{
	struct record_scan try = *s;
	bool negative = record_take(&try, SPAN("-"));
	uint64_t n;

	if (!record_decimal(&try, INT64_MAX, &n))
		return false;
	/* "16(ioctl)": a name that somebody added. */
	if (!record_at_boundary(&try) && *try.at != '(')
		return false;
	*ret = negative ? -(int64_t)n : (int64_t)n;
	*s = try;
	return true;
}

static bool take_syscall(struct record_walk *w, void *member)
{
	struct span name;
	uint64_t n;

	if (take_syscall_number(&w->s, &w->ev->syscall))
		return true;
	if (record_take_unknown(&w->s, INT64_MAX, &n)) {
		w->ev->syscall = (int64_t)n;
		return true;
	}
	name = record_peek_name(&w->s);
	if (name.len == 0 || record_is_digit(name.data[0]) || name.data[0] == '-')
		return false;
	w->s.at += name.len;
	w->ev->interpreted = true;
	return event_set(w->ev, member, name) == 0;
}

static bool take_compat(struct record_walk *w, void *member)
{
	uint64_t n;

	if (!record_take_decimal(&w->s, 1, &n))
		return false;
	*(int8_t *)member = (int8_t)n;
	return true;
}

static bool take_ip(struct record_walk *w, void *member)
{
	if (!record_take_hex(&w->s, 16, member))
		return false;
	w->ev->has_ip = true;
	return true;
}

/* At most eight digits; what is glued to them is the ENRICHED trailer, which begins with a capital. */
static bool take_code_number(struct record_scan *s, uint64_t *ret)
{
	struct record_scan try = *s;

	if (record_take_hex_digits(&try, 8, ret) == 0 || !(record_at_boundary(&try) || (*try.at >= 'A' && *try.at <= 'Z')))
		return false;
	*s = try;
	return true;
}

/* "unknown-seccomp-code(0x12340000)" */
static bool take_unknown_code(struct record_scan *s, uint64_t *ret)
{
	struct record_scan try = *s;

	if (!record_take(&try, SPAN("unknown-seccomp-code(")) || !take_code_number(&try, ret))
		return false;
	*s = try;
	return true;
}

static bool take_code(struct record_walk *w, void *member)
{
	struct span name = record_peek_name(&w->s);
	uint32_t *code = member;
	uint64_t n;

	if (take_code_number(&w->s, &n) || take_unknown_code(&w->s, &n)) {
		*code = (uint32_t)n;
	} else if (record_word_action(name, code) == 0) {
		w->s.at += name.len;
	} else {
		w->facts->is_kill = record_word_is_kill(name);
		return w->facts->is_kill;
	}
	w->ev->has_code = true;
	return true;
}

/* ---- the walk ---- */

#define FIELD(name, into, function) {name "=", sizeof(name), offsetof(struct event, into), function}

/* In the kernel's order. */
static const struct field fields[RECORD_FIELD_N] = {
	[RECORD_AUID] = FIELD("auid", auid, take_id),
	[RECORD_UID] = FIELD("uid", uid, take_id),
	[RECORD_GID] = FIELD("gid", gid, take_id),
	[RECORD_SES] = FIELD("ses", ses, take_id),
	[RECORD_SUBJ] = FIELD("subj", subj, record_take_subj),
	[RECORD_PPID] = FIELD("ppid", ppid, take_pid),
	[RECORD_PID] = FIELD("pid", pid, take_pid),
	[RECORD_COMM] = FIELD("comm", comm, record_take_comm),
	[RECORD_EXE] = FIELD("exe", exe, record_take_exe),
	[RECORD_REASON] = FIELD("reason", subj, record_take_reason),
	[RECORD_SIG] = FIELD("sig", sig, take_sig),
	[RECORD_ARCH] = FIELD("arch", arch_name, take_arch),
	[RECORD_SYSCALL] = FIELD("syscall", syscall_name, take_syscall),
	[RECORD_COMPAT] = FIELD("compat", compat, take_compat),
	[RECORD_IP] = FIELD("ip", ip, take_ip),
	[RECORD_CODE] = FIELD("code", code, take_code),
};

/* Keys are so short that a call of memcmp costs more than comparing them. */
static inline bool is_same(const char *a, const char *b, size_t len)
{
	size_t i = 0;

	while (i < len && a[i] == b[i])
		i++;
	return i == len;
}

/* Steps over the key of the field that stands here, looking at the expected one first. */
static enum record_field take_key(struct record_scan *s, enum record_field expected)
{
	size_t left = record_left(s);

	for (size_t i = 0; i < RECORD_FIELD_N; i++) {
		size_t at = (expected + i) % RECORD_FIELD_N;

		if (left >= fields[at].len && is_same(s->at, fields[at].key, fields[at].len)) {
			s->at += fields[at].len;
			return (enum record_field)at;
		}
	}
	return RECORD_FIELD_N;
}

/* snappy-debug writes "330(pkey_alloc)" for "syscall=330". */
static bool take_bare_syscall(struct record_walk *w, enum record_field expected)
{
	int64_t number;
	struct record_scan try = w->s;

	if (expected != RECORD_SYSCALL || !take_syscall_number(&try, &number) || !record_take(&try, SPAN("(")))
		return false;
	w->ev->syscall = number;
	w->s = try;
	return true;
}

/* A word that is no field of ours; with the whole of its value when that is quoted. */
static void skip_word(struct record_scan *s)
{
	struct span word = record_word(s);
	const char *quote = memchr(word.data, '"', word.len);
	const char *end;

	if (!quote)
		return;
	end = memchr(quote + 1, '"', (size_t)(s->end - quote - 1));
	s->at = end ? end + 1 : s->at;
}

/* Blanks, and what is left of a text editor's bold and code marks. False at the end. */
static bool skip_marks(struct record_scan *s)
{
	while (s->at < s->end && (record_is_blank(*s->at) || *s->at == '*' || *s->at == '`'))
		s->at++;
	return s->at < s->end;
}

static enum record_field take_field(struct record_walk *w, enum record_field expected)
{
	enum record_field f = take_key(&w->s, expected);
	const struct field *field = &fields[f % RECORD_FIELD_N];

	if (f == RECORD_FIELD_N) {
		if (!take_bare_syscall(w, expected)) {
			skip_word(&w->s);
			return expected;
		}
		f = RECORD_SYSCALL;
	} else if (record_saw(w->facts, f) || !field->take(w, (char *)w->ev + field->member)) {
		skip_word(&w->s);
		return f + 1;
	}
	w->facts->seen |= UINT32_C(1) << f;
	w->last = f;
	w->last_end = w->s.at;
	return f + 1;
}

/* A record in the kernel's form whose text ends within a number: the number may lack digits. */
static void check_cut(struct record_walk *w)
{
	const uint32_t whole = 1u << RECORD_AUID | 1u << RECORD_UID | 1u << RECORD_GID | 1u << RECORD_PID |
			       1u << RECORD_COMM | 1u << RECORD_SIG | 1u << RECORD_ARCH;

	if (w->last_end != w->s.end || (w->facts->seen & whole) != whole)
		return;
	if (w->last == RECORD_SYSCALL)
		w->facts->is_cut = true;
	if (w->last == RECORD_IP)
		w->ev->has_ip = false;
}

void record_fields_parse(struct span text, struct event *ev, struct record_facts *ret)
{
	struct record_walk w = {.ev = ev, .facts = ret};
	const char *trailer = text.len ? memchr(text.data, RECORD_ENRICHED, text.len) : NULL;
	enum record_field expected = RECORD_AUID;

	if (trailer)
		text.len = (size_t)(trailer - text.data);
	*ret = (struct record_facts){0};
	w.s = record_scan_of(text);
	while (skip_marks(&w.s))
		expected = take_field(&w, expected);
	check_cut(&w);
}
