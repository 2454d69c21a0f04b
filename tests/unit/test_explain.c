/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <linux/audit.h>

#include "seccompwatch/explain.h"
#include "support/events_db.h"

#define CID "c0ffee11"

/* The story of container "web" (id CID), as the table's SQL leaves it. */
struct scene {
	const char *name;
	const char *container; /* columns of the container besides its names */
	const char *event;     /* mode, action, code, syscall; NULL: no event */
	const char *process;   /* ended, status, threads (times count from the event); NULL: not known */
	enum explain_verdict verdict;
	const char *says[4];   /* of the sentence */
	const char *silent;    /* of what could be seen; NULL: nothing to hide */
};

static const struct scene scenes[] = {
	{"killed, with its exit code", "1, 159, 0, 2", "0, 1, 2147483648, 41", "NULL, NULL, 1", EXPLAIN_KILLED,
		{"nc (/bin/nc, pid 100) in container web (image nginx) was killed by seccomp when it called socket",
			"SCMP_ACT_KILL_PROCESS", "exited with 159, which is 128 + 31 (SIGSYS)", "restarted it 2 times"},
		NULL},
	{"one thread of many", "0, NULL, NULL, NULL", "0, 2, 0, 41", "NULL, NULL, 4", EXPLAIN_THREAD_LOST,
		{"lost a thread", "hangs"}, NULL},
	{"a thread that was alone", "0, NULL, NULL, NULL", "0, 2, 0, 41", "5, 31, 1", EXPLAIN_KILLED,
		{"was killed by seccomp", "SCMP_ACT_KILL_THREAD"}, NULL},
	{"strict mode is no lack of memory", "0, 137, 0, 0", "1, 2, 0, 39", "5, 9, 1", EXPLAIN_STRICT,
		{"strict mode", "137", "looks like running out of memory, but is not"}, NULL},
	{"denied", "1, NULL, NULL, NULL", "0, 4, 327680, 41", NULL, EXPLAIN_DENIED,
		{"Nothing was killed in container web", "3 calls were not let through, most often socket (3)"}, NULL},
	{"logged", "0, NULL, NULL, NULL", "0, 7, 2147221504, 41", NULL, EXPLAIN_LOGGED,
		{"Nothing was killed or denied", "3 calls were logged and executed"}, NULL},
	{"159 and nothing seen", "2, 159, 0, 0", NULL, NULL, EXPLAIN_UNSEEN, {"no record of it was seen"},
		"SCMP_ACT_ERRNO and does not set SECCOMP_FILTER_FLAG_LOG"},
	{"out of memory", "1, 137, 1, 0", NULL, NULL, EXPLAIN_OTHER_DEATH,
		{"Seccomp killed nothing", "ran out of memory"}, NULL},
	{"nothing at all", "2, NULL, NULL, NULL", NULL, NULL, EXPLAIN_NOTHING, {"No violation was recorded"},
		"leave no record"},
	{"a profile that logs", "3, NULL, NULL, NULL", NULL, NULL, EXPLAIN_NOTHING, {"No violation was recorded"}, NULL},
};

/* Profiles: 1 allows, 2 denies silently, 3 denies and logs. */
static void set_scene(struct events_db *f, const struct scene *scene)
{
	events_db_begin(f);
	events_db_run(f->db, "INSERT INTO profile VALUES (1, 'a', '{\"defaultAction\":\"SCMP_ACT_ALLOW\"}'), "
			     "(2, 'b', '{\"defaultAction\":\"SCMP_ACT_ERRNO\"}'), "
			     "(3, 'c', '{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"SECCOMP_FILTER_FLAG_LOG\"]}')");
	events_db_run(f->db,
		"INSERT INTO container (id, host, runtime, cid, name, image, spec, seq, profile, exit_code, oom_killed, restarts) "
		"VALUES (1, 1, 1, '" CID "', 'web', 'nginx', 1, 1, %s)",
		scene->container);
	if (scene->event) {
		events_db_run(f->db,
			"INSERT INTO signature (id, hash, host, source, time_source, attribution, seq, container, arch, uid, comm, exe, "
			"mode, action, code, syscall) VALUES (1, 1, 1, 0, 0, 1, 1, 1, %lld, 0, 'nc', '/bin/nc', %s)",
			(long long)AUDIT_ARCH_X86_64, scene->event);
		events_db_row(f, EVENTS_T0, 1, 100, 3, 0);
	}
	if (scene->process)
		events_db_run(f->db,
			"INSERT INTO process (host, pid, started, container, cmdline, seq, ended, status, threads) "
			"SELECT 1, 100, %lld, 1, 'nc -l', 1, %lld + a, b, c FROM (SELECT NULL AS a, NULL AS b, NULL AS c WHERE 0 "
			"UNION ALL VALUES (%s))",
			(long long)EVENTS_T0 - 1000, (long long)EVENTS_T0, scene->process);
	events_db_commit(f);
}

static void check_scene(struct events_db *f, const struct scene *scene)
{
	CLEANUP_EXPLAIN struct explain e = EXPLAIN_EMPTY;
	struct query_filter filter = QUERY_FILTER_ANY;
	struct explain_request request = {.pid = EVENT_NO_PID, .filter = &filter};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct query *q = events_db_reader(f);

	assert_int_equal(query_find_container(q, SPAN("web"), &request.container, &why), 0);
	events_db_filter(&filter, "container", CID);
	assert_int_equal(explain_make(q, &request, &e), 0);
	if (e.verdict != scene->verdict)
		fail_msg("%s: verdict %s: %s", scene->name, explain_verdict_name(e.verdict), e.sentence);
	for (size_t i = 0; i < ARRAY_SIZE(scene->says) && scene->says[i]; i++)
		if (!strstr(e.sentence, scene->says[i]))
			fail_msg("%s: \"%s\" lacks \"%s\"", scene->name, e.sentence, scene->says[i]);
	if (scene->silent ? !strstr(e.visible, scene->silent) : strstr(e.visible, "no record") != NULL)
		fail_msg("%s: visible: %s", scene->name, e.visible);
	for (size_t i = 1; i < e.n_steps; i++)
		assert_true(e.steps[i - 1].time <= e.steps[i].time);
	query_filter_free(&filter);
	query_close(q);
}

static void tells_what_happened(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenes); i++) {
		void *f = NULL;

		assert_int_equal(events_db_setup(&f), 0);
		set_scene(f, &scenes[i]);
		check_scene(f, &scenes[i]);
		events_db_teardown(&f);
	}
}

/* ---- what the kernel itself said --------------------------------------------------------------------------------- */

static const struct kernels_word {
	const char *name;
	const char *columns; /* of the container: exit_code, oom_killed, started, ended, status */
	enum explain_verdict verdict;
	const char *says, *visible; /* NULL: nothing in particular */
} kernels_words[] = {
	{"runs", "NULL, NULL, 1000, NULL, NULL", EXPLAIN_NOTHING, "No violation was recorded in container web (image nginx).",
		"has been watched from its start"},
	{"ended well", "NULL, NULL, 1000, 2000, 0", EXPLAIN_NOTHING, "exited with 0.", "watched from its start to its end"},
	{"failed", "NULL, NULL, 1000, 2000, 256", EXPLAIN_NOTHING, "exited with 1.", NULL},
	{"SIGSYS", "NULL, NULL, 1000, 2000, 31", EXPLAIN_UNSEEN, "exited with 159, which is 128 + 31 (SIGSYS)", NULL},
	{"SIGKILL, who knows why", "NULL, NULL, 1000, 2000, 9", EXPLAIN_OTHER_DEATH,
		"exited with 137, which is 128 + 9 (SIGKILL).", NULL},
	{"SIGKILL for lack of memory", "NULL, 1, 1000, 2000, 9", EXPLAIN_OTHER_DEATH, "ran out of memory", NULL},
	{"SIGKILL of somebody's", "NULL, 0, 1000, 2000, 9", EXPLAIN_OTHER_DEATH, "somebody sent it", NULL},
	{"SIGTERM", "NULL, 0, 1000, 2000, 15", EXPLAIN_OTHER_DEATH, "exited with 143, which is 128 + 15 (SIGTERM).", NULL},
	{"255 is no signal", "255, 0, NULL, NULL, NULL", EXPLAIN_OTHER_DEATH, "exited with 255.", NULL},
	{"the engine's word goes before", "3, 0, 1000, 2000, 9", EXPLAIN_NOTHING, "exited with 3.", NULL},
	{"nobody was there", "NULL, NULL, NULL, NULL, NULL", EXPLAIN_NOTHING, "No violation was recorded", NULL},
};

static struct explain tell(struct query *q, struct query_filter *filter)
{
	struct explain_request request = {.pid = EVENT_NO_PID, .filter = filter};
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	struct explain e = EXPLAIN_EMPTY;

	assert_int_equal(query_find_container(q, SPAN("web"), &request.container, &why), 0);
	events_db_filter(filter, "container", CID);
	assert_int_equal(explain_make(q, &request, &e), 0);
	return e;
}

static void believes_the_kernel(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernels_words); i++) {
		const struct kernels_word *w = &kernels_words[i];
		struct query_filter filter = QUERY_FILTER_ANY;
		struct explain e;
		struct query *q;
		void *f = NULL;

		assert_int_equal(events_db_setup(&f), 0);
		events_db_begin(f);
		events_db_run(((struct events_db *)f)->db,
			"INSERT INTO container (id, host, runtime, cid, name, image, seq, restarts, labels, outer_cid, exit_code, "
			"oom_killed, started, ended, status) VALUES (1, 1, 1, '" CID "', 'web', 'nginx', 1, 0, "
			"'{\"com.docker.compose.project\":\"shop\"}', 'outside', %s)",
			w->columns);
		events_db_commit(f);
		q = events_db_reader(f);
		e = tell(q, &filter);
		if (e.verdict != w->verdict || !strstr(e.sentence, w->says))
			fail_msg("%s: %s: %s", w->name, explain_verdict_name(e.verdict), e.sentence);
		if (w->visible && !strstr(e.visible, w->visible))
			fail_msg("%s: %s", w->name, e.visible);
		assert_string_equal(e.about, CID " (docker); inside container outside; com.docker.compose.project=shop");
		assert_int_equal(e.n_steps, strstr(w->columns, "1000, NULL") ? 1 : strstr(w->columns, "1000") ? 2 : 0);
		explain_free(&e);
		query_filter_free(&filter);
		query_close(q);
		events_db_teardown(&f);
	}
}

/* Three processes with one number, one after the other: the middle one was killed, by its thread; the last goes on. */
static void knows_reused_pids(void **state)
{
	struct query_filter filter = QUERY_FILTER_ANY;
	struct explain e;
	struct query *q;
	void *f = NULL;

	assert_int_equal(events_db_setup(&f), 0);
	events_db_begin(f);
	events_db_run(((struct events_db *)f)->db,
		"INSERT INTO container (id, host, runtime, cid, name, seq) VALUES (1, 1, 1, '" CID "', 'web', 1);"
		"INSERT INTO signature (id, hash, host, source, time_source, attribution, seq, container, arch, uid, comm, exe, "
		"mode, action, code, syscall) VALUES (1, 1, 1, 0, 0, 1, 1, 1, %lld, 0, 'nc', '/bin/nc', 0, 2, 0, 41);"
		"INSERT INTO account VALUES (1, 1, 0, 'root', 5, 'web', 1);"
		"INSERT INTO process (host, pid, started, container, seq, ended, status, threads) VALUES "
		"(1, 100, %lld, 1, 1, %lld, 0, 8), (1, 100, %lld, 1, 1, %lld, 31, 1), (1, 100, %lld, 1, 1, NULL, NULL, 8)",
		(long long)AUDIT_ARCH_X86_64, (long long)EVENTS_T0 - 9000, (long long)EVENTS_T0 - 8000,
		(long long)EVENTS_T0 - 1000, (long long)EVENTS_T0 + 3, (long long)EVENTS_T0 + 5000);
	events_db_row(f, EVENTS_T0, 1, 100, 1, 0);
	events_db_commit(f);
	q = events_db_reader(f);
	e = tell(q, &filter);
	if (e.verdict != EXPLAIN_KILLED) /* not thread_lost, which the others' eight threads would make it */
		fail_msg("%s: %s", explain_verdict_name(e.verdict), e.sentence);
	assert_int_equal(e.n_steps, 6);
	assert_int_equal(e.steps[3].kind, EXPLAIN_VIOLATION);
	assert_non_null(strstr(e.steps[3].text, "uid 0 (root), in the container 5 (web)"));
	explain_free(&e);
	query_filter_free(&filter);
	query_close(q);
	events_db_teardown(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_happened),
		cmocka_unit_test(believes_the_kernel),
		cmocka_unit_test(knows_reused_pids),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
