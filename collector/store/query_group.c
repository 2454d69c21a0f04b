/* SPDX-License-Identifier: MIT */
#include "query_group.h"

#include <stdio.h>

void query_tally_add(struct query_tally *t, const struct query_count *count)
{
	bool fresh = t->count == 0;

	t->sig = count->sig;
	t->count += count->count;
	t->by_outcome[count->sig->pub.outcome] += count->count;
	if (fresh || count->start < t->first || (count->start == t->first && count->first_exact)) {
		t->first = count->start;
		t->first_exact = count->first_exact;
	}
	if (fresh || count->end - 1 > t->last || (count->end - 1 == t->last && count->last_exact)) {
		t->last = count->end - 1;
		t->last_exact = count->last_exact;
	}
}

static uint32_t *find(const struct query_groups *g, const uint64_t *key)
{
	size_t at = base_hash(key, sizeof(g->at->key)) & (g->index_room - 1);

	while (g->index[at] != 0 && memcmp(g->at[g->index[at] - 1].key, key, sizeof(g->at->key)) != 0)
		at = (at + 1) & (g->index_room - 1);
	return g->index + at;
}

static bool grow(struct query_groups *g)
{
	size_t room = g->room ? g->room * 2 : 64;
	struct query_tally *at = room <= UINT32_MAX / 4 ? realloc(g->at, room * sizeof(*at)) : NULL;
	uint32_t *index = calloc(room * 2, sizeof(*index));

	if (at) {
		g->at = at;
		g->room = room;
	}
	if (!at || !index) {
		free(index);
		return false;
	}
	free(g->index);
	g->index = index;
	g->index_room = room * 2;
	for (size_t i = 0; i < g->n; i++)
		*find(g, g->at[i].key) = (uint32_t)i + 1;
	return true;
}

struct query_tally *query_groups_at(struct query_groups *g, const uint64_t key[static QUERY_BY_MAX])
{
	uint32_t *place;

	if (g->n * 2 >= g->index_room && !grow(g))
		return NULL;
	place = find(g, key);
	if (*place == 0) {
		g->at[g->n] = (struct query_tally){0};
		memcpy(g->at[g->n].key, key, sizeof(g->at->key));
		*place = (uint32_t)++g->n;
	}
	return &g->at[*place - 1];
}

void query_groups_free(struct query_groups *g)
{
	free(g->at);
	free(g->index);
}

/* The texts of a signature: pooled, or the contract's words, so that equal ones are the same pointer. */
static const char *text_of(enum query_field field, const struct query_sig *sig)
{
	const struct query_signature *pub = &sig->pub;

	switch (field) {
	case QUERY_RUNTIME:
		return pub->container ? event_runtime_name(pub->container->runtime) : NULL;
	case QUERY_UNIT:
		return pub->unit;
	case QUERY_SYSCALL:
		return sig->syscall_text;
	case QUERY_ARCH:
		return pub->arch_name;
	case QUERY_ACTION:
		return event_action_name(pub->action);
	case QUERY_OUTCOME:
		return event_outcome_name(pub->outcome);
	case QUERY_EXE:
		return pub->exe;
	case QUERY_COMM:
		return pub->comm;
	case QUERY_UID:
		return sig->uid_text;
	case QUERY_HOST:
		return pub->host;
	default:
		return NULL;
	}
}

uint64_t query_group_key(enum query_field field, const struct query_sig *sig, int64_t time, int32_t pid)
{
	switch (field) {
	case QUERY_CONTAINER:
		return sig->pub.container ? (uint64_t)sig->pub.container->key : 0;
	case QUERY_HOST:
		return (uint64_t)sig->host;
	case QUERY_PID:
		return (uint64_t)(int64_t)pid;
	case QUERY_HOUR:
		return (uint64_t)(time / QUERY_HOUR_MS);
	case QUERY_DAY:
		return (uint64_t)(time / QUERY_DAY_MS);
	default:
		return (uint64_t)(uintptr_t)text_of(field, sig);
	}
}

const char *query_group_value(enum query_field field, const struct query_tally *t, uint64_t key,
	char number[static CLOCK_TEXT_MAX])
{
	const struct query_container *c = t->sig->pub.container;

	switch (field) {
	case QUERY_CONTAINER:
		return !c ? NULL : c->name ? c->name : c->id;
	case QUERY_PID:
		snprintf(number, CLOCK_TEXT_MAX, "%" PRId64, (int64_t)key);
		return (int64_t)key == EVENT_NO_PID ? NULL : number;
	case QUERY_HOUR:
		clock_format((int64_t)key * QUERY_HOUR_MS, number);
		return number;
	case QUERY_DAY:
		clock_format((int64_t)key * QUERY_DAY_MS, number);
		return number;
	default:
		return text_of(field, t->sig);
	}
}

static int compare_texts(const char *x, const char *y)
{
	return !x || !y ? (x != NULL) - (y != NULL) : strcmp(x, y);
}

int query_group_compare(enum query_field field, const struct query_tally *x, const struct query_tally *y, size_t i)
{
	int64_t a = (int64_t)x->key[i], b = (int64_t)y->key[i];
	char number[2][CLOCK_TEXT_MAX];
	int order;

	if (field == QUERY_PID || field >= QUERY_FIELD_FILTERS)
		return a < b ? -1 : a > b;
	order = compare_texts(query_group_value(field, x, x->key[i], number[0]),
		query_group_value(field, y, y->key[i], number[1]));
	/* Two containers of one name. */
	return order == 0 && field == QUERY_CONTAINER ? (a < b ? -1 : a > b) : order;
}
