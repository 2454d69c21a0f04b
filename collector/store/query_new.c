/* SPDX-License-Identifier: MIT */
/* What is new. Signatures carry the time of their first event, so that no row is asked. */
#include "query_internal.h"

struct kind {
	const struct query_sig *sig;
	uint64_t count;
	int64_t first, last;
};

/* Pooled texts: equal ones are the same pointer. */
static const char *place_of(const struct query_sig *sig)
{
	const struct query_container *c = sig->pub.container;

	if (!c)
		return sig->pub.unit;
	return c->name ? c->name : c->image ? c->image : c->id;
}

static int order(uintptr_t a, uintptr_t b)
{
	return (a > b) - (a < b);
}

static int compare_kinds(const struct query_sig *a, const struct query_sig *b)
{
	const uintptr_t keys[][2] = {
		{(uintptr_t)a->host, (uintptr_t)b->host},
		{a->pub.container != NULL, b->pub.container != NULL},
		{(uintptr_t)place_of(a), (uintptr_t)place_of(b)},
		{(uintptr_t)a->pub.exe, (uintptr_t)b->pub.exe},
		{(uintptr_t)a->syscall_text, (uintptr_t)b->syscall_text},
		{(uintptr_t)a->pub.arch_name, (uintptr_t)b->pub.arch_name},
		{a->pub.action, b->pub.action},
		{a->pub.mode, b->pub.mode},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i][0] != keys[i][1])
			return order(keys[i][0], keys[i][1]);
	return 0;
}

/* The first seen of each kind stands first. */
static int by_kind(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;
	int r = compare_kinds(x->sig, y->sig);

	return r ? r : (x->first > y->first) - (x->first < y->first);
}

static int newest_first(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;

	if (x->first != y->first)
		return x->first > y->first ? -1 : 1;
	return (x->sig->pub.id > y->sig->pub.id) - (x->sig->pub.id < y->sig->pub.id);
}

struct counted {
	uint64_t *by_sig;
	int64_t *last;
	size_t n;
};

static int count_total(void *data, const struct query_total *total)
{
	struct counted *counted = data;

	if ((uint64_t)total->signature->id < counted->n) {
		counted->by_sig[total->signature->id] = total->count;
		counted->last[total->signature->id] = total->last;
	}
	return 0;
}

/* All signatures, whatever the filter's time: what was seen before it is what is not new. */
static int list_signatures(struct query *q, const struct query_filter *f, const struct counted *counted,
	struct kind **ret, size_t *ret_n)
{
	CLEANUP(query_match_free) struct query_match match = {0};
	struct query_filter ever = *f; /* borrows the values */
	struct kind *kinds;
	size_t n = 0;

	ever.since = ever.until = CLOCK_NONE;
	if (query_match(q, &ever, &match) < 0)
		return -ENOMEM;
	kinds = calloc(MAX(match.n_wanted, (size_t)1), sizeof(*kinds));
	if (!kinds)
		return -ENOMEM;
	for (size_t i = 1; i < match.n; i++) {
		const struct query_sig *sig = query_match_sig(&match, (int64_t)i) ? query_sig_at(q, (int64_t)i) : NULL;

		if (sig && !sig->pub.other)
			kinds[n++] = (struct kind){sig, i < counted->n ? counted->by_sig[i] : 0, sig->first,
				i < counted->n ? counted->last[i] : CLOCK_NONE};
	}
	*ret = kinds;
	*ret_n = n;
	return 0;
}

/* Joins what is of one kind, and drops what is old or did not happen in the filter's time: how many are left. */
static size_t join(struct kind *kinds, size_t n, int64_t since)
{
	size_t kept = 0;

	for (size_t i = 0, end; i < n; i = end) {
		struct kind kind = kinds[i];

		for (end = i + 1; end < n && compare_kinds(kinds[i].sig, kinds[end].sig) == 0; end++) {
			kind.count += kinds[end].count;
			kind.last = MAX(kind.last, kinds[end].last);
		}
		if (kind.count > 0 && (since == CLOCK_NONE || kind.first >= since))
			kinds[kept++] = kind;
	}
	return kept;
}

static int hand_out(const struct kind *kinds, size_t n, query_kind_fn fn, void *data)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = fn(data, &(struct query_kind){&kinds[i].sig->pub, kinds[i].count, kinds[i].first, kinds[i].last});
	return r;
}

static int kinds_since(struct query *q, const struct query_filter *f, int64_t since, uint64_t limit, query_kind_fn fn,
	void *data)
{
	CLEANUP_FREE struct kind *kinds = NULL;
	CLEANUP_FREE uint64_t *counts = NULL;
	CLEANUP_FREE int64_t *last = NULL;
	struct counted counted;
	size_t n = 0;
	int r = query_refresh(q);

	if (r < 0)
		return r;
	counts = calloc(MAX(q->signatures.n, (size_t)1), sizeof(*counts));
	last = calloc(MAX(q->signatures.n, (size_t)1), sizeof(*last));
	if (!counts || !last)
		return -ENOMEM;
	/* What is added between the two looks is younger than both: it is missed, not miscounted. */
	counted = (struct counted){counts, last, q->signatures.n};
	r = query_totals(q, f, count_total, &counted);
	if (r == 0)
		r = list_signatures(q, f, &counted, &kinds, &n);
	if (r < 0)
		return r;
	qsort(kinds, n, sizeof(*kinds), by_kind);
	n = join(kinds, n, since);
	qsort(kinds, n, sizeof(*kinds), newest_first);
	return hand_out(kinds, limit && limit < n ? (size_t)limit : n, fn, data);
}

int query_kinds(struct query *q, const struct query_filter *f, uint64_t limit, query_kind_fn fn, void *data)
{
	return kinds_since(q, f, CLOCK_NONE, limit, fn, data);
}

int query_new_kinds(struct query *q, const struct query_filter *f, uint64_t limit, query_kind_fn fn, void *data)
{
	return kinds_since(q, f, f->since, limit, fn, data);
}
