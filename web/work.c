/* SPDX-License-Identifier: MIT */
/* The child inherits the request's body by fork, writes its answer's status and body into a pipe, and ends. What it
 * writes counts only when it ended well: one that ran into a limit has said nothing. */
#include "work.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "seccompwatch/report.h"

#define CPU_SECONDS 3
#define WALL_MS     8000
/* The sanitizer's own maps are larger than any limit. */
#if defined(__SANITIZE_ADDRESS__)
#define DATA_MAX RLIM_INFINITY
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DATA_MAX RLIM_INFINITY
#endif
#endif
#ifndef DATA_MAX
#define DATA_MAX (256u << 20)
#endif
#define ANSWER_MAX  (8u << 20)
#define PIPE_FD     3

/* What an answer can be, and the policy of one that is a page. */
static const struct {
	const char *type, *policy;
} types[] = {
	{"application/json", NULL}, /* what it is when nothing is said */
	{"application/json-patch+json", NULL},
	{"text/x-diff; charset=utf-8", NULL},
	{"text/html; charset=utf-8", REPORT_CSP},
	{"text/markdown; charset=utf-8", NULL},
	{"text/csv; charset=utf-8; header=present", NULL},
};

/* Before the body in the pipe. */
struct head {
	uint32_t status, type;
};

struct work {
	struct work *next;
	struct works *all;
	pid_t pid; /* 0: reaped */
	int fd;
	bool done, well; /* well: the child ended so */
	struct text said;
	struct loop_source *io, *limit;
	work_wake_fn wake;
	void *data;
};

struct works {
	struct loop *loop;
	struct work *first;
	unsigned n;
};

/* ---- the child ---- */

static bool write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static void limit(int what, rlim_t value)
{
	const struct rlimit l = {value, value};

	/* Without its limits it does not begin. */
	if (setrlimit(what, &l) < 0)
		_exit(2);
}

static void confine(int fd)
{
	sigset_t none;

	sigemptyset(&none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd != PIPE_FD && dup2(fd, PIPE_FD) < 0)
		_exit(2);
	close_range(PIPE_FD + 1, ~0u, 0);
	close(STDIN_FILENO);
	limit(RLIMIT_CPU, CPU_SECONDS);
	limit(RLIMIT_DATA, DATA_MAX);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 64 << 20); /* libseccomp exports through a memory file */
	limit(RLIMIT_NOFILE, 16);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void be_child(int fd, work_fn fn, unsigned kind, struct span body)
{
	struct answer ans = {0};
	struct head head = {0};

	confine(fd);
	fn(kind, body, &ans);
	head.status = ans.status;
	for (uint32_t i = 0; i < ARRAY_SIZE(types); i++)
		if (ans.type && strcmp(ans.type, types[i].type) == 0)
			head.type = i;
	_exit(write_all(PIPE_FD, &head, sizeof(head)) && write_all(PIPE_FD, ans.body.data, ans.body.len) ? 0 : 1);
}

/* ---- the server's side ---- */

static void reap(struct work *w)
{
	int status = -1;

	if (w->pid == 0)
		return;
	kill(w->pid, SIGKILL);
	while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
		;
	w->well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	w->pid = 0;
}

static void finish(struct work *w)
{
	if (w->done)
		return;
	w->done = true;
	loop_remove(w->io);
	loop_remove(w->limit);
	w->io = w->limit = NULL;
	reap(w);
	if (w->wake)
		w->wake(w->data);
}

/* At the end of the pipe the child has left, or is about to: it is given its moment. */
static int await_end(struct work *w)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)w->pid, &info, WEXITED | WNOWAIT) < 0)
		return -errno;
	finish(w);
	return 0;
}

static int on_readable(void *data, uint32_t events)
{
	struct work *w = data;
	char buffer[65536];
	ssize_t n = read(w->fd, buffer, sizeof(buffer));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == 0) {
		if (await_end(w) < 0)
			finish(w);
		return 0;
	}
	if (n > 0)
		text_add(&w->said, (struct span){buffer, (size_t)n});
	if (n < 0 || w->said.failed || w->said.len > ANSWER_MAX)
		finish(w);
	return 0;
}

static int on_limit(void *data)
{
	finish(data);
	return 0;
}

static void forget(struct work *w)
{
	struct work **at = &w->all->first;

	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	w->all->n--;
	loop_remove(w->io);
	loop_remove(w->limit);
	reap(w);
	if (w->fd >= 0)
		close(w->fd);
	text_free(&w->said);
	free(w);
}

static int start_child(struct work *w, work_fn fn, unsigned kind, struct span body)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	w->fd = ends[0];
	fcntl(w->fd, F_SETFL, O_NONBLOCK);
	w->pid = fork();
	if (w->pid == 0)
		be_child(ends[1], fn, kind, body);
	close(ends[1]);
	if (w->pid > 0)
		return 0;
	w->pid = 0;
	return -errno;
}

int work_start(struct works *ws, work_fn fn, unsigned kind, struct span body, struct work **ret)
{
	struct work *w;
	int r;

	if (ws->n >= WORK_MAX)
		return -EBUSY;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	*w = (struct work){.next = ws->first, .all = ws, .fd = -1};
	ws->first = w;
	ws->n++;
	r = start_child(w, fn, kind, body);
	if (r == 0)
		r = loop_add_io(ws->loop, w->fd, EPOLLIN, on_readable, w, &w->io);
	if (r == 0)
		r = loop_add_timer(ws->loop, on_limit, w, &w->limit);
	if (r == 0)
		r = loop_timer_set(w->limit, WALL_MS, 0);
	if (r < 0)
		forget(w);
	else
		*ret = w;
	return r;
}

void work_ask(struct works *ws, work_fn fn, unsigned kind, struct span body, struct answer *ans)
{
	int r = work_start(ws, fn, kind, body, &ans->work);

	if (r == -EBUSY)
		answer_error(ans, 503, "busy", NULL, "%d such questions are being answered already: ask again in a moment", WORK_MAX);
	else if (r < 0)
		answer_error(ans, 503, "no_memory", NULL, "no process could be started: %s", strerror(-r));
}

void work_on_done(struct work *w, work_wake_fn wake, void *data)
{
	w->wake = wake;
	w->data = data;
}

void work_take(struct work *w, struct answer *ans)
{
	struct head head = {0};

	if (w->well && w->said.len >= sizeof(head)) {
		memcpy(&head, w->said.data, sizeof(head));
		ans->status = head.status;
		head.type = head.type < ARRAY_SIZE(types) ? head.type : 0;
		ans->type = types[head.type].type;
		ans->policy = types[head.type].policy;
		text_add_str(&ans->body, "");
		text_add(&ans->body, span_from_offset(text_span(&w->said), sizeof(head)));
	} else {
		answer_error(ans, 422, "too_expensive", NULL, "that takes more than %d seconds or %u MiB to find out", CPU_SECONDS,
			(unsigned)(DATA_MAX >> 20));
	}
	forget(w);
}

void work_cancel(struct work *w)
{
	if (w)
		forget(w);
}

int works_new(struct works **ret, struct loop *loop)
{
	struct works *ws = calloc(1, sizeof(*ws));

	if (!ws)
		return -ENOMEM;
	ws->loop = loop;
	*ret = ws;
	return 0;
}

void works_end_all(struct works *ws)
{
	for (struct work *w = ws->first, *next; w; w = next) {
		next = w->next;
		finish(w);
	}
}

void works_free(struct works *ws)
{
	if (!ws)
		return;
	while (ws->first)
		forget(ws->first);
	free(ws);
}
