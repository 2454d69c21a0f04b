/* SPDX-License-Identifier: MIT */
#include "serials.h"

#include <string.h>

void serials_free(struct serials *s)
{
	if (s->room)
		free(s->many);
	*s = SERIALS_EMPTY;
}

static struct serials_range *ranges_of(struct serials *s)
{
	return s->room ? s->many : &s->one;
}

/* Room for one range more. */
static int grow(struct serials *s)
{
	uint32_t room = s->room ? s->room * 2 : 4;
	struct serials_range *many;

	if (s->n < MAX(s->room, 1u))
		return 0;
	if (room < s->room)
		return -ENOMEM;
	many = realloc(s->room ? s->many : NULL, room * sizeof(*many));
	if (!many)
		return -ENOMEM;
	if (!s->room)
		many[0] = s->one;
	s->many = many;
	s->room = room;
	return 0;
}

/* The first range whose last serial is not before `serial`. */
static uint32_t find(const struct serials *s, uint32_t serial)
{
	const struct serials_range *r = serials_ranges(s);
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (r[middle].last < serial)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int insert(struct serials *s, uint32_t at, uint32_t serial)
{
	struct serials_range *r;

	if (grow(s) < 0)
		return -ENOMEM;
	r = ranges_of(s);
	memmove(r + at + 1, r + at, (s->n - at) * sizeof(*r));
	r[at] = (struct serials_range){serial, serial};
	s->n++;
	return 0;
}

int serials_add_slow(struct serials *s, uint32_t serial)
{
	struct serials_range *r = ranges_of(s);
	uint32_t at = find(s, serial);
	bool after = at > 0 && r[at - 1].last + 1 == serial;
	bool before = at < s->n && serial != UINT32_MAX && r[at].first == serial + 1;

	if (at < s->n && r[at].first <= serial)
		return SERIALS_E_KNOWN;
	if (after && before) {
		r[at - 1].last = r[at].last;
		memmove(r + at, r + at + 1, (s->n - at - 1) * sizeof(*r));
		s->n--;
	} else if (after) {
		r[at - 1].last = serial;
	} else if (before) {
		r[at].first = serial;
	} else {
		return insert(s, at, serial);
	}
	return 0;
}

bool serials_has(const struct serials *s, uint32_t serial)
{
	uint32_t at = find(s, serial);

	return at < s->n && serials_ranges(s)[at].first <= serial;
}

uint32_t serials_first(const struct serials *s)
{
	return serials_ranges(s)[0].first;
}

uint64_t serials_count(const struct serials *s)
{
	const struct serials_range *r = serials_ranges(s);
	uint64_t count = 0;

	for (uint32_t i = 0; i < s->n; i++)
		count += (uint64_t)r[i].last - r[i].first + 1;
	return count;
}

uint64_t serials_common(const struct serials *a, const struct serials *b)
{
	const struct serials_range *x = serials_ranges(a), *y = serials_ranges(b);
	uint64_t count = 0;
	uint32_t i = 0, j = 0;

	if (a->n == 0 || b->n == 0)
		return 0;
	i = find(a, y[0].first);
	j = find(b, x[0].first);
	while (i < a->n && j < b->n) {
		uint32_t first = MAX(x[i].first, y[j].first), last = MIN(x[i].last, y[j].last);

		if (first <= last)
			count += (uint64_t)last - first + 1;
		if (x[i].last < y[j].last)
			i++;
		else
			j++;
	}
	return count;
}

/* Ranges come in order; one that touches the last is joined to it. */
static int append(struct serials *s, uint64_t first, uint64_t last)
{
	struct serials_range *r = ranges_of(s);

	if (s->n > 0 && first <= (uint64_t)r[s->n - 1].last + 1) {
		r[s->n - 1].last = (uint32_t)MAX(last, r[s->n - 1].last);
		return 0;
	}
	if (grow(s) < 0)
		return -ENOMEM;
	ranges_of(s)[s->n++] = (struct serials_range){(uint32_t)first, (uint32_t)last};
	return 0;
}

int serials_subtract(const struct serials *a, const struct serials *b, struct serials *ret)
{
	const struct serials_range *x = serials_ranges(a), *y = serials_ranges(b);
	uint32_t j = a->n > 0 ? find(b, x[0].first) : 0;

	for (uint32_t i = 0; i < a->n; i++) {
		uint64_t from = x[i].first;

		for (; j < b->n && y[j].first <= x[i].last; j++) {
			if (y[j].first > from && append(ret, from, y[j].first - 1) < 0)
				return -ENOMEM;
			from = MAX(from, (uint64_t)y[j].last + 1);
			if (y[j].last > x[i].last)
				break; /* it may reach into the next range too */
		}
		if (from <= x[i].last && append(ret, from, x[i].last) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* The usual case: what is new comes after what is known. */
static int append_all(struct serials *into, const struct serials *from)
{
	const struct serials_range *r = serials_ranges(from);

	for (uint32_t i = 0; i < from->n; i++)
		if (append(into, r[i].first, r[i].last) < 0)
			return -ENOMEM;
	return 0;
}

int serials_merge(struct serials *into, const struct serials *from)
{
	const struct serials_range *x = serials_ranges(into), *y = serials_ranges(from);
	CLEANUP_SERIALS struct serials sum = SERIALS_EMPTY;
	uint32_t i = 0, j = 0;

	if (from->n == 0 || into->n == 0 || y[0].first > x[into->n - 1].last)
		return append_all(into, from);
	while (i < into->n || j < from->n) {
		bool mine = j == from->n || (i < into->n && x[i].first <= y[j].first);
		const struct serials_range *next = mine ? &x[i++] : &y[j++];

		if (append(&sum, next->first, next->last) < 0)
			return -ENOMEM;
	}
	serials_free(into);
	*into = sum;
	sum = SERIALS_EMPTY;
	return 0;
}

/* Two numbers of at most 33 bits for the step into a range and for the steps within it. */
#define STEP_MAX 10

size_t serials_room(const struct serials *s)
{
	return 5 + (size_t)s->n * 2 * STEP_MAX;
}

static size_t put(unsigned char *at, uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		at[n++] = (unsigned char)(value | 0x80);
	at[n++] = (unsigned char)value;
	return n;
}

/* A run of equal steps that is not written yet. */
struct run {
	uint64_t step, n;
};

static size_t put_run(unsigned char *at, const struct run *run)
{
	size_t n;

	if (run->n == 0)
		return 0;
	n = put(at, run->step << 1 | (run->n > 1));
	return run->n > 1 ? n + put(at + n, run->n - 1) : n;
}

static size_t add_steps(unsigned char *at, struct run *run, uint64_t step, uint64_t n)
{
	size_t written = 0;

	if (n == 0)
		return 0;
	if (run->step != step) {
		written = put_run(at, run);
		*run = (struct run){step, 0};
	}
	run->n += n;
	return written;
}

size_t serials_encode(const struct serials *s, unsigned char *ret)
{
	const struct serials_range *r = serials_ranges(s);
	struct run run = {0};
	size_t len;

	if (s->n == 0)
		return 0;
	len = put(ret, r[0].first);
	for (uint32_t i = 0; i < s->n; i++) {
		if (i > 0)
			len += add_steps(ret + len, &run, r[i].first - r[i - 1].last, 1);
		len += add_steps(ret + len, &run, 1, r[i].last - r[i].first);
	}
	return len + put_run(ret + len, &run);
}

static bool take(const unsigned char **at, const unsigned char *end, uint64_t *ret)
{
	uint64_t value = 0;

	for (unsigned shift = 0; *at < end && shift < 63; shift += 7) {
		unsigned char byte = *(*at)++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = value;
			return true;
		}
	}
	return false;
}

/* n steps on from *last. The bytes come from a file: nothing in them is trusted. */
static int decode_run(struct serials *s, uint64_t *last, uint64_t step, uint64_t n)
{
	if (step == 0 || step > UINT32_MAX || n > (UINT32_MAX - *last) / step)
		return -EBADMSG;
	if (step == 1) {
		*last += n;
		return append(s, *last - n + 1, *last);
	}
	for (; n > 0; n--) {
		*last += step;
		if (append(s, *last, *last) < 0)
			return -ENOMEM;
	}
	return 0;
}

int serials_decode(const unsigned char *data, size_t len, uint64_t max, struct serials *ret)
{
	const unsigned char *end = data + len;
	CLEANUP_SERIALS struct serials set = SERIALS_EMPTY;
	uint64_t last, word, more, count = 1;
	int r = 0;

	if (len == 0)
		return 0;
	if (!take(&data, end, &last) || last > UINT32_MAX)
		return -EBADMSG;
	r = append(&set, last, last);
	while (r == 0 && data < end) {
		more = 0;
		if (!take(&data, end, &word) || ((word & 1) && !take(&data, end, &more)) || more >= max)
			return -EBADMSG;
		count += more + 1;
		r = count > max ? -EBADMSG : decode_run(&set, &last, word >> 1, more + 1);
	}
	if (r < 0)
		return r;
	*ret = set;
	set = SERIALS_EMPTY;
	return 0;
}

bool serials_stored_has(const unsigned char *data, size_t len, uint32_t serial)
{
	const unsigned char *end = data + len;
	uint64_t last, word, more;

	if (len == 0)
		return false;
	if (!take(&data, end, &last) || last == serial)
		return true;
	while (data < end && last < serial) {
		more = 0;
		if (!take(&data, end, &word) || ((word & 1) && !take(&data, end, &more)) || word >> 1 == 0 ||
			more > UINT32_MAX || word >> 1 > UINT32_MAX)
			return true;
		last += (word >> 1) * (more + 1);
		if (last >= serial)
			return (last - serial) % (word >> 1) == 0;
	}
	return false;
}
