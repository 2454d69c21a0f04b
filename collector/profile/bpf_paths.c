/* SPDX-License-Identifier: MIT */
/* A filter run on a call of which only the number and the architecture are known: at each comparison with anything else
 * both ways are gone, and what was compared is noted. */
#include "bpf_insn.h"

#define STEPS_MAX      1000000
#define PATHS_MAX      4096
#define CONDITIONS_MAX 128

enum kind {
	KNOWN, /* value */
	WORD,  /* a word of the data, and-ed with mask */
	DARK,  /* computed from what is not known */
};

struct value {
	enum kind kind;
	uint32_t value, mask;
	uint8_t word;
};

struct state {
	struct value a, x, mem[BPF_MEMWORDS];
	bool vague;
};

struct walk {
	const struct bpf_program *p;
	uint32_t arch, nr;
	struct bpf_condition conditions[CONDITIONS_MAX];
	size_t n, steps, paths;
	bpf_path_fn fn;
	void *data;
};

static const struct value nothing = {.kind = KNOWN};

/* ---- whether conditions can hold together ---- */

static bool holds(const struct bpf_condition *c, uint32_t word)
{
	uint32_t v = word & c->mask;

	switch (c->test) {
	case BPF_TEST_EQ:
		return v == c->value;
	case BPF_TEST_NE:
		return v != c->value;
	case BPF_TEST_GT:
		return v > c->value;
	case BPF_TEST_LE:
		return v <= c->value;
	case BPF_TEST_GE:
		return v >= c->value;
	case BPF_TEST_LT:
		return v < c->value;
	case BPF_TEST_SET:
		return v & c->value;
	default:
		return !(v & c->value);
	}
}

static bool fits_all(const struct walk *w, uint8_t word, uint32_t value)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->conditions[i].word == word && !holds(&w->conditions[i], value))
			return false;
	return true;
}

/* Tried at the values that the word's conditions name and beside them. Masks could meet elsewhere: where there are any,
 * what cannot be refuted counts as possible. */
static bool is_possible(const struct walk *w, uint8_t word)
{
	bool masked = false;

	if (fits_all(w, word, 0) || fits_all(w, word, UINT32_MAX))
		return true;
	for (size_t i = 0; i < w->n; i++) {
		const struct bpf_condition *c = &w->conditions[i];
		if (c->word != word)
			continue;
		masked |= c->mask != UINT32_MAX || c->test >= BPF_TEST_SET;
		if (fits_all(w, word, c->value) || fits_all(w, word, c->value + 1) || fits_all(w, word, c->value - 1))
			return true;
	}
	return masked;
}

/* ---- walking ---- */

static int go(struct walk *w, size_t at, struct state s);

static int branch(struct walk *w, size_t at, const struct state *s, enum bpf_test test, uint32_t value)
{
	int r = 0;

	if (w->n == CONDITIONS_MAX)
		return -E2BIG;
	w->conditions[w->n++] = (struct bpf_condition){s->a.word, test, s->a.mask, value};
	if (is_possible(w, s->a.word))
		r = go(w, at, *s);
	w->n--;
	return r;
}

static int both(struct walk *w, size_t yes, size_t no, const struct state *s, uint8_t op, uint32_t value)
{
	static const struct {
		uint8_t op;
		enum bpf_test yes, no;
	} tests[] = {
		{OP_JEQ_K, BPF_TEST_EQ, BPF_TEST_NE}, {OP_JEQ_X, BPF_TEST_EQ, BPF_TEST_NE}, {OP_JGT_K, BPF_TEST_GT, BPF_TEST_LE},
		{OP_JGT_X, BPF_TEST_GT, BPF_TEST_LE}, {OP_JGE_K, BPF_TEST_GE, BPF_TEST_LT}, {OP_JGE_X, BPF_TEST_GE, BPF_TEST_LT},
		{OP_JSET_K, BPF_TEST_SET, BPF_TEST_CLEAR}, {OP_JSET_X, BPF_TEST_SET, BPF_TEST_CLEAR},
	};
	size_t i = 0;
	int r;

	if (yes == no)
		return go(w, yes, *s);
	while (tests[i].op != op)
		i++;
	r = branch(w, yes, s, tests[i].yes, value);
	return r ? r : branch(w, no, s, tests[i].no, value);
}

static int vague(struct walk *w, size_t yes, size_t no, struct state s)
{
	int r;

	s.vague = true;
	r = go(w, yes, s);
	return r ? r : go(w, no, s);
}

static bool uses_x(const struct insn *in)
{
	return in->op == OP_JEQ_X || in->op == OP_JGT_X || in->op == OP_JGE_X || in->op == OP_JSET_X;
}

/* Both are known: the way that is taken. */
static bool decide(uint8_t op, uint32_t a, uint32_t v)
{
	switch (op) {
	case OP_JEQ_K:
	case OP_JEQ_X:
		return a == v;
	case OP_JGT_K:
	case OP_JGT_X:
		return a > v;
	case OP_JGE_K:
	case OP_JGE_X:
		return a >= v;
	default:
		return a & v;
	}
}

static int fork_at(struct walk *w, size_t at, const struct state *s, const struct insn *in, const struct value *v)
{
	size_t yes = at + 1 + in->jt, no = at + 1 + in->jf;

	if (s->a.kind == WORD && v->kind == KNOWN)
		return both(w, yes, no, s, in->op, v->value);
	return vague(w, yes, no, *s);
}

static struct value load(const struct walk *w, uint32_t word)
{
	if (word < 2)
		return (struct value){.kind = KNOWN, .value = word == 0 ? w->nr : w->arch};
	return (struct value){.kind = WORD, .word = (uint8_t)word, .mask = UINT32_MAX};
}

/* Of arithmetic only what compilers of filters emit is followed: an AND of a word. A division by an X that may be 0 may
 * be the program's end. */
static void calculate(struct state *s, const struct insn *in)
{
	s->vague |= in->op == OP_DIV_X && s->x.kind != KNOWN;
	if (in->op != OP_AND_K || s->a.kind == DARK)
		s->a = (struct value){.kind = DARK};
	else if (s->a.kind == WORD)
		s->a.mask &= in->k;
	else
		s->a.value &= in->k;
}

static int finish(struct walk *w, const struct state *s, struct value verdict)
{
	const struct bpf_path path = {w->conditions, w->n, verdict.value, s->vague || verdict.kind != KNOWN};

	if (++w->paths > PATHS_MAX)
		return -E2BIG;
	return w->fn(w->data, &path);
}

static void step(const struct walk *w, struct state *s, const struct insn *in)
{
	switch (in->op) {
	case OP_LOAD:
		s->a = load(w, in->k);
		break;
	case OP_LOAD_K:
		s->a = (struct value){.kind = KNOWN, .value = in->k};
		break;
	case OP_LOAD_X_K:
		s->x = (struct value){.kind = KNOWN, .value = in->k};
		break;
	case OP_LOAD_M:
		s->a = s->mem[in->k];
		break;
	case OP_LOAD_X_M:
		s->x = s->mem[in->k];
		break;
	case OP_STORE:
		s->mem[in->k] = s->a;
		break;
	case OP_STORE_X:
		s->mem[in->k] = s->x;
		break;
	case OP_TAX:
		s->x = s->a;
		break;
	case OP_TXA:
		s->a = s->x;
		break;
	default:
		calculate(s, in);
	}
}

/* Jumps lead forward only, so every way ends. */
static int go(struct walk *w, size_t at, struct state s)
{
	for (;; at++) {
		const struct insn *in = &w->p->insns[at];

		if (++w->steps > STEPS_MAX)
			return -E2BIG;
		if (in->op == OP_RET_K)
			return finish(w, &s, (struct value){.kind = KNOWN, .value = in->k});
		if (in->op == OP_RET_A)
			return finish(w, &s, s.a);
		if (in->op == OP_DIV_X && s.x.kind == KNOWN && s.x.value == 0)
			return finish(w, &s, nothing);
		if (in->op == OP_JA) {
			at += in->k;
		} else if (in->op < OP_JEQ_K || in->op > OP_JSET_X) {
			step(w, &s, in);
		} else {
			struct value v = uses_x(in) ? s.x : (struct value){.kind = KNOWN, .value = in->k};
			if (s.a.kind != KNOWN || v.kind != KNOWN)
				return fork_at(w, at, &s, in, &v);
			at += decide(in->op, s.a.value, v.value) ? in->jt : in->jf;
		}
	}
}

int bpf_paths(const struct bpf_program *p, uint32_t arch, uint32_t nr, bpf_path_fn fn, void *data)
{
	struct walk w = {.p = p, .arch = arch, .nr = nr, .fn = fn, .data = data};
	struct state s = {.a = nothing, .x = nothing};

	return go(&w, 0, s);
}
