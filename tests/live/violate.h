/* SPDX-License-Identifier: MIT */
/* violate: the kinds. Each runs in a child of its own, confines it and violates `repeat` times; it exits 0 when the
 * kernel did as it should (or dies of it). */
#pragma once

#include <signal.h>

#define VIOLATE_UNEXPECTED   1
#define VIOLATE_IMPOSSIBLE   77 /* this kernel cannot run the call */
#define VIOLATE_HOSTILE_ROLE "--hostile"

/* comm and exe of the hostile kind: they look like fields, tags, and terminal commands. The kernel cuts comm at 15. */
#define VIOLATE_HOSTILE_COMM "x\" sig=9 <b>\033["
#define VIOLATE_HOSTILE_FILE "v\" exe=\"sshd\" code=0x0\n<img src=x onerror=alert(1)>"

void violate_log(long repeat);
void violate_errno(long repeat);
void violate_trap(long repeat);
void violate_trace(long repeat);
void violate_user_notif(long repeat);
void violate_kill_thread(long repeat);
void violate_kill_process(long repeat);
void violate_strict(long repeat);
void violate_unknown(long repeat);
void violate_hostile(long repeat);
void violate_i386(long repeat);
void violate_x32(long repeat);

/* What the copy under a hostile name does. */
void violate_as_hostile(void) __attribute__((noreturn));
