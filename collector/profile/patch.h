/* SPDX-License-Identifier: MIT */
/* patch: the single operations that profile_patch_… are made of. */
#pragma once

#include <jansson.h>

#include "problem.h"

struct profile_patch {
	struct profile *now;
	struct profile *before; /* within a change of several operations: what it began with */
	size_t n_before;        /* and how many operations there were */
	json_t *operations;
};

/* The operations between begin and end happen all or not at all; end returns k. */
void patch_begin(struct profile_patch *patch);
int patch_end(struct profile_patch *patch, int k);

/* Pointers are relative to the profile. They steal value; NULL is -ENOMEM. */
int patch_replace(struct profile_patch *patch, const char *pointer, json_t *value, struct profile_problem *problem);
int patch_insert(struct profile_patch *patch, const char *list, size_t index, json_t *value, struct profile_problem *problem);
int patch_member(struct profile_patch *patch, const char *object, const char *key, const char *after, json_t *value,
	struct profile_problem *problem);
int patch_remove(struct profile_patch *patch, const char *parent, const char *segment, struct profile_problem *problem);

/* What stands in the file at the pointer; NULL. */
const json_t *patch_value(const struct profile_patch *patch, const char *pointer);
