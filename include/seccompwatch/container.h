/* SPDX-License-Identifier: MIT */
/* container: what the files that container engines leave say about one container: its names, the profile that was
 * applied, how it ended. No engine's socket is asked, no file is held open (a held file makes containerd's cleanup
 * fail with EBUSY), and nothing in the files is trusted: sizes are bounded, links are not followed below an engine's
 * own folder, only regular files are read.
 * Sources: OCI runtime-spec config.md; containerd and CRI-O annotations (pkg/cri/annotations, internal/annotations);
 * moby container/container.go (config.v2.json); containers/storage containers.json. */
#pragma once

#include "event.h"
#include "users.h"

struct container_request {
	const char *root; /* put before every path, for tests; "" otherwise */
	const char *cid;  /* [A-Za-z0-9._-]+, not starting with '.' */
	enum event_runtime runtime; /* as the cgroup's path told: which folders come first */
	uint32_t owner;             /* rootless: whose home to look in; EVENT_UNSET: root's alone */
	int32_t pid;                /* a process of the container, whose monitor knows the bundle; 0: none */
	const char *folder;         /* an earlier answer's; NULL: none. Without the specification it says where to look */
};

/* All texts are raw bytes as the files have them (JSON strings: UTF-8), NULL when not said. */
struct container_info {
	enum event_runtime runtime;
	char *name, *image, *pod, *namespace, *pod_uid;
	bool has_spec;   /* the OCI config.json was found: `profile` is the truth */
	char *profile;   /* linux.seccomp, compact JSON; NULL with has_spec: it runs unconfined */
	char *caps;      /* the bounding set: names separated by commas, or "none" */
	char *folder;    /* where the engine keeps what it knows of its containers, when that was found */
	char *labels;    /* those worth showing: a JSON object of texts, escaped as the event contract says */
	char *root;      /* the folder that is its root */
	struct users_map users; /* its own numbers for users, as the specification has them; n 0: not said */
	bool running;
	bool has_state;  /* it has ended, and what follows is known (Docker's config.v2.json) */
	bool oom_killed; /* the kernel killed one of its processes for lack of memory, as the engine says */
	int exit_code, restarts;
};
#define CONTAINER_INFO_EMPTY ((struct container_info){.runtime = EVENT_RUNTIME_NONE})
void container_info_free(struct container_info *info);
#define CLEANUP_CONTAINER_INFO CLEANUP(container_info_free)

/* Each container whose name is `word` or whose id begins with it, as far as engines' files on this host tell, running or
 * not; `root` as above. fn: non-zero ends the search and is returned. A container can come twice. */
typedef int (*container_match_fn)(void *data, enum event_runtime runtime, const char *cid, const char *name);
int container_search(const char *root, struct span word, container_match_fn fn, void *data);

/* Whether the process is in that container now; `root` as above. */
bool container_holds(const char *root, const char *cid, int32_t pid);

/* 0 when anything was found; -ENOENT when nothing was; -EINVAL for an id that is none; -ENOMEM. */
int container_read(const struct container_request *request, struct container_info *ret);
