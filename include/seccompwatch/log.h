/* SPDX-License-Identifier: MIT */
/* log: lines for people on standard error, one a call; with the journal's <N> prefixes when stderr is the
 * journal ($JOURNAL_STREAM). Control bytes in what is printed are neutralised. */
#pragma once

#include "base.h"

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

void log_set_level(enum log_level level); /* INFO by default; -v DEBUG, -q ERROR */
enum log_level log_get_level(void);
void log_error(const char *fmt, ...) PRINTF(1, 2);
void log_warning(const char *fmt, ...) PRINTF(1, 2);
void log_info(const char *fmt, ...) PRINTF(1, 2);
void log_debug(const char *fmt, ...) PRINTF(1, 2);
