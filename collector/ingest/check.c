/* SPDX-License-Identifier: MIT */
#include "seccompwatch/check.h"

#include <fcntl.h>
#include <inttypes.h>

#include "seccompwatch/control.h"
#include "seccompwatch/netlink.h"

#define ASK_MS       500
#define ACTIONS      "/proc/sys/kernel/seccomp/actions_"
#define NEED_CONTROL "run doctor as root: asking needs CAP_AUDIT_CONTROL"

void check_free(struct check *check)
{
	text_free(&check->detail);
	text_free(&check->remedy);
}

static void ok(struct check *c, const char *detail)
{
	c->ok = true;
	text_add_str(&c->detail, detail);
}

static void not_ok(struct check *c, bool hides, const char *detail, const char *remedy)
{
	c->hides = hides;
	text_add_str(&c->detail, detail);
	text_add_str(&c->remedy, remedy);
}

static int read_line(const char *path, char *buffer, size_t size)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buffer, size - 1);

	if (n < 0)
		return -errno;
	while (n > 0 && (buffer[n - 1] == '\n' || buffer[n - 1] == ' '))
		n--;
	buffer[n] = '\0';
	return 0;
}

/* ---- the way of a record, from the filter to us ---------------------------------------------------------------- */

static bool has_word(struct span list, struct span word)
{
	size_t from = 0;

	for (size_t i = 0; i <= list.len; i++) {
		if (i < list.len && list.data[i] != ' ')
			continue;
		if (span_equal((struct span){list.data + from, i - from}, word))
			return true;
		from = i + 1;
	}
	return false;
}

void check_missing_actions(struct span avail, struct span logged, struct text *ret)
{
	size_t from = 0;

	for (size_t i = 0; i <= avail.len; i++) {
		if (i < avail.len && avail.data[i] != ' ')
			continue;
		struct span word = {avail.data + from, i - from};
		from = i + 1;
		if (word.len == 0 || span_equal(word, SPAN("allow")) || has_word(logged, word))
			continue;
		if (ret->len)
			text_add_char(ret, ' ');
		text_add(ret, word);
	}
}

static void check_actions_logged(struct check *c)
{
	CLEANUP_TEXT struct text missing = TEXT_EMPTY;
	char avail[256] = "", logged[256] = "";

	if (read_line(ACTIONS "avail", avail, sizeof(avail)) < 0 || read_line(ACTIONS "logged", logged, sizeof(logged)) < 0) {
		not_ok(c, true, "this kernel has no seccomp logging switch",
			"kernel 4.14 or newer records denials; older ones only kills");
		return;
	}
	check_missing_actions(span_from(avail), span_from(logged), &missing);
	if (missing.len == 0) {
		ok(c, "every action can be recorded (kills and logs always, the others where the filter has the log flag)");
		return;
	}
	c->hides = true;
	text_printf(&c->detail, "never recorded, whatever the filter says: %s", missing.data);
	text_printf(&c->remedy, "sysctl -w kernel.seccomp.actions_logged=\"%s %s\"", logged, missing.data);
}

static void check_exclude_rule(struct check *c)
{
	bool excluded;
	int r = control_find_exclusion(ASK_MS, &excluded);

	if (r < 0)
		not_ok(c, false, "the audit rules cannot be read", NEED_CONTROL);
	else if (excluded)
		not_ok(c, true, "an audit rule excludes SECCOMP records",
			"auditctl -l shows the exclude rules; remove it there and in /etc/audit/rules.d");
	else
		ok(c, "no audit rule excludes SECCOMP records");
}

static void check_rate_limit(struct check *c)
{
	struct control_status status;

	if (control_status(ASK_MS, &status) < 0) {
		not_ok(c, false, "the audit rate limit cannot be read", NEED_CONTROL);
		return;
	}
	c->ok = status.rate_limit == 0;
	c->hides = !c->ok;
	if (c->ok) {
		text_add_str(&c->detail, "audit has no rate limit");
		return;
	}
	text_printf(&c->detail, "audit drops what comes faster than %" PRIu32 " records a second", status.rate_limit);
	text_add_str(&c->remedy, "auditctl -r 0");
}

static void check_network_namespace(struct check *c)
{
	if (netlink_in_initial_namespace())
		ok(c, "this is the initial network namespace");
	else
		not_ok(c, true, "this is not the initial network namespace: no audit record ever comes here",
			"run on the host, or in a container with --network host");
}

static void check_pid_namespace(struct check *c)
{
	if (netlink_pids_are_ours())
		ok(c, "this is the initial pid namespace: records can be attributed to containers");
	else
		not_ok(c, false, "this is not the initial pid namespace: records cannot be attributed to containers",
			"run on the host, or in a container with --pid host");
}

static void check_audit_read(struct check *c)
{
	CLEANUP(netlink_close_p) struct netlink *n = NULL;
	int r = netlink_open(&n, &(struct netlink_options){0}, &c->remedy);

	if (r == 0)
		ok(c, "the kernel's audit records can be read");
	else if (r == -ENONET)
		text_add_str(&c->detail, "the kernel's audit records do not come here");
	else
		text_printf(&c->detail, "the kernel's audit records cannot be read (%s)", strerror(-r));
	c->hides = r < 0;
}

static void check_receive_buffer(struct check *c)
{
	CLEANUP(netlink_close_p) struct netlink *n = NULL;
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	size_t granted;

	if (netlink_open(&n, &(struct netlink_options){0}, &why) < 0) {
		not_ok(c, false, "unknown: no audit socket", "see audit_read");
		return;
	}
	granted = netlink_receive_buffer(n);
	c->ok = granted >= NETLINK_RECEIVE_BUFFER;
	text_printf(&c->detail, "the kernel's queue holds %zu KiB for us", granted >> 10);
	if (!c->ok)
		text_printf(&c->remedy, "a storm may overflow it: give CAP_NET_ADMIN, or sysctl -w net.core.rmem_max=%u",
			NETLINK_RECEIVE_BUFFER);
}

static void check_auditd(struct check *c)
{
	struct control_status status;

	if (control_status(ASK_MS, &status) < 0) {
		not_ok(c, false, "whether auditd runs is unknown", NEED_CONTROL);
		return;
	}
	c->ok = true;
	if (status.pid)
		text_printf(&c->detail, "auditd runs (pid %" PRIu32 ") and gets its own copy: neither disturbs the other",
			status.pid);
	else
		text_add_str(&c->detail, "auditd does not run, and is not needed; the kernel also prints each record to its log");
}

static void check_kernel_lost(struct check *c)
{
	struct control_status status;

	if (control_status(ASK_MS, &status) < 0) {
		not_ok(c, false, "the kernel's count of lost records cannot be read", NEED_CONTROL);
		return;
	}
	c->ok = status.lost == 0;
	text_printf(&c->detail, "%" PRIu32 " records lost since boot, %" PRIu32 " of %" PRIu32 " waiting", status.lost,
		status.backlog, status.backlog_limit);
	if (!c->ok)
		text_add_str(&c->remedy, "a larger backlog helps against bursts: auditctl -b 8192");
}

static const struct {
	const char *id;
	void (*run)(struct check *c);
	bool anyone; /* needs no privilege */
} host_checks[] = {
	{"audit_read", check_audit_read, false},
	{"network_namespace", check_network_namespace, true},
	{"pid_namespace", check_pid_namespace, true},
	{"actions_logged", check_actions_logged, true},
	{"exclude_rule", check_exclude_rule, false},
	{"rate_limit", check_rate_limit, false},
	{"auditd", check_auditd, false},
	{"receive_buffer", check_receive_buffer, false},
	{"kernel_lost", check_kernel_lost, false},
};
_Static_assert(ARRAY_SIZE(host_checks) <= CHECK_MAX, "raise CHECK_MAX");

size_t check_host(struct check ret[static CHECK_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(host_checks); i++) {
		ret[i] = (struct check){.id = host_checks[i].id};
		host_checks[i].run(&ret[i]);
	}
	return ARRAY_SIZE(host_checks);
}

size_t check_anyone(struct check ret[static CHECK_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(host_checks); i++) {
		ret[i] = (struct check){.id = host_checks[i].id, .unknown = !host_checks[i].anyone};
		if (host_checks[i].anyone)
			host_checks[i].run(&ret[i]);
		else
			not_ok(&ret[i], false, "only root can tell", "sudo seccompwatch doctor");
	}
	return ARRAY_SIZE(host_checks);
}
