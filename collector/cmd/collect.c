/* SPDX-License-Identifier: MIT */
#include "seccompwatch/collect.h"

#include "cmd.h"
#include "seccompwatch/log.h"

enum {
	COLLECT_RECEIVE_BUFFER,
	COLLECT_MAX_SIGNATURES,
	COLLECT_PROCESS_MEMORY,
};

const struct option_row cmd_collect_options[] = {
	{"receive-buffer", 0, COLLECT_RECEIVE_BUFFER, "BYTES",
		"the kernel's queue of records waiting to be read (K, M or G may follow; default 64M)", NULL},
	{"max-signatures", 0, COLLECT_MAX_SIGNATURES, "N",
		"kinds of violations kept apart for one container, the rest is counted as one (default 4096)", NULL},
	{"process-memory", 0, COLLECT_PROCESS_MEMORY, "BYTES",
		"memory for what is kept of processes, so that dead ones are known (default 8M)", NULL},
	{0},
};

static unsigned unit_bits(char unit)
{
	switch (unit) {
	case 'K':
		return 10;
	case 'M':
		return 20;
	case 'G':
		return 30;
	default:
		return 0;
	}
}

static int read_bytes(struct span value, size_t *ret)
{
	unsigned bits = value.len ? unit_bits(value.data[value.len - 1]) : 0;
	uint64_t number;

	if (bits)
		value.len--;
	if (text_to_u64(value, (INT32_MAX / 2) >> bits, &number) < 0 || number == 0)
		return -EINVAL;
	*ret = (size_t)number << bits;
	return 0;
}

static int take(void *data, const struct option_row *row, const char *value, struct text *why)
{
	struct collect_options *options = data;
	uint64_t number;

	switch (row->id) {
	case COLLECT_RECEIVE_BUFFER:
		if (read_bytes(span_from(value), &options->receive_buffer) == 0)
			return 0;
		text_printf(why, "--receive-buffer takes a size up to 1023M such as 64M, not \"%s\"", value);
		return -EINVAL;
	case COLLECT_PROCESS_MEMORY:
		if (read_bytes(span_from(value), &options->process_memory) == 0)
			return 0;
		text_printf(why, "--process-memory takes a size such as 8M, not \"%s\"", value);
		return -EINVAL;
	default:
		if (text_to_u64(span_from(value), 1000000, &number) == 0 && number > 0) {
			options->max_signatures = (uint32_t)number;
			return 0;
		}
		text_printf(why, "--max-signatures takes a number from 1 to 1000000, not \"%s\"", value);
		return -EINVAL;
	}
}

static int run(struct cmd_line *line)
{
	CLEANUP_TEXT struct text why = TEXT_EMPTY;
	CLEANUP_FREE char *db = NULL;
	struct collect_options options = {0};
	int status, r;

	if (cmd_parse(line, take, &options, &status) < 0)
		return status;
	db = cmd_db_path(line);
	options.db = db;
	r = db ? collect_run(&options, &why) : -ENOMEM;
	if (r < 0)
		log_error("%s", why.data ? why.data : strerror(-r));
	return r < 0 ? CMD_FAILED : CMD_DONE;
}

static const struct option_row *const options[] = {cmd_collect_options, NULL};

const struct cmd cmd_collect = {
	.name = "collect",
	.summary = "read the kernel's seccomp records into the database",
	.text = "Reads every record that the kernel's audit side emits (a multicast group: auditd may run beside it, and "
		"keeps its place) and stores the SECCOMP ones. Records that never came are found by their serial "
		"numbers and stored as losses.\n\n"
		"Needs CAP_AUDIT_READ, the initial network namespace and, to lift the limit on the kernel's queue, "
		"CAP_NET_ADMIN. Ends on SIGTERM or SIGINT, with the last violation stored.",
	.options = options,
	.run = run,
};
