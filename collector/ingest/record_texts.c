/* SPDX-License-Identifier: MIT */
/* record_texts: comm, exe and subj, which others than the kernel chose. Where each ends is decided by what must
 * follow it; see record_fields.c. */
#include "record_internal.h"

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

static bool take_quoted(struct record_walk *w, struct event_text *text)
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

static bool take_name(struct record_walk *w, enum record_field field, struct event_text *text)
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

bool record_take_comm(struct record_walk *w, void *member)
{
	return take_name(w, RECORD_COMM, member);
}

bool record_take_exe(struct record_walk *w, void *member)
{
	return take_name(w, RECORD_EXE, member);
}

bool record_take_reason(struct record_walk *w, void *member)
{
	w->facts->has_reason = record_take(&w->s, SPAN("\"seccomp\"")) || record_take(&w->s, SPAN("seccomp"));
	return w->facts->has_reason && record_at_boundary(&w->s);
}

/* An SELinux context: user:role:type:level, no blank, nothing else. */
static bool is_selinux(struct span s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		colons += c == ':';
		if (!record_is_alnum(c) && (c == '\0' || !strchr("_.:,-", c)))
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

static const char *subj_end(const struct record_walk *w)
{
	struct span rest = record_rest(&w->s);
	const char *end;

	/* Decoded comm and exe may hold " pid=", which is worse than a label that does. */
	end = w->ev->interpreted ? find_first(rest, SPAN(" pid=")) : find_last(rest, SPAN(" pid="));
	if (!end)
		return NULL;
	return before_ppid((struct span){rest.data, (size_t)(end - rest.data)});
}

bool record_take_subj(struct record_walk *w, void *member)
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
