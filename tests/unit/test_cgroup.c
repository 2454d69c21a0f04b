/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "seccompwatch/cgroup.h"

#define ID  "0011223344556677889900aabbccddeeff00112233445566778899aabbccddee"
#define ID2 "ffeeddccbbaa99887766554433221100ffeeddccbbaa00998877665544332211"
#define POD "01234567-89ab-cdef-0123-456789abcdef"
#define POD_ "01234567_89ab_cdef_0123_456789abcdef"
#define USER "/user.slice/user-1000.slice/user@1000.service"

struct want {
	enum event_runtime runtime;
	const char *id, *pod, *unit, *outer;
};

static void check(const struct cgroup_identity *got, const struct want *want)
{
	assert_int_equal(got->runtime, want->runtime);
	assert_string_equal(got->id, want->id ? want->id : "");
	assert_string_equal(got->pod_uid, want->pod ? want->pod : "");
	assert_string_equal(got->unit, want->unit ? want->unit : "");
	assert_string_equal(got->outer, want->outer ? want->outer : "");
}

#define R(name) EVENT_RUNTIME_##name
static const struct {
	const char *path;
	struct want want;
} paths[] = {
	{"/docker/" ID, {R(DOCKER), ID}},
	{"/system.slice/docker-" ID ".scope", {R(DOCKER), ID}},
	{USER "/user.slice/docker-" ID ".scope", {R(DOCKER), ID}},
	{"/system.slice/docker-" ID ".scope (deleted)", {R(DOCKER), ID}},
	{"/docker/" ID "/init.scope", {R(DOCKER), ID}},
	{"/kubepods/burstable/pod" POD "/" ID, {R(UNKNOWN), ID, POD}},
	{"/kubepods/pod" POD "/" ID, {R(UNKNOWN), ID, POD}},
	{"/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/cri-containerd-" ID ".scope",
		{R(CONTAINERD), ID, POD}},
	{"/kubepods.slice/kubepods-pod" POD_ ".slice/crio-" ID ".scope/container", {R(CRIO), ID, POD}},
	{"/system.slice/containerd.service/kubepods-pod" POD_ ".slice:cri-containerd:" ID,
		{R(CONTAINERD), ID, POD, "containerd.service"}},
	{"/kubepods.slice/kubepods-pod" POD_ ".slice/crio-conmon-" ID ".scope",
		{R(NONE), NULL, POD, "crio-conmon-" ID ".scope"}},
	{"/kubepods.slice/kubepods-pod" POD_ ".slice", {R(NONE), NULL, POD, "kubepods-pod" POD_ ".slice"}},
	{"/machine.slice/libpod-" ID ".scope/container", {R(PODMAN), ID}},
	{"/libpod_parent/libpod-" ID, {R(PODMAN), ID}},
	{"/libpod_parent/conmon", {R(NONE)}},
	{"/machine.slice/libpod-conmon-" ID ".scope", {R(NONE), NULL, NULL, "libpod-conmon-" ID ".scope"}},
	{USER "/app.slice/web.service/libpod-payload-" ID, {R(PODMAN), ID, NULL, "web.service"}},
	{USER "/app.slice/web.service/runtime", {R(NONE), NULL, NULL, "web.service"}},
	{"/machine.slice/machine-libpod_pod_" ID ".slice/libpod-" ID2 ".scope/container", {R(PODMAN), ID2, ID}},
	{USER "/user.slice/user-libpod_pod_" ID ".slice/libpod-" ID2 ".scope", {R(PODMAN), ID2, ID}},
	{USER "/user.slice/nerdctl-" ID ".scope", {R(CONTAINERD), ID}},
	{"/default/" ID, {R(CONTAINERD), ID}},
	{"/default/my.box_1", {R(CONTAINERD), "my.box_1"}},
	{"/a/default/b", {R(NONE)}},
	{"/lxc/web", {R(LXC), "web"}},
	{"/lxc.payload/web/system.slice/ssh.service", {R(LXC), "web"}},
	{"/lxc.payload.web/init.scope", {R(LXC), "web"}},
	{"/lxc.payload/docker/" ID, {R(UNKNOWN), ID, NULL, NULL, "docker"}},
	{"/lxc.monitor.web", {R(NONE)}},
	{"/lxc.monitor/web", {R(NONE)}},
	{"/lxc.payload.a/lxc.payload.b", {R(LXC), "b", NULL, NULL, "a"}},
	{"/machine.slice/systemd-nspawn@deb\\x2d12.service/payload/init.scope",
		{R(NSPAWN), "deb-12", NULL, "systemd-nspawn@deb\\x2d12.service"}},
	{"/machine.slice/machine-deb\\x2d12.scope/payload", {R(NSPAWN), "deb-12"}},
	{"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
		{R(NONE), NULL, NULL, "machine-qemu\\x2d1\\x2dvm.scope"}},
	{"/machine.slice/machine-\\x00box.scope/payload", {R(NONE), NULL, NULL, "machine-\\x00box.scope"}},
	{"/machine.slice/machine-a\\x2fb.scope/payload", {R(NONE), NULL, NULL, "machine-a\\x2fb.scope"}},
	{"/machine/\\x00box.libvirt-lxc", {R(LIBVIRT), "\\x00box"}},
	{"/machine/a\\x2fb.libvirt-lxc", {R(LIBVIRT), "a\\x2fb"}},
	{"/machine.slice/machine-lxc\\x2d4321\\x2dbox.scope", {R(LIBVIRT), "box"}},
	{"/machine/box.libvirt-lxc", {R(LIBVIRT), "box"}},
	{"/garden/01234567-89ab-cdef-0123-4567", {R(GARDEN), "01234567-89ab-cdef-0123-4567"}},
	{"/system.slice/garden.service/garden/" POD, {R(GARDEN), POD, NULL, "garden.service"}},
	{"/ecs/" POD "/" ID, {R(ECS), ID}},
	{"/ecs/cluster/00112233445566778899aabbccddeeff/" ID, {R(ECS), ID}},
	{"/ecs/00112233445566778899aabbccddeeff/00112233445566778899aabbccddeeff-1234567",
		{R(ECS), "00112233445566778899aabbccddeeff-1234567"}},
	{"/ecs/" POD, {R(NONE)}},
	{"/nomad.slice/share.slice/" POD ".web.scope", {R(NOMAD), POD ".web"}},
	{"/nomad/" POD ".web", {R(NOMAD), POD ".web"}},
	{"/nomad.slice/docker-" ID ".scope", {R(DOCKER), ID}},
	{"/docker/" ID "/docker/" ID2, {R(DOCKER), ID2, NULL, NULL, ID}},
	{"/docker/" ID "/docker/" ID, {R(DOCKER), ID}},
	{"/docker/" ID "/kubepods/besteffort/pod" POD "/" ID2, {R(UNKNOWN), ID2, POD, NULL, ID}},
	{"/docker/" ID "/machine.slice/libpod-conmon-" ID2 ".scope", {R(DOCKER), ID}},
	{"/../../system.slice/docker-" ID ".scope", {R(DOCKER), ID}},
	{"/" ID, {R(UNKNOWN), ID}},
	{"/firecracker/" POD, {R(UNKNOWN), POD}},
	{"/system.slice/nginx.service", {R(NONE), NULL, NULL, "nginx.service"}},
	{"/system.slice/system-postgresql.slice/postgresql@15-main.service", {R(NONE), NULL, NULL, "postgresql@15-main.service"}},
	{"/system.slice/nginx.service/worker", {R(NONE), NULL, NULL, "nginx.service"}},
	{"/user.slice/user-1000.slice/session-2.scope", {R(NONE), NULL, NULL, "session-2.scope"}},
	{USER "/app.slice/emacs.service", {R(NONE), NULL, NULL, "emacs.service"}},
	{USER "/init.scope", {R(NONE), NULL, NULL, "user@1000.service"}},
	{"/init.scope", {R(NONE), NULL, NULL, "init.scope"}},
	{"/user.slice/user-1000.slice", {R(NONE), NULL, NULL, "user-1000.slice"}},
	{"/", {R(NONE)}},
	{"", {R(NONE)}},
	{"/podruntime/kubelet", {R(NONE)}},
	{"/docker", {R(NONE)}},
	{"/docker/", {R(NONE)}},
	{"/docker//", {R(NONE)}},
	/* names that are like a container's and are none's */
	{"/system.slice/docker-web.scope", {R(NONE), NULL, NULL, "docker-web.scope"}},
	{"/system.slice/docker-" ID "0.scope", {R(NONE), NULL, NULL, "docker-" ID "0.scope"}},
	{"/system.slice/docker-" ID ".service", {R(NONE), NULL, NULL, "docker-" ID ".service"}},
	{"/podman", {R(NONE)}},
	{"/podcast/x", {R(NONE)}},
	{USER "/app.slice/vte-spawn-" POD ".scope", {R(NONE), NULL, NULL, "vte-spawn-" POD ".scope"}},
	{"/a\\x2", {R(NONE)}},
	{"/lxc/we\\x2fb", {R(NONE)}}, /* a slash is in no name */
	{"/lxc/\x1b[31m", {R(NONE)}},
	{"/x:cri-containerd:", {R(NONE)}},
	{"/::" ID, {R(NONE)}},
	{"cri-containerd:" ID, {R(NONE)}},
};

static void knows_paths(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		struct cgroup_identity got;

		print_message("%s\n", paths[i].path);
		memset(&got, 0xaa, sizeof(got));
		cgroup_identify_path(span_from(paths[i].path), &got);
		check(&got, &paths[i].want);
	}
}

#define V1(path) "12:pids:" path "\n11:memory:" path "\n3:cpu,cpuacct:" path "\n1:name=systemd:" path "\n"
static const struct {
	const char *text;
	int result;
	struct want want;
} texts[] = {
	{"0::/system.slice/docker-" ID ".scope\n", 0, {R(DOCKER), ID}},
	{V1("/docker/" ID), 0, {R(DOCKER), ID}},
	{V1("/docker/" ID) "0::/system.slice/docker.service\n", 0, {R(DOCKER), ID}},
	/* an exiting task on v1, and on a hybrid host, where v2's line may be an outer cgroup */
	{V1("/"), CGROUP_E_EXITING, {R(NONE)}},
	{V1("/") "0::/\n", CGROUP_E_EXITING, {R(NONE)}},
	{V1("/") "0::/docker/" ID "/system.slice/containerd.service\n", CGROUP_E_EXITING, {R(NONE)}},
	/* v2, and v1 hierarchies that no runtime relies on */
	{"0::/\n", 0, {R(NONE)}},
	{"0::/docker/" ID "\n", 0, {R(DOCKER), ID}},
	{"1:name=systemd:/\n0::/docker/" ID "\n", 0, {R(DOCKER), ID}},
	{"1:net_cls:/\n0::/docker/" ID "\n", 0, {R(DOCKER), ID}},
	{"4:perf_event:/\n2:pids:/docker/" ID "\n", 0, {R(DOCKER), ID}},
	/* whom to believe */
	{"9:cpu:/system.slice/b.service\n1:name=systemd:/system.slice/a.service\n", 0, {R(NONE), NULL, NULL, "a.service"}},
	{"9:cpu:/docker/" ID "\n1:name=systemd:/system.slice/a.service\n", 0, {R(DOCKER), ID}},
	{"9:cpu:/docker/" ID "\n4:pids:/docker/" ID2 "\n", 0, {R(DOCKER), ID2}},
	/* odd lines */
	{"1:name=a:b:/docker/" ID "\n", 0, {R(DOCKER), ID}},
	{"\t5:devices:/docker/" ID "\r\n", 0, {R(DOCKER), ID}},
	{"0::/a:b/docker/" ID, 0, {R(DOCKER), ID}},
	{"junk\n0:\n:\n::/docker/" ID "\n7:x\n", 0, {R(NONE)}},
	{"", 0, {R(NONE)}},
	{"\n\n\n", 0, {R(NONE)}},
};

static void knows_texts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct cgroup_identity got;

		print_message("%s\n", texts[i].text);
		assert_int_equal(cgroup_identify(span_from(texts[i].text), &got), texts[i].result);
		check(&got, &texts[i].want);
	}
}

static void survives_bytes(void **state)
{
	static char text[20000];
	struct cgroup_identity got;

	memset(text, '/', sizeof(text));
	cgroup_identify_path((struct span){text, sizeof(text)}, &got);
	check(&got, &(struct want){0});
	memset(text, 'a', sizeof(text)); /* longer than a file's name can be */
	cgroup_identify_path((struct span){text, sizeof(text)}, &got);
	check(&got, &(struct want){0});
	for (size_t i = 0; i < sizeof(text); i += 2)
		memcpy(text + i, "0:", 2);
	assert_int_equal(cgroup_identify((struct span){text, sizeof(text)}, &got), 0);
	for (size_t i = 0; i + 5 <= sizeof(text); i += 5)
		memcpy(text + i, "0::/\n", 5);
	assert_int_equal(cgroup_identify((struct span){text, sizeof(text)}, &got), 0);
	check(&got, &(struct want){0});
}

/* A unit may be as long as a file's name. */
static void keeps_long_units(void **state)
{
	char path[300] = "/system.slice/";
	struct cgroup_identity got;

	memset(path + 14, 'u', 247);
	strcpy(path + 14 + 247, ".service");
	cgroup_identify_path(span_from(path), &got);
	assert_string_equal(got.unit, path + 14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_paths),
		cmocka_unit_test(knows_texts),
		cmocka_unit_test(survives_bytes),
		cmocka_unit_test(keeps_long_units),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
