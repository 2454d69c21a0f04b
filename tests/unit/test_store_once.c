/* SPDX-License-Identifier: MIT */
/* Exactly once, whatever comes twice, in which order and by which way. */
#include "support/store_fixture.h"

/* Everything that must not depend on the order of arrival. */
static const char all_rows[] =
	"SELECT e.id, s.comm, s.syscall, s.source, e.pid, e.ip, e.serial, e.count, e.span, hex(e.serials)"
	" FROM event e JOIN signature s ON s.id = e.sig ORDER BY e.id";
static const char all_totals[] =
	"SELECT s.comm, s.syscall, s.source, s.events, s.first, s.last, (SELECT group_concat(x, ' ') FROM"
	" (SELECT resolution || ':' || bucket || ':' || count AS x FROM rollup r WHERE r.sig = s.id ORDER BY 1))"
	" FROM signature s ORDER BY 1, 2, 3";

struct script {
	int64_t ms;
	uint32_t serial; /* 0: none */
	int32_t pid;
	char comm;
	enum event_source source;
	uint64_t ip;
};

static int add(struct fixture *f, const struct script *s)
{
	struct event *ev = fixture_event(s->ms, s->serial, s->pid);

	ev->has_serial = s->serial != 0;
	ev->time_source = s->serial ? EVENT_TIME_AUDIT : EVENT_TIME_TEXT;
	ev->source = s->source;
	ev->ip = s->ip;
	event_set(ev, &ev->comm, (struct span){&s->comm, 1});
	return batch_add(f->batch, ev);
}

static struct store_result write_script(struct fixture *f, const struct script *s, size_t n)
{
	batch_start_text(f->batch);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(add(f, &s[i]), 0);
	return fixture_write(f);
}

static int64_t count(const struct fixture *f)
{
	int64_t rows = fixture_number(f, "SELECT ifnull(sum(count), 0) FROM event");

	assert_int_equal(rows, fixture_number(f, "SELECT ifnull(sum(events), 0) FROM signature"));
	assert_int_equal(rows, fixture_number(f, "SELECT ifnull(sum(count), 0) FROM rollup WHERE resolution = 60"));
	assert_int_equal(rows, fixture_number(f, "SELECT ifnull(sum(count), 0) FROM rollup WHERE resolution = 86400"));
	assert_int_equal(rows, fixture_number(f, "SELECT ifnull(sum(count), 0) FROM rollup WHERE resolution = 900"));
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM event e WHERE pid IS NOT NULL AND NOT EXISTS"
					   " (SELECT 1 FROM pids WHERE minute = (e.id >> 20) / 60000)"), 0);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM event"), fixture_number(f, "SELECT value FROM counter"));
	return rows;
}

static uint64_t next_random(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

#define EVENTS 600

static void make_events(struct script *s, uint64_t *seed)
{
	int64_t ms = 0;

	for (uint32_t i = 0; i < EVENTS; i++) {
		ms += next_random(seed) % 4 == 0 ? next_random(seed) % 60 : 0;
		if (i == EVENTS / 2)
			ms += 70000;
		s[i] = (struct script){ms, 0xfffffe00u + i, 10 + (int32_t)(next_random(seed) % 3),
			(char)('a' + next_random(seed) % 3), EVENT_SOURCE_AUDIT_LOG, 0x1000 + i % 2};
		s[i].serial += s[i].serial < EVENTS; /* past the end of the numbers; 0 stands for none here */
	}
}

static void shuffle(struct script *s, uint64_t *seed)
{
	for (size_t i = EVENTS; i-- > 1;) {
		size_t j = next_random(seed) % (i + 1);
		struct script swap = s[i];

		s[i] = s[j];
		s[j] = swap;
	}
}

/* Shows where two long answers part. */
static void assert_same(const char *what, int round, const char *now, const char *wanted)
{
	size_t i = 0;

	while (now[i] == wanted[i] && now[i] != '\0')
		i++;
	if (now[i] != wanted[i])
		fail_msg("%s of round %d: …%.60s… instead of …%.60s…", what, round, now + (i < 40 ? 0 : i - 40),
			wanted + (i < 40 ? 0 : i - 40));
}

/* Any order, cut anywhere, each event up to three times: always the same rows. */
static void test_permutations(void **state)
{
	CLEANUP_FREE char *rows = NULL, *totals = NULL;
	uint64_t seed = 42;

	for (int round = 0; round < 12; round++) {
		struct script s[EVENTS];
		struct fixture *f;
		uint64_t stored = 0, fixed = 7;
		void *inner = NULL;

		assert_int_equal(fixture_setup(&inner), 0);
		f = inner;
		make_events(s, &fixed);
		if (round > 0)
			shuffle(s, &seed);
		for (size_t i = 0; i < EVENTS; i++) {
			for (uint64_t again = round > 0 ? next_random(&seed) % 3 : 0;; again--) {
				assert_int_equal(add(f, &s[i]), 0);
				if (round > 1 && next_random(&seed) % 40 == 0)
					stored += fixture_write(f).stored;
				if (again == 0)
					break;
			}
		}
		stored += fixture_write(f).stored;
		assert_int_equal(count(f), stored);
		if (round == 0) {
			rows = fixture_rows(f, all_rows);
			totals = fixture_rows(f, all_totals);
		} else {
			CLEANUP_FREE char *rows_now = fixture_rows(f, all_rows), *totals_now = fixture_rows(f, all_totals);

			assert_same("rows", round, rows_now, rows);
			assert_same("totals", round, totals_now, totals);
		}
		fixture_teardown(&inner);
	}
}

#define NETLINK EVENT_SOURCE_NETLINK
#define FILE_   EVENT_SOURCE_AUDIT_LOG
#define JOURNAL EVENT_SOURCE_JOURNAL
#define SCRIPT_MAX 8

/* Two writes after each other; what is stored in the end, and how many of the second were new. */
static const struct {
	const char *title;
	struct script first[SCRIPT_MAX], second[SCRIPT_MAX];
	uint64_t new_of_second;
	int64_t in_the_end;
} pairs[] = {
	{"live, then its file",
		{{0, 1, 9, 'a', NETLINK, 1}, {0, 2, 9, 'a', NETLINK, 1}, {700, 3, 9, 'b', NETLINK, 1}},
		{{0, 1, 9, 'a', FILE_, 1}, {0, 2, 9, 'a', FILE_, 1}, {700, 3, 9, 'b', FILE_, 1}}, 0, 3},
	{"the file, then live",
		{{0, 1, 9, 'a', FILE_, 1}, {0, 2, 9, 'a', FILE_, 1}, {5000, 3, 9, 'b', FILE_, 1}},
		{{0, 1, 9, 'a', NETLINK, 1}, {0, 2, 9, 'a', NETLINK, 1}, {5000, 3, 9, 'b', NETLINK, 1}}, 0, 3},
	{"a file that overlaps in the middle of a storm",
		{{0, 1, 9, 'a', FILE_, 1}, {10, 2, 9, 'a', FILE_, 1}, {20, 3, 9, 'a', FILE_, 1}},
		{{10, 2, 9, 'a', FILE_, 1}, {20, 3, 9, 'a', FILE_, 1}, {30, 4, 9, 'a', FILE_, 1}, {40, 5, 9, 'a', FILE_, 1}},
		2, 5},
	{"a file that fills what live lost",
		{{0, 1, 9, 'a', NETLINK, 1}, {20, 3, 9, 'a', NETLINK, 1}},
		{{0, 1, 9, 'a', FILE_, 1}, {10, 2, 9, 'a', FILE_, 1}, {20, 3, 9, 'a', FILE_, 1}}, 1, 3},
	{"an older file after a newer one",
		{{60000, 70, 9, 'a', FILE_, 1}, {61000, 71, 9, 'a', FILE_, 1}},
		{{0, 1, 9, 'a', FILE_, 1}, {60000, 70, 9, 'a', FILE_, 1}}, 1, 3},
	{"the same serial in another second is another boot's",
		{{0, 1, 9, 'a', FILE_, 1}}, {{5000, 1, 9, 'a', FILE_, 1}}, 1, 2},
	{"two texts of one event in one journal",
		{{0, 1, 9, 'a', JOURNAL, 1}, {0, 1, 9, 'a', EVENT_SOURCE_KMSG, 1}}, {{0, 1, 9, 'a', EVENT_SOURCE_KMSG, 1}}, 0,
		1},
	{"serials around their end",
		{{0, UINT32_MAX, 9, 'a', FILE_, 1}, {0, 1, 9, 'a', FILE_, 1}},
		{{0, UINT32_MAX, 9, 'a', FILE_, 1}, {0, 1, 9, 'a', FILE_, 1}}, 0, 2},
	{"a text without serials twice",
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}, {1000, 0, 9, 'b', JOURNAL, 1}},
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}, {1000, 0, 9, 'b', JOURNAL, 1}}, 0, 3},
	{"a text without serials that goes on",
		{{0, 0, 9, 'a', JOURNAL, 1}},
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 2}}, 2, 3},
	{"without serials after its stamped twin",
		{{300, 1, 9, 'a', NETLINK, 1}, {800, 2, 9, 'a', NETLINK, 1}},
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}}, 0, 2},
	{"the prefix is a second late",
		{{900, 1, 9, 'a', NETLINK, 1}}, {{2000, 0, 9, 'a', JOURNAL, 1}}, 0, 1},
	{"three seconds are too many",
		{{900, 1, 9, 'a', NETLINK, 1}}, {{3000, 0, 9, 'a', JOURNAL, 1}}, 1, 2},
	{"another address is another event",
		{{900, 1, 9, 'a', NETLINK, 1}}, {{0, 0, 9, 'a', JOURNAL, 2}}, 1, 2},
	{"each stamped event is one twin only",
		{{300, 1, 9, 'a', NETLINK, 1}},
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}, {1000, 0, 9, 'a', JOURNAL, 1}}, 2, 3},
	{"a stamped event after its twin",
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'b', JOURNAL, 1}}, {{300, 1, 9, 'a', NETLINK, 1}}, 0, 2},
	{"a stamped event after one of its two twins",
		{{0, 0, 9, 'a', JOURNAL, 1}, {0, 0, 9, 'a', JOURNAL, 1}},
		{{300, 1, 9, 'a', NETLINK, 1}, {301, 2, 9, 'a', NETLINK, 1}, {302, 3, 9, 'a', NETLINK, 1}}, 1, 3},
	{"both in one batch",
		{{0, 0, 9, 'a', JOURNAL, 1}, {300, 1, 9, 'a', NETLINK, 1}}, {{0, 0, 9, 'a', JOURNAL, 1}}, 0, 1},
};

static size_t length(const struct script *s)
{
	size_t n = 0;

	while (n < SCRIPT_MAX && s[n].comm)
		n++;
	return n;
}

static void test_pairs(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		CLEANUP_FREE char *before = NULL, *after = NULL;
		struct store_result r;
		struct fixture *f;
		void *inner = NULL;

		assert_int_equal(fixture_setup(&inner), 0);
		f = inner;
		write_script(f, pairs[i].first, length(pairs[i].first));
		r = write_script(f, pairs[i].second, length(pairs[i].second));
		if (r.stored != pairs[i].new_of_second || r.stored + r.duplicates != length(pairs[i].second))
			fail_msg("%s: %" PRIu64 " stored, %" PRIu64 " duplicates", pairs[i].title, r.stored, r.duplicates);
		if (count(f) != pairs[i].in_the_end)
			fail_msg("%s: %" PRId64 " in the end", pairs[i].title, count(f));
		/* And both once more. */
		before = fixture_rows(f, all_rows);
		r = write_script(f, pairs[i].second, length(pairs[i].second));
		r.stored += write_script(f, pairs[i].first, length(pairs[i].first)).stored;
		after = fixture_rows(f, all_rows);
		if (r.stored != 0 || strcmp(before, after) != 0)
			fail_msg("%s: once more stored %" PRIu64 ": %s, then %s", pairs[i].title, r.stored, before, after);
		fixture_teardown(&inner);
	}
}

/* The ordinals of a text go on over its batches. */
static void test_text_in_pieces(void **state)
{
	static const struct script line = {0, 0, 9, 'a', JOURNAL, 1};
	struct fixture *f = *state;

	for (int again = 0; again < 2; again++) {
		uint64_t stored = 0;

		batch_start_text(f->batch);
		for (int i = 0; i < 10; i++) {
			assert_int_equal(add(f, &line), 0);
			if (i % 3 == 0)
				stored += fixture_write(f).stored;
		}
		stored += fixture_write(f).stored;
		assert_int_equal(stored, again ? 0 : 10);
	}
	assert_int_equal(count(f), 10);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM event"), 1);
}

static void test_time_of_reading(void **state)
{
	struct fixture *f = *state;

	for (int again = 0; again < 3; again++) {
		batch_start_text(f->batch);
		for (int i = 0; i < 4; i++) {
			struct event *ev = fixture_event(again * 100000 + i * 700, 0, 9);

			ev->has_serial = false;
			ev->time_source = EVENT_TIME_UNKNOWN;
			assert_int_equal(batch_add(f->batch, ev), 0);
		}
		assert_int_equal(fixture_write(f).stored, again ? 0 : 4);
	}
	assert_int_equal(count(f), 4);
}

/* One second with serials all over, from many processes, and a text of as many lines that differ in one field. */
static void test_crowded_second(void **state)
{
	struct fixture *f = *state;

	for (int again = 0; again < 2; again++) {
		uint64_t seed = 99, stored = 0;

		batch_start_text(f->batch);
		for (uint32_t i = 0; i < 30000; i++) {
			struct script stamped = {i % 1000, (uint32_t)next_random(&seed) | 1, (int32_t)(i % 5000), 'a', FILE_, i};
			struct script plain = {0, 0, 7, 'b', JOURNAL, i};

			stamped.serial += i; /* even and odd, and none twice but by rare chance */
			stamped.serial += stamped.serial == 0;
			assert_int_equal(add(f, &stamped), 0);
			if (i % 3 == 0)
				assert_int_equal(add(f, &plain), 0);
			if (i % 8000 == 0)
				stored += fixture_write(f).stored;
		}
		stored += fixture_write(f).stored;
		if (again == 0)
			assert_int_equal(stored, count(f));
		else
			assert_int_equal(stored, 0);
	}
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM event WHERE serial IS NULL"), 10000);
	assert_int_equal(fixture_number(f, "SELECT count(*) FROM event WHERE serial IS NOT NULL"), 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_permutations),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test_setup_teardown(test_text_in_pieces, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_crowded_second, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_time_of_reading, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
