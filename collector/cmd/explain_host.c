/* SPDX-License-Identifier: MIT */
#include "explain_host.h"

#include <stdio.h>
#include <string.h>

void explain_host_free(struct explain_host *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(h->texts); i++)
		free(h->texts[i]);
	container_info_free(&h->info);
	text_free(&h->names);
	*h = (struct explain_host){0};
}

static int keep(void *data, enum event_runtime runtime, const char *cid, const char *name)
{
	struct explain_host *h = data;

	if (strcmp(h->cid, cid) == 0)
		return 0;
	if (h->n++ == 0) {
		snprintf(h->cid, sizeof(h->cid), "%s", cid);
		h->runtime = runtime;
	}
	text_printf(&h->names, "%s%s", h->n > 1 ? ", " : "", cid);
	if (name) {
		text_add_str(&h->names, " (");
		text_add_terminal(&h->names, span_from(name));
		text_add_char(&h->names, ')');
	}
	return 0;
}

static int read_files(struct explain_host *h)
{
	struct container_request request = {.root = "", .cid = h->cid, .runtime = h->runtime, .owner = EVENT_UNSET};

	return container_read(&request, &h->info);
}

/* Names as the reader has them: escaped. NULL stays NULL. */
static const char *escape(struct explain_host *h, size_t slot, const char *raw)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	if (!raw)
		return NULL;
	text_add_escaped(&t, span_from(raw));
	h->texts[slot] = text_take(&t);
	return h->texts[slot];
}

static void copy_end(struct explain_host *h)
{
	h->container.has_state = h->info.has_state;
	h->container.has_oom = h->info.has_state;
	h->container.oom_killed = h->info.oom_killed;
	h->container.exit_code = h->info.exit_code;
	h->container.restarts = h->info.restarts;
}

int explain_host_find(struct explain_host *h, const char *word, struct text *why)
{
	int r = container_search("", span_from(word), keep, h);

	if (r == 0 && h->n != 1) {
		if (h->n > 1) {
			text_reset(why);
			text_printf(why, "several containers of this host are meant: %s", h->names.data ? h->names.data : "");
		}
		return h->n == 0 ? -ENOENT : -EINVAL;
	}
	if (r == 0)
		r = read_files(h);
	if (r < 0)
		return r;
	h->container = (struct query_container){
		.key = -1, /* no row's */
		.id = h->cid,
		.name = escape(h, 0, h->info.name),
		.image = escape(h, 1, h->info.image),
		.pod = escape(h, 2, h->info.pod),
		.namespace = escape(h, 3, h->info.namespace),
		.pod_uid = escape(h, 4, h->info.pod_uid),
		.runtime = h->info.runtime,
		.has_spec = h->info.has_spec,
		.labels = h->info.labels,
		.started = CLOCK_NONE,
		.ended = CLOCK_NONE,
	};
	copy_end(h);
	return 0;
}

bool explain_host_complete(struct explain_host *h, const struct query_container *known)
{
	if (known->has_state || strlen(known->id) >= sizeof(h->cid))
		return false;
	snprintf(h->cid, sizeof(h->cid), "%s", known->id);
	h->runtime = known->runtime;
	if (read_files(h) < 0 || !h->info.has_state)
		return false;
	h->container = *known;
	copy_end(h);
	h->container.oom_killed |= known->oom_killed;
	return true;
}
