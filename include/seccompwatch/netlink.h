/* SPDX-License-Identifier: MIT */
/* netlink: the kernel's audit records, read in batches from the READLOG multicast group. It never takes auditd's
 * seat and changes no audit setting. One record a datagram; every record type comes, not only SECCOMP.
 * Rules of the kernel this rests on: kernel/audit.c audit_multicast_bind(), kauditd_send_multicast_skb();
 * net/netlink/af_netlink.c netlink_overrun(). */
#pragma once

#include "text.h"

struct netlink;

#define NETLINK_RECEIVE_BUFFER (64u << 20) /* bytes; the kernel's queue, not ours */
#define NETLINK_BATCH          64          /* datagrams a call */

struct netlink_options {
	size_t receive_buffer; /* 0: NETLINK_RECEIVE_BUFFER */
};

struct netlink_message {
	uint16_t type; /* AUDIT_SECCOMP and all the others */
	bool cut;      /* longer than any record should be: the end is missing */
	struct span payload;
};

/* Negative errno, and in *why a sentence for the user that names the remedy. */
int netlink_open(struct netlink **ret, const struct netlink_options *options, struct text *why);
void netlink_close(struct netlink *n);
DEFINE_CLEANUP(struct netlink *, netlink_close)

int netlink_fd(const struct netlink *n);
/* What the kernel granted; smaller than asked for without CAP_NET_ADMIN. */
size_t netlink_receive_buffer(const struct netlink *n);

/* Never blocks. The number of datagrams received (fewer than NETLINK_BATCH: the queue is dry), -ENOBUFS when the kernel dropped
 * some because the queue was full (not fatal, go on reading), other negative errno: give up. */
int netlink_receive(struct netlink *n);
/* The i-th of them: false for what is no record of the kernel's. Valid until the next netlink_receive. */
bool netlink_message(const struct netlink *n, size_t i, struct netlink_message *ret);

/* Pure. One datagram of `len` bytes from port `sender`: false unless it is a message of the kernel's. */
bool netlink_unwrap(const char *data, size_t len, uint32_t sender, struct netlink_message *ret);
/* Pure. What a failure to get at the records means for the user. `cmdline` is the kernel's. */
void netlink_explain(int error, struct span cmdline, struct text *why);

/* The group delivers in the initial network namespace alone; elsewhere joining succeeds and nothing comes. */
bool netlink_in_initial_namespace(void);
/* A record's pid is one of the initial pid namespace: elsewhere it names somebody else, or nobody. */
bool netlink_pids_are_ours(void);
/* Whether the kernel was booted with audit=0 (cmdline is the text of /proc/cmdline). Pure. */
bool netlink_booted_without_audit(struct span cmdline);
