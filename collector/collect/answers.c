/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <stdio.h>
#include <string.h>

#include "seccompwatch/oom.h"

#define PLACES_MAX 1024

/* Of a container. Direct-mapped: a collision forgets the older one. */
struct place {
	uint64_t hash;
	char *folder; /* where its engine keeps what it knows; NULL: not known */
	int32_t pid;  /* of its first program, as far as was seen */
	struct users_container *users; /* NULL: not known */
};

struct answers {
	struct code *code;
	struct place places[PLACES_MAX];
};

int answers_new(struct answers **ret)
{
	struct answers *a = calloc(1, sizeof(*a));
	int r = a ? code_new(&a->code) : -ENOMEM;

	if (r < 0) {
		free(a);
		return r;
	}
	*ret = a;
	return 0;
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < PLACES_MAX; i++) {
		free(a->places[i].folder);
		free(a->places[i].users);
	}
	code_free(a->code);
	free(a);
}

static struct place *place_of(struct answers *a, const char *cid)
{
	uint64_t hash = base_hash(cid, strlen(cid));
	struct place *place = &a->places[hash % PLACES_MAX];

	if (place->hash != hash) {
		free(place->folder);
		free(place->users);
		*place = (struct place){.hash = hash};
	}
	return place;
}

/* ---- users ----------------------------------------------------------------------------------------------------------- */

/* From a process, when it still is the container's: true. */
static bool learn_from_process(struct place *place, const char *cid, int32_t pid)
{
	CLEANUP_FREE struct users_container *users = calloc(1, sizeof(*users));

	if (!users || pid <= 0 || users_read_process(pid, users) < 0 || !container_holds("", cid, pid))
		return false;
	free(place->users);
	place->users = TAKE(users);
	return true;
}

/* From the specification, which is read when the container is made: what there is for one that is gone at once. */
static void learn_from_spec(struct place *place, const struct container_info *info)
{
	CLEANUP_FREE struct users_container *users = place->users ? NULL : calloc(1, sizeof(*users));

	if (!users)
		return;
	users->has_map = info->users.n > 0;
	users->map = info->users;
	if (info->root)
		(void)users_read_root(info->root, users);
	if (users->has_map || users->has_names)
		place->users = TAKE(users);
}

static void copy_name(char ret[static USERS_NAME_MAX], const char *name)
{
	snprintf(ret, USERS_NAME_MAX, "%s", name ? name : "");
}

static bool answer_user(struct answers *a, const struct naming_question *q, struct naming_answer *ret)
{
	struct naming_user *user = &ret->user;
	struct place *place = *q->cid ? place_of(a, q->cid) : NULL;

	(void)users_host_name("", q->owner, user->name);
	ret->complete = true;
	if (!place)
		return user->name[0] != '\0';
	/* The container's first process has its user namespace; another may have made one of its own. */
	if (!learn_from_process(place, q->cid, place->pid))
		(void)learn_from_process(place, q->cid, place->users ? 0 : q->pid);
	user->has_inside = place->users && place->users->has_map && users_inside(&place->users->map, q->owner, &user->inside);
	if (user->has_inside && place->users->has_names)
		copy_name(user->inside_name, users_find(&place->users->names, user->inside));
	ret->complete = user->has_inside;
	return user->name[0] || user->has_inside;
}

/* ---- containers and code --------------------------------------------------------------------------------------------- */

static bool answer_container(struct answers *a, const struct naming_question *q, struct naming_answer *ret)
{
	struct place *place = place_of(a, q->cid);
	struct container_request request = {"", q->cid, q->runtime, q->owner, q->pid, place->folder};
	bool found = container_read(&request, &ret->info) == 0;
	int log;

	if (!place->folder && ret->info.folder)
		place->folder = strdup(ret->info.folder);
	if (place->pid == 0 || q->init)
		place->pid = q->pid;
	if (q->time == CLOCK_NONE && !learn_from_process(place, q->cid, q->pid))
		learn_from_spec(place, &ret->info);
	log = q->time != CLOCK_NONE ? oom_was_killed(q->pid, q->time) : -ENODATA;
	ret->oom_killed = ret->info.oom_killed || log == 1;
	ret->has_oom = ret->info.has_state || ret->oom_killed || log == 0;
	ret->complete = found;
	return found || ret->has_oom || q->outer[0];
}

static bool answer_code(struct answers *a, const struct naming_question *q, struct naming_answer *ret)
{
	struct code_question question = {q->pid, q->time, q->address, span_from(q->exe)};

	return code_find(a->code, &question, &ret->place) == 0;
}

bool answers_find(struct answers *a, const struct naming_question *question, struct naming_answer *ret)
{
	static bool (*const answer[])(struct answers *a, const struct naming_question *q, struct naming_answer *ret) = {
		answer_container, answer_user, answer_code};

	_Static_assert(ARRAY_SIZE(answer) == NAMING_KIND_N, "an answer for each kind");
	*ret = (struct naming_answer){.question = *question, .info = CONTAINER_INFO_EMPTY};
	if (answer[question->kind](a, question, ret))
		return true;
	container_info_free(&ret->info);
	return false;
}
