/* SPDX-License-Identifier: MIT */
#include "intern.h"

#define BLOCK_SIZE 65536

/* Texts live in blocks that never move. */
struct block {
	struct block *next;
	size_t used, size;
	char data[];
};

struct intern {
	struct intern_entry *entries;
	uint32_t n, room;
	uint32_t *slots; /* entry + 1; 0 is free */
	uint32_t n_slots;
	struct block *blocks;
	size_t block_bytes;
	uint64_t seed;
};

int intern_new(struct intern **ret)
{
	struct intern *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->seed = base_hash("intern", 6);
	*ret = t;
	return 0;
}

static void free_blocks(struct block *b)
{
	while (b) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void intern_free(struct intern *t)
{
	if (!t)
		return;
	free_blocks(t->blocks);
	free(t->entries);
	free(t->slots);
	free(t);
}

void intern_reset(struct intern *t)
{
	if (t->blocks) {
		free_blocks(TAKE(t->blocks->next));
		t->blocks->used = 0;
		t->block_bytes = t->blocks->size;
	}
	if (t->n > 0)
		memset(t->slots, 0, t->n_slots * sizeof(*t->slots));
	t->n = 0;
}

const struct intern_entry *intern_get(const struct intern *t, uint32_t i)
{
	return &t->entries[i];
}

uint32_t intern_count(const struct intern *t)
{
	return t->n;
}

size_t intern_bytes(const struct intern *t)
{
	return t->block_bytes + t->n * sizeof(*t->entries) + t->n_slots * sizeof(*t->slots);
}

void intern_texts(const struct intern_entry *e, struct span ret[static INTERN_TEXT_N])
{
	const char *at = e->bytes;

	for (size_t i = 0; i < INTERN_TEXT_N; i++) {
		bool there = e->key.texts & 1u << i;

		ret[i] = (struct span){there ? at : NULL, e->key.len[i]};
		at += e->key.len[i];
	}
}

/* Both factors depend on the seed: nobody who chooses a text can choose a product of 0. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load8(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Fewer than 8 bytes, in a way that differs when they do. */
static inline uint64_t load_few(const char *at, size_t len)
{
	uint32_t low, high;

	if (len >= 4) {
		memcpy(&low, at, sizeof(low));
		memcpy(&high, at + len - 4, sizeof(high));
		return (uint64_t)high << 32 | low;
	}
	return len == 0 ? 0 : (uint64_t)(uint8_t)at[0] | (uint64_t)(uint8_t)at[len / 2] << 8 |
				(uint64_t)(uint8_t)at[len - 1] << 16;
}

static uint64_t hash_text(uint64_t h, struct span s)
{
	for (; s.len > 16; s.data += 16, s.len -= 16)
		h = mix(h ^ load8(s.data), h + load8(s.data + 8));
	if (s.len >= 8)
		return mix(h ^ load8(s.data), (h + s.len) ^ load8(s.data + s.len - 8));
	return mix(h ^ load_few(s.data, s.len), h + s.len);
}

/* Most texts are a few words: too short to be worth a call. */
static bool is_same_text(const char *a, const char *b, size_t len)
{
	for (; len >= 8; a += 8, b += 8, len -= 8)
		if (load8(a) != load8(b))
			return false;
	return load_few(a, len) == load_few(b, len);
}

/* A key as words: what is stored in small pieces and read in large ones would wait for the processor's store buffer. */
#define KEY_WORDS (sizeof(struct intern_key) / sizeof(uint64_t))

static uint64_t hash_of(const struct intern *t, const struct intern_key *key, const struct span *texts)
{
	uint64_t w[KEY_WORDS], h;

	memcpy(w, key, sizeof(w));
	h = mix(w[0] ^ t->seed, w[1] ^ t->seed) ^ mix(w[2] ^ t->seed, w[3] + t->seed) ^
		mix(w[4] + t->seed, w[5] ^ t->seed) ^ mix(w[6] + t->seed, w[7] + t->seed);
	for (size_t i = 0; i < INTERN_TEXT_N; i++)
		if (texts[i].len > 0)
			h = hash_text(h + t->seed, texts[i]);
	return h;
}

static bool is_equal(const struct intern_entry *e, const struct intern_key *key, const struct span *texts)
{
	uint64_t a[KEY_WORDS], b[KEY_WORDS], differ = 0;
	const char *at = e->bytes;

	memcpy(a, &e->key, sizeof(a));
	memcpy(b, key, sizeof(b));
	for (size_t i = 0; i < KEY_WORDS; i++)
		differ |= a[i] ^ b[i];
	for (size_t i = 0; i < INTERN_TEXT_N && differ == 0; i++) {
		differ = !is_same_text(at, texts[i].data, texts[i].len);
		at += texts[i].len;
	}
	return differ == 0;
}

/* The slot that has it, or the free one where it goes. */
static uint32_t *find(const struct intern *t, uint64_t hash, const struct intern_key *key, const struct span *texts)
{
	uint32_t mask = t->n_slots - 1;

	for (uint32_t i = (uint32_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
		const struct intern_entry *e = &t->entries[t->slots[i] - 1];

		if (t->slots[i] == 0 || (e->hash == hash && is_equal(e, key, texts)))
			return &t->slots[i];
	}
}

static int grow_slots(struct intern *t)
{
	uint32_t n_slots = t->n_slots ? t->n_slots * 2 : 256;
	uint32_t *slots = calloc(n_slots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t at = (uint32_t)(t->entries[i].hash >> 32) & (n_slots - 1);

		while (slots[at] != 0)
			at = (at + 1) & (n_slots - 1);
		slots[at] = i + 1;
	}
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	return 0;
}

static int grow(struct intern *t)
{
	uint32_t room = t->room ? t->room * 2 : 128;
	struct intern_entry *entries;

	if ((t->n + 1) * 2 > t->n_slots && grow_slots(t) < 0)
		return -ENOMEM;
	if (t->n < t->room)
		return 0;
	entries = reallocarray(t->entries, room, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	t->entries = entries;
	t->room = room;
	return 0;
}

static char *allocate(struct intern *t, size_t len)
{
	struct block *b = t->blocks;
	size_t size = MAX(len, (size_t)BLOCK_SIZE);

	if (!b || b->size - b->used < len) {
		b = malloc(sizeof(*b) + size);
		if (!b)
			return NULL;
		*b = (struct block){.next = t->blocks, .size = size};
		t->blocks = b;
		t->block_bytes += size;
	}
	b->used += len;
	return b->data + b->used - len;
}

static char *copy_texts(struct intern *t, const struct span *texts)
{
	size_t len = 0;
	char *bytes, *at;

	for (size_t i = 0; i < INTERN_TEXT_N; i++)
		len += texts[i].len;
	at = bytes = allocate(t, len);
	for (size_t i = 0; bytes && i < INTERN_TEXT_N; i++) {
		if (texts[i].len > 0)
			memcpy(at, texts[i].data, texts[i].len);
		at += texts[i].len;
	}
	return bytes;
}

int intern_add(struct intern *t, const struct intern_key *key, const struct span *texts, uint32_t *ret)
{
	uint64_t hash = hash_of(t, key, texts);
	uint32_t *slot;
	char *bytes;

	if (grow(t) < 0)
		return -ENOMEM;
	slot = find(t, hash, key, texts);
	if (*slot == 0) {
		bytes = copy_texts(t, texts);
		if (!bytes)
			return -ENOMEM;
		t->entries[t->n] = (struct intern_entry){hash, *key, bytes};
		*slot = ++t->n;
	}
	*ret = *slot - 1;
	return 0;
}

void intern_key_of(const struct event *ev, uint32_t host, struct intern_key *ret_key,
	struct span ret_texts[static INTERN_TEXT_N])
{
	const struct event_text texts[INTERN_TEXT_N] = {
		[INTERN_COMM] = ev->comm,
		[INTERN_EXE] = ev->exe,
		[INTERN_CONTAINER] = ev->container_id,
		[INTERN_UNIT] = ev->unit,
		[INTERN_SUBJ] = ev->subj,
		[INTERN_POD_UID] = ev->pod_uid,
	};

	*ret_key = (struct intern_key){
		.syscall = ev->syscall,
		.host = host,
		.arch = ev->has_arch ? ev->arch : 0,
		.code = ev->has_code ? ev->code : 0,
		.uid = ev->uid,
		.gid = ev->gid,
		.auid = ev->auid,
		.ses = ev->ses,
		.sig = ev->sig,
		.compat = ev->compat,
		.has = (uint8_t)((ev->has_arch ? INTERN_HAS_ARCH : 0) | (ev->has_code ? INTERN_HAS_CODE : 0)),
		.source = (uint8_t)ev->source,
		.time_source = (uint8_t)ev->time_source,
		.mode = (uint8_t)ev->mode,
		.action = (uint8_t)ev->action,
		.attribution = (uint8_t)ev->attribution,
		.runtime = (uint8_t)ev->runtime,
	};
	for (size_t i = 0; i < INTERN_TEXT_N; i++) {
		ret_texts[i] = event_has(texts[i]) ? event_span(ev, texts[i]) : (struct span){0};
		ret_key->len[i] = (uint16_t)ret_texts[i].len;
		ret_key->texts |= (uint8_t)(event_has(texts[i]) << i);
	}
}

int intern_make_room(void **array, uint32_t *room, uint32_t i, size_t size)
{
	uint32_t wanted = MAX(*room, 64u);
	void *grown;

	if (i < *room)
		return 0;
	while (wanted <= i)
		wanted *= 2;
	grown = reallocarray(*array, wanted, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*room = wanted;
	return 0;
}
