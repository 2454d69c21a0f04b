/* SPDX-License-Identifier: MIT */
/* The lines of /proc/PID/cgroup (cgroups(7), proc(5)): HIERARCHY:CONTROLLERS:PATH. */
#include "seccompwatch/cgroup.h"

#include <ctype.h>

#define LINES_MAX 64

/* Where containers are looked for first: the hierarchies that managers use to track processes. v2's line comes
 * last, because on a hybrid host a runtime's cgroups may be in the v1 hierarchies alone. */
enum rank {
	RANK_SYSTEMD,
	RANK_PIDS,
	RANK_MEMORY,
	RANK_OTHER,
	RANK_V2,
	RANK_N,
};

struct line {
	struct span path;
	enum rank rank;
	bool tracks; /* a v1 hierarchy in which every container has a place of its own */
};

static bool has_controller(struct span list, struct span want)
{
	while (list.len > 0) {
		const char *comma = memchr(list.data, ',', list.len);
		size_t len = comma ? (size_t)(comma - list.data) : list.len;

		if (span_equal((struct span){list.data, len}, want))
			return true;
		list = span_from_offset(list, len + 1);
	}
	return false;
}

static enum rank rank_of(struct span controllers)
{
	if (controllers.len == 0)
		return RANK_V2;
	if (span_equal(controllers, SPAN("name=systemd")))
		return RANK_SYSTEMD;
	if (has_controller(controllers, SPAN("pids")))
		return RANK_PIDS;
	return has_controller(controllers, SPAN("memory")) ? RANK_MEMORY : RANK_OTHER;
}

/* Whether runtimes put every container into a place of its own there: not so in net_cls, perf_event and the like,
 * which hosts on v2 may still mount. */
static bool is_tracking(struct span controllers)
{
	static const struct span names[] = {
		{"pids", 4}, {"memory", 6}, {"devices", 7}, {"cpu", 3}, {"cpuset", 6}, {"freezer", 7}, {"blkio", 5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (has_controller(controllers, names[i]))
			return true;
	return false;
}

static struct span trim(struct span s)
{
	while (s.len > 0 && (s.data[0] == ' ' || s.data[0] == '\t'))
		s = span_from_offset(s, 1);
	while (s.len > 0 && s.data[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* The controllers end where ":/" begins the path: a named hierarchy may have a colon in its name. */
static bool parse_line(struct span s, struct line *ret)
{
	size_t i = 0, start;

	s = trim(s);
	while (i < s.len && isdigit((unsigned char)s.data[i]))
		i++;
	if (i == 0 || i == s.len || s.data[i] != ':')
		return false;
	start = ++i;
	while (i + 1 < s.len && !(s.data[i] == ':' && s.data[i + 1] == '/'))
		i++;
	if (i + 1 >= s.len)
		return false;
	ret->rank = rank_of((struct span){s.data + start, i - start});
	ret->tracks = is_tracking((struct span){s.data + start, i - start});
	ret->path = span_from_offset(s, i + 1);
	return true;
}

static size_t parse_lines(struct span text, struct line ret[static LINES_MAX])
{
	size_t n = 0;

	while (text.len > 0 && n < LINES_MAX) {
		const char *newline = memchr(text.data, '\n', text.len);
		size_t len = newline ? (size_t)(newline - text.data) : text.len;

		n += parse_line((struct span){text.data, len}, &ret[n]);
		text = span_from_offset(text, len + 1);
	}
	return n;
}

static bool is_root(struct span path)
{
	return path.len == 1 && path.data[0] == '/';
}

/* All of v1 at "/" where v1 tracks processes: an exiting task, or one whose v1 place says nothing. v2's line keeps
 * its path then, but may be an outer cgroup, so it is not asked. */
static bool is_exiting(const struct line *lines, size_t n)
{
	bool tracks = false;

	for (size_t i = 0; i < n; i++) {
		if (lines[i].rank == RANK_V2)
			continue;
		if (!is_root(lines[i].path))
			return false;
		tracks = tracks || lines[i].tracks;
	}
	return tracks;
}

static bool is_empty(const struct cgroup_identity *c)
{
	return !c->id[0] && !c->pod_uid[0] && !c->unit[0];
}

/* The first path, by rank, that tells a container; else the first that tells anything. */
static void choose(const struct line *lines, size_t n, struct cgroup_identity *ret)
{
	struct cgroup_identity other;
	struct span before = {0};

	for (int rank = 0; rank < RANK_N; rank++) {
		for (size_t i = 0; i < n; i++) {
			if ((int)lines[i].rank != rank || span_equal(lines[i].path, before))
				continue;
			before = lines[i].path;
			cgroup_identify_path(before, &other);
			other.v2 = rank == RANK_V2;
			if (other.id[0] || (is_empty(ret) && !is_empty(&other)))
				*ret = other;
			if (ret->id[0])
				return;
		}
	}
}

int cgroup_identify(struct span text, struct cgroup_identity *ret)
{
	struct line lines[LINES_MAX];
	size_t n = parse_lines(text, lines);

	cgroup_identify_path((struct span){0}, ret);
	if (is_exiting(lines, n))
		return CGROUP_E_EXITING;
	choose(lines, n, ret);
	return 0;
}
