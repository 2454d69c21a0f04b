/* SPDX-License-Identifier: MIT */
/* hosts: whose records: a row for each machine, known by machine-id or by names. */
#pragma once

#include "database.h"

/* This machine's row, made or brought up to date. */
int hosts_local(struct database *d, int64_t *ret);
/* The row of a name as records carry it (raw); this machine's own names are this machine. */
int hosts_named(struct database *d, struct span name, int64_t *ret);
