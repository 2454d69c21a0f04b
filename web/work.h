/* SPDX-License-Identifier: MIT */
/* work: answers that take long or much memory, made by a child process with limits on both, while the server goes on. */
#pragma once

#include "answer.h"
#include "seccompwatch/loop.h"

#define WORK_MAX 4 /* children at a time */

struct works;
struct work;

/* Runs in the child, which has no descriptor but its pipe: it may read the body and fill the answer. */
typedef void (*work_fn)(unsigned kind, struct span body, struct answer *ans);
typedef void (*work_wake_fn)(void *data);

int works_new(struct works **ret, struct loop *loop);
void works_free(struct works *ws); /* all have been taken or cancelled */
DEFINE_CLEANUP(struct works *, works_free)
void works_end_all(struct works *ws); /* what is under way wakes, with an error */

/* -EBUSY: as many as may be are at it; -errno. */
int work_start(struct works *ws, work_fn fn, unsigned kind, struct span body, struct work **ret);
/* The same, and the refusal in *ans. */
void work_ask(struct works *ws, work_fn fn, unsigned kind, struct span body, struct answer *ans);
/* Called once, when there is an answer to take. */
void work_on_done(struct work *w, work_wake_fn wake, void *data);
void work_take(struct work *w, struct answer *ans); /* and ends it */
void work_cancel(struct work *w); /* takes NULL */
