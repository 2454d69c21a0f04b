/* SPDX-License-Identifier: MIT */
#include "cgroup_shapes.h"

#define CONTAINER CGROUP_KIND_CONTAINER
#define OUTSIDE   CGROUP_KIND_OUTSIDE
#define NONE      CGROUP_SUFFIX_NONE
#define SCOPE     CGROUP_SUFFIX_SCOPE
#define SERVICE   CGROUP_SUFFIX_SERVICE
#define R(name)   EVENT_RUNTIME_##name
#define WORD(s)   {(s), sizeof(s) - 1}

typedef bool (*id_fn)(struct span s);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex_digit(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool all_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex_digit(s.data[i]))
			return false;
	return true;
}

static bool is_hex64(struct span s)
{
	return s.len == 64 && all_hex(s);
}

static bool is_hex(struct span s)
{
	return s.len >= 8 && s.len <= 64 && all_hex(s);
}

/* Whether s is like the pattern: x a hex digit, 9 a digit, - a dash or an underscore. */
static bool is_like(struct span s, struct span pattern)
{
	if (s.len != pattern.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];

		if (pattern.data[i] == 'x' ? !is_hex_digit(c) : pattern.data[i] == '9' ? !is_digit(c) : c != '-' && c != '_')
			return false;
	}
	return true;
}

bool cgroup_shapes_is_uuid(struct span s)
{
	return is_like(s, SPAN("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"));
}

/* Cloud Foundry's older ids: a UUID whose last group is short. */
static bool is_garden(struct span s)
{
	return is_like(s, SPAN("xxxxxxxx-xxxx-xxxx-xxxx-xxxx"));
}

/* ECS on Fargate: the task's 32 digits, a dash, a decimal number. */
static bool is_fargate(struct span s)
{
	static const struct span pattern = WORD("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-9999999999");

	return s.len > 33 && s.len <= pattern.len && is_like(s, (struct span){pattern.data, s.len});
}

static bool is_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_letter(s.data[i]) && !is_digit(s.data[i]) && !memchr("._-+@", s.data[i], 5))
			return false;
	return s.len > 0;
}

/* kata_overhead is no sandbox, but where the sandboxes' own processes are. */
static bool is_sandbox(struct span s)
{
	return is_name(s) && !span_equal(s, SPAN("overhead"));
}

static bool is_uuid_or_garden(struct span s)
{
	return cgroup_shapes_is_uuid(s) || is_garden(s);
}

/* A Nomad allocation and its task. */
static bool is_allocation(struct span s)
{
	return s.len > 37 && s.data[36] == '.' && cgroup_shapes_is_uuid((struct span){s.data, 36});
}

/* libvirt numbers its machines: 1234-name. */
static bool is_numbered(struct span s)
{
	return s.len > 2 && is_digit(s.data[0]) && is_name(s);
}

/* Components that begin with a word of their runtime; the first row that fits wins. */
#define ANY_SUFFIX    0xfu
#define BARE_OR_SCOPE (1u << NONE | 1u << SCOPE)
static const struct shape {
	struct span prefix;
	id_fn is_id;
	unsigned suffixes; /* a set of 1 << cgroup_suffix */
	enum cgroup_kind kind;
	enum event_runtime runtime;
} shapes[] = {
	{WORD("crio-conmon-"), is_name, ANY_SUFFIX, OUTSIDE, R(NONE)},
	{WORD("libpod-conmon-"), is_name, ANY_SUFFIX, OUTSIDE, R(NONE)},
	{WORD("lxc.monitor."), is_name, ANY_SUFFIX, OUTSIDE, R(NONE)},
	{WORD("machine-qemu-"), is_name, ANY_SUFFIX, OUTSIDE, R(NONE)},
	{WORD("docker-"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(DOCKER)},
	{WORD("cri-containerd-"), is_hex, BARE_OR_SCOPE, CONTAINER, R(CONTAINERD)},
	{WORD("nerdctl-"), is_name, BARE_OR_SCOPE, CONTAINER, R(CONTAINERD)},
	{WORD("crio-"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(CRIO)},
	{WORD("libpod-payload-"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(PODMAN)},
	{WORD("libpod-"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(PODMAN)},
	{WORD("kata_"), is_sandbox, BARE_OR_SCOPE, CONTAINER, R(UNKNOWN)},
	{WORD("lxc.payload."), is_name, BARE_OR_SCOPE, CONTAINER, R(LXC)},
	{WORD("systemd-nspawn@"), is_name, 1u << SERVICE, CONTAINER, R(NSPAWN)},
	{WORD("machine-lxc-"), is_numbered, 1u << SCOPE, CONTAINER, R(LIBVIRT)},
	{WORD("machine-"), is_name, 1u << SCOPE, CONTAINER, R(NSPAWN)},
};

/* Directories that say whose their children are. */
static const struct cgroup_parent {
	struct span name;
	id_fn is_id;
	unsigned suffixes;
	enum cgroup_kind kind;
	enum event_runtime runtime;
	bool deep; /* not only the children, but what is below them until a container is found */
	bool root; /* only as the first component */
} parents[] = {
	{WORD("docker"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(DOCKER)},
	{WORD("libpod"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(PODMAN)},
	{WORD("containerd"), is_hex64, BARE_OR_SCOPE, CONTAINER, R(CONTAINERD)},
	{WORD("buildkit"), is_name, 1u << NONE, CONTAINER, R(UNKNOWN)},
	{WORD("kata_overhead"), is_name, 1u << NONE, CONTAINER, R(UNKNOWN)},
	{WORD("lxc"), is_name, 1u << NONE, CONTAINER, R(LXC)},
	{WORD("lxc.payload"), is_name, 1u << NONE, CONTAINER, R(LXC)},
	{WORD("lxc.monitor"), is_name, ANY_SUFFIX, OUTSIDE, R(NONE)},
	{WORD("garden"), is_uuid_or_garden, 1u << NONE, CONTAINER, R(GARDEN)},
	{WORD("ecs"), is_hex64, 1u << NONE, CONTAINER, R(ECS), .deep = true},
	{WORD("nomad"), is_allocation, 1u << NONE, CONTAINER, R(NOMAD)},
	{WORD("nomad.slice"), is_name, 1u << SCOPE, CONTAINER, R(NOMAD), .deep = true},
	/* containerd's namespaces, of ctr and nerdctl; other ones cannot be told from any directory */
	{WORD("default"), is_name, 1u << NONE, CONTAINER, R(CONTAINERD), .root = true},
	{WORD("k8s.io"), is_name, 1u << NONE, CONTAINER, R(CONTAINERD), .root = true},
};

/* Whole components that are an id, wherever they stand. */
static const struct {
	id_fn is_id;
	unsigned suffixes;
	enum event_runtime runtime;
} bare[] = {
	{is_hex64, BARE_OR_SCOPE, R(UNKNOWN)},
	{is_fargate, 1u << NONE, R(ECS)},
	{is_garden, 1u << NONE, R(GARDEN)},
};

static bool has_suffix(const struct cgroup_component *c, unsigned suffixes)
{
	return suffixes & 1u << c->suffix;
}

static struct cgroup_match found(const struct shape *shape, struct span id)
{
	if (shape->runtime == R(LIBVIRT)) { /* 1234-name */
		const char *dash = memchr(id.data, '-', id.len);

		id = dash ? span_from_offset(id, (size_t)(dash - id.data) + 1) : id;
	}
	return (struct cgroup_match){shape->kind, shape->runtime, id};
}

static struct cgroup_match match_prefix(const struct cgroup_component *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct span id = span_from_offset(c->stem, shapes[i].prefix.len);

		if (span_starts(c->stem, shapes[i].prefix) && has_suffix(c, shapes[i].suffixes) && shapes[i].is_id(id))
			return found(&shapes[i], id);
	}
	return (struct cgroup_match){0};
}

static size_t last_colon(struct span s)
{
	while (s.len > 0 && s.data[s.len - 1] != ':')
		s.len--;
	return s.len;
}

/* SLICE:PREFIX:ID, which runc's cgroupfs driver makes of a path meant for systemd: the prefixes' words again. */
static struct cgroup_match match_colons(struct span name)
{
	size_t at = last_colon(name), word_at;
	struct span id = span_from_offset(name, at), word;

	if (at == 0)
		return (struct cgroup_match){0};
	word_at = last_colon((struct span){name.data, at - 1});
	word = (struct span){name.data + word_at, at - 1 - word_at};
	for (size_t i = 0; i < ARRAY_SIZE(shapes) && word_at > 0; i++) {
		struct span prefix = {shapes[i].prefix.data, shapes[i].prefix.len - 1};

		if (span_equal(word, prefix) && shapes[i].suffixes & 1u << NONE &&
			shapes[i].is_id(id))
			return found(&shapes[i], id);
	}
	return (struct cgroup_match){0};
}

static struct cgroup_match match_bare(const struct cgroup_component *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(bare); i++)
		if (has_suffix(c, bare[i].suffixes) && bare[i].is_id(c->stem))
			return (struct cgroup_match){CONTAINER, bare[i].runtime, c->stem};
	/* A UUID alone is a container's only where nothing else gets one: an ECS task does. */
	if (cgroup_shapes_is_uuid(c->name) && (c->in_pod || !c->parent))
		return (struct cgroup_match){CONTAINER, R(UNKNOWN), c->name};
	return (struct cgroup_match){0};
}

static struct cgroup_match match_libvirt(const struct cgroup_component *c)
{
	static const struct span end = WORD(".libvirt-lxc");

	if (c->name.len <= end.len || !span_equal(span_from_offset(c->name, c->name.len - end.len), end))
		return (struct cgroup_match){0};
	return (struct cgroup_match){CONTAINER, R(LIBVIRT), {c->name.data, c->name.len - end.len}};
}

static struct cgroup_match match_parent(const struct cgroup_component *c)
{
	const struct cgroup_parent *p = c->parent;

	if (!p || !has_suffix(c, p->suffixes) || !p->is_id(c->stem))
		return (struct cgroup_match){0};
	return (struct cgroup_match){p->kind, p->runtime, c->stem};
}

struct cgroup_match cgroup_shapes_match(const struct cgroup_component *c)
{
	struct cgroup_match m = match_prefix(c);

	/* A parent's name may look like a child's id: /lxc.payload/docker */
	if (m.kind == CGROUP_KIND_OTHER)
		m = match_parent(c);
	if (m.kind == CGROUP_KIND_OTHER)
		m = match_colons(c->name);
	if (m.kind == CGROUP_KIND_OTHER)
		m = match_libvirt(c);
	if (m.kind == CGROUP_KIND_OTHER)
		m = match_bare(c);
	return m;
}

const struct cgroup_parent *cgroup_shapes_parent(const struct cgroup_component *c, const struct cgroup_parent *before)
{
	for (size_t i = 0; i < ARRAY_SIZE(parents); i++)
		if (span_equal(c->name, parents[i].name) && (c->first || !parents[i].root))
			return &parents[i];
	return before && before->deep ? before : NULL;
}

/* Where "kubepods" stands in the name, at its start or after a dash (the kubelet's --cgroup-root is put before
 * it); the offset behind it, or 0. */
static size_t after_kubepods(struct span name)
{
	static const struct span word = WORD("kubepods");

	for (size_t at = 0; at + word.len <= name.len; at++)
		if ((at == 0 || name.data[at - 1] == '-') && span_starts(span_from_offset(name, at), word))
			return at + word.len;
	return 0;
}

bool cgroup_shapes_is_kube(const struct cgroup_component *c)
{
	return after_kubepods(c->name) > 0;
}

/* kubepods[-QOS]-podUID.slice, also before the colons of SLICE:PREFIX:ID. */
static struct span pod_of_slice(struct span name)
{
	static const struct span qos[] = {WORD("-burstable"), WORD("-besteffort"), WORD("-guaranteed")};
	static const struct span end = WORD(".slice");
	struct span rest = span_from_offset(name, after_kubepods(name));

	if (rest.len == name.len)
		return (struct span){0};
	for (size_t i = 0; i < ARRAY_SIZE(qos); i++)
		if (span_starts(rest, qos[i])) {
			rest = span_from_offset(rest, qos[i].len);
			break;
		}
	if (!span_starts(rest, SPAN("-pod")))
		return (struct span){0};
	rest = span_from_offset(rest, 4);
	for (size_t len = 1; len + end.len <= rest.len; len++)
		if (span_starts(span_from_offset(rest, len), end))
			return (struct span){rest.data, len};
	return (struct span){0};
}

/* Podman's pods: [machine-|user-]libpod_pod_ID.slice */
static struct span pod_of_podman(const struct cgroup_component *c)
{
	static const struct span before[] = {WORD(""), WORD("machine-"), WORD("user-")};

	for (size_t i = 0; i < ARRAY_SIZE(before) && c->suffix == CGROUP_SUFFIX_SLICE; i++) {
		struct span rest = span_from_offset(c->stem, before[i].len);

		if (span_starts(c->stem, before[i]) && span_starts(rest, SPAN("libpod_pod_")) &&
			is_hex64(span_from_offset(rest, 11)))
			return span_from_offset(rest, 11);
	}
	return (struct span){0};
}

struct span cgroup_shapes_pod(const struct cgroup_component *c, bool kube)
{
	struct span uid = span_from_offset(c->name, 3);

	/* A static pod's uid is a hash of 32 digits. */
	if (span_starts(c->name, SPAN("pod")) && c->suffix == NONE &&
		(cgroup_shapes_is_uuid(uid) || (uid.len == 32 && all_hex(uid)) || (kube && is_name(uid))))
		return uid;
	uid = pod_of_slice(c->name);
	return uid.len ? uid : pod_of_podman(c);
}
