/* SPDX-License-Identifier: MIT */
/* privilege: leaving root, and making sure that it is gone. */
#pragma once

#include <sys/types.h>

#include "seccompwatch/text.h"

/* Who the server becomes when root starts it: the user "seccompwatch" where it exists, else "nobody", with the
 * one group that may read the database. */
struct privilege_identity {
	bool was_root;
	uid_t uid;
	gid_t gid;
};
int privilege_find(struct privilege_identity *ret, struct text *why);

/* Root: becomes that identity, for good. Others: stay who they are. Either way nothing that is executed from
 * here on can gain privileges. */
int privilege_drop(const struct privilege_identity *who, struct text *why);
/* -EPERM when any way back is left. */
int privilege_verify(const struct privilege_identity *who, struct text *why);
