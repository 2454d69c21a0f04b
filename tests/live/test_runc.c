/* SPDX-License-Identifier: MIT */
/* Containers of plain runc, in the cgroups that engines give theirs which do not run here, and with ends that engines
 * make no test of: lack of memory, a thread killed, users of their own. And a thousand short-lived processes killed in
 * ten containers while the host forks beside them: test_runc [ROUNDS] of that. Needs root, runc and audit records;
 * SECCOMPWATCH_TEST_NO_AUDIT=1 and SECCOMPWATCH_TEST_NO_ENGINES=1 as in test_containers. */
#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

#define WORDS      6
#define SOON       3.0
#define EVENTUALLY 12.0

#define ALLOW(rule) "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[" rule "]}"
#define KILL        ALLOW("{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}")
#define KILL_THREAD ALLOW("{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_KILL_THREAD\"}")
#define LOG         ALLOW("{\"names\":[\"personality\"],\"action\":\"SCMP_ACT_LOG\"}")
#define CALL        "135:0xffffffff"
#define POD         "01234567-89ab-cdef-0123-456789abcdef"
#define POD_        "01234567_89ab_cdef_0123_456789abcdef"
#define OUTER       "00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee"

static struct rig *rig;
static unsigned made;
static unsigned rounds = 1;

/* ---- bundles ------------------------------------------------------------------------------------------------------- */

struct bundle {
	char id[65], dir[128];
	const char *cgroup; /* @ stands for the id */
	const char *profile, *name, *args; /* args: words with blanks between */
	long memory;       /* bytes, 0: no limit */
	int uid;           /* in the container */
	bool users;        /* of its own: 0 there is 100000 here */
};

static char *shell(int status, const char *command)
{
	int got;
	char *output = rig_shell(rig, &got, command);

	if (got != status)
		fail_msg("%s: exit status %d, not %d: %s", command, got, status, output);
	return output;
}

static json_t *words(const char *text)
{
	json_t *list = json_array();

	json_array_append_new(list, json_string("/make_calls"));
	while (*text) {
		size_t n = strcspn(text, " ");

		json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] == ' ');
	}
	return list;
}

static void set_up_users(const struct bundle *b, json_t *linux_part)
{
	json_t *mapping = json_pack("[{s:i, s:i, s:i}]", "containerID", 0, "hostID", 100000, "size", 65536);

	if (b->users) {
		json_object_set(linux_part, "uidMappings", mapping);
		json_object_set(linux_part, "gidMappings", mapping);
		json_array_append_new(json_object_get(linux_part, "namespaces"), json_pack("{s:s}", "type", "user"));
	}
	json_decref(mapping);
}

/* runc's own example, with what the engine whose cgroup it is would have written. */
static void write_config(const struct bundle *b)
{
	char path[256], cgroup[1024];
	const char *at = strchr(b->cgroup, '@');
	json_t *config, *process, *linux_part;

	snprintf(path, sizeof(path), "%s/config.json", b->dir);
	config = json_load_file(path, 0, NULL);
	assert_non_null(config);
	process = json_object_get(config, "process");
	linux_part = json_object_get(config, "linux");
	json_object_set_new(process, "terminal", json_false());
	json_object_set_new(process, "args", words(b->args));
	json_object_set_new(process, "user", json_pack("{s:i, s:i}", "uid", b->uid, "gid", b->uid));
	json_object_del(process, "rlimits");
	snprintf(cgroup, sizeof(cgroup), "%.*s%s%.64s", (int)(at - b->cgroup), b->cgroup, b->id, at + 1);
	json_object_set_new(linux_part, "cgroupsPath", json_string(cgroup));
	if (b->profile)
		json_object_set_new(linux_part, "seccomp", json_loads(b->profile, 0, NULL));
	if (b->memory)
		json_object_set_new(linux_part, "resources", json_pack("{s:{s:I, s:I}}", "memory", "limit", (json_int_t)b->memory,
			"swap", (json_int_t)b->memory));
	set_up_users(b, linux_part);
	json_object_set_new(config, "annotations", json_pack("{s:s, s:s, s:s, s:s, s:s}", "io.kubernetes.cri.container-name",
		b->name, "io.kubernetes.cri.image-name", "registry/bb:1", "io.kubernetes.cri.sandbox-name", "a-pod",
		"io.kubernetes.cri.sandbox-namespace", "a-space", "app.kubernetes.io/name", "an-app"));
	assert_int_equal(json_dump_file(config, path, 0), 0);
	json_decref(config);
}

static void make(struct bundle *b)
{
	char command[1024];

	++made;
	snprintf(b->id, sizeof(b->id), "%08x%08x%048x", (unsigned)getpid(), made, made);
	snprintf(b->dir, sizeof(b->dir), "%s/b%u", rig->dir, made);
	snprintf(command, sizeof(command),
		"mkdir -p %s && cd %s && mkdir -p rootfs/etc rootfs/proc rootfs/dev rootfs/sys && chmod 755 . rootfs && runc spec && "
		"cp \"$(dirname %s)/make_calls\" rootfs/ && "
		"printf 'root:x:0:0:::\\nweb:x:33:33:::\\n' >rootfs/etc/passwd",
		b->dir, b->dir, rig->violate);
	free(shell(0, command));
	write_config(b);
}

/* Runs it to its end; its exit status. */
static void run(struct bundle *b, int status)
{
	char command[512];

	make(b);
	snprintf(command, sizeof(command), "cd %s && timeout 20 runc run --bundle . %s 2>&1", b->dir, b->id);
	free(shell(status, command));
}

static void start(struct bundle *b)
{
	char command[512];

	make(b);
	snprintf(command, sizeof(command), "cd %s && timeout 20 runc run -d --bundle . %s >/dev/null 2>errors </dev/null", b->dir,
		b->id);
	free(shell(0, command));
}

static void end(const struct bundle *b)
{
	char command[512];

	snprintf(command, sizeof(command), "runc kill %s KILL; sleep 0.3; runc delete --force %s", b->id, b->id);
	free(rig_shell(rig, NULL, command));
}

/* ---- stories ------------------------------------------------------------------------------------------------------- */

static const char *string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

struct expected {
	const char *verdict;
	const char *sentence[WORDS], *visible[WORDS];
};

static bool holds(const char *text, const char *const *expected)
{
	for (size_t i = 0; i < WORDS && expected[i]; i++)
		if (!strstr(text, expected[i]))
			return false;
	return true;
}

static json_t *await_story(const char *id, const struct expected *e, double seconds)
{
	double until = rig_now() + seconds;
	char command[256];

	snprintf(command, sizeof(command), "%%P explain --db %%D --format json %s 2>&1", id);
	for (;;) {
		int status;
		char *output = rig_shell(rig, &status, command);
		json_t *story = status == 0 ? json_loads(output, 0, NULL) : NULL;

		if (story && strcmp(string(story, "verdict"), e->verdict) == 0 && holds(string(story, "sentence"), e->sentence) &&
			holds(string(story, "visible"), e->visible)) {
			free(output);
			return story;
		}
		if (rig_now() > until)
			fail_msg("%s: not told within %.0f s (%s expected): %s", id, seconds, e->verdict, output);
		json_decref(story);
		free(output);
		usleep(50000);
	}
}

/* ---- cgroups of all kinds ------------------------------------------------------------------------------------------ */

static const struct shape {
	const char *cgroup, *runtime, *pod_uid, *outer;
} shapes[] = {
	{"/docker/@", "docker", "", ""},
	{"/kubepods/burstable/pod" POD "/@", "containerd", POD, ""},
	{"/kubepods/pod" POD "/@", "containerd", POD, ""},
	{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_ ".slice/cri-containerd-@.scope", "containerd", POD,
		""},
	{"/kubepods.slice/kubepods-pod" POD_ ".slice/crio-@.scope", "cri-o", POD, ""},
	{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/docker-@.scope", "docker", POD, ""},
	{"/system.slice/containerd.service/kubepods-pod" POD_ ".slice:cri-containerd:@", "containerd", POD, ""},
	{"/system.slice/docker-@.scope", "docker", "", ""},
	{"/machine.slice/libpod-@.scope/container", "podman", "", ""},
	{"/docker/" OUTER "/docker/@", "docker", "", OUTER},
	{"/docker/" OUTER "/kubepods/besteffort/pod" POD "/@", "unknown", POD, OUTER},
};
#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

/* The engine that a bare id leaves open is told by nothing but its files; runc's say nothing of it. */
static bool is_runtime(const char *runtime, const struct shape *s)
{
	return strcmp(runtime, s->runtime) == 0 || strcmp(runtime, "unknown") == 0;
}

static void check_container(const json_t *story, const struct shape *s, const char *name)
{
	const json_t *c = json_object_get(story, "container");

	if (!is_runtime(string(c, "runtime"), s) || strcmp(string(c, "pod_uid"), s->pod_uid) != 0 ||
		strcmp(string(c, "outer"), s->outer) != 0 || strcmp(string(c, "name"), name) != 0 ||
		strcmp(string(c, "pod"), "a-pod") != 0 || strcmp(string(c, "namespace"), "a-space") != 0 ||
		strcmp(string(json_object_get(c, "labels"), "app.kubernetes.io/name"), "an-app") != 0)
		fail_msg("%s: %s", s->cgroup, json_dumps(c, JSON_COMPACT));
}

static void test_shapes(void **state)
{
	static const struct expected killed = {"killed",
		{"make_calls (/make_calls, pid ", "(image registry/bb:1), pod a-space/a-pod", "called personality", "exited with 159"}, {NULL}};

	for (size_t i = 0; i < N_SHAPES; i++) {
		char name[32];
		struct bundle b = {.cgroup = shapes[i].cgroup, .profile = KILL, .name = name, .args = CALL};
		json_t *story;

		snprintf(name, sizeof(name), "shape-%zu", i);
		run(&b, 159);
		story = await_story(b.id, &killed, SOON);
		check_container(story, &shapes[i], name);
		json_decref(story);
	}
}

/* ---- ends ---------------------------------------------------------------------------------------------------------- */

static void test_out_of_memory(void **state)
{
	static const struct expected oom = {"other_death",
		{"Seccomp killed nothing", "exited with 137", "SIGKILL", "ran out of memory"}, {"watched from its start to its end"}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL, .name = "eater", .args = "eat", .memory = 16 << 20};

	run(&b, 137);
	json_decref(await_story(b.id, &oom, EVENTUALLY));
}

static void test_killed_by_somebody(void **state)
{
	static const struct expected killed = {"other_death",
		{"Seccomp killed nothing", "exited with 137", "somebody sent it"}, {"watched from its start to its end"}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL, .name = "waiter", .args = "wait"};

	start(&b);
	usleep(300000);
	end(&b);
	json_decref(await_story(b.id, &killed, EVENTUALLY));
}

static void test_strict(void **state)
{
	static const struct expected strict = {"strict", {"strict mode", "137", "is not"}, {NULL}};
	struct bundle b = {.cgroup = "/docker/@", .name = "strict", .args = "strict 39"};

	run(&b, 137);
	json_decref(await_story(b.id, &strict, EVENTUALLY));
}

static void test_quiet(void **state)
{
	static const struct expected quiet = {"nothing", {"No violation was recorded", "exited with 0"},
		{"A collector has been watching since", "watched from its start to its end"}};
	static const struct expected failed = {"nothing", {"No violation was recorded", "exited with 1"}, {NULL}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL, .name = "quiet", .args = "39"}, c = b;

	run(&b, 0);
	json_decref(await_story(b.id, &quiet, EVENTUALLY));
	c.name = "failed";
	c.args = "fail";
	run(&c, 1);
	json_decref(await_story(c.id, &failed, EVENTUALLY));
}

/* Two threads, of which one is killed while the other waits for it: nothing ends, and that is the trouble. */
static void test_thread_lost(void **state)
{
	static const struct expected lost = {"thread_lost", {"lost a thread", "called personality", "SCMP_ACT_KILL_THREAD", "hangs"},
		{"has been watched from its start"}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL_THREAD, .name = "hanger", .args = "thread " CALL};

	start(&b);
	json_decref(await_story(b.id, &lost, EVENTUALLY));
	end(&b);
}

/* A thread that is all of its process: that one ends. */
static void test_only_thread(void **state)
{
	static const struct expected killed = {"killed", {"called personality", "SCMP_ACT_KILL_THREAD", "exited with 159"}, {NULL}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL_THREAD, .name = "alone", .args = CALL};

	run(&b, 159);
	json_decref(await_story(b.id, &killed, EVENTUALLY));
}

/* ---- who and where ------------------------------------------------------------------------------------------------- */

static json_t *await_event(const char *id, const char *key, double seconds)
{
	double until = rig_now() + seconds;
	char filter[128];
	json_t *events, *event;

	snprintf(filter, sizeof(filter), "--container %s --syscall personality", id);
	for (;;) {
		events = rig_events(rig, filter);
		event = json_incref(json_array_get(events, 0));
		json_decref(events);
		if (event && !json_is_null(json_object_get(event, key)))
			return event;
		if (rig_now() > until)
			fail_msg("no %s: %s", key, event ? json_dumps(event, JSON_COMPACT) : "no event");
		json_decref(event);
		usleep(50000);
	}
}

static void check(const json_t *object, const char *key, const char *expected)
{
	if (strcmp(string(object, key), expected) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", key, string(object, key), expected);
}

static void test_code(void **state)
{
	struct bundle b = {.cgroup = "/docker/@", .profile = LOG, .name = "code", .args = CALL " wait"};
	json_t *event;

	start(&b);
	event = await_event(b.id, "symbol", SOON);
	check(event, "module", "/make_calls");
	check(event, "symbol", "syscall");
	check(event, "user", "root");
	check(json_object_get(event, "container"), "user", "root");
	json_decref(event);
	end(&b);
}

/* The dead have users too: what the container calls them was read when it was made. */
static void test_users(void **state)
{
	static const struct expected killed = {"killed", {"called personality"}, {NULL}};
	struct bundle b = {.cgroup = "/docker/@", .profile = KILL, .name = "users", .args = CALL, .uid = 33, .users = true};
	json_t *event, *container, *story;

	run(&b, 159);
	json_decref(await_story(b.id, &killed, SOON));
	event = await_event(b.id, "uid", SOON);
	container = json_object_get(event, "container");
	assert_int_equal(json_integer_value(json_object_get(event, "uid")), 100033);
	assert_int_equal(json_integer_value(json_object_get(container, "uid")), 33);
	check(container, "user", "web");
	story = await_story(b.id, &killed, SOON);
	if (!strstr(json_dumps(json_object_get(story, "steps"), 0), "uid 100033, in the container 33 (web)"))
		fail_msg("%s", json_dumps(story, 0));
	json_decref(story);
	json_decref(event);
}

/* ---- without the right to watch -------------------------------------------------------------------------------------- */

/* As on a kernel that wants CAP_NET_ADMIN for it (before 6.6), where the collector has none. */
static void refuse_process_events(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter || seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
			       SCMP_A2(SCMP_CMP_EQ, NETLINK_CONNECTOR)) < 0 || seccomp_load(filter) < 0)
		_exit(1);
}

static pid_t start_confined(const char *db)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	refuse_process_events();
	execl(rig->program, rig->program, "--quiet", "collect", "--db", db, NULL);
	_exit(1);
}

/* The fall back to /proc alone is seen wherever somebody may look. */
static void test_proc_alone(void **state)
{
	static const char *const says[] = {"\"watching\":false", "asked of /proc alone", "CAP_NET_ADMIN", "process_events",
		"asks /proc alone"};
	char db[128], *output;
	pid_t pid;

	snprintf(db, sizeof(db), "%s/alone.db", rig->dir);
	pid = start_confined(db);
	free(shell(0, "for i in $(seq 100); do %P --quiet status --db %T/alone.db --format json 2>/dev/null | "
		      "grep -q '\"processes\":{' && break; sleep 0.1; done"));
	output = shell(0, "%P status --db %T/alone.db --format json; %P status --db %T/alone.db; %P doctor --db %T/alone.db; true");
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (!strstr(output, says[i]))
			fail_msg("no \"%s\" in: %s", says[i], output);
	free(output);
}

/* ---- a thousand ------------------------------------------------------------------------------------------------------ */

#define CONTAINERS 10
#define DEATHS     100
#define FORKS      2000 /* a second */

static volatile sig_atomic_t enough;

static void on_term(int signal)
{
	enough = 1;
}

static void fork_once(void)
{
	pid_t child = vfork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

/* Until it is told to end; then it says how many a second they were. */
static void fork_on(int to)
{
	double since = rig_now(), n = 0, rate;

	signal(SIGTERM, on_term);
	while (!enough && rig_now() - since < 120) {
		if (n > (rig_now() - since) * FORKS) {
			usleep(500);
			continue;
		}
		fork_once();
		n++;
	}
	rate = n / (rig_now() - since);
	_exit(write(to, &rate, sizeof(rate)) != sizeof(rate));
}

static pid_t start_forks(int pipe_fds[2])
{
	pid_t pid;

	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0)
		fork_on(pipe_fds[1]);
	assert_true(pid > 0);
	return pid;
}

static double stop_forks(pid_t pid, int pipe_fds[2])
{
	double rate = 0;

	kill(pid, SIGTERM);
	if (read(pipe_fds[0], &rate, sizeof(rate)) != sizeof(rate))
		rate = 0;
	waitpid(pid, NULL, 0);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return rate;
}

struct tally {
	json_int_t right, none, wrong, live, cached;
};

/* Each process has the name that its container gave it. */
static void count(const json_t *event, const struct bundle *bundles, struct tally *t)
{
	json_int_t n = json_integer_value(json_object_get(event, "count"));
	const json_t *container = json_object_get(event, "container");
	const char *comm = string(event, "comm"), *attribution = string(event, "attribution");

	for (size_t i = 0; i < CONTAINERS; i++) {
		if (strcmp(comm, bundles[i].name) != 0)
			continue;
		if (!json_is_object(container))
			t->none += n;
		else if (strcmp(string(container, "id"), bundles[i].id) == 0)
			t->right += n;
		else
			t->wrong += n;
		t->live += strcmp(attribution, "live") == 0 ? n : 0;
		t->cached += strcmp(attribution, "cached") == 0 ? n : 0;
	}
}

static struct tally tally(const struct bundle *bundles)
{
	json_t *events = rig_events(rig, "--syscall personality --action kill_process"), *event;
	struct tally t = {0};
	size_t i;

	json_array_foreach(events, i, event)
		count(event, bundles, &t);
	json_decref(events);
	return t;
}

static void run_all(struct bundle *bundles)
{
	char command[2048] = "cd %T; ";
	size_t n = strlen(command);

	for (size_t i = 0; i < CONTAINERS; i++) {
		make(&bundles[i]);
		n += (size_t)snprintf(command + n, sizeof(command) - n, "(cd %s && timeout 60 runc run --bundle . %s >/dev/null 2>&1)& ",
			bundles[i].dir + strlen(rig->dir) + 1, bundles[i].id);
	}
	assert_true(n < sizeof(command) - 64);
	snprintf(command + n, sizeof(command) - n, "wait");
	free(shell(0, command));
}

static void check_thousand(unsigned round)
{
	struct bundle bundles[CONTAINERS] = {0};
	char names[CONTAINERS][16], args[CONTAINERS][64];
	double until, begun = rig_now(), rate;
	struct tally t;
	int fds[2];
	pid_t forks = start_forks(fds);

	for (size_t i = 0; i < CONTAINERS; i++) {
		snprintf(names[i], sizeof(names[i]), "r%uc%zu", round, i);
		snprintf(args[i], sizeof(args[i]), "as %s each %d %s", names[i], DEATHS, CALL);
		bundles[i] = (struct bundle){.cgroup = shapes[i].cgroup, .profile = KILL, .name = names[i], .args = args[i]};
	}
	run_all(bundles);
	rate = stop_forks(forks, fds);
	until = rig_now() + EVENTUALLY;
	do
		t = tally(bundles);
	while (t.right + t.none + t.wrong < CONTAINERS * DEATHS && rig_now() < until && usleep(100000) == 0);
	print_message("round %u: %lld right, %lld none, %lld wrong (%lld live, %lld cached), beside %.0f forks a second, %.1f s\n",
		round, (long long)t.right, (long long)t.none, (long long)t.wrong, (long long)t.live, (long long)t.cached, rate,
		rig_now() - begun);
	if (t.right < CONTAINERS * DEATHS) {
		free(rig_shell(rig, NULL, "%P status --db %D >&2; %P --quiet events --db %D --syscall personality --format jsonl | "
					  "grep '\"container\":null' >&2; uptime >&2"));
	}
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.right, CONTAINERS * DEATHS);
}

static void test_thousand(void **state)
{
	for (unsigned round = 1; round <= rounds; round++)
		check_thousand(round);
}

/* ---------------------------------------------------------------------------------------------------------------------- */

static int start_all(void **state)
{
	if (rig_setup(state) != 0)
		return -1;
	rig = *state;
	*state = NULL;
	(void)rig_start(rig, "collect", NULL, "collecting into");
	return 0;
}

/* Of what was started here only: the ids begin with our pid. */
static int stop_all(void **state)
{
	char command[512];

	snprintf(command, sizeof(command),
		"for id in $(ls /run/runc 2>/dev/null | grep '^%08x'); do runc delete --force $id; done; "
		"for d in kubepods kubepods.slice machine.slice docker/" OUTER "; do "
		"find /sys/fs/cgroup/*/$d -depth -type d -exec rmdir {} + 2>/dev/null; done",
		(unsigned)getpid());
	free(rig_shell(rig, NULL, command));
	*state = rig;
	return rig_teardown(state);
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && strcmp(value, "1") == 0;
}

static bool is_left_out(void)
{
	if (is_set("SECCOMPWATCH_TEST_NO_AUDIT") && !rig_can_read_audit())
		puts("runc: left out: no audit records here (SECCOMPWATCH_TEST_NO_AUDIT=1)");
	else if (is_set("SECCOMPWATCH_TEST_NO_ENGINES"))
		puts("runc: left out: no engines here (SECCOMPWATCH_TEST_NO_ENGINES=1)");
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_killed_by_somebody),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_thread_lost),
		cmocka_unit_test(test_only_thread),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_proc_alone),
		cmocka_unit_test(test_thousand),
	};

	if (is_left_out())
		return 0;
	if (argc > 1) {
		rounds = (unsigned)atoi(argv[1]);
		cmocka_set_test_filter(argc > 2 ? argv[2] : "test_thousand");
	}
	return cmocka_run_group_tests_name("runc", tests, start_all, stop_all);
}
