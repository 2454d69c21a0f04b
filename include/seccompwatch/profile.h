/* SPDX-License-Identifier: MIT */
/* profile: what a seccomp profile says, what a container runtime makes of it, and which rule decides a call.
 *
 *   load     text → struct profile           (Docker, Podman, OCI, Kubernetes custom resources; JSON and YAML)
 *   resolve  + a host → struct profile_rules (includes and excludes, architectures; as moby or containers/common)
 *   compile  + a runtime → struct profile_filter (libseccomp's BPF, runc's stub before it)
 *   decide   + a call → struct profile_verdict   (the BPF's own answer, and the rule that gave it)
 *
 * Profile text is hostile: bounded in size, depth, rules and messages; what messages quote is escaped. */
#pragma once

#include "bpf.h"
#include "text.h"

/* What load, resolve and compile may say: the profile is refused, *problem says where and why. */
enum {
	PROFILE_E_REFUSED = 1
};

#define PROFILE_POINTER_MAX 256
#define PROFILE_MESSAGE_MAX 512
#define PROFILE_NOTES_MAX   64
#define PROFILE_ARCHS_MAX   24

struct profile_problem {
	unsigned line, column; /* from 1; 0: not known */
	char pointer[PROFILE_POINTER_MAX]; /* RFC 6901, from the file's root (a YAML file's document); "" the whole */
	char message[PROFILE_MESSAGE_MAX];
};

/* ---- words ---- */

/* Actions are SECCOMP_RET_… values, whose low 16 bits hold the errno (ERRNO) or the tracer's number (TRACE). */
const char *profile_action_name(uint32_t action); /* SCMP_ACT_…, without the errno; NULL when undefined */
int profile_action_from_name(struct span name, uint32_t *ret); /* -EINVAL; errno bits 0 */
bool profile_action_has_errno(uint32_t action);  /* ERRNO and TRACE take one */
/* What the caller of the syscall sees: errno capped as the kernel does; 0 when the action is not ERRNO. */
int profile_action_errno(uint32_t action);
bool profile_action_executes(uint32_t action); /* ALLOW and LOG */

/* Operators are libseccomp's enum scmp_compare. */
const char *profile_op_name(int op);
int profile_op_from_name(struct span name); /* -EINVAL */

/* Architectures are SCMP_ARCH_… tokens: the AUDIT_ARCH value, but for x32, which has one of its own. */
struct profile_arch {
	const char *name;   /* SCMP_ARCH_X86_64 */
	const char *engine; /* the word of includes and excludes (Docker's, Podman's): amd64; NULL: none */
	uint32_t token;     /* 0: not known to this libseccomp */
	uint32_t audit;     /* AUDIT_ARCH_X86_64 */
	bool wide, big_endian;
};
const struct profile_arch *profile_arch_find(uint32_t token); /* NULL */
const struct profile_arch *profile_arch_from_name(struct span name); /* SCMP_ARCH_…, x86_64, amd64, …; NULL */
/* Which architecture libseccomp counts a call to: x32 from bit 30 on under x86_64 (but not for -1). */
const struct profile_arch *profile_arch_of_call(uint32_t audit_arch, uint32_t nr);
const struct profile_arch *profile_arch_native(void);
/* The machine whose kernel runs the architecture's programs: x86_64 for x86 and x32; itself otherwise. */
const struct profile_arch *profile_arch_host(const struct profile_arch *arch);

/* A syscall's number from its name, or from a number (decimal, 0x): -ENOENT. */
int profile_call_number(const struct profile_arch *arch, struct span name, uint32_t *ret);
const char *profile_call_name(const struct bpf_call *call); /* static; NULL when nobody knows it */

/* Whether this libseccomp can say it in a rule; others are passed over. */
bool profile_call_expressible(const struct profile_arch *arch, const char *name);
const char *profile_compiler(char ret[static 32]); /* "libseccomp 2.5.4"; returns ret */

/* ---- load ---- */

enum profile_format {
	PROFILE_FORMAT_DOCKER,      /* Docker's and Podman's: includes, excludes, archMap */
	PROFILE_FORMAT_OCI,         /* linux.seccomp alone */
	PROFILE_FORMAT_OCI_CONFIG,  /* a config.json */
	PROFILE_FORMAT_KUBERNETES,  /* a SeccompProfile of the security profiles operator */
	PROFILE_FORMAT_KUBESCAPE,   /* a SeccompProfile of Kubescape: one a container */
	PROFILE_FORMAT_LIBCONTAINER, /* runc's own state.json: numeric actions */
	PROFILE_FORMAT_N,
};
const char *profile_format_name(enum profile_format format);

struct profile_arg {
	unsigned index; /* 0 to 5 */
	int op;         /* enum scmp_compare */
	uint64_t value, value_two; /* MASKED_EQ: (argument & value) == value_two */
};

struct profile_strings {
	const char **items; /* NUL-terminated, owned by the profile */
	size_t n;
};

/* includes, excludes */
struct profile_condition {
	struct profile_strings caps, arches;
	uint32_t min_kernel; /* major << 16 | minor; 0: none */
};

struct profile_rule {
	struct profile_strings names;
	uint32_t action;   /* errno bits 0 */
	int32_t error;     /* errnoRet or errno; -1: not said */
	bool error_by_name; /* Podman's errno, which Docker does not know */
	struct profile_arg *args;
	size_t n_args;
	struct profile_condition includes, excludes;
	const char *comment; /* NULL */
	bool single; /* the old `name` */
};

struct profile_sub_archs {
	const struct profile_arch *arch; /* NULL: a name that is nobody's */
	const struct profile_arch *subs[PROFILE_ARCHS_MAX];
	size_t n_subs;
};

struct profile {
	enum profile_format format;
	bool yaml;
	char *name;      /* metadata.name; NULL */
	char *base_name; /* spec.baseProfileName; NULL */
	char *text;      /* the file as it was read, NUL-terminated besides */
	size_t text_len;
	size_t document; /* YAML: which document of the file */
	char base[PROFILE_POINTER_MAX]; /* where in it the profile is: "", "/linux/seccomp", "/spec" */

	uint32_t default_action;
	int32_t default_error; /* -1: not said */
	bool default_error_by_name;
	const struct profile_arch *archs[PROFILE_ARCHS_MAX]; /* `architectures` */
	size_t n_archs;
	struct profile_sub_archs *arch_map;
	size_t n_arch_map;
	struct profile_strings flags;
	const char *listener_path, *listener_metadata;
	char rules_key[sizeof("syscalls")]; /* as the file spells it: Docker and Podman do not look at letters' case */
	struct profile_rule *rules;
	size_t n_rules;

	struct profile_problem *notes; /* accepted, but worth a word */
	size_t n_notes, n_more_notes;  /* those beyond PROFILE_NOTES_MAX are counted */
	void *tree; /* keeps the strings */
};

struct profile_load_options {
	const char *name;  /* which one, where the file holds several; NULL */
	size_t max_bytes;  /* 0: 4 MiB */
};

/* PROFILE_E_REFUSED with *problem; -errno for the file itself (*problem says it too). A path that is not a regular
 * file is refused without being read. options may be NULL. */
int profile_load_file(const char *path, const struct profile_load_options *options, struct profile **ret,
	struct profile_problem *problem);
int profile_load_text(struct span text, const struct profile_load_options *options, struct profile **ret,
	struct profile_problem *problem);
void profile_free(struct profile *p);
DEFINE_CLEANUP(struct profile *, profile_free)

/* The pointer of a rule in the file: "/linux/seccomp/syscalls/3". */
void profile_rule_pointer(const struct profile *p, size_t rule, char ret[static PROFILE_POINTER_MAX]);

/* Where a JSON pointer stands in the profile's text: byte range of the value, its line and column. -ENOENT. */
struct profile_place {
	size_t start, end;
	unsigned line, column;
};
int profile_locate(const struct profile *p, const char *pointer, struct profile_place *ret);

/* ---- resolve ---- */

/* Whose reading of conditions: moby knows minKernel but not errno by name, containers/common the other way round. */
enum profile_engine {
	PROFILE_ENGINE_ANY, /* both */
	PROFILE_ENGINE_MOBY,
	PROFILE_ENGINE_PODMAN,
	PROFILE_ENGINE_N,
};
int profile_engine_from_name(struct span name); /* any, moby, podman; -EINVAL */

struct profile_host {
	enum profile_engine engine;
	const struct profile_arch *arch; /* NULL: this machine's */
	const char *const *caps; /* the bounding set, CAP_…; n_caps of them */
	size_t n_caps;
	uint32_t kernel; /* major << 16 | minor; 0: the running one */
};
/* Docker's fourteen, in *ret_n. */
const char *const *profile_default_caps(size_t *ret_n);
/* "CAP_SYS_ADMIN,net_raw", "ALL", "none" or "default": a list owned by the caller (free()), whose strings are static.
 * -EINVAL for a word that is no capability. */
int profile_parse_caps(struct span text, const char ***ret, size_t *ret_n);
int profile_parse_kernel(struct span text, uint32_t *ret); /* "4.8", "6.1.0-13-amd64" */

enum profile_use {
	PROFILE_USE_ACTIVE,
	PROFILE_USE_NEEDS_CAP,    /* includes.caps: `cause` is the one that lacks */
	PROFILE_USE_HAS_CAP,      /* excludes.caps */
	PROFILE_USE_OTHER_ARCH,
	PROFILE_USE_OTHER_KERNEL,
	PROFILE_USE_N,
};

struct profile_rule_use {
	enum profile_use use;
	const char *cause; /* the capability, architecture; NULL */
	uint32_t action;   /* complete, errno included (EPERM when the profile says none) */
};

struct profile_rules {
	const struct profile *profile; /* must outlive this */
	const struct profile_arch *native;
	const struct profile_arch *archs[PROFILE_ARCHS_MAX]; /* as the runtime gets them; none: the native one alone */
	size_t n_archs;
	uint32_t default_action; /* complete */
	struct profile_rule_use *uses; /* one a rule of the profile */
};
int profile_resolve(const struct profile *p, const struct profile_host *host, struct profile_rules **ret,
	struct profile_problem *problem);
void profile_rules_free(struct profile_rules *r);
DEFINE_CLEANUP(struct profile_rules *, profile_rules_free)

/* ---- compile ---- */

enum profile_model {
	PROFILE_MODEL_RUNC,       /* 1.1.15, 1.2.0 and later: the stub covers the native architecture always */
	PROFILE_MODEL_RUNC_FIRST, /* 1.0.0-rc93 to 1.1.14: the stub covers the architectures the profile lists */
	PROFILE_MODEL_CRUN,
	PROFILE_MODEL_PLAIN,      /* libseccomp alone, and runc before 1.0.0-rc93 */
	PROFILE_MODEL_N,
};
/* "runc", "crun", "plain", "runc-1.1.5" (any version); -EINVAL. */
int profile_model_from_name(struct span name);
const char *profile_model_name(enum profile_model model);

struct profile_filter;

/* PROFILE_E_REFUSED: the runtime or libseccomp would not take it, or no kernel could. The rules must outlive it. */
int profile_compile(const struct profile_rules *rules, enum profile_model model, struct profile_filter **ret,
	struct profile_problem *problem);
void profile_filter_free(struct profile_filter *f);
DEFINE_CLEANUP(struct profile_filter *, profile_filter_free)
const struct bpf_program *profile_filter_program(const struct profile_filter *f);
/* Names of the rules that libseccomp does not know, and so no runtime applies: NULL past the last. */
const char *profile_filter_unknown_name(const struct profile_filter *f, size_t i, size_t *ret_rule);

/* ---- decide ---- */

enum profile_decider {
	PROFILE_BY_RULE,
	PROFILE_BY_DEFAULT,
	PROFILE_BY_STUB, /* runc's ENOSYS for numbers newer than the profile */
	PROFILE_BY_ARCH, /* the filter does not cover the call's architecture: libseccomp kills */
	PROFILE_BY_NOTHING, /* the filter disagrees with every rule: a fault of the compiler, not of the profile */
};

struct profile_verdict {
	uint32_t action; /* what the BPF returned */
	enum profile_decider by;
	size_t rule;   /* BY_RULE; with BY_DEFAULT the first rule that names the syscall, or SIZE_MAX */
	bool named;    /* BY_DEFAULT: rules name the syscall, but their argument conditions do not hold */
	bool contested; /* several rules with different actions match: libseccomp's order chose */
	bool sub_call; /* decided by a multiplexed call (socketcall, ipc) of the rule's syscall */
	uint32_t last; /* BY_STUB: the highest number the profile names */
};

void profile_decide(const struct profile_filter *f, const struct bpf_call *call, struct profile_verdict *ret);
/* The contract's decided_by: the rule's pointer, "/defaultAction" (with the profile's base), "stub", or "" . */
void profile_decided_by(const struct profile_filter *f, const struct profile_verdict *v,
	char ret[static PROFILE_POINTER_MAX]);
/* One sentence, lower case, no full stop. */
void profile_explain(const struct profile_filter *f, const struct bpf_call *call, const struct profile_verdict *v,
	struct text *ret);

/* ---- compare ---- */

/* Calls that stand for all others: every number of the filters' architectures, and for the syscalls whose rules look at
 * arguments each combination of values on both sides of every condition. used: the arguments that any rule looks at,
 * as bits; the others are 0 and do not matter. fn's non-zero result ends the walk and is returned. */
typedef int (*profile_call_fn)(void *data, const struct bpf_call *call, unsigned used);
int profile_each_call(const struct profile_filter *const *filters, size_t n, profile_call_fn fn, void *data);

/* A decision that the two filters make differently. */
struct profile_change {
	struct bpf_call call;
	unsigned used; /* the arguments that matter, as bits; 0: whatever they are */
	uint32_t from, to;
};
typedef int (*profile_change_fn)(void *data, const struct profile_change *change);
/* Where all combinations of a syscall's arguments change alike it is one change with used 0. */
int profile_diff(const struct profile_filter *from, const struct profile_filter *to, profile_change_fn fn, void *data);
/* Against filters without rules, as a process has them: the oldest first. Over the calls that the profile tells apart. */
int profile_diff_programs(const struct profile_filter *from, const struct bpf_program *const *to, size_t n,
	profile_change_fn fn, void *data);

/* ---- check ---- */

/* What a profile's author should know. The words of `id` are stable:
 *   note            what loading remarked
 *   silent          denials that leave no record in the kernel's log
 *   unknown-name    no syscall is called so, or libseccomp does not know it yet
 *   redundant       a rule that says what the default says already
 *   unreachable     a name that an earlier rule has decided for good
 *   duplicate       the same name twice in one rule
 *   runtime         the runtime cannot start a container under it
 *   exit            programs cannot end, or return from a signal
 *   io-uring        io_uring is open and does what the profile denies otherwise
 *   architecture    programs of another architecture of this machine are killed
 *   errno           an errno from which libc does not fall back
 *   socketcall      argument conditions that socketcall goes round
 *   overlap         rules that contradict each other: libseccomp's order decides
 *   miscompiled     libseccomp decides otherwise than the rules say
 *   flags           runtimes that refuse the profile for its flags */
struct profile_finding {
	const char *id;
	char pointer[PROFILE_POINTER_MAX]; /* "" the whole */
	char message[PROFILE_MESSAGE_MAX];
};
typedef int (*profile_finding_fn)(void *data, const struct profile_finding *finding);
/* What the runtime itself calls after the filter is on, as measured (runc 1.1.5); one an index, NULL past the last. */
const char *profile_runtime_need(enum profile_model model, size_t index);
/* Non-zero of fn ends it and is returned. */
int profile_check(const struct profile_filter *f, profile_finding_fn fn, void *data);

/* ---- edit ---- */

/* Replaces bytes of the profile's text, and leaves all others as they were. */
struct profile_edit {
	size_t start, end; /* replaced; equal for an insertion */
	const char *text;
};
/* Applies edits that do not overlap, in any order. -EINVAL when they do; -ENOMEM. */
int profile_edit_apply(struct span text, const struct profile_edit *edits, size_t n, struct text *ret);

enum profile_instrument {
	PROFILE_INSTRUMENT_FLAG, /* the same decisions, with SECCOMP_FILTER_FLAG_LOG */
	PROFILE_INSTRUMENT_LOG,  /* what was denied runs, and is logged: SCMP_ACT_LOG instead of every denial */
};
/* The profile's text so changed, line for line as it was otherwise. PROFILE_E_REFUSED: with the reason. */
int profile_instrument(const struct profile *p, enum profile_instrument how, struct text *ret, struct profile_problem *problem);

/* ---- patch ---- */

/* Changes of a profile, made one after the other: in its text, which keeps its order, comments and layout (a name more
 * is one line more, in JSON and in YAML), and as RFC 6902 operations. After each change the text is read again, and must
 * hold what the operations say and nothing else; else the change is refused and nothing has happened (a YAML alias, for
 * instance, would change in several places).
 * Rules are meant as they stand after the changes before: profile_patch_profile. */
struct profile_patch;
int profile_patch_new(const struct profile *p, struct profile_patch **ret); /* p need not outlive it */
void profile_patch_free(struct profile_patch *patch);
DEFINE_CLEANUP(struct profile_patch *, profile_patch_free)
const struct profile *profile_patch_profile(const struct profile_patch *patch); /* valid until the next change */
/* A JSON list of RFC 6902 operations, whose paths begin at the file's root (a YAML file's document); "[]": no change.
 * free() it. NULL on lack of memory. */
char *profile_patch_json(const struct profile_patch *patch);

/* 0, PROFILE_E_REFUSED with *problem (may be NULL), -ENOMEM. What is so already is no change. */
int profile_patch_add_name(struct profile_patch *patch, size_t rule, const char *name, struct profile_problem *problem);
/* With its last name the rule goes. */
int profile_patch_remove_name(struct profile_patch *patch, size_t rule, const char *name, struct profile_problem *problem);
/* Before the rule of that index, or as the last one (n_rules). Of the new rule names, action, error, args, includes,
 * excludes and comment count. */
int profile_patch_add_rule(struct profile_patch *patch, size_t before, const struct profile_rule *rule,
	struct profile_problem *problem);
int profile_patch_remove_rule(struct profile_patch *patch, size_t rule, struct profile_problem *problem);
/* The action with its errno (SECCOMP_RET_ERRNO | ENOSYS) of a rule, or the default's (PROFILE_PATCH_DEFAULT). */
#define PROFILE_PATCH_DEFAULT SIZE_MAX
int profile_patch_set_action(struct profile_patch *patch, size_t rule, uint32_t action, struct profile_problem *problem);
/* To `architectures`, or to the entry of its host's architecture in archMap. */
int profile_patch_add_arch(struct profile_patch *patch, const struct profile_arch *arch, struct profile_problem *problem);
int profile_patch_add_flag(struct profile_patch *patch, const char *flag, struct profile_problem *problem);
