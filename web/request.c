/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <strings.h>

void request_free(struct request *req)
{
	free(req->bytes);
	*req = (struct request){0};
}

static const char *const methods[] = {"GET", "HEAD", "POST", "DELETE"};

enum request_method request_method_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		if (strcmp(methods[i], name) == 0)
			return (enum request_method)i;
	return REQUEST_OTHER;
}

const char *request_method_name(enum request_method method)
{
	return method < REQUEST_OTHER ? methods[method] : "?";
}

bool request_is_read(enum request_method method)
{
	return method == REQUEST_GET || method == REQUEST_HEAD;
}

/* Decodes %XX in place (and '+' in a query): -EINVAL for a bad escape, a NUL byte or what is not UTF-8. */
static int decode(char *s, bool plus)
{
	char *to = s;

	for (const char *from = s; *from; from++) {
		char c = *from;

		if (c == '+' && plus) {
			c = ' ';
		} else if (c == '%') {
			if (!from[1] || text_from_hex((struct span){from + 1, 2}, &c) < 0 || c == '\0')
				return -EINVAL;
			from += 2;
		}
		*to++ = c;
	}
	*to = '\0';
	return text_is_utf8((struct span){s, (size_t)(to - s)}) ? 0 : -EINVAL;
}

static int add_param(struct request *req, char *pair, struct text *why)
{
	char *value = strchrnul(pair, '=');

	if (*pair == '\0')
		return 0;
	if (req->n_params == REQUEST_PARAMS_MAX) {
		text_printf(why, "more than %d parameters", REQUEST_PARAMS_MAX);
		return -E2BIG;
	}
	if (*value)
		*value++ = '\0';
	if (decode(pair, true) < 0 || decode(value, true) < 0) {
		text_add_str(why, "a parameter has a bad escape, a NUL byte or bytes that are not UTF-8");
		return -EINVAL;
	}
	req->params[req->n_params++] = (struct request_param){pair, value};
	return 0;
}

/* "http://HOST/path": every server has to take the absolute form (RFC 9112, 3.2.2). Gives the path. */
static char *split_authority(struct request *req, char *target)
{
	char *host, *path;

	if (strncasecmp(target, "http://", 7) != 0)
		return target;
	host = target + 7;
	path = strchr(host, '/');
	if (!path)
		return target;
	/* Room for the terminator: the host moves over the scheme. */
	memmove(target, host, (size_t)(path - host));
	target[path - host] = '\0';
	req->authority = target;
	return path;
}

int request_parse(struct request *req, const char *target, struct text *why)
{
	char *path, *query;
	int r = 0;

	req->bytes = strdup(target);
	if (!req->bytes)
		return -ENOMEM;
	path = split_authority(req, req->bytes);
	query = strchrnul(path, '?');
	if (*query)
		*query++ = '\0';
	if (*path != '/' || decode(path, false) < 0) {
		text_add_str(why, "the request target is not a path, or has a bad escape");
		return -EINVAL;
	}
	req->path = path;
	while (r == 0 && *query) {
		char *end = strchrnul(query, '&');
		char *next = *end ? end + 1 : end;

		*end = '\0';
		r = add_param(req, query, why);
		query = next;
	}
	return r;
}

const char *request_param(const struct request *req, const char *name)
{
	for (size_t i = 0; i < req->n_params; i++)
		if (strcmp(req->params[i].name, name) == 0)
			return req->params[i].value;
	return NULL;
}

#define BLANKS " \t"

static bool is_at_host(const char *origin, const char *host)
{
	const char *rest = strstr(origin, "://");

	return host && rest && strcasecmp(rest + strlen("://"), host) == 0;
}

bool request_is_foreign(const struct request *req)
{
	const char *site = req->fetch_site;

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	return req->origin && !is_at_host(req->origin, req->authority ? req->authority : req->host);
}

bool request_has_type(const char *content_type, const char *types)
{
	size_t len = content_type ? strcspn(content_type, BLANKS ";") : 0;

	while (len > 0 && *types) {
		size_t n = strcspn(types, " ");

		if (n == len && strncasecmp(types, content_type, len) == 0)
			return true;
		types += n + strspn(types + n, " ");
	}
	return false;
}

/* The next element of a comma separated header, without blanks around it; false at the end. */
static bool next_element(const char **at, struct span *ret)
{
	const char *s = *at + strspn(*at, BLANKS ",");
	size_t len = strcspn(s, ",");

	if (*s == '\0')
		return false;
	*at = s + len;
	while (len > 0 && strchr(BLANKS, s[len - 1]))
		len--;
	*ret = (struct span){s, len};
	return true;
}

/* "; charset=x; q=0.0" */
static bool is_zero_weight(struct span parameters)
{
	for (size_t i = 0; i < parameters.len; i++) {
		bool begins = i > 0 && strchr(BLANKS ";", parameters.data[i - 1]);

		if (!begins || parameters.len - i < 3 || strncasecmp(parameters.data + i, "q=", 2) != 0)
			continue;
		for (i += 2; i < parameters.len && parameters.data[i] != ';'; i++)
			if (parameters.data[i] >= '1' && parameters.data[i] <= '9')
				return false;
		return true;
	}
	return false;
}

/* How closely a range ("text/plain", "text/" and a star, two stars) names the type: 0 not at all, 3 wholly. */
static int closeness(struct span range, const char *type)
{
	size_t slash = strcspn(type, "/");

	if (span_equal(range, SPAN("*/*")))
		return 1;
	if (range.len == slash + 2 && strncasecmp(range.data, type, slash + 1) == 0 && range.data[slash + 1] == '*')
		return 2;
	return range.len == strcspn(type, BLANKS ";") && strncasecmp(range.data, type, range.len) == 0 ? 3 : 0;
}

bool request_accepts(const char *accept, const char *type)
{
	bool accepted = !accept || *accept == '\0';
	struct span element;
	int best = 0;

	while (accept && next_element(&accept, &element)) {
		size_t n = 0;
		int close;

		while (n < element.len && !strchr(BLANKS ";", element.data[n]))
			n++;
		close = closeness((struct span){element.data, n}, type);
		if (close <= best)
			continue;
		best = close;
		accepted = !is_zero_weight(span_from_offset(element, n));
	}
	return accepted;
}

bool request_accepts_gzip(const char *accept_encoding)
{
	bool named = false, any = false;
	struct span element;

	while (accept_encoding && next_element(&accept_encoding, &element)) {
		size_t name = 0;
		bool refused;

		while (name < element.len && !strchr(BLANKS ";", element.data[name]))
			name++;
		refused = is_zero_weight(span_from_offset(element, name));
		if (name == 1 && element.data[0] == '*')
			any = !refused;
		if (name != 4 || strncasecmp(element.data, "gzip", 4) != 0)
			continue;
		if (refused)
			return false;
		named = true;
	}
	return named || any;
}

bool request_has_etag(const char *if_none_match, const char *etag)
{
	struct span element;

	while (if_none_match && next_element(&if_none_match, &element)) {
		if (span_equal(element, SPAN("*")))
			return true;
		if (span_starts(element, SPAN("W/")))
			element = span_from_offset(element, 2);
		if (span_equal(element, span_from(etag)))
			return true;
	}
	return false;
}
