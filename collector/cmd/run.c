/* SPDX-License-Identifier: MIT */
/* run: two processes that trust each other little, `collect` (root) and `serve` (nobody), and a third that only
 * starts them, starts them again when they crash, and ends both when it is told to. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "cmd.h"
#include "seccompwatch/clock.h"
#include "seccompwatch/log.h"
#include "seccompwatch/loop.h"

#define ARGS_MAX       64
#define SETTLED_MS     10000 /* who ran so long did not fail at its start */
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 30000
#define END_MS         900 /* then SIGKILL */
#define LOOK_MS        50  /* between two looks for a new database, */
#define LOOKS_MAX      60  /* which serve also waits for by itself, but says so */

struct run;

struct child {
	struct run *run;
	const char *name;
	const struct option_row *options; /* what it understands */
	char *args[ARGS_MAX];             /* ends with NULL */
	size_t n_args;
	pid_t pid;       /* 0: not running */
	int64_t started; /* CLOCK_MONOTONIC */
	uint64_t backoff_ms;
	struct loop_source *restart;
};

enum {
	COLLECT,
	SERVE,
	N_CHILDREN,
};

struct run {
	struct loop *loop;
	struct loop_source *end;
	bool ending;
	int status;
	const char *db;
	unsigned looks;
	struct child children[N_CHILDREN];
};

/* ---- arguments ------------------------------------------------------------------------------------------------- */

static int add_arg(struct child *child, const char *fmt, ...) PRINTF(2, 3);
static int add_arg(struct child *child, const char *fmt, ...)
{
	CLEANUP_TEXT struct text arg = TEXT_EMPTY;
	va_list args;

	if (child->n_args >= ARGS_MAX - 1)
		return -E2BIG;
	va_start(args, fmt);
	text_vprintf(&arg, fmt, args);
	va_end(args);
	child->args[child->n_args] = text_take(&arg);
	return child->args[child->n_args++] ? 0 : -ENOMEM;
}

static bool understands(const struct child *child, const struct option_row *row)
{
	for (const struct option_row *own = child->options; own->name; own++)
		if (own == row)
			return true;
	return false;
}

/* Everything but its own name is handed on to whom it concerns. */
static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct run *run = data;
	int r = 0;

	for (int i = 0; i < N_CHILDREN && r == 0; i++)
		if (understands(&run->children[i], row))
			r = value ? add_arg(&run->children[i], "--%s=%s", row->name, value) :
				    add_arg(&run->children[i], "--%s", row->name);
	if (r < 0)
		text_printf(why, "--%s: %s", row->name, strerror(-r));
	return r;
}

/* What the configuration file says is among the arguments already: the children do not read it again. */
static int add_common_args(struct child *child, const char *db)
{
	int r = add_arg(child, "--config=/dev/null");

	if (r == 0)
		r = add_arg(child, "--db=%s", db);
	if (r == 0 && log_get_level() == LOG_LEVEL_DEBUG)
		r = add_arg(child, "--verbose");
	if (r == 0 && log_get_level() == LOG_LEVEL_ERROR)
		r = add_arg(child, "--quiet");
	return r;
}

/* ---- children -------------------------------------------------------------------------------------------------- */

/* By its name, so that it has one in `ps`; but an upgrade may have removed the file that we are. */
static const char *own_program(char *buffer, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", buffer, size - 1);

	buffer[MAX(n, 0)] = '\0';
	return n > 0 && access(buffer, X_OK) == 0 ? buffer : "/proc/self/exe";
}

static void exec_child(struct child *child, pid_t parent)
{
	char buffer[4096];
	const char *program = own_program(buffer, sizeof(buffer));
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(CMD_FAILED);
	execv(program, child->args);
	log_error("run: cannot start %s: %s", child->name, strerror(errno));
	_exit(CMD_FAILED);
}

static int start(struct child *child)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0) {
		log_error("run: cannot start %s: %s", child->name, strerror(errno));
		return -errno;
	}
	if (pid == 0)
		exec_child(child, parent);
	child->pid = pid;
	child->started = clock_monotonic();
	return 0;
}

static bool any_left(const struct run *run)
{
	return run->children[COLLECT].pid || run->children[SERVE].pid;
}

static void signal_all(const struct run *run, int signal)
{
	for (int i = 0; i < N_CHILDREN; i++)
		if (run->children[i].pid)
			kill(run->children[i].pid, signal);
}

static void end(struct run *run, int status)
{
	if (!run->ending)
		run->status = status;
	run->ending = true;
	signal_all(run, SIGTERM);
	loop_timer_set(run->end, END_MS, 0);
	if (!any_left(run))
		loop_quit(run->loop, 0);
}

static int on_end(void *data)
{
	struct run *run = data;

	log_warning("run: not everything ended in time");
	signal_all(run, SIGKILL);
	return 0;
}

/* The collector's first transaction makes the log beside the file. */
static bool has_database(const struct run *run)
{
	CLEANUP_TEXT struct text log = TEXT_EMPTY;

	text_printf(&log, "%s-wal", run->db);
	return !log.failed && access(log.data, F_OK) == 0;
}

static int on_restart(void *data)
{
	struct child *child = data;
	struct run *run = child->run;

	if (run->ending)
		return 0;
	if (child == &run->children[SERVE] && !has_database(run) && run->looks++ < LOOKS_MAX)
		return loop_timer_set(child->restart, LOOK_MS, 0);
	return start(child);
}

static void tell(const struct child *child, int status)
{
	if (WIFSIGNALED(status))
		log_error("run: %s was killed by signal %d (%s)", child->name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		log_error("run: %s ended with status %d", child->name, WEXITSTATUS(status));
}

/* A wrong option or a missing capability will not mend itself: what fails at its very first start ends it all. */
static void on_child_end(struct child *child, int status)
{
	struct run *run = child->run;
	bool settled = clock_monotonic() - child->started >= SETTLED_MS;
	bool first = child->backoff_ms == 0;

	child->pid = 0;
	if (run->ending) {
		if (!any_left(run))
			loop_quit(run->loop, 0);
		return;
	}
	tell(child, status);
	if (first && !settled && WIFEXITED(status) && WEXITSTATUS(status) != CMD_DONE) {
		end(run, WEXITSTATUS(status) == CMD_USAGE ? CMD_USAGE : CMD_FAILED);
		return;
	}
	child->backoff_ms = settled || first ? BACKOFF_MIN_MS : MIN(child->backoff_ms * 2, (uint64_t)BACKOFF_MAX_MS);
	log_warning("run: %s starts again in %.1f s", child->name, (double)child->backoff_ms / 1000);
	loop_timer_set(child->restart, child->backoff_ms, 0);
}

static void reap(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < N_CHILDREN; i++)
			if (run->children[i].pid == pid)
				on_child_end(&run->children[i], status);
}

static int on_signal(void *data, int signal, int sender_pid)
{
	struct run *run = data;

	if (signal == SIGCHLD)
		reap(run);
	else
		end(run, CMD_DONE);
	return 0;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static void run_init(struct run *run)
{
	*run = (struct run){.children = {
				    [COLLECT] = {.run = run, .name = "collect", .options = cmd_collect_options},
				    [SERVE] = {.run = run, .name = "serve", .options = cmd_serve_options},
			    }};
}

static void run_free(struct run *run)
{
	loop_free(run->loop);
	for (int i = 0; i < N_CHILDREN; i++)
		for (size_t n = 0; n < run->children[i].n_args; n++)
			free(run->children[i].args[n]);
}

static int prepare(struct run *run, const char *db)
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, 0};
	int r = loop_new(&run->loop);

	if (r == 0)
		r = loop_add_signals(run->loop, signals, on_signal, run);
	if (r == 0)
		r = loop_add_timer(run->loop, on_end, run, &run->end);
	for (int i = 0; i < N_CHILDREN && r == 0; i++) {
		r = loop_add_timer(run->loop, on_restart, &run->children[i], &run->children[i].restart);
		if (r == 0)
			r = add_common_args(&run->children[i], db);
	}
	return r;
}

static int supervise(struct run *run)
{
	int r = start(&run->children[COLLECT]);

	if (r == 0)
		r = on_restart(&run->children[SERVE]);
	if (r < 0)
		end(run, CMD_FAILED);
	r = any_left(run) ? loop_run(run->loop) : r;
	return r < 0 ? CMD_FAILED : run->status;
}

static int run_run(struct cmd_line *line)
{
	CLEANUP(run_free) struct run run;
	CLEANUP_FREE char *db = NULL;
	int status, r = 0;

	run_init(&run);
	for (int i = 0; i < N_CHILDREN && r == 0; i++) {
		r = add_arg(&run.children[i], "seccompwatch");
		if (r == 0)
			r = add_arg(&run.children[i], "%s", run.children[i].name);
	}
	if (cmd_parse(line, take, &run, &status) < 0)
		return status;
	db = cmd_db_path(line);
	run.db = db;
	r = db ? prepare(&run, db) : -ENOMEM;
	if (r == 0)
		return supervise(&run);
	log_error("run: %s", strerror(-r));
	return CMD_FAILED;
}

static const struct option_row *const options[] = {cmd_collect_options, cmd_serve_options, NULL};

const struct cmd cmd_run = {
	.name = "run",
	.summary = "collect and serve: the everyday command",
	.text = "Runs `collect` and `serve` as two processes that share only the database, starts them again when one of "
		"them crashes, and ends both on SIGTERM, SIGINT (Ctrl-C) or SIGHUP, with the last violation stored.",
	.options = options,
	.run = run_run,
};
