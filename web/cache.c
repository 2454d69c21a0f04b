/* SPDX-License-Identifier: MIT */
#include "cache.h"

struct place {
	struct text key, body;
	const char *type;
	struct cache_state state;
};

struct cache {
	struct place places[CACHE_PLACES];
};

int cache_new(struct cache **ret)
{
	struct cache *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	*ret = c;
	return 0;
}

static void forget(struct place *p)
{
	text_free(&p->key);
	text_free(&p->body);
	*p = (struct place){0};
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CACHE_PLACES; i++)
		forget(&c->places[i]);
	free(c);
}

/* The path and its parameters, as they were decoded: none of them holds a NUL. */
static void write_key(const struct request *req, struct text *ret)
{
	text_add_str(ret, req->path);
	for (size_t i = 0; i < req->n_params; i++) {
		text_add_char(ret, '\0');
		text_add_str(ret, req->params[i].name);
		text_add_char(ret, '\0');
		text_add_str(ret, req->params[i].value);
	}
}

static bool is_fresh(const struct place *p, const struct cache_state *state)
{
	return p->key.len > 0 && p->state.generation == state->generation && p->state.seq == state->seq &&
		state->now >= p->state.now && state->now - p->state.now < CACHE_AGE_MS;
}

bool cache_get(const struct cache *c, const struct request *req, const struct cache_state *state, struct answer *ans)
{
	CLEANUP_TEXT struct text key = TEXT_EMPTY;

	write_key(req, &key);
	for (size_t i = 0; i < CACHE_PLACES && !key.failed; i++) {
		const struct place *p = &c->places[i];

		if (!is_fresh(p, state) || !span_equal(text_span(&p->key), text_span(&key)))
			continue;
		ans->status = 200;
		ans->type = p->type;
		text_add(&ans->body, text_span(&p->body));
		return true;
	}
	return false;
}

/* The same question's, else what is oldest. */
static struct place *choose(struct cache *c, const struct text *key)
{
	struct place *oldest = &c->places[0];

	for (size_t i = 0; i < CACHE_PLACES; i++) {
		struct place *p = &c->places[i];

		if (p->key.len == 0 || span_equal(text_span(&p->key), text_span(key)))
			return p;
		if (p->state.now < oldest->state.now)
			oldest = p;
	}
	return oldest;
}

void cache_put(struct cache *c, const struct request *req, const struct cache_state *state, const struct answer *ans)
{
	struct place new = {.type = ans->type, .state = *state}, *place;

	if (ans->status != 200 || ans->stream || ans->work || ans->fixed.len > 0 || ans->body.len == 0 || ans->body.failed ||
		ans->body.len > CACHE_BODY_MAX)
		return;
	write_key(req, &new.key);
	text_add(&new.body, text_span(&ans->body));
	if (new.key.failed || new.body.failed) {
		forget(&new);
		return;
	}
	place = choose(c, &new.key);
	forget(place);
	*place = new;
}
