/* SPDX-License-Identifier: MIT */
/* collect: the live pipeline: kernel → netlink → record → attribution → batch → store. One thread reads the kernel
 * and waits for nothing else, another owns the database. */
#pragma once

#include "text.h"

struct collect_options {
	const char *db;
	size_t receive_buffer; /* of the kernel's queue; 0: the default */
	size_t max_rows;       /* of a batch in memory; 0: the default */
	uint32_t max_signatures; /* a container; 0: the store's default */
	size_t process_memory;   /* for what is kept of processes; 0: 8 MiB */
};

/* Collects until SIGTERM or SIGINT, then stores what is left. 0, or negative errno with a sentence in *why. */
int collect_run(const struct collect_options *options, struct text *why);
