/* SPDX-License-Identifier: MIT */
/* sse: what is said to the clients of the live stream, as text/event-stream. */
#pragma once

#include "web.h"

/* The rows that changed since `since` and match, as `violation` events; one `reset` when they are too many to be
 * told one by one. Appends nothing when there is none. */
int sse_changes(struct query *q, const struct query_filter *filter, uint64_t since, struct text *to);
/* What was shown has to be asked for anew: replaces what `to` holds. */
void sse_reset(struct text *to, uint64_t seq);
/* The health document, or the error when q is NULL. */
void sse_health(struct web *web, struct query *q, struct text *to);
