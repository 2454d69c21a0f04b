/* SPDX-License-Identifier: MIT */
/* The layout of the kernel's process events, and what is let through of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

#include "resolve/connector.h"

struct message {
	char bytes[256];
	size_t len;
};

static void make(struct message *m, const struct proc_event *e)
{
	struct nlmsghdr header = {.nlmsg_type = NLMSG_DONE};
	struct cn_msg cn = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(*e)};

	m->len = NLMSG_HDRLEN + sizeof(cn) + sizeof(*e);
	header.nlmsg_len = (uint32_t)m->len;
	memcpy(m->bytes, &header, sizeof(header));
	memcpy(m->bytes + NLMSG_HDRLEN, &cn, sizeof(cn));
	memcpy(m->bytes + NLMSG_HDRLEN + sizeof(cn), e, sizeof(*e));
}

static int parse(const struct proc_event *e, struct connector_event *ret)
{
	struct message m;

	make(&m, e);
	return connector_parse((struct span){m.bytes, m.len}, ret);
}

static void parses_events(void **state)
{
	struct proc_event fork = {.what = PROC_EVENT_FORK, .timestamp_ns = 42};
	struct proc_event exec = {.what = PROC_EVENT_EXEC};
	struct proc_event comm = {.what = PROC_EVENT_COMM};
	struct proc_event exit = {.what = PROC_EVENT_EXIT};
	struct connector_event e;

	fork.event_data.fork = (struct fork_proc_event){11, 10, 20, 20};
	assert_int_equal(parse(&fork, &e), 0);
	assert_int_equal(e.kind, CONNECTOR_FORK);
	assert_int_equal(e.pid, 20);
	assert_int_equal(e.parent, 10);
	assert_int_equal(e.time, 42);
	exec.event_data.exec = (struct exec_proc_event){20, 20};
	assert_int_equal(parse(&exec, &e), 0);
	assert_int_equal(e.kind, CONNECTOR_EXEC);
	assert_int_equal(e.pid, 20);
	comm.event_data.comm.process_pid = comm.event_data.comm.process_tgid = 20;
	memset(comm.event_data.comm.comm, 'x', sizeof(comm.event_data.comm.comm));
	assert_int_equal(parse(&comm, &e), 0);
	assert_string_equal(e.comm, "xxxxxxxxxxxxxxx");
	exit.event_data.exit.process_pid = exit.event_data.exit.process_tgid = 20;
	exit.event_data.exit.exit_code = 31;
	assert_int_equal(parse(&exit, &e), 0);
	assert_int_equal(e.kind, CONNECTOR_EXIT);
	assert_int_equal(e.code, 31);
}

static void refuses_threads_and_the_rest(void **state)
{
	struct proc_event fork = {.what = PROC_EVENT_FORK}, exit = {.what = PROC_EVENT_EXIT};
	struct proc_event other = {.what = PROC_EVENT_UID};
	struct connector_event e;

	fork.event_data.fork = (struct fork_proc_event){10, 10, 21, 20};
	assert_int_equal(parse(&fork, &e), -EINVAL);
	exit.event_data.exit.process_pid = 21;
	exit.event_data.exit.process_tgid = 20;
	assert_int_equal(parse(&exit, &e), -EINVAL);
	assert_int_equal(parse(&other, &e), -EINVAL);
}

static void refuses_what_is_cut(void **state)
{
	struct proc_event exec = {.what = PROC_EVENT_EXEC};
	struct connector_event e;
	struct message m;
	struct cn_msg cn;

	make(&m, &exec);
	for (size_t len = 0; len < NLMSG_HDRLEN + sizeof(cn) + 16; len++)
		assert_int_equal(connector_parse((struct span){m.bytes, len}, &e), -EINVAL);
	memcpy(&cn, m.bytes + NLMSG_HDRLEN, sizeof(cn));
	cn.id.idx = CN_IDX_PROC + 1;
	memcpy(m.bytes + NLMSG_HDRLEN, &cn, sizeof(cn));
	assert_int_equal(connector_parse((struct span){m.bytes, m.len}, &e), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_events),
		cmocka_unit_test(refuses_threads_and_the_rest),
		cmocka_unit_test(refuses_what_is_cut),
	};

	return cmocka_run_group_tests_name("connector", tests, NULL, NULL);
}
