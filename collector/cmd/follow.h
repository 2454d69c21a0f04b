/* SPDX-License-Identifier: MIT */
/* follow: waiting between looks at the database, until somebody says stop or nobody reads any more. */
#pragma once

#include "seccompwatch/base.h"

/* Blocks SIGINT and SIGTERM for the life of the object. */
struct follow {
	int signals; /* signalfd */
	int to;      /* the descriptor that is written to */
};
#define FOLLOW_EMPTY ((struct follow){-1, -1})

int follow_start(struct follow *f, int to);
void follow_stop(struct follow *f);
/* 1 after `ms`, 0 when it is over. */
int follow_wait(const struct follow *f, int ms);
