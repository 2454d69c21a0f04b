/* SPDX-License-Identifier: MIT */
/* Whose number a uid is. Few rows, so all of them live in memory, sorted. */
#include "query_internal.h"

static int compare(const void *a, const void *b)
{
	const struct query_account *x = a, *y = b;

	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->container != y->container)
		return x->container < y->container ? -1 : 1;
	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct query_account *find(const struct query *q, const struct query_account *key, size_t n)
{
	return n ? bsearch(key, q->accounts, n, sizeof(*key), compare) : NULL;
}

void query_name_user(const struct query *q, struct query_sig *sig)
{
	const struct query_signature *pub = &sig->pub;
	struct query_account key = {.host = sig->host, .container = pub->container ? pub->container->key : 0, .uid = pub->uid};
	const struct query_account *a = pub->uid != EVENT_UNSET ? find(q, &key, q->n_accounts) : NULL;

	sig->pub.user = a ? a->user : NULL;
	sig->pub.has_inner = a && a->has_inner;
	sig->pub.inner_uid = a ? a->inner_uid : 0;
	sig->pub.inner_user = a ? a->inner_user : NULL;
}

/* The first `sorted` of them are, and a known one is replaced. */
static int take(struct query *q, const struct query_account *account, size_t sorted)
{
	struct query_account *known = find(q, account, sorted), *more;

	if (known) {
		*known = *account;
		return 0;
	}
	more = reallocarray(q->accounts, q->n_accounts + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	q->accounts = more;
	more[q->n_accounts++] = *account;
	return 0;
}

static int read_accounts(struct query *q, int64_t since, size_t *ret_n)
{
	QUERY_CLEANUP sqlite3_stmt *s = NULL;
	size_t sorted = q->n_accounts;
	int r = QUERY_SELECT(q, QUERY_ACCOUNTS, &s, since);

	while (r == 0 && (r = query_step(q, s)) == 1) {
		struct query_account account = {
			.host = query_int(s, 0),
			.container = query_int(s, 1),
			.uid = (uint32_t)query_int(s, 2),
			.has_inner = sqlite3_column_type(s, 4) != SQLITE_NULL,
			.inner_uid = (uint32_t)query_int(s, 4),
			.user = query_text(q, s, 3),
			.inner_user = query_text(q, s, 5),
		};

		r = take(q, &account, sorted);
		++*ret_n;
	}
	return r;
}

int query_load_accounts(struct query *q, int64_t since)
{
	size_t n = 0;
	int r = read_accounts(q, since, &n);

	if (r < 0 || n == 0)
		return r;
	if (q->n_accounts > 1)
		qsort(q->accounts, q->n_accounts, sizeof(*q->accounts), compare);
	for (size_t i = 0; i < q->signatures.n; i++)
		if (q->signatures.items[i])
			query_name_user(q, q->signatures.items[i]);
	return 0;
}
