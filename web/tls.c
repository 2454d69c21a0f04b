/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <fcntl.h>
#include <sys/stat.h>

#define FILE_MAX (256u << 10)

void tls_free(struct tls *tls)
{
	if (tls->key)
		explicit_bzero(tls->key, strlen(tls->key));
	free(tls->key);
	free(tls->cert);
	*tls = (struct tls){0};
}

static int fail(struct text *why, const char *path, int r, const char *sentence)
{
	text_printf(why, "%s: %s", path, sentence);
	return r;
}

static int check(int fd, const char *path, bool is_secret, struct text *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return fail(why, path, -errno, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(why, path, -EINVAL, "is not a regular file");
	if (st.st_size > (off_t)FILE_MAX)
		return fail(why, path, -EFBIG, "is too large for a certificate or key");
	if (is_secret && (st.st_mode & 07))
		return fail(why, path, -EPERM, "everybody may read this key; chmod 600 it first");
	return 0;
}

static int read_all(int fd, const char *path, char **ret, struct text *why)
{
	CLEANUP_FREE char *bytes = calloc(1, FILE_MAX + 1);
	size_t len = 0;
	ssize_t n = 1;

	if (!bytes)
		return -ENOMEM;
	while (n > 0 && len < FILE_MAX) {
		n = read(fd, bytes + len, FILE_MAX - len);
		len += n > 0 ? (size_t)n : 0;
	}
	if (n < 0)
		return fail(why, path, -errno, strerror(errno));
	*ret = TAKE(bytes);
	return 0;
}

static int load(const char *path, bool is_secret, const char *wanted, char **ret, struct text *why)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	CLEANUP_TEXT struct text sentence = TEXT_EMPTY;
	int r;

	if (fd < 0) {
		r = -errno;
		text_printf(&sentence, "cannot be read: %s", strerror(-r));
		return fail(why, path, r, sentence.data ? sentence.data : "");
	}
	r = check(fd, path, is_secret, why);
	if (r == 0)
		r = read_all(fd, path, ret, why);
	if (r < 0)
		return r;
	if (strstr(*ret, "ENCRYPTED"))
		return fail(why, path, -EINVAL, "has a passphrase, which a server cannot be asked for; give it a key without");
	if (!strstr(*ret, wanted)) {
		text_printf(&sentence, "is not in PEM: no \"%s\" in it", wanted);
		return fail(why, path, -EINVAL, sentence.data ? sentence.data : "");
	}
	return 0;
}

int tls_load(struct tls *ret, const char *cert_path, const char *key_path, struct text *why)
{
	struct tls tls = {0};
	int r = load(cert_path, false, "-----BEGIN CERTIFICATE-----", &tls.cert, why);

	if (r == 0)
		r = load(key_path, true, "PRIVATE KEY-----", &tls.key, why);
	if (r < 0) {
		tls_free(&tls);
		return r;
	}
	*ret = tls;
	return 0;
}
