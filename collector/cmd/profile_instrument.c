/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>

#include "profile.h"
#include "seccompwatch/log.h"

static int write_all(int fd, struct span s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.data, s.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		s = span_from_offset(s, (size_t)n);
	}
	return 0;
}

static int write_file(const char *path, struct span s)
{
	CLEANUP_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int r = fd < 0 ? -errno : write_all(fd, s);

	if (r < 0)
		log_error("cannot write %s: %s", path, strerror(-r));
	return r < 0 ? CMD_FAILED : CMD_DONE;
}

/* Who accepts SECCOMP_FILTER_FLAG_LOG, and who SCMP_ACT_LOG: from the projects' release notes and sources; runc 1.1 and
 * Docker 20.10 as measured. */
static const char *const flag_warnings[] = {
	"runc accepts the flag from 1.2.0 on: 1.1 starts no container under such a profile (\"seccomp flags are not yet supported "
	"by runc\")",
	"Docker hands the flag on from 23.0 on: 20.10 drops it without a word, and nothing is logged; Podman does from 4.1 on, "
	"CRI-O from 1.25 on, crun takes it from 0.9 on",
	"containerd and Kubernetes take it in profiles of type Localhost only",
};
static const char *const log_warnings[] = {
	"under this profile everything that was denied runs: for watching, never for production",
	"SCMP_ACT_LOG needs a kernel from 4.14 on, libseccomp 2.4 and a runc from 2019 or later",
};

static void warn(const struct profile_cmd *c)
{
	const char *const *warnings = c->log_all ? log_warnings : flag_warnings;
	size_t n = c->log_all ? ARRAY_SIZE(log_warnings) : ARRAY_SIZE(flag_warnings);

	for (size_t i = 0; i < n; i++)
		log_warning("%s", warnings[i]);
}

int profile_instrument_run(const struct profile_cmd *c)
{
	CLEANUP(profile_subject_free) struct profile_subject s = {0};
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	struct profile_problem problem = {0};
	int status = profile_subject_load(c, c->operands[0], &s), r;

	if (status != CMD_DONE)
		return status;
	r = profile_instrument(s.profile, c->log_all ? PROFILE_INSTRUMENT_LOG : PROFILE_INSTRUMENT_FLAG, &text, &problem);
	if (r) {
		if (!problem.message[0])
			snprintf(problem.message, sizeof(problem.message), "%s", strerror(-r));
		profile_print_problem(s.path, &problem);
		return CMD_FAILED;
	}
	warn(c);
	if (c->file)
		return write_file(c->file, text_span(&text));
	r = fflush(stdout) == 0 ? write_all(STDOUT_FILENO, text_span(&text)) : -EIO;
	return r < 0 ? CMD_FAILED : CMD_DONE;
}
