/* SPDX-License-Identifier: MIT */
/* cgroup_shapes: what one component of a cgroup path says. Pure; facts in tables.
 * Sources: the cgroup drivers of runc (libcontainer/cgroups), containerd's CRI plugin, CRI-O, Podman, LXC,
 * systemd (machined, nspawn, escapes of unit names), kubelet (cm/cgroup_manager_linux.go), Nomad, ECS and garden. */
#pragma once

#include "seccompwatch/cgroup.h"

enum cgroup_suffix {
	CGROUP_SUFFIX_NONE,
	CGROUP_SUFFIX_SCOPE,
	CGROUP_SUFFIX_SERVICE,
	CGROUP_SUFFIX_SLICE,
};

/* A directory whose children have a meaning. */
struct cgroup_parent;

struct cgroup_component {
	struct span name; /* unescaped */
	struct span stem; /* the name without .scope, .service, .slice */
	enum cgroup_suffix suffix;
	const struct cgroup_parent *parent; /* NULL: none */
	bool first;                         /* on the path */
	bool in_pod;                        /* the component before is a pod's */
};

enum cgroup_kind {
	CGROUP_KIND_OTHER,
	CGROUP_KIND_CONTAINER,
	CGROUP_KIND_OUTSIDE, /* named after a container, or a machine, but a monitor beside it: no container */
};

struct cgroup_match {
	enum cgroup_kind kind;
	enum event_runtime runtime;
	struct span id; /* within the component's name */
};

struct cgroup_match cgroup_shapes_match(const struct cgroup_component *c);
/* What its children are; `before` is what held until now (some reach deeper than one level). */
const struct cgroup_parent *cgroup_shapes_parent(const struct cgroup_component *c, const struct cgroup_parent *before);
/* The pod that a component names, empty when none. `kube`: the path has already shown that it is the kubelet's. */
struct span cgroup_shapes_pod(const struct cgroup_component *c, bool kube);
/* A component that only the kubelet makes (kubepods…). */
bool cgroup_shapes_is_kube(const struct cgroup_component *c);
bool cgroup_shapes_is_uuid(struct span s); /* with - or _ */
