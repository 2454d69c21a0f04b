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

static int write_container(struct write *w, const struct batch_container *c)
{
	struct database_integer profile;
	int r = write_profile(w, c->profile, &profile);

	if (r < 0)
		return r;
	w->changed = true;
	return database_run(w->store->db,
		"INSERT INTO container (host, runtime, cid, pod_uid, name, image, pod, namespace, outer_cid, spec, profile,"
		" exit_code, oom_killed, restarts, seq)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
		" ON CONFLICT (host, cid) DO UPDATE SET runtime = iif(excluded.runtime IN (0, ?16), runtime, excluded.runtime),"
		" pod_uid = ifnull(excluded.pod_uid, pod_uid), name = ifnull(excluded.name, name),"
		" image = ifnull(excluded.image, image), pod = ifnull(excluded.pod, pod),"
		" namespace = ifnull(excluded.namespace, namespace), outer_cid = ifnull(excluded.outer_cid, outer_cid),"
		" spec = max(excluded.spec, spec), profile = ifnull(excluded.profile, profile),"
		" exit_code = ifnull(excluded.exit_code, exit_code), oom_killed = ifnull(excluded.oom_killed, oom_killed),"
		" restarts = ifnull(excluded.restarts, restarts), seq = excluded.seq",
		"iitttttttiIIIIii", w->store->local_host, (int64_t)c->runtime, span_from(c->cid), absent_if_null(c->pod_uid),
		absent_if_null(c->name), absent_if_null(c->image), absent_if_null(c->pod), absent_if_null(c->namespace),
		absent_if_null(c->outer), (int64_t)c->has_spec, profile, integer_if(c->has_state, c->exit_code),
		integer_if(c->has_state, c->oom_killed), integer_if(c->has_state, c->restarts), w->seq,
		(int64_t)EVENT_RUNTIME_UNKNOWN);
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
		else
			r = write_origin(w, &story->origin);
	}
	return r;
}
