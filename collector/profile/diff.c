/* SPDX-License-Identifier: MIT */
/* What changes in decisions between two filters, whatever changed in their texts. */
#include "filter.h"

#define CHANGES_MAX 4096 /* of one syscall: as many as classes.c has combinations */

struct diff {
	const struct profile_filter *from, *to;
	profile_change_fn fn;
	void *data;
	/* of the syscall that is being walked: */
	struct profile_change *changes;
	size_t n, calls;
	bool uniform; /* all changes so far have one from and one to */
};

static uint32_t ask(const struct profile_filter *f, const struct bpf_call *call)
{
	struct bpf_data data;

	bpf_data_set(&data, call, f->rules->native->big_endian);
	return bpf_run(f->program, &data);
}

static int flush(struct diff *d)
{
	size_t n = d->n;
	int k = 0;

	if (n == d->calls && d->uniform && n > 0) {
		d->changes[0].used = 0;
		memset(d->changes[0].call.args, 0, sizeof(d->changes[0].call.args));
		n = 1;
	}
	for (size_t i = 0; !k && i < n; i++)
		k = d->fn(d->data, &d->changes[i]);
	d->n = d->calls = 0;
	d->uniform = true;
	return k;
}

static bool is_same_syscall(const struct bpf_call *a, const struct bpf_call *b)
{
	return a->arch == b->arch && a->nr == b->nr;
}

static int compare(void *data, const struct bpf_call *call, unsigned used)
{
	struct diff *d = data;
	struct profile_change *change;
	int k = 0;

	if (d->calls > 0 && !is_same_syscall(&d->changes[CHANGES_MAX].call, call))
		k = flush(d);
	change = &d->changes[d->n];
	*change = (struct profile_change){.call = *call, .used = used, .from = ask(d->from, call), .to = ask(d->to, call)};
	d->changes[CHANGES_MAX].call = *call;
	d->calls++;
	if (change->from == change->to)
		return k;
	d->uniform &= change->from == d->changes[0].from && change->to == d->changes[0].to;
	d->n++;
	return k;
}

int profile_diff(const struct profile_filter *from, const struct profile_filter *to, profile_change_fn fn, void *data)
{
	const struct profile_filter *both[] = {from, to};
	struct diff d = {.from = from, .to = to, .fn = fn, .data = data, .uniform = true};
	int k;

	/* The last place remembers the call before. */
	d.changes = calloc(CHANGES_MAX + 1, sizeof(*d.changes));
	if (!d.changes)
		return -ENOMEM;
	k = profile_each_call(both, 2, compare, &d);
	if (!k)
		k = flush(&d);
	free(d.changes);
	return k;
}
