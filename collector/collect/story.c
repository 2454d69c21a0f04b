/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <stdio.h>
#include <string.h>

#define FOLLOWED   512 /* processes that are followed to their end: a power of two */
#define ORIGINS    256 /* a second: reading a long list of mappings takes a while */
#define CALLS      1024 /* (process, address) pairs that were asked about: a power of two */
#define FOLLOW_MS  INT64_C(86400000)

/* A process that violated. Direct-mapped by pid: a collision gives the older one up. */
struct followed {
	int32_t pid; /* 0: free */
	int64_t time; /* of its first violation: with the pid, which process it is */
	int64_t started;
	bool done; /* there is nothing more to learn of it */
	bool asked; /* how its container ended */
	bool in_container;
	enum event_runtime runtime;
	char cid[NAMING_CID_MAX];
};

struct story {
	struct process_table *processes;
	struct naming *naming;
	struct followed followed[FOLLOWED];
	size_t n_followed;
	uint64_t calls[CALLS];
	int64_t second; /* in which `origins` were read */
	unsigned origins;
};

int story_new(struct story **ret, struct process_table *processes, struct naming *naming)
{
	struct story *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->processes = processes;
	s->naming = naming;
	*ret = s;
	return 0;
}

void story_free(struct story *s)
{
	free(s);
}

static int add_process(struct batch *b, const struct followed *f, const struct process_life *life)
{
	struct batch_process process = {
		.pid = f->pid,
		.started = f->started,
		.ended = life->ended,
		.has_status = life->ended != CLOCK_NONE,
		.status = life->status,
		.threads = life->threads,
		.cid = f->in_container ? f->cid : NULL,
		.cmdline = span_from(life->command),
		.parents = life->parents[0] ? life->parents : NULL,
	};

	return batch_add_process(b, &process);
}

static void unfollow(struct story *s, struct followed *f)
{
	s->n_followed -= f->pid != 0;
	*f = (struct followed){0};
}

static void copy_cid(const struct event *ev, struct followed *f)
{
	struct span cid = event_span(ev, ev->container_id);

	f->in_container = event_has(ev->container_id) && cid.len > 0 && cid.len < sizeof(f->cid);
	if (f->in_container)
		memcpy(f->cid, cid.data, cid.len);
}

/* The first violation of a process: what it is goes to the batch, and it is followed to its end. */
static void follow(struct story *s, const struct event *ev, struct batch *b)
{
	struct followed *f = &s->followed[(uint32_t)ev->pid % FOLLOWED];
	struct process_life life;

	if (f->pid == ev->pid && ev->time - f->time < FOLLOW_MS)
		return;
	unfollow(s, f);
	f->pid = ev->pid;
	f->time = ev->time;
	f->runtime = ev->runtime;
	copy_cid(ev, f);
	s->n_followed++;
	/* Gone, and nothing is known of it: it keeps its place, so that it is not asked about at each record. */
	f->done = process_table_life(s->processes, ev->pid, ev->time, &life) < 0;
	if (f->done)
		return;
	f->started = life.started;
	f->done = add_process(b, f, &life) == 0 && life.ended != CLOCK_NONE;
}

/* Which code made the call, once for each place in each process, for processes that go on. */
static void locate(struct story *s, const struct event *ev, struct batch *b)
{
	uint64_t call[2] = {(uint64_t)ev->pid, ev->ip}, hash = base_hash(call, sizeof(call));
	char module[PROCESS_TEXT_MAX];
	struct batch_origin origin = {.time = ev->time, .serial = ev->serial, .module = module};

	if (!ev->has_ip || !ev->has_serial || event_outcome_of(ev->action) == EVENT_OUTCOME_KILLED ||
		s->calls[hash % CALLS] == hash)
		return;
	if (ev->time / 1000 != s->second)
		s->origins = 0;
	s->second = ev->time / 1000;
	if (s->origins++ >= ORIGINS)
		return;
	s->calls[hash % CALLS] = hash;
	if (process_origin(s->processes, ev->pid, ev->ip, module, &origin.offset) == 0)
		(void)batch_add_origin(b, &origin);
}

static void ask_name(struct story *s, const struct event *ev)
{
	struct span cid = event_span(ev, ev->container_id);
	struct naming_question question = {.runtime = ev->runtime, .owner = ev->uid, .pid = ev->pid};

	if (!s->naming || !event_has(ev->container_id) || cid.len >= sizeof(question.cid))
		return;
	memcpy(question.cid, cid.data, cid.len);
	naming_ask(s->naming, &question);
}

/* The engine knows a moment later how the container ended, if that was its end. */
static void ask_state(struct story *s, struct followed *f)
{
	static const int64_t delays[] = {300, 2000, 15000}; /* a busy engine takes its time */
	struct naming_question question = {.runtime = f->runtime, .owner = EVENT_UNSET};

	if (!s->naming || !f->in_container || f->asked)
		return;
	f->asked = true;
	memcpy(question.cid, f->cid, sizeof(question.cid));
	for (size_t i = 0; i < ARRAY_SIZE(delays); i++)
		naming_ask_later(s->naming, &question, delays[i]);
}

/* A kill is an end whether or not the process's exit is seen: under a storm of forks it may not be. */
static void ask_after_kill(struct story *s, const struct event *ev)
{
	struct followed *f = &s->followed[(uint32_t)ev->pid % FOLLOWED];

	if (f->pid == ev->pid && ev->action != EVENT_ACTION_KILL_THREAD &&
		event_outcome_of(ev->action) == EVENT_OUTCOME_KILLED)
		ask_state(s, f);
}

void story_violation(struct story *s, const struct event *ev, struct batch *b)
{
	ask_name(s, ev);
	follow(s, ev, b);
	ask_after_kill(s, ev);
	locate(s, ev, b);
}

static bool update_end(struct story *s, struct followed *f, struct batch *b)
{
	struct process_life life = {.started = f->started};

	if (f->pid == 0 || f->done || !process_table_end(s->processes, f->pid, f->time, &life.ended, &life.status))
		return false;
	f->done = true;
	ask_state(s, f);
	return add_process(b, f, &life) == 0;
}

static bool update_ends(struct story *s, struct batch *b)
{
	bool any = false;

	for (size_t i = 0; i < FOLLOWED && s->n_followed > 0; i++)
		any |= update_end(s, &s->followed[i], b);
	return any;
}

static void add_container(struct batch *b, const struct naming_answer *answer)
{
	const struct container_info *info = &answer->info;
	struct batch_container container = {
		.cid = answer->cid,
		.runtime = info->runtime,
		.name = info->name,
		.image = info->image,
		.pod = info->pod,
		.namespace = info->namespace,
		.pod_uid = info->pod_uid,
		.has_spec = info->has_spec,
		.profile = info->profile,
		.has_state = info->has_state,
		.oom_killed = info->oom_killed,
		.exit_code = info->exit_code,
		.restarts = info->restarts,
	};

	(void)batch_add_container(b, &container);
}

static bool update_names(struct story *s, struct batch *b)
{
	struct naming_answer answer;
	bool any = false;

	while (s->naming && naming_take(s->naming, &answer)) {
		add_container(b, &answer);
		container_info_free(&answer.info);
		any = true;
	}
	return any;
}

bool story_update(struct story *s, struct batch *b)
{
	bool ends = update_ends(s, b), names = update_names(s, b);

	return ends || names;
}
