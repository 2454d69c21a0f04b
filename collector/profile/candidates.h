/* SPDX-License-Identifier: MIT */
/* candidates: the objects of a parsed file that claim to be profiles, and the other things that are told apart. */
#pragma once

#include <jansson.h>

#include "seccompwatch/profile.h"

#define CANDIDATES_MAX 64

struct candidate {
	json_t *object;
	const char *name; /* metadata.name or the container's; NULL */
	size_t index;     /* YAML: which document */
	enum profile_format format;
	char base[PROFILE_POINTER_MAX];
};

struct candidates {
	struct candidate items[CANDIDATES_MAX];
	size_t n;
	struct profile_problem *problem;
};

/* Adds what the object is or holds. PROFILE_E_REFUSED: it is something else, and the problem says what. */
int candidates_find(struct candidates *c, json_t *object, size_t index);
/* The one called `name`, or the only one; NULL: refused, and the problem lists them. */
const struct candidate *candidates_choose(struct candidates *c, const char *name);
