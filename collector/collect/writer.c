/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "seccompwatch/control.h"
#include "seccompwatch/log.h"

#define BEAT_MS        60000
#define WATCH_MS       1000 /* that of processes is written no more often, and with what is written anyway */
#define FIRST_LOOK_MS  200
#define LAST_LOOK_MS   50
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 5000

struct writer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct store *store;

	/* under the lock */
	struct batch *pending; /* to be written; the thread's while it writes */
	struct batch *spare;   /* empty, for the next swap */
	bool running, wanted, hurry, stop, abandoned;
	bool refused; /* the last attempt failed */
	int64_t last_record;
	struct store_watch watch;
	bool watch_news;
	int64_t next_watch; /* CLOCK_MONOTONIC */

	/* the thread's own */
	int64_t next_beat; /* CLOCK_MONOTONIC */
	int64_t backoff;
	int control_fd;
	bool asked;
	bool counting; /* lost holds the kernel's count */
	uint32_t lost;
	int64_t next_look;  /* CLOCK_MONOTONIC */
	int64_t looked;     /* when `lost` was asked for, CLOCK_REALTIME */
	int event_fd;
};

/* Until `until` (CLOCK_MONOTONIC ms) or until somebody signals. */
static int wait_until(struct writer *w, pthread_cond_t *cond, int64_t until)
{
	struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};

	return pthread_cond_timedwait(cond, &w->lock, &at);
}

/* What the kernel dropped before it gave out a serial: no gap tells it. The answer to a question is taken a minute
 * later, so that asking costs no wake-up. */
static bool kernel_lost(struct writer *w, uint32_t *ret_count, int64_t *ret_since)
{
	struct control_status status;
	bool grew = false;

	if (w->asked && control_take_status(w->control_fd, &status) == 0) {
		grew = w->counting && status.lost != w->lost;
		*ret_count = status.lost - w->lost;
		*ret_since = w->looked;
		w->lost = status.lost;
		w->counting = true;
	}
	w->looked = clock_now();
	w->asked = control_ask_status(w->control_fd) == 0;
	return grew;
}

static void look_at_kernel(struct writer *w)
{
	uint32_t count;
	int64_t since;

	if (w->control_fd < 0 || clock_monotonic() < w->next_look)
		return;
	w->next_look = clock_monotonic() + BEAT_MS;
	if (kernel_lost(w, &count, &since) && batch_add_loss(w->spare, BATCH_LOSS_KERNEL, since, w->looked, count) == 0)
		w->pending = TAKE(w->spare);
}

static void stored(struct writer *w, struct batch *b)
{
	uint64_t one = 1;

	if (w->refused)
		log_info("the database takes events again");
	w->refused = false;
	w->backoff = 0;
	w->next_beat = clock_monotonic() + BEAT_MS;
	w->pending = NULL;
	w->spare = b;
	pthread_cond_broadcast(&w->done);
	if (w->wanted && write(w->event_fd, &one, sizeof(one)) == sizeof(one))
		w->wanted = false;
}

static void refused(struct writer *w)
{
	if (!w->refused)
		log_warning("events wait in memory: %s", store_error(w->store));
	w->refused = true;
	pthread_cond_broadcast(&w->done);
	w->backoff = w->backoff && !w->hurry ? MIN(w->backoff * 2, BACKOFF_MAX_MS) : BACKOFF_MIN_MS;
	wait_until(w, &w->work, clock_monotonic() + w->backoff);
}

static void write_pending(struct writer *w)
{
	struct batch *b = w->pending;
	struct store_result result;
	int r;

	pthread_mutex_unlock(&w->lock);
	r = store_write(w->store, b, &result);
	if (r >= 0)
		batch_reset(b);
	pthread_mutex_lock(&w->lock);
	if (r < 0)
		refused(w);
	else
		stored(w, b);
}

static void beat(struct writer *w)
{
	int64_t last_record = w->last_record;
	int r;

	w->next_beat = clock_monotonic() + BEAT_MS;
	pthread_mutex_unlock(&w->lock);
	r = store_session_beat(w->store, clock_now(), last_record);
	if (r < 0)
		log_warning("no heartbeat could be stored: %s", store_error(w->store));
	pthread_mutex_lock(&w->lock);
}

static void write_watch(struct writer *w)
{
	struct store_watch watch = w->watch;

	w->watch_news = false;
	w->next_watch = clock_monotonic() + WATCH_MS;
	pthread_mutex_unlock(&w->lock);
	if (store_session_watch(w->store, &watch) < 0)
		log_debug("what is known of processes could not be stored: %s", store_error(w->store));
	pthread_mutex_lock(&w->lock);
}

static void *run(void *data)
{
	struct writer *w = data;

	pthread_mutex_lock(&w->lock);
	while (!w->abandoned && (!w->stop || w->pending)) {
		if (w->pending)
			write_pending(w);
		else if (w->watch_news && clock_monotonic() >= w->next_watch)
			write_watch(w);
		else if (clock_monotonic() >= w->next_beat)
			beat(w);
		else
			wait_until(w, &w->work, w->next_beat);
		if (w->spare && !w->pending && !w->stop)
			look_at_kernel(w);
	}
	if (!w->abandoned)
		store_session_end(w->store, clock_now());
	w->running = false;
	pthread_cond_broadcast(&w->done);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static int prepare(struct writer *w)
{
	pthread_condattr_t attr;
	struct control_status status;

	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &attr);
	pthread_cond_init(&w->done, &attr);
	pthread_condattr_destroy(&attr);
	w->next_beat = clock_monotonic() + BEAT_MS;
	w->last_record = CLOCK_NONE;
	w->control_fd = control_open();
	w->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->control_fd >= 0 && control_status(FIRST_LOOK_MS, &status) == 0) {
		w->lost = status.lost;
		w->counting = true;
	}
	w->looked = clock_now();
	return w->event_fd < 0 ? -errno : 0;
}

int writer_new(struct writer **ret, struct store *store, struct batch *spare)
{
	CLEANUP(writer_free_p) struct writer *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -ENOMEM;
	r = prepare(w);
	if (r < 0)
		return r;
	w->store = store;
	w->spare = spare;
	w->running = true;
	r = -pthread_create(&w->thread, NULL, run, w);
	if (r < 0) {
		w->running = false;
		w->store = NULL;
		w->spare = NULL;
		return r;
	}
	*ret = TAKE(w);
	return 0;
}

void writer_free(struct writer *w)
{
	if (!w || w->running)
		return;
	store_close(w->store);
	batch_free(w->pending);
	batch_free(w->spare);
	if (w->control_fd >= 0)
		close(w->control_fd);
	if (w->event_fd >= 0)
		close(w->event_fd);
	pthread_cond_destroy(&w->work);
	pthread_cond_destroy(&w->done);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

struct batch *writer_swap(struct writer *w, struct batch *filled, int64_t last_record)
{
	struct batch *empty;

	pthread_mutex_lock(&w->lock);
	empty = TAKE(w->spare);
	w->wanted = !empty;
	w->last_record = last_record;
	if (empty) {
		w->pending = filled;
		pthread_cond_signal(&w->work);
	}
	pthread_mutex_unlock(&w->lock);
	return empty;
}

void writer_tell(struct writer *w, const struct store_watch *watch)
{
	pthread_mutex_lock(&w->lock);
	if (w->watch.watching != watch->watching || w->watch.moves != watch->moves || w->next_watch == 0) {
		w->next_watch = 0;
		pthread_cond_signal(&w->work);
	}
	w->watch = *watch;
	w->watch_news = true;
	pthread_mutex_unlock(&w->lock);
}

int writer_fd(const struct writer *w)
{
	return w->event_fd;
}

void writer_clear(struct writer *w)
{
	uint64_t count;

	while (read(w->event_fd, &count, sizeof(count)) == sizeof(count))
		;
}

bool writer_wait(struct writer *w, int timeout_ms)
{
	int64_t until = clock_monotonic() + timeout_ms;
	bool is_free;

	pthread_mutex_lock(&w->lock);
	while (!w->spare && !w->refused && w->running)
		if (wait_until(w, &w->done, until) != 0)
			break;
	is_free = w->spare;
	pthread_mutex_unlock(&w->lock);
	return is_free;
}

/* The kernel's count at the very end, with the last batch. */
static void look_finally(struct writer *w, struct batch *last)
{
	struct control_status status;

	if (w->counting && control_status(LAST_LOOK_MS, &status) == 0 && status.lost != w->lost)
		(void)batch_add_loss(last, BATCH_LOSS_KERNEL, w->looked, clock_now(), status.lost - w->lost);
}

int writer_stop(struct writer *w, struct batch *last, int64_t last_record, int timeout_ms)
{
	int64_t until = clock_monotonic() + timeout_ms;

	pthread_mutex_lock(&w->lock);
	w->hurry = true;
	pthread_cond_signal(&w->work);
	while (!w->spare)
		if (wait_until(w, &w->done, until) != 0)
			break;
	if (w->spare) {
		look_finally(w, last);
		batch_free(TAKE(w->spare));
		w->pending = last;
	} else {
		w->abandoned = true;
		batch_free(last);
	}
	w->last_record = last_record;
	w->stop = true;
	pthread_cond_signal(&w->work);
	while (w->running)
		if (wait_until(w, &w->done, until) != 0)
			break;
	w->abandoned |= w->running;
	pthread_mutex_unlock(&w->lock);
	if (w->abandoned)
		return -ETIMEDOUT;
	pthread_join(w->thread, NULL);
	return 0;
}
