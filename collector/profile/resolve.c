/* SPDX-License-Identifier: MIT */
/* From the conditional format to the plain OCI one, as moby/profiles seccomp/seccomp_linux.go and containers/common
 * pkg/seccomp/seccomp_linux.go (setupSeccomp) do it. They agree but for this:
 *   minKernel           moby obeys it; containers/common has no such field and applies the rule on every kernel
 *   errno, defaultErrno containers/common only; for moby the number beside it counts, or EPERM
 *   archMap             containers/common knows it for amd64, arm64, mips* and s390x hosts alone
 * Both look at the bounding set, and both leave the list of architectures empty where archMap has no entry for the
 * host: then the runtime covers the native architecture alone. */
#include <seccomp.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "problem.h"
#include "words.h"

int profile_engine_from_name(struct span name)
{
	static const char *const names[PROFILE_ENGINE_N] = {
		[PROFILE_ENGINE_ANY] = "any",
		[PROFILE_ENGINE_MOBY] = "moby",
		[PROFILE_ENGINE_PODMAN] = "podman",
	};

	for (int i = 0; i < PROFILE_ENGINE_N; i++)
		if (span_equal(span_from(names[i]), name))
			return i;
	return -EINVAL;
}

static bool has_cap(const struct profile_host *host, const char *cap)
{
	for (size_t i = 0; i < host->n_caps; i++)
		if (strcmp(host->caps[i], cap) == 0)
			return true;
	return false;
}

static bool lists(const struct profile_strings *list, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		if (word && strcmp(list->items[i], word) == 0)
			return true;
	return false;
}

static enum profile_use check_excludes(const struct profile_condition *c, const struct profile_host *host,
	const char **ret_cause)
{
	if (lists(&c->arches, host->arch->engine)) {
		*ret_cause = host->arch->engine;
		return PROFILE_USE_OTHER_ARCH;
	}
	for (size_t i = 0; i < c->caps.n; i++) {
		if (has_cap(host, c->caps.items[i])) {
			*ret_cause = c->caps.items[i];
			return PROFILE_USE_HAS_CAP;
		}
	}
	if (c->min_kernel && host->engine != PROFILE_ENGINE_PODMAN && host->kernel >= c->min_kernel)
		return PROFILE_USE_OTHER_KERNEL;
	return PROFILE_USE_ACTIVE;
}

static enum profile_use check_includes(const struct profile_condition *c, const struct profile_host *host,
	const char **ret_cause)
{
	if (c->arches.n && !lists(&c->arches, host->arch->engine)) {
		*ret_cause = host->arch->engine;
		return PROFILE_USE_OTHER_ARCH;
	}
	for (size_t i = 0; i < c->caps.n; i++) {
		if (!has_cap(host, c->caps.items[i])) {
			*ret_cause = c->caps.items[i];
			return PROFILE_USE_NEEDS_CAP;
		}
	}
	if (c->min_kernel && host->engine != PROFILE_ENGINE_PODMAN && host->kernel < c->min_kernel)
		return PROFILE_USE_OTHER_KERNEL;
	return PROFILE_USE_ACTIVE;
}

/* Both runtimes: EPERM when nothing is said, 16 bits of what is. */
static uint32_t complete(uint32_t action, int32_t error, bool ignore_error)
{
	if (!profile_action_has_errno(action))
		return action;
	return action | ((uint32_t)(error < 0 || ignore_error ? EPERM : error) & 0xffff);
}

static struct profile_rule_use use_rule(const struct profile_rule *rule, const struct profile_host *host)
{
	struct profile_rule_use use = {.use = PROFILE_USE_ACTIVE};

	use.use = check_excludes(&rule->excludes, host, &use.cause);
	if (use.use == PROFILE_USE_ACTIVE)
		use.use = check_includes(&rule->includes, host, &use.cause);
	use.action = complete(rule->action, rule->error, rule->error_by_name && host->engine == PROFILE_ENGINE_MOBY);
	return use;
}

static bool has_arch_map(const struct profile_host *host)
{
	static const uint32_t known[] = {SCMP_ARCH_X86_64, SCMP_ARCH_AARCH64, SCMP_ARCH_MIPS64, SCMP_ARCH_MIPS64N32,
		SCMP_ARCH_MIPSEL64, SCMP_ARCH_MIPSEL64N32, SCMP_ARCH_S390X};

	if (host->engine != PROFILE_ENGINE_PODMAN)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i] == host->arch->token)
			return true;
	return false;
}

static void add_arch(struct profile_rules *r, const struct profile_arch *arch)
{
	for (size_t i = 0; i < r->n_archs; i++)
		if (r->archs[i] == arch)
			return;
	if (arch && r->n_archs < PROFILE_ARCHS_MAX)
		r->archs[r->n_archs++] = arch;
}

static void resolve_archs(struct profile_rules *r, const struct profile_host *host)
{
	const struct profile *p = r->profile;

	for (size_t i = 0; i < p->n_archs; i++)
		add_arch(r, p->archs[i]);
	for (size_t i = 0; has_arch_map(host) && i < p->n_arch_map; i++) {
		if (p->arch_map[i].arch != host->arch)
			continue;
		add_arch(r, host->arch);
		for (size_t j = 0; j < p->arch_map[i].n_subs; j++)
			add_arch(r, p->arch_map[i].subs[j]);
		return;
	}
}

static int complete_host(struct profile_host *host)
{
	struct utsname uts;

	if (!host->arch)
		host->arch = profile_arch_native();
	if (host->kernel || uname(&uts) < 0)
		return 0;
	return profile_parse_kernel(span_from(uts.release), &host->kernel);
}

int profile_resolve(const struct profile *p, const struct profile_host *given, struct profile_rules **ret,
	struct profile_problem *problem)
{
	CLEANUP(profile_rules_free_p) struct profile_rules *r = calloc(1, sizeof(*r));
	struct profile_host host = *given;
	bool moby = host.engine == PROFILE_ENGINE_MOBY;

	if (!r)
		return -ENOMEM;
	if (complete_host(&host) || !host.arch)
		return problem_set(problem, "", "the machine's architecture or kernel version is not known");
	r->uses = calloc(p->n_rules + 1, sizeof(*r->uses));
	if (!r->uses)
		return -ENOMEM;
	r->profile = p;
	r->native = host.arch;
	r->default_action = complete(p->default_action, p->default_error, p->default_error_by_name && moby);
	resolve_archs(r, &host);
	for (size_t i = 0; i < p->n_rules; i++)
		r->uses[i] = use_rule(&p->rules[i], &host);
	*ret = TAKE(r);
	return 0;
}

void profile_rules_free(struct profile_rules *r)
{
	if (!r)
		return;
	free(r->uses);
	free(r);
}
