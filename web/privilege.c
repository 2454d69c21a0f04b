/* SPDX-License-Identifier: MIT */
#include "privilege.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/capability.h>

#include "seccompwatch/store.h"

static int fail(struct text *why, const char *what)
{
	int error = errno;

	text_printf(why, "cannot leave root: %s: %s", what, strerror(error));
	return error > 0 ? -error : -EPERM;
}

int privilege_find(struct privilege_identity *ret, struct text *why)
{
	uid_t uid;
	gid_t gid;
	int r;

	if (geteuid() != 0) {
		*ret = (struct privilege_identity){.uid = geteuid(), .gid = getegid()};
		return 0;
	}
	r = store_user(&uid);
	if (r < 0) {
		text_add_str(why, "cannot leave root: there is neither a user " STORE_USER " nor a user nobody");
		return r;
	}
	*ret = (struct privilege_identity){.was_root = true, .uid = uid};
	r = store_group(&gid);
	if (r < 0) {
		text_printf(why, "cannot leave root: no group for it: %s", strerror(-r));
		return r;
	}
	ret->gid = gid;
	return 0;
}

/* A change of user makes the kernel forget that this process was to end with its parent. */
int privilege_drop(const struct privilege_identity *who, struct text *why)
{
	int end_with_parent = 0;

	prctl(PR_GET_PDEATHSIG, &end_with_parent, 0, 0, 0);
	if (who->was_root) {
		if (setgroups(0, NULL) < 0)
			return fail(why, "setgroups");
		if (setresgid(who->gid, who->gid, who->gid) < 0)
			return fail(why, "setresgid");
		if (setresuid(who->uid, who->uid, who->uid) < 0)
			return fail(why, "setresuid");
	}
	if (end_with_parent > 0 && prctl(PR_SET_PDEATHSIG, end_with_parent, 0, 0, 0) < 0)
		return fail(why, "PR_SET_PDEATHSIG");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail(why, "PR_SET_NO_NEW_PRIVS");
	return 0;
}

static bool has_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &head, data) < 0)
		return true;
	return data[0].effective || data[1].effective || data[0].permitted || data[1].permitted;
}

/* A user who starts the program with capabilities of its own keeps them: that was asked for. */
int privilege_verify(const struct privilege_identity *who, struct text *why)
{
	uid_t real, effective, saved;
	bool way_back;

	if (getresuid(&real, &effective, &saved) < 0)
		return fail(why, "getresuid");
	way_back = real == 0 || effective == 0 || saved == 0 || setuid(0) == 0 ||
		prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
	if (who->was_root)
		way_back = way_back || getgroups(0, NULL) != 0 || has_capabilities();
	if (!way_back)
		return 0;
	text_add_str(why, "cannot leave root: a way back is left");
	return -EPERM;
}
