/* SPDX-License-Identifier: MIT */
/* answers: naming's knowledge: reads the files that answer a question, and remembers of each container what will be
 * gone when it has ended. One thread's. */
#pragma once

#include "naming.h"

struct answers;

int answers_new(struct answers **ret);
void answers_free(struct answers *a);
DEFINE_CLEANUP(struct answers *, answers_free)

/* Whether there is anything to say. */
bool answers_find(struct answers *a, const struct naming_question *question, struct naming_answer *ret);
