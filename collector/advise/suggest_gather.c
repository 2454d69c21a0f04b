/* SPDX-License-Identifier: MIT */
/* From signatures to groups: one syscall of one architecture, decided in one way. Costs what the signatures cost, not
 * the events. */
#include <stdlib.h>

#include "suggest_internal.h"

struct totals {
	struct query_total *at;
	size_t n, room;
	uint64_t undecidable;
};

static int keep_total(void *data, const struct query_total *total)
{
	struct totals *t = data;
	const struct query_signature *sig = total->signature;

	if (!sig->has_syscall || !sig->has_arch || sig->other) {
		t->undecidable += total->count;
		return 0;
	}
	if (t->n == t->room) {
		size_t room = t->room ? 2 * t->room : 256;
		struct query_total *at = reallocarray(t->at, room, sizeof(*at));
		if (!at)
			return -ENOMEM;
		t->at = at;
		t->room = room;
	}
	t->at[t->n++] = *total;
	return 0;
}

/* ---- in order of group, then of program ---- */

static int compare_numbers(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_groups(const struct query_signature *a, const struct query_signature *b)
{
	int order = compare_numbers(a->arch, b->arch);

	if (order == 0)
		order = compare_numbers(a->syscall, b->syscall);
	if (order == 0)
		order = compare_numbers(a->action, b->action);
	return order ? order : compare_numbers(a->mode, b->mode);
}

static int compare_exes(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int compare_totals(const void *left, const void *right)
{
	const struct query_total *a = left, *b = right;
	int order = compare_groups(a->signature, b->signature);

	return order ? order : compare_exes(a->signature->exe, b->signature->exe);
}

static int compare_items(const void *left, const void *right)
{
	const struct suggest_item *a = left, *b = right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return compare_numbers(a->call.nr, b->call.nr);
}

/* ---- folding ---- */

static void add_exe(struct suggest_item *item, const char *path, uint64_t count)
{
	size_t i = MIN(item->n_exes, (size_t)SUGGEST_EXES_MAX - 1);

	if (!path)
		return;
	if (item->n_exes < SUGGEST_EXES_MAX)
		item->n_exes++;
	else if (item->n_more_exes++, item->exes[i].count >= count)
		return;
	for (; i > 0 && item->exes[i - 1].count < count; i--)
		item->exes[i] = item->exes[i - 1];
	item->exes[i] = (struct suggest_exe){path, count};
}

static void begin_item(struct suggest_item *item, const struct query_total *total)
{
	const struct query_signature *sig = total->signature;

	*item = (struct suggest_item){
		.call = {.arch = sig->arch, .nr = (uint32_t)sig->syscall},
		.syscall = sig->syscall_name,
		.arch = sig->arch_name,
		.action = sig->action,
		.mode = sig->mode,
		.first = total->first,
		.last = total->last,
	};
}

static void fold(const struct totals *t, struct suggest_facts *facts)
{
	uint64_t of_exe = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct query_total *total = &t->at[i];
		bool more = i + 1 < t->n && compare_totals(total, total + 1) == 0;
		struct suggest_item *item;

		if (i == 0 || compare_groups(total[-1].signature, total->signature) != 0)
			begin_item(&facts->items[facts->n_items++], total);
		item = &facts->items[facts->n_items - 1];
		item->count += total->count;
		item->first = MIN(item->first, total->first);
		item->last = MAX(item->last, total->last);
		of_exe += total->count;
		if (more)
			continue;
		add_exe(item, total->signature->exe, of_exe);
		of_exe = 0;
	}
}

static size_t count_groups(const struct totals *t)
{
	size_t n = t->n > 0;

	for (size_t i = 1; i < t->n; i++)
		n += compare_groups(t->at[i - 1].signature, t->at[i].signature) != 0;
	return n;
}

static int read_items(struct query *q, const struct query_filter *filter, struct suggest_facts *facts)
{
	struct totals t = {0};
	int r = query_totals(q, filter, keep_total, &t);

	if (r == 0 && t.n)
		qsort(t.at, t.n, sizeof(*t.at), compare_totals);
	facts->items = r == 0 ? calloc(count_groups(&t) + 1, sizeof(*facts->items)) : NULL;
	if (r == 0 && !facts->items)
		r = -ENOMEM;
	if (r == 0) {
		fold(&t, facts);
		qsort(facts->items, facts->n_items, sizeof(*facts->items), compare_items);
		facts->n_undecidable = t.undecidable;
	}
	free(t.at);
	return r;
}

static int keep_call(void *data, const struct query_call *call)
{
	struct suggest_facts *facts = data;

	facts->calls[facts->n_calls++] = *call;
	return 0;
}

void suggest_facts_free(struct suggest_facts *facts)
{
	if (!facts)
		return;
	free(facts->items);
	free(facts->calls);
	free(facts);
}

int suggest_read(struct query *q, const struct query_filter *filter, struct suggest_facts **ret)
{
	CLEANUP(suggest_facts_free_p) struct suggest_facts *facts = calloc(1, sizeof(*facts));
	int r;

	if (!facts || !(facts->calls = calloc(SUGGEST_CALLS, sizeof(*facts->calls))))
		return -ENOMEM;
	r = read_items(q, filter, facts);
	if (r == 0)
		r = query_calls(q, filter, SUGGEST_CALLS, keep_call, facts);
	if (r == 0)
		*ret = TAKE(facts);
	return r;
}

int suggest_take_items(const struct suggest_facts *facts, size_t limit, struct suggest *s)
{
	s->items = calloc(MIN(facts->n_items, limit) + 1, sizeof(*s->items));
	if (!s->items)
		return -ENOMEM;
	s->n_items = MIN(facts->n_items, limit);
	s->n_left_out = facts->n_items - s->n_items;
	s->n_undecidable = facts->n_undecidable;
	memcpy(s->items, facts->items, s->n_items * sizeof(*s->items));
	return 0;
}

/* ---- arguments ---- */

static bool is_item_of(const struct suggest_item *item, const struct query_signature *sig)
{
	return item->call.arch == sig->arch && item->call.nr == (uint32_t)sig->syscall && item->action == sig->action &&
	       item->mode == sig->mode;
}

static bool has_asked(const struct suggest_item *item, const struct bpf_call *call)
{
	for (size_t i = 0; i < item->n_asked; i++)
		if (memcmp(item->asked[i].args, call->args, sizeof(call->args)) == 0)
			return true;
	return false;
}

static void add_asked(struct suggest_item *item, const struct query_call *known)
{
	struct bpf_call call = item->call;

	for (unsigned i = 0; i < 6; i++) {
		if (!(item->used & 1u << i))
			continue;
		if (i >= known->n_args)
			return;
		call.args[i] = known->args[i];
	}
	item->knowing = SUGGEST_RECORDED;
	if (has_asked(item, &call))
		return;
	if (item->n_asked < SUGGEST_ASKED_MAX)
		item->asked[item->n_asked++] = call;
	else
		item->n_more_asked++;
}

static void take_call(struct suggest *s, const struct query_call *known)
{
	for (size_t i = 0; i < s->n_items; i++) {
		struct suggest_item *item = &s->items[i];

		if (!is_item_of(item, known->signature))
			continue;
		if (!item->error)
			item->error = known->error;
		if (item->used && known->n_args)
			add_asked(item, known);
		return;
	}
}

void suggest_take_calls(const struct suggest_facts *facts, struct suggest *s)
{
	for (size_t i = 0; i < facts->n_calls; i++)
		take_call(s, &facts->calls[i]);
}
