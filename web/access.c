/* SPDX-License-Identifier: MIT */
#include "access.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "seccompwatch/clock.h"
#include "throttle.h"

#define NAME        "seccompwatch"
#define NAME_SECURE "__Host-" NAME /* browsers take it over TLS only, and from this very host */
#define ENDED_MAX   1024
#define NONCE_BYTES 16
#define SESSION_TAG "session "

struct access {
	char token[TEXT_SHA256_MAX];   /* keyed with this process's own key, so that lengths do not show in comparing */
	char compare[TEXT_SHA256_MAX]; /* that key */
	char sign[TEXT_SHA256_MAX];    /* made from the token: the same after a restart */
	struct throttle throttle;
	char ended[ENDED_MAX][TEXT_SHA256_MAX]; /* signatures */
	size_t n_ended;
};

/* ---- the token ------------------------------------------------------------------------------------------------- */

static bool is_word(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~')
			return false;
	return true;
}

static int make_key(char ret[static TEXT_SHA256_MAX])
{
	char random[32];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	text_sha256((struct span){random, sizeof(random)}, ret);
	return 0;
}

int access_new_from(struct access **ret, struct span token, struct text *why)
{
	CLEANUP(access_free_p) struct access *a = NULL;
	int r;

	if (token.len < ACCESS_TOKEN_MIN || token.len > ACCESS_TOKEN_MAX || !is_word(token)) {
		text_printf(why, "the token must be one line of %d to %d letters, digits and signs without blanks, such as "
				 "`openssl rand -hex 32` prints",
			ACCESS_TOKEN_MIN, ACCESS_TOKEN_MAX);
		return -EINVAL;
	}
	a = calloc(1, sizeof(*a));
	r = a ? make_key(a->compare) : -ENOMEM;
	if (r < 0)
		return r;
	text_hmac_sha256(span_from(a->compare), token, a->token);
	text_hmac_sha256(token, SPAN("seccompwatch session key"), a->sign);
	*ret = TAKE(a);
	return 0;
}

void access_free(struct access *a)
{
	if (a)
		explicit_bzero(a, sizeof(*a));
	free(a);
}

static int check_file(int fd, const char *path, struct text *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode)) {
		text_printf(why, "%s: is not a regular file", path);
		return -EINVAL;
	}
	if ((st.st_mode & 027) || (st.st_uid != 0 && st.st_uid != geteuid())) {
		text_printf(why, "%s: others may read or change it (mode %03o, owner %u); chmod 600 and chown it first", path,
			(unsigned)st.st_mode & 0777, (unsigned)st.st_uid);
		return -EPERM;
	}
	return 0;
}

static int read_file(const char *path, char *to, size_t room, size_t *ret_len, struct text *why)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r = fd < 0 ? -errno : check_file(fd, path, why);
	ssize_t n;

	if (r < 0) {
		if (why->len == 0)
			text_printf(why, "%s: cannot be read: %s", path, strerror(-r));
		return r;
	}
	n = read(fd, to, room);
	if (n < 0) {
		text_printf(why, "%s: cannot be read: %s", path, strerror(errno));
		return -EIO;
	}
	*ret_len = (size_t)n;
	return 0;
}

int access_new(struct access **ret, const char *path, struct text *why)
{
	CLEANUP_TEXT struct text reason = TEXT_EMPTY;
	char bytes[ACCESS_TOKEN_MAX + 2];
	size_t len = 0;
	int r = read_file(path, bytes, sizeof(bytes), &len, why);

	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\n' || bytes[i] == '\r')
			len = i;
	r = access_new_from(ret, (struct span){bytes, len}, &reason);
	if (r < 0)
		text_printf(why, "%s: %s", path, reason.len > 0 ? reason.data : strerror(-r));
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

/* ---- tries ----------------------------------------------------------------------------------------------------- */

unsigned access_wait(const struct access *a, uint64_t peer, int64_t now)
{
	return throttle_wait(&a->throttle, peer, now);
}

enum access_verdict access_check_token(struct access *a, struct span token, uint64_t peer, int64_t now)
{
	char digest[TEXT_SHA256_MAX];

	if (throttle_wait(&a->throttle, peer, now) > 0)
		return ACCESS_THROTTLED;
	text_hmac_sha256(span_from(a->compare), token, digest);
	if (text_equal_secret(span_from(digest), span_from(a->token)))
		return ACCESS_GRANTED;
	throttle_count(&a->throttle, peer, now);
	return ACCESS_DENIED;
}

/* ---- sessions -------------------------------------------------------------------------------------------------- */

static void sign(const struct access *a, struct span session, char ret[static TEXT_SHA256_MAX])
{
	CLEANUP_TEXT struct text t = TEXT_EMPTY;

	text_add_str(&t, SESSION_TAG);
	text_add(&t, session);
	text_hmac_sha256(span_from(a->sign), text_span(&t), ret);
}

/* "END-NONCE-SIGNATURE"; the cookie of that name, or an empty span. */
static struct span find_cookie(const char *header, const char *name)
{
	size_t len = strlen(name);

	while (header && *header) {
		size_t n;

		header += strspn(header, "; ");
		n = strcspn(header, ";");
		if (n > len && strncmp(header, name, len) == 0 && header[len] == '=')
			return (struct span){header + len + 1, n - len - 1};
		header += n;
	}
	return (struct span){0};
}

static struct span session_of(const struct request *req)
{
	return find_cookie(req->cookie, req->is_secure ? NAME_SECURE : NAME);
}

static bool is_ended(const struct access *a, struct span signature)
{
	for (size_t i = 0; i < MIN(a->n_ended, (size_t)ENDED_MAX); i++)
		if (span_equal(signature, span_from(a->ended[i])))
			return true;
	return false;
}

/* The signature of a session that is ours and goes on, or an empty span. */
static struct span check_session(const struct access *a, struct span cookie, int64_t now)
{
	const char *last = cookie.len > 0 && cookie.len < ACCESS_COOKIE_MAX ? memrchr(cookie.data, '-', cookie.len) : NULL;
	const char *first = last ? memchr(cookie.data, '-', cookie.len) : NULL;
	char digest[TEXT_SHA256_MAX];
	struct span signature;
	uint64_t end;

	if (!last || first == last)
		return (struct span){0};
	signature = span_from_offset(cookie, (size_t)(last + 1 - cookie.data));
	sign(a, (struct span){cookie.data, (size_t)(last - cookie.data)}, digest);
	if (!text_equal_secret(signature, span_from(digest)) || is_ended(a, signature))
		return (struct span){0};
	if (text_to_u64((struct span){cookie.data, (size_t)(first - cookie.data)}, CLOCK_MAX, &end) < 0)
		return (struct span){0};
	/* A clock that was set back must not make a session longer than they are. */
	return (int64_t)end > now && (int64_t)end <= now + ACCESS_SESSION_MS ? signature : (struct span){0};
}

static void add_attributes(struct text *ret, bool is_secure, int64_t seconds)
{
	text_printf(ret, "; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", (long long)seconds,
		is_secure ? "; Secure" : "");
}

int access_begin_session(struct access *a, bool is_secure, int64_t now, struct text *ret)
{
	CLEANUP_TEXT struct text session = TEXT_EMPTY;
	int64_t end = now + ACCESS_SESSION_MS;
	unsigned char nonce[NONCE_BYTES];
	char signature[TEXT_SHA256_MAX];

	if (getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce))
		return -EIO;
	text_printf(&session, "%lld-", (long long)end);
	for (size_t i = 0; i < sizeof(nonce); i++)
		text_printf(&session, "%02x", nonce[i]);
	if (session.failed)
		return -ENOMEM;
	sign(a, text_span(&session), signature);
	text_printf(ret, "%s=%s-%s", is_secure ? NAME_SECURE : NAME, session.data, signature);
	add_attributes(ret, is_secure, ACCESS_SESSION_MS / 1000);
	return ret->failed ? -ENOMEM : 0;
}

void access_end_session(struct access *a, const struct request *req, int64_t now, struct text *ret)
{
	struct span signature = check_session(a, session_of(req), now);

	if (signature.len == TEXT_SHA256_MAX - 1) {
		char *place = a->ended[a->n_ended++ % ENDED_MAX];

		memcpy(place, signature.data, signature.len);
		place[signature.len] = '\0';
	}
	text_printf(ret, "%s=", req->is_secure ? NAME_SECURE : NAME);
	add_attributes(ret, req->is_secure, 0);
}

/* ---- requests -------------------------------------------------------------------------------------------------- */

/* "Bearer TOKEN"; an empty span when there is none. */
static struct span bearer_of(const char *authorization)
{
	static const char scheme[] = "Bearer ";

	if (!authorization || strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return (struct span){0};
	authorization += sizeof(scheme) - 1;
	return span_from(authorization + strspn(authorization, " "));
}

enum access_verdict access_check(struct access *a, const struct request *req, int64_t now)
{
	struct span bearer;

	if (!a || req->is_trusted || check_session(a, session_of(req), now).len > 0)
		return ACCESS_GRANTED;
	bearer = bearer_of(req->authorization);
	/* Who brings nothing guesses nothing. */
	return bearer.len > 0 ? access_check_token(a, bearer, req->peer, now) : ACCESS_DENIED;
}
