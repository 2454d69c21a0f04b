/* SPDX-License-Identifier: MIT */
/* suggest: what could be done about the calls that a profile denied, the smallest change first, each one proven: the
 * changed profile is compiled as its runtime does, the denied call is decided as asked, and every decision that changed
 * is listed. Joins what the reader knows of events with a profile; used by the command, the API and reports alike. */
#pragma once

#include "marks.h"
#include "profile.h"
#include "query.h"

/* The contract's words, smallest first. */
enum suggest_kind {
	SUGGEST_KEEP,
	SUGGEST_ENOSYS,       /* deny with ENOSYS, from which libc falls back */
	SUGGEST_ERRNO,        /* deny with EPERM instead of a kill, a signal, … */
	SUGGEST_ALLOW_ARGS,   /* allow it with the arguments that were seen */
	SUGGEST_ALLOW,
	SUGGEST_CAPABILITY,   /* allow it to holders of a capability */
	SUGGEST_ARCHITECTURE, /* cover the architecture */
	SUGGEST_GRANT_CAP,    /* give the container the capability for which the profile allows it already */
	SUGGEST_KIND_N,
};
const char *suggest_kind_name(enum suggest_kind kind); /* keep enosys errno allow_args … */

enum suggest_knowing {
	SUGGEST_UNKNOWN,  /* nobody recorded the arguments */
	SUGGEST_RECORDED, /* `asked` are the ones that were seen */
	SUGGEST_INFERRED, /* only one value of theirs is denied, so they were that */
	SUGGEST_KNOWING_N,
};
const char *suggest_knowing_name(enum suggest_knowing knowing); /* unknown recorded inferred */

struct suggest_change {
	struct profile_change change;
	bool asked;
};

struct suggest_option {
	enum suggest_kind kind;
	char *title; /* a sentence without a full stop */
	char *patch; /* a list of JSON Patch operations (RFC 6902) */
	char *line;  /* of a systemd unit; NULL */
	struct suggest_change *changed;
	size_t n_changed;
};

#define SUGGEST_EXES_MAX  16
#define SUGGEST_ASKED_MAX 32

struct suggest_exe {
	const char *path; /* the reader's */
	uint64_t count;
};

/* One syscall of one architecture, decided in one way. */
struct suggest_item {
	struct bpf_call call; /* its arch and nr */
	const char *syscall;  /* NULL: nobody has a name for it */
	const char *arch;
	enum event_action action; /* as recorded */
	enum event_mode mode;
	uint64_t count;
	int64_t first, last;
	struct suggest_exe exes[SUGGEST_EXES_MAX]; /* the busiest first */
	size_t n_exes, n_more_exes;
	int error; /* 0: not known */

	enum suggest_knowing knowing;
	unsigned used; /* the arguments that matter to the profile, or to the call; as bits */
	struct bpf_call asked[SUGGEST_ASKED_MAX]; /* the denied calls, one for each class of arguments */
	size_t n_asked, n_more_asked;

	char decided_by[PROFILE_POINTER_MAX]; /* "": not by this profile, `reason` says why; with several it depends on arguments */
	uint32_t decision; /* the profile's, when it denies */
	bool denied;       /* by this profile */
	char *reason;
	const char *risk;        /* low medium high */
	const char *risk_reason;
	bool muted;
	enum suggest_kind recommended;
	struct suggest_option options[SUGGEST_KIND_N];
	size_t n_options;
};

struct suggest {
	char *source, *format, *sha256; /* of the profile; NULL: none is known (a systemd unit) */
	char *text;     /* the profile as it is */
	bool yaml;
	struct suggest_item *items; /* the most frequent first */
	size_t n_items;
	uint64_t n_left_out;   /* items beyond the limit, or the time */
	uint64_t n_muted;
	uint64_t n_undecidable; /* events without a syscall or an architecture */
	uint64_t n_executed;    /* events that were logged and executed, as the profile has it */
	/* All recommended options together, proven too. */
	char *patch;   /* as an option's */
	char *patched; /* the whole file */
	char *diff;    /* unified; "" for no change */
	struct suggest_change *changed;
	size_t n_changed;
	char *caution; /* why some recommended option is not in them; NULL */
	uint64_t compiles, compile_us, total_us; /* what it cost */
};
#define SUGGEST_EMPTY ((struct suggest){0})
void suggest_free(struct suggest *s);
#define CLEANUP_SUGGEST CLEANUP(suggest_free)

struct suggest_request {
	const struct query_filter *filter; /* suggest_advise does not look at it */
	const struct profile *profile; /* NULL: of a systemd unit */
	const char *source;            /* what the profile is called */
	const char *sha256;            /* NULL: it is computed from the profile's text */
	struct profile_host host;      /* arch NULL: the machine that the events' architecture belongs to */
	enum profile_model model;
	const char *const *allow; /* syscalls that may be allowed whatever their risk; n_allow of them */
	size_t n_allow;
	const struct marks *marks; /* what is muted there is left out; NULL: nothing is */
	bool all;                  /* … or told as muted */
	const struct query_container *container; /* whose events the filter leaves; NULL: several, or none */
	const char *unit;                        /* NULL */
	size_t limit;       /* items; 0: SUGGEST_LIMIT */
	uint64_t budget_us; /* no new option is tried after so long; 0: no limit */
};
#define SUGGEST_LIMIT 200

/* What the database says, and what can be said about it. They are two, so that the second, which takes long, can be done
 * by a process without a database; the strings of both belong to the reader.
 * 0; PROFILE_E_REFUSED: the profile cannot be compiled as it is, *problem says why; -ENOMEM, or what the reader returns. */
struct suggest_facts;
int suggest_read(struct query *q, const struct query_filter *filter, struct suggest_facts **ret);
void suggest_facts_free(struct suggest_facts *facts);
DEFINE_CLEANUP(struct suggest_facts *, suggest_facts_free)
int suggest_advise(const struct suggest_facts *facts, const struct suggest_request *request, struct suggest *ret,
	struct profile_problem *problem);
/* Both. */
int suggest_make(struct query *q, const struct suggest_request *request, struct suggest *ret,
	struct profile_problem *problem);

/* The profile that a container was started with, as a file for people. -ENOENT: none is known, or (has_spec) there was
 * none; PROFILE_E_REFUSED, -ENOMEM, or what the reader returns. */
int suggest_load(struct query *q, const struct query_container *container, struct profile **ret, char **ret_sha256,
	struct profile_problem *problem);
/* The capabilities it was started with, else Docker's; a list owned by the caller (free()), whose strings are static. */
int suggest_caps(const struct query_container *container, const char ***ret, size_t *ret_n);
/* Sets the model and the engine to what starts such containers, as a rule: crun for Podman, else runc. container may be
 * NULL. */
void suggest_fit(const struct query_container *container, struct suggest_request *request);

/* All of that for one container: read with a database, so that suggest_advise(i.facts, &i.request, …) needs none. What of
 * the request is not set here (limit, budget, marks, allow) is the caller's. Neither moves nor is copied. */
struct suggest_inquiry {
	struct suggest_request request;
	struct suggest_facts *facts;
	struct profile *profile;
	char *sha256;
	const char **caps;
	struct text source;
};
#define SUGGEST_INQUIRY_EMPTY ((struct suggest_inquiry){0})
void suggest_inquiry_free(struct suggest_inquiry *i);
/* The filter leaves the container's events. What suggest_load and suggest_read return; *i may be freed whatever it was. */
int suggest_inquire(struct query *q, const struct query_container *container, const struct query_filter *filter,
	struct suggest_inquiry *i, struct profile_problem *problem);

/* The captured linux.seccomp, which is one line, as a file for people; numbers and strings stay as they are. */
int suggest_indent(struct span json, struct text *ret);
