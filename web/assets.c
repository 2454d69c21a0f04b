/* SPDX-License-Identifier: MIT */
/* The page and what it loads: built in, compressed at build time, validated by content. */
#include <stdio.h>

#include "handlers.h"
#include "params.h"
#include "seccompwatch/embed.h"

#define PAGE    "index.html"
#define OPENAPI "openapi.json"

static const struct {
	const char *suffix, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".ico", "image/x-icon"},
	{".webmanifest", "application/manifest+json"},
	{".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		size_t suffix = strlen(types[i].suffix);

		if (len > suffix && strcmp(name + len - suffix, types[i].suffix) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}

/* FNV-1a, 64 bits: tells versions of our own files apart, the same in every run. */
static uint64_t hash(const unsigned char *data, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ data[i]) * 0x100000001b3u;
	return h;
}

/* A strong tag names one representation: the compressed one has its own (RFC 9110, 8.8.3.3). */
static void send_file(const struct embed_file *file, uint64_t h, const struct request *req, struct answer *ans)
{
	const char *v = request_param(req, "v");
	bool gzip = file->gzip_len < file->plain_len && request_accepts_gzip(req->accept_encoding);
	char version[17];

	snprintf(version, sizeof(version), "%016llx", (unsigned long long)h);
	snprintf(ans->etag, sizeof(ans->etag), "\"%s%s\"", version, gzip ? "-gz" : "");
	ans->cache_control = v && strcmp(v, version) == 0 ? "public, max-age=31536000, immutable" : "no-cache";
	ans->type = type_of(file->name);
	ans->encoding = gzip ? "gzip" : NULL;
	ans->status = request_has_etag(req->if_none_match, ans->etag) ? 304 : 200;
	if (ans->status == 200)
		ans->fixed = gzip ? (struct span){(const char *)file->gzip, file->gzip_len}
				  : (struct span){(const char *)file->plain, file->plain_len};
}

int assets_prepare(struct web *web)
{
	const struct embed_file *openapi = embed_find(embed_schema, OPENAPI);
	size_t n = 0;

	while (embed_assets[n].name)
		n++;
	web->asset_hashes = calloc(n + 1, sizeof(*web->asset_hashes));
	if (!web->asset_hashes)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		web->asset_hashes[i] = hash(embed_assets[i].plain, embed_assets[i].plain_len);
	if (openapi)
		web->openapi_hash = hash(openapi->plain, openapi->plain_len);
	return 0;
}

#define AHEAD(target) "</api/v1/" target ">; rel=preload; as=fetch; crossorigin=anonymous"
#define AHEAD_SPAN    AHEAD("health") ", " AHEAD("timeline?since=24h&step=30m") ", " \
	AHEAD("summary?since=24h&by=container&limit=1000")

/* What each view asks for first when nothing else is wanted, letter by letter as its script does (web/ui/span.js,
 * events.js): a browser told ahead asks while it still fetches the script, and waits for one round trip less. */
static const struct {
	const char *path, *link;
} views[] = {
	{"/", AHEAD_SPAN},
	{"/events", AHEAD_SPAN ", " AHEAD("events?since=24h&limit=500&order=desc")},
	{"/containers", AHEAD("health") ", " AHEAD("summary?since=24h&by=container&limit=1000")},
};

static const char *ahead_of(const struct request *req)
{
	for (size_t i = 0; i < ARRAY_SIZE(views); i++)
		if (req->n_params == 0 && strcmp(req->path, views[i].path) == 0)
			return views[i].link;
	return AHEAD("health");
}

/* One page for every view: what stands in the path and the query is its script's business. */
void assets_page(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	const struct embed_file *file = embed_find(embed_assets, PAGE);

	if (!file) {
		answer_error(ans, 404, "not_found", NULL, "this program was built without its page");
		return;
	}
	send_file(file, web->asset_hashes[file - embed_assets], req, ans);
	ans->link = ahead_of(req);
}

void assets_file(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	const struct embed_file *file = embed_find(embed_assets, rest);

	if (!file)
		answer_error(ans, 404, "not_found", NULL, "there is no file %s", rest);
	else if (params_read(req, PARAMS_VERSION, 0, &params, ans) == 0)
		send_file(file, web->asset_hashes[file - embed_assets], req, ans);
}

void assets_openapi(struct web *web, const struct request *req, const char *rest, struct answer *ans)
{
	CLEANUP_PARAMS struct params params = PARAMS_EMPTY;
	const struct embed_file *file = embed_find(embed_schema, OPENAPI);

	if (!file)
		answer_error(ans, 404, "not_found", NULL, "this program was built without its description");
	else if (params_read(req, 0, 0, &params, ans) == 0)
		send_file(file, web->openapi_hash, req, ans);
}
