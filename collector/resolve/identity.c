/* SPDX-License-Identifier: MIT */
#include "identity.h"

#define BUCKETS 1024 /* a power of two */

struct identities {
	size_t bytes;
	struct identity *buckets[BUCKETS];
};

int identities_new(struct identities **ret)
{
	struct identities *ids = calloc(1, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	*ret = ids;
	return 0;
}

void identities_free(struct identities *ids)
{
	free(ids);
}

size_t identities_bytes(const struct identities *ids)
{
	return ids->bytes;
}

static size_t append(char *to, size_t at, const char *s)
{
	size_t len = strlen(s) + 1;

	memcpy(to + at, s, len);
	return at + len;
}

/* The four texts one after the other, each with its NUL. */
static size_t pack(const struct cgroup_identity *c, char ret[static sizeof(*c)], uint16_t starts[static 3])
{
	size_t at = append(ret, 0, c->id);

	starts[0] = (uint16_t)at;
	at = append(ret, at, c->pod_uid);
	starts[1] = (uint16_t)at;
	at = append(ret, at, c->unit);
	starts[2] = (uint16_t)at;
	return append(ret, at, c->outer);
}

static size_t texts_len(const struct identity *i)
{
	return i->outer + strlen(i->texts + i->outer) + 1;
}

static struct identity *find(struct identity *i, uint64_t hash, enum event_runtime runtime, struct span texts)
{
	while (i && !(i->hash == hash && i->runtime == runtime &&
			   span_equal((struct span){i->texts, texts_len(i)}, texts)))
		i = i->next;
	return i;
}

struct identity *identity_get(struct identities *ids, const struct cgroup_identity *c, bool *ret_is_new)
{
	char texts[sizeof(*c)];
	uint16_t starts[3];
	size_t len = pack(c, texts, starts);
	uint64_t hash = base_hash(texts, len);
	struct identity **bucket = &ids->buckets[hash % BUCKETS];
	struct identity *i = find(*bucket, hash, c->runtime, (struct span){texts, len});

	*ret_is_new = !i;
	if (i)
		return identity_ref(i);
	i = calloc(1, sizeof(*i) + len);
	if (!i)
		return NULL;
	*i = (struct identity){.next = *bucket, .hash = hash, .refs = 1, .runtime = c->runtime, .pod_uid = starts[0],
		.unit = starts[1], .outer = starts[2]};
	memcpy(i->texts, texts, len);
	*bucket = i;
	ids->bytes += sizeof(*i) + len;
	return i;
}

struct identity *identity_ref(struct identity *i)
{
	if (i)
		i->refs++;
	return i;
}

void identity_put(struct identities *ids, struct identity *i)
{
	struct identity **at;

	if (!i || --i->refs > 0)
		return;
	at = &ids->buckets[i->hash % BUCKETS];
	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
	ids->bytes -= sizeof(*i) + texts_len(i);
	free(i);
}
