/* SPDX-License-Identifier: MIT */
#include "seccompwatch/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "seccompwatch/text.h"

static enum log_level threshold = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	threshold = level;
}

enum log_level log_get_level(void)
{
	return threshold;
}

/* sd-daemon(3): the journal takes "<N>" as the line's priority. */
static const char *prefix_of(enum log_level level)
{
	static const char *const journal[] = {"<3>", "<4>", "<6>", "<7>"};
	static const char *const people[] = {"seccompwatch: error: ", "seccompwatch: warning: ", "seccompwatch: ",
		"seccompwatch: debug: "};

	return getenv("JOURNAL_STREAM") && !isatty(STDERR_FILENO) ? journal[level] : people[level];
}

/* One write a line, so that lines of several processes do not mix. */
static void PRINTF(2, 0) emit(enum log_level level, const char *fmt, va_list args)
{
	CLEANUP_TEXT struct text raw = TEXT_EMPTY, line = TEXT_EMPTY;

	if (level > threshold)
		return;
	text_vprintf(&raw, fmt, args);
	text_add_str(&line, prefix_of(level));
	text_add_terminal(&line, text_span(&raw));
	text_add_char(&line, '\n');
	if (!line.failed && write(STDERR_FILENO, line.data, line.len) < 0)
		return;
}

#define LOG_FUNCTION(name, level)                                                                            \
	void log_##name(const char *fmt, ...)                                                                \
	{                                                                                                    \
		va_list args;                                                                                \
                                                                                                             \
		va_start(args, fmt);                                                                         \
		emit(level, fmt, args);                                                                      \
		va_end(args);                                                                                \
	}

LOG_FUNCTION(error, LOG_LEVEL_ERROR)
LOG_FUNCTION(warning, LOG_LEVEL_WARNING)
LOG_FUNCTION(info, LOG_LEVEL_INFO)
LOG_FUNCTION(debug, LOG_LEVEL_DEBUG)
