/* SPDX-License-Identifier: MIT */
#include "lives.h"

#define BUCKETS 8192 /* a power of two: pids are dealt out in turn, so they spread by themselves */

struct list {
	struct life *oldest, *newest;
};

struct lives {
	struct identities *identities;
	struct list living, ended;
	size_t memory, n, bytes;
	uint64_t evicted;
	struct lives_doubt doubt;
	int64_t doubt_until; /* of lives_doubt_ended */
	struct life *buckets[BUCKETS];
};

static struct life **bucket(struct lives *l, int32_t pid)
{
	return &l->buckets[(uint32_t)pid % BUCKETS];
}

static struct list *list_of(struct lives *l, const struct life *life)
{
	return life->ended == LIVES_NEVER ? &l->living : &l->ended;
}

static void append(struct list *list, struct life *life)
{
	life->older = list->newest;
	life->newer = NULL;
	if (list->newest)
		list->newest->newer = life;
	else
		list->oldest = life;
	list->newest = life;
}

static void unlink_life(struct list *list, struct life *life)
{
	*(life->older ? &life->older->newer : &list->oldest) = life->newer;
	*(life->newer ? &life->newer->older : &list->newest) = life->older;
}

static size_t command_bytes(const struct life *life)
{
	return life->command ? strlen(life->command) + 1 : 0;
}

/* Back to a process of which only the pid is known. */
static void clear(struct lives *l, struct life *life, int64_t time)
{
	lives_set_command(l, life, NULL);
	identity_put(l->identities, life->identity);
	life->identity = NULL;
	life->parent = 0;
	life->exit_code = -1;
	life->born = life->stale = life->own = life->sealed = life->inherited = false;
	life->since = life->seen = time;
	life->exec = life->read = life->ended = life->changed = LIVES_NEVER;
	memset(life->comm, 0, sizeof(life->comm));
}

static void drop(struct lives *l, struct life *life)
{
	struct life **at = bucket(l, life->pid);

	while (*at != life)
		at = &(*at)->next;
	*at = life->next;
	unlink_life(list_of(l, life), life);
	lives_set_command(l, life, NULL);
	identity_put(l->identities, life->identity);
	l->bytes -= sizeof(*life);
	l->n--;
	free(life);
}

int lives_new(size_t memory, struct lives **ret)
{
	CLEANUP(lives_free_p) struct lives *l = calloc(1, sizeof(*l));
	int r;

	if (!l)
		return -ENOMEM;
	r = identities_new(&l->identities);
	if (r < 0)
		return r;
	l->memory = memory ? memory : LIVES_MEMORY;
	l->doubt = (struct lives_doubt){LIVES_NEVER, LIVES_NEVER};
	l->doubt_until = LIVES_NEVER;
	*ret = TAKE(l);
	return 0;
}

void lives_free(struct lives *l)
{
	if (!l)
		return;
	while (l->living.oldest)
		drop(l, l->living.oldest);
	while (l->ended.oldest)
		drop(l, l->ended.oldest);
	identities_free(l->identities);
	free(l);
}

struct identities *lives_identities(struct lives *l)
{
	return l->identities;
}

static size_t bytes(const struct lives *l)
{
	return sizeof(*l) + l->bytes + identities_bytes(l->identities);
}

struct lives_stats lives_stats(const struct lives *l)
{
	return (struct lives_stats){l->n, bytes(l), l->evicted};
}

void lives_set_doubt(struct lives *l, const struct lives_doubt *doubt)
{
	l->doubt = *doubt;
}

/* Those that have ended go first, the oldest before the younger; `keep` stays. */
static void make_room(struct lives *l, const struct life *keep)
{
	while (bytes(l) > l->memory) {
		struct life *oldest = l->ended.oldest ? l->ended.oldest : l->living.oldest;

		if (oldest == keep)
			oldest = oldest->newer ? oldest->newer : oldest == l->ended.oldest ? l->living.oldest : NULL;
		if (!oldest)
			return;
		drop(l, oldest);
		l->evicted++;
	}
}

static struct life *add(struct lives *l, int32_t pid, int64_t time)
{
	struct life *life = calloc(1, sizeof(*life));

	if (!life)
		return NULL;
	life->pid = pid;
	life->next = *bucket(l, pid);
	*bucket(l, pid) = life;
	clear(l, life, time);
	append(&l->living, life);
	l->bytes += sizeof(*life);
	l->n++;
	make_room(l, life);
	return life;
}

/* The pid is another process's from now on. */
static void begin_anew(struct lives *l, struct life *life, int64_t time)
{
	unlink_life(list_of(l, life), life);
	clear(l, life, time);
	append(&l->living, life);
}

struct life *lives_find(struct lives *l, int32_t pid)
{
	struct life *life = *bucket(l, pid);

	while (life && life->pid != pid)
		life = life->next;
	return life;
}

struct life *lives_meet(struct lives *l, int32_t pid, int64_t time)
{
	struct life *life = lives_find(l, pid);

	if (!life)
		return add(l, pid, time);
	if (life->ended != LIVES_NEVER && life->ended < time)
		begin_anew(l, life, time);
	/* Its end and another's birth may be among the lost. */
	life->stale = life->stale || life->seen <= l->doubt.events;
	life->seen = MAX(life->seen, time);
	return life;
}

static void inherit(struct life *child, const struct life *parent)
{
	child->identity = identity_ref(parent->identity);
	child->read = parent->read;
	child->sealed = parent->sealed;
	child->inherited = true;
}

struct life *lives_fork(struct lives *l, int32_t parent, int32_t pid, int64_t time)
{
	struct life *child = lives_find(l, pid);
	const struct life *p;

	/* Known from later events: only its beginning is news. */
	if (child && !child->born && child->since >= time) {
		child->since = time;
		child->born = true;
		child->parent = parent;
		return child->own ? NULL : child;
	}
	if (child && child->born && child->since >= time)
		return NULL;
	if (child)
		begin_anew(l, child, time);
	else
		child = add(l, pid, time);
	if (!child)
		return NULL;
	child->born = true;
	child->parent = parent;
	p = lives_find(l, parent);
	if (!p)
		return child;
	memcpy(child->comm, p->comm, sizeof(child->comm));
	if (p->inherited && p->changed < time && lives_is_sure(l, p))
		inherit(child, p);
	return child;
}

struct life *lives_exec(struct lives *l, int32_t pid, int64_t time)
{
	struct life *life = lives_meet(l, pid, time);

	if (!life || time < life->since)
		return life;
	life->exec = MAX(life->exec, time);
	memset(life->comm, 0, sizeof(life->comm));
	return life;
}

struct life *lives_comm(struct lives *l, int32_t pid, int64_t time, const char comm[static LIVES_COMM_MAX])
{
	struct life *life = lives_meet(l, pid, time);

	if (life)
		memcpy(life->comm, comm, LIVES_COMM_MAX);
	return life;
}

void lives_exit(struct lives *l, int32_t pid, int64_t time, int32_t code)
{
	struct life *life = lives_find(l, pid);

	if (!life || time < life->since || life->ended != LIVES_NEVER)
		return;
	unlink_life(&l->living, life);
	life->ended = time;
	life->exit_code = code;
	life->stale = life->stale || (!life->sealed && time <= l->doubt_until);
	append(&l->ended, life);
}

void lives_set_identity(struct lives *l, struct life *life, const struct lives_read *read)
{
	if (life->identity && life->identity != read->identity)
		life->changed = read->valid;
	identity_put(l->identities, life->identity);
	life->identity = read->identity;
	life->read = read->time;
	life->seen = MAX(life->seen, read->time);
	life->own = true;
	life->stale = false;
	life->sealed = read->sealed;
	life->inherited = read->inherited;
	make_room(l, life);
}

void lives_doubt_it(struct lives *l, int32_t pid)
{
	struct life *life = lives_find(l, pid);

	if (life)
		life->stale = true;
}

void lives_doubt_ended(struct lives *l, int64_t from, int64_t until)
{
	for (struct life *life = l->ended.newest; life && life->ended >= from; life = life->older)
		life->stale = life->stale || !life->sealed;
	l->doubt_until = until;
}

void lives_set_command(struct lives *l, struct life *life, char *command)
{
	l->bytes -= command_bytes(life);
	free(life->command);
	life->command = command;
	l->bytes += command_bytes(life);
	if (command)
		make_room(l, life);
}

void lives_expire(struct lives *l, int64_t time)
{
	while (l->ended.oldest && l->ended.oldest->ended < time)
		drop(l, l->ended.oldest);
}

bool lives_covers(const struct life *life, int64_t time, int64_t slack)
{
	return life->since - 5 * slack <= time && (life->changed == LIVES_NEVER || life->changed - slack <= time) &&
	       (life->ended == LIVES_NEVER || time <= life->ended + 5 * slack);
}

bool lives_is_sure(const struct lives *l, const struct life *life)
{
	if (!life->identity || life->stale || life->seen <= l->doubt.events)
		return false;
	return life->sealed || life->read > l->doubt.moves;
}
