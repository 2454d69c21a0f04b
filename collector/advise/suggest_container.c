/* SPDX-License-Identifier: MIT */
/* What a container says about how to advise on it. */
#include "suggest_internal.h"

int suggest_load(struct query *q, const struct query_container *container, struct profile **ret, char **ret_sha256,
	struct profile_problem *problem)
{
	CLEANUP_FREE char *captured = NULL, *sha256 = NULL;
	CLEANUP_TEXT struct text text = TEXT_EMPTY;
	int r = query_profile(q, container, &captured, &sha256);

	if (r == 0)
		r = suggest_indent(span_from(captured), &text);
	if (r == 0)
		r = profile_load_text(text_span(&text), NULL, ret, problem);
	if (r == 0)
		*ret_sha256 = TAKE(sha256);
	return r;
}

int suggest_caps(const struct query_container *container, const char ***ret, size_t *ret_n)
{
	int r = container && container->caps ? profile_parse_caps(span_from(container->caps), ret, ret_n) : -EINVAL;

	/* A capability that is newer than this program says nothing about the others. */
	return r == -EINVAL ? profile_parse_caps(SPAN("default"), ret, ret_n) : r;
}

void suggest_fit(const struct query_container *container, struct suggest_request *request)
{
	static const struct {
		enum event_runtime runtime;
		enum profile_model model;
		enum profile_engine engine;
	} fits[] = {
		{EVENT_RUNTIME_DOCKER, PROFILE_MODEL_RUNC, PROFILE_ENGINE_MOBY},
		{EVENT_RUNTIME_PODMAN, PROFILE_MODEL_CRUN, PROFILE_ENGINE_PODMAN},
		{EVENT_RUNTIME_LXC, PROFILE_MODEL_PLAIN, PROFILE_ENGINE_ANY},
		{EVENT_RUNTIME_NSPAWN, PROFILE_MODEL_PLAIN, PROFILE_ENGINE_ANY},
	};

	request->model = PROFILE_MODEL_RUNC;
	for (size_t i = 0; container && i < ARRAY_SIZE(fits); i++) {
		if (fits[i].runtime != container->runtime)
			continue;
		request->model = fits[i].model;
		request->host.engine = fits[i].engine;
	}
}

void suggest_inquiry_free(struct suggest_inquiry *i)
{
	suggest_facts_free(i->facts);
	profile_free(i->profile);
	free(i->sha256);
	free(i->caps);
	text_free(&i->source);
	*i = SUGGEST_INQUIRY_EMPTY;
}

int suggest_inquire(struct query *q, const struct query_container *container, const struct query_filter *filter,
	struct suggest_inquiry *i, struct profile_problem *problem)
{
	struct suggest_request *request = &i->request;
	int r = suggest_caps(container, &i->caps, &request->host.n_caps);

	if (r == 0)
		r = suggest_load(q, container, &i->profile, &i->sha256, problem);
	if (r == 0)
		r = suggest_read(q, filter, &i->facts);
	if (r)
		return r;
	text_printf(&i->source, "container %s", container->name ? container->name : container->id);
	suggest_fit(container, request);
	request->filter = filter;
	request->host.caps = i->caps;
	request->container = container;
	request->profile = i->profile;
	request->sha256 = i->sha256;
	request->source = i->source.data;
	return i->source.failed ? -ENOMEM : 0;
}
