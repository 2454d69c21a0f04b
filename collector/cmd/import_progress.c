/* SPDX-License-Identifier: MIT */
#include "import_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "seccompwatch/clock.h"
#include "seccompwatch/log.h"

#define INTERVAL_MS 100
#define BAR_WIDTH   24

void import_progress_init(struct import_progress *p)
{
	*p = (struct import_progress){.is_shown = isatty(STDERR_FILENO) && log_get_level() > LOG_LEVEL_ERROR};
}

void import_progress_file(struct import_progress *p, const char *name)
{
	p->name = strcmp(name, "-") == 0 ? "standard input" : name;
	p->next = clock_monotonic() + INTERVAL_MS;
}

static void draw_bar(uint64_t done, uint64_t total)
{
	char bar[BAR_WIDTH + 1] = {0};
	size_t filled = (size_t)(MIN(done, total) * BAR_WIDTH / total);

	memset(bar, '.', BAR_WIDTH);
	memset(bar, '#', filled);
	fprintf(stderr, "[%s] %3u%% of ", bar, (unsigned)(MIN(done, total) * 100 / total));
}

static void print_name(const char *name)
{
	CLEANUP_TEXT struct text shown = TEXT_EMPTY;

	text_add_terminal(&shown, span_from(name));
	fprintf(stderr, " %.60s", shown.data ? shown.data : "");
}

void import_progress_draw(struct import_progress *p, uint64_t done, uint64_t total)
{
	if (!p->is_shown || clock_monotonic() < p->next)
		return;
	p->next = clock_monotonic() + INTERVAL_MS;
	fputs("\r\033[K", stderr);
	if (total > 0)
		draw_bar(done, total);
	fprintf(stderr, "%.1f MB", (double)(total ? total : done) / 1e6);
	print_name(p->name);
	fflush(stderr);
}

void import_progress_clear(struct import_progress *p)
{
	if (p->is_shown)
		fputs("\r\033[K", stderr);
}
