/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "seccompwatch/container.h"

#define CID  "4bad8ad995096a98c4ff74357e9d3b49dd0ddb52c75f93c7eb3c185b991002e6"
#define CID2 "5bad8ad995096a98c4ff74357e9d3b49dd0ddb52c75f93c7eb3c185b991002e6"
#define CID4 "8bad8ad995096a98c4ff74357e9d3b49dd0ddb52c75f93c7eb3c185b991002e6"
#define CID3 "7bad8ad995096a98c4ff74357e9d3b49dd0ddb52c75f93c7eb3c185b991002e6"
#define TASK "/run/containerd/io.containerd.runtime.v2.task"
#define SPEC "{\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}"

static char root[] = "/tmp/seccompwatch-container-XXXXXX";

static void path_of(char *ret, const char *path)
{
	assert_true(snprintf(ret, PATH_MAX, "%s%s", root, path) < PATH_MAX);
}

/* Makes the folders above a path. */
static void folders(const char *path)
{
	char full[PATH_MAX];

	path_of(full, path);
	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
}

static void put_bytes(const char *path, const char *content, size_t len)
{
	char full[PATH_MAX];
	FILE *f;

	folders(path);
	path_of(full, path);
	f = fopen(full, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, len, f), len);
	fclose(f);
}

static void put(const char *path, const char *content)
{
	put_bytes(path, content, strlen(content));
}

static int read_container(const char *cid, enum event_runtime runtime, struct container_info *ret)
{
	struct container_request request = {.root = root, .cid = cid, .runtime = runtime, .owner = EVENT_UNSET};

	return container_read(&request, ret);
}

static void docker_without_spec(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/docker/containers/" CID "/config.v2.json",
		"{\"Name\":\"/web\",\"Config\":{\"Image\":\"nginx:1\"},\"RestartCount\":3,"
		"\"State\":{\"Running\":false,\"FinishedAt\":\"2026-11-23T11:43:17.045Z\",\"ExitCode\":159,\"OOMKilled\":false}}");
	assert_int_equal(read_container(CID, EVENT_RUNTIME_DOCKER, &info), 0);
	assert_string_equal(info.name, "web");
	assert_string_equal(info.image, "nginx:1");
	assert_false(info.has_spec);
	assert_true(info.has_state);
	assert_int_equal(info.exit_code, 159);
	assert_int_equal(info.restarts, 3);
}

static void docker_only_created(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/docker/containers/cc33/config.v2.json", "{\"Name\":\"/new\",\"State\":{\"Running\":false,"
		"\"FinishedAt\":\"0001-01-01T00:00:00Z\",\"ExitCode\":0}}");
	assert_int_equal(read_container("cc33", EVENT_RUNTIME_DOCKER, &info), 0);
	assert_false(info.has_state);
}

static void folder_is_remembered(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	struct container_request request = {.root = root, .cid = "dd77", .runtime = EVENT_RUNTIME_DOCKER,
		.owner = EVENT_UNSET, .folder = "/data/containers"};

	put("/data/containers/dd77/config.v2.json", "{\"Name\":\"/gone\"}");
	assert_int_equal(container_read(&request, &info), 0);
	assert_string_equal(info.name, "gone");
	assert_string_equal(info.folder, "/data/containers");
}

static void docker_with_its_own_root(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put(TASK "/moby/" CID "/config.json",
		"{\"mounts\":[{\"destination\":\"/etc/hosts\",\"source\":\"/srv/docker/containers/" CID "/hosts\"}],"
		"\"process\":{\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",7,\"x,y\",\"CAP_NET_RAW\"],\"effective\":[\"CAP_KILL\"]}},"
		"\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"}}}");
	put("/srv/docker/containers/" CID "/config.v2.json", "{\"Name\":\"/elsewhere\"}");
	assert_int_equal(read_container(CID, EVENT_RUNTIME_DOCKER, &info), 0);
	assert_string_equal(info.caps, "CAP_CHOWN,CAP_NET_RAW");
	assert_string_equal(info.name, "elsewhere");
	assert_true(info.has_spec);
	assert_string_equal(info.profile, "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}");
}

static void kubernetes(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put(TASK "/k8s.io/aa11/config.json", "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\","
		"\"io.kubernetes.cri.image-name\":\"reg/app:2\",\"io.kubernetes.cri.sandbox-name\":\"app-7d\","
		"\"io.kubernetes.cri.sandbox-namespace\":\"prod\",\"io.kubernetes.cri.sandbox-uid\":\"u-1\"},\"linux\":{}}");
	assert_int_equal(read_container("aa11", EVENT_RUNTIME_UNKNOWN, &info), 0);
	assert_int_equal(info.runtime, EVENT_RUNTIME_CONTAINERD);
	assert_string_equal(info.name, "app");
	assert_string_equal(info.image, "reg/app:2");
	assert_string_equal(info.pod, "app-7d");
	assert_string_equal(info.namespace, "prod");
	assert_string_equal(info.pod_uid, "u-1");
	assert_true(info.has_spec);
	assert_null(info.profile); /* unconfined */
}

static void podman(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/containers/storage/vfs-containers/bb22/userdata/config.json", SPEC);
	put("/var/lib/containers/storage/vfs-containers/containers.json",
		"[{\"id\":\"cc\"},{\"id\":\"bb22\",\"names\":[\"pt1\"],\"metadata\":\"{\\\"image-name\\\":\\\"localhost/pbb\\\"}\"}]");
	assert_int_equal(read_container("bb22", EVENT_RUNTIME_PODMAN, &info), 0);
	assert_string_equal(info.name, "pt1");
	assert_string_equal(info.image, "localhost/pbb");
	assert_non_null(info.profile);
}

/* A storage folder of its own, seen while runc (400) still stands between conmon (300) and the container. */
static void podman_in_the_making(void **state)
{
	static const char conmon[] = "conmon\0-c\0" CID2 "\0-b\0/srv/p/vfs-containers/" CID2 "/userdata";
	struct container_request request = {.root = root, .cid = CID2, .runtime = EVENT_RUNTIME_PODMAN, .owner = EVENT_UNSET,
		.pid = 500};
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/proc/500/cgroup", "0::/libpod_parent/libpod-" CID2 "\n");
	put("/proc/500/stat", "500 (runc:[2:INIT]) S 400 500");
	put("/proc/400/cgroup", "0::/libpod_parent/conmon\n");
	put("/proc/400/stat", "400 (runc) S 300 400");
	put("/proc/300/stat", "300 (conmon) S 1 300");
	put_bytes("/proc/300/cmdline", conmon, sizeof(conmon));
	put("/srv/p/vfs-containers/" CID2 "/userdata/config.json", SPEC);
	put("/srv/p/vfs-containers/containers.json", "[{\"id\":\"" CID2 "\",\"names\":[\"p1\"]}]");
	assert_int_equal(container_read(&request, &info), 0);
	assert_true(info.has_spec);
	assert_string_equal(info.name, "p1");
}

/* Nobody stands behind it but runc itself, while it makes the container: its command line and its folder tell. */
static void runc_in_the_making(void **state)
{
	static const char *const commands[] = {"runc\0run\0--bundle\0.\0" CID4, "runc\0run\0" CID4 "\0",
		"runc\0run\0-b\0/srv/b4\0" CID4};
	static const size_t lens[] = {sizeof("runc\0run\0--bundle\0.\0" CID4), sizeof("runc\0run\0" CID4 "\0"),
		sizeof("runc\0run\0-b\0/srv/b4\0" CID4)};
	struct container_request request = {.root = root, .cid = CID4, .runtime = EVENT_RUNTIME_DOCKER, .owner = EVENT_UNSET,
		.pid = 800};
	char link[PATH_MAX];

	put("/proc/800/cgroup", "0::/docker/" CID4 "\n");
	put("/proc/800/stat", "800 (runc:[0:PARENT]) S 801 800");
	put("/proc/801/cgroup", "0::/\n");
	put("/proc/801/stat", "801 (runc) S 1 801");
	put("/srv/b4/config.json", SPEC);
	path_of(link, "/proc/801/cwd");
	assert_int_equal(symlink("/srv/b4", link), 0);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

		put_bytes("/proc/801/cmdline", commands[i], lens[i]);
		assert_int_equal(container_read(&request, &info), 0);
		assert_non_null(info.profile);
	}
	put_bytes("/proc/801/cmdline", "runc\0exec\0" CID4, sizeof("runc\0exec\0" CID4)); /* may stand anywhere */
	assert_int_equal(container_read(&request, &(struct container_info){0}), -ENOENT);
	put("/proc/801/cmdline", "runc"); /* of another container */
	assert_int_equal(container_read(&request, &(struct container_info){0}), -ENOENT);
}

static void runc_alone(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/run/runc/plain/state.json", "{\"config\":{\"labels\":[\"x=y\",\"bundle=/srv/plain\"]}}");
	put("/srv/plain/config.json", SPEC);
	assert_int_equal(read_container("plain", EVENT_RUNTIME_UNKNOWN, &info), 0);
	assert_true(info.has_spec);
	assert_null(info.name);
}

static void hostile_names_are_only_text(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/docker/containers/dd44/config.v2.json", "{\"Name\":\"/\\\"><script>\\u0000x\",\"Config\":{\"Image\":[1]}}");
	assert_int_equal(read_container("dd44", EVENT_RUNTIME_DOCKER, &info), -ENOENT); /* NUL in a string: refused */
	put("/var/lib/docker/containers/dd44/config.v2.json", "{\"Name\":\"/\\\"><script>\",\"Config\":{\"Image\":[1]}}");
	assert_int_equal(read_container("dd44", EVENT_RUNTIME_DOCKER, &info), 0);
	assert_string_equal(info.name, "\"><script>");
	assert_null(info.image);
}

static void ids_that_are_none(void **state)
{
	static const char *const bad[] = {"", ".", "..", "../x", "a/b", "a\nb", ".hidden", "a b"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct container_info info = CONTAINER_INFO_EMPTY;

		assert_int_equal(read_container(bad[i], EVENT_RUNTIME_DOCKER, &info), -EINVAL);
	}
}

static void links_and_pipes_are_not_read(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	char path[PATH_MAX], target[PATH_MAX];

	put("/secret/config.v2.json", "{\"Name\":\"/secret\"}");
	folders("/var/lib/docker/containers/ee55");
	path_of(path, "/var/lib/docker/containers/ee55");
	path_of(target, "/secret");
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(read_container("ee55", EVENT_RUNTIME_DOCKER, &info), -ENOENT);

	folders("/var/lib/docker/containers/ff66/x");
	path_of(path, "/var/lib/docker/containers/ff66/config.v2.json");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(read_container("ff66", EVENT_RUNTIME_DOCKER, &info), -ENOENT);
}

static void broken_files(void **state)
{
	static const char *const bad[] = {"", "{", "[]", "null", "{\"Name\":", "{\"Name\":7,\"State\":[]}"};
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	CLEANUP_FREE char *deep = malloc(200001);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put("/var/lib/docker/containers/9999/config.v2.json", bad[i]);
		assert_int_equal(read_container("9999", EVENT_RUNTIME_DOCKER, &info), -ENOENT);
	}
	assert_non_null(deep);
	memset(deep, '[', 200000);
	deep[200000] = '\0';
	put("/var/lib/docker/containers/9999/config.v2.json", deep);
	assert_int_equal(read_container("9999", EVENT_RUNTIME_DOCKER, &info), -ENOENT);
}

static void huge_files(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	char path[PATH_MAX];

	put("/var/lib/docker/containers/8888/config.v2.json", "{\"Name\":\"/big\"}");
	path_of(path, "/var/lib/docker/containers/8888/config.v2.json");
	assert_int_equal(truncate(path, 100 << 20), 0);
	assert_int_equal(read_container("8888", EVENT_RUNTIME_DOCKER, &info), -ENOENT);
}

/* ---- labels, users, roots ------------------------------------------------------------------------------------------ */

static void labels_worth_showing(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/docker/containers/1abe1/config.v2.json",
		"{\"Name\":\"/web\",\"Config\":{\"Labels\":{\"com.docker.compose.project\":\"shop\",\"secret\":\"x\","
		"\"com.docker.compose.service\":\"we\\nb\",\"org.opencontainers.image.title\":7}}}");
	assert_int_equal(read_container("1abe1", EVENT_RUNTIME_DOCKER, &info), 0);
	assert_string_equal(info.labels,
		"{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"we\\\\x0Ab\"}");
}

static void long_labels_are_cut(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	CLEANUP_TEXT struct text config = TEXT_EMPTY;

	text_add_str(&config, "{\"Name\":\"/web\",\"Config\":{\"Labels\":{\"app.kubernetes.io/name\":\"");
	for (int i = 0; i < 100000; i++)
		text_add_char(&config, 'a');
	text_add_str(&config, "\"}}}");
	put("/var/lib/docker/containers/1abe2/config.v2.json", config.data);
	assert_int_equal(read_container("1abe2", EVENT_RUNTIME_DOCKER, &info), 0);
	assert_true(strlen(info.labels) < 400);
}

static void users_of_the_specification(void **state)
{
	static const struct {
		const char *linux_part;
		uint32_t outside;
		int64_t inside; /* -1: not said */
	} cases[] = {
		{"{}", 33, 33},
		{"{\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]}", 100033, 33},
		{"{\"uidMappings\":[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]}", 33, -1},
		{"{\"uidMappings\":[{\"containerID\":\"0\",\"hostID\":100000,\"size\":65536}]}", 100033, -1},
		{"{\"uidMappings\":[{\"containerID\":0,\"hostID\":-1,\"size\":65536}]}", 0, -1},
		{"{\"uidMappings\":{}}", 5, 5},
		{"{\"namespaces\":[{\"type\":\"user\",\"path\":\"/proc/9/ns/user\"}]}", 33, -1}, /* another's */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
		CLEANUP_TEXT struct text spec = TEXT_EMPTY;
		uint32_t inside;
		int64_t got;

		text_printf(&spec, "{\"root\":{\"path\":\"rootfs\"},\"linux\":%s}", cases[i].linux_part);
		put(TASK "/k8s.io/05e5/config.json", spec.data);
		assert_int_equal(read_container("05e5", EVENT_RUNTIME_CONTAINERD, &info), 0);
		got = users_inside(&info.users, cases[i].outside, &inside) ? (int64_t)inside : -1;
		if (got != cases[i].inside)
			fail_msg("%s: %d", cases[i].linux_part, (int)got);
		assert_non_null(strstr(info.root, TASK "/k8s.io/05e5/rootfs"));
	}
}

static void podman_out_of_memory(void **state)
{
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;

	put("/var/lib/containers/storage/vfs-containers/00ee/userdata/config.json", SPEC);
	put("/var/lib/containers/storage/vfs-containers/00ee/userdata/oom", "");
	put("/var/lib/containers/storage/vfs-containers/containers.json", "[{\"id\":\"00ee\",\"names\":[\"o\"]}]");
	assert_int_equal(read_container("00ee", EVENT_RUNTIME_PODMAN, &info), 0);
	assert_true(info.oom_killed);
}

/* A rootless Podman keeps everything in its user's home; its users are counted from within a namespace of its own. */
static void podman_without_root(void **state)
{
	static const char conmon[] = "conmon\0-b\0/home/u/.local/share/containers/storage/overlay-containers/" CID3 "/userdata";
	struct container_request request = {.root = root, .cid = CID3, .runtime = EVENT_RUNTIME_PODMAN, .owner = EVENT_UNSET,
		.pid = 700};
	CLEANUP_CONTAINER_INFO struct container_info info = CONTAINER_INFO_EMPTY;
	char path[PATH_MAX];

	put("/proc/700/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" CID3 ".scope/container\n");
	put("/proc/700/stat", "700 (nc) S 701 700");
	put("/proc/701/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-conmon-" CID3 ".scope\n");
	put("/proc/701/stat", "701 (conmon) S 1 701");
	put_bytes("/proc/701/cmdline", conmon, sizeof(conmon));
	put("/home/u/.local/share/containers/storage/overlay-containers/" CID3 "/userdata/config.json",
		"{\"linux\":{\"uidMappings\":[{\"containerID\":0,\"hostID\":0,\"size\":1}],\"seccomp\":{}}}");
	put("/home/u/.local/share/containers/storage/overlay-containers/containers.json",
		"[{\"id\":\"" CID3 "\",\"names\":[\"mine\"]}]");
	path_of(path, "/home/u/.local/share/containers/storage/overlay-containers/" CID3 "/userdata");
	assert_true(geteuid() != 0 || chown(path, 1000, 1000) == 0);
	assert_int_equal(container_read(&request, &info), 0);
	assert_string_equal(info.name, "mine");
	assert_string_equal(info.profile, "{}");
	assert_int_equal(info.users.n, 0);
}

/* ---- searching ------------------------------------------------------------------------------------------------------- */

static int add_match(void *data, enum event_runtime runtime, const char *cid, const char *name)
{
	text_printf(data, "%s %.16s %s,", event_runtime_name(runtime), cid, name ? name : "-");
	return 0;
}

#define TWIN1 "ab12cd34ef560000000000000000000000000000000000000000000000000001"
#define TWIN2 "ab12cd34ef560000000000000000000000000000000000000000000000000002"

static void searches_by_name_and_id(void **state)
{
	static const struct {
		const char *word, *found;
	} cases[] = {
		{"lonely", "docker 10ne lonely,"},
		{"10n", "docker 10ne lonely,"},
		{"in-a-pod", "containerd 5afe in-a-pod,"},
		{"stored", "podman 570e stored,"},
		{"one", ""}, /* a name is whole */
		{"\"><img>", "docker 5c1 \"><img>,"},
		{"../10ne", ""},
		{"", ""},
	};

	put("/var/lib/docker/containers/10ne/config.v2.json", "{\"Name\":\"/lonely\"}");
	put("/var/lib/docker/containers/5c1/config.v2.json", "{\"Name\":\"/\\\"><img>\"}");
	put("/var/lib/docker/containers/" TWIN1 "/config.v2.json", "{\"Name\":\"/twin1\"}");
	put("/var/lib/docker/containers/" TWIN2 "/config.v2.json", "{\"Name\":\"/twin2\"}");
	put(TASK "/k8s.io/5afe/config.json", "{\"annotations\":{\"io.kubernetes.cri.container-name\":\"in-a-pod\"}}");
	put("/var/lib/containers/storage/vfs-containers/containers.json",
		"[{\"id\":\"../570e\",\"names\":[\"stored\"]},{\"id\":\"570e\",\"names\":[\"stored\"]},7,{}]");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP_TEXT struct text found = TEXT_EMPTY;

		assert_int_equal(container_search(root, span_from(cases[i].word), add_match, &found), 0);
		if (strcmp(found.data ? found.data : "", cases[i].found) != 0)
			fail_msg("%s: %s", cases[i].word, found.data ? found.data : "");
	}
}

static void finds_twins(void **state)
{
	CLEANUP_TEXT struct text found = TEXT_EMPTY;

	assert_int_equal(container_search(root, SPAN("ab12cd34ef56"), add_match, &found), 0);
	assert_non_null(strstr(found.data, "twin1,"));
	assert_non_null(strstr(found.data, "twin2,"));
}

static int set_up(void **state)
{
	return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_without_spec),
		cmocka_unit_test(docker_only_created),
		cmocka_unit_test(folder_is_remembered),
		cmocka_unit_test(docker_with_its_own_root),
		cmocka_unit_test(kubernetes),
		cmocka_unit_test(podman),
		cmocka_unit_test(podman_in_the_making),
		cmocka_unit_test(runc_in_the_making),
		cmocka_unit_test(runc_alone),
		cmocka_unit_test(hostile_names_are_only_text),
		cmocka_unit_test(ids_that_are_none),
		cmocka_unit_test(links_and_pipes_are_not_read),
		cmocka_unit_test(broken_files),
		cmocka_unit_test(huge_files),
		cmocka_unit_test(labels_worth_showing),
		cmocka_unit_test(long_labels_are_cut),
		cmocka_unit_test(users_of_the_specification),
		cmocka_unit_test(podman_out_of_memory),
		cmocka_unit_test(podman_without_root),
		cmocka_unit_test(searches_by_name_and_id),
		cmocka_unit_test(finds_twins),
	};

	return cmocka_run_group_tests_name("container", tests, set_up, tear_down);
}
