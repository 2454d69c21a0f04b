/* SPDX-License-Identifier: MIT */
/* Walks a path once, from the host inwards: the last container on it is the process's own. */
#include "cgroup_shapes.h"

#define COMPONENT_MAX 256 /* NAME_MAX and one */

struct walk {
	struct cgroup_identity *identity;
	const struct cgroup_parent *parent;
	struct span unit, slice, manager;
	bool started, kube, in_pod;
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* systemd's \x2d for a dash inside a unit's name. What no file's name can hold is no escape of its. */
static bool escaped(struct span raw, char *ret)
{
	int high, low;

	if (raw.len < 4 || raw.data[0] != '\\' || raw.data[1] != 'x')
		return false;
	high = hex_digit(raw.data[2]);
	low = hex_digit(raw.data[3]);
	if (high < 0 || low < 0)
		return false;
	*ret = (char)(high << 4 | low);
	return *ret != '\0' && *ret != '/';
}

/* What cannot be a file's name is left out (length 0). */
static size_t unescape(struct span raw, char ret[static COMPONENT_MAX])
{
	size_t n = 0;

	if (raw.len >= COMPONENT_MAX || (raw.len > 0 && memchr(raw.data, '\0', raw.len)))
		return 0;
	for (size_t i = 0; i < raw.len; i++) {
		bool escape = escaped(span_from_offset(raw, i), &ret[n]);

		if (!escape)
			ret[n] = raw.data[i];
		n++;
		i += escape ? 3 : 0;
	}
	return n;
}

static void split_suffix(struct cgroup_component *c)
{
	static const struct {
		struct span end;
		enum cgroup_suffix suffix;
	} suffixes[] = {
		{{".scope", 6}, CGROUP_SUFFIX_SCOPE},
		{{".service", 8}, CGROUP_SUFFIX_SERVICE},
		{{".slice", 6}, CGROUP_SUFFIX_SLICE},
	};

	c->stem = c->name;
	c->suffix = CGROUP_SUFFIX_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t len = suffixes[i].end.len;

		if (c->name.len > len && span_equal(span_from_offset(c->name, c->name.len - len), suffixes[i].end)) {
			c->stem.len -= len;
			c->suffix = suffixes[i].suffix;
		}
	}
}

static void copy(char *to, size_t size, struct span s)
{
	size_t len = MIN(s.len, size - 1);

	if (len > 0)
		memcpy(to, s.data, len);
	to[len] = '\0';
}

static void take_pod(struct walk *w, struct span uid)
{
	char *to = w->identity->pod_uid;
	bool is_uuid = cgroup_shapes_is_uuid(uid);

	copy(to, sizeof(w->identity->pod_uid), uid);
	for (; is_uuid && *to; to++)
		if (*to == '_')
			*to = '-';
}

/* The unit is the host's: what stands inside a container is named by the container. */
static void take_unit(struct walk *w, const struct cgroup_component *c, struct span raw)
{
	if (w->identity->id[0])
		return;
	if (c->suffix == CGROUP_SUFFIX_SLICE)
		w->slice = raw;
	else if (c->suffix == CGROUP_SUFFIX_SERVICE && span_starts(c->name, SPAN("user@")))
		w->manager = raw;
	else if (w->manager.len > 0 && span_equal(c->name, SPAN("init.scope")))
		w->unit = w->manager; /* the user manager itself */
	else if (c->suffix != CGROUP_SUFFIX_NONE)
		w->unit = raw;
}

static void take_container(struct walk *w, const struct cgroup_match *m)
{
	struct cgroup_identity *identity = w->identity;

	if (!identity->id[0])
		copy(identity->unit, sizeof(identity->unit), w->unit);
	else if (!span_equal(span_from(identity->id), m->id))
		memcpy(identity->outer, identity->id, sizeof(identity->outer));
	copy(identity->id, sizeof(identity->id), m->id);
	identity->runtime = m->runtime;
}

static void step(struct walk *w, struct span raw)
{
	char name[COMPONENT_MAX];
	struct cgroup_component c = {.parent = w->parent, .first = !w->started, .in_pod = w->in_pod};
	struct cgroup_match match;
	struct span pod;

	c.name = (struct span){name, unescape(raw, name)};
	if (c.name.len == 0)
		return;
	split_suffix(&c);
	w->started = true;
	w->kube = w->kube || cgroup_shapes_is_kube(&c);
	pod = cgroup_shapes_pod(&c, w->kube);
	if (pod.len > 0)
		take_pod(w, pod);
	w->in_pod = pod.len > 0;
	match = cgroup_shapes_match(&c);
	if (match.kind != CGROUP_KIND_CONTAINER || c.suffix == CGROUP_SUFFIX_SERVICE)
		take_unit(w, &c, raw);
	if (match.kind == CGROUP_KIND_CONTAINER)
		take_container(w, &match);
	w->parent = match.kind == CGROUP_KIND_OTHER ? cgroup_shapes_parent(&c, w->parent) : NULL;
}

static bool is_dots(struct span s)
{
	return span_equal(s, SPAN(".")) || span_equal(s, SPAN(".."));
}

/* The kernel adds this to the path of a cgroup that was removed under a process. */
static struct span without_deleted(struct span path)
{
	static const struct span mark = {" (deleted)", 10};

	if (path.len >= mark.len && span_equal(span_from_offset(path, path.len - mark.len), mark))
		path.len -= mark.len;
	return path;
}

void cgroup_identify_path(struct span path, struct cgroup_identity *ret)
{
	struct walk w = {.identity = ret};
	struct span unit;

	ret->runtime = EVENT_RUNTIME_NONE;
	ret->v2 = true;
	ret->id[0] = ret->pod_uid[0] = ret->unit[0] = ret->outer[0] = '\0';
	path = without_deleted(path);
	while (path.len > 0) {
		const char *slash = memchr(path.data, '/', path.len);
		size_t len = slash ? (size_t)(slash - path.data) : path.len;

		if (len > 0 && !is_dots((struct span){path.data, len}))
			step(&w, (struct span){path.data, len});
		path = span_from_offset(path, len + 1);
	}
	if (ret->id[0])
		return;
	unit = w.unit.len > 0 ? w.unit : w.manager.len > 0 ? w.manager : w.slice;
	copy(ret->unit, sizeof(ret->unit), unit);
}
