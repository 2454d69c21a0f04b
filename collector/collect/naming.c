/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "seccompwatch/clock.h"

#define QUEUE_MAX 256
#define SEEN_MAX  4096 /* a power of two */
#define TRIES_MAX 5
#define RETRY_MS  1000
#define SOON_TRIES 5
#define SOON_MS    10 /* at first, then twice that and so on */

/* What was asked about; when no file said anything, it is tried again a few times, for an engine may write its files
 * after the first process runs. The table is direct-mapped: a collision only means asking anew. */
struct seen {
	uint64_t hash;
	int64_t again; /* CLOCK_MONOTONIC; INT64_MAX: answered, or given up */
	unsigned tries;
};

struct naming {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	int fd;
	struct {
		struct naming_question question;
		int64_t due; /* CLOCK_MONOTONIC */
	} questions[QUEUE_MAX]; /* in the order they were asked */
	size_t n_questions;
	struct naming_answer given[QUEUE_MAX];
	size_t first_answer, n_answers;
	struct seen seen[SEEN_MAX]; /* the asking thread's alone */
	struct answers *answers;    /* the answering thread's alone */
};

/* The first question whose time has come, of a container if there is one; QUEUE_MAX when none has. *ret_due: when the
 * next will. */
static size_t find_due(const struct naming *n, int64_t now, int64_t *ret_due)
{
	size_t found = QUEUE_MAX;

	*ret_due = INT64_MAX;
	for (size_t i = 0; i < n->n_questions; i++) {
		bool due = n->questions[i].due <= now;

		if (due && n->questions[i].question.kind == NAMING_CONTAINER)
			return i;
		if (due && found == QUEUE_MAX)
			found = i;
		*ret_due = MIN(*ret_due, n->questions[i].due);
	}
	return found;
}

static void wait_until(struct naming *n, int64_t due)
{
	struct timespec ts = {(time_t)(due / 1000), (long)(due % 1000) * 1000000};

	if (due == INT64_MAX)
		pthread_cond_wait(&n->wake, &n->lock);
	else
		pthread_cond_timedwait(&n->wake, &n->lock, &ts);
}

/* Waits for a question: false when stopping. */
static bool next_question(struct naming *n, struct naming_question *ret)
{
	size_t at = QUEUE_MAX;
	bool got;

	pthread_mutex_lock(&n->lock);
	while (!n->stopping) {
		int64_t due = INT64_MAX;

		if (n->n_answers < QUEUE_MAX)
			at = find_due(n, clock_monotonic(), &due);
		if (at < QUEUE_MAX)
			break;
		wait_until(n, due);
	}
	got = !n->stopping;
	if (got) {
		*ret = n->questions[at].question;
		memmove(&n->questions[at], &n->questions[at + 1], (--n->n_questions - at) * sizeof(n->questions[0]));
	}
	pthread_mutex_unlock(&n->lock);
	return got;
}

static void give(struct naming *n, const struct naming_answer *answer)
{
	uint64_t one = 1;

	pthread_mutex_lock(&n->lock);
	n->given[(n->first_answer + n->n_answers++) % QUEUE_MAX] = *answer;
	pthread_mutex_unlock(&n->lock);
	/* Cannot fail: the counter is far from its end. */
	if (write(n->fd, &one, sizeof(one)) < 0)
		return;
}

/* The last quarter is for containers. */
static bool push(struct naming *n, const struct naming_question *question, int64_t due)
{
	size_t room = question->kind == NAMING_CONTAINER ? QUEUE_MAX : QUEUE_MAX - QUEUE_MAX / 4;
	bool fits;

	pthread_mutex_lock(&n->lock);
	fits = n->n_questions < room;
	if (fits) {
		n->questions[n->n_questions].question = *question;
		n->questions[n->n_questions++].due = due;
		pthread_cond_signal(&n->wake);
	}
	pthread_mutex_unlock(&n->lock);
	return fits;
}

/* An engine writes its files while it makes the container, of which the first process is seen before. */
static void ask_again(struct naming *n, struct naming_question *question)
{
	int64_t delay = (int64_t)SOON_MS << question->tries++;

	(void)push(n, question, clock_monotonic() + delay);
}

static void *work(void *data)
{
	struct naming *n = data;
	struct naming_question question;
	struct naming_answer answer;

	while (next_question(n, &question)) {
		if (answers_find(n->answers, &question, &answer))
			give(n, &answer);
		else if (question.kind == NAMING_CONTAINER && question.tries < SOON_TRIES)
			ask_again(n, &question);
	}
	return NULL;
}

/* Signals are the main thread's. */
static int start_thread(struct naming *n)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&n->thread, NULL, work, n);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int naming_new(struct naming **ret)
{
	struct naming *n = calloc(1, sizeof(*n));
	pthread_condattr_t clock;
	int r;

	if (!n)
		return -ENOMEM;
	pthread_mutex_init(&n->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&n->wake, &clock);
	pthread_condattr_destroy(&clock);
	n->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = n->fd < 0 ? -errno : answers_new(&n->answers);
	if (r == 0)
		r = start_thread(n);
	if (r < 0) {
		answers_free(n->answers);
		if (n->fd >= 0)
			close(n->fd);
		free(n);
		return r;
	}
	*ret = n;
	return 0;
}

void naming_free(struct naming *n)
{
	if (!n)
		return;
	pthread_mutex_lock(&n->lock);
	n->stopping = true;
	pthread_cond_signal(&n->wake);
	pthread_mutex_unlock(&n->lock);
	pthread_join(n->thread, NULL);
	for (size_t i = 0; i < n->n_answers; i++)
		container_info_free(&n->given[(n->first_answer + i) % QUEUE_MAX].info);
	answers_free(n->answers);
	pthread_cond_destroy(&n->wake);
	pthread_mutex_destroy(&n->lock);
	close(n->fd);
	free(n);
}

/* What makes it the same question. */
static uint64_t hash_of(const struct naming_question *q)
{
	uint64_t key[] = {(uint64_t)q->kind, base_hash(q->cid, strlen(q->cid)), 0, 0};

	if (q->kind != NAMING_CONTAINER)
		key[2] = q->kind == NAMING_USER ? q->owner : (uint64_t)q->pid;
	if (q->kind == NAMING_CODE)
		key[3] = q->address;
	return base_hash(key, sizeof(key));
}

/* Whether it is worth asking now; counts the try. */
static bool is_due(struct naming *n, const struct naming_question *q)
{
	uint64_t hash = hash_of(q);
	struct seen *seen = &n->seen[hash % SEEN_MAX];
	int64_t now;

	if (seen->hash == hash && seen->again == INT64_MAX)
		return false;
	now = clock_monotonic();
	if (seen->hash == hash && now < seen->again)
		return false;
	if (seen->hash != hash)
		*seen = (struct seen){.hash = hash};
	seen->tries++;
	seen->again = seen->tries < TRIES_MAX ? now + RETRY_MS : INT64_MAX;
	return true;
}

static void mark_answered(struct naming *n, const struct naming_question *q)
{
	uint64_t hash = hash_of(q);
	struct seen *seen = &n->seen[hash % SEEN_MAX];

	if (seen->hash == hash)
		seen->again = INT64_MAX;
}

bool naming_ask(struct naming *n, const struct naming_question *question)
{
	return !is_due(n, question) || push(n, question, 0);
}

void naming_ask_later(struct naming *n, const struct naming_question *question, int64_t delay_ms)
{
	(void)push(n, question, clock_monotonic() + delay_ms);
}

int naming_fd(const struct naming *n)
{
	return n->fd;
}

bool naming_take(struct naming *n, struct naming_answer *ret)
{
	uint64_t count;
	bool got;

	pthread_mutex_lock(&n->lock);
	got = n->n_answers > 0;
	if (got) {
		*ret = n->given[n->first_answer];
		n->first_answer = (n->first_answer + 1) % QUEUE_MAX;
		n->n_answers--;
		pthread_cond_signal(&n->wake);
	} else if (read(n->fd, &count, sizeof(count)) < 0) {
		/* Already clear. */
	}
	pthread_mutex_unlock(&n->lock);
	if (got && ret->complete)
		mark_answered(n, &ret->question);
	return got;
}
