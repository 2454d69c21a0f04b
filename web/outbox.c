/* SPDX-License-Identifier: MIT */
#include "outbox.h"

struct outbox_text {
	unsigned refs;
	struct text text;
};

struct outbox_text *outbox_text_new(struct text *t)
{
	struct outbox_text *made = t->failed ? NULL : calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->refs = 1;
	made->text = *t;
	*t = TEXT_EMPTY;
	return made;
}

void outbox_text_unref(struct outbox_text *t)
{
	if (!t || --t->refs > 0)
		return;
	text_free(&t->text);
	free(t);
}

static void drop_first(struct outbox *o)
{
	outbox_text_unref(o->texts[o->first]);
	o->first = (o->first + 1) % OUTBOX_TEXTS;
	o->n--;
	o->sent = 0;
}

void outbox_clear(struct outbox *o)
{
	while (o->n > 0)
		drop_first(o);
	o->bytes = 0;
}

/* A single text may be larger than the bound: it is refused only behind others. */
int outbox_put(struct outbox *o, struct outbox_text *t)
{
	if (t->text.len == 0)
		return 0;
	if (o->n == OUTBOX_TEXTS || (o->n > 0 && o->bytes + t->text.len > OUTBOX_BYTES))
		return -ENOBUFS;
	o->texts[(o->first + o->n++) % OUTBOX_TEXTS] = t;
	o->bytes += t->text.len;
	t->refs++;
	return 0;
}

size_t outbox_take(struct outbox *o, char *to, size_t room)
{
	size_t taken = 0;

	while (o->n > 0 && taken < room) {
		struct text *text = &o->texts[o->first]->text;
		size_t len = MIN(text->len - o->sent, room - taken);

		memcpy(to + taken, text->data + o->sent, len);
		taken += len;
		o->sent += len;
		if (o->sent == text->len)
			drop_first(o);
	}
	o->bytes -= taken;
	return taken;
}
