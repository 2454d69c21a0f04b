/* SPDX-License-Identifier: MIT */
/* Hosts, containers and signatures, from the file into memory; afterwards only what carries a newer seq. */
#include <stdio.h>

#include "query_internal.h"
#include "seccompwatch/names.h"

/* The writer counts ids up from 1 and caps signatures; a greater one is not its work. */
#define ID_MAX (INT64_C(1) << 24)

/* A row that is being read. Running out of memory shows once, at its end. */
struct loader {
	struct query *q;
	sqlite3_stmt *s;
	bool failed;
};

/* The writer stores escaped text. A file somebody else wrote must not reach a terminal by way of us either. */
static bool is_clean(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i], next = i + 1 < s.len ? (unsigned char)s.data[i + 1] : 0;

		if (c < 0x20 || c == 0x7f || (c == 0xc2 && next < 0xa0))
			return false;
	}
	return text_is_utf8(s);
}

static const char *keep(struct loader *l, struct span s)
{
	CLEANUP_TEXT struct text escaped = TEXT_EMPTY;
	const char *kept;

	if (!is_clean(s)) {
		text_add_escaped(&escaped, s);
		s = text_span(&escaped);
	}
	kept = escaped.failed ? NULL : query_pool_add(&l->q->pool, s);
	l->failed |= kept == NULL;
	return kept;
}

static const char *text_at(struct loader *l, int column)
{
	const char *data;

	if (sqlite3_column_type(l->s, column) == SQLITE_NULL)
		return NULL;
	data = (const char *)sqlite3_column_text(l->s, column);
	if (!data) {
		l->failed = true;
		return NULL;
	}
	return keep(l, (struct span){data, (size_t)sqlite3_column_bytes(l->s, column)});
}

const char *query_text(struct query *q, sqlite3_stmt *s, int column)
{
	return text_at(&(struct loader){q, s, false}, column);
}

static const char *number_text(struct loader *l, int64_t value)
{
	char buffer[32];

	snprintf(buffer, sizeof(buffer), "%" PRId64, value);
	return keep(l, span_from(buffer));
}

static const char *arch_text(struct loader *l, const struct query_signature *pub)
{
	const char *name = names_arch(pub->arch, pub->syscall);
	char buffer[32];

	snprintf(buffer, sizeof(buffer), "0x%" PRIx32, pub->arch);
	return keep(l, span_from(name ? name : buffer));
}

static unsigned enum_at(struct loader *l, int column, unsigned n, unsigned other)
{
	int64_t value = query_int(l->s, column);

	return value >= 0 && value < n ? (unsigned)value : other;
}

static uint32_t id_at(struct loader *l, int column)
{
	return (uint32_t)query_int_or(l->s, column, EVENT_UNSET);
}

/* The place of row `id`, made when it is new; NULL without memory or for an impossible id. */
static void *slot(struct query_slots *slots, int64_t id, size_t size)
{
	if (id <= 0 || id >= ID_MAX)
		return NULL;
	if ((size_t)id >= slots->n) {
		size_t n = MAX((size_t)id + 1, slots->n + slots->n / 2);
		void **items = realloc(slots->items, n * sizeof(*items));

		if (!items)
			return NULL;
		memset(items + slots->n, 0, (n - slots->n) * sizeof(*items));
		slots->items = items;
		slots->n = n;
	}
	if (!slots->items[id])
		slots->items[id] = calloc(1, size);
	return slots->items[id];
}

const char *query_host_name(const struct query *q, int64_t id)
{
	for (size_t i = 0; i < q->n_hosts; i++)
		if (q->hosts[i].id == id)
			return q->hosts[i].name;
	return NULL;
}

static int read_host(struct loader *l)
{
	struct query *q = l->q;
	struct query_host *hosts = realloc(q->hosts, (q->n_hosts + 1) * sizeof(*hosts));

	if (!hosts)
		return -ENOMEM;
	q->hosts = hosts;
	hosts[q->n_hosts++] = (struct query_host){query_int(l->s, 0), text_at(l, 1), query_int(l->s, 2) != 0};
	return 0;
}

static int read_alias(struct loader *l)
{
	struct query *q = l->q;
	struct query_alias *aliases = realloc(q->aliases, (q->n_aliases + 1) * sizeof(*aliases));

	if (!aliases)
		return -ENOMEM;
	q->aliases = aliases;
	aliases[q->n_aliases++] = (struct query_alias){text_at(l, 1), query_int(l->s, 0)};
	return 0;
}

static int read_container(struct loader *l)
{
	struct query_member *m = slot(&l->q->containers, query_int(l->s, 0), sizeof(*m));

	if (!m)
		return query_int(l->s, 0) >= ID_MAX ? -EBADMSG : -ENOMEM;
	m->host = query_int(l->s, 1);
	m->container = (struct query_container){
		.key = query_int(l->s, 0),
		.host = query_host_name(l->q, m->host),
		.runtime = enum_at(l, 2, EVENT_RUNTIME_N, EVENT_RUNTIME_UNKNOWN),
		.id = text_at(l, 3),
		.pod_uid = text_at(l, 4),
		.name = text_at(l, 5),
		.image = text_at(l, 6),
		.pod = text_at(l, 7),
		.namespace = text_at(l, 8),
		.outer = text_at(l, 9),
		.has_spec = query_int(l->s, 10) != 0,
		.profile = query_int(l->s, 11),
		.has_state = sqlite3_column_type(l->s, 12) != SQLITE_NULL,
		.exit_code = (int)query_int(l->s, 12),
		.has_oom = sqlite3_column_type(l->s, 13) != SQLITE_NULL,
		.oom_killed = query_int(l->s, 13) != 0,
		.restarts = (int)query_int(l->s, 14),
		.labels = text_at(l, 15),
		.started = query_int_or(l->s, 16, CLOCK_NONE),
		.ended = query_int_or(l->s, 17, CLOCK_NONE),
		.status = (int)query_int(l->s, 18),
		.caps = text_at(l, 19),
	};
	return 0;
}

static const struct query_container *container_at(struct loader *l, int column)
{
	int64_t id = query_int_or(l->s, column, 0);
	struct query_member *m = id > 0 && (size_t)id < l->q->containers.n ? l->q->containers.items[id] : NULL;

	return m ? &m->container : NULL;
}

static void read_origin(struct loader *l, struct query_signature *pub)
{
	pub->id = query_int(l->s, 0);
	pub->host = query_host_name(l->q, query_int(l->s, 1));
	pub->container = container_at(l, 2);
	pub->unit = text_at(l, 3);
	pub->source = enum_at(l, 4, EVENT_SOURCE_N, EVENT_SOURCE_KMSG);
	pub->time_source = enum_at(l, 5, EVENT_TIME_N, EVENT_TIME_UNKNOWN);
	pub->attribution = enum_at(l, 6, EVENT_ATTRIBUTION_N, EVENT_ATTRIBUTION_NONE);
	pub->mode = enum_at(l, 7, EVENT_MODE_N, EVENT_MODE_FILTER);
	pub->action = enum_at(l, 8, EVENT_ACTION_N, EVENT_ACTION_UNKNOWN);
	pub->outcome = event_outcome_of(pub->action);
}

static void read_call(struct loader *l, struct query_sig *sig)
{
	struct query_signature *pub = &sig->pub;

	pub->has_code = sqlite3_column_type(l->s, 9) != SQLITE_NULL;
	pub->code = (uint32_t)query_int(l->s, 9);
	pub->has_arch = sqlite3_column_type(l->s, 10) != SQLITE_NULL;
	pub->arch = (uint32_t)query_int(l->s, 10);
	pub->has_syscall = sqlite3_column_type(l->s, 11) != SQLITE_NULL;
	pub->syscall = query_int_or(l->s, 11, EVENT_NO_SYSCALL);
	pub->compat = (int)query_int_or(l->s, 12, -1);
	pub->sig = (int)query_int_or(l->s, 13, -1);
	if (pub->has_arch)
		pub->arch_name = arch_text(l, pub);
	if (pub->has_arch && pub->has_syscall && names_syscall(pub->arch, pub->syscall))
		pub->syscall_name = keep(l, span_from(names_syscall(pub->arch, pub->syscall)));
	sig->syscall_text = pub->syscall_name;
	if (!sig->syscall_text && pub->has_syscall)
		sig->syscall_text = number_text(l, pub->syscall);
}

static void read_who(struct loader *l, struct query_sig *sig)
{
	struct query_signature *pub = &sig->pub;

	pub->uid = id_at(l, 14);
	pub->gid = id_at(l, 15);
	pub->auid = id_at(l, 16);
	pub->ses = id_at(l, 17);
	pub->comm = text_at(l, 18);
	pub->exe = text_at(l, 19);
	pub->subj = text_at(l, 20);
	pub->other = query_int(l->s, 21) != 0;
	if (pub->uid != EVENT_UNSET)
		sig->uid_text = number_text(l, pub->uid);
}

static int read_signature(struct loader *l)
{
	struct query_sig *sig = slot(&l->q->signatures, query_int(l->s, 0), sizeof(*sig));

	if (!sig)
		return query_int(l->s, 0) >= ID_MAX ? -EBADMSG : -ENOMEM;
	*sig = (struct query_sig){.host = query_int(l->s, 1)};
	read_origin(l, &sig->pub);
	read_call(l, sig);
	read_who(l, sig);
	sig->events = (uint64_t)query_int(l->s, 22);
	sig->first = query_int_or(l->s, 23, CLOCK_NONE);
	sig->last = query_int_or(l->s, 24, CLOCK_NONE);
	query_name_user(l->q, sig);
	return 0;
}

/* Calls `read` for each row of what changed since `seq`. */
static int read_all(struct query *q, enum query_statement id, const int64_t *seq, int (*read)(struct loader *l))
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	struct loader l = {.q = q};
	int r;

	r = query_select(q, id, seq, seq ? 1 : 0, &s);
	l.s = s;
	while (r == 0 && (r = query_step(q, s)) == 1) {
		r = read(&l);
		if (r == 0 && l.failed)
			r = -ENOMEM;
	}
	return r;
}

/* Hosts are few and carry no seq: read again, and their names put in place. */
static int load_hosts(struct query *q)
{
	int r;

	q->n_hosts = q->n_aliases = 0;
	r = read_all(q, QUERY_HOSTS, NULL, read_host);
	if (r == 0)
		r = read_all(q, QUERY_ALIASES, NULL, read_alias);
	for (size_t i = 0; i < q->containers.n; i++) {
		struct query_member *m = q->containers.items[i];

		if (m)
			m->container.host = query_host_name(q, m->host);
	}
	for (size_t i = 0; i < q->signatures.n; i++) {
		struct query_sig *sig = q->signatures.items[i];

		if (sig)
			sig->pub.host = query_host_name(q, sig->host);
	}
	return r;
}

static int load_changed(struct query *q)
{
	int64_t since = q->data_version < 0 ? -1 : (int64_t)q->seq;
	int r;

	r = load_hosts(q);
	if (r == 0)
		r = read_all(q, QUERY_CONTAINERS, &since, read_container);
	if (r == 0)
		r = query_load_accounts(q, since);
	if (r == 0)
		r = read_all(q, QUERY_SIGNATURES, &since, read_signature);
	return r;
}

int query_load(struct query *q)
{
	int64_t version = 0, seq = 0;
	int r;

	r = query_number(q, QUERY_VERSION, 0, &version);
	if (r < 0 || version == q->data_version)
		return r;
	r = load_changed(q);
	if (r == 0)
		r = query_number(q, QUERY_SEQ, 0, &seq);
	if (r < 0)
		return r;
	q->seq = (uint64_t)seq;
	q->data_version = version;
	return 1;
}

static void free_slots(struct query_slots *slots)
{
	for (size_t i = 0; i < slots->n; i++)
		free(slots->items[i]);
	free(slots->items);
	*slots = (struct query_slots){0};
}

void query_unload(struct query *q)
{
	free_slots(&q->containers);
	free_slots(&q->signatures);
	free(q->hosts);
	free(q->aliases);
	free(q->accounts);
	query_pool_free(&q->pool);
}
