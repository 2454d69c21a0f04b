/* SPDX-License-Identifier: MIT */
/* Every way through a filter: on random profiles each call takes exactly the ways whose conditions it fulfils, and gets
 * their verdict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "profile_random.h"

#define PATHS_MAX 4096

struct kept {
	struct bpf_condition conditions[128];
	size_t n;
	uint32_t verdict;
};

static struct kept paths[PATHS_MAX];
static size_t n_paths;

static int keep(void *data, const struct bpf_path *path)
{
	struct kept *k = &paths[n_paths++];

	assert_false(path->vague);
	k->n = path->n;
	k->verdict = path->verdict;
	if (path->n)
		memcpy(k->conditions, path->conditions, path->n * sizeof(*path->conditions));
	return 0;
}

static bool holds(const struct bpf_condition *c, const struct bpf_data *d)
{
	uint32_t v = d->words[c->word] & c->mask;
	const bool answers[] = {
		[BPF_TEST_EQ] = v == c->value, [BPF_TEST_NE] = v != c->value, [BPF_TEST_GT] = v > c->value,
		[BPF_TEST_LE] = v <= c->value, [BPF_TEST_GE] = v >= c->value, [BPF_TEST_LT] = v < c->value,
		[BPF_TEST_SET] = (v & c->value) != 0, [BPF_TEST_CLEAR] = (v & c->value) == 0,
	};

	return answers[c->test];
}

static const struct bpf_program *program;
static size_t checked, conditional;
static struct bpf_call last = {.nr = UINT32_MAX - 7};

static void check_call(void *data, const struct bpf_call *call)
{
	struct bpf_data d;
	size_t taken = 0;

	if (call->nr != last.nr || call->arch != last.arch) {
		n_paths = 0;
		assert_int_equal(bpf_paths(program, call->arch, call->nr, keep, NULL), 0);
		last = *call;
		conditional += n_paths > 1;
	}
	bpf_data_set(&d, call, false);
	for (size_t i = 0; i < n_paths; i++) {
		bool all = true;
		for (size_t j = 0; all && j < paths[i].n; j++)
			all = holds(&paths[i].conditions[j], &d);
		if (!all)
			continue;
		assert_int_equal(paths[i].verdict, bpf_run(program, &d));
		taken++;
	}
	assert_int_equal(taken, 1);
	checked++;
}

static void check_random(uint64_t seed)
{
	CLEANUP(profile_free_p) struct profile *p = NULL;
	CLEANUP(profile_rules_free_p) struct profile_rules *rules = NULL;
	CLEANUP(profile_filter_free_p) struct profile_filter *filter = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_host host = {0};
	struct profile_problem problem;

	random_profile(seed, (enum random_kind)(seed % 3), &text);
	host.arch = profile_arch_from_name(SPAN("x86_64"));
	if (profile_load_text(text_span(&text), NULL, &p, &problem) || profile_resolve(p, &host, &rules, &problem) ||
		profile_compile(rules, PROFILE_MODEL_RUNC, &filter, &problem))
		return;
	program = profile_filter_program(filter);
	last.nr = UINT32_MAX - 7;
	calls_all(p, (const struct profile_arch *const[]){rules->native}, 1, 20, check_call, NULL);
}

static void calls_take_one_way(void **state)
{
	for (uint64_t seed = 0; seed < 300; seed++)
		check_random(seed);
	assert_true(checked > 100000 && conditional > 300);
}

static int count(void *data, const struct bpf_path *path)
{
	*(bool *)data |= path->vague;
	n_paths++;
	return n_paths == 3 ? 7 : 0;
}

/* The high half of a pointer added to itself is nothing to compare with by looking. */
static void says_when_it_cannot_tell(void **state)
{
	static const struct sock_filter odd[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16), BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 5, 0, 1), BPF_STMT(BPF_RET | BPF_K, 0x7fff0000),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 9, 0, 1), BPF_STMT(BPF_RET | BPF_K, 1), BPF_STMT(BPF_RET | BPF_K, 0),
	};
	CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
	bool is_vague = false;

	assert_int_equal(bpf_load(&p, odd, ARRAY_SIZE(odd), NULL, NULL), 0);
	n_paths = 0;
	assert_int_equal(bpf_paths(p, 0, 0, count, &is_vague), 7);
	assert_true(is_vague);
}

static int keep_last(void *data, const struct bpf_path *path)
{
	*(struct bpf_path *)data = *path;
	return 0;
}

/* By an X of 0 it ends the program, with 0. */
static void knows_division(void **state)
{
	static const struct {
		struct sock_filter load_x;
		uint32_t verdict;
		bool vague;
	} cases[] = {
		{BPF_STMT(BPF_LDX | BPF_IMM, 0), 0, false},
		{BPF_STMT(BPF_LDX | BPF_IMM, 2), 0x7fff0000, false},
		{BPF_STMT(BPF_MISC | BPF_TAX, 0), 0x7fff0000, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sock_filter insns[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16), cases[i].load_x,
			BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
		CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
		struct bpf_path path = {0};

		assert_int_equal(bpf_load(&p, insns, ARRAY_SIZE(insns), NULL, NULL), 0);
		assert_int_equal(bpf_paths(p, 0, 0, keep_last, &path), 0);
		assert_int_equal(path.verdict, cases[i].verdict);
		assert_int_equal(path.vague, cases[i].vague);
	}
}

static int ignore(void *data, const struct bpf_path *path)
{
	return 0;
}

/* Thirty bits tested one after the other: a thousand million ways. */
static void bounds_its_work(void **state)
{
	struct sock_filter insns[122];
	CLEANUP(bpf_free_p) struct bpf_program *p = NULL;
	size_t n = 0;

	for (unsigned i = 0; i < 30; i++) {
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16);
		insns[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1u << i, 0, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 1);
		insns[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 2);
	}
	insns[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
	assert_int_equal(bpf_load(&p, insns, n, NULL, NULL), 0);
	assert_int_equal(bpf_paths(p, 0, 0, ignore, NULL), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_take_one_way),
		cmocka_unit_test(says_when_it_cannot_tell),
		cmocka_unit_test(knows_division),
		cmocka_unit_test(bounds_its_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
