/* SPDX-License-Identifier: MIT */
/* What is stored of who it was: containers' lives and labels, users, how processes are watched; and databases of before
 * that was known. Written by the store, read by the reader. */
#include "support/store_fixture.h"

#include "seccompwatch/embed.h"
#include "seccompwatch/query.h"

static void assert_rows(struct fixture *f, const char *sql, const char *expected)
{
	CLEANUP_FREE char *rows = fixture_rows(f, sql);

	assert_string_equal(rows, expected);
}

static struct query *open_reader(const struct fixture *f)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = NULL;

	if (query_open(&q, f->path, &why) < 0)
		fail_msg("%s", why.data);
	return q;
}

static void add_container(struct fixture *f, const struct batch_container *c)
{
	assert_int_equal(batch_add_container(f->batch, c), 0);
	fixture_write(f);
}

/* ---- containers ------------------------------------------------------------------------------------------------------ */

#define LIFE "SELECT started, ended, status FROM container"

static void lives_of_containers(void **state)
{
	struct fixture *f = *state;
	struct batch_container c = {.cid = "c1", .runtime = EVENT_RUNTIME_DOCKER, .has_life = true, .started = 1000,
		.ended = CLOCK_NONE};

	add_container(f, &c);
	assert_rows(f, LIFE, "1000 - -");
	c.ended = 2000;
	c.status = 9;
	add_container(f, &c);
	assert_rows(f, LIFE, "1000 2000 9");
	c.ended = CLOCK_NONE; /* the start again: the end stays known */
	add_container(f, &c);
	assert_rows(f, LIFE, "1000 2000 9");
	c.started = 3000; /* restarted */
	add_container(f, &c);
	assert_rows(f, LIFE, "3000 - -");
	c.started = 1000; /* late news of the life before */
	c.ended = 2000;
	add_container(f, &c);
	assert_rows(f, LIFE, "3000 - -");
	add_container(f, &(struct batch_container){.cid = "c1", .name = "web"});
	assert_rows(f, LIFE, "3000 - -");
}

static void lack_of_memory(void **state)
{
	struct fixture *f = *state;
	struct batch_container c = {.cid = "c1", .has_oom = true, .oom_killed = true};

	add_container(f, &(struct batch_container){.cid = "c1"});
	assert_rows(f, "SELECT oom_killed FROM container", "-");
	add_container(f, &c);
	assert_rows(f, "SELECT oom_killed FROM container", "1");
	c.oom_killed = false; /* the engine did not notice; the kernel's log did */
	add_container(f, &c);
	assert_rows(f, "SELECT oom_killed FROM container", "1");
}

static void labels_are_kept(void **state)
{
	struct fixture *f = *state;
	struct query *q;
	const struct query_container *c = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;

	add_container(f, &(struct batch_container){.cid = "c1", .labels = "{\"a\":\"\\\\x0A\"}", .outer = "c0"});
	add_container(f, &(struct batch_container){.cid = "c1", .name = "web"});
	q = open_reader(f);
	assert_int_equal(query_find_container(q, SPAN("web"), &c, &why), 0);
	assert_string_equal(c->labels, "{\"a\":\"\\\\x0A\"}");
	assert_string_equal(c->outer, "c0");
	assert_int_equal(c->started, CLOCK_NONE);
	query_close(q);
}

static struct event *in_container(int64_t time, uint32_t serial, const char *cid)
{
	struct event *ev = fixture_event(0, serial, 7);

	ev->time = time;
	ev->runtime = EVENT_RUNTIME_DOCKER;
	event_set(ev, &ev->container_id, span_from(cid));
	return ev;
}

/* A name that is found later brings the rows that show it to who follows; rows of others, and old ones, stay. */
static void late_names_are_changes(void **state)
{
	struct fixture *f = *state;
	int64_t now = clock_now();
	uint64_t before, after;

	assert_int_equal(batch_add(f->batch, in_container(now, 1, "c1")), 0);
	assert_int_equal(batch_add(f->batch, in_container(now, 2, "c2")), 0);
	assert_int_equal(batch_add(f->batch, in_container(now - 3600000, 3, "c1")), 0);
	before = fixture_write(f).seq;
	assert_int_equal(batch_add_container(f->batch, &(struct batch_container){.cid = "c1", .name = "web"}), 0);
	after = fixture_write(f).seq;
	assert_true(after > before);
	assert_rows(f, "SELECT count(*), sum(seq = (SELECT max(seq) FROM change)) FROM event", "3 1");
	assert_rows(f, "SELECT serial FROM event WHERE seq = (SELECT max(seq) FROM change)", "1");
	assert_rows(f, "SELECT first_id = last_id FROM change WHERE seq = (SELECT max(seq) FROM change)", "1");
	/* Nothing new: nobody is woken for it. */
	add_container(f, &(struct batch_container){.cid = "c1", .name = "web"});
	assert_rows(f, "SELECT count(*) FROM event WHERE seq = (SELECT max(seq) FROM change)", "0");
}

/* ---- users ----------------------------------------------------------------------------------------------------------- */

static int take_row(void *data, const struct query_row *row)
{
	*(struct query_row *)data = *row;
	return 0;
}

static struct query_signature last_signature(struct query *q)
{
	const struct query_filter any = QUERY_FILTER_ANY;
	struct query_page page = {.limit = 1};
	struct query_row row = {0};

	assert_int_equal(query_events(q, &any, &page, take_row, &row, NULL), 0);
	assert_non_null(row.signature);
	return *row.signature;
}

static void users_have_names(void **state)
{
	struct fixture *f = *state;
	struct batch_account account = {.cid = "c1", .uid = 1000, .name = "j\n", .has_inner = true, .inner_uid = 0};
	struct query_signature sig;
	struct query *q;

	assert_int_equal(batch_add(f->batch, in_container(FIXTURE_TIME, 1, "c1")), 0);
	fixture_write(f);
	q = open_reader(f);
	assert_null(last_signature(q).user);
	assert_int_equal(batch_add_account(f->batch, &account), 0);
	fixture_write(f);
	assert_int_equal(query_refresh(q), 1);
	sig = last_signature(q);
	assert_string_equal(sig.user, "j\\x0A");
	assert_true(sig.has_inner);
	assert_int_equal(sig.inner_uid, 0);
	assert_null(sig.inner_user);
	account.name = NULL; /* what is known stays */
	account.inner_name = "root";
	assert_int_equal(batch_add_account(f->batch, &account), 0);
	fixture_write(f);
	assert_int_equal(query_refresh(q), 1);
	sig = last_signature(q);
	assert_string_equal(sig.user, "j\\x0A");
	assert_string_equal(sig.inner_user, "root");
	query_close(q);
}

/* The same number in another container, or in none, is somebody else. */
static void users_are_of_one_container(void **state)
{
	struct fixture *f = *state;
	struct batch_account account = {.cid = "c1", .uid = 1000, .has_inner = true, .inner_uid = 5};
	struct query *q;

	assert_int_equal(batch_add(f->batch, in_container(FIXTURE_TIME, 1, "c1")), 0);
	fixture_write(f);
	assert_int_equal(batch_add_account(f->batch, &account), 0);
	account.cid = "never-seen"; /* of a container that has no row there is nothing to say */
	assert_int_equal(batch_add_account(f->batch, &account), 0);
	account = (struct batch_account){.uid = 1000, .name = "host"};
	assert_int_equal(batch_add_account(f->batch, &account), 0);
	assert_int_equal(batch_add(f->batch, in_container(FIXTURE_TIME + 5000, 2, "c2")), 0);
	fixture_write(f);
	q = open_reader(f);
	assert_null(last_signature(q).user);
	assert_false(last_signature(q).has_inner);
	assert_int_equal(batch_add(f->batch, fixture_event(9000, 3, 7)), 0);
	fixture_write(f);
	assert_string_equal(last_signature(q).user, "host");
	assert_rows(f, "SELECT container, uid, inner_uid FROM account ORDER BY container", "0 1000 -,1 1000 5");
	query_close(q);
}

/* ---- the watch ------------------------------------------------------------------------------------------------------- */

static void the_watch_is_told(void **state)
{
	struct fixture *f = *state;
	struct store_watch watch = {.why = "no right\n"};
	struct query_status status;
	struct query *q;

	assert_int_equal(store_session_watch(f->store, &watch), -ENOENT);
	assert_int_equal(store_session_start(f->store, "boot1", 1000), 0);
	q = open_reader(f);
	assert_int_equal(query_status(q, &status), 0);
	assert_false(status.processes.told);
	assert_int_equal(store_session_watch(f->store, &watch), 0);
	assert_int_equal(query_status(q, &status), 0);
	assert_true(status.processes.told);
	assert_false(status.processes.watching);
	assert_string_equal(status.processes.why, "no right\\x0A");
	watch = (struct store_watch){true, true, "", 1, 2, 3, 4, 5};
	assert_int_equal(store_session_watch(f->store, &watch), 0);
	assert_int_equal(query_status(q, &status), 0);
	assert_true(status.processes.watching && status.processes.moves);
	assert_int_equal(status.processes.kept, 1);
	assert_int_equal(status.processes.bytes, 2);
	assert_int_equal(status.processes.evicted, 3);
	assert_int_equal(status.processes.events, 4);
	assert_int_equal(status.processes.lost, 5);
	assert_string_equal(status.processes.why, "");
	query_close(q);
}

/* ---- before ---------------------------------------------------------------------------------------------------------- */

/* A database of the first version keeps what it has, and is read as it was. */
static void older_databases(void **state)
{
	struct fixture *f = *state;
	struct query_status status;
	const struct query_container *c = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q;
	sqlite3 *db;

	store_close(f->store);
	f->store = NULL;
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, (const char *)embed_find(embed_schema, "001_events.sql")->plain, NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "PRAGMA application_id = 0x53435741; PRAGMA user_version = 1; INSERT INTO meta VALUES ('hash_key',"
				 " x'00112233445566778899aabbccddeeff'); INSERT INTO host VALUES (1, 'm', 'old', 0);"
				 "INSERT INTO container (host, runtime, cid, name, exit_code, oom_killed, restarts, seq) VALUES"
				 " (1, 1, 'c1', 'web', 159, 0, 2, 1); INSERT INTO session VALUES (1, 1, 'b', 1, '0', 1, 2, 3, 4);"
				 "INSERT INTO change VALUES (1, 1, NULL, NULL)",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(query_open(&q, f->path, &why), -EPROTONOSUPPORT);
	assert_non_null(strstr(why.data, "older schema"));
	assert_int_equal(fixture_open(f, STORE_IMPORT), 0);
	q = open_reader(f);
	assert_int_equal(query_find_container(q, SPAN("web"), &c, &why), 0);
	assert_true(c->has_state && c->has_oom);
	assert_int_equal(c->exit_code, 159);
	assert_null(c->labels);
	assert_int_equal(c->started, CLOCK_NONE);
	assert_int_equal(query_status(q, &status), 0);
	assert_false(status.processes.told);
	query_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lives_of_containers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(lack_of_memory, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(labels_are_kept, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(late_names_are_changes, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(users_have_names, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(users_are_of_one_container, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_watch_is_told, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(older_databases, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("store_who", tests, NULL, NULL);
}
