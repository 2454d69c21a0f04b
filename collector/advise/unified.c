/* SPDX-License-Identifier: MIT */
/* A unified diff of two texts. The lines that differ are few: what is common at both ends goes first, then E. Myers'
 * greedy search ("An O(ND) Difference Algorithm and Its Variations", 1986). Where more differs than DIFFERENCES_MAX
 * lines, the middle is given as a whole. */
#include "suggest_internal.h"

#define CONTEXT         3
#define DIFFERENCES_MAX 1000

struct lines {
	struct span *at;
	size_t n;
};

/* Lines i of the old text that stay as line j of the new one; the others go or come. */
struct pairing {
	struct lines from, to;
	size_t *partner; /* of each old line: the new one, SIZE_MAX: none */
};

static int split(struct span text, struct lines *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	ret->at = calloc(n + 2, sizeof(*ret->at));
	if (!ret->at)
		return -ENOMEM;
	while (text.len) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end ? (size_t)(end - text.data) + 1 : text.len;

		ret->at[ret->n++] = (struct span){text.data, len};
		text = span_from_offset(text, len);
	}
	return 0;
}

static bool is_same(const struct pairing *p, size_t i, size_t j)
{
	return span_equal(p->from.at[i], p->to.at[j]);
}

/* ---- the search, in the middle [start, from_end) and [start, to_end) ---- */

struct search {
	struct pairing *p;
	size_t start;
	int64_t n, m;
	int32_t *trace; /* a row of 2 * DIFFERENCES_MAX + 3 furthest points for each number of differences */
	size_t width;
};

static int32_t *row(const struct search *s, int64_t d)
{
	return s->trace + (size_t)d * s->width + s->width / 2;
}

static bool step_down(const int32_t *v, int64_t k, int64_t d)
{
	return k == -d || (k != d && v[k - 1] < v[k + 1]);
}

static int64_t snake(const struct search *s, int64_t x, int64_t k)
{
	while (x < s->n && x - k < s->m && is_same(s->p, s->start + (size_t)x, s->start + (size_t)(x - k)))
		x++;
	return x;
}

/* The number of differences, -1 when there are too many. */
static int64_t advance(const struct search *s)
{
	for (int64_t d = 0; d <= DIFFERENCES_MAX; d++) {
		const int32_t *v = row(s, d ? d - 1 : 0);

		for (int64_t k = -d; k <= d; k += 2) {
			int64_t x = d == 0 ? 0 : step_down(v, k, d) ? v[k + 1] : v[k - 1] + 1;

			if (x > s->n || x - k > s->m) {
				row(s, d)[k] = (int32_t)x;
				continue;
			}
			x = snake(s, x, k);
			row(s, d)[k] = (int32_t)x;
			if (x >= s->n && x - k >= s->m)
				return d;
		}
	}
	return -1;
}

static void go_back(const struct search *s, int64_t d)
{
	int64_t x = s->n, y = s->m;

	for (; d >= 0; d--) {
		int64_t k = x - y, before;
		const int32_t *v = row(s, d ? d - 1 : 0);
		bool down = d > 0 && step_down(v, k, d);

		before = d == 0 ? 0 : down ? v[k + 1] : v[k - 1] + 1;
		while (x > before) {
			x--;
			y--;
			s->p->partner[s->start + (size_t)x] = s->start + (size_t)y;
		}
		if (d > 0 && down)
			y--;
		else if (d > 0)
			x--;
	}
}

static int pair(struct pairing *p)
{
	size_t start = 0, end = 0;
	struct search s = {.p = p, .width = 2 * DIFFERENCES_MAX + 5};
	int64_t d;

	while (start < p->from.n && start < p->to.n && is_same(p, start, start)) {
		p->partner[start] = start;
		start++;
	}
	while (start + end < p->from.n && start + end < p->to.n && is_same(p, p->from.n - 1 - end, p->to.n - 1 - end)) {
		p->partner[p->from.n - 1 - end] = p->to.n - 1 - end;
		end++;
	}
	s.start = start;
	s.n = (int64_t)(p->from.n - end - start);
	s.m = (int64_t)(p->to.n - end - start);
	if (s.n == 0 || s.m == 0)
		return 0;
	/* Pages that are not touched cost nothing. */
	s.trace = calloc(s.width * (DIFFERENCES_MAX + 1), sizeof(*s.trace));
	if (!s.trace)
		return -ENOMEM;
	d = advance(&s);
	if (d >= 0)
		go_back(&s, d);
	free(s.trace);
	return 0;
}

/* ---- sliding ----
 * Where what is inserted ends as what is before it ends, it can be told to stand in several places: the one is taken at
 * which its first line is indented least, for there something whole begins. */

struct insertion {
	size_t i;          /* the old line behind it */
	size_t start, end; /* its new lines */
};

static bool slide_up(struct pairing *p, struct insertion *g)
{
	if (g->i == 0 || g->start == 0 || p->partner[g->i - 1] != g->start - 1 ||
		!span_equal(p->to.at[g->start - 1], p->to.at[g->end - 1]))
		return false;
	g->i--;
	g->start--;
	g->end--;
	p->partner[g->i] = g->end;
	return true;
}

static bool slide_down(struct pairing *p, struct insertion *g)
{
	if (g->i >= p->from.n || p->partner[g->i] != g->end || !span_equal(p->to.at[g->start], p->to.at[g->end]))
		return false;
	p->partner[g->i] = g->start;
	g->i++;
	g->start++;
	g->end++;
	return true;
}

static size_t indentation(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.data[n] == ' ' || line.data[n] == '\t'))
		n++;
	return n;
}

static void slide(struct pairing *p, struct insertion *g)
{
	size_t least = SIZE_MAX, best = 0, shift = 0;

	while (slide_up(p, g))
		;
	do {
		size_t n = indentation(p->to.at[g->start]);

		if (n <= least) {
			least = n;
			best = shift;
		}
		shift++;
	} while (slide_down(p, g));
	for (shift--; shift > best && slide_up(p, g); shift--)
		;
}

static void slide_all(struct pairing *p)
{
	size_t next = 0; /* the new line behind the common ones so far */

	for (size_t i = 0; i < p->from.n; i++) {
		struct insertion g = {.i = i, .start = next, .end = p->partner[i]};

		if (p->partner[i] == SIZE_MAX)
			continue;
		if (g.end > g.start && (i == 0 || p->partner[i - 1] != SIZE_MAX))
			slide(p, &g);
		/* It may have slid past this line and others. */
		i = MAX(i, g.i ? g.i - 1 : 0);
		next = p->partner[i] == SIZE_MAX ? next : p->partner[i] + 1;
	}
}

/* ---- writing ---- */

static void add_line(struct text *t, char mark, struct span line)
{
	text_add_char(t, mark);
	text_add(t, line);
	if (line.len == 0 || line.data[line.len - 1] != '\n')
		text_add_str(t, "\n\\ No newline at end of file\n");
}

/* A place in both texts. */
struct at {
	size_t i, j;
};

static bool is_common(const struct pairing *p, struct at at)
{
	return at.i < p->from.n && p->partner[at.i] == at.j;
}

static bool is_end(const struct pairing *p, struct at at)
{
	return at.i >= p->from.n && at.j >= p->to.n;
}

/* Over lines that differ: all that go, then all that come. */
static struct at pass_difference(const struct pairing *p, struct at at, struct text *t)
{
	while (at.i < p->from.n && p->partner[at.i] == SIZE_MAX) {
		if (t)
			add_line(t, '-', p->from.at[at.i]);
		at.i++;
	}
	while (at.j < p->to.n && !(at.i < p->from.n && p->partner[at.i] == at.j)) {
		if (t)
			add_line(t, '+', p->to.at[at.j]);
		at.j++;
	}
	return at;
}

/* Over at most `max` common lines: how many. */
static size_t pass_common(const struct pairing *p, struct at *at, size_t max, struct text *t)
{
	size_t n = 0;

	for (; n < max && is_common(p, *at); n++) {
		if (t)
			add_line(t, ' ', p->from.at[at->i]);
		at->i++;
		at->j++;
	}
	return n;
}

/* From the first differing line on, as long as no more than twice the context lies between differences. */
static struct at pass_hunk(const struct pairing *p, struct at at, struct text *t)
{
	for (;;) {
		struct at ahead;

		at = pass_difference(p, at, t);
		ahead = at;
		if (pass_common(p, &ahead, 2 * CONTEXT + 1, NULL) > 2 * CONTEXT || is_end(p, ahead)) {
			pass_common(p, &at, CONTEXT, t);
			return at;
		}
		pass_common(p, &at, 2 * CONTEXT, t);
	}
}

static void add_range(struct text *t, char sign, size_t start, size_t end)
{
	text_printf(t, " %c%zu", sign, end > start ? start + 1 : start);
	if (end - start != 1)
		text_printf(t, ",%zu", end - start);
}

static struct at add_hunk(const struct pairing *p, struct at at, struct text *t)
{
	size_t lead = MIN(at.i, (size_t)CONTEXT);
	struct at start = {at.i - lead, at.j - lead}, end = pass_hunk(p, at, NULL);

	text_add_str(t, "@@");
	add_range(t, '-', start.i, end.i);
	add_range(t, '+', start.j, end.j);
	text_add_str(t, " @@\n");
	pass_common(p, &start, lead, t);
	return pass_hunk(p, at, t);
}

static void write_all(const struct pairing *p, const char *name, struct text *t)
{
	struct at at = {0};

	pass_common(p, &at, SIZE_MAX, NULL);
	if (is_end(p, at))
		return;
	text_printf(t, "--- a/%s\n+++ b/%s\n", name, name);
	while (!is_end(p, at)) {
		at = add_hunk(p, at, t);
		pass_common(p, &at, SIZE_MAX, NULL);
	}
}

int unified_diff(struct span from, struct span to, const char *name, struct text *ret)
{
	struct pairing p = {0};
	int r = split(from, &p.from);

	text_add_str(ret, "");
	if (r == 0)
		r = split(to, &p.to);
	if (r == 0) {
		p.partner = malloc((p.from.n + 1) * sizeof(*p.partner));
		r = p.partner ? 0 : -ENOMEM;
	}
	if (r == 0) {
		memset(p.partner, 0xff, (p.from.n + 1) * sizeof(*p.partner));
		r = pair(&p);
	}
	if (r == 0) {
		slide_all(&p);
		write_all(&p, name, ret);
	}
	free(p.from.at);
	free(p.to.at);
	free(p.partner);
	return r ? r : ret->failed ? -ENOMEM : 0;
}
