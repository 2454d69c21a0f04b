/* SPDX-License-Identifier: MIT */
/* The sentences of a story. Names in them are escaped already; nothing here decides anything. */
#include <inttypes.h>
#include <jansson.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/wait.h>

#include "explain_internal.h"
#include "seccompwatch/names.h"

static void add_or(struct text *t, const char *s, const char *otherwise)
{
	text_add_str(t, s ? s : otherwise);
}

static void add_plural(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_printf(t, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static void add_container(struct text *t, const struct query_container *c)
{
	if (!c)
		return;
	text_add_str(t, " in container ");
	if (c->name)
		text_add_str(t, c->name);
	else
		text_printf(t, "%.12s", c->id);
	if (c->image)
		text_printf(t, " (image %s)", c->image);
	if (c->pod)
		text_printf(t, ", pod %s%s%s", c->namespace ? c->namespace : "", c->namespace ? "/" : "", c->pod);
}

/* What was imported may be of any machine. */
static void add_host(struct text *t, const struct query_row *row)
{
	if (row->signature->source != EVENT_SOURCE_NETLINK && row->signature->host)
		text_printf(t, " on %s", row->signature->host);
}

static void add_program(struct text *t, const struct query_row *row)
{
	add_or(t, row->signature->comm, "a process");
	text_add_str(t, " (");
	if (row->signature->exe)
		text_printf(t, "%s, ", row->signature->exe);
	text_printf(t, "pid %d)", row->pid);
}

static void add_syscall(struct text *t, const struct query_signature *s)
{
	if (s->syscall_name)
		text_add_str(t, s->syscall_name);
	else if (s->has_syscall)
		text_printf(t, "syscall %" PRId64, s->syscall);
	else
		text_add_str(t, "a syscall");
	if (s->arch_name && s->compat == 1)
		text_printf(t, " (a 32-bit call, %s)", s->arch_name);
}

static const char *scmp_action(enum event_action action)
{
	static const char *const names[] = {"an action the record does not name", "SCMP_ACT_KILL_PROCESS",
		"SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_LOG",
		"an action the kernel does not know, which kills"};

	_Static_assert(ARRAY_SIZE(names) == EVENT_ACTION_N, "a name for each action");
	return (unsigned)action < ARRAY_SIZE(names) ? names[action] : names[0];
}

void explain_status(struct text *t, int status)
{
	if (WIFEXITED(status)) {
		text_printf(t, "exited with %d", WEXITSTATUS(status));
		if (WEXITSTATUS(status) == 128 + SIGSYS)
			text_add_str(t, " (128 + 31: a child died of SIGSYS)");
		return;
	}
	text_printf(t, "was killed by SIG%s", sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
	text_printf(t, " (a shell or an engine calls that %d)", 128 + WTERMSIG(status));
}

static void add_signal(struct text *t, const struct query_container *c, int signal)
{
	if (signal == SIGSYS)
		text_add_str(t, ", which is 128 + 31 (SIGSYS): seccomp's kill");
	else
		text_printf(t, ", which is 128 + %d (SIG%s)", signal, sigabbrev_np(signal) ? sigabbrev_np(signal) : "?");
	if (signal == SIGKILL && c->oom_killed)
		text_add_str(t, ": the kernel ran out of memory for it and killed it");
	else if (signal == SIGKILL && c->has_oom)
		text_add_str(t, ": somebody sent it, as docker kill, a stop that takes too long or kill -9 do; the kernel did "
				"not run out of memory for it");
}

/* How the container as a whole ended, where its engine or the kernel said so. */
static void add_exit(struct text *t, const struct query_container *c)
{
	int code;

	if (!explain_exit_code(c, &code))
		return;
	text_printf(t, " The container exited with %d", code);
	if (code > 128 && code <= 128 + SIGRTMAX)
		add_signal(t, c, code - 128);
	if (c->restarts > 0) {
		text_add_str(t, "; its engine restarted it ");
		add_plural(t, (uint64_t)c->restarts, "time", "times");
	}
	text_add_char(t, '.');
}

static void add_killed(struct text *t, const struct explain_facts *facts, const struct query_row *row)
{
	add_program(t, row);
	add_container(t, facts->container);
	add_host(t, row);
	text_add_str(t, " was killed by seccomp when it called ");
	add_syscall(t, row->signature);
	text_printf(t, ": the filter in force answers that with %s.", scmp_action(row->signature->action));
	add_exit(t, facts->container);
}

static void add_strict(struct text *t, const struct explain_facts *facts, const struct query_row *row)
{
	add_program(t, row);
	add_container(t, facts->container);
	add_host(t, row);
	text_add_str(t, " was killed when it called ");
	add_syscall(t, row->signature);
	text_add_str(t, ": it was in seccomp's strict mode, which allows read, write, exit and sigreturn and kills with "
			"SIGKILL. The status 137 that leaves looks like running out of memory, but is not.");
}

static void add_thread_lost(struct text *t, const struct explain_facts *facts, const struct query_row *row)
{
	add_program(t, row);
	add_container(t, facts->container);
	add_host(t, row);
	text_add_str(t, " lost a thread: seccomp killed the one that called ");
	add_syscall(t, row->signature);
	text_add_str(t, " (SCMP_ACT_KILL_THREAD), and the process goes on without it. A process that waits for that "
			"thread hangs.");
	add_exit(t, facts->container);
}

static void add_denied(struct text *t, const struct explain_facts *facts)
{
	uint64_t denied = facts->by_outcome[EVENT_OUTCOME_DENIED] + facts->by_outcome[EVENT_OUTCOME_SIGNALLED] +
			  facts->by_outcome[EVENT_OUTCOME_NOTIFIED] + facts->by_outcome[EVENT_OUTCOME_TRACED];

	text_add_str(t, "Nothing was killed");
	add_container(t, facts->container);
	text_add_str(t, "; ");
	add_plural(t, denied, "call was", "calls were");
	text_add_str(t, " not let through");
	if (facts->top_syscall[0])
		text_printf(t, ", most often %s (%" PRIu64 ")", facts->top_syscall, facts->top_count);
	text_add_char(t, '.');
	add_exit(t, facts->container);
}

static void add_logged(struct text *t, const struct explain_facts *facts)
{
	text_add_str(t, "Nothing was killed or denied");
	add_container(t, facts->container);
	text_add_str(t, "; ");
	add_plural(t, facts->by_outcome[EVENT_OUTCOME_EXECUTED], "call was", "calls were");
	text_add_str(t, " logged and executed.");
	add_exit(t, facts->container);
}

static void add_nothing(struct text *t, const struct explain_facts *facts)
{
	text_add_str(t, "No violation was recorded");
	add_container(t, facts->container);
	if (facts->request->pid != EVENT_NO_PID)
		text_printf(t, " for pid %d", facts->request->pid);
	text_add_char(t, '.');
	if (facts->request->unseen && !facts->container->has_state)
		text_add_str(t, " It runs, or its engine's files do not tell how it ended.");
	add_exit(t, facts->container);
}

static void add_other_death(struct text *t, const struct explain_facts *facts)
{
	text_add_str(t, "Seccomp killed nothing");
	add_container(t, facts->container);
	text_add_str(t, " that was seen.");
	add_exit(t, facts->container);
}

static void add_unseen(struct text *t, const struct explain_facts *facts)
{
	text_add_str(t, "A process");
	add_container(t, facts->container);
	text_add_str(t, " died of SIGSYS, which is how seccomp kills, but no record of it was seen.");
	add_exit(t, facts->container);
}

char *explain_sentence(const struct explain_facts *facts, enum explain_verdict verdict)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	const struct query_row *kill = explain_last_kill(facts);

	if (verdict == EXPLAIN_KILLED && kill)
		add_killed(&t, facts, kill);
	else if (verdict == EXPLAIN_STRICT && kill)
		add_strict(&t, facts, kill);
	else if (verdict == EXPLAIN_THREAD_LOST && kill)
		add_thread_lost(&t, facts, kill);
	else if (verdict == EXPLAIN_DENIED)
		add_denied(&t, facts);
	else if (verdict == EXPLAIN_LOGGED)
		add_logged(&t, facts);
	else if (verdict == EXPLAIN_OTHER_DEATH)
		add_other_death(&t, facts);
	else if (verdict == EXPLAIN_UNSEEN)
		add_unseen(&t, facts);
	else
		add_nothing(&t, facts);
	return text_take(&t);
}

static void add_labels(struct text *t, const char *labels)
{
	json_t *object = labels ? json_loads(labels, 0, NULL) : NULL, *value;
	const char *key;

	json_object_foreach(object, key, value)
	{
		text_printf(t, "; %s=", key);
		text_add_str(t, json_string_value(value) ? json_string_value(value) : "?");
	}
	json_decref(object);
}

char *explain_about_sentence(const struct explain_facts *facts)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	const struct query_container *c = facts->container;

	if (!c)
		return text_take(&t);
	text_printf(&t, "%s (%s)", c->id, event_runtime_name(c->runtime) ? event_runtime_name(c->runtime) : "unknown");
	if (c->outer)
		text_printf(&t, "; inside container %s", c->outer);
	add_labels(&t, c->labels);
	return text_take(&t);
}

/* Whose uid it was: by its number, the host's name of it, and what it is in the container. */
static void add_user(struct text *t, const struct query_signature *s)
{
	if (s->uid == EVENT_UNSET)
		return;
	text_printf(t, "; uid %" PRIu32, s->uid);
	if (s->user)
		text_printf(t, " (%s)", s->user);
	if (!s->has_inner || (s->inner_uid == s->uid && !s->inner_user))
		return;
	text_printf(t, ", in the container %" PRIu32, s->inner_uid);
	if (s->inner_user)
		text_printf(t, " (%s)", s->inner_user);
}

char *explain_row_text(const struct query_row *row)
{
	static const char *const what[] = {"; what became of it is not recorded", ": killed", ": answered with SIGSYS (trap)",
		": denied", ": handed to a supervisor", ": handed to a tracer", ": logged, and executed"};
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	_Static_assert(ARRAY_SIZE(what) == EVENT_OUTCOME_N, "words for each outcome");
	add_program(&t, row);
	text_add_str(&t, " called ");
	add_syscall(&t, row->signature);
	text_add_str(&t, what[(unsigned)row->signature->outcome < EVENT_OUTCOME_N ? row->signature->outcome : 0]);
	if (row->error > 0)
		text_printf(&t, " with %s", names_errno(row->error) ? names_errno(row->error) : "an errno");
	if (row->count > 1)
		text_printf(&t, ", %" PRIu64 " times within the second", row->count);
	if (row->module)
		text_printf(&t, "; the call stands in %s+0x%" PRIx64, row->module, row->module_offset);
	if (row->symbol)
		text_printf(&t, " (%s)", row->symbol);
	add_user(&t, row->signature);
	return text_take(&t);
}

char *explain_start_text(const struct query_process *process)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_printf(&t, "pid %d started", process->pid);
	if (process->cmdline)
		text_printf(&t, ": %s", process->cmdline);
	if (process->parents)
		text_printf(&t, " (started by %s)", process->parents);
	return text_take(&t);
}

char *explain_first_text(const struct query_container *c, bool end)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_str(&t, "the container's first program ");
	if (end)
		explain_status(&t, c->status);
	else
		text_add_str(&t, "started");
	return text_take(&t);
}

char *explain_end_text(const struct query_process *process)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_printf(&t, "pid %d ", process->pid);
	if (process->has_status)
		explain_status(&t, process->status);
	else
		text_add_str(&t, "ended");
	return text_take(&t);
}
