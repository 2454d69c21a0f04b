/* SPDX-License-Identifier: MIT */
#include "story.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define FOLLOWED   512 /* processes that are followed to their end: a power of two */
#define FIRSTS     1024 /* containers' first programs; of more, the ends are the engines' alone to tell */
#define ORIGINS    256 /* a second: reading a long list of mappings takes a while */
#define CALLS      1024 /* (process, address) pairs that were asked about: a power of two */
#define FOLLOW_MS  INT64_C(86400000)
#define ASK_MS     1000 /* of one process's records only one so often asks for names */

/* A process that violated. Direct-mapped by pid: a collision gives the older one up. */
struct followed {
	int32_t pid; /* 0: free */
	int64_t time; /* of its first violation: with the pid, which process it is */
	int64_t id, started;
	int64_t named; /* the record's time when names were asked for */
	uint32_t uid;  /* for this one */
	bool done; /* there is nothing more to learn of it */
	bool asked; /* how its container ended */
	bool in_container;
	enum event_runtime runtime;
	char cid[NAMING_CID_MAX];
};

/* A container's first program, whether it ever violates or not. */
struct first {
	int32_t pid; /* 0: free */
	int64_t time;        /* it had the pid then */
	int64_t id, started; /* as the process table has it, once told */
	bool told;
	enum event_runtime runtime;
	char cid[NAMING_CID_MAX];
};

struct story {
	struct process_table *processes;
	struct naming *naming;
	struct followed followed[FOLLOWED];
	struct first firsts[FIRSTS];
	size_t n_followed, n_firsts;
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
	f->id = life.id;
	f->started = life.started;
	f->done = add_process(b, f, &life) == 0 && life.ended != CLOCK_NONE;
}

/* Which code made the call, once for each place in each process, for processes that go on. */
static void locate(struct story *s, const struct event *ev)
{
	uint64_t call[2] = {(uint64_t)ev->pid, ev->ip}, hash = base_hash(call, sizeof(call));
	struct naming_question question = NAMING_QUESTION(NAMING_CODE);
	struct span exe = event_span(ev, ev->exe);

	if (!s->naming || !ev->has_ip || !ev->has_serial || ev->action == EVENT_ACTION_KILL_PROCESS ||
		s->calls[hash % CALLS] == hash || exe.len >= sizeof(question.exe))
		return;
	if (ev->time / 1000 != s->second)
		s->origins = 0;
	s->second = ev->time / 1000;
	if (s->origins++ >= ORIGINS)
		return;
	question.pid = ev->pid;
	question.time = ev->time;
	question.serial = ev->serial;
	question.address = ev->ip;
	memcpy(question.exe, exe.data, exe.len);
	if (naming_ask(s->naming, &question))
		s->calls[hash % CALLS] = hash;
}

static bool copy_id(const struct event *ev, struct event_text text, char ret[static NAMING_CID_MAX])
{
	struct span id = event_span(ev, text);

	if (!event_has(text) || id.len == 0 || id.len >= NAMING_CID_MAX)
		return false;
	memcpy(ret, id.data, id.len);
	return true;
}

static void ask_names(struct story *s, const struct event *ev)
{
	struct naming_question question = NAMING_QUESTION(NAMING_CONTAINER);

	question.runtime = ev->runtime;
	question.owner = ev->uid;
	question.pid = ev->pid;
	(void)copy_id(ev, ev->outer_id, question.outer);
	if (copy_id(ev, ev->container_id, question.cid))
		(void)naming_ask(s->naming, &question);
	question.kind = NAMING_USER;
	if (ev->uid != EVENT_UNSET && (question.cid[0] || ev->runtime == EVENT_RUNTIME_NONE))
		(void)naming_ask(s->naming, &question);
}

/* A storm's records are all of few processes. */
static void ask_names_now_and_then(struct story *s, const struct event *ev)
{
	struct followed *f = &s->followed[(uint32_t)ev->pid % FOLLOWED];

	if (!s->naming || (f->pid == ev->pid && f->uid == ev->uid && ev->time >= f->named && ev->time - f->named < ASK_MS))
		return;
	ask_names(s, ev);
	f->named = ev->time;
	f->uid = ev->uid;
}

/* The engine knows a moment later how the container ended, if that was its end. killed: when its first program was ended
 * by SIGKILL, CLOCK_NONE when it was not. */
static void ask_end(struct story *s, enum event_runtime runtime, const char *cid, int32_t pid, int64_t killed)
{
	static const int64_t delays[] = {300, 2000, 15000}; /* a busy engine takes its time */
	struct naming_question question = NAMING_QUESTION(NAMING_CONTAINER);

	question.runtime = runtime;
	question.pid = killed == CLOCK_NONE ? 0 : pid;
	question.time = killed;
	snprintf(question.cid, sizeof(question.cid), "%s", cid);
	for (size_t i = 0; s->naming && i < ARRAY_SIZE(delays); i++)
		naming_ask_later(s->naming, &question, delays[i]);
}

static void ask_state(struct story *s, struct followed *f)
{
	if (!f->in_container || f->asked)
		return;
	f->asked = true;
	ask_end(s, f->runtime, f->cid, 0, CLOCK_NONE);
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
	follow(s, ev, b);
	ask_names_now_and_then(s, ev);
	ask_after_kill(s, ev);
	locate(s, ev);
}

static bool update_end(struct story *s, struct followed *f, struct batch *b)
{
	struct process_life life = {.started = f->started};

	if (f->pid == 0 || f->done || !process_table_end(s->processes, f->pid, f->id, &life.ended, &life.status))
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

/* ---- containers' first programs ------------------------------------------------------------------------------------ */

static void add_life(struct batch *b, const struct first *f, int64_t ended, int status)
{
	struct batch_container container = {.cid = f->cid, .runtime = f->runtime, .has_life = true, .started = f->started,
		.ended = ended, .status = status};

	(void)batch_add_container(b, &container);
}

static struct first *free_first(struct story *s)
{
	for (size_t i = 0; i < FIRSTS && s->n_firsts < FIRSTS; i++)
		if (s->firsts[i].pid == 0)
			return &s->firsts[i];
	return NULL;
}

void story_container(struct story *s, const struct process_container *c)
{
	struct first *f = c->init && *c->id && strlen(c->id) < sizeof(f->cid) ? free_first(s) : NULL;

	if (!f)
		return;
	s->n_firsts++;
	*f = (struct first){.pid = c->pid, .time = clock_now(), .runtime = c->runtime};
	memcpy(f->cid, c->id, strlen(c->id));
}

static void forget_first(struct story *s, struct first *f)
{
	s->n_firsts--;
	f->pid = 0;
}

/* The process table may not be asked while it is the one that tells, so it is done here. */
static bool tell_start(struct story *s, struct first *f, struct batch *b)
{
	struct process_life life;

	if (f->pid == 0 || f->told)
		return false;
	if (process_table_life(s->processes, f->pid, f->time, &life) < 0) {
		forget_first(s, f);
		return false;
	}
	f->told = true;
	f->id = life.id;
	f->started = life.started;
	add_life(b, f, CLOCK_NONE, 0);
	return true;
}

static bool update_first(struct story *s, struct first *f, struct batch *b)
{
	bool told = tell_start(s, f, b);
	int64_t ended;
	int status;

	if (f->pid == 0 || !process_table_end(s->processes, f->pid, f->id, &ended, &status))
		return told;
	add_life(b, f, ended, status);
	ask_end(s, f->runtime, f->cid, f->pid, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? ended : CLOCK_NONE);
	forget_first(s, f);
	return true;
}

static bool update_firsts(struct story *s, struct batch *b)
{
	bool any = false;

	for (size_t i = 0; i < FIRSTS && s->n_firsts > 0; i++)
		any |= update_first(s, &s->firsts[i], b);
	return any;
}

/* ---- what naming found ----------------------------------------------------------------------------------------------- */

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

static void add_container(struct batch *b, const struct naming_answer *answer)
{
	const struct container_info *info = &answer->info;
	struct batch_container container = {
		.cid = answer->question.cid,
		.runtime = info->runtime,
		.name = info->name,
		.image = info->image,
		.pod = info->pod,
		.namespace = info->namespace,
		.pod_uid = info->pod_uid,
		.outer = or_null(answer->question.outer),
		.has_spec = info->has_spec,
		.profile = info->profile,
		.has_state = info->has_state,
		.has_oom = answer->has_oom,
		.oom_killed = answer->oom_killed,
		.exit_code = info->exit_code,
		.restarts = info->restarts,
		.labels = info->labels,
		.caps = info->caps,
	};

	if (container.runtime == EVENT_RUNTIME_NONE)
		container.runtime = answer->question.runtime;
	(void)batch_add_container(b, &container);
}

static void add_user(struct batch *b, const struct naming_answer *answer)
{
	struct batch_account account = {
		.cid = or_null(answer->question.cid),
		.uid = answer->question.owner,
		.name = or_null(answer->user.name),
		.has_inner = answer->user.has_inside,
		.inner_uid = answer->user.inside,
		.inner_name = or_null(answer->user.inside_name),
	};

	(void)batch_add_account(b, &account);
}

static void add_origin(struct batch *b, const struct naming_answer *answer)
{
	struct batch_origin origin = {
		.time = answer->question.time,
		.serial = answer->question.serial,
		.module = answer->place.module,
		.offset = answer->place.offset,
		.symbol = or_null(answer->place.symbol),
	};

	(void)batch_add_origin(b, &origin);
}

static bool update_names(struct story *s, struct batch *b)
{
	static void (*const add[])(struct batch *b, const struct naming_answer *answer) = {add_container, add_user, add_origin};
	struct naming_answer answer;
	bool any = false;

	_Static_assert(ARRAY_SIZE(add) == NAMING_KIND_N, "a place for each kind");
	while (s->naming && naming_take(s->naming, &answer)) {
		add[answer.question.kind](b, &answer);
		container_info_free(&answer.info);
		any = true;
	}
	return any;
}

bool story_update(struct story *s, struct batch *b)
{
	bool ends = update_ends(s, b), firsts = update_firsts(s, b), names = update_names(s, b);

	return ends || firsts || names;
}
