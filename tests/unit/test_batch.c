/* SPDX-License-Identifier: MIT */
#include "store/batch_rows.h"
#include "support/store_fixture.h"

static void other_pid(struct event *ev)
{
	ev->pid++;
}
static void other_second(struct event *ev)
{
	ev->time += 1000;
}
static void same_second(struct event *ev)
{
	ev->time += 999;
}
static void other_ip(struct event *ev)
{
	ev->ip++;
}
static void other_syscall(struct event *ev)
{
	ev->syscall = -1;
}
static void no_arch(struct event *ev)
{
	ev->has_arch = false;
}
static void other_comm(struct event *ev)
{
	event_set(ev, &ev->comm, SPAN("nd"));
}
static void no_exe(struct event *ev)
{
	ev->exe = (struct event_text){0};
}
static void empty_exe(struct event *ev)
{
	event_set(ev, &ev->exe, (struct span){"", 0});
}
static void moved_border(struct event *ev)
{
	event_set(ev, &ev->comm, SPAN("nc/"));
	event_set(ev, &ev->exe, SPAN("bin/nc"));
}
static void in_container(struct event *ev)
{
	ev->runtime = EVENT_RUNTIME_DOCKER;
	event_set(ev, &ev->container_id, SPAN("0123456789ab"));
}
static void other_node(struct event *ev)
{
	event_set(ev, &ev->node, SPAN("elsewhere"));
}
static void other_source(struct event *ev)
{
	ev->source = EVENT_SOURCE_NETLINK;
}

/* Two events that differ by one change: how many rows and signatures they make. */
static const struct {
	const char *title;
	void (*change)(struct event *ev);
	size_t rows, signatures;
} changes[] = {
	{"the serial", NULL, 1, 1},
	{"the millisecond", same_second, 1, 1},
	{"the address", other_ip, 1, 1},
	{"the second", other_second, 2, 1},
	{"the process", other_pid, 2, 1},
	{"the call", other_syscall, 2, 2},
	{"an absent architecture", no_arch, 2, 2},
	{"the program", other_comm, 2, 2},
	{"an absent file", no_exe, 2, 2},
	{"an empty file", empty_exe, 2, 2},
	{"where one text ends and the next begins", moved_border, 2, 2},
	{"the container", in_container, 2, 2},
	{"the host", other_node, 2, 2},
	{"the way it came", other_source, 2, 2},
};

static void test_changes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		CLEANUP(batch_free_p) struct batch *b = NULL;
		struct event *ev;

		assert_int_equal(batch_new(16, &b), 0);
		assert_int_equal(batch_add(b, fixture_event(0, 1, 9)), 0);
		ev = fixture_event(0, 2, 9);
		if (changes[i].change)
			changes[i].change(ev);
		assert_int_equal(batch_add(b, ev), 0);
		if (batch_rows(b) != changes[i].rows || intern_count(b->intern) != changes[i].signatures)
			fail_msg("%s: %zu rows, %u signatures", changes[i].title, batch_rows(b), intern_count(b->intern));
		assert_int_equal(batch_events(b), 2);
		/* The first once more is no event. */
		assert_int_equal(batch_add(b, fixture_event(0, 1, 9)), 0);
		assert_int_equal(batch_events(b), 2);
		assert_int_equal(batch_duplicates(b), 1);
	}
}

static void test_full(void **state)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;

	assert_int_equal(batch_new(4, &b), 0);
	assert_true(batch_is_empty(b));
	for (int i = 0; i < 4; i++)
		assert_int_equal(batch_add(b, fixture_event(0, 1 + (uint32_t)i, i)), 0);
	assert_int_equal(batch_add(b, fixture_event(0, 9, 9)), BATCH_E_FULL);
	assert_int_equal(batch_events(b), 4);
	/* What needs no row is still taken. */
	assert_int_equal(batch_add(b, fixture_event(1, 10, 3)), 0);
	assert_int_equal(batch_events(b), 5);
	batch_reset(b);
	assert_true(batch_is_empty(b));
	assert_int_equal(batch_add(b, fixture_event(0, 9, 9)), 0);
	assert_int_equal(batch_rows(b), 1);
}

/* A storm of ever new names ends in "full", not in memory. */
static void test_bounded_bytes(void **state)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;
	char name[4096];
	int r = 0, n = 0;

	memset(name, 'x', sizeof(name));
	assert_int_equal(batch_new(65536, &b), 0);
	for (; r == 0 && n < 100000; n++) {
		struct event *ev = fixture_event(0, (uint32_t)n, n);

		memcpy(name, &n, sizeof(n));
		event_set(ev, &ev->exe, (struct span){name, sizeof(name)});
		r = batch_add(b, ev);
	}
	assert_int_equal(r, BATCH_E_FULL);
	assert_in_range(n, 100, 4096);
}

static void test_losses_touch(void **state)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;

	assert_int_equal(batch_new(4, &b), 0);
	assert_int_equal(batch_add_loss(b, BATCH_LOSS_GAP, 1000, 1500, 3), 0);
	assert_int_equal(batch_add_loss(b, BATCH_LOSS_ENOBUFS, 1000, 1500, 1), 0);
	assert_int_equal(batch_add_loss(b, BATCH_LOSS_GAP, 2400, 2500, 4), 0);
	assert_int_equal(batch_add_loss(b, BATCH_LOSS_GAP, 9000, 9000, 5), 0);
	assert_int_equal(b->n_losses, 3);
	assert_int_equal(b->losses[0].last, 2500);
	assert_int_equal(b->losses[0].count, 7);
	assert_false(batch_is_empty(b));
}

static void test_cover(void **state)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;

	assert_int_equal(batch_new(4, &b), 0);
	assert_int_equal(batch_cover(b, 10, 1000, true), 0);
	assert_int_equal(batch_cover(b, 20, 2000, false), 0);
	assert_int_equal(batch_cover(b, 30, 3000, true), 0);
	assert_int_equal(b->n_stretches, 2);
	assert_int_equal(b->stretches[0].first_serial, 10);
	assert_int_equal(b->stretches[0].last_serial, 20);
	assert_true(b->stretches[1].fresh);
}

/* The host that was set counts for what comes next, over resets and whatever node= said in between. */
static void test_hosts(void **state)
{
	CLEANUP(batch_free_p) struct batch *b = NULL;
	struct event *ev;
	char name[16];

	assert_int_equal(batch_new(4, &b), 0);
	assert_int_equal(batch_set_host(b, "kept"), 0);
	for (int i = 0; i < 5000; i++) {
		ev = fixture_event(0, 1, 9);
		snprintf(name, sizeof(name), "node%d", i);
		event_set(ev, &ev->node, span_from(name));
		if (batch_add(b, ev) == BATCH_E_FULL)
			batch_reset(b);
		assert_true(b->n_hosts <= BATCH_HOSTS_MAX);
		assert_memory_equal(b->hosts[b->host].name, "kept", 4);
	}
	batch_reset(b);
	assert_int_equal(batch_add(b, fixture_event(0, 1, 9)), 0);
	assert_int_equal(intern_get(b->intern, 0)->key.host, b->host);
	assert_int_equal(batch_set_host(b, NULL), 0);
	assert_int_equal(b->host, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_bounded_bytes),
		cmocka_unit_test(test_losses_touch),
		cmocka_unit_test(test_cover),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
