/* SPDX-License-Identifier: MIT */
#include "naming.h"

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

/* A container that was asked about; when no file said anything, it is tried again a few times, for an engine may
 * write its files after the first process runs. The table is direct-mapped: a collision only means asking anew. */
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
	struct naming_question questions[QUEUE_MAX];
	size_t first_question, n_questions;
	struct naming_answer answers[QUEUE_MAX];
	size_t first_answer, n_answers;
	struct seen seen[SEEN_MAX]; /* the asking thread's alone */
};

/* Waits for a question: false when stopping. */
static bool next_question(struct naming *n, struct naming_question *ret)
{
	bool got;

	pthread_mutex_lock(&n->lock);
	while (!n->stopping && (n->n_questions == 0 || n->n_answers == QUEUE_MAX))
		pthread_cond_wait(&n->wake, &n->lock);
	got = !n->stopping;
	if (got) {
		*ret = n->questions[n->first_question];
		n->first_question = (n->first_question + 1) % QUEUE_MAX;
		n->n_questions--;
	}
	pthread_mutex_unlock(&n->lock);
	return got;
}

static void give(struct naming *n, const struct naming_answer *answer)
{
	uint64_t one = 1;

	pthread_mutex_lock(&n->lock);
	n->answers[(n->first_answer + n->n_answers++) % QUEUE_MAX] = *answer;
	pthread_mutex_unlock(&n->lock);
	/* Cannot fail: the counter is far from its end. */
	if (write(n->fd, &one, sizeof(one)) < 0)
		return;
}

static void *work(void *data)
{
	struct naming *n = data;
	struct naming_question question;

	while (next_question(n, &question)) {
		struct container_request request = {"", question.cid, question.runtime, question.owner, question.pid};
		struct naming_answer answer = {.info = CONTAINER_INFO_EMPTY};

		if (container_read(&request, &answer.info) < 0)
			continue;
		snprintf(answer.cid, sizeof(answer.cid), "%s", question.cid);
		give(n, &answer);
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
	int r;

	if (!n)
		return -ENOMEM;
	pthread_mutex_init(&n->lock, NULL);
	pthread_cond_init(&n->wake, NULL);
	n->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = n->fd < 0 ? -errno : start_thread(n);
	if (r < 0) {
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
		container_info_free(&n->answers[(n->first_answer + i) % QUEUE_MAX].info);
	pthread_cond_destroy(&n->wake);
	pthread_mutex_destroy(&n->lock);
	close(n->fd);
	free(n);
}

/* Whether it is worth asking now; counts the try. */
static bool is_due(struct naming *n, const char *cid)
{
	uint64_t hash = base_hash(cid, strlen(cid));
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

static void mark_answered(struct naming *n, const char *cid)
{
	uint64_t hash = base_hash(cid, strlen(cid));
	struct seen *seen = &n->seen[hash % SEEN_MAX];

	if (seen->hash == hash)
		seen->again = INT64_MAX;
}

void naming_ask(struct naming *n, const struct naming_question *question)
{
	if (!is_due(n, question->cid))
		return;
	pthread_mutex_lock(&n->lock);
	if (n->n_questions < QUEUE_MAX) {
		n->questions[(n->first_question + n->n_questions++) % QUEUE_MAX] = *question;
		pthread_cond_signal(&n->wake);
	}
	pthread_mutex_unlock(&n->lock);
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
		*ret = n->answers[n->first_answer];
		n->first_answer = (n->first_answer + 1) % QUEUE_MAX;
		n->n_answers--;
		pthread_cond_signal(&n->wake);
	} else if (read(n->fd, &count, sizeof(count)) < 0) {
		/* Already clear. */
	}
	pthread_mutex_unlock(&n->lock);
	if (got)
		mark_answered(n, ret->cid);
	return got;
}
