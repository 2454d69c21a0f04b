/* SPDX-License-Identifier: MIT */
/* lab: questions about profiles that come with the request. Pure: a body → an answer. What it is asked can take long
 * and much memory, so it runs in a child of its own (work.h). */
#pragma once

#include "answer.h"

enum lab_question {
	LAB_CHECK,      /* {"profile", …} */
	LAB_DECIDE,     /* {"profile","syscall","args","arch", …} */
	LAB_DIFF,       /* {"from","to", …} */
	LAB_INSTRUMENT, /* {"profile","how", …} */
	LAB_N,
};

/* Always says something. A profile that is refused is a 422, whose error has pointer, line and column besides. */
void lab_answer(enum lab_question question, struct span body, struct answer *ans);
