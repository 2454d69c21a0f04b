/* SPDX-License-Identifier: MIT */
/* What the profile decides: asked of the filter, so that it does not matter by which rule. */
#include <linux/audit.h>
#include <stdio.h>

#include "findings.h"
#include "seccompwatch/knowledge.h"
#include "seccompwatch/names.h"

/* What runc itself calls between loading the filter and the program's start, when no_new_privileges is off. Measured
 * with runc 1.1.5: without any one of these no container starts. */
static const char *const runc_needs[] = {
	"capget", "capset", "chdir", "close", "execve", "fstat", "fstatfs", "getcwd", "getdents64", "getppid", "newfstatat",
	"openat", "prctl", "read", "setgid", "setgroups", "setuid", "write",
};

const char *profile_runtime_need(enum profile_model model, size_t index)
{
	bool runc = model == PROFILE_MODEL_RUNC || model == PROFILE_MODEL_RUNC_FIRST;

	return runc && index < ARRAY_SIZE(runc_needs) ? runc_needs[index] : NULL;
}

/* false: the architecture has no such call. */
static bool ask(const struct findings *f, const struct profile_arch *arch, const char *name, uint32_t *ret_action)
{
	struct bpf_call call = {.arch = arch->audit};
	struct profile_verdict v;

	if (profile_call_number(arch, span_from(name), &call.nr))
		return false;
	profile_decide(f->filter, &call, &v);
	*ret_action = v.action;
	return true;
}

static bool is_denied(const struct findings *f, const char *name)
{
	uint32_t action;

	return ask(f, f->filter->rules->native, name, &action) && !profile_action_executes(action) &&
		action != SCMP_ACT_NOTIFY;
}

static void list_denied(const struct findings *f, const char *const *names, size_t n, struct text *ret)
{
	for (size_t i = 0; i < n; i++)
		if (is_denied(f, names[i]))
			text_printf(ret, "%s%s", ret->len ? ", " : "", names[i]);
}

static void check_runtime(struct findings *f)
{
	CLEANUP_TEXT struct text denied = TEXT_EMPTY;

	if (f->filter->model != PROFILE_MODEL_RUNC && f->filter->model != PROFILE_MODEL_RUNC_FIRST)
		return;
	list_denied(f, runc_needs, ARRAY_SIZE(runc_needs), &denied);
	if (denied.len)
		findings_add(f, "runtime", "", "no container starts: runc itself needs %.300s after the filter is on", denied.data);
}

static void check_ends(struct findings *f)
{
	static const char *const ends[] = {"exit_group", "rt_sigreturn"};
	CLEANUP_TEXT struct text missing = TEXT_EMPTY;

	list_denied(f, ends, ARRAY_SIZE(ends), &missing);
	if (missing.len)
		findings_add(f, "exit", "", "denies %s: programs cannot end, or not return from a signal's handler", missing.data);
}

static void check_io_uring(struct findings *f)
{
	static const char *const what[] = {"openat", "openat2", "socket", "connect", "accept4", "sendmsg", "unlinkat", "mkdirat"};
	CLEANUP_TEXT struct text denied = TEXT_EMPTY;

	if (is_denied(f, "io_uring_setup") || is_denied(f, "io_uring_enter"))
		return;
	list_denied(f, what, ARRAY_SIZE(what), &denied);
	if (denied.len)
		findings_add(f, "io-uring", "", "io_uring is open, and through it a program does what is denied otherwise: %.200s",
			denied.data);
}

static bool covers(const struct findings *f, uint32_t token)
{
	for (size_t i = 0; i < f->filter->n_archs; i++)
		if (f->filter->archs[i].arch->token == token)
			return true;
	return false;
}

static void check_archs(struct findings *f)
{
	static const struct {
		uint32_t native, other;
		const char *what;
	} pairs[] = {
		{SCMP_ARCH_X86_64, SCMP_ARCH_X86, "32-bit x86"}, {SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, "32-bit ARM"},
		{SCMP_ARCH_S390X, SCMP_ARCH_S390, "31-bit s390"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		if (f->filter->rules->native->token == pairs[i].native && !covers(f, pairs[i].other))
			findings_add(f, "architecture", "", "%s programs are killed at their first call: add %s", pairs[i].what,
				profile_arch_find(pairs[i].other)->name);
}

/* An errno that keeps libc from a call which is permitted, and which it would make on ENOSYS. moby#42680 has what
 * that does to programs. */
static int wrong_errno(const struct findings *f, const struct profile_arch *arch, const struct knowledge *k)
{
	uint32_t action, instead;
	int error;

	if (!k->fallback || !ask(f, arch, k->name, &action) || !ask(f, arch, k->fallback, &instead))
		return 0;
	error = profile_action_errno(action);
	return error != ENOSYS && profile_action_executes(instead) ? error : 0;
}

/* What is wrong on the native architecture has been said. */
static void list_wrong_errnos(const struct findings *f, const struct profile_arch *arch, struct text *ret)
{
	const struct knowledge *k;

	for (size_t i = 0; (k = knowledge_row(i)); i++)
		if (wrong_errno(f, arch, k) && !wrong_errno(f, f->filter->archs[0].arch, k))
			text_printf(ret, "%s%s", ret->len ? ", " : "", k->name);
}

/* x32 is left out: hardly a kernel runs its programs, but every profile lists it. */
static void check_other_errnos(struct findings *f)
{
	for (size_t i = 1; i < f->filter->n_archs; i++) {
		const struct profile_arch *arch = f->filter->archs[i].arch;
		CLEANUP_TEXT struct text wrong = TEXT_EMPTY;

		if (arch->token != SCMP_ARCH_X32)
			list_wrong_errnos(f, arch, &wrong);
		if (wrong.len)
			findings_add(f, "errno", "", "if these gave ENOSYS, programs of %s would go on with older calls, which "
				"are permitted: %.300s%s", arch->name, wrong.data, wrong.len > 300 ? "…" : "");
	}
}

static void check_errnos(struct findings *f)
{
	const struct profile_arch *native = f->filter->archs[0].arch;
	const struct knowledge *k;

	for (size_t i = 0; (k = knowledge_row(i)); i++) {
		int error = wrong_errno(f, native, k);
		const char *name = error ? names_errno(error) : NULL;

		if (error)
			findings_add(f, "errno", "", "%s gives %s: with ENOSYS its callers would go on with %s, which is permitted",
				k->name, name ? name : "an errno of no name", k->fallback);
	}
	check_other_errnos(f);
}

/* ---- calls that stand for all others ---- */

struct walk {
	struct findings *findings;
	uint32_t arch, nr; /* about which something has been said */
	bool said;
	size_t overlaps;
};

static bool is_new(struct walk *w, const struct bpf_call *call)
{
	if (w->said && w->arch == call->arch && w->nr == call->nr)
		return false;
	w->said = true;
	w->arch = call->arch;
	w->nr = call->nr;
	return true;
}

static void add_call(struct text *t, const struct bpf_call *call)
{
	const char *name = profile_call_name(call), *arch = names_arch(call->arch, call->nr);

	if (name)
		text_printf(t, "%s on %s", name, arch ? arch : "another architecture");
	else
		text_printf(t, "number %u", call->nr);
}

static int look(void *data, const struct bpf_call *call, unsigned used)
{
	struct walk *w = data;
	CLEANUP_TEXT struct text t = TEXT_EMPTY;
	char pointer[PROFILE_POINTER_MAX];
	struct profile_verdict v;

	if (!used)
		return 0;
	profile_decide(w->findings->filter, call, &v);
	if ((v.by != PROFILE_BY_NOTHING && !v.contested && !v.sub_call) || !is_new(w, call))
		return 0;
	add_call(&t, call);
	profile_decided_by(w->findings->filter, &v, pointer);
	if (v.by == PROFILE_BY_NOTHING)
		findings_add(w->findings, "miscompiled", "", "libseccomp joins the rules for %s wrongly: some calls get %s", t.data,
			profile_action_name(v.action) ? profile_action_name(v.action) : "something else");
	else if (v.contested)
		findings_add(w->findings, "overlap", pointer, "rules for %s contradict each other: libseccomp's order decides", t.data);
	return w->findings->result;
}

/* On 32-bit x86 a rule that looks at socket's arguments is no obstacle to socketcall. */
static void check_socketcall(struct findings *f)
{
	const struct profile_arch *x86 = profile_arch_find(SCMP_ARCH_X86);
	const struct profile *p = f->filter->rules->profile;
	char pointer[PROFILE_POINTER_MAX];
	struct profile_verdict v;
	struct bpf_call call = {.arch = AUDIT_ARCH_I386, .args = {1}};

	if (!covers(f, SCMP_ARCH_X86) || profile_call_number(x86, SPAN("socketcall"), &call.nr))
		return;
	profile_decide(f->filter, &call, &v);
	if (v.by != PROFILE_BY_RULE || !v.sub_call || p->rules[v.rule].n_args == 0 || !profile_action_executes(v.action))
		return;
	profile_rule_pointer(p, v.rule, pointer);
	findings_add(f, "socketcall", pointer, "32-bit programs go round these conditions by socketcall, whose arguments no filter "
		"can see");
}

void findings_decisions(struct findings *f)
{
	const struct profile_filter *const filters[] = {f->filter};
	struct walk walk = {.findings = f};

	check_runtime(f);
	check_ends(f);
	check_io_uring(f);
	check_archs(f);
	check_errnos(f);
	check_socketcall(f);
	if (!f->result)
		profile_each_call(filters, 1, look, &walk);
}
