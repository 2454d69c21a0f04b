/* SPDX-License-Identifier: MIT */
/* files_twins: journald writes one violation twice, as the audit transport gives it (no stamp) and as the kernel
 * printed it (with one). Texts that agree in every field and whose lines are at most two seconds apart are one
 * event; the one with the stamp is kept. Each text has one twin: a storm of equal violations stays as many. */
#include "files_internal.h"

#define WINDOW_MS 2000
#define RING      1024

struct seen {
	uint64_t print; /* 0: no longer waits for a twin */
	int64_t text_time;
	struct files_origin from;
	struct event *held; /* without the arena's unused end; NULL: has been handed out, it had a stamp */
};

struct files_twins {
	struct seen ring[RING];
	size_t first, n;
};

int files_twins_new(struct files_twins **ret)
{
	struct files_twins *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	*ret = t;
	return 0;
}

void files_twins_free(struct files_twins *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < RING; i++)
		free(t->ring[i].held);
	free(t);
}

static size_t add_text(char *to, size_t at, const struct event *ev, struct event_text text)
{
	uint16_t len = event_has(text) ? text.len : UINT16_MAX;

	memcpy(to + at, &len, sizeof(len));
	at += sizeof(len);
	if (event_has(text)) {
		memcpy(to + at, ev->arena + text.off, text.len);
		at += text.len;
	}
	return at;
}

/* A hash of everything that both texts have. */
static uint64_t print_of(const struct event *ev)
{
	const int64_t numbers[] = {ev->syscall, (int64_t)ev->ip, ev->arch, ev->code, ev->uid, ev->gid, ev->auid, ev->ses,
		ev->pid, ev->sig, ev->compat, ev->has_arch, ev->has_code, ev->has_ip};
	const struct event_text texts[] = {ev->comm, ev->exe, ev->subj, ev->prefix_host};
	char bytes[sizeof(numbers) + 2048];
	size_t len = sizeof(numbers);

	memcpy(bytes, numbers, sizeof(numbers));
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (event_has(texts[i]) && len + sizeof(uint16_t) + texts[i].len > sizeof(bytes))
			return 0;
		len = add_text(bytes, len, ev, texts[i]);
	}
	return base_hash(bytes, len) | 1;
}

static struct seen *at(struct files_twins *t, size_t i)
{
	return &t->ring[(t->first + i) % RING];
}

static bool is_near(const struct seen *s, int64_t text_time)
{
	return s->text_time - text_time <= WINDOW_MS && text_time - s->text_time <= WINDOW_MS;
}

static struct seen *find(struct files_twins *t, uint64_t print, int64_t text_time, bool held)
{
	for (size_t i = 0; i < t->n; i++) {
		struct seen *s = at(t, i);

		if (s->print == print && (s->held != NULL) == held && is_near(s, text_time))
			return s;
	}
	return NULL;
}

static struct event *copy_of(const struct event *ev)
{
	size_t size = offsetof(struct event, arena) + ev->arena_len;
	struct event *copy = malloc(size);

	if (copy)
		memcpy(copy, ev, size);
	return copy;
}

static void drop_first(struct files_twins *t)
{
	t->first = (t->first + 1) % RING;
	t->n--;
}

/* The ring's end is free: files_twins_release has made room. */
static void remember(struct files_twins *t, const struct seen *s)
{
	if (t->n < RING) {
		*at(t, t->n) = *s;
		t->n++;
	}
}

enum files_twin files_twins_offer(struct files_twins *t, const struct event *ev, const struct files_origin *from,
	struct files_origin *ret_twin)
{
	struct seen new = {print_of(ev), ev->text_time, *from, NULL};
	struct seen *twin;

	if (ev->text_time == CLOCK_NONE || new.print == 0)
		return FILES_TWIN_NONE;
	twin = find(t, new.print, ev->text_time, ev->has_serial);
	if (twin) {
		twin->print = 0;
		*ret_twin = twin->from;
		free(twin->held);
		twin->held = NULL;
		return ev->has_serial ? FILES_TWIN_OF_HELD : FILES_TWIN_SECOND;
	}
	if (!ev->has_serial)
		new.held = t->n < RING ? copy_of(ev) : NULL;
	if (!ev->has_serial && !new.held)
		return FILES_TWIN_NONE;
	remember(t, &new);
	return new.held ? FILES_TWIN_HELD : FILES_TWIN_NONE;
}

bool files_twins_release(struct files_twins *t, int64_t text_time, struct event *ev, struct files_origin *ret_from)
{
	while (t->n > 0) {
		struct seen *s = at(t, 0);
		bool is_full = t->n == RING;

		if (!is_full && text_time != CLOCK_NONE && is_near(s, text_time))
			return false;
		drop_first(t);
		if (!s->held)
			continue;
		memcpy(ev, s->held, offsetof(struct event, arena) + s->held->arena_len);
		*ret_from = s->from;
		free(s->held);
		s->held = NULL;
		return true;
	}
	return false;
}
