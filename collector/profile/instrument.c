/* SPDX-License-Identifier: MIT */
/* A profile's text, changed so that what it denies leaves a record. */
#include <seccomp.h>
#include <stdio.h>

#include "edit.h"
#include "problem.h"

static int log_action(const struct profile *p, const char *member, uint32_t action, struct edit *ret)
{
	CLEANUP(json_decrefp) json_t *word = json_string("SCMP_ACT_LOG");
	char pointer[PROFILE_POINTER_MAX];

	if (profile_action_executes(action))
		return 0;
	if (!word)
		return -ENOMEM;
	snprintf(pointer, sizeof(pointer), "%.200s%s", p->base, member);
	return edit_set(p, pointer, word, ret);
}

static int log_actions(const struct profile *p, struct edit *edits)
{
	int k = log_action(p, "/defaultAction", p->default_action, &edits[p->n_rules]);
	char member[64];

	for (size_t i = 0; !k && i < p->n_rules; i++) {
		snprintf(member, sizeof(member), "/syscalls/%zu/action", i);
		k = log_action(p, member, p->rules[i].action, &edits[i]);
	}
	return k;
}

#define ERRNOS_MAX 1024 /* each is a patch, which reads the text anew */

/* SCMP_ACT_LOG takes no errno, and crun refuses a profile that gives it one. */
static int drop_errnos(struct profile_patch *patch, struct profile_problem *problem)
{
	const struct profile *p = profile_patch_profile(patch);
	size_t n = 0;
	int k = 0;

	if (p->default_error >= 0 && !profile_action_executes(p->default_action))
		k = profile_patch_set_action(patch, PROFILE_PATCH_DEFAULT, SCMP_ACT_LOG, problem);
	for (size_t i = 0; !k && i < profile_patch_profile(patch)->n_rules; i++) {
		p = profile_patch_profile(patch);
		if (p->rules[i].error < 0 || profile_action_executes(p->rules[i].action))
			continue;
		if (++n > ERRNOS_MAX)
			return problem_set(problem, "", "more than %d rules have an errno", ERRNOS_MAX);
		k = profile_patch_set_action(patch, i, SCMP_ACT_LOG, problem);
	}
	return k;
}

/* The others all at once. */
static int log_others(const struct profile *p, struct text *ret)
{
	size_t n = p->n_rules + 1, used = 0;
	CLEANUP_FREE struct edit *edits = calloc(n, sizeof(*edits));
	CLEANUP_FREE struct profile_edit *list = calloc(n, sizeof(*list));
	int k = edits && list ? log_actions(p, edits) : -ENOMEM;

	for (size_t i = 0; edits && list && i < n; i++)
		if (edits[i].text.data)
			list[used++] = (struct profile_edit){edits[i].start, edits[i].end, edits[i].text.data};
	if (!k)
		k = profile_edit_apply((struct span){p->text, p->text_len}, list, used, ret);
	for (size_t i = 0; edits && i < n; i++)
		edit_free(&edits[i]);
	return k;
}

static int log_all(const struct profile *p, struct text *ret, struct profile_problem *problem)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	int k = profile_patch_new(p, &patch);

	if (!k)
		k = drop_errnos(patch, problem);
	return k ? k : log_others(profile_patch_profile(patch), ret);
}

static int set_flag(const struct profile *p, struct text *ret, struct profile_problem *problem)
{
	CLEANUP(profile_patch_free_p) struct profile_patch *patch = NULL;
	const struct profile *now;
	int k = profile_patch_new(p, &patch);

	if (!k)
		k = profile_patch_add_flag(patch, "SECCOMP_FILTER_FLAG_LOG", problem);
	if (k)
		return k;
	now = profile_patch_profile(patch);
	text_add(ret, (struct span){now->text, now->text_len});
	return ret->failed ? -ENOMEM : 0;
}

int profile_instrument(const struct profile *p, enum profile_instrument how, struct text *ret, struct profile_problem *problem)
{
	int k;

	if (p->format == PROFILE_FORMAT_LIBCONTAINER)
		return problem_set(problem, "", "runc's own state is not a profile to edit");
	if (how == PROFILE_INSTRUMENT_FLAG)
		return set_flag(p, ret, problem);
	k = log_all(p, ret, problem);
	if (k == -ENOENT || k == -EINVAL)
		return problem_set(problem, "", "a member is spelt so that it is not found again; use the documented spelling");
	return k;
}
