/* SPDX-License-Identifier: MIT */
#include "pump.h"

#include "seccompwatch/control.h"

#define TURN_MS    100  /* at most so long between two looks at signals and timers */
#define SLOT_MS    50
#define STORM      1024 /* records in a slot; what dies by its violation cannot come so fast */
#define NAP_MAX_US 20000
#define NAP_MIN_US 1000
#define NAP_BYTES  1300 /* of the queue for a microsecond of nap: at 250,000 a second an eighth of it fills */
#define DRAIN_US   1000
#define ASK_MS     20

static void take_all(struct pump *p, int n)
{
	struct netlink_message m;

	for (int i = 0; i < n; i++)
		if (netlink_message(p->netlink, (size_t)i, &m))
			gather_take(p->gather, &m);
}

/* Until the queue is dry (0), or until `deadline` (1). */
static int read_queue(struct pump *p, int64_t deadline, size_t *ret_taken)
{
	int n;

	*ret_taken = 0;
	do {
		n = netlink_receive(p->netlink);
		if (n == -ENOBUFS)
			gather_overflow(p->gather);
		else if (n < 0)
			return n;
		take_all(p, n);
		*ret_taken += (size_t)MAX(n, 0);
	} while ((n == NETLINK_BATCH || n == -ENOBUFS) && clock_monotonic() < deadline);
	return n == NETLINK_BATCH;
}

static void forget_processes(struct pump *p)
{
	if (p->processes)
		process_table_forget(p->processes);
}

static bool is_storm(struct pump *p, int64_t now, size_t taken)
{
	if (now / SLOT_MS != p->slot)
		p->taken = 0;
	p->slot = now / SLOT_MS;
	p->taken += taken;
	return p->taken >= STORM;
}

/* In a storm one wake-up a record costs more than the record: a nap lets some gather in the queue, if that is large
 * enough. It also disturbs less: whoever is preempted between finding the backlog full and going to sleep on it
 * (kernel/audit.c audit_log_start()) can miss his wake-up, and sleeps for a minute. */
static bool nap(const struct pump *p)
{
	size_t us = MIN(netlink_receive_buffer(p->netlink) / NAP_BYTES, (size_t)NAP_MAX_US);

	return us >= NAP_MIN_US && usleep((useconds_t)us) == 0;
}

int pump_turn(struct pump *p)
{
	int64_t now = clock_monotonic(), deadline = now + TURN_MS;
	size_t taken;
	int r;

	do {
		r = read_queue(p, deadline, &taken);
		forget_processes(p);
		if (r != 0 || !is_storm(p, now, taken) || !nap(p))
			break;
		now = clock_monotonic();
	} while (now < deadline);
	return MIN(r, 0);
}

/* Records whose process has long gone on may still wait in the kernel to be sent to us. */
static bool more_to_come(void)
{
	struct control_status status;

	return control_status(ASK_MS, &status) == 0 && status.backlog > 0;
}

void pump_drain(struct pump *p, int timeout_ms)
{
	int64_t deadline = clock_monotonic() + timeout_ms;
	size_t taken;
	bool more;

	do {
		more = more_to_come(); /* asked before the look that proves it */
		if (read_queue(p, deadline, &taken) < 0)
			return;
		more |= taken > 0;
		if (more)
			usleep(DRAIN_US);
	} while (more && clock_monotonic() < deadline);
}
