/* SPDX-License-Identifier: MIT */
/* What changes in decisions between two filters, whatever changed in their texts. */
#include <linux/seccomp.h>

#include "filter.h"

#define CHANGES_MAX 4096 /* of one syscall: as many as classes.c has combinations */

/* Programs that are all asked, the oldest first. */
struct stack {
	const struct bpf_program *const *programs;
	size_t n;
	bool big_endian;
};

struct diff {
	struct stack from, to;
	profile_change_fn fn;
	void *data;
	/* of the syscall that is being walked: */
	struct profile_change *changes;
	size_t n, calls;
	bool uniform; /* all changes so far have one from and one to */
};

/* kernel/seccomp.c seccomp_run_filters(): the newest is asked first, and only a severer answer counts after it. */
static uint32_t ask(const struct stack *s, const struct bpf_call *call)
{
	struct bpf_data data;
	uint32_t verdict;

	bpf_data_set(&data, call, s->big_endian);
	verdict = bpf_run(s->programs[s->n - 1], &data);
	for (size_t i = s->n - 1; i-- > 0;) {
		uint32_t other = bpf_run(s->programs[i], &data);
		if ((int32_t)(other & SECCOMP_RET_ACTION_FULL) < (int32_t)(verdict & SECCOMP_RET_ACTION_FULL))
			verdict = other;
	}
	return verdict;
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
	*change = (struct profile_change){.call = *call, .used = used, .from = ask(&d->from, call), .to = ask(&d->to, call)};
	d->changes[CHANGES_MAX].call = *call;
	d->calls++;
	if (change->from == change->to)
		return k;
	d->uniform &= change->from == d->changes[0].from && change->to == d->changes[0].to;
	d->n++;
	return k;
}

static int walk(struct diff *d, const struct profile_filter *const *filters, size_t n)
{
	int k;

	/* The last place remembers the call before. */
	d->changes = calloc(CHANGES_MAX + 1, sizeof(*d->changes));
	if (!d->changes)
		return -ENOMEM;
	d->uniform = true;
	k = profile_each_call(filters, n, compare, d);
	if (!k)
		k = flush(d);
	free(d->changes);
	return k;
}

static struct stack stack_of(const struct profile_filter *f, const struct bpf_program **ret_program)
{
	*ret_program = f->program;
	return (struct stack){ret_program, 1, f->rules->native->big_endian};
}

int profile_diff(const struct profile_filter *from, const struct profile_filter *to, profile_change_fn fn, void *data)
{
	const struct profile_filter *both[] = {from, to};
	const struct bpf_program *programs[2];
	struct diff d = {.from = stack_of(from, &programs[0]), .to = stack_of(to, &programs[1]), .fn = fn, .data = data};

	return walk(&d, both, 2);
}

int profile_diff_programs(const struct profile_filter *from, const struct bpf_program *const *to, size_t n,
	profile_change_fn fn, void *data)
{
	const struct profile_filter *const filters[] = {from};
	const struct bpf_program *program;
	struct diff d = {.from = stack_of(from, &program), .fn = fn, .data = data};

	if (n == 0)
		return -EINVAL;
	d.to = (struct stack){to, n, d.from.big_endian};
	return walk(&d, filters, 1);
}
