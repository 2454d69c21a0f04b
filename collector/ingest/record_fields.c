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

struct walk {
	struct record_scan s;
	struct event *ev;
	struct record_facts *facts;
	enum record_field last; /* the last usable field, and where it ended */
	const char *last_end;
};

typedef bool (*take_fn)(struct walk *w, void *member);

struct field {
	const char *key;
	size_t len;
	size_t member;
	take_fn take;
};

/* ---- numbers ---- */

bool record_decimal(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	const size_t always_fit = 19; /* digits, in 64 bits */
	const char *p = s->at;
	uint64_t n = 0;

	while (p < s->end && record_is_digit(*p)) {
		uint64_t digit = (uint64_t)(*p - '0');

		if ((size_t)(p - s->at) >= always_fit && n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
		p++;
	}
	if (p == s->at || n > max)
		return false;
	s->at = p;
	*ret = n;
	return true;
}

/* What may follow a number: a blank, the end, or the marks people put around words. Anything else (letters,
 * dots, the pager's '>') says that the number was cut or replaced. */
static bool at_boundary(const struct record_scan *s)
{
	if (s->at == s->end || record_is_blank(*s->at))
		return true;
	return *s->at != '\0' && strchr("*`,;)\"'<|", *s->at);
}

static bool take_decimal(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	struct record_scan start = *s;

	if (record_decimal(s, max, ret) && at_boundary(s))
		return true;
	*s = start;
	return false;
}

/* The digit's value + 1; 0 for what is none. */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* Copies of ENRICHED records often lost the 0x1d byte, and the A of the glued AUID= is a hex digit too. */
static bool at_glued_trailer(const struct record_scan *s)
{
	return *s->at == 'A' && span_starts(record_rest(s), SPAN("AUID="));
}

/* With or without 0x. Returns the number of digits. */
static size_t take_hex_digits(struct record_scan *s, size_t max_digits, uint64_t *ret)
{
	bool has_prefix = record_left(s) > 2 && s->at[0] == '0' && s->at[1] == 'x';
	const char *start = s->at + (has_prefix ? 2 : 0);
	uint64_t n = 0;

	for (s->at = start; s->at < s->end && (size_t)(s->at - start) < max_digits; s->at++) {
		uint8_t value = hex_values[(unsigned char)*s->at];

		if (value == 0 || at_glued_trailer(s))
			break;
		n = n << 4 | (uint64_t)(value - 1);
	}
	*ret = n;
	return (size_t)(s->at - start);
}

static bool take_hex(struct record_scan *s, size_t max_digits, uint64_t *ret)
{
	struct record_scan start = *s;

	if (take_hex_digits(s, max_digits, ret) > 0 && at_boundary(s))
		return true;
	*s = start;
	return false;
}

static bool is_alnum(char c)
{
	return record_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name that stands for a number: letters, digits, '_' and '-'. */
static struct span peek_name(const struct record_scan *s)
{
	const char *p = s->at;

	while (p < s->end && (is_alnum(*p) || *p == '_' || *p == '-'))
		p++;
	return (struct span){s->at, (size_t)(p - s->at)};
}

/* "unknown(1000)", "unknown-syscall(448)": what auparse writes when its tables have no name. */
static bool take_unknown(struct record_scan *s, uint64_t max, uint64_t *ret)
{
	struct record_scan try = *s;

	if (!record_take(&try, SPAN("unknown")))
		return false;
	try.at += peek_name(&try).len;
	if (!record_take(&try, SPAN("(")) || !record_decimal(&try, max, ret) || !record_take(&try, SPAN(")")))
		return false;
	*s = try;
	return true;
}

static bool take_id(struct walk *w, void *member)
{
	uint32_t *id = member;
	struct span name;
	uint64_t n;

	if (take_decimal(&w->s, UINT32_MAX, &n) || take_unknown(&w->s, UINT32_MAX, &n)) {
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

static bool take_pid(struct walk *w, void *member)
{
	uint64_t n;

	if (!take_decimal(&w->s, INT32_MAX, &n))
		return false;
	*(int32_t *)member = (int32_t)n;
	return true;
}

static bool take_sig(struct walk *w, void *member)
{
	int16_t *sig = member;
	struct span name;
	uint64_t n;
	int known;

	if (take_decimal(&w->s, INT16_MAX, &n)) {
		*sig = (int16_t)n;
		return true;
	}
	name = peek_name(&w->s);
	known = record_word_signal(name);
	if (known < 0)
		return false;
	w->s.at += name.len;
	*sig = (int16_t)known;
	return true;
}

static bool take_arch(struct walk *w, void *member)
{
	struct span name;
	uint64_t n;

	if (take_hex(&w->s, 8, &n)) {
		w->ev->arch = (uint32_t)n;
		w->ev->has_arch = true;
		return true;
	}
	name = peek_name(&w->s);
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
	if (!at_boundary(&try) && *try.at != '(')
		return false;
	*ret = negative ? -(int64_t)n : (int64_t)n;
	*s = try;
	return true;
}

static bool take_syscall(struct walk *w, void *member)
{
	struct span name;
	uint64_t n;

	if (take_syscall_number(&w->s, &w->ev->syscall))
		return true;
	if (take_unknown(&w->s, INT64_MAX, &n)) {
		w->ev->syscall = (int64_t)n;
		return true;
	}
	name = peek_name(&w->s);
	if (name.len == 0 || record_is_digit(name.data[0]) || name.data[0] == '-')
		return false;
	w->s.at += name.len;
	w->ev->interpreted = true;
	return event_set(w->ev, member, name) == 0;
}

static bool take_compat(struct walk *w, void *member)
{
	uint64_t n;

	if (!take_decimal(&w->s, 1, &n))
		return false;
	*(int8_t *)member = (int8_t)n;
	return true;
}

static bool take_ip(struct walk *w, void *member)
{
	if (!take_hex(&w->s, 16, member))
		return false;
	w->ev->has_ip = true;
	return true;
}

/* At most eight digits; what is glued to them is the ENRICHED trailer, which begins with a capital. */
static bool take_code_number(struct record_scan *s, uint64_t *ret)
{
	struct record_scan try = *s;

	if (take_hex_digits(&try, 8, ret) == 0 || !(at_boundary(&try) || (*try.at >= 'A' && *try.at <= 'Z')))
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

static bool take_code(struct walk *w, void *member)
{
	struct span name = peek_name(&w->s);
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

/* ---- texts ---- */

static const char *find_first(struct span s, struct span what)
{
	return s.len ? memmem(s.data, s.len, what.data, what.len) : NULL;
}

static const char *find_last(struct span s, struct span what)
{
	for (const char *p = s.data + s.len; p > s.data;) {
		p = memrchr(s.data, what.data[0], (size_t)(p - s.data));
		if (!p)
			return NULL;
		if ((size_t)(s.data + s.len - p) >= what.len && memcmp(p, what.data, what.len) == 0)
			return p;
	}
	return NULL;
}

/* Steps over everything before `end`. */
static struct span take_until(struct record_scan *s, const char *end)
{
	struct span text = {s->at, (size_t)(end - s->at)};

	s->at = end;
	return text;
}

/* Upper-case digits in pairs: audit_log_n_hex(). */
static bool is_kernel_hex(struct span s)
{
	if (s.len == 0 || s.len % 2)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!record_is_digit(s.data[i]) && (s.data[i] < 'A' || s.data[i] > 'F'))
			return false;
	return true;
}

static void set_hex(struct event *ev, struct event_text *text, struct span hex)
{
	char *room = event_reserve(ev, hex.len / 2);

	if (room && text_from_hex(hex, room) == 0)
		*text = event_commit(ev, hex.len / 2);
}

static bool take_quoted(struct walk *w, struct event_text *text)
{
	const char *start = w->s.at + 1;
	const char *end = memchr(start, '"', (size_t)(w->s.end - start));

	if (!end) {
		w->facts->is_cut = true;
		w->s.at = w->s.end;
		return false;
	}
	w->s.at = end + 1;
	event_set(w->ev, text, (struct span){start, (size_t)(end - start)});
	return true;
}

/* What ausearch -i decoded: see the head of this file. */
static struct span take_interpreted(struct record_scan *s, enum record_field field)
{
	const char *end = NULL;
	struct span text;

	if (field == RECORD_COMM)
		end = find_first(record_rest(s), SPAN(" exe="));
	if (!end)
		end = find_last(record_rest(s), SPAN(" sig="));
	text = end ? take_until(s, end) : record_word(s);
	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		text = (struct span){text.data + 1, text.len - 2};
	return text;
}

static bool take_name(struct walk *w, enum record_field field, struct event_text *text)
{
	struct span raw;

	if (w->ev->interpreted) {
		raw = take_interpreted(&w->s, field);
	} else if (w->s.at < w->s.end && *w->s.at == '"') {
		return take_quoted(w, text);
	} else {
		raw = record_word(&w->s);
		if (is_kernel_hex(raw)) {
			set_hex(w->ev, text, raw);
			return true;
		}
	}
	if (raw.len > 0 && !span_equal(raw, SPAN("(null)")))
		event_set(w->ev, text, raw);
	return true;
}

static bool take_comm(struct walk *w, void *member)
{
	return take_name(w, RECORD_COMM, member);
}

static bool take_exe(struct walk *w, void *member)
{
	return take_name(w, RECORD_EXE, member);
}

static bool take_reason(struct walk *w, void *member)
{
	w->facts->has_reason = record_take(&w->s, SPAN("\"seccomp\"")) || record_take(&w->s, SPAN("seccomp"));
	return w->facts->has_reason && at_boundary(&w->s);
}

/* An SELinux context: user:role:type:level, no blank, nothing else. */
static bool is_selinux(struct span s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		colons += c == ':';
		if (!is_alnum(c) && (c == '\0' || !strchr("_.:,-", c)))
			return false;
	}
	return colons >= 2 && s.data[0] != ':';
}

/* Some syslog forwarders put ppid= between subj= and pid=. A label that could hold a blank itself (AppArmor's)
 * keeps it: it would be the place to forge a ppid. */
static const char *before_ppid(struct span label)
{
	const char *ppid = find_last(label, SPAN(" ppid="));

	if (ppid && is_selinux((struct span){label.data, (size_t)(ppid - label.data)}))
		return ppid;
	return label.data + label.len;
}

static const char *subj_end(const struct walk *w)
{
	struct span rest = record_rest(&w->s);
	const char *end;

	/* Decoded comm and exe may hold " pid=", which is worse than a label that does. */
	end = w->ev->interpreted ? find_first(rest, SPAN(" pid=")) : find_last(rest, SPAN(" pid="));
	if (!end)
		return NULL;
	return before_ppid((struct span){rest.data, (size_t)(end - rest.data)});
}

static bool take_subj(struct walk *w, void *member)
{
	const char *end = subj_end(w);
	struct span label = end ? take_until(&w->s, end) : record_word(&w->s);

	/* "subj==unconfined": an artefact of AppArmor's stacking in kernels 4.20 to 5.x, no part of the label. */
	if (label.len && label.data[0] == '=')
		label = span_from_offset(label, 1);
	if (label.len && !span_equal(label, SPAN("(null)")))
		event_set(w->ev, member, label);
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
	[RECORD_SUBJ] = FIELD("subj", subj, take_subj),
	[RECORD_PPID] = FIELD("ppid", ppid, take_pid),
	[RECORD_PID] = FIELD("pid", pid, take_pid),
	[RECORD_COMM] = FIELD("comm", comm, take_comm),
	[RECORD_EXE] = FIELD("exe", exe, take_exe),
	[RECORD_REASON] = FIELD("reason", subj, take_reason),
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
static bool take_bare_syscall(struct walk *w, enum record_field expected)
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

static enum record_field take_field(struct walk *w, enum record_field expected)
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
static void check_cut(struct walk *w)
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
	struct walk w = {.ev = ev, .facts = ret};
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
