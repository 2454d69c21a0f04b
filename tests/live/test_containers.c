/* SPDX-License-Identifier: MIT */
/* Real containers of Docker and Podman, from the kernel's record to what `explain` says. Needs root, audit records,
 * and the engines of Debian: a missing engine is a failure, unless SECCOMPWATCH_TEST_NO_ENGINES=1 says that it is
 * known. SECCOMPWATCH_TEST_NO_AUDIT=1 as in the other live tests. One collector and one daemon serve all tests; the
 * containers' names hold this process's pid, for records of other runs may turn up in between. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

#define DOCKER "timeout 20 docker -H unix://%T/docker.sock "
#define PODMAN                                                                                                             \
	"timeout 20 podman --runtime runc --cgroup-manager=cgroupfs --storage-driver=vfs --root %T/podman "                 \
	"--runroot %T/podman.run "
#define DOCKER_RUN DOCKER "run --network none --name "
#define PODMAN_RUN                                                                                                         \
	PODMAN "run --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --network none --log-driver k8s-file --name "

#define SOON       2.0  /* seconds until the story of a death can be read */
#define EVENTUALLY 10.0 /* … until what the engine writes later is in it */
#define WORDS      6

static const struct {
	const char *file, *text;
} profiles[] = {
	{"kill", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"socket\"],"
		 "\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}"},
	{"log", "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"uname\",\"personality\"],"
		"\"action\":\"SCMP_ACT_LOG\"}]}"},
	{"all", "{\"defaultAction\":\"SCMP_ACT_LOG\"}"},
};
#define KILL " --security-opt seccomp=%T/kill.json "
#define LOG  " --security-opt seccomp=%T/log.json "

static struct rig *rig;

/* ---- the fixture ------------------------------------------------------------------------------------------------- */

static void name_of(const char *name, char ret[64])
{
	snprintf(ret, 64, "sw%d-%s", (int)getpid(), name);
}

/* A command that must end with `status`; its output, free(). */
static char *run(int status, const char *command)
{
	char full[2048], *output;
	int got;

	snprintf(full, sizeof(full), "%s 2>%%T/errors", command);
	output = rig_shell(rig, &got, full);
	if (got != status) {
		free(rig_shell(rig, NULL, "cat %T/errors >&2"));
		fail_msg("%s: exit status %d, not %d", command, got, status);
	}
	return output;
}

static int write_profiles(void)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		char path[128];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s.json", rig->dir, profiles[i].file);
		f = fopen(path, "we");
		if (!f || fputs(profiles[i].text, f) < 0 || fclose(f) != 0)
			return -1;
	}
	return 0;
}

static int engines(const char *verb)
{
	char command[512];
	int status;

	snprintf(command, sizeof(command), "sh tests/live/engines.sh %s %s \"$(dirname %s)/make_calls\"", verb, rig->dir,
		rig->violate);
	free(rig_shell(rig, &status, command));
	return status;
}

static int stop_all(void **state)
{
	int status;

	for (size_t i = 0; i < rig->n_spawned; i++)
		kill(-rig->spawned[i], SIGTERM);
	status = engines("stop");
	*state = rig;
	return rig_teardown(state) | status;
}

static int start_all(void **state)
{
	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	*state = NULL; /* cmocka: what a test is given comes second to the group's */
	if (write_profiles() == 0 && engines("start") == 0) {
		(void)rig_start(rig, "collect", NULL, "collecting into");
		return 0;
	}
	(void)stop_all(state);
	return -1;
}

/* ---- what is told ------------------------------------------------------------------------------------------------ */

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

struct expected {
	const char *verdict, *runtime;
	const char *sentence[WORDS], *profile[WORDS], *visible[WORDS];
};

static bool holds(const char *text, const char *const *words)
{
	for (size_t i = 0; i < WORDS && words[i]; i++)
		if (!strstr(text, words[i]))
			return false;
	return true;
}

static bool is_told(const json_t *story, const char *name, const struct expected *e)
{
	const json_t *container = json_object_get(story, "container");

	return strcmp(string(story, "verdict"), e->verdict) == 0 && holds(string(story, "sentence"), e->sentence) &&
	       holds(string(story, "profile"), e->profile) && holds(string(story, "visible"), e->visible) &&
	       strcmp(string(container, "name"), name) == 0 && strstr(string(container, "image"), "bb") &&
	       strcmp(string(container, "runtime"), e->runtime) == 0;
}

/* The story, as soon as it is what is expected. */
static json_t *await_story(const char *name, const struct expected *e, double seconds)
{
	double until = rig_now() + seconds;
	char command[256];

	snprintf(command, sizeof(command), "%%P explain --db %%D --format json %s 2>/dev/null", name);
	for (;;) {
		int status;
		char *output = rig_shell(rig, &status, command);
		json_t *story = status == 0 ? json_loads(output, 0, NULL) : NULL;

		if (story && is_told(story, name, e)) {
			free(output);
			return story;
		}
		if (rig_now() > until) {
			free(rig_shell(rig, NULL, "cat %L >&2"));
			fail_msg("%s: not told within %.0f s (%s expected): %s", name, seconds, e->verdict, output);
		}
		json_decref(story);
		free(output);
		usleep(50000);
	}
}

/* Its events, of which there are soon as many as are expected, all of them known to be this container's. */
static json_t *events_of(const char *name, const char *filter, size_t n)
{
	double until = rig_now() + SOON;
	char filters[256];
	json_t *events;

	snprintf(filters, sizeof(filters), "--container %s %s", name, filter);
	while (json_array_size(events = rig_events(rig, filters)) < n && rig_now() < until) {
		json_decref(events);
		usleep(20000);
	}
	if (json_array_size(events) != n)
		fail_msg("%s: %zu events, not %zu", name, json_array_size(events), n);
	for (size_t i = 0; i < n; i++) {
		const json_t *event = json_array_get(events, i);

		assert_string_equal(string(json_object_get(event, "container"), "name"), name);
		assert_true(strcmp(string(event, "attribution"), "live") == 0 ||
			    strcmp(string(event, "attribution"), "cached") == 0);
	}
	return events;
}

static void check_event(const json_t *event, const char *key, const char *expected)
{
	if (strcmp(string(event, key), expected) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", key, string(event, key), expected);
}

static void check_pid_is_told(const json_t *story, const json_t *event)
{
	char pid[32];

	snprintf(pid, sizeof(pid), "pid %d)", (int)json_integer_value(json_object_get(event, "pid")));
	if (!strstr(string(story, "sentence"), pid))
		fail_msg("no \"%s\" in: %s", pid, string(story, "sentence"));
}

/* ---- one container, one story -------------------------------------------------------------------------------------- */

static const struct scenario {
	const char *name, *engine, *arguments;
	int status;
	struct expected soon, later;
	const char *filter;
	size_t n_events;
	const char *syscall, *action, *mode;
} scenarios[] = {
	{"init", DOCKER_RUN, KILL "bb nc 127.0.0.1 1", 159,
		{"killed", "docker", {"nc (/bin/busybox, pid ", "(image bb)", "killed by seccomp when it called socket",
			"SCMP_ACT_KILL_PROCESS"}, {"1 rule", "SCMP_ACT_ALLOW"}, {NULL}},
		{"killed", "docker", {"exited with 159", "SIGSYS"}, {NULL}, {NULL}}, "", 1, "socket", "kill_process", "filter"},
	{"child", DOCKER_RUN, KILL "bb sh -c 'nc 127.0.0.1 1; exit 7'", 7,
		{"killed", "docker", {"nc (/bin/busybox, pid ", "(image bb)", "called socket"}, {"1 rule"}, {NULL}},
		{"killed", "docker", {"exited with 7"}, {NULL}, {NULL}}, "", 1, "socket", "kill_process", "filter"},
	{"logged", DOCKER_RUN, LOG "bb /make_calls 135:0xffffffff", 0,
		{"logged", "docker", {"Nothing was killed or denied", "(image bb)", "logged and executed"}, {"1 rule"}, {NULL}},
		{"logged", "docker", {NULL}, {NULL}, {NULL}}, "--comm make_calls --syscall personality", 1, "personality", "log",
		"filter"},
	{"removed", DOCKER_RUN, KILL "--rm bb nc 127.0.0.1 1", 159,
		{"killed", "docker", {"nc (/bin/busybox, pid ", "(image bb)", "called socket"}, {"1 rule", "SCMP_ACT_ALLOW"},
			{NULL}},
		{"killed", "docker", {NULL}, {NULL}, {NULL}}, "", 1, "socket", "kill_process", "filter"},
	{"strict", DOCKER_RUN, " --security-opt seccomp=unconfined bb /make_calls strict 39", 137,
		{"strict", "docker", {"make_calls (/make_calls, pid ", "(image bb)", "called getpid", "strict mode", "137"},
			{"started without a seccomp profile"}, {NULL}},
		{"strict", "docker", {NULL}, {NULL}, {NULL}}, "", 1, "getpid", "kill_thread", "strict"},
	{"quiet", DOCKER_RUN, " bb true", 0,
		{"nothing", "docker", {"No violation was recorded", "(image bb)"}, {"SCMP_ACT_ERRNO as its default"},
			{"A collector has been watching since", "SCMP_ACT_ERRNO", "does not set SECCOMP_FILTER_FLAG_LOG", "no record"}},
		{"nothing", "docker", {NULL}, {NULL}, {NULL}}, "", 0, NULL, NULL, NULL},
	{"podman", PODMAN_RUN, KILL "bb nc 127.0.0.1 1", 159,
		{"killed", "podman", {"nc (/bin/busybox, pid ", "called socket", "SCMP_ACT_KILL_PROCESS"},
			{"1 rule", "SCMP_ACT_ALLOW"}, {NULL}},
		{"killed", "podman", {NULL}, {NULL}, {NULL}}, "", 1, "socket", "kill_process", "filter"},
	{"podman-removed", PODMAN_RUN, KILL "--rm bb sh -c 'nc 127.0.0.1 1; exit 7'", 7,
		{"killed", "podman", {"nc (/bin/busybox, pid ", "called socket"}, {"1 rule", "SCMP_ACT_ALLOW"}, {NULL}},
		{"killed", "podman", {NULL}, {NULL}, {NULL}}, "", 1, "socket", "kill_process", "filter"},
};

static void check_scenario(const struct scenario *s)
{
	char name[64], command[1024];
	double ended;
	json_t *story, *events;

	name_of(s->name, name);
	snprintf(command, sizeof(command), "%s%s%s", s->engine, name, s->arguments);
	free(run(s->status, command));
	ended = rig_now();
	story = await_story(name, &s->soon, SOON);
	print_message("%s: told after %.2f s\n", s->name, rig_now() - ended);
	json_decref(await_story(name, &s->later, EVENTUALLY));
	events = events_of(name, s->filter, s->n_events);
	if (s->n_events > 0) {
		const json_t *event = json_array_get(events, 0);

		check_event(event, "syscall", s->syscall);
		check_event(event, "action", s->action);
		check_event(event, "mode", s->mode);
		if (strcmp(s->action, "log") != 0)
			check_pid_is_told(story, event);
	}
	json_decref(events);
	json_decref(story);
}

static void test_scenario(void **state)
{
	check_scenario(*state);
}

/* ---- longer stories ------------------------------------------------------------------------------------------------ */

/* Runs a command in which each @ is the container's name. */
static char *run_on(const char *name, int status, const char *format)
{
	char command[1024];
	size_t n = 0;

	for (const char *p = format; *p && n + 64 < sizeof(command); p++) {
		if (p[0] != '@')
			command[n++] = *p;
		else
			n += (size_t)snprintf(command + n, 64, "%s", name);
	}
	command[n] = '\0';
	return run(status, command);
}

/* First a program that `docker exec` started is killed, then the container's own, whose pid Docker tells. */
static void test_exec(void **state)
{
	static const struct expected killed = {"killed", "docker", {"nc (/bin/busybox, pid ", "called socket"}, {"1 rule"},
		{NULL}};
	static const struct expected over = {"killed", "docker", {"exited with 159"}, {NULL}, {NULL}};
	json_t *events, *story;
	char name[64], *pid;

	name_of("exec", name);
	free(run_on(name, 0, DOCKER_RUN "@" KILL "-d bb sh -c 'while ! [ -e /go ]; do sleep 0.1; done; exec nc 127.0.0.1 1'"));
	free(run_on(name, 159, DOCKER "exec @ nc 127.0.0.1 1"));
	json_decref(await_story(name, &killed, SOON));
	pid = run_on(name, 0, DOCKER "inspect -f '{{.State.Pid}}' @");
	json_decref(events_of(name, "", 1));
	free(run_on(name, 0, DOCKER "exec @ touch /go; test $(" DOCKER "wait @) = 159"));
	story = await_story(name, &over, EVENTUALLY);
	events = events_of(name, "", 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(events, 1), "pid")), atoi(pid));
	assert_int_not_equal(json_integer_value(json_object_get(json_array_get(events, 0), "pid")), atoi(pid));
	check_pid_is_told(story, json_array_get(events, 1));
	json_decref(events);
	json_decref(story);
	free(pid);
}

static json_t *run_json_on(const char *name, const char *command)
{
	char *output = run_on(name, 0, command);
	json_t *tree = json_loads(output, 0, NULL);

	if (!tree)
		fail_msg("%s: %s", command, output);
	free(output);
	return tree;
}

/* What the kernel holds is what was captured, as the installed runc makes it; and reading it disturbs nothing. */
static void test_profile_in_force(void **state)
{
	json_t *tree, *filters;
	char name[64];

	name_of("inforce", name);
	free(run_on(name, 0, DOCKER_RUN "@" LOG "-d bb sh -c 'uname; while ! [ -e /go ]; do sleep 0.1; done'"));
	json_decref(events_of(name, "", 1));
	tree = run_json_on(name, "%P --db %D profile show --container @ --live --format json "
		"--runtime runc-$(runc --version | sed -n 's/^runc version //p')");
	assert_int_equal(json_array_size(json_object_get(tree, "changed")), 0);
	assert_true(json_is_array(json_object_get(tree, "changed")));
	filters = json_object_get(json_object_get(tree, "live"), "filters");
	assert_int_equal(json_array_size(filters), 1);
	assert_true(json_is_false(json_object_get(json_array_get(filters, 0), "log")));
	assert_true(json_equal(json_object_get(json_array_get(filters, 0), "filter"),
		json_object_get(json_object_get(tree, "captured"), "filter")));
	json_decref(tree);
	free(run_on(name, 0, "%P --db %D profile show --container @ --format profile | %P profile check -"));
	free(run_on(name, 0, DOCKER "exec @ touch /go; test $(" DOCKER "wait @) = 0"));
}

/* Learnt from two runs in which everything was logged, a profile lets a third one do the same, and nothing else. */
static void test_learnt_profile(void **state)
{
	static const char work[] = "bb sh -c 'uname && mkdir /x && rmdir /x'";
	char name[64], other[64], command[512];

	name_of("learn", name);
	name_of("learn2", other);
	snprintf(command, sizeof(command), "%s@ --security-opt seccomp=%%T/all.json %s", DOCKER_RUN, work);
	free(run_on(name, 0, command));
	free(run_on(other, 0, command));
	/* The second ends with the record of its end. */
	for (int i = 0; i < 100; i++) {
		char *n = run_on(other, 0, "%P --db %D events --container @ --syscall exit_group --format csv | wc -l");
		bool seen = atoi(n) > 1;
		free(n);
		if (seen)
			break;
		usleep(100000);
	}
	snprintf(command, sizeof(command), "%%P --db %%D profile learn --container %s --container %s -o %%T/learnt.json "
		"--runtime runc-$(runc --version | sed -n 's/^runc version //p')", name, other);
	free(run(0, command));
	free(run(0, "%P profile decide %T/learnt.json kill | grep -q SCMP_ACT_ERRNO"));
	name_of("learnt", name);
	snprintf(command, sizeof(command), "%s@ --security-opt seccomp=%%T/learnt.json %s", DOCKER_RUN, work);
	free(run_on(name, 0, command));
	name_of("learnt2", name);
	free(run_on(name, 1, DOCKER_RUN "@ --security-opt seccomp=%T/learnt.json bb sh -c 'kill -0 1'"));
}

static void test_restarts(void **state)
{
	static const struct expected restarted = {"killed", "docker", {"called socket", "exited with 159",
		"restarted it 2 times"}, {"1 rule"}, {NULL}};
	char name[64];

	name_of("restarts", name);
	free(run_on(name, 0, DOCKER_RUN "@ --restart on-failure:2" KILL "-d bb nc 127.0.0.1 1"));
	json_decref(await_story(name, &restarted, EVENTUALLY));
	json_decref(events_of(name, "", 3));
}

/* The same 137 as strict mode leaves, of a container that only called what is logged. */
static void test_killed_by_the_user(void **state)
{
	static const struct expected dead = {"logged", "docker", {"Nothing was killed or denied", "exited with 137",
		"SIGKILL", "somebody sent it"}, {"1 rule"}, {NULL}};
	char name[64];

	name_of("killed", name);
	free(run_on(name, 0, DOCKER_RUN "@" LOG "-d bb /make_calls 135:0xffffffff 34"));
	free(run_on(name, 0, DOCKER "kill @"));
	json_decref(await_story(name, &dead, EVENTUALLY));
}

/* A rootless Podman of a user with a namespace of his own: what is root there is not root here. */
static void test_rootless(void **state)
{
	static const struct expected killed = {"killed", "podman", {"nc (/bin/busybox, pid ", "(image localhost/bb", "called socket"},
		{"1 rule", "SCMP_ACT_ALLOW"}, {NULL}};
	json_t *events, *event, *container;
	int status;

	free(rig_shell(rig, &status, "unshare -U true 2>/dev/null"));
	if (status != 0) {
		print_message("rootless: left out: this machine has no user namespaces\n");
		return;
	}
	free(run(0, "sh tests/live/rootless.sh %T %T/kill.json"));
	json_decref(await_story("mine", &killed, SOON));
	events = events_of("mine", "", 1);
	event = json_array_get(events, 0);
	container = json_object_get(event, "container");
	assert_int_equal(json_integer_value(json_object_get(event, "uid")), 54321);
	assert_true(json_is_integer(json_object_get(container, "uid")));
	assert_int_equal(json_integer_value(json_object_get(container, "uid")), 0);
	json_decref(events);
}

/* ---- lack of memory, labels, and what nobody saw --------------------------------------------------------------------- */

static void test_out_of_memory(void **state)
{
	static const struct expected dead = {"other_death", "docker", {"Seccomp killed nothing", "exited with 137",
		"ran out of memory"}, {"1 rule"}, {"watched from its start to its end"}};
	char name[64];

	name_of("eater", name);
	free(run_on(name, 137, DOCKER_RUN "@ --memory 16m" KILL "bb /make_calls eat"));
	json_decref(await_story(name, &dead, EVENTUALLY));
}

static void test_labels(void **state)
{
	static const struct expected killed = {"killed", "docker", {"called socket"}, {"1 rule"}, {NULL}};
	const json_t *labels;
	json_t *story;
	char name[64];

	name_of("labels", name);
	free(run_on(name, 159, DOCKER_RUN "@ --label com.docker.compose.project=shop --label com.docker.compose.service=web "
		"--label secret=x" KILL "bb nc 127.0.0.1 1"));
	story = await_story(name, &killed, EVENTUALLY);
	labels = json_object_get(json_object_get(story, "container"), "labels");
	assert_string_equal(string(labels, "com.docker.compose.project"), "shop");
	assert_string_equal(string(labels, "com.docker.compose.service"), "web");
	assert_int_equal(json_object_size(labels), 2);
	assert_non_null(strstr(string(story, "about"), "com.docker.compose.project=shop"));
	json_decref(story);
}

#define STATE(name, end) "{\"Name\":\"/" name "\",\"Config\":{\"Image\":\"old:1\"},\"State\":{\"FinishedAt\":\"2026-01-01T00:00:00Z\"," end "}}"
#define ON_HOST          "unshare -m sh -c 'mkdir -p /var/lib/docker/containers; mount --bind %%T/known /var/lib/docker/containers; "

/* Docker's files know them, no collector ever did. Two of them have the same first twelve digits. */
static void test_known_to_the_host(void **state)
{
	static const struct {
		const char *word;
		int status;
		const char *says[3];
	} cases[] = {
		{"unseen1", 0, {"died of SIGSYS", "exited with 159", "No collector saw this container"}},
		{"unseen2", 0, {"Seccomp killed nothing", "ran out of memory", "No collector saw this container"}},
		{"aaaaaaaaaaaa", 2, {"aaaaaaaaaaaa1", "aaaaaaaaaaaa2", "unseen2"}},
		{"nobody", 1, {"no container \"nobody\"", NULL, NULL}},
	};
	static const char *const files[][2] = {
		{"aaaaaaaaaaaa1", STATE("unseen1", "\"ExitCode\":159,\"OOMKilled\":false")},
		{"aaaaaaaaaaaa2", STATE("unseen2", "\"ExitCode\":137,\"OOMKilled\":true")},
	};
	char command[1024];

	for (size_t i = 0; i < 2; i++) {
		snprintf(command, sizeof(command), "mkdir -p %%T/known/%s; cat >%%T/known/%s/config.v2.json <<'E'\n%s\nE\n", files[i][0],
			files[i][0], files[i][1]);
		free(run(0, command));
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *output;
		int status;

		snprintf(command, sizeof(command), ON_HOST "%%P explain --db %%D %s 2>&1'", cases[i].word);
		output = rig_shell(rig, &status, command);
		if (status != cases[i].status)
			fail_msg("%s: exit status %d: %s", cases[i].word, status, output);
		for (size_t j = 0; j < 3 && cases[i].says[j]; j++)
			if (!strstr(output, cases[i].says[j]))
				fail_msg("%s: no \"%s\" in: %s", cases[i].word, cases[i].says[j], output);
		free(output);
	}
}

/* What was known of a container outlives it. */
static void test_removed_later(void **state)
{
	static const struct expected killed = {"killed", "docker", {"called socket", "exited with 159"}, {"1 rule"}, {NULL}};
	char name[64];

	name_of("later", name);
	free(run_on(name, 159, DOCKER_RUN "@" KILL "bb nc 127.0.0.1 1"));
	json_decref(await_story(name, &killed, EVENTUALLY));
	free(run_on(name, 0, DOCKER "rm @"));
	json_decref(await_story(name, &killed, SOON));
}

/* Of seventeen containers two have the same first digit. */
static void test_ambiguous(void **state)
{
	char ids[17][65] = {""}, first[2] = "", command[128], *output;
	size_t n = 0, twin = 0;
	int status;

	for (; n < 17 && !first[0]; n++) {
		char name[64];

		snprintf(name, sizeof(name), "sw%d-many%zu", (int)getpid(), n);
		output = run_on(name, 0, DOCKER_RUN "@ --rm -d bb true");
		snprintf(ids[n], sizeof(ids[n]), "%.64s", output);
		free(output);
		for (size_t i = 0; i < n; i++)
			if (ids[i][0] == ids[n][0]) {
				first[0] = ids[n][0];
				twin = i;
			}
	}
	usleep(500000);
	snprintf(command, sizeof(command), "%%P explain --db %%D %s 2>&1", first);
	output = rig_shell(rig, &status, command);
	if (status != 2 || !strstr(output, ids[n - 1]) || !strstr(output, ids[twin]))
		fail_msg("explain %s: exit status %d: %s (%s, %s)", first, status, output, ids[n - 1], ids[twin]);
	free(output);
}

/* -------------------------------------------------------------------------------------------------------------------- */

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && strcmp(value, "1") == 0;
}

static bool is_left_out(void)
{
	if (is_set("SECCOMPWATCH_TEST_NO_AUDIT") && !rig_can_read_audit())
		puts("containers: left out: no audit records here (SECCOMPWATCH_TEST_NO_AUDIT=1)");
	else if (is_set("SECCOMPWATCH_TEST_NO_ENGINES"))
		puts("containers: left out: no engines here (SECCOMPWATCH_TEST_NO_ENGINES=1)");
	else
		return false;
	return true;
}

#define N_TESTS     11
#define N_SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

int main(void)
{
	struct CMUnitTest tests[N_SCENARIOS + N_TESTS] = {
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_profile_in_force),
		cmocka_unit_test(test_learnt_profile),
		cmocka_unit_test(test_restarts),
		cmocka_unit_test(test_killed_by_the_user),
		cmocka_unit_test(test_removed_later),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_rootless),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_known_to_the_host),
	};

	if (is_left_out())
		return 0;
	for (size_t i = 0; i < N_SCENARIOS; i++)
		tests[N_TESTS + i] = (struct CMUnitTest){.name = scenarios[i].name, .test_func = test_scenario,
			.initial_state = (void *)(uintptr_t)&scenarios[i]};
	return cmocka_run_group_tests_name("containers", tests, start_all, stop_all);
}
