/* SPDX-License-Identifier: MIT */
#include "totals.h"

/* Minutes in a bucket; the schema's resolutions are in seconds. */
static const int64_t resolutions[] = {1, 15, 60, 1440};

void totals_free(struct totals *t)
{
	free(t->items);
	*t = (struct totals){0};
}

int totals_add(struct totals *t, int64_t sig, int64_t minute, int64_t count)
{
	size_t room = t->room ? t->room * 2 : 64;
	struct totals_item *items;

	if (t->n == t->room) {
		items = reallocarray(t->items, room, sizeof(*items));
		if (!items)
			return -ENOMEM;
		t->items = items;
		t->room = room;
	}
	t->items[t->n++] = (struct totals_item){sig, minute, count};
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct totals_item *x = a, *y = b;

	if (x->bucket != y->bucket)
		return x->bucket < y->bucket ? -1 : 1;
	return x->sig < y->sig ? -1 : x->sig > y->sig;
}

/* In order of the key, one item a bucket and signature. */
static void fold(struct totals *t)
{
	size_t n = 0;

	qsort(t->items, t->n, sizeof(*t->items), compare);
	for (size_t i = 0; i < t->n; i++) {
		if (n > 0 && compare(&t->items[n - 1], &t->items[i]) == 0)
			t->items[n - 1].count += t->items[i].count;
		else
			t->items[n++] = t->items[i];
	}
	t->n = n;
}

static int write_item(struct database *d, const struct totals_item *item, int64_t resolution)
{
	int r = 0;

	if (item->count == 0)
		return 0;
	r = database_run(d,
		"INSERT INTO rollup (sig, resolution, bucket, count) VALUES (?1, ?2, ?3, ?4)"
		" ON CONFLICT (resolution, bucket, sig) DO UPDATE SET count = count + excluded.count",
		"iiii", item->sig, resolution, item->bucket, item->count);

	if (r == 0 && item->count < 0)
		r = database_run(d,
			"DELETE FROM rollup WHERE sig = ?1 AND resolution = ?2 AND bucket = ?3 AND count <= 0", "iii",
			item->sig, resolution, item->bucket);
	return r;
}

int totals_flush(struct totals *t, struct database *d)
{
	int64_t width = 1;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(resolutions) && r == 0 && t->n > 0; i++) {
		for (size_t j = 0; j < t->n; j++)
			t->items[j].bucket /= resolutions[i] / width;
		width = resolutions[i];
		fold(t);
		for (size_t j = 0; j < t->n && r == 0; j++)
			r = write_item(d, &t->items[j], width * 60);
	}
	t->n = 0;
	return r;
}
