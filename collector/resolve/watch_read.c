/* SPDX-License-Identifier: MIT */
#include "proc.h"
#include "watch_internal.h"

#define NS_OF_A_MS 1000000

/* Whether its children are where it is. A namespace is looked at once for each container, at an exec: before, the
 * runtime may not have hidden the host's mounts yet. */
static bool is_sealed(struct watch *w, int32_t pid, struct identity *identity, bool at_exec)
{
	uint64_t ns = identity_is_container(identity) ? proc_mount_ns(w->options.proc_fd, pid) : 0;

	if (ns == 0 || ns == w->own_mount_ns)
		return false;
	if (identity->mount_ns == ns)
		return identity->sealed;
	if (!at_exec)
		return false;
	identity->sealed = proc_is_sealed(w->options.proc_fd, pid);
	identity->mount_ns = ns;
	return identity->sealed;
}

static struct identity *read_identity(struct watch *w, int32_t pid, bool *ret_is_new, bool *ret_v2)
{
	char buffer[PROC_CGROUP_MAX];
	struct cgroup_identity c;
	size_t len;

	w->reads++;
	if (proc_read_cgroup(w->options.proc_fd, pid, buffer, &len) < 0 ||
		cgroup_identify((struct span){buffer, len}, &c) != 0)
		return NULL;
	*ret_v2 = c.v2;
	return identity_get(lives_identities(w->lives), &c, ret_is_new);
}

static void read_command(struct watch *w, struct life *life)
{
	char command[LIVES_COMMAND_MAX];
	struct proc_stat stat;

	if (!life->comm[0] && proc_read_stat(w->options.proc_fd, life->pid, &stat) == 0)
		memcpy(life->comm, stat.comm, sizeof(life->comm));
	if (proc_read_command(w->options.proc_fd, life->pid, command, sizeof(command)) == 0)
		lives_set_command(w->lives, life, strdup(command));
}

/* The first program of a container, and again when it was restarted. A runtime's own processes come before it, in the
 * container's cgroup but not yet in its mounts; programs that are put there later come after it. Of what runs already
 * when the watch begins, only what is the first of its pid namespace is surely it. */
static bool has_init(struct watch *w, const struct identity *identity)
{
	const struct life *known = identity->init > 0 ? lives_find(w->lives, identity->init) : NULL;

	return known && known->ended == LIVES_NEVER;
}

static bool is_init(struct watch *w, const struct life *life, struct identity *identity)
{
	uint64_t ns;
	int rank;

	if (has_init(w, identity))
		return false;
	ns = proc_mount_ns(w->options.proc_fd, life->pid);
	if (ns == 0 || ns == w->own_mount_ns)
		return false;
	rank = proc_namespace_pid(w->options.proc_fd, life->pid);
	if (rank != 1 && (rank != 0 || w->seeding))
		return false;
	identity->init = life->pid;
	return true;
}

static void announce(struct watch *w, const struct life *life, struct identity *identity, bool is_new, bool at_exec)
{
	bool init = at_exec && identity_is_container(identity) && is_init(w, life, identity);

	if ((init || (is_new && identity_is_container(identity))) && w->options.container_fn)
		w->options.container_fn(w->options.container_data, identity, life->pid, init);
}

/* What runc made of itself becomes the container's program. It may be dead before it can be looked at. */
void watch_exec(struct watch *w, const struct life *life)
{
	struct identity *identity = life ? life->identity : NULL;

	if (!identity || !identity_is_container(identity) || strcmp(life->comm, "runc:[2:INIT]") != 0 || has_init(w, identity))
		return;
	identity->init = life->pid;
	if (w->options.container_fn)
		w->options.container_fn(w->options.container_data, identity, life->pid, true);
}

void watch_read_life(struct watch *w, struct life *life, int64_t valid, bool at_exec)
{
	bool is_new = false, v2 = true;
	struct lives_read read = {.time = watch_now(CLOCK_MONOTONIC), .valid = valid};

	read.identity = read_identity(w, life->pid, &is_new, &v2);
	if (!read.identity)
		return;
	read.sealed = is_sealed(w, life->pid, read.identity, at_exec);
	/* CLONE_INTO_CGROUP knows v2 alone, and a container that v1 tells is preferred. */
	read.inherited = read.sealed || (!v2 && w->moves && identity_is_container(read.identity));
	lives_set_identity(w->lives, life, &read);
	if (at_exec)
		read_command(w, life);
	announce(w, life, read.identity, is_new, at_exec);
}

void watch_seed(void *data, int32_t pid)
{
	struct watch *w = data;
	struct proc_stat stat;
	struct life *life;
	int64_t since = watch_now(CLOCK_MONOTONIC) - watch_now(CLOCK_BOOTTIME);

	if (proc_read_stat(w->options.proc_fd, pid, &stat) < 0)
		return;
	since += (int64_t)(stat.start * 1000 / (uint64_t)MAX(sysconf(_SC_CLK_TCK), 1)) * NS_OF_A_MS;
	life = lives_meet(w->lives, pid, since);
	if (!life)
		return;
	life->born = true;
	life->parent = stat.parent;
	memcpy(life->comm, stat.comm, sizeof(life->comm));
	watch_read_life(w, life, since, true);
}
