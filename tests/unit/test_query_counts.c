/* SPDX-License-Identifier: MIT */
/* Summaries, timelines, rare rows and status: each against plain SQL that scans every row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "support/events_db.h"

#define MINUTE EVENTS_MINUTE
#define T0     EVENTS_T0

/* Random, but the same in each run. */
static uint64_t random_state;

static int64_t pick(int64_t n)
{
	random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((random_state >> 33) % (uint64_t)n);
}

/* Eight signatures over three days: 1 to 5 often, 6 and 7 seldom, 8 only on the second day. */
static void fill_random(struct events_db *f, int rows)
{
	random_state = 42;
	events_db_begin(f);
	for (int i = 1; i <= 8; i++) {
		char values[128];

		snprintf(values, sizeof(values), "NULL, NULL, %d, 0, 0xc000003e, %d, %d, 'c%d', '/e%d'", i % 2 ? 1 : 7, 40 + i / 2,
			i % 3, i, i);
		events_db_signature(f, i, 1, values);
	}
	for (int i = 0; i < rows; i++) {
		int64_t time = T0 + pick(3 * EVENTS_DAY);
		int sig = pick(200) == 0 ? 6 + (int)pick(2) : 1 + (int)pick(5), count = 1 + (int)pick(3);

		if (pick(50) == 0) {
			sig = 8;
			time = T0 + EVENTS_DAY + pick(EVENTS_DAY);
		}
		events_db_row(f, time, sig, 1000 + (int)pick(20), count, count == 1 ? 0 : (int)pick(1000 - time % 1000));
	}
	events_db_commit(f);
}

/* ---- summaries ---- */

struct groups {
	struct events_db *f;
	const enum query_field *by;
	struct query_filter *filter;
	uint64_t total;
	size_t n;
};

/* The rows' side of a group, as a condition in SQL. */
static void add_condition(struct text *sql, enum query_field field, const char *value)
{
	int64_t time;

	switch (field) {
	case QUERY_COMM:
		text_printf(sql, " AND s.comm = '%s'", value);
		break;
	case QUERY_UID:
		text_printf(sql, " AND s.uid = %s", value);
		break;
	case QUERY_PID:
		text_printf(sql, " AND e.pid = %s", value);
		break;
	case QUERY_SYSCALL:
		text_printf(sql, " AND s.syscall = %d", strcmp(value, "sendfile") == 0 ? 40 : strcmp(value, "socket") == 0 ? 41
			: strcmp(value, "connect") == 0 ? 42 : strcmp(value, "accept") == 0 ? 43 : 44);
		break;
	case QUERY_OUTCOME:
		text_printf(sql, " AND s.action = %d", strcmp(value, "killed") == 0 ? 1 : 7);
		break;
	case QUERY_HOUR:
	case QUERY_DAY:
		assert_int_equal(clock_parse_rfc3339(span_from(value), &time), 0);
		text_printf(sql, " AND (e.id >> 20) / %lld = %lld", (long long)(field == QUERY_HOUR ? EVENTS_HOUR : EVENTS_DAY),
			(long long)(time / (field == QUERY_HOUR ? EVENTS_HOUR : EVENTS_DAY)));
		break;
	default:
		fail_msg("no condition for %s", query_field_name(field));
	}
}

static int64_t scan(const struct groups *g, const char *what, const struct query_group *group)
{
	CLEANUP_TEXT struct text sql = TEXT_EMPTY;

	text_printf(&sql, "SELECT %s FROM event e JOIN signature s ON s.id = e.sig WHERE 1", what);
	if (g->filter->since != CLOCK_NONE)
		text_printf(&sql, " AND e.id >> 20 >= %lld", (long long)g->filter->since);
	if (g->filter->until != CLOCK_NONE)
		text_printf(&sql, " AND e.id >> 20 < %lld", (long long)g->filter->until);
	for (size_t i = 0; group && i < QUERY_BY_MAX; i++)
		if (group->values[i])
			add_condition(&sql, g->by[i], group->values[i]);
	return events_db_ask(g->f->db, "%s", sql.data);
}

static int check_group(void *data, const struct query_group *group)
{
	struct groups *g = data;
	uint64_t outcomes = 0;

	assert_int_equal(group->count, scan(g, "sum(count)", group));
	assert_int_equal(group->first, scan(g, "min(e.id >> 20)", group));
	assert_int_equal(group->last, scan(g, "max((e.id >> 20) + e.span)", group));
	for (size_t i = 0; i < EVENT_OUTCOME_N; i++)
		outcomes += group->by_outcome[i];
	assert_int_equal(outcomes, group->count);
	g->total += group->count;
	g->n++;
	return 0;
}

static void check_summary(struct events_db *f, struct query *q, struct query_filter *filter)
{
	static const struct {
		enum query_field by[QUERY_BY_MAX];
		size_t n;
	} groupings[] = {{{QUERY_COMM}, 1}, {{QUERY_UID, QUERY_OUTCOME}, 2}, {{QUERY_SYSCALL}, 1}, {{QUERY_DAY}, 1},
		{{QUERY_COMM, QUERY_DAY}, 2}, {{QUERY_PID}, 1}, {{0}, 0}};

	for (size_t i = 0; i < ARRAY_SIZE(groupings); i++) {
		struct groups g = {.f = f, .by = groupings[i].by, .filter = filter};

		assert_int_equal(query_summary(q, filter, g.by, groupings[i].n, 0, check_group, &g), 0);
		assert_int_equal(g.total, MAX(scan(&g, "sum(count)", NULL), 0));
	}
}

static void test_summary_is_exact(void **state)
{
	static const int64_t windows[][2] = {
		{CLOCK_NONE, CLOCK_NONE},
		{T0, T0 + 3 * EVENTS_DAY},
		{T0 + EVENTS_DAY, CLOCK_NONE},
		{CLOCK_NONE, T0 + 37 * EVENTS_HOUR},
		{T0 + 5 * EVENTS_HOUR + 7 * MINUTE, T0 + 50 * EVENTS_HOUR + 3 * MINUTE},
		{T0 + EVENTS_HOUR + 12345, T0 + EVENTS_HOUR + 23456},
		{T0 + EVENTS_HOUR + 59999, T0 + EVENTS_HOUR + 60001},
		{T0 + 12345, T0 + 2 * EVENTS_DAY + 54321},
		{T0 + 4 * EVENTS_DAY, CLOCK_NONE},
	};
	struct events_db *f = *state;
	struct query *q;

	fill_random(f, 3000);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		struct query_filter filter = {.since = windows[i][0], .until = windows[i][1]};

		check_summary(f, q, &filter);
	}
	for (int i = 0; i < 20; i++) {
		struct query_filter filter = {.since = T0 + pick(3 * EVENTS_DAY)};

		filter.until = filter.since + 1 + pick(EVENTS_DAY);
		check_summary(f, q, &filter);
	}
	query_close(q);
}

static int keep_groups(void *data, const struct query_group *group)
{
	CLEANUP_TEXT struct text line = TEXT_EMPTY;

	text_printf(data, "%s=%d ", group->values[0] ? group->values[0] : "-", (int)group->count);
	return 0;
}

static void test_summary_order(void **state)
{
	static const struct {
		enum query_field by;
		uint64_t limit;
		const char *groups;
	} cases[] = {
		{QUERY_COMM, 0, "x,32=5 -=4 a\\x0ab=3 mkdir=2 nc=1 "},
		{QUERY_COMM, 2, "x,32=5 -=4 "},
		{QUERY_CONTAINER, 0, "-=7 bbbb=5 aaaa2222=2 web=1 "},
		{QUERY_SYSCALL, 0, "write=5 41=4 99999=3 mkdir=2 socket=1 "},
		{QUERY_ACTION, 0, "log=7 -=4 errno=3 kill_process=1 "},
		{QUERY_HOST, 0, "here=12 there=3 "},
		{QUERY_PID, 2, "104=5 103=4 "},
		{QUERY_HOUR, 0, "2026-11-20T00:00:00.000Z=15 "},
	};
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query *q;

	events_db_fill(f);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text got = TEXT_EMPTY;

		assert_int_equal(query_summary(q, &any, &cases[i].by, 1, cases[i].limit, keep_groups, &got), 0);
		assert_string_equal(got.data, cases[i].groups);
	}
	query_close(q);
}

static void test_summary_by_time_keeps_newest(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	const enum query_field by = QUERY_DAY;
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct query *q;

	events_db_begin(f);
	events_db_signature(f, 1, 1, "NULL, NULL, 1, 0, 0, 41, 0, 'c', 'e'");
	for (int i = 0; i < 4; i++)
		events_db_row(f, T0 + i * EVENTS_DAY, 1, 1, 4 - i, 0);
	events_db_commit(f);
	q = events_db_reader(f);
	assert_int_equal(query_summary(q, &any, &by, 1, 2, keep_groups, &got), 0);
	assert_string_equal(got.data, "2026-11-22T00:00:00.000Z=2 2026-11-23T00:00:00.000Z=1 ");
	query_close(q);
}

/* Retention removes rows and leaves roll-ups: counts remain, to the minute. */
static void test_summary_without_rows(void **state)
{
	struct events_db *f = *state;
	struct query_filter filter = {.since = T0 + 30000, .until = CLOCK_NONE};
	const enum query_field by = QUERY_COMM;
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct query *q;

	events_db_begin(f);
	events_db_signature(f, 1, 1, "NULL, NULL, 1, 0, 0, 41, 0, 'c', 'e'");
	events_db_row(f, T0 - EVENTS_HOUR, 1, 1, 1, 0);
	events_db_row(f, T0 + 40000, 1, 1, 2, 0);
	events_db_row(f, T0 + EVENTS_DAY, 1, 1, 4, 0);
	events_db_run(f->db, "DELETE FROM event WHERE id < %lld", (long long)(T0 + EVENTS_DAY) << 20);
	events_db_commit(f);
	q = events_db_reader(f);
	assert_int_equal(query_summary(q, &filter, &by, 1, 0, keep_groups, &got), 0);
	assert_string_equal(got.data, "c=6 ");
	query_close(q);
}

/* ---- rare rows ---- */

static void check_rare(struct events_db *f, struct query *q, struct query_filter *filter, uint64_t limit, bool ascending)
{
	static struct events_rows rows;
	sqlite3_stmt *s;

	rows.n = 0;
	assert_int_equal(query_events(q, filter, &(struct query_page){limit, ascending, NULL}, events_db_collect, &rows, NULL), 0);
	assert_int_equal(sqlite3_prepare_v2(f->db,
		ascending ? "SELECT * FROM (SELECT id FROM event WHERE sig IN (6, 7) AND id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3) ORDER BY id"
			  : "SELECT id FROM event WHERE sig IN (6, 7) AND id >= ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3",
		-1, &s, NULL), SQLITE_OK);
	sqlite3_bind_int64(s, 1, filter->since == CLOCK_NONE ? 0 : filter->since << 20);
	sqlite3_bind_int64(s, 2, filter->until == CLOCK_NONE ? INT64_MAX : filter->until << 20);
	sqlite3_bind_int64(s, 3, limit ? (int64_t)limit : 1000);
	for (size_t i = 0; i < rows.n; i++) {
		assert_int_equal(sqlite3_step(s), SQLITE_ROW);
		assert_int_equal(rows.at[i].id, sqlite3_column_int64(s, 0));
	}
	assert_int_equal(sqlite3_step(s), SQLITE_DONE);
	sqlite3_finalize(s);
}

/* More rows of others in between than the walk reads for nothing. */
static void test_rare_rows(void **state)
{
	struct events_db *f = *state;
	struct query *q;

	fill_random(f, 9000);
	q = events_db_reader(f);
	/* Of two signatures that were always there: only some remain, far apart. */
	events_db_begin(f);
	events_db_run(f->db, "DELETE FROM event WHERE sig IN (6, 7) AND id %% 3 > 0");
	events_db_commit(f);
	for (int i = 0; i < 40; i++) {
		struct query_filter filter = QUERY_FILTER_ANY;

		if (i % 4 > 0)
			filter.since = T0 + pick(EVENTS_DAY);
		if (i % 4 > 1)
			filter.until = T0 + EVENTS_DAY + pick(2 * EVENTS_DAY);
		events_db_filter(&filter, "comm", "c6,c7");
		check_rare(f, q, &filter, (uint64_t)pick(4) * 9, i % 2);
		query_filter_free(&filter);
	}
	query_close(q);
}

/* ---- timeline ---- */

static void test_timeline(void **state)
{
	static const struct {
		int64_t since, step;
		size_t n;
	} cases[] = {{T0, EVENTS_HOUR, 72}, {T0 + 7 * MINUTE, MINUTE, 90}, {T0 + 90 * MINUTE, 7 * MINUTE, 50},
		{T0 - EVENTS_DAY, EVENTS_DAY, 6}, {T0, 2 * EVENTS_HOUR, 10}};
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	static struct query_bucket buckets[100];
	struct query *q;

	fill_random(f, 3000);
	q = events_db_reader(f);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(query_timeline(q, &any, cases[i].since, cases[i].step, cases[i].n, buckets), 0);
		for (size_t k = 0; k < cases[i].n; k++) {
			int64_t start = cases[i].since + (int64_t)k * cases[i].step;

			assert_int_equal(buckets[k].start, start);
			assert_int_equal(buckets[k].by_outcome[EVENT_OUTCOME_KILLED] + buckets[k].by_outcome[EVENT_OUTCOME_EXECUTED],
				events_db_ask(f->db, "SELECT ifnull(sum(count), 0) FROM event WHERE id >= %lld AND id < %lld",
					(long long)start << 20, (long long)(start + cases[i].step) << 20));
		}
	}
	assert_int_equal(query_timeline(q, &any, T0 + 1, MINUTE, 1, buckets), -EINVAL);
	assert_int_equal(query_timeline(q, &any, T0, 1500, 1, buckets), -EINVAL);
	assert_int_equal(query_timeline(q, &any, T0, 0, 1, buckets), -EINVAL);
	query_close(q);
}

static void test_timeline_watched(void **state)
{
	struct events_db *f = *state;
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query_bucket buckets[6];
	struct query *q;

	events_db_begin(f);
	events_db_run(f->db,
		"INSERT INTO session (id, host, boot, pid, version, start, alive, last_record, ended) VALUES (1, 1, 'b', 5, 'v', %lld, %lld, NULL, NULL), (2, 1, 'b', 6, 'v', %lld, %lld, NULL, "
		"%lld)",
		(long long)T0 + 30000, (long long)T0 + 90000, (long long)T0 + 120000, (long long)T0 + 150000,
		(long long)T0 + 180000);
	events_db_run(f->db, "INSERT INTO loss VALUES (1, 1, 'gap', %lld, %lld, 7, 1), (2, 1, 'enobufs', %lld, %lld, 9, 1)",
		(long long)T0, (long long)T0 + 61000, (long long)T0, (long long)T0 + 61000);
	events_db_commit(f);
	q = events_db_reader(f);
	assert_int_equal(query_timeline(q, &any, T0, MINUTE, 6, buckets), 0);
	assert_int_equal(buckets[0].unwatched, 30000);
	assert_int_equal(buckets[1].unwatched, 30000);
	assert_int_equal(buckets[2].unwatched, 0);
	assert_int_equal(buckets[3].unwatched, clock_now() > T0 + 240000 ? 60000 : buckets[3].unwatched);
	assert_int_equal(buckets[0].lost_at_most, 0);
	assert_int_equal(buckets[1].lost_at_most, 7);
	query_close(q);
}

/* ---- status and losses ---- */

static void add_session(struct events_db *f, int pid, int64_t alive, const char *ended)
{
	CLEANUP_FREE char *boot = NULL;
	size_t room = 0;
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	assert_true(file && getline(&boot, &room, file) > 0);
	fclose(file);
	boot[strcspn(boot, "\n")] = '\0';
	events_db_run(f->db, "INSERT INTO session (id, host, boot, pid, version, start, alive, last_record, ended) VALUES (NULL, 1, '%s', %d, 'v', %lld, %lld, %lld, %s)", boot, pid,
		(long long)T0, (long long)alive, (long long)T0 + 5, ended);
}

static void test_status(void **state)
{
	struct events_db *f = *state;
	struct query_status status;
	struct query *q;

	events_db_fill(f);
	events_db_begin(f);
	add_session(f, (int)getpid(), clock_now() - 30000, "NULL");
	events_db_run(f->db,
		"INSERT INTO loss VALUES (1, 1, 'gap', 1, 2, 7, 1), (2, 1, 'gap', 3, 4, 5, 1), (3, 1, 'kernel_lost', 3, 4, 2, 1), "
		"(4, 1, 'enobufs', 3, 4, 1, 1), (5, 1, 'malformed', 3, 4, 8, 1), (6, 1, 'unwritten', 3, 4, 9, 1)");
	events_db_commit(f);
	q = events_db_reader(f);
	assert_int_equal(query_status(q, &status), 0);
	assert_true(status.running);
	assert_int_equal(status.pid, getpid());
	assert_int_equal(status.since, T0);
	assert_int_equal(status.last_record, T0 + 4000); /* of a live event, after the heartbeat's */
	assert_string_equal(status.path, f->path);
	assert_int_equal(status.events, 15);
	assert_int_equal(status.rows, 5);
	assert_int_equal(status.oldest, T0);
	assert_int_equal(status.newest, T0 + 4000);
	assert_int_equal(status.gaps, 2);
	assert_int_equal(status.lost_at_most, 12);
	assert_int_equal(status.kernel_lost, 2);
	assert_int_equal(status.enobufs, 1);
	assert_int_equal(status.malformed, 8);
	assert_int_equal(status.unwritten, 9);
	assert_int_equal(status.attribution[EVENT_ATTRIBUTION_LIVE], 15);
	assert_true(status.bytes > 4096);
	events_db_run(f->db, "INSERT INTO counter VALUES ('rows', 123)");
	assert_int_equal(query_status(q, &status), 0);
	assert_int_equal(status.rows, 123);
	query_close(q);
}

static void test_not_running(void **state)
{
	static const struct {
		const char *name;
		int64_t age;
		const char *ended;
	} cases[] = {{"ended", 1000, "1"}, {"no heartbeat", 3 * MINUTE, "NULL"}};
	struct events_db *f = *state;
	struct query_status status;
	struct query *q = events_db_reader(f);

	assert_int_equal(query_status(q, &status), 0);
	assert_false(status.running);
	assert_int_equal(status.since, CLOCK_NONE);
	assert_int_equal(status.oldest, CLOCK_NONE);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		events_db_begin(f);
		add_session(f, (int)getpid(), clock_now() - cases[i].age, cases[i].ended);
		events_db_commit(f);
		assert_int_equal(query_status(q, &status), 0);
		if (status.running)
			fail_msg("%s", cases[i].name);
	}
	query_close(q);
}

static int keep_losses(void *data, const struct query_loss *loss)
{
	text_printf(data, "%s+%d=%d ", loss->kind, (int)((loss->first - T0) / 1000), (int)loss->count);
	return 0;
}

static void test_losses(void **state)
{
	struct events_db *f = *state;
	CLEANUP_TEXT struct text got = TEXT_EMPTY;
	struct query *q;

	events_db_begin(f);
	events_db_run(f->db,
		"INSERT INTO session (id, host, boot, pid, version, start, alive, last_record, ended) VALUES (1, 1, 'b', 5, 'v', %lld, %lld, NULL, NULL), (2, 1, 'b', 6, 'v', %lld, %lld, NULL, NULL)",
		(long long)T0, (long long)T0 + 10000, (long long)T0 + 30000, (long long)clock_now() + EVENTS_DAY);
	events_db_run(f->db, "INSERT INTO loss VALUES (1, 1, 'gap', %lld, %lld, 7, 1), (2, 2, 'malformed', %lld, %lld, 1, 1)",
		(long long)T0 + 1000, (long long)T0 + 2000, (long long)T0 + 40000, (long long)T0 + 40000);
	events_db_commit(f);
	q = events_db_reader(f);
	assert_int_equal(query_losses(q, CLOCK_NONE, 0, keep_losses, &got), 0);
	assert_string_equal(got.data, "malformed+40=1 unwatched+10=0 gap+1=7 ");
	text_reset(&got);
	assert_int_equal(query_losses(q, CLOCK_NONE, 2, keep_losses, &got), 0);
	assert_string_equal(got.data, "malformed+40=1 unwatched+10=0 ");
	text_reset(&got);
	assert_int_equal(query_losses(q, T0 + 35000, 0, keep_losses, &got), 0);
	assert_string_equal(got.data, "malformed+40=1 ");
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_summary_is_exact, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_summary_order, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_summary_by_time_keeps_newest, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_summary_without_rows, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_rare_rows, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_timeline, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_timeline_watched, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_status, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_not_running, events_db_setup, events_db_teardown),
		cmocka_unit_test_setup_teardown(test_losses, events_db_setup, events_db_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
