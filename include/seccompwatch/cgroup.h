/* SPDX-License-Identifier: MIT */
/* cgroup: what a /proc/PID/cgroup text says about who a process belongs to. Pure; a table of shapes.
 * Who may make cgroups (root in a container that holds its own, a user in his session) may name them like a
 * container: the id is what the path says, and `outer` and `unit` what stands around it. */
#pragma once

#include "event.h"

#define CGROUP_ID_MAX   256
#define CGROUP_UNIT_MAX 256
#define CGROUP_POD_MAX  80

struct cgroup_identity {
	enum event_runtime runtime;   /* NONE: no container */
	bool v2;                      /* told by v2's line (or by a path alone): a fork can leave that cgroup */
	char id[CGROUP_ID_MAX];       /* "" when none; the innermost container's */
	char pod_uid[CGROUP_POD_MAX]; /* with dashes where it is a UUID; a Podman pod's has 64 digits */
	char unit[CGROUP_UNIT_MAX];   /* the host's systemd unit around it (service, scope, else slice), "" when none */
	char outer[CGROUP_ID_MAX];    /* the id of the container around it, "" when none */
};

/* One path ("/system.slice/docker-….scope"). Always fills *ret; unknown shapes give an empty identity. */
void cgroup_identify_path(struct span path, struct cgroup_identity *ret);
/* A whole /proc/PID/cgroup, v1, v2 or hybrid. CGROUP_E_EXITING: every path is "/" although the text is v1's,
 * which is how an exiting task looks (FACTS §4): says nothing. */
enum {
	CGROUP_E_EXITING = 1
};
int cgroup_identify(struct span text, struct cgroup_identity *ret);
