/* SPDX-License-Identifier: MIT */
/* document: from a file's text to the one object in it that is a profile. */
#pragma once

#include <jansson.h>

#include "seccompwatch/profile.h"

struct document {
	json_t *tree;    /* owned: all of the text */
	json_t *profile; /* borrowed from it */
	bool yaml;
	size_t index; /* YAML: which document of the text */
	enum profile_format format;
	char base[PROFILE_POINTER_MAX];
	char *name; /* metadata.name or the container's; NULL */
};

/* PROFILE_E_REFUSED, -ENOMEM. `name` chooses where there are several; NULL. */
int document_load(struct span text, const char *name, struct document *ret, struct profile_problem *problem);
void document_free(struct document *d);
