/* SPDX-License-Identifier: MIT */
#include "profile_table.h"

#include <seccomp.h>

#include "seccompwatch/names.h"
#include "seccompwatch/render.h"

static void line_free(struct profile_table_line *line)
{
	free(line->text);
	free(line->call);
	free(line->syscall);
	free(line->caps);
}

void profile_table_free(struct profile_table *t)
{
	for (size_t i = 0; i < t->n; i++)
		line_free(&t->lines[i]);
	free(t->lines);
	*t = PROFILE_TABLE_EMPTY;
}

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span s)
{
	while (s.len && is_blank(s.data[0]))
		s = span_from_offset(s, 1);
	while (s.len && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* Up to the character, which is passed over; the whole where it is not there. */
static struct span cut(struct span *rest, char at)
{
	const char *end = rest->len ? memchr(rest->data, at, rest->len) : NULL;
	struct span piece = {rest->data, end ? (size_t)(end - rest->data) : rest->len};

	*rest = span_from_offset(*rest, piece.len + (end != NULL));
	return piece;
}

static struct span next_word(struct span *rest)
{
	struct span word = {0};

	*rest = trim(*rest);
	word = (struct span){rest->data, 0};
	while (word.len < rest->len && !is_blank(rest->data[word.len]))
		word.len++;
	*rest = span_from_offset(*rest, word.len);
	return word;
}

static char *copy(struct span s)
{
	return s.len ? strndup(s.data, s.len) : strdup("");
}

static int refuse(struct text *why, const char *what, struct span word)
{
	text_add_str(why, what);
	text_add_str(why, ": \"");
	text_add_escaped(why, (struct span){word.data, MIN(word.len, (size_t)80)});
	text_add_char(why, '"');
	return -EINVAL;
}

/* ---- the call ---- */

static int read_number(struct span word, uint64_t *ret)
{
	int64_t negative;

	if (span_starts(word, SPAN("0x")))
		return text_to_u64_hex(word, UINT64_MAX, ret);
	if (!text_to_u64(word, UINT64_MAX, ret))
		return 0;
	if (text_to_i64(word, &negative))
		return -EINVAL;
	*ret = (uint64_t)negative;
	return 0;
}

static int read_args(struct span list, struct profile_table_line *line, struct text *why)
{
	struct span whole = list;

	if (trim(list).len == 0)
		return 0;
	for (size_t i = 0; list.len > 0 || i == 0; i++) {
		struct span word = trim(cut(&list, ','));
		if (i == 6 || read_number(word, &line->args[i]))
			return refuse(why, "not up to six numbers", whole);
	}
	return 0;
}

static int read_name(struct span *rest, struct profile_table_line *line, struct text *why)
{
	struct span s = trim(*rest), name = {s.data, 0};

	while (name.len < s.len && !is_blank(s.data[name.len]) && !strchr("(=", s.data[name.len]))
		name.len++;
	if (name.len == 0)
		return refuse(why, "no system call is named", s);
	line->syscall = copy(name);
	s = trim(span_from_offset(s, name.len));
	*rest = s;
	if (s.len == 0 || s.data[0] != '(')
		return line->syscall ? 0 : -ENOMEM;
	if (!memchr(s.data, ')', s.len))
		return refuse(why, "the list of arguments does not end", s);
	s = span_from_offset(s, 1);
	*rest = s;
	return read_args(cut(rest, ')'), line, why);
}

static int read_condition(struct span word, struct profile_table_line *line, struct text *why)
{
	struct span value = word, key = cut(&value, '=');
	CLEANUP_FREE const char **ignored = NULL;
	size_t n;

	if (span_equal(key, SPAN("arch")) && (line->arch = profile_arch_from_name(value)))
		return 0;
	if (span_equal(key, SPAN("kernel")) && profile_parse_kernel(value, &line->kernel) == 0)
		return 0;
	if (span_equal(key, SPAN("caps")) && !line->caps && profile_parse_caps(value, &ignored, &n) == 0) {
		line->caps = copy(value);
		return line->caps ? 0 : -ENOMEM;
	}
	return refuse(why, "neither arch=ARCH, caps=CAP,… nor kernel=X.Y", word);
}

/* ---- what is expected ---- */

static int read_errno(struct span word)
{
	CLEANUP_FREE char *name = copy(word);
	uint64_t number;

	if (text_to_u64(word, 4095, &number) == 0)
		return number > 0 ? (int)number : -EINVAL;
	return name ? names_errno_number(span_from(name)) : -ENOMEM;
}

static int read_action(struct span word, struct profile_table_line *line, struct text *why)
{
	struct span action = next_word(&word);
	int error;

	word = trim(word);
	if (profile_action_from_name(action, &line->action))
		return refuse(why, "no action is called so", action);
	line->expect = PROFILE_EXPECT_ACTION;
	if (word.len == 0)
		return 0;
	error = profile_action_has_errno(line->action) ? read_errno(word) : -EINVAL;
	if (error < 0)
		return refuse(why, "no errno for that action", word);
	line->expect = PROFILE_EXPECT_EXACT;
	line->action |= (uint32_t)error;
	return 0;
}

static int read_expected(struct span word, struct profile_table_line *line, struct text *why)
{
	static const struct {
		const char *name;
		enum profile_expect expect;
		uint32_t action;
	} words[] = {
		{"allow", PROFILE_EXPECT_EXACT, SCMP_ACT_ALLOW},
		{"log", PROFILE_EXPECT_EXACT, SCMP_ACT_LOG},
		{"deny", PROFILE_EXPECT_DENY, 0},
		{"kill", PROFILE_EXPECT_KILL, 0},
	};
	int error;

	word = trim(word);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (!span_equal(span_from(words[i].name), word))
			continue;
		line->expect = words[i].expect;
		line->action = words[i].action;
		return 0;
	}
	if (span_starts(word, SPAN("SCMP_ACT_")))
		return read_action(word, line, why);
	error = read_errno(word);
	if (error < 0)
		return refuse(why, "expects neither allow, log, deny, kill, an errno nor SCMP_ACT_…", word);
	line->expect = PROFILE_EXPECT_EXACT;
	line->action = SCMP_ACT_ERRNO(0) | (uint32_t)error;
	return 0;
}

/* ---- lines ---- */

static int read_line(struct span text, struct profile_table_line *line, struct text *why)
{
	struct span rest = text, word, before = text;
	int r;

	line->text = copy(text);
	if (!line->text)
		return -ENOMEM;
	r = read_name(&rest, line, why);
	if (r)
		return r;
	for (word = next_word(&rest); word.len && !span_equal(word, SPAN("=")); word = next_word(&rest)) {
		r = read_condition(word, line, why);
		if (r)
			return r;
	}
	if (word.len == 0)
		return refuse(why, "says not what is expected (CALL = VERDICT)", text);
	before.len = (size_t)(word.data - text.data);
	line->call = copy(trim(before));
	return line->call ? read_expected(rest, line, why) : -ENOMEM;
}

static int grow(struct profile_table *t)
{
	struct profile_table_line *lines;

	if (t->n < t->room)
		return 0;
	lines = reallocarray(t->lines, t->room * 2 + 64, sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	t->lines = lines;
	t->room = t->room * 2 + 64;
	return 0;
}

static int add_line(struct profile_table *t, struct span text, unsigned number, struct text *why)
{
	int r;

	if (t->n == PROFILE_TABLE_LINES_MAX)
		return refuse(why, "too many lines", text);
	r = grow(t);
	if (r)
		return r;
	t->lines[t->n] = (struct profile_table_line){.line = number};
	return read_line(text, &t->lines[t->n++], why);
}

int profile_table_read(struct span text, struct profile_table *ret, unsigned *ret_line, struct text *why)
{
	CLEANUP(profile_table_free) struct profile_table t = PROFILE_TABLE_EMPTY;
	unsigned number = 0;
	int r = 0;

	while (!r && text.len > 0) {
		struct span line = cut(&text, '\n');
		*ret_line = ++number;
		line = trim(cut(&line, '#'));
		if (line.len && memchr(line.data, '\0', line.len))
			r = refuse(why, "a zero byte", line);
		else if (line.len)
			r = add_line(&t, line, number, why);
	}
	if (r)
		return r;
	*ret = t;
	t = PROFILE_TABLE_EMPTY;
	return 0;
}

bool profile_table_fits(const struct profile_table_line *line, uint32_t action)
{
	bool kills = action == SCMP_ACT_KILL_PROCESS || action == SCMP_ACT_KILL_THREAD;

	switch (line->expect) {
	case PROFILE_EXPECT_EXACT:
		return action == line->action;
	case PROFILE_EXPECT_ACTION:
		return (action & 0xffff0000u) == (line->action & 0xffff0000u);
	case PROFILE_EXPECT_KILL:
		return kills;
	default:
		return kills || profile_action_errno(action) > 0 || (action & 0xffff0000u) == SCMP_ACT_TRAP;
	}
}

void profile_table_add_expected(const struct profile_table_line *line, struct text *to)
{
	if (line->expect == PROFILE_EXPECT_DENY || line->expect == PROFILE_EXPECT_KILL)
		text_add_str(to, line->expect == PROFILE_EXPECT_DENY ? "deny" : "kill");
	else if (line->expect == PROFILE_EXPECT_ACTION)
		text_add_str(to, profile_action_name(line->action));
	else
		render_action_add(line->action, to);
}
