/* SPDX-License-Identifier: MIT */
#include "seccompwatch/explain.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "explain_internal.h"

#define KILL_TO_END_MS 2000
#define SLACK_MS       20 /* start times are coarse */

const char *explain_verdict_name(enum explain_verdict v)
{
	static const char *const names[] = {"killed", "thread_lost", "strict", "denied", "logged", "other_death", "unseen",
		"nothing"};

	_Static_assert(ARRAY_SIZE(names) == EXPLAIN_VERDICT_N, "a name for each verdict");
	return names[v];
}

const char *explain_kind_name(enum explain_kind kind)
{
	static const char *const names[] = {"started", "violation", "ended"};

	_Static_assert(ARRAY_SIZE(names) == EXPLAIN_KIND_N, "a name for each kind");
	return names[kind];
}

void explain_free(struct explain *e)
{
	for (size_t i = 0; i < e->n_steps; i++) {
		free(e->steps[i].text);
	}
	for (size_t i = 0; i < e->n_next; i++)
		free(e->next[i]);
	free(e->steps);
	free(e->next);
	free(e->sentence);
	free(e->about);
	free(e->profile);
	free(e->visible);
	*e = EXPLAIN_EMPTY;
}

/* ---- judging ---------------------------------------------------------------------------------------------------- */

const struct query_row *explain_last_kill(const struct explain_facts *facts)
{
	for (size_t i = facts->n_rows; i > 0; i--)
		if (facts->rows[i - 1].signature->outcome == EVENT_OUTCOME_KILLED)
			return &facts->rows[i - 1];
	return NULL;
}

const struct query_process *explain_process_of(const struct explain_facts *facts, const struct query_row *row)
{
	const struct query_process *found = NULL;

	for (size_t i = 0; i < facts->n_processes; i++) {
		const struct query_process *p = &facts->processes[i];

		/* A start time is known to a hundredth of a second, a record's to a millisecond. */
		if (p->pid == row->pid && p->started <= row->time + SLACK_MS &&
			(p->ended == CLOCK_NONE || p->ended >= row->time - SLACK_MS) &&
			(!found || p->started > found->started))
			found = p;
	}
	return found;
}

/* The end of a process that was known would have been told by then. */
static bool was_watched_after(const struct explain_facts *facts, const struct query_row *kill)
{
	const struct query_status *s = &facts->status;
	int64_t now = s->running ? clock_now() : s->alive;

	return s->processes.told && s->processes.watching && s->since <= kill->time && now > kill->last_time + KILL_TO_END_MS;
}

/* KILL_THREAD ends a process that has one thread; with more it only loses one. */
static bool went_on(const struct explain_facts *facts, const struct query_row *kill)
{
	const struct query_process *p = explain_process_of(facts, kill);

	if (kill->signature->action != EVENT_ACTION_KILL_THREAD || !p)
		return false;
	if (p->ended == CLOCK_NONE)
		return p->threads > 1 || was_watched_after(facts, kill);
	return p->ended > kill->last_time + KILL_TO_END_MS ||
	       (p->has_status && !(WIFSIGNALED(p->status) && WTERMSIG(p->status) == SIGSYS));
}

bool explain_exit_code(const struct query_container *c, int *ret)
{
	if (c && c->has_state)
		*ret = c->exit_code;
	else if (c && c->ended != CLOCK_NONE)
		*ret = WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
	else
		return false;
	return true;
}

static enum explain_verdict judge_quiet(const struct explain_facts *facts)
{
	int code = 0;

	(void)explain_exit_code(facts->container, &code);
	if (code == 128 + SIGSYS)
		return EXPLAIN_UNSEEN;
	if (facts->total > facts->by_outcome[EVENT_OUTCOME_EXECUTED])
		return EXPLAIN_DENIED;
	if (facts->total > 0)
		return EXPLAIN_LOGGED;
	return code > 128 ? EXPLAIN_OTHER_DEATH : EXPLAIN_NOTHING;
}

enum explain_verdict explain_judge(const struct explain_facts *facts)
{
	const struct query_row *kill = explain_last_kill(facts);

	if (!kill)
		return judge_quiet(facts);
	if (kill->signature->mode == EVENT_MODE_STRICT)
		return EXPLAIN_STRICT;
	return went_on(facts, kill) ? EXPLAIN_THREAD_LOST : EXPLAIN_KILLED;
}

/* ---- gathering -------------------------------------------------------------------------------------------------- */

static int take_row(void *data, const struct query_row *row)
{
	struct explain_facts *facts = data;

	facts->rows[facts->n_rows++] = *row;
	return 0;
}

static int take_total(void *data, const struct query_group *group)
{
	struct explain_facts *facts = data;

	for (size_t i = 0; i < EVENT_OUTCOME_N; i++)
		facts->by_outcome[i] += group->by_outcome[i];
	facts->total += group->count;
	if (group->count - group->by_outcome[EVENT_OUTCOME_EXECUTED] > facts->top_count) {
		facts->top_count = group->count - group->by_outcome[EVENT_OUTCOME_EXECUTED];
		snprintf(facts->top_syscall, sizeof(facts->top_syscall), "%s", group->values[0] ? group->values[0] : "?");
	}
	return 0;
}

static int take_process(void *data, const struct query_process *process)
{
	struct explain_facts *facts = data;
	struct query_process *p = &facts->processes[facts->n_processes];

	*p = *process;
	p->cmdline = process->cmdline ? strdup(process->cmdline) : NULL;
	p->parents = process->parents ? strdup(process->parents) : NULL;
	facts->n_processes++;
	return (process->cmdline && !p->cmdline) || (process->parents && !p->parents) ? -ENOMEM : 0;
}

static int gather_profile(struct query *q, struct explain_facts *facts)
{
	CLEANUP_FREE char *sha256 = NULL;
	int r;

	if (facts->request->profile) {
		facts->profile = strdup(facts->request->profile);
		return facts->profile ? 0 : -ENOMEM;
	}
	r = facts->container ? query_profile(q, facts->container, &facts->profile, &sha256) : 0;

	return r == -ENOENT ? 0 : r;
}

static int gather(struct query *q, struct explain_facts *facts)
{
	static const enum query_field by_syscall[] = {QUERY_SYSCALL};
	const struct explain_request *request = facts->request;
	struct query_page page = {.limit = EXPLAIN_ROWS, .ascending = true};
	CLEANUP_FREE char *earlier = NULL;
	int r = query_events(q, request->filter, &page, take_row, facts, &earlier);

	if (r == 0)
		r = query_summary(q, request->filter, by_syscall, 1, 0, take_total, facts);
	if (r == 0 && !facts->container && facts->n_rows > 0)
		facts->container = facts->rows[facts->n_rows - 1].signature->container;
	if (r == 0)
		r = query_processes(q, facts->container, request->pid, EXPLAIN_PROCESSES, take_process, facts);
	if (r == 0)
		r = query_status(q, &facts->status);
	facts->earlier = earlier != NULL;
	return r == 0 ? gather_profile(q, facts) : r;
}

static void facts_free(struct explain_facts **facts)
{
	if (!*facts)
		return;
	for (size_t i = 0; i < (*facts)->n_processes; i++) {
		free((char *)(*facts)->processes[i].cmdline);
		free((char *)(*facts)->processes[i].parents);
	}
	free((*facts)->profile);
	free(*facts);
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

/* Takes over the text, in failure too. */
static int add_step(struct explain *e, int64_t time, enum explain_kind kind, char *text, const struct query_row *row)
{
	struct explain_step *more = text ? reallocarray(e->steps, e->n_steps + 1, sizeof(*more)) : NULL;

	if (!more) {
		free(text);
		return -ENOMEM;
	}
	e->steps = more;
	more += e->n_steps++;
	*more = (struct explain_step){.time = time, .kind = kind, .text = text, .has_row = row};
	if (row)
		more->row = *row;
	return 0;
}

static int add_process(struct explain *e, const struct query_process *process)
{
	int r = add_step(e, process->started, EXPLAIN_STARTED, explain_start_text(process), NULL);

	if (r == 0 && process->ended != CLOCK_NONE)
		r = add_step(e, process->ended, EXPLAIN_ENDED, explain_end_text(process), NULL);
	return r;
}

/* Unless it is one of those that are told anyway. */
static bool is_told(const struct explain_facts *facts, int64_t started)
{
	for (size_t i = 0; i < facts->n_processes; i++)
		if (llabs(facts->processes[i].started - started) <= SLACK_MS)
			return true;
	return false;
}

static int add_first(struct explain *e, const struct explain_facts *facts)
{
	const struct query_container *c = facts->container;
	int r;

	if (!c || c->started == CLOCK_NONE || is_told(facts, c->started))
		return 0;
	r = add_step(e, c->started, EXPLAIN_STARTED, explain_first_text(c, false), NULL);
	if (r == 0 && c->ended != CLOCK_NONE)
		r = add_step(e, c->ended, EXPLAIN_ENDED, explain_first_text(c, true), NULL);
	return r;
}

/* Equal times keep the order of the story: started, violated, ended. */
static int compare_steps(const void *a, const void *b)
{
	const struct explain_step *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

static int add_next(struct explain *e, const char *fmt, const char *what)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	char **more = reallocarray(e->next, e->n_next + 1, sizeof(*more));
	char *line;

	if (!more)
		return -ENOMEM;
	e->next = more;
	text_printf(&t, "seccompwatch %s%s", fmt, what);
	line = text_take(&t);
	if (!line)
		return -ENOMEM;
	e->next[e->n_next++] = line;
	return 0;
}

/* Ids alone are put into command lines: they are the runtimes', of harmless characters. */
static int tell_next(struct explain *e, const struct explain_facts *facts)
{
	int r = 0;

	if (facts->container && facts->total > 0)
		r = add_next(e, "events --container ", facts->container->id);
	if (r == 0 && facts->container && facts->profile && facts->total > facts->by_outcome[EVENT_OUTCOME_EXECUTED])
		r = add_next(e, "suggest --container ", facts->container->id);
	if (r == 0 && (e->verdict == EXPLAIN_NOTHING || e->verdict == EXPLAIN_UNSEEN))
		r = add_next(e, "doctor", "");
	return r;
}

static int tell(struct explain *e, const struct explain_facts *facts)
{
	int r = 0;

	e->verdict = explain_judge(facts);
	e->container = facts->container;
	e->earlier = facts->earlier;
	e->sentence = explain_sentence(facts, e->verdict);
	e->about = explain_about_sentence(facts);
	e->profile = explain_profile_sentence(facts);
	e->visible = explain_visible_sentence(facts);
	if (!e->sentence || !e->about || !e->profile || !e->visible)
		return -ENOMEM;
	for (size_t i = 0; i < facts->n_rows && r == 0; i++)
		r = add_step(e, facts->rows[i].time, EXPLAIN_VIOLATION, explain_row_text(&facts->rows[i]), &facts->rows[i]);
	for (size_t i = 0; i < facts->n_processes && r == 0; i++)
		r = add_process(e, &facts->processes[i]);
	if (r == 0)
		r = add_first(e, facts);
	if (e->n_steps > 1)
		qsort(e->steps, e->n_steps, sizeof(*e->steps), compare_steps);
	return r < 0 ? r : tell_next(e, facts);
}

int explain_make(struct query *q, const struct explain_request *request, struct explain *ret)
{
	CLEANUP_EXPLAIN struct explain e = EXPLAIN_EMPTY;
	CLEANUP(facts_free) struct explain_facts *facts = calloc(1, sizeof(*facts));
	int r;

	if (!facts)
		return -ENOMEM;
	facts->request = request;
	facts->container = request->container;
	r = gather(q, facts);
	if (r == 0)
		r = tell(&e, facts);
	if (r < 0)
		return r;
	*ret = e;
	e = EXPLAIN_EMPTY;
	return 0;
}
