/* SPDX-License-Identifier: MIT */
#include "query_internal.h"

static char **find(char **slots, size_t room, struct span s)
{
	size_t at = base_hash(s.data, s.len) & (room - 1);

	while (slots[at] && !span_equal(span_from(slots[at]), s))
		at = (at + 1) & (room - 1);
	return slots + at;
}

static bool grow(struct query_pool *pool)
{
	size_t room = pool->room ? pool->room * 2 : 256;
	char **slots = calloc(room, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < pool->room; i++)
		if (pool->slots[i])
			*find(slots, room, span_from(pool->slots[i])) = pool->slots[i];
	free(pool->slots);
	pool->slots = slots;
	pool->room = room;
	return true;
}

const char *query_pool_add(struct query_pool *pool, struct span s)
{
	char **slot;

	if (pool->n * 2 >= pool->room && !grow(pool))
		return NULL;
	slot = find(pool->slots, pool->room, s);
	if (!*slot) {
		*slot = strndup(s.len ? s.data : "", s.len);
		pool->n += *slot != NULL;
	}
	return *slot;
}

void query_pool_free(struct query_pool *pool)
{
	for (size_t i = 0; i < pool->room; i++)
		free(pool->slots[i]);
	free(pool->slots);
	*pool = (struct query_pool){0};
}
