/* SPDX-License-Identifier: MIT */
#include "support/store_fixture.h"

static void add(struct fixture *f, int64_t ms, uint32_t serial, int32_t pid)
{
	assert_int_equal(batch_add(f->batch, fixture_event(ms, serial, pid)), 0);
}

static void test_first_rows(void **state)
{
	struct fixture *f = *state;
	struct store_result r;
	CLEANUP_FREE char *rows = NULL, *rollup = NULL;

	add(f, 0, 1, 100);
	add(f, 500, 2, 100);
	add(f, 999, 3, 100);
	add(f, 1000, 4, 100);
	add(f, 1000, 5, 101);
	add(f, 120000, 6, 101);
	r = fixture_write(f);
	assert_int_equal(r.stored, 6);
	assert_int_equal(r.duplicates, 0);
	assert_int_equal(r.seq, 1);
	rows = fixture_rows(f, "SELECT (id >> 20) - 1700000000000, pid, serial, count, span, hex(serials) FROM event");
	assert_string_equal(rows, "0 100 1 3 999 010301,1000 100 4 1 - ,1000 101 5 1 - ,120000 101 6 1 - ");
	rollup = fixture_rows(f, "SELECT resolution, count FROM rollup ORDER BY 1, bucket");
	assert_string_equal(rollup, "60 5,60 1,900 5,900 1,3600 6,86400 6");
	assert_int_equal(fixture_number(f, "SELECT events FROM signature"), 6);
	assert_int_equal(fixture_number(f, "SELECT last - first FROM signature"), 120000);
}

static void test_twice(void **state)
{
	struct fixture *f = *state;
	struct store_result r;
	CLEANUP_FREE char *before = NULL, *after = NULL;
	static const char sql[] = "SELECT id, sig, pid, serial, count, span, hex(serials), seq FROM event";

	for (int i = 0; i < 2; i++) {
		add(f, 0, 1, 100);
		add(f, 0, 2, 100);
		add(f, 10, 3, 101);
		add(f, 5000, 4, 101);
		add(f, 9000, 5, 101);
		r = fixture_write(f);
		assert_int_equal(r.stored, i == 0 ? 5 : 0);
		assert_int_equal(r.duplicates, i == 0 ? 0 : 5);
		assert_int_equal(r.seq, i == 0 ? 1 : 0);
		free(before);
		before = after;
		after = fixture_rows(f, sql);
	}
	assert_string_equal(before, after);
}

static void assert_rows(const struct fixture *f, const char *sql, const char *wanted)
{
	CLEANUP_FREE char *rows = fixture_rows(f, sql);

	assert_string_equal(rows, wanted);
}

/* Beyond the cap of a container's signatures events are counted in one row of "other"; no other container suffers. */
static void test_cap(void **state)
{
	struct fixture *f = *state;
	struct store_options options = {f->path, STORE_IMPORT, 10};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct store_result r;
	char name[16];

	store_close(f->store);
	assert_int_equal(store_open(&f->store, &options, &why), 0);
	for (int again = 0; again < 2; again++) {
		for (uint32_t i = 0; i < 60; i++) {
			struct event *ev = fixture_event(i * 100, 1 + i, 9);

			snprintf(name, sizeof(name), "p%u", i % 30);
			event_set(ev, &ev->comm, span_from(name));
			ev->runtime = EVENT_RUNTIME_DOCKER;
			event_set(ev, &ev->container_id, i < 59 ? SPAN("cafe") : SPAN("beef"));
			assert_int_equal(batch_add(f->batch, ev), 0);
		}
		r = fixture_write(f);
		assert_int_equal(r.stored, again ? 0 : 60);
		assert_int_equal(r.duplicates, again ? 60 : 0);
	}
	assert_rows(f,
		"SELECT c.cid, s.other, count(*), sum(s.events), sum(s.syscall IS NULL) FROM signature s"
		" JOIN container c ON c.id = s.container GROUP BY 1, 2 ORDER BY 1, 2",
		"beef 0 1 1 0,cafe 0 10 20 0,cafe 1 1 39 1");
	/* One row a second and process, whatever they were. */
	assert_rows(f,
		"SELECT count(*), sum(count), max(count) FROM event WHERE sig IN (SELECT id FROM signature WHERE other = 1)",
		"4 39 10");
}

static void test_hosts(void **state)
{
	struct fixture *f = *state;
	char name[65] = "";
	struct event *ev;

	assert_int_equal(gethostname(name, sizeof(name) - 1), 0);
	add(f, 0, 1, 9);
	ev = fixture_event(0, 2, 9);
	event_set(ev, &ev->node, span_from(name));
	assert_int_equal(batch_add(f->batch, ev), 0);
	assert_int_equal(batch_set_host(f->batch, "web\x1b-1"), 0);
	add(f, 0, 1, 9); /* the same stamp and serial, but another machine's */
	ev = fixture_event(0, 3, 9);
	event_set(ev, &ev->node, (struct span){"a\nb", 3});
	assert_int_equal(batch_add(f->batch, ev), 0);
	assert_int_equal(fixture_write(f).stored, 4);
	assert_int_equal(fixture_number(f, "SELECT sum(events) FROM signature WHERE host IN"
					   " (SELECT id FROM host WHERE is_local = 1)"),
		2);
	assert_rows(f, "SELECT h.name, sum(s.events) FROM host h JOIN signature s ON s.host = h.id WHERE is_local = 0"
		       " GROUP BY 1 ORDER BY 1",
		"a\\x0Ab 1,web\\x1B-1 1");
	add(f, 0, 1, 9); /* the host stays set */
	assert_int_equal(fixture_write(f).stored, 0);
}

static void test_late_runtime(void **state)
{
	static const enum event_runtime runtimes[] = {EVENT_RUNTIME_UNKNOWN, EVENT_RUNTIME_CRIO, EVENT_RUNTIME_UNKNOWN};
	struct fixture *f = *state;

	for (uint32_t i = 0; i < ARRAY_SIZE(runtimes); i++) {
		struct event *ev = fixture_event(i * 2000, 1 + i, 9);

		ev->runtime = runtimes[i];
		event_set(ev, &ev->container_id, SPAN("cafe"));
		if (i == 1)
			event_set(ev, &ev->pod_uid, SPAN("uid"));
		assert_int_equal(batch_add(f->batch, ev), 0);
		fixture_write(f);
	}
	assert_rows(f, "SELECT cid, runtime, pod_uid, seq FROM container", "cafe 3 uid 2");
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM signature"), 1);
}

/* What is written about a process keeps every byte, and is UTF-8. */
static void test_hostile_texts(void **state)
{
	struct fixture *f = *state;
	struct event *ev = fixture_event(0, 1, EVENT_NO_PID);

	event_set(ev, &ev->comm, (struct span){"a\0b\\\xff'", 6});
	ev->exe = (struct event_text){0};
	event_set(ev, &ev->subj, (struct span){"", 0});
	ev->has_arch = ev->has_code = ev->has_ip = false;
	ev->uid = ev->auid = EVENT_UNSET;
	ev->sig = ev->compat = -1;
	assert_int_equal(batch_add(f->batch, ev), 0);
	fixture_write(f);
	assert_rows(f, "SELECT comm, exe, '[' || subj || ']', arch, code, uid, gid, auid, sig, compat FROM signature",
		"a\\x00b\\\\\\xFF' - [] - - - 1000 - - -");
	assert_rows(f, "SELECT pid, ip, count, span FROM event", "- - 1 -");
}

static int amend(struct fixture *f, int64_t ms, uint32_t serial, uint64_t arg)
{
	struct record_amend a = {.time = FIXTURE_TIME + ms, .serial = serial, .ppid = 7, .n_args = 4, .error = 1,
		.args = {arg, 2, 3, 4}};

	return batch_amend(f->batch, &a);
}

static void test_details(void **state)
{
	struct fixture *f = *state;
	struct event *ev;

	/* In the same batch, in a later one, for a row of many, and for no event at all. */
	add(f, 0, 1, 9);
	add(f, 2000, 2, 9);
	add(f, 2000, 3, 9);
	assert_int_equal(amend(f, 0, 1, 0x10), 0);
	assert_int_equal(amend(f, 2000, 3, 0x30), 0);
	fixture_write(f);
	assert_rows(f, "SELECT e.serial, ppid, tid, error, args FROM detail d JOIN event e ON e.id = d.event ORDER BY 1",
		"1 7 - 1 0x10,0x2,0x3,0x4,2 7 - 1 0x30,0x2,0x3,0x4");
	assert_int_equal(amend(f, 2000, 2, 0x20), 0);
	assert_int_equal(amend(f, 2000, 4, 0x40), 0);
	assert_int_equal(amend(f, 9000, 5, 0x50), 0);
	assert_int_equal(fixture_write(f).seq, 2);
	assert_rows(f, "SELECT e.serial, args, e.seq FROM detail d JOIN event e ON e.id = d.event ORDER BY 1",
		"1 0x10,0x2,0x3,0x4 1,2 0x20,0x2,0x3,0x4 2");
	/* Nothing new in it. */
	assert_int_equal(amend(f, 2000, 2, 0x20), 0);
	assert_int_equal(amend(f, 2000, 3, 0x30), 0);
	assert_int_equal(fixture_write(f).seq, 0);
	/* An earlier event moves the row, and what is known of it goes along. */
	add(f, 1999 + 1, 0, 9);
	assert_int_equal(fixture_write(f).seq, 3);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM detail d JOIN event e ON e.id = d.event"), 2);
	/* A probe's event brings its own. */
	ev = fixture_event(50000, 90, 9);
	ev->n_args = 6;
	ev->args[5] = 0x66;
	ev->tid = 10;
	ev->error = 13;
	assert_int_equal(batch_add(f->batch, ev), 0);
	fixture_write(f);
	assert_rows(f, "SELECT ppid, tid, error, args FROM detail ORDER BY event DESC LIMIT 1",
		"- 10 13 0x0,0x0,0x0,0x0,0x0,0x66");
}

static void lose(struct fixture *f, enum batch_loss kind, int64_t first, int64_t last, uint64_t count)
{
	assert_int_equal(batch_add_loss(f->batch, kind, FIXTURE_TIME + first, FIXTURE_TIME + last, count), 0);
}

static void test_losses(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	assert_int_equal(fixture_open(f, STORE_COLLECT), 0);
	lose(f, BATCH_LOSS_GAP, 0, 500, 10);
	lose(f, BATCH_LOSS_ENOBUFS, 100, 100, 1);
	assert_int_equal(fixture_write(f).seq, 1);
	lose(f, BATCH_LOSS_GAP, 900, 1000, 5);
	assert_int_equal(fixture_write(f).seq, 2);
	lose(f, BATCH_LOSS_GAP, 60000, 60000, 1);
	fixture_write(f);
	assert_rows(f, "SELECT kind, first - 1700000000000, last - 1700000000000, count, seq FROM loss ORDER BY id",
		"gap 0 1000 15 2,enobufs 100 100 1 1,gap 60000 60000 1 3");
}

/* What a file lacks, it lacks the second time too. */
static void test_losses_of_a_file(void **state)
{
	struct fixture *f = *state;

	for (int again = 0; again < 3; again++) {
		lose(f, BATCH_LOSS_MALFORMED, 0, 5000, 3);
		assert_int_equal(fixture_write(f).seq, again ? 0 : 1);
	}
	lose(f, BATCH_LOSS_MALFORMED, 0, 5000, 4);
	assert_int_equal(fixture_write(f).seq, 2);
	assert_rows(f, "SELECT kind, count FROM loss ORDER BY id", "malformed 3,malformed 4");
}

static void test_sessions(void **state)
{
	struct fixture *f = *state;
	uint32_t serial = 0;
	int64_t time = 0;

	assert_int_equal(store_last_serial(f->store, "boot1", &serial, &time), -ENOENT);
	assert_int_equal(store_session_start(f->store, "boot1", 1000), 0);
	batch_cover(f->batch, 100, 2000, true);
	batch_cover(f->batch, 120, 2500, false);
	assert_int_equal(fixture_write(f).seq, 0);
	batch_cover(f->batch, 130, 3000, false);
	fixture_write(f);
	batch_cover(f->batch, 140, 4000, true);
	fixture_write(f);
	assert_rows(f, "SELECT boot, first_serial, last_serial, first_time, last_time FROM coverage WHERE contiguous = 1",
		"boot1 100 130 2000 3000,boot1 140 140 4000 4000");
	assert_int_equal(store_session_beat(f->store, INT64_C(9000000000000), 4000), 0);
	assert_int_equal(store_session_beat(f->store, INT64_C(9000000000001), CLOCK_NONE), 0);
	assert_int_equal(store_session_end(f->store, INT64_C(9000000000002)), 0);
	assert_rows(f, "SELECT start, alive, last_record, ended FROM session", "1000 9000000000002 4000 9000000000002");
	assert_int_equal(store_last_serial(f->store, "boot1", &serial, &time), 0);
	assert_int_equal(serial, 140);
	assert_int_equal(time, 4000);
	assert_int_equal(store_last_serial(f->store, "boot2", &serial, &time), -ENOENT);
}

/* Times beyond the calendar are kept at its ends, and found again. */
static void test_absurd_times(void **state)
{
	struct fixture *f = *state;

	for (int again = 0; again < 2; again++) {
		struct event *ev = fixture_event(0, 1, 9);

		ev->time = INT64_MAX;
		assert_int_equal(batch_add(f->batch, ev), 0);
		ev->time = -5;
		ev->serial = 2;
		assert_int_equal(batch_add(f->batch, ev), 0);
		ev->time = 114040; /* the time since boot */
		ev->serial = 3;
		assert_int_equal(batch_add(f->batch, ev), 0);
		assert_int_equal(fixture_write(f).stored, again ? 0 : 3);
	}
	assert_int_equal(fixture_number(f, "SELECT sum(count) FROM event WHERE id >= 0"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_rows, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_twice, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_cap, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_hosts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_late_runtime, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_hostile_texts, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_details, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_losses, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_losses_of_a_file, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_sessions, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_absurd_times, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
