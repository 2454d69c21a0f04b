/* SPDX-License-Identifier: MIT */
/* What is believed of processes that are gone: the order of events, and what makes a known cgroup unsure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "resolve/lives.h"

#define MS INT64_C(1000000)

static const struct lives_doubt no_doubt = {LIVES_NEVER, LIVES_NEVER};
static const struct lives_doubt unwatched = {LIVES_NEVER, INT64_MAX}; /* moves are not seen */

static struct life *born(struct lives *l, int32_t parent, int32_t pid, int64_t time, const struct lives_doubt *doubt)
{
	lives_set_doubt(l, doubt);
	return lives_fork(l, parent, pid, time);
}

static struct identity *identity(struct lives *l, const char *id)
{
	struct cgroup_identity c = {.runtime = *id ? EVENT_RUNTIME_DOCKER : EVENT_RUNTIME_NONE};
	bool is_new;

	snprintf(c.id, sizeof(c.id), "%s", id);
	return identity_get(lives_identities(l), &c, &is_new);
}

enum how {
	OPEN,   /* may fork into other cgroups, be moved */
	BOUND,  /* children are born into the same one */
	SEALED, /* and it cannot be elsewhere */
};

static void read_as(struct lives *l, int32_t pid, const char *id, int64_t time, enum how how)
{
	struct life *life = lives_find(l, pid);
	struct lives_read read = {identity(l, id), time, time, how == SEALED, how >= BOUND};

	assert_non_null(life);
	lives_set_identity(l, life, &read);
}

static const char *id_of(struct lives *l, int32_t pid, const struct lives_doubt *doubt)
{
	const struct life *life = lives_find(l, pid);

	lives_set_doubt(l, doubt);
	return life && lives_is_sure(l, life) ? life->identity->texts : NULL;
}

static int setup(void **state)
{
	return lives_new(0, (struct lives **)state);
}

static int teardown(void **state)
{
	lives_free(*state);
	return 0;
}

static void children_inherit(void **state)
{
	struct lives *l = *state;

	lives_meet(l, 1, 0);
	read_as(l, 1, "a", 1, SEALED);
	assert_non_null(born(l, 1, 2, 10, &no_doubt));
	assert_string_equal(id_of(l, 2, &no_doubt), "a");
	lives_exit(l, 2, 20, 159);
	assert_string_equal(id_of(l, 2, &no_doubt), "a");
	assert_int_equal(lives_find(l, 2)->exit_code, 159);
	assert_int_equal(lives_find(l, 2)->parent, 1);
	/* a grandchild, after its parent's end was told */
	born(l, 2, 3, 19, &no_doubt);
	assert_string_equal(id_of(l, 3, &no_doubt), "a");
}

static void children_of_the_open_do_not(void **state)
{
	struct lives *l = *state;

	lives_meet(l, 1, 0);
	read_as(l, 1, "a", 1, OPEN);
	assert_non_null(born(l, 1, 2, 10, &no_doubt));
	assert_null(id_of(l, 2, &no_doubt));
	read_as(l, 2, "b", 11, OPEN);
	assert_string_equal(id_of(l, 2, &no_doubt), "b");
	/* nor of the unknown */
	assert_non_null(born(l, 77, 3, 10, &no_doubt));
	assert_null(id_of(l, 3, &no_doubt));
}

static void moves_make_unsure(void **state)
{
	struct lives *l = *state;

	lives_meet(l, 1, 0);
	read_as(l, 1, "a", 10, BOUND);
	assert_string_equal(id_of(l, 1, &no_doubt), "a");
	assert_null(id_of(l, 1, &unwatched));
	assert_null(id_of(l, 1, &(struct lives_doubt){LIVES_NEVER, 10}));
	lives_doubt_it(l, 1);
	assert_null(id_of(l, 1, &no_doubt));
	born(l, 1, 2, 20, &no_doubt);
	assert_null(id_of(l, 2, &no_doubt));
	read_as(l, 1, "b", 30, SEALED);
	assert_string_equal(id_of(l, 1, &no_doubt), "b");
	assert_string_equal(id_of(l, 1, &unwatched), "b");
	/* a child born before the move was seen may be from before it */
	born(l, 1, 3, 25, &no_doubt);
	assert_null(id_of(l, 3, &no_doubt));
	born(l, 1, 4, 35, &no_doubt);
	assert_string_equal(id_of(l, 4, &no_doubt), "b");
}

static void records_from_before_a_move(void **state)
{
	struct lives *l = *state;

	lives_meet(l, 1, 0);
	read_as(l, 1, "a", 10 * MS, BOUND);
	read_as(l, 1, "b", 500 * MS, BOUND);
	assert_false(lives_covers(lives_find(l, 1), 100 * MS, 20 * MS));
	assert_true(lives_covers(lives_find(l, 1), 490 * MS, 20 * MS));
	assert_true(lives_covers(lives_find(l, 1), 900 * MS, 20 * MS));
}

static void somebody_who_ended_was_moved(void **state)
{
	struct lives *l = *state;

	for (int32_t pid = 1; pid <= 5; pid++) {
		lives_meet(l, pid, 0);
		read_as(l, pid, "a", 1, pid > 3 ? SEALED : BOUND);
	}
	lives_exit(l, 1, 50, 0);
	lives_exit(l, 2, 150, 0);
	lives_exit(l, 4, 150, 0);
	lives_doubt_ended(l, 100, 200);
	lives_exit(l, 3, 190, 0); /* told later */
	lives_exit(l, 5, 190, 0);
	assert_string_equal(id_of(l, 4, &no_doubt), "a"); /* it had nowhere to go */
	assert_string_equal(id_of(l, 5, &no_doubt), "a");
	assert_string_equal(id_of(l, 1, &no_doubt), "a");
	assert_null(id_of(l, 2, &no_doubt));
	assert_null(id_of(l, 3, &no_doubt));
}

static void lost_events_make_unsure(void **state)
{
	struct lives *l = *state;
	struct lives_doubt doubt = {100, LIVES_NEVER};

	lives_meet(l, 1, 0);
	read_as(l, 1, "a", 50, SEALED);
	assert_null(id_of(l, 1, &doubt));
	born(l, 1, 2, 110, &doubt);
	assert_null(id_of(l, 2, &doubt));
	read_as(l, 1, "a", 120, SEALED);
	born(l, 1, 3, 130, &doubt);
	assert_string_equal(id_of(l, 3, &doubt), "a");
	/* the first news of a pid after a loss may be of another process */
	doubt.events = 200;
	lives_set_doubt(l, &doubt);
	lives_exec(l, 1, 210);
	assert_null(id_of(l, 1, &doubt));
	read_as(l, 1, "b", 220, OPEN);
	assert_string_equal(id_of(l, 1, &doubt), "b");
}

static void pids_are_used_again(void **state)
{
	struct lives *l = *state;

	born(l, 1, 2, 100 * MS, &no_doubt);
	read_as(l, 2, "a", 101 * MS, SEALED);
	lives_exit(l, 2, 200 * MS, 0);
	assert_true(lives_covers(lives_find(l, 2), 150 * MS, 8 * MS));
	assert_true(lives_covers(lives_find(l, 2), 90 * MS, 8 * MS));
	assert_false(lives_covers(lives_find(l, 2), 50 * MS, 8 * MS));
	assert_false(lives_covers(lives_find(l, 2), 300 * MS, 8 * MS));
	born(l, 1, 2, 400 * MS, &no_doubt);
	assert_null(id_of(l, 2, &no_doubt));
	assert_false(lives_covers(lives_find(l, 2), 150 * MS, 8 * MS));
	assert_int_equal(lives_find(l, 2)->exit_code, -1);
	/* also when the first end was not told, or only an exec of the second is */
	read_as(l, 2, "a", 401 * MS, SEALED);
	born(l, 1, 2, 500 * MS, &no_doubt);
	assert_null(id_of(l, 2, &no_doubt));
	read_as(l, 2, "b", 501 * MS, SEALED);
	lives_exit(l, 2, 600 * MS, 0);
	lives_exec(l, 2, 700 * MS);
	assert_null(id_of(l, 2, &no_doubt));
	assert_int_equal(lives_find(l, 2)->exec, 700 * MS);
}

static void events_come_out_of_order(void **state)
{
	struct lives *l = *state;

	/* the exec first: the fork only tells the beginning */
	lives_exec(l, 5, 100);
	read_as(l, 5, "a", 101, OPEN);
	assert_null(born(l, 1, 5, 90, &no_doubt));
	assert_string_equal(id_of(l, 5, &no_doubt), "a");
	assert_int_equal(lives_find(l, 5)->since, 90);
	assert_int_equal(lives_find(l, 5)->parent, 1);
	/* an old fork, or an old end, told again changes nothing */
	assert_null(born(l, 9, 5, 80, &no_doubt));
	lives_exit(l, 5, 70, 1);
	assert_string_equal(id_of(l, 5, &no_doubt), "a");
	assert_int_equal(lives_find(l, 5)->exit_code, -1);
	/* the end of one never heard of */
	lives_exit(l, 6, 10, 0);
	assert_null(lives_find(l, 6));
}

static void keeps_names_and_commands(void **state)
{
	struct lives *l = *state;
	size_t before;

	lives_comm(l, 1, 5, (char[LIVES_COMM_MAX]){"a name"});
	born(l, 1, 2, 10, &no_doubt);
	assert_string_equal(lives_find(l, 2)->comm, "a name");
	before = lives_stats(l).bytes;
	lives_set_command(l, lives_find(l, 2), strdup("sh -c true"));
	assert_int_equal(lives_stats(l).bytes, before + 11);
	lives_set_command(l, lives_find(l, 2), strdup("true"));
	assert_int_equal(lives_stats(l).bytes, before + 5);
	lives_set_command(l, lives_find(l, 2), NULL);
	assert_int_equal(lives_stats(l).bytes, before);
}

static void memory_is_bounded(void **state)
{
	struct lives *l;
	struct lives_stats s;

	assert_int_equal(lives_new(1 << 20, &l), 0);
	for (int32_t pid = 1; pid <= 100000; pid++) {
		char id[16];

		assert_non_null(born(l, pid - 1, pid, pid, &no_doubt));
		snprintf(id, sizeof(id), "%d", pid);
		read_as(l, pid, id, pid, OPEN);
		if (pid % 3 == 0)
			lives_exit(l, pid, pid, 0);
		assert_true(lives_stats(l).bytes <= 1 << 20);
	}
	s = lives_stats(l);
	assert_int_equal(s.n + s.evicted, 100000);
	assert_string_equal(id_of(l, 99998, &no_doubt), "99998");
	assert_null(lives_find(l, 1));
	lives_free(l);
}

static void the_ended_go_first(void **state)
{
	struct lives *l;

	assert_int_equal(lives_new(1 << 18, &l), 0);
	born(l, 0, 1, 1, &no_doubt);
	for (int32_t pid = 2; pid <= 20000; pid++) {
		born(l, 1, pid, pid, &no_doubt);
		lives_exit(l, pid, pid, 0);
	}
	assert_non_null(lives_find(l, 1));
	assert_non_null(lives_find(l, 20000));
	assert_null(lives_find(l, 2));
	lives_free(l);
}

static void the_ended_expire(void **state)
{
	struct lives *l = *state;

	for (int32_t pid = 1; pid <= 10; pid++) {
		born(l, 0, pid, pid, &no_doubt);
		read_as(l, pid, "a", pid, SEALED);
		lives_exit(l, pid, 100 + pid, 0);
	}
	lives_expire(l, 106);
	assert_null(lives_find(l, 5));
	assert_non_null(lives_find(l, 6));
	assert_int_equal(lives_stats(l).n, 5);
}

static void identities_are_shared(void **state)
{
	struct lives *l = *state;
	struct identity *a = identity(l, "a"), *b = identity(l, "b"), *again = identity(l, "a");

	assert_ptr_equal(a, again);
	assert_ptr_not_equal(a, b);
	identity_put(lives_identities(l), a);
	assert_string_equal(again->texts, "a");
	identity_put(lives_identities(l), again);
	identity_put(lives_identities(l), b);
	assert_int_equal(identities_bytes(lives_identities(l)), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(children_inherit),
		TEST(children_of_the_open_do_not),
		TEST(moves_make_unsure),
		TEST(records_from_before_a_move),
		TEST(somebody_who_ended_was_moved),
		TEST(lost_events_make_unsure),
		TEST(pids_are_used_again),
		TEST(events_come_out_of_order),
		TEST(keeps_names_and_commands),
		TEST(memory_is_bounded),
		TEST(the_ended_go_first),
		TEST(the_ended_expire),
		TEST(identities_are_shared),
	};

	return cmocka_run_group_tests_name("lives", tests, NULL, NULL);
}
