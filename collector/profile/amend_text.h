/* SPDX-License-Identifier: MIT */
/* amend_text: where in a profile's text an item or a member goes in or out, in JSON and in YAML. */
#pragma once

#include "seccompwatch/amend.h"

#define AMEND_EDITS_MAX 4

/* One amendment in the making. */
struct amending {
	const struct profile *p;
	struct amend *a;
	struct profile_edit edits[AMEND_EDITS_MAX];
	struct text texts[AMEND_EDITS_MAX]; /* of the edits */
	size_t n;
	int error; /* the first; later steps do nothing */
};

/* Ends it: applies the edits. Frees what it holds. */
int amending_end(struct amending *m);

/* `suffix` is a pointer from the profile's base. Each value is given as JSON and as YAML (NULL: the same). */
struct amend_value {
	const char *json, *yaml;
};
/* Puts an item before item `index` of the list that has n; index n appends. A list that is empty, null or not there
 * is made. */
void amending_insert(struct amending *m, const char *suffix, size_t n, size_t index, struct amend_value value);
/* Where an item can be added to the end of the list with one line: n, or n - 1. */
size_t amending_tail(struct amending *m, const char *suffix, size_t n);
void amending_remove(struct amending *m, const char *suffix, size_t n, size_t index);
void amending_replace(struct amending *m, const char *suffix, struct amend_value value);
/* A member of an object: a new one behind the member `after`, or one that goes. */
void amending_add_member(struct amending *m, const char *object, const char *after, const char *key,
	struct amend_value value);
void amending_remove_member(struct amending *m, const char *object, const char *key);
