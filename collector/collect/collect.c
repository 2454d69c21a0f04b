/* SPDX-License-Identifier: MIT */
#include "seccompwatch/collect.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "pump.h"
#include "seccompwatch/log.h"
#include "seccompwatch/loop.h"

#define MAX_ROWS    16384
#define EVENTS_MS   100   /* events are handed on at most so often */
#define NAMES_MS    20    /* and not before names had so long to be found */
#define COVERAGE_MS 10000
#define TELL_MS     1000
#define SETTLE_MS   2000 /* what has not come by then is lost */
#define DRAIN_MS    250
#define STOP_MS     600

struct collect {
	struct loop *loop;
	struct loop_source *hand_over_timer, *settle_timer;
	struct netlink *netlink;
	struct process_table *processes; /* NULL: pids mean nothing here, and with it the next two */
	struct naming *naming;
	struct story *story;
	struct writer *writer;
	struct gather *gather;
	struct pump pump;

	bool writer_busy;                /* it will tell on its descriptor */
	int64_t handed_over, timer_due;  /* CLOCK_MONOTONIC */
	int64_t waiting;                 /* since when there are events, 0: none */
	int64_t told;                    /* how processes are watched */
	char watch_why[160];
	bool settling;
	uint32_t settle_mark;
};

/* ---- handing over to the writer -------------------------------------------------------------------------------- */

static int before_sleep(void *data)
{
	struct collect *c = data;
	enum gather_news news = gather_news(c->gather);
	int64_t now, due;

	if (c->writer_busy || news == GATHER_NOTHING)
		return 0;
	now = clock_monotonic();
	if (news == GATHER_EVENTS && c->waiting == 0)
		c->waiting = now;
	due = c->handed_over + (news == GATHER_EVENTS ? EVENTS_MS : COVERAGE_MS);
	due = news == GATHER_EVENTS ? MAX(due, c->waiting + NAMES_MS) : due;
	if (now >= due) {
		c->waiting = 0;
		c->handed_over = now;
		c->writer_busy = !gather_hand_over(c->gather);
		return 0;
	}
	if (c->timer_due > now && c->timer_due <= due)
		return 0;
	c->timer_due = due;
	return loop_timer_set(c->hand_over_timer, (uint64_t)(due - now), 0);
}

/* Waking up is all it is for: before_sleep does the work. */
static int on_hand_over_timer(void *data)
{
	struct collect *c = data;

	c->timer_due = 0;
	return 0;
}

static int on_writer_free(void *data, uint32_t events)
{
	struct collect *c = data;

	writer_clear(c->writer);
	c->writer_busy = false;
	return 0;
}

/* ---- reading the kernel ------------------------------------------------------------------------------------------ */

static int arm_settling(struct collect *c)
{
	if (c->settling || !gather_has_holes(c->gather))
		return 0;
	c->settling = true;
	c->settle_mark = gather_mark(c->gather);
	return loop_timer_set(c->settle_timer, SETTLE_MS, 0);
}

static int on_settle(void *data)
{
	struct collect *c = data;

	c->settling = false;
	gather_settle(c->gather, c->settle_mark);
	return arm_settling(c);
}

static int on_readable(void *data, uint32_t events)
{
	struct collect *c = data;
	int r = pump_turn(&c->pump);

	return r < 0 ? r : arm_settling(c);
}

/* ---- start and end --------------------------------------------------------------------------------------------- */

static int on_signal(void *data, int signal, int sender_pid)
{
	struct collect *c = data;

	loop_quit(c->loop, 0);
	return 0;
}

static int read_boot_id(char ret[static 37])
{
	CLEANUP_CLOSE int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (read(fd, ret, 36) != 36)
		return -EIO;
	ret[36] = '\0';
	return 0;
}

/* Where the last session of this boot ended: what it missed since then will show as a gap. */
struct resume {
	bool known;
	uint32_t serial;
	int64_t time;
};

static int start_session(struct store *store, struct resume *ret, struct text *why)
{
	char boot_id[37];
	int r = read_boot_id(boot_id);

	if (r == 0)
		ret->known = store_last_serial(store, boot_id, &ret->serial, &ret->time) == 0;
	if (r == 0)
		r = store_session_start(store, boot_id, clock_now());
	if (r < 0)
		text_printf(why, "cannot open a session: %s", store_error(store));
	return r;
}

static int open_writer(struct collect *c, const struct collect_options *options, struct resume *ret, struct text *why)
{
	struct store_options store_options = {options->db, STORE_COLLECT, options->max_signatures};
	CLEANUP(batch_free_p) struct batch *spare = NULL;
	CLEANUP(store_close_p) struct store *store = NULL;
	int r = store_open(&store, &store_options, why);

	if (r == 0)
		r = batch_new(options->max_rows ? options->max_rows : MAX_ROWS, &spare);
	if (r == 0)
		r = start_session(store, ret, why);
	if (r == 0)
		r = writer_new(&c->writer, store, spare);
	if (r < 0)
		return r;
	(void)TAKE(store);
	(void)TAKE(spare);
	return 0;
}

static int open_gather(struct collect *c, const struct collect_options *options, const struct resume *resume)
{
	struct gather_helpers helpers = {c->writer, c->processes, c->story};
	CLEANUP(batch_free_p) struct batch *filling = NULL;
	int r = batch_new(options->max_rows ? options->max_rows : MAX_ROWS, &filling);

	if (r == 0)
		r = gather_new(&c->gather, filling, &helpers);
	if (r < 0)
		return r;
	(void)TAKE(filling);
	if (resume->known)
		gather_resume(c->gather, resume->serial, resume->time);
	return 0;
}

/* ---- processes and containers ------------------------------------------------------------------------------------ */

/* The first process of a container is seen: its specification is read now, for it may be gone in a moment. */
static void on_container(void *data, const struct process_container *container)
{
	struct collect *c = data;
	struct naming_question question = NAMING_QUESTION(NAMING_CONTAINER);

	question.runtime = container->runtime;
	question.pid = container->pid;
	if (!*container->id || strlen(container->id) >= sizeof(question.cid) ||
		strlen(container->outer) >= sizeof(question.outer))
		return;
	memcpy(question.cid, container->id, strlen(container->id));
	memcpy(question.outer, container->outer, strlen(container->outer));
	question.init = container->init;
	if (container->init)
		naming_ask_later(c->naming, &question, 0);
	else
		(void)naming_ask(c->naming, &question);
	story_container(c->story, container);
}

/* How well processes can be watched is for people to see: a moment old will do. */
static void tell_watch(struct collect *c)
{
	struct process_stats s = process_table_stats(c->processes);
	struct store_watch watch = {s.watching, s.moves, "", s.processes, s.bytes, s.evicted, s.events, s.lost};

	c->told = clock_monotonic();
	memcpy(watch.why, c->watch_why, sizeof(watch.why));
	writer_tell(c->writer, &watch);
}

static int on_processes(void *data, uint32_t events)
{
	struct collect *c = data;

	if (clock_monotonic() - c->told >= TELL_MS)
		tell_watch(c);

	process_table_dispatch(c->processes);
	gather_update(c->gather);
	return 0;
}

static int on_names(void *data, uint32_t events)
{
	struct collect *c = data;

	gather_update(c->gather);
	return 0;
}

static int open_processes(struct collect *c, const struct collect_options *options)
{
	CLEANUP_TEXT struct text reason = TEXT_EMPTY;
	int r = process_table_new(&c->processes);

	if (r == 0)
		r = naming_new(&c->naming);
	if (r == 0)
		r = story_new(&c->story, c->processes, c->naming);
	if (r < 0)
		return r;
	process_table_on_container(c->processes, on_container, c);
	if (process_table_watch(c->processes, options->process_memory, &reason) < 0) {
		log_warning("processes are asked of /proc alone, so those that are killed are often gone first: %s",
			reason.data ? reason.data : "?");
		snprintf(c->watch_why, sizeof(c->watch_why), "%s", reason.data ? reason.data : "?");
	}
	return 0;
}

static int attend_processes(struct collect *c)
{
	int r = loop_add_io(c->loop, naming_fd(c->naming), EPOLLIN, on_names, c, NULL);

	if (r == 0 && process_table_fd(c->processes) >= 0)
		r = loop_add_io(c->loop, process_table_fd(c->processes), EPOLLIN, on_processes, c, NULL);
	tell_watch(c);
	return r;
}

/* ---- opening ------------------------------------------------------------------------------------------------------- */

static int open_kernel(struct collect *c, const struct collect_options *options, struct text *why)
{
	struct netlink_options netlink_options = {options->receive_buffer};
	size_t asked = options->receive_buffer ? options->receive_buffer : NETLINK_RECEIVE_BUFFER;
	int r = netlink_open(&c->netlink, &netlink_options, why);

	if (r < 0)
		return r;
	if (netlink_receive_buffer(c->netlink) < asked)
		log_warning("the kernel's queue is %zu bytes instead of %zu: without CAP_NET_ADMIN "
			    "net.core.rmem_max limits it, and a storm of violations may overflow it",
			netlink_receive_buffer(c->netlink), asked);
	if (!netlink_pids_are_ours()) {
		log_warning("this is not the initial pid namespace: processes cannot be attributed to containers");
		return 0;
	}
	return open_processes(c, options);
}

static int open_loop(struct collect *c)
{
	static const int signals[] = {SIGTERM, SIGINT, 0};
	int r = loop_new(&c->loop);

	if (r == 0)
		r = loop_add_signals(c->loop, signals, on_signal, c);
	if (r == 0)
		r = loop_add_timer(c->loop, on_hand_over_timer, c, &c->hand_over_timer);
	if (r == 0)
		r = loop_add_timer(c->loop, on_settle, c, &c->settle_timer);
	if (r == 0)
		loop_set_before_sleep(c->loop, before_sleep, c);
	return r;
}

static int start(struct collect *c, const struct collect_options *options, struct text *why)
{
	struct resume resume = {0};
	int r = open_loop(c);

	if (r == 0)
		r = open_kernel(c, options, why);
	if (r == 0)
		r = open_writer(c, options, &resume, why);
	if (r == 0)
		r = open_gather(c, options, &resume);
	c->pump = (struct pump){.netlink = c->netlink, .gather = c->gather, .processes = c->processes};
	if (r == 0)
		r = loop_add_io(c->loop, netlink_fd(c->netlink), EPOLLIN, on_readable, c, NULL);
	if (r == 0)
		r = loop_add_io(c->loop, writer_fd(c->writer), EPOLLIN, on_writer_free, c, NULL);
	if (r == 0 && c->processes)
		r = attend_processes(c);
	return r;
}

/* What is still on its way from the kernel, and the last batch. */
static int finish(struct collect *c)
{
	uint64_t left = 0;
	int r;

	pump_drain(&c->pump, DRAIN_MS);
	r = gather_finish(c->gather, STOP_MS, &left);
	if (r < 0)
		log_error("the database did not take the last %" PRIu64 " events in time", left);
	return r;
}

static void collect_free(struct collect *c)
{
	if (!c)
		return;
	gather_free(c->gather);
	writer_free(c->writer);
	story_free(c->story);
	naming_free(c->naming);
	process_table_free(c->processes);
	netlink_close(c->netlink);
	loop_free(c->loop);
	free(c);
}
DEFINE_CLEANUP(struct collect *, collect_free)

int collect_run(const struct collect_options *options, struct text *why)
{
	CLEANUP(collect_free_p) struct collect *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->handed_over = clock_monotonic() - COVERAGE_MS;
	r = start(c, options, why);
	if (r < 0)
		return r;
	log_info("collecting into %s", options->db);
	r = loop_run(c->loop);
	return MIN(finish(c), r);
}
