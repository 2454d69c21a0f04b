/* SPDX-License-Identifier: MIT */
/* tls: the certificate and the key, read while still root. They are read once: a new certificate takes a restart. */
#pragma once

#include "seccompwatch/text.h"

struct tls {
	char *cert, *key; /* PEM, NUL terminated */
};
void tls_free(struct tls *tls); /* what it owns, wiped; not tls itself */

/* Negative errno, and a sentence that names the file and the remedy: missing, not PEM, a key with a passphrase, or one
 * that others may read (-EPERM). Whether the two belong together is known when they are used. */
int tls_load(struct tls *ret, const char *cert_path, const char *key_path, struct text *why);
