/* SPDX-License-Identifier: MIT */
/* What surrounds events, kept in memory until it is written: copies, escaped as they will be stored. */
#include "batch_rows.h"

void batch_stories_reset(struct batch_stories *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->n; i++)
		for (size_t t = 0; t < ARRAY_SIZE(s->items[i].texts); t++)
			free(s->items[i].texts[t]);
	s->n = 0;
}

/* A fresh item; it counts only after commit(). */
static int begin(struct batch *b, struct batch_story **ret)
{
	if (!b->stories)
		b->stories = calloc(1, sizeof(*b->stories));
	if (!b->stories)
		return -ENOMEM;
	if (b->stories->n == BATCH_STORIES_MAX)
		return BATCH_E_FULL;
	*ret = &b->stories->items[b->stories->n];
	**ret = (struct batch_story){0};
	return 0;
}

static int commit(struct batch *b, struct batch_story *story, bool ok)
{
	b->stories->n++;
	if (ok)
		return 0;
	for (size_t t = 0; t < ARRAY_SIZE(story->texts); t++)
		free(TAKE(story->texts[t]));
	b->stories->n--;
	return -ENOMEM;
}

static bool keep_span(struct batch_story *story, size_t slot, struct span raw, const char **ret)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_escaped(&t, raw);
	story->texts[slot] = text_take(&t);
	*ret = story->texts[slot];
	return story->texts[slot] != NULL;
}

static bool keep(struct batch_story *story, size_t slot, const char **field)
{
	return !*field || keep_span(story, slot, span_from(*field), field);
}

static bool keep_as_it_is(struct batch_story *story, size_t slot, const char **field)
{
	if (!*field)
		return true;
	story->texts[slot] = strdup(*field);
	*field = story->texts[slot];
	return *field != NULL;
}

int batch_add_container(struct batch *b, const struct batch_container *container)
{
	struct batch_story *story;
	struct batch_container *c;
	bool ok;
	int r = begin(b, &story);

	if (r != 0)
		return r;
	story->kind = BATCH_CONTAINER;
	c = &story->container;
	*c = *container;
	ok = keep(story, 0, &c->cid) && keep(story, 1, &c->name) && keep(story, 2, &c->image) && keep(story, 3, &c->pod) &&
	     keep(story, 4, &c->namespace) && keep(story, 5, &c->pod_uid) && keep(story, 6, &c->outer);
	/* These are documents of their own: kept as they are. */
	ok = ok && keep_as_it_is(story, 7, &c->profile) && keep_as_it_is(story, 8, &c->labels) &&
	     keep_as_it_is(story, 9, &c->caps);
	return commit(b, story, ok);
}

int batch_add_account(struct batch *b, const struct batch_account *account)
{
	struct batch_story *story;
	struct batch_account *a;
	int r = begin(b, &story);

	if (r != 0)
		return r;
	story->kind = BATCH_ACCOUNT;
	a = &story->account;
	*a = *account;
	return commit(b, story, keep(story, 0, &a->cid) && keep(story, 1, &a->name) && keep(story, 2, &a->inner_name));
}

/* "nc\0-l\0" → "nc -l" */
static bool keep_cmdline(struct batch_story *story, size_t slot, struct span *cmdline)
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	while (cmdline->len > 0) {
		size_t n = strnlen(cmdline->data, cmdline->len);

		if (t.len > 0)
			text_add_char(&t, ' ');
		text_add_escaped(&t, (struct span){cmdline->data, n});
		*cmdline = span_from_offset(*cmdline, n + 1);
	}
	story->texts[slot] = text_take(&t);
	*cmdline = span_from(story->texts[slot]);
	return story->texts[slot] != NULL;
}

int batch_add_process(struct batch *b, const struct batch_process *process)
{
	struct batch_story *story;
	struct batch_process *p;
	bool ok;
	int r = begin(b, &story);

	if (r != 0)
		return r;
	story->kind = BATCH_PROCESS;
	p = &story->process;
	*p = *process;
	ok = keep(story, 0, &p->cid) && keep(story, 1, &p->parents) && keep_cmdline(story, 2, &p->cmdline);
	return commit(b, story, ok);
}

int batch_add_origin(struct batch *b, const struct batch_origin *origin)
{
	struct batch_story *story;
	int r = begin(b, &story);

	if (r != 0)
		return r;
	story->kind = BATCH_ORIGIN;
	story->origin = *origin;
	return commit(b, story, keep(story, 0, &story->origin.module) && keep(story, 1, &story->origin.symbol));
}
