/* SPDX-License-Identifier: MIT */
/* What surrounds events, on its way to the database. */
#include "internal.h"

#define PROCESSES_KEPT 65536

static struct span absent_if_null(const char *s)
{
	return s ? span_from(s) : (struct span){0};
}

static struct database_integer integer_if(bool is_there, int64_t value)
{
	return (struct database_integer){is_there, value};
}

static int write_profile(struct write *w, const char *profile, struct database_integer *ret)
{
	struct database *db = w->store->db;
	char sha256[TEXT_SHA256_MAX];
	int r;

	*ret = (struct database_integer){0};
	if (!profile)
		return 0;
	text_sha256(span_from(profile), sha256);
	r = database_run(db, "INSERT INTO profile (sha256, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING", "tt",
		span_from(sha256), span_from(profile));
	if (r == 0)
		r = database_number(db, "SELECT id FROM profile WHERE sha256 = ?1", &ret->value, "t", span_from(sha256));
	ret->is_there = r == 0;
	return r;
}

#define TOUCHED_MAX 1000 /* rows that are seen anew when a name becomes known */
#define TOUCHED_MS  INT64_C(60000)

/* What newer rows say has changed: who follows the changes sees them again. Older ones are seen by who asks anew. */
static int touch_rows(struct write *w, int64_t container)
{
	sqlite3_stmt *stmt = database_prepare(w->store->db,
		"UPDATE event SET seq = ?1 WHERE id IN (SELECT e.id FROM event e WHERE e.id >= ?2 AND e.sig IN"
		" (SELECT id FROM signature WHERE host = ?3 AND container = ?4) ORDER BY e.id DESC LIMIT ?5) RETURNING id");
	int64_t since = MAX(clock_now() - TOUCHED_MS, INT64_C(0)) << 20;
	int r = database_bind(w->store->db, stmt, "iiiii", w->seq, since, w->store->local_host, container,
		(int64_t)TOUCHED_MAX);

	while (r == 0 && (r = database_step(w->store->db, stmt)) == 1) {
		seconds_touch(&w->changes, sqlite3_column_int64(stmt, 0));
		r = 0;
	}
	return r;
}

/* Whether a row of an earlier change says otherwise (or nothing yet) of what every event shows. */
static int is_news(struct write *w, const struct batch_container *c, int64_t *ret_id)
{
	int r = database_number(w->store->db,
		"SELECT id FROM container WHERE host = ?1 AND cid = ?2 AND (name IS NOT ifnull(?3, name) OR"
		" image IS NOT ifnull(?4, image) OR pod IS NOT ifnull(?5, pod)) AND seq < ?6",
		ret_id, "itttti", w->store->local_host, span_from(c->cid), absent_if_null(c->name), absent_if_null(c->image),
		absent_if_null(c->pod), w->seq);

	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

/* What the kernel said of its first program. An end without a beginning of its own completes the known one. */
static int write_life(struct write *w, const struct batch_container *c)
{
	return database_run(w->store->db,
		"UPDATE container SET started = ?3, ended = iif(started IS ?3, ifnull(?4, ended), ?4),"
		" status = iif(started IS ?3, ifnull(?5, status), ?5)"
		" WHERE host = ?1 AND cid = ?2 AND ifnull(started, 0) <= ?3",
		"itiII", w->store->local_host, span_from(c->cid), c->started, integer_if(c->ended != CLOCK_NONE, c->ended),
		integer_if(c->ended != CLOCK_NONE, c->status));
}

static int write_container(struct write *w, const struct batch_container *c)
{
	struct database_integer profile;
	int64_t known = 0;
	int r = write_profile(w, c->profile, &profile), news;

	if (r < 0)
		return r;
	news = is_news(w, c, &known);
	if (news < 0)
		return news;
	w->changed = true;
	r = database_run(w->store->db,
		"INSERT INTO container (host, runtime, cid, pod_uid, name, image, pod, namespace, outer_cid, spec, profile,"
		" exit_code, oom_killed, restarts, seq, labels, caps)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?17, ?18)"
		" ON CONFLICT (host, cid) DO UPDATE SET runtime = iif(excluded.runtime IN (0, ?16), runtime, excluded.runtime),"
		" pod_uid = ifnull(excluded.pod_uid, pod_uid), name = ifnull(excluded.name, name),"
		" image = ifnull(excluded.image, image), pod = ifnull(excluded.pod, pod),"
		" namespace = ifnull(excluded.namespace, namespace), outer_cid = ifnull(excluded.outer_cid, outer_cid),"
		" spec = max(excluded.spec, spec), profile = ifnull(excluded.profile, profile),"
		" exit_code = ifnull(excluded.exit_code, exit_code), oom_killed = max(ifnull(excluded.oom_killed, oom_killed),"
		" ifnull(oom_killed, excluded.oom_killed)),"
		" restarts = ifnull(excluded.restarts, restarts), seq = excluded.seq, labels = ifnull(excluded.labels, labels),"
		" caps = ifnull(excluded.caps, caps)",
		"iitttttttiIIIIiitt", w->store->local_host, (int64_t)c->runtime, span_from(c->cid), absent_if_null(c->pod_uid),
		absent_if_null(c->name), absent_if_null(c->image), absent_if_null(c->pod), absent_if_null(c->namespace),
		absent_if_null(c->outer), (int64_t)c->has_spec, profile, integer_if(c->has_state, c->exit_code),
		integer_if(c->has_oom, c->oom_killed), integer_if(c->has_state, c->restarts), w->seq,
		(int64_t)EVENT_RUNTIME_UNKNOWN, absent_if_null(c->labels), absent_if_null(c->caps));
	if (r == 0 && c->has_life)
		r = write_life(w, c);
	return r == 0 && news ? touch_rows(w, known) : r;
}

static int find_container(struct write *w, const char *cid, struct database_integer *ret)
{
	int r;

	*ret = (struct database_integer){0};
	if (!cid)
		return 0;
	r = database_number(w->store->db, "SELECT id FROM container WHERE host = ?1 AND cid = ?2", &ret->value, "it",
		w->store->local_host, span_from(cid));
	ret->is_there = r == 0;
	return r == -ENOENT ? 0 : r;
}

static int write_process(struct write *w, const struct batch_process *p)
{
	struct database_integer container;
	int r = find_container(w, p->cid, &container);

	if (r < 0)
		return r;
	w->changed = true;
	r = database_run(w->store->db,
		"INSERT INTO process (host, pid, started, container, cmdline, parents, ended, status, threads, seq)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
		" ON CONFLICT (host, pid, started) DO UPDATE SET container = ifnull(excluded.container, container),"
		" cmdline = ifnull(excluded.cmdline, cmdline), parents = ifnull(excluded.parents, parents),"
		" ended = ifnull(excluded.ended, ended), status = ifnull(excluded.status, status),"
		" threads = ifnull(excluded.threads, threads), seq = excluded.seq",
		"iiiIttIIIi", w->store->local_host, (int64_t)p->pid, p->started, container,
		p->cmdline.len > 0 ? p->cmdline : (struct span){0}, absent_if_null(p->parents),
		integer_if(p->ended != CLOCK_NONE, p->ended), integer_if(p->has_status, p->status),
		integer_if(p->threads > 0, p->threads), w->seq);
	if (r == 0)
		r = database_run(w->store->db, "DELETE FROM process WHERE id <= (SELECT max(id) FROM process) - ?1", "i",
			(int64_t)PROCESSES_KEPT);
	return r;
}

static int write_account(struct write *w, const struct batch_account *a)
{
	struct database_integer container;
	int r = find_container(w, a->cid, &container);

	if (r < 0 || (a->cid && !container.is_there))
		return r;
	w->changed = true;
	return database_run(w->store->db,
		"INSERT INTO account (host, container, uid, name, inner_uid, inner_name, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT (host, container, uid) DO UPDATE SET name = ifnull(excluded.name, name),"
		" inner_uid = ifnull(excluded.inner_uid, inner_uid), inner_name = ifnull(excluded.inner_name, inner_name),"
		" seq = excluded.seq",
		"iiitIti", w->store->local_host, container.is_there ? container.value : 0, (int64_t)a->uid,
		absent_if_null(a->name), integer_if(a->has_inner, a->inner_uid), absent_if_null(a->inner_name), w->seq);
}

static int write_origin(struct write *w, const struct batch_origin *o)
{
	struct seconds_row *row = NULL;
	int r = write_find(w, o->time, w->store->local_host, o->serial, &row);

	if (r < 0 || !row)
		return r;
	seconds_touch(&w->changes, row->id);
	r = database_run(w->store->db,
		"INSERT INTO detail (event, module, module_offset, symbol) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (event)"
		" DO UPDATE SET module = excluded.module, module_offset = excluded.module_offset, symbol = excluded.symbol"
		" WHERE module IS NULL",
		"itit", row->id, absent_if_null(o->module), (int64_t)o->offset, absent_if_null(o->symbol));
	if (r == 0)
		r = database_run(w->store->db, "UPDATE event SET seq = ?2 WHERE id = ?1", "ii", row->id, w->seq);
	return r;
}

int stories_write(struct write *w)
{
	const struct batch_stories *stories = w->batch->stories;
	int r = 0;

	for (uint32_t i = 0; stories && i < stories->n && r == 0; i++) {
		const struct batch_story *story = &stories->items[i];

		if (story->kind == BATCH_CONTAINER)
			r = write_container(w, &story->container);
		else if (story->kind == BATCH_PROCESS)
			r = write_process(w, &story->process);
		else if (story->kind == BATCH_ACCOUNT)
			r = write_account(w, &story->account);
		else
			r = write_origin(w, &story->origin);
	}
	return r;
}
