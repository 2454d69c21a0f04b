/* SPDX-License-Identifier: MIT */
/* A filter becomes a set of signatures before any row is touched. Only --pid is not in a signature. */
#include "query_internal.h"

/* How many containers a message lists. */
#define CANDIDATES_MAX 10

/* A trailing * stands for any rest. */
static bool matches_pattern(const char *value, const char *text)
{
	size_t len = strlen(value);

	if (!text)
		return false;
	if (len > 0 && value[len - 1] == '*')
		return strncmp(value, text, len - 1) == 0;
	return strcmp(value, text) == 0;
}

static bool equals(const char *value, const char *text)
{
	return text && strcmp(value, text) == 0;
}

static bool is_called(const char *value, const struct query_container *c)
{
	return equals(value, c->name) || equals(value, c->id);
}

static bool begins(const char *value, const struct query_container *c)
{
	return c->id && strncmp(c->id, value, strlen(value)) == 0;
}

static const struct query_container *container_in(const struct query *q, size_t i)
{
	const struct query_member *m = q->containers.items[i];

	return m ? &m->container : NULL;
}

/* What a value stands for: those it names in full, and only when there are none those whose id begins so. */
static void mark_containers(const struct query *q, const char *value, bool *marks)
{
	const struct query_container *c;
	bool named = false;

	for (size_t i = 0; i < q->containers.n; i++) {
		c = container_in(q, i);
		if (c && is_called(value, c))
			marks[i] = named = true;
	}
	for (size_t i = 0; i < q->containers.n && !named; i++) {
		c = container_in(q, i);
		if (c && begins(value, c))
			marks[i] = true;
	}
}

static bool matches_host(const struct query *q, const char *value, const struct query_sig *sig)
{
	if (equals(value, sig->pub.host))
		return true;
	for (size_t i = 0; i < q->n_aliases; i++)
		if (q->aliases[i].host == sig->host && equals(value, q->aliases[i].name))
			return true;
	return false;
}

static bool matches_syscall(const char *value, const struct query_sig *sig)
{
	int64_t number;

	if (equals(value, sig->pub.syscall_name))
		return true;
	return text_to_i64(span_from(value), &number) == 0 && sig->pub.has_syscall && sig->pub.syscall == number;
}

static bool holds(const char *text, struct span word)
{
	size_t len = text ? strlen(text) : 0;

	for (size_t i = 0; i + word.len <= len; i++)
		if (strncasecmp(text + i, word.data, word.len) == 0)
			return true;
	return false;
}

static bool holds_word(const struct query_sig *sig, struct span word)
{
	const struct query_signature *pub = &sig->pub;
	const struct query_container *c = pub->container;
	const char *const texts[] = {pub->comm, pub->exe, sig->syscall_text, pub->unit, pub->host, pub->subj, pub->user,
		pub->arch_name, event_action_name(pub->action), event_outcome_name(pub->outcome), c ? c->name : NULL,
		c ? c->id : NULL, c ? c->image : NULL, c ? c->pod : NULL, c ? c->namespace : NULL};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (holds(texts[i], word))
			return true;
	return false;
}

/* All words, each anywhere. */
static bool matches_words(const char *value, const struct query_sig *sig)
{
	while (*value) {
		size_t len = strcspn(value, " \t");

		if (len > 0 && !holds_word(sig, (struct span){value, len}))
			return false;
		value += len + strspn(value + len, " \t");
	}
	return true;
}

static bool matches_value(const struct query *q, enum query_field field, const char *value, const struct query_sig *sig)
{
	const struct query_signature *pub = &sig->pub;

	switch (field) {
	case QUERY_RUNTIME:
		return pub->container && equals(value, event_runtime_name(pub->container->runtime));
	case QUERY_UNIT:
		return equals(value, pub->unit);
	case QUERY_SYSCALL:
		return matches_syscall(value, sig);
	case QUERY_ARCH:
		return equals(value, pub->arch_name);
	case QUERY_ACTION:
		return equals(value, event_action_name(pub->action));
	case QUERY_OUTCOME:
		return equals(value, event_outcome_name(pub->outcome));
	case QUERY_EXE:
		return matches_pattern(value, pub->exe);
	case QUERY_COMM:
		return matches_pattern(value, pub->comm);
	case QUERY_UID:
		return equals(value, sig->uid_text);
	case QUERY_HOST:
		return matches_host(q, value, sig);
	case QUERY_TEXT:
		return matches_words(value, sig);
	default:
		return true; /* the container is marked already, the pid is decided on rows */
	}
}

static bool matches_field(const struct query *q, const struct query_filter *f, enum query_field field,
	const struct query_sig *sig)
{
	const struct query_values *list = &f->fields[field];

	for (size_t i = 0; i < list->n; i++)
		if (matches_value(q, field, list->values[i], sig))
			return true;
	return list->n == 0;
}

static bool in_window(const struct query_filter *f, const struct query_sig *sig)
{
	return sig->first != CLOCK_NONE && (f->until == CLOCK_NONE || sig->first < f->until) &&
	       (f->since == CLOCK_NONE || sig->last >= f->since);
}

static bool matches(const struct query *q, const struct query_filter *f, const bool *marks, const struct query_sig *sig)
{
	const struct query_container *c = sig->pub.container;

	if (marks && !(c && marks[c->key]))
		return false;
	for (enum query_field field = 0; field < QUERY_FIELD_FILTERS; field++)
		if (!matches_field(q, f, field, sig))
			return false;
	return true;
}

static int mark(const struct query *q, const struct query_values *list, bool **ret)
{
	bool *marks;

	if (list->n == 0)
		return 0;
	marks = calloc(MAX(q->containers.n, (size_t)1), sizeof(*marks));
	if (!marks)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		mark_containers(q, list->values[i], marks);
	*ret = marks;
	return 0;
}

static int read_pids(const struct query_values *list, struct query_match *m)
{
	m->pids = calloc(MAX(list->n, (size_t)1), sizeof(*m->pids));
	if (!m->pids)
		return -ENOMEM;
	for (size_t i = 0; i < list->n; i++)
		if (text_to_i64(span_from(list->values[i]), &m->pids[m->n_pids]) == 0)
			m->n_pids++;
	return 0;
}

void query_match_add(struct query_match *m, int64_t sig)
{
	m->only = m->n_wanted == 0 ? sig : 0;
	m->n_wanted++;
	m->wanted[sig] = true;
}

int query_match_new(const struct query *q, struct query_match *ret)
{
	ret->n = q->signatures.n;
	ret->wanted = calloc(MAX(ret->n, (size_t)1), sizeof(*ret->wanted));
	return ret->wanted ? 0 : -ENOMEM;
}

int query_match(struct query *q, const struct query_filter *f, struct query_match *ret)
{
	CLEANUP(query_match_free) struct query_match m = {0};
	CLEANUP_FREE bool *marks = NULL;

	if (mark(q, &f->fields[QUERY_CONTAINER], &marks) < 0 || read_pids(&f->fields[QUERY_PID], &m) < 0 ||
		query_match_new(q, &m) < 0)
		return -ENOMEM;
	for (size_t i = 1; i < m.n; i++) {
		const struct query_sig *sig = q->signatures.items[i];

		/* One without an event in the window need not be looked for. */
		if (sig && in_window(f, sig) && matches(q, f, marks, sig))
			query_match_add(&m, (int64_t)i);
	}
	*ret = m;
	m = (struct query_match){0};
	return 0;
}

void query_match_free(struct query_match *m)
{
	free(m->wanted);
	free(m->pids);
	*m = (struct query_match){0};
}

/* How many ids begin with what is neither a name nor a whole id; in *why which. */
static size_t candidates(const struct query *q, const char *value, struct text *why)
{
	size_t n = 0;

	for (size_t i = 0; i < q->containers.n; i++) {
		const struct query_container *c = container_in(q, i);

		if (!c)
			continue;
		if (is_called(value, c))
			return 1;
		if (!begins(value, c))
			continue;
		n++;
		if (n <= CANDIDATES_MAX)
			text_printf(why, "%s %s (%s)", n > 1 ? "," : "", c->id, c->name ? c->name : "no name known");
		else if (n == CANDIDATES_MAX + 1)
			text_add_str(why, ", …");
	}
	return n;
}

int query_filter_resolve(struct query *q, const struct query_filter *f, struct text *why)
{
	const struct query_values *list = &f->fields[QUERY_CONTAINER];

	for (size_t i = 0; i < list->n; i++) {
		CLEANUP_TEXT struct text found = TEXT_EMPTY;
		size_t n = candidates(q, list->values[i], &found);

		if (n < 2)
			continue;
		text_printf(why, "container \"%s\" may be any of %zu:%s", list->values[i], n, found.data);
		return -EINVAL;
	}
	return 0;
}

/* Of several with one name (made anew under it) the newest is meant. */
static const struct query_container *meant(const struct query *q, const char *value)
{
	const struct query_container *begun = NULL;

	for (size_t i = q->containers.n; i > 0; i--) {
		const struct query_container *c = container_in(q, i - 1);

		if (c && is_called(value, c))
			return c;
		if (c && begins(value, c))
			begun = c;
	}
	return begun;
}

int query_find_container(struct query *q, struct span word, const struct query_container **ret, struct text *why)
{
	CLEANUP_FREE char *value = strndup(word.data ? word.data : "", word.len);
	CLEANUP_TEXT struct text found = TEXT_EMPTY;
	const struct query_container *c;
	size_t n;
	int r;

	if (!value)
		return -ENOMEM;
	r = query_refresh(q);
	if (r < 0)
		return r;
	n = candidates(q, value, &found);
	if (n > 1) {
		text_printf(why, "container \"%s\" may be any of %zu:%s", value, n, found.data);
		return -EINVAL;
	}
	c = n == 1 ? meant(q, value) : NULL;
	if (!c) {
		text_printf(why, "no container \"%s\" is known", value);
		return -ENOENT;
	}
	*ret = c;
	return 0;
}
